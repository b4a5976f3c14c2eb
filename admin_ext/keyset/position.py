"""Where a page begins or ends, as a part of its URL."""

from dataclasses import dataclass, replace
from typing import Any

import bson
from django.core.signing import BadSignature, Signer, b64_decode, b64_encode
from django.utils.crypto import salted_hmac

from admin_ext.ejson import CODEC

from .order import Order
from .places import PLACE, place

SALT = "admin_ext.keyset"

# Values that take more are left out of the URL, and read again by the key.
MAX_BYTES = 400


class PositionLost(LookupError):
    """The row at which the page began is gone, and with it what it was sorted by."""


@dataclass(frozen=True)
class Position:
    """A row's place in an order.

    ``values``: what the row is sorted by, as ``places.place`` has it, None where only
    the key is known. ``key``: the row's own, as it is stored. ``is_before``: the page
    ends before that row instead of beginning behind it.
    """

    values: tuple[Any, ...] | None
    key: Any
    is_before: bool = False

    def signed(self, order: Order) -> str:
        """Return the text that ``read`` takes; short, for each link repeats it."""
        content = {"o": _digest(order), "b": self.is_before, "k": self.key}
        data = bson.encode(content | {"v": self.values}, codec_options=CODEC)
        if self.values is None or len(data) > MAX_BYTES:
            data = bson.encode(content, codec_options=CODEC)
        return Signer(salt=SALT).sign(b64_encode(data).decode())

    @classmethod
    def read(cls, text: str, order: Order) -> "Position":
        """Return what was signed. Raise ValueError for other texts, of other orders."""
        try:
            data = b64_decode(Signer(salt=SALT).unsign(text).encode())
        except BadSignature as error:
            raise ValueError("No position in a list.") from error
        content = bson.decode(data, codec_options=CODEC)
        if content["o"] != _digest(order):
            raise ValueError("A position in another order.")
        values = content.get("v")
        return cls(
            None if values is None else tuple(values), content["k"], content["b"]
        )

    def with_values(self, queryset: Any, order: Order) -> "Position":
        """Return the position with its values. Raise PositionLost for a deleted row."""
        if self.values is not None:
            return self
        pipeline = [
            {"$match": {"_id": {"$eq": self.key}}},
            {"$project": {PLACE: place(order)}},
        ]
        found = [*queryset.sent(pipeline)]
        if not found:
            raise PositionLost(str(self.key))
        return replace(self, values=tuple(found[0][PLACE]))


def _digest(order: Order) -> bytes:
    """Return a few bytes that tell an order from others."""
    return salted_hmac(SALT, order.text, algorithm="sha256").digest()[:6]
