"""What the log calls a document."""

from typing import Any


class LoggedAs:
    """A document of a subclass, for the log one of the class that its admin shows.

    Django asks an object for its content type; the history page of an admin looks
    for its own class only.
    """

    def __init__(self, document: Any, opts: Any):
        self._meta, self.pk, self.text = opts, document.pk, str(document)

    def __str__(self):
        return self.text


def logged_as(document: Any, opts: Any) -> Any:
    """Return ``document``, or what stands for it in the log of another class."""
    same = document._meta.label == opts.label
    return document if same else LoggedAs(document, opts)
