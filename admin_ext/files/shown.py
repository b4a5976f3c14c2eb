"""What a page tells of a file, or of binary data: never the contents."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from uuid import UUID

from bson import Binary, ObjectId
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from mongoengine import ImageField
from mongoengine.fields import GridFSProxy

from admin_ext.changesets import MISSING, digest
from admin_ext.cuts import CutBinary, size_of, type_of
from admin_ext.ejson import JSON_ERRORS, extended_json
from admin_ext.failures import FAILURES, told
from admin_ext.limits import is_page, max_side_time, within

from .buckets import Bucket
from .images import MAX_THUMBNAIL_BYTES, THUMBNAIL_FORMATS

# What BSON calls the kinds of binary data. https://bsonspec.org/spec.html
SUBTYPES = {
    0: gettext_lazy("generic"),
    1: gettext_lazy("function"),
    2: gettext_lazy("generic, old format"),
    3: gettext_lazy("UUID, legacy format"),
    4: gettext_lazy("UUID"),
    5: gettext_lazy("MD5"),
    6: gettext_lazy("encrypted"),
    7: gettext_lazy("compressed time series"),
    8: gettext_lazy("sensitive"),
    9: gettext_lazy("vector"),
}
ENCRYPTED = 6
UUID_SUBTYPES = (3, 4)
USER_DEFINED = 128

# The keys of what stands for binary data in a page's base.
STAND_IN = {"$digest", "size", "subtype"}

# Where a document keeps the form whose page shows it, and what a list has prepared:
# {field name: Shown or None}.
SHOWN_BY = "_shown_by_form"
SHOWN_FILES = "_shown_files"

MAX_TEXT = 80  # characters of an odd value

# Content types, as a file's document has them, of which there are thumbnails.
IMAGE_TYPES = frozenset(THUMBNAIL_FORMATS.values()) | {"image/jpg"}


class Shown:
    """What a page tells of one stored value: a name, and facts about it.

    ``url``: where it is downloaded, "" when it is not; ``mark``: what is odd about it.
    """

    url = thumbnail_url = mark = ""

    def __init__(self, value: Any):
        self.value = value

    @property
    def name(self) -> str:
        return _text(self.value)

    @property
    def facts(self) -> list[str]:
        return []

    @property
    def has_contents(self) -> bool:
        """Tell whether there is something to be downloaded."""
        return False

    @property
    def has_thumbnail(self) -> bool:
        return False

    def link(self, url: str) -> "Shown":
        """Tell where the contents are, if there are any; return this."""
        if url and self.has_contents:
            self.url = url
            self.thumbnail_url = self._thumbnail_url(url) if self.has_thumbnail else ""
        return self

    def _thumbnail_url(self, url: str) -> str:
        # Another file is another URL, to the browser's cache.
        sign = "&" if "?" in url else "?"
        return f"{url}{sign}thumbnail=1&v={digest(self.value).hex()[:8]}"

    @property
    def summary(self) -> str:
        """The name and the facts as one text."""
        facts = ", ".join(map(str, self.facts))
        return f"{self.name} ({facts})" if facts else self.name

    def html(self, *, link: bool = True) -> str:
        """Return a list cell or read-only text, as Django's of a file."""
        if self.mark:
            return format_html(
                '<span class="admin-ext odd-value" title="{}">{}</span>',
                self.mark,
                self.name,
            )
        if link and self.url:
            return format_html('<a href="{}">{}</a>', self.url, self)
        return format_html("{}", self)

    def __str__(self):
        return self.name


class ShownFile(Shown):
    """A file of GridFS by its id, which is looked up when it is asked about."""

    def __init__(self, document_field: Any, value: Any):
        super().__init__(value.grid_id if isinstance(value, GridFSProxy) else value)
        self.document_field = document_field
        self.batch: list[ShownFile] = []
        # Why it is not known whether there is a file.
        self.unknown = ""

    @property
    def bucket(self) -> Bucket:
        return Bucket.of(self.document_field)

    @cached_property
    def file(self) -> dict:
        """The document of the file, {} when there is none."""
        fetch(self.batch)
        if "file" not in vars(self):
            self.file = self.bucket.find(self.value) or {}
        return vars(self)["file"]

    @property
    def has_contents(self):
        return bool(self.file)

    @property
    def mark(self) -> str:
        no_file = "" if self.file else str(_("There is no such file in GridFS"))
        return self.unknown or no_file

    @property
    def name(self) -> str:
        return str(self.file.get("filename") or _text(self.value))

    @property
    def size(self) -> int | None:
        size = self.file.get("length")
        is_number = isinstance(size, int | float) and not isinstance(size, bool)
        return int(size) if is_number and 0 <= size < 2**63 else None

    @property
    def content_type(self) -> str:
        """What GridFS says of the type; newer drivers say it in the metadata."""
        metadata = self.file.get("metadata")
        found = self.file.get("contentType") or (
            metadata.get("contentType") if isinstance(metadata, dict) else None
        )
        return found if isinstance(found, str) else ""

    @property
    def facts(self):
        size = [] if self.size is None else [filesizeformat(self.size)]
        return size + ([self.content_type] if self.content_type else [])

    @property
    def has_thumbnail(self):
        is_image = isinstance(self.document_field, ImageField)
        is_image = is_image or self.content_type.lower() in IMAGE_TYPES
        is_small = self.size is not None and self.size <= MAX_THUMBNAIL_BYTES
        return is_image and (is_small or self.thumbnail_id is not None)

    @property
    def thumbnail_id(self) -> Any:
        """The id of the thumbnail that mongoengine's ImageField has made."""
        return self.file.get("thumbnail_id")

    def chunks(self) -> Iterator[bytes]:
        """Yield the contents. Raise one of MISSING_FILE_ERRORS."""
        return self.bucket.chunks(self.file)

    def read(self) -> bytes:
        """Return the contents of a picture, b"" for a very large one.

        Raise one of MISSING_FILE_ERRORS.
        """
        return self._read(self.file)

    def read_thumbnail(self) -> bytes:
        """Return the stored thumbnail, or b"". Raise one of MISSING_FILE_ERRORS."""
        return self._read(self.bucket.find(self.thumbnail_id))

    def _read(self, file: dict | None) -> bytes:
        if not file or int(file["length"]) > MAX_THUMBNAIL_BYTES:
            return b""
        return b"".join(self.bucket.chunks(file))


class ShownBinary(Shown):
    """Binary data, or another value in its place; or what stands for binary data.

    ``field_name`` names the file to which it is downloaded.
    """

    def __init__(self, value: Any, field_name: str = "data"):
        super().__init__(value)
        self.field_name = field_name

    @property
    def contents(self) -> bytes | None:
        """The data, or None for what is no binary data."""
        return contents_of(self.value)

    @property
    def has_contents(self):
        return self.contents is not None

    @property
    def is_binary(self) -> bool:
        return self.has_contents or is_stand_in(self.value)

    @property
    def size(self) -> int:
        contents = self.contents
        return self.value["size"] if contents is None else size_of(self.value)

    def has_same_contents(self, contents: bytes) -> bool:
        """Tell whether the data are these bytes."""
        mine = self.value if is_stand_in(self.value) else stand_in(self.value)
        return mine == stand_in(Binary(contents, self.subtype))

    @property
    def subtype(self) -> int | None:
        """BSON's number for the kind of data, None for what is no binary data."""
        if is_stand_in(self.value):
            return self.value["subtype"]
        return subtype_of(self.value) if self.has_contents else None

    @property
    def mark(self):
        if self.is_binary:
            return ""
        name = type_of(self.value).__name__
        message = _("Stored as %(type)s, which is not what this field holds")
        return message % {"type": name}

    @property
    def name(self):
        return f"{self.field_name}.bin" if self.is_binary else super().name

    @property
    def facts(self):
        if not self.is_binary:
            return []
        if isinstance(self.value, CutBinary):
            # No expression of MongoDB tells the subtype.
            return [filesizeformat(self.size)]
        return [filesizeformat(self.size), subtype_name(self.subtype)]

    def __str__(self):
        return ", ".join(map(str, self.facts)) or self.name


def join(batch: list, shown: Any) -> None:
    """Have files looked up together. ``shown``: one, a list of them, or no file."""
    if isinstance(shown, ShownFile):
        shown.batch = batch
        batch.append(shown)
    elif isinstance(shown, list):
        for each in shown:
            join(batch, each)


def fetch(files: Iterable[ShownFile]) -> None:
    """Look up files that were not yet: one query for each bucket."""
    wanted: dict[Bucket, list[ShownFile]] = {}
    for each in files:
        if "file" not in vars(each) and isinstance(each.value, ObjectId):
            wanted.setdefault(each.bucket, []).append(each)
    for bucket, members in wanted.items():
        found, why = _find(bucket, {each.value for each in members})
        for each in members:
            each.file, each.unknown = found.get(each.value, {}), why


def _find(bucket: Bucket, keys: set[ObjectId]) -> tuple[dict[ObjectId, dict], str]:
    """Return {_id: document}, and why it is not known; a page comes all the same."""
    try:
        with within(max_side_time()):
            return bucket.find_many(keys), ""
    except FAILURES as error:
        if not is_page():
            raise
        return {}, told(bucket.name, error, max_side_time())


def contents_of(value: Any) -> bytes | None:
    """Return the bytes of a value that is stored as binary data, else None."""
    if isinstance(value, UUID):
        return value.bytes
    return bytes(value) if isinstance(value, bytes) else None


def subtype_of(value: Any) -> int:
    """Return BSON's subtype of a value that is stored as binary data."""
    if isinstance(value, UUID):
        return 4
    return value.subtype if isinstance(value, Binary) else 0


def subtype_name(subtype: int | None) -> str:
    """Return in words what BSON's number of a subtype says."""
    if subtype in SUBTYPES:
        return str(SUBTYPES[subtype])
    is_own = subtype is not None and subtype >= USER_DEFINED
    name = _("user defined") if is_own else _("unknown kind")
    return f"{name} {subtype}"


def stand_in(value: Any) -> Any:
    """Return what stands for a stored value in a page's base; binary data is large."""
    contents = contents_of(value)
    if contents is None:
        return value
    subtype = subtype_of(value)
    mark = digest(Binary(contents, subtype))
    return {"$digest": mark, "size": len(contents), "subtype": subtype}


def is_stand_in(value: Any) -> bool:
    """Tell whether a value is what ``stand_in`` returns for binary data."""
    if not isinstance(value, dict) or value.keys() != STAND_IN:
        return False
    return isinstance(value["size"], int) and isinstance(value["subtype"], int)


def _text(value: Any) -> str:
    if value is MISSING or value is None:
        return ""
    if isinstance(value, str | ObjectId):
        text = str(value)
    else:
        try:
            text = extended_json(value, indent=None)
        except JSON_ERRORS:
            text = repr(value)
    return Truncator(text).chars(MAX_TEXT)
