"""The document that a new one is saved as a copy of."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from admin_ext.changesets import ANY_KEY, MISSING, BadBase, Base, identical
from admin_ext.ejson import CODEC
from admin_ext.replicas import leniently

from .shown import is_stand_in, stand_in


class Original:
    """The stored document whose page was sent with "Save as new".

    What its page showed of a file is its id, and of binary data only what stands for
    it: the data are looked for in the document, of the class ``document``.
    """

    def __init__(self, base: Base, token: str, document: Any):
        self.base, self.token, self.document = base, token, document

    @classmethod
    def sent(cls, token: str | None, owner: str, document: Any) -> "Original | None":
        """Return the original whose page had that base, or None."""
        try:
            base = Base.read(token or "", owner, ANY_KEY)
        except BadBase:
            return None
        return cls(base, token or "", document)

    def value(self, name: str) -> Any:
        """Return what its page showed under ``name``, as it is stored, or MISSING."""
        shown = self.base.values.get(name, MISSING)
        if not is_stand_in(shown):
            return shown
        values = _values(self._stored)
        found = (each for each in values if identical(stand_in(each), shown))
        return next(found, MISSING)

    @cached_property
    def _stored(self) -> dict:
        collection = self.document._get_collection()
        collection = leniently(collection.with_options(codec_options=CODEC))
        return collection.find_one({"_id": {"$eq": self.base.key}}) or {}


def _values(value: Any) -> Iterator[Any]:
    """Yield all that is no document and no list, at any depth."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    else:
        yield value
