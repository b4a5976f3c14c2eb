"""Documents as one line of text each, of which only the beginning leaves the database.

A document of 15 MB costs the list what its first keys cost.
"""

import reprlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from bson import Decimal128, ObjectId, json_util
from django.template.defaultfilters import filesizeformat
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.cuts import CutText
from admin_ext.ejson import JSON_ERRORS, READABLE

from .masks import without_declared_secrets, without_secrets

# Keys of a document, characters of a text, bytes of anything else; what has more is
# told by its size.
MAX_KEYS, MAX_TEXT, MAX_BYTES = 12, 80, 200

# A whole line, in characters.
MAX_LINE = 400

# Where a row carries its line while it is read.
LINE = "_admin_line"


class Size(str):
    """Stands for a value that is too large for a line: "[12 members]"."""


def line() -> dict[str, Any]:
    """Return the expression of {n: number of keys, c: [{k, v: node}]} of a document."""
    pairs = {"$objectToArray": "$$ROOT"}
    node = {"k": "$$each.k", "v": _node("$$each.v")}
    first = {"$slice": [pairs, MAX_KEYS + 1]}
    members = {"$map": {"input": first, "as": "each", "in": node}}
    return {"n": {"$size": pairs}, "c": members}


def _node(value: str) -> dict[str, Any]:
    """Return the expression of {v: value}, {s, n} of a long text, {t, n} of the rest.

    ``n``: members of an array, keys of an object, bytes of all else.
    """
    kind, size = {"$type": value}, {"$binarySize": value}
    is_text = {"$eq": [kind, "string"]}
    is_long = {"$cond": [is_text, {"$gt": [size, 4 * MAX_TEXT]}, False]}
    is_data = {"$eq": [kind, "binData"]}
    is_large = {"$cond": [is_data, {"$gt": [size, MAX_BYTES]}, _is_large(value)]}
    number = {
        "$switch": {
            "branches": [
                {"case": {"$eq": [kind, "array"]}, "then": {"$size": value}},
                {"case": _is_plain(value), "then": _number_of_keys(value)},
                {"case": is_data, "then": size},
            ],
            "default": 0,
        }
    }
    beginning = {"s": {"$substrCP": [value, 0, MAX_TEXT + 1]}, "n": size}
    branches = [
        {"case": is_long, "then": beginning},
        {"case": is_text, "then": {"v": value}},
        {"case": is_large, "then": {"t": kind, "n": number}},
    ]
    return {"$switch": {"branches": branches, "default": {"v": value}}}


def _is_large(value: str) -> dict[str, Any]:
    return {"$gt": [{"$bsonSize": {"v": value}}, MAX_BYTES]}


def _is_plain(value: str) -> dict[str, Any]:
    return {"$eq": [{"$type": value}, "object"]}


def _number_of_keys(value: str) -> dict[str, Any]:
    return {"$size": {"$objectToArray": value}}


def text_of(
    found: dict[str, Any],
    documents: Iterable[type],
    told: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    *,
    is_whole: Callable[[str], bool] = lambda _key: True,
) -> str:
    """Return a document as ``line`` found it as text, without its ``_id``.

    ``documents``: the Documents of its collection, if any, for their secrets;
    ``told`` returns a document without what is denied, ``is_whole`` tells of a key
    that nothing in it is: sizes of others would tell of that.
    """
    whole = {each["k"]: _value(each["v"]) for each in found["c"]}
    son = told(whole)
    sized = (key for key, value in son.items() if isinstance(value, Size))
    son |= {key: Size("…") for key in sized if not is_whole(key)}
    denied = len(whole) - len(son)
    has_key = "_id" in son
    son.pop("_id", None)
    son = without_secrets(without_declared_secrets(son, documents))
    missing = found["n"] - denied - len(son) - has_key
    parts = [f"{_short(key)}: {_value_text(value)}" for key, value in son.items()]
    text = Truncator(", ".join(parts)).chars(MAX_LINE)
    if missing > 0 and not text.endswith("…"):
        more = ngettext("%(count)s more key", "%(count)s more keys", missing)
        text = ", ".join([text, f"… {more % {'count': missing}}"])
    return text


def _value(node: dict[str, Any]) -> Any:
    if "s" in node:
        text = CutText(node["s"])
        text.size = node["n"]
        return text
    if "t" in node:
        return Size(_size(node["t"], node["n"]))
    return node.get("v")


def _size(kind: str, number: int) -> str:
    if kind == "array":
        text = ngettext("%(count)s member", "%(count)s members", number)
        return f"[{text % {'count': number}}]"
    if kind == "object":
        text = ngettext("%(count)s key", "%(count)s keys", number)
        return f"{{{text % {'count': number}}}}"
    if kind == "binData":
        return _("binary data, %(size)s") % {"size": filesizeformat(number)}
    return f"({kind})"


def _value_text(value: Any) -> str:
    if isinstance(value, Size | ObjectId | UUID | Decimal128):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    try:
        text = json_util.dumps(value, json_options=READABLE, ensure_ascii=False)
    except JSON_ERRORS:
        text = reprlib.repr(value)
    return _short(text)


def _short(text: str) -> str:
    return Truncator(text).chars(MAX_TEXT)
