"""Documents: for each a row that limits leave, and one that they take away."""

from dataclasses import dataclass, field

from bson import ObjectId

from documents.documents import Key, Note
from tests.documents import Author, Book

ALLOWED, DENIED, MISSING = (ObjectId("5f" + each * 22) for each in "ade")


@dataclass(frozen=True)
class Case:
    """A Document and its two rows.

    ``rows``: the condition that only the allowed one meets; ``withheld``: a field that
    is hidden from who is limited in fields, and ``forged`` what such a person sends for
    it; ``changed``: {input: value} of a form that somebody edits; ``new``: the same of
    one that adds. ``never``: what the code of its admin permits nobody.
    """

    document: type
    allowed: dict
    denied: dict
    rows: dict
    withheld: str
    forged: str
    changed: dict
    new: dict = field(default_factory=dict)
    never: frozenset = frozenset()
    keys: tuple = (ALLOWED, DENIED)

    @property
    def collection(self):
        return self.document._get_collection_name()

    def sons(self):
        """Return both documents as they are stored."""
        allowed, denied = self.keys
        return {"_id": allowed, **self.allowed}, {"_id": denied, **self.denied}


CASES = (
    Case(
        Note,
        {"body": "seen", "type": "note", "date": "2024-05-17"},
        {"body": "other", "type": "note", "date": "2024-05-18"},
        rows={"body": "seen"},
        withheld="date",
        forged="2000-01-01",
        changed={"type": "task"},
        new={"body": "seen", "type": "note"},
    ),
    Case(
        Key,
        {"user": ALLOWED, "key": "secret"},
        {"user": DENIED, "key": "secret"},
        rows={"user": str(ALLOWED)},
        withheld="user",
        forged="5f0000000000000000000000",
        changed={},
        never=frozenset({"add", "change"}),
    ),
    Case(
        Book,
        {"title": "seen", "pages": 1, "blurbText": "b", "reviews": [{"text": "good"}]},
        {"title": "other", "pages": 2, "blurbText": "b"},
        rows={"title": "seen"},
        withheld="blurb",
        forged="x",
        changed={"pages": "3"},
        new={"title": "seen"},
    ),
    Case(
        Author,
        {"name": "seen"},
        {"name": "other"},
        rows={"name__startswith": "seen"},
        withheld="born",
        forged="2000-01-01",
        changed={"name": "seen as well"},
        new={"code": "new", "name": "seen now"},
        keys=("a/b", "c_d"),
    ),
)
