"""The page from which a file of a document is downloaded, by who may see it there."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any
from unicodedata import category

from asgiref.sync import sync_to_async
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from mongoengine import EmbeddedDocument

from .changesets import digest
from .fields import (
    EmbeddedField,
    GenericEmbeddedField,
    ListField,
    MapField,
    StoredFileField,
)
from .files import (
    MISSING_FILE_ERRORS,
    BadImage,
    Shown,
    ShownFile,
    inline_name,
    steps_of,
    thumbnail,
)
from .hydration import class_for, named_class, shown_son
from .meta import present

# What a browser may be told that a file is: nothing that runs or is drawn as a page.
CONTENT_TYPES = frozenset({
    *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"),
    *("audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm"),
    *("application/pdf", "application/zip", "application/gzip"),
    *("text/plain", "text/csv", "application/json"),
})
OCTETS = "application/octet-stream"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A copy may be kept, by the person's own browser, if it asks each time.
DOWNLOAD_CACHE = "private, no-cache"
# The URL of a thumbnail is another one for another file.
THUMBNAIL_CACHE = "private, max-age=3600"

MAX_NAME = 150  # characters


def file_view(admin: Any, request: Any, object_id: str, path: str) -> HttpResponse:
    """Answer with a file of a document. Raise PermissionDenied or Http404.

    ``path``: where it is, as admin_ext.files.urls writes it. A document that the person
    may not see and one that does not exist get the same answer.
    """
    document = admin.get_object(request, unquote(object_id))
    if document is None or not admin.has_view_or_change_permission(request, document):
        if not admin.has_view_or_change_permission(request):
            raise PermissionDenied
        raise Http404
    shown = _find(admin, request, document, steps_of(path))
    if request.GET.get("thumbnail"):
        return _thumbnail_response(request, shown)
    return _response(request, shown)


def _find(admin: Any, request: Any, document: Any, steps: list[str]) -> Shown:
    """Return what is stored at a path that the page shows, or raise Http404."""
    options = admin
    if "inline" in request.GET:
        options, document = _row(admin, request, document)
    try:
        field, stored = _Page(options, request, document).follow(steps)
        shown = field.initial_for(field.loaded(stored))
    except (LookupError, TypeError, ValueError) as error:
        raise Http404 from error
    if not isinstance(shown, Shown) or not shown.has_contents:
        raise Http404
    return shown


def _row(admin: Any, request: Any, document: Any) -> tuple[Any, Any]:
    """Return the inline of Documents, and its row, that the query string names."""
    for inline in admin.get_inline_instances(request, document):
        fk_name = _fk_name(inline, request, document)
        name = fk_name and inline_name(inline.opts, fk_name)
        if name != request.GET["inline"]:
            continue
        if not inline.has_view_or_change_permission(request, document):
            continue
        with suppress(ValidationError):
            key = inline.opts.pk.to_python(request.GET.get("row"))
            rows = inline.get_queryset(request).filter(**{fk_name: document, "pk": key})
            for row in rows[:1]:
                return inline, row
    raise Http404


def _fk_name(inline: Any, request: Any, document: Any) -> str:
    if hasattr(inline, "field_name"):
        return ""
    return inline.get_formset(request, document).fk.name


class _Page:
    """What a person's page shows of a document, as far as a path goes through it.

    ``options``: the admin of the document, or the inline whose row it is.
    """

    def __init__(self, options: Any, request: Any, document: Any):
        self.options, self.request, self.document = options, request, document

    def follow(self, steps: list[str]) -> tuple[StoredFileField, Any]:
        """Return the field at the end of a path, and what is stored there.

        Raise LookupError where the page shows no file.
        """
        son, rest = shown_son(self.document) or {}, [*steps]
        inline = self._embedded_inline(steps[0])
        if inline is not None:
            field = present(type(self.document))._meta.get_field(inline.field_name)
            names = shown_names(inline, self.request, self.document)
            return self._within(field, son[rest.pop(0)], rest, names)
        names = shown_names(self.options, self.request, self.document)
        return self._in_document(type(self.document), son, rest, names)

    def _embedded_inline(self, step: str) -> Any:
        """Return the embedded inline that shows a field of the document, or None."""
        if not hasattr(self.options, "get_inline_instances"):
            return None
        for inline in self.options.get_inline_instances(self.request, self.document):
            name = getattr(inline, "field_name", "")
            field = type(self.document)._fields.get(name)
            if field is None or field.db_field != step:
                continue
            if inline.has_view_or_change_permission(self.request, self.document):
                return inline
        return None

    def _in_document(self, cls, son, steps, names):
        step = steps.pop(0)
        for field in present(cls)._meta.fields:
            if field.document_field.db_field == step and field.name in names:
                return self._within(field, son[step], steps, None)
        raise LookupError(step)

    def _within(self, field, stored, steps, names):
        """Go on from what is stored for a field; ``names``: what a row of it shows."""
        if isinstance(field, EmbeddedField):
            cls = class_for(field.embedded_document, _of(dict, stored))
            names = self._nested_names(cls) if names is None else names
            return self._in_document(cls, stored, steps, names)
        if isinstance(field, GenericEmbeddedField):
            cls = named_class(_of(dict, stored).get("_cls"))
            if cls is None or not issubclass(cls, EmbeddedDocument):
                raise LookupError("_cls")
            return self._in_document(cls, stored, steps, self._nested_names(cls))
        if isinstance(field, MapField):
            step = steps.pop(0)
            return self._within(field.item, _of(dict, stored)[step], steps, None)
        if isinstance(field, ListField):
            step = steps.pop(0)
            if not step.isdecimal():
                raise LookupError(step)
            return self._within(field.item, _of(list, stored)[int(step)], steps, names)
        if steps or not isinstance(field, StoredFileField):
            raise LookupError(steps)
        return field, stored

    def _nested_names(self, cls) -> set[str]:
        form = _form_class(self.options, self.request, self.document)
        return {*form(instance=self.document).get_embedded_form_class(cls).base_fields}


def _of(kind: type, stored: Any) -> Any:
    """Return a stored value of that type. Raise LookupError for any other."""
    if not isinstance(stored, kind):
        raise LookupError(kind.__name__)
    return stored


def shown_names(options: Any, request: Any, document: Any) -> set[str]:
    """Return the names that the page of a document, or an inline's row, shows."""
    names = {*flatten_fieldsets(options.get_fieldsets(request, document))}
    if not options.has_change_permission(request, document):
        return names
    form = _form_class(options, request, document)
    return names & {
        *form.base_fields,
        *options.get_readonly_fields(request, document),
    }


def _form_class(options: Any, request: Any, document: Any) -> type:
    if hasattr(options, "get_form"):
        return options.get_form(request, document, change=True)
    return options.get_formset(request, document).form


def _response(request: Any, shown: Shown) -> HttpResponse:
    """Return the contents as a download."""
    kind = getattr(shown, "content_type", "").partition(";")[0].strip().lower()
    length, chunks = _contents(shown)
    headers = HEADERS | {
        "Content-Type": kind if kind in CONTENT_TYPES else OCTETS,
        "Content-Length": str(length),
        "Content-Disposition": content_disposition_header(True, safe_name(shown.name)),
        "Cache-Control": DOWNLOAD_CACHE,
    }
    if request.method == "HEAD":
        chunks = ()
    response = StreamingHttpResponse(_streamed(request, chunks), headers=headers)
    return _unless_known(request, shown, response)


def _contents(shown: Shown) -> tuple[int, Iterable[bytes]]:
    """Return the size and the contents, of which the first chunk has been read.

    Raise Http404 for a file whose contents are not there.
    """
    if not isinstance(shown, ShownFile):
        return len(shown.contents), [shown.contents]
    chunks = shown.chunks()
    try:
        first = next(chunks, b"")
    except MISSING_FILE_ERRORS as error:
        raise Http404 from error
    return shown.size or 0, chain([first], chunks)


def _streamed(request: Any, chunks: Iterable[bytes]) -> Any:
    """Return what Django streams; under ASGI it would first collect an iterator."""
    return _slowly(iter(chunks)) if isinstance(request, ASGIRequest) else chunks


async def _slowly(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await sync_to_async(next)(chunks, b""):
        yield chunk


def _unless_known(request: Any, shown: Shown, response: Any) -> HttpResponse:
    """Return 304 to a browser that has the file already."""
    etag, time = f'"{digest(_version(shown)).hex()}"', None
    response.headers["ETag"] = etag
    moment = shown.file.get("uploadDate") if isinstance(shown, ShownFile) else None
    if isinstance(moment, datetime) and moment.year > 1970:
        time = int(moment.timestamp())
        response.headers["Last-Modified"] = http_date(time)
    return get_conditional_response(request, etag, time, response)


def _version(shown: Shown) -> Any:
    if not isinstance(shown, ShownFile):
        return shown.value
    names = ("_id", "length", "uploadDate", "md5", "filename", "contentType")
    return {name: shown.file.get(name) for name in names}


def _thumbnail_response(request: Any, shown: Shown) -> HttpResponse:
    """Return a small picture of a picture. Raise Http404 for anything else."""
    if not isinstance(shown, ShownFile) or not shown.has_thumbnail:
        raise Http404
    answer = _unless_known(request, shown, HttpResponse(headers=HEADERS))
    answer.headers["Cache-Control"] = THUMBNAIL_CACHE
    if answer.status_code == 304:
        return answer
    answer.content, answer.headers["Content-Type"] = _small(shown)
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _small(shown: ShownFile) -> tuple[bytes, str]:
    try:
        with suppress(BadImage, *MISSING_FILE_ERRORS):
            if stored := shown.read_thumbnail():
                return thumbnail(stored)
        return thumbnail(shown.read())
    except (BadImage, *MISSING_FILE_ERRORS) as error:
        raise Http404 from error


def safe_name(name: str) -> str:
    """Return a file's name as it may stand in a header, and on a disk.

    Without folders, line breaks and what turns the direction of writing around.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(each for each in last if category(each)[0] != "C")
    return plain.strip(" .")[-MAX_NAME:] or "file"
