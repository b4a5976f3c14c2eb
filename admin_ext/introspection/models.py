"""The Documents that a person might have declared for what is stored.

Inference makes them, references and indexes are added to them, and Python is written
from them. They know nothing of MongoDB nor of how they are written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .profile import Profile


@dataclass(frozen=True)
class Code:
    """Python that stands in an option as it is, such as the name of a class.

    ``imports``: {module: names} that it needs.
    """

    text: str
    imports: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


class Meaning(Enum):
    """What values are to people, where their BSON type does not say it."""

    PLAIN = "plain"
    EMAIL = "e-mail address"
    URL = "web address"
    UUID_TEXT = "UUID as text"
    OBJECT_ID_TEXT = "ObjectId as text"
    DATE_TEXT = "date as text"
    EPOCH = "date as a number"
    SECRET = "secret"
    FILE_ID = "file in GridFS"
    LONG_TEXT = "text of several lines"


@dataclass
class Reference:
    """What the values of a field lead to.

    ``collection``: the name of the target's; ``key``: the stored path in it that holds
    the values, "_id" nearly always. ``looked_up`` values of which ``found`` are there.
    ``is_dbref``: stored as DBRef, with the name of the collection.
    """

    collection: str
    key: str = "_id"
    looked_up: int = 0
    found: int = 0
    is_dbref: bool = False

    @property
    def confidence(self) -> float:
        """From 0 to 1."""
        return self.found / self.looked_up if self.looked_up else 0.0


@dataclass
class Field:
    """A field of a Document or of an embedded one.

    ``name``: in Python; ``stored``: the key in MongoDB; ``path``: the stored path from
    the root of the document, "[]" for members of arrays, "*" for keys of maps.
    ``kind``: the class of mongoengine, as "StringField"; ``options``: {keyword: value
    or Code}, without those that the writer knows itself: db_field, the target of a
    reference, the class of an embedded document, the field of members.
    ``member``: of lists and maps; ``embedded``: the class of embedded documents.
    ``reference``: set where references were looked up and found; ``choices``: stored
    values of few kinds, the most frequent first.
    ``share``: in which part of the documents the key is stored, null included, 0 to 1;
    ``nulls``: the part of these that are null.
    ``doubts``: sentences for a person to decide, which become comments.
    """

    name: str
    stored: str
    path: tuple[str, ...]
    kind: str
    profile: Profile
    options: dict[str, Any] = field(default_factory=dict)
    member: "Field | None" = None
    embedded: "Model | None" = None
    reference: Reference | None = None
    choices: list[Any] = field(default_factory=list)
    meaning: Meaning = Meaning.PLAIN
    share: float = 1.0
    nulls: float = 0.0
    doubts: list[str] = field(default_factory=list)

    def innermost(self) -> "Field":
        """Return the field of what lists and maps, one within another, hold."""
        return self.member.innermost() if self.member else self

    def within(self, around: tuple["Model", ...] = ()) -> Iterator["Field"]:
        """Yield this field, its members', and those of embedded classes below.

        ``around``: classes that are being walked already: some hold themselves.
        """
        yield self
        if self.member is not None:
            yield from self.member.within(around)
        embedded = self.embedded
        if embedded is not None and not any(each is embedded for each in around):
            yield from embedded.all_fields(around)


@dataclass
class Index:
    """An index on the server.

    ``keys``: [(stored path, 1 | -1 | "text" | "2dsphere" | …)]; ``line``: its entry in
    meta["indexes"] as Python value, None where mongoengine cannot declare it.
    """

    name: str
    keys: list[tuple[str, Any]]
    unique: bool = False
    sparse: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    line: Any = None


class Kind(Enum):
    """What a collection is to the server."""

    PLAIN = "collection"
    VIEW = "view"
    CAPPED = "capped collection"
    TIME_SERIES = "time-series collection"
    GRIDFS_FILES = "files of GridFS"


@dataclass
class Model:
    """A class: a Document, an embedded one, or one of a hierarchy.

    ``collection``: of Documents, None for embedded ones. ``parent``: the class that it
    extends by ``_cls``, whose value is ``cls``; ``subclasses``: those that extend this
    one; ``has_subclasses``: it allows inheritance, even where none was seen.
    ``label``: the field that ``__str__`` shows, None for the key.
    ``read``: how many documents were looked at, ``size`` how many there are about;
    ``seconds`` it took.
    """

    name: str
    fields: list[Field] = field(default_factory=list)
    collection: str | None = None
    kind: Kind = Kind.PLAIN
    parent: "Model | None" = None
    cls: str | None = None
    has_subclasses: bool = False
    label: str | None = None
    subclasses: list["Model"] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    read: int = 0
    size: int = 0
    seconds: float = 0.0
    profile: Profile | None = None

    @property
    def is_embedded(self) -> bool:
        return self.collection is None

    def all_fields(self, around: tuple["Model", ...] = ()) -> Iterator[Field]:
        """Yield every field, of whatever depth; a class that is used twice, twice.

        Those of embedded subclasses too. Documents are listed with their subclasses.
        """
        for each in self.fields:
            yield from each.within((*around, self))
        if self.is_embedded:
            for model in self.subclasses:
                yield from model.all_fields((*around, self))

    def field_named(self, name: str) -> Field | None:
        """Return the field of that Python name."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass
class Skipped:
    """A collection that was not looked at, and why, in words."""

    collection: str
    reason: str


@dataclass
class Database:
    """The models of a database, in the order in which they can be written.

    ``documents``: those with a collection, and their subclasses after them;
    ``embedded``: each class once, before those that use it. ``alias``: of the
    connection, as in MONGODB_DATABASES.
    """

    name: str
    documents: list[Model] = field(default_factory=list)
    embedded: list[Model] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    alias: str = "default"

    def model_of(self, collection: str) -> Model | None:
        """Return the Document of a collection, that of no subclass."""
        return next(
            (
                each
                for each in self.documents
                if each.collection == collection and each.parent is None
            ),
            None,
        )

    @property
    def doubts(self) -> int:
        """How many comments ask a person to decide."""
        return sum(
            len(model.doubts) + sum(len(each.doubts) for each in _own(model))
            for model in (*self.documents, *self.embedded)
        )


def _own(model: Model) -> Iterator[Field]:
    """Yield the fields that a class declares, with their members'."""
    for each in model.fields:
        while each is not None:
            yield each
            each = each.member
