"""Where a file is downloaded: the path in its document, as text in a URL."""

from typing import Any

from django.contrib.admin.utils import quote, unquote
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

Path = tuple[str | int, ...]


def path_text(path: Path) -> str:
    """Return a path as ``pages.0.scan``; a dot in a key is written as ``_2E``."""
    return ".".join(quote(str(step)).replace(".", "_2E") for step in path)


def steps_of(text: str) -> list[str]:
    """Return the steps of a path that ``path_text`` wrote."""
    return [unquote(step.replace("_2E", ".")) for step in text.split(".")]


class FileUrls:
    """The download pages of the documents of one admin, or of the rows of an inline.

    ``opts``: of the document whose admin has the page. In an inline of Documents that
    is the parent, which each row refers to in its field ``fk_name``.
    """

    def __init__(self, admin_site: Any, opts: Any, row_opts=None, fk_name: str = ""):
        self.admin_site, self.opts = admin_site, opts
        self.row_opts, self.fk_name = row_opts, fk_name

    def __call__(self, document: Any, path: Path) -> str:
        """Return the URL of what is stored at a path, or "" where there is no page."""
        owner, query = self._owner(document), self._query(document)
        name = f"{self.opts.app_label}_{self.opts.model_name}_file"
        try:
            url = reverse(
                f"admin:{name}",
                args=[quote(str(owner)), path_text(path)],
                current_app=self.admin_site.name,
            )
        except NoReverseMatch:
            return ""
        return url + query

    def _owner(self, document: Any) -> Any:
        if self.row_opts is None:
            return document.pk
        field = document._meta.get_field(self.fk_name)
        return field.value_from_object(document)

    def _query(self, document: Any) -> str:
        if self.row_opts is None:
            return ""
        inline = inline_name(self.row_opts, self.fk_name)
        return "?" + urlencode({"inline": inline, "row": str(document.pk)})


def inline_name(opts: Any, fk_name: str) -> str:
    """Return what the URLs call an inline of Documents."""
    return f"{opts.label_lower}.{fk_name}"
