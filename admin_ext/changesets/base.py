"""What a page showed of a document, signed, so that it comes back as it was sent.

The base of a document of which a person may not see all is sealed, too: it has digests
of rows and of embedded documents as a whole.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zlib import compress, decompress

import bson
from bson.errors import BSONError
from django.core import signing

from admin_ext.ejson import CODEC

from .merge import Choice
from .sealing import has_seal, seal, unsealed
from .values import MISSING, digest, identical

SALT = "admin_ext.changesets.base"


def choice_name(name: str) -> str:
    """Return the name of the input with which a conflict of a field is settled."""
    return f"{name}-CHOICE"


# Stands for the key of whatever document a page was made of.
ANY_KEY = object()


class BadBase(Exception):
    """The text is none that a page of this document was sent with."""


class BSONSerializer:
    """Serializer of django.core.signing that keeps the types of BSON."""

    def dumps(self, value: Any) -> bytes:
        return bson.encode(value, codec_options=CODEC)

    def loads(self, data: bytes) -> Any:
        return bson.decode(data, codec_options=CODEC)


class Base:
    """What a page showed of one document.

    ``values``: {name on the page: stored value or MISSING}. ``seen``: {name: digest of
    a value that somebody else stored meanwhile and that the page has shown since}.
    ``opened``: when the page was made, None for one that is just being made. ``key``:
    the document's, when it was read. ``batch``: what the page asks MongoDB about in
    one query.
    """

    key: Any = MISSING

    def __init__(
        self,
        values: dict[str, Any] | None = None,
        seen: dict[str, bytes] | None = None,
        opened: datetime | None = None,
    ):
        self.values, self.seen = values or {}, seen or {}
        self.opened = opened
        self._asked = dict(self.seen)
        self._absent: set[str] = set()
        self.batch: list = []

    def get(self, name: str, stored: Any) -> Any:
        """Return what the page showed under ``name``; ``stored`` where it is silent."""
        return self.values.get(name, MISSING if self.is_absent(name) else stored)

    def knows(self, name: str) -> bool:
        """Tell whether the page said what it showed under ``name``."""
        return name in self.values or self.is_absent(name)

    def set_absent(self, name: str) -> None:
        """Note that there was nothing under ``name``, and so nothing within."""
        self._absent.add(f"{name}-")
        for each in [*self.values]:
            if each.startswith(f"{name}-"):
                del self.values[each]

    def is_absent(self, name: str) -> bool:
        """Tell whether what holds ``name`` was not there when the page was made."""
        return any(map(name.startswith, self._absent))

    def choice(self, name: str, data: Mapping[str, str]) -> str:
        """Return how the person settled a conflict that the page showed, or ""."""
        return data.get(choice_name(name), "") if name in self._asked else ""

    def choices(self, data: Mapping[str, str], choice: str) -> set[str]:
        """Return the names of the conflicts that the person settled by ``choice``."""
        return {name for name in self._asked if self.choice(name, data) == choice}

    def is_settled(self, name: str, stored: Any, choice: str) -> bool:
        """Tell whether the person saw ``stored`` and chose to write over it."""
        return choice == Choice.MINE and self._asked.get(name) == digest(stored)

    def show(self, name: str, stored: Any) -> None:
        """Note that the next page shows what somebody else has stored."""
        self.seen[name] = digest(stored)

    def forget(self, name: str) -> None:
        """Take what is stored now for what the page showed under ``name`` and in it."""
        for each in [*self.values]:
            if each == name or each.startswith(f"{name}-"):
                del self.values[each]

    def token(self, owner: str, key: Any, *, is_sealed: bool = False) -> str:
        """Return this base as signed text, for the page of one document only.

        ``owner``: the label of its class; ``key``: its ``_id``, MISSING for none;
        ``is_sealed``: nobody can read it.
        """
        missing = [name for name, value in self.values.items() if value is MISSING]
        content = {
            "owner": owner,
            "key": [] if key is MISSING else [key],
            "values": {
                name: value
                for name, value in self.values.items()
                if value is not MISSING
            },
            "missing": missing,
            "seen": self.seen,
            "opened": self.opened or datetime.now(UTC),
        }
        if is_sealed:
            return seal(_packed(content))
        return signing.dumps(
            content, salt=SALT, serializer=BSONSerializer, compress=True
        )

    @classmethod
    def read(cls, token: str, owner: str, key: Any) -> "Base":
        """Return the base that ``token()`` wrote. Raise BadBase for any other text.

        ``key`` may be ANY_KEY. Whether it was sealed makes no difference: it says what
        a page showed, and gives nobody a right.
        """
        try:
            found = _content(token)
        except (signing.BadSignature, BSONError, ValueError) as error:
            raise BadBase(str(error)) from error
        keys = [] if key is MISSING else [key]
        is_owner = key is ANY_KEY or identical(found["key"], keys)
        if found["owner"] != owner or not is_owner:
            raise BadBase("The page was another document's.")
        values = found["values"] | dict.fromkeys(found["missing"], MISSING)
        base = cls(values, found["seen"], found["opened"])
        base.key = next(iter(found["key"]), MISSING)
        return base


def _packed(content: dict[str, Any]) -> bytes:
    """Return the content of a base as bytes whose number tells nothing of digests.

    They are not compressed: of two that are equal the second would take less room.
    """
    values = content["values"]
    texts = {name: value for name, value in values.items() if type(value) is str}
    others = {name: value for name, value in values.items() if name not in texts}
    packer = BSONSerializer()
    packed = compress(packer.dumps(texts))
    return packer.dumps({**content, "values": others, "texts": packed})


def _content(token: str) -> dict[str, Any]:
    """Return what a token holds. Raise BadSignature, BSONError or ValueError."""
    if not has_seal(token):
        return signing.loads(token, salt=SALT, serializer=BSONSerializer)
    packer = BSONSerializer()
    content = packer.loads(unsealed(token))
    texts = packer.loads(decompress(content["texts"]))
    return {**content, "values": content["values"] | texts}
