"""Errors of this package."""

from typing import Any

from django.core.exceptions import FieldError, ValidationError


class UnsupportedLookup(FieldError):
    """A lookup path or operator that cannot be asked of MongoDB.

    A FieldError, so that Django's ChangeList turns it into a redirect (?e=1).
    """


class TooManyMatches(UnsupportedLookup):
    """More documents match than a second query can carry; the text is for staff."""


class UnsupportedFeature(NotImplementedError):
    """A Django feature that cannot work on MongoDB; the text names the alternative."""


class SaveRejected(Exception):
    """MongoDB or the Document refused a save.

    ``errors`` is a django.core.exceptions.ValidationError, with the form's field
    names as keys where a field is to blame; ``document`` is what was to be saved.
    """

    def __init__(self, errors: ValidationError, document: Any, *, adding: bool = False):
        super().__init__(errors)
        self.errors = errors
        self.document = document
        self.key = (type(document), None if adding else document.pk)


class Superseded(SaveRejected):
    """What was to be changed was changed by somebody else since it was read.

    Who reads the document again can try again; nothing was sent.
    """
