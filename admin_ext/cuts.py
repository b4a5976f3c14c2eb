"""Long values, cut in the database: MongoDB's expressions, and what they yield.

A cell shows some hundred characters. What it never shows is not fetched: a text of
15 MB would be read, sent and decoded for nothing.

An expression yields a *node*, which ``decoded`` makes a value of:
``{v: a value as it is}``, ``{s: beginning of a text, n: its bytes}``, ``{b: bytes of
binary data}``, ``{t: "array" or "object", n: number of members, c: [{k, v: node}]}``,
or, for the members of a path, ``{t: type, n: number of members, p: [node]}``.
"""

from typing import Any
from uuid import UUID

from bson import Binary

from .changesets import MISSING

# What is smaller comes whole.
LIMIT = 8_000  # bytes

# One more than a cell shows of a text, and than it could show of a list.
MAX_TEXT = 2_001  # characters
MAX_MEMBERS = 101

# What Python takes for white space.
SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))

# Values so deep within others are not cut: MongoDB has no expression that recurs.
DEPTH = 4

# Of whole documents that are read by the hundred: how many bytes of each, characters
# of a long text, keys of the document, members and keys of what is in it, and levels.
BUDGET = 20_000
SHORT_TEXT = 201
MAX_KEYS = 500
FEW_MEMBERS = 50
MAX_LEVELS = 8

# Stands in the tree of ``picked`` for the end of a path: the value, cut or whole.
CUT, WHOLE = "cut", "whole"
Tree = dict[str, Any] | str


class CutText(str):
    """The beginning of a text. ``size``: bytes of the whole.

    ``length``: its characters, where they were counted, or else those of the beginning.
    """

    size: int
    length: int


class CutList(list):
    """The first members of a list. ``missing``: how many there are behind them."""

    missing = 0


class CutBinary(Binary):
    """Stands for binary data, of which nothing was fetched. ``size``: its bytes."""

    size: int


def type_of(value: Any) -> type:
    """Return the type of a value, of a part of one that of the whole."""
    is_part = isinstance(value, CutText | CutList | CutBinary)
    return type(value).__base__ if is_part else type(value)


def has_cuts(value: Any) -> bool:
    """Tell whether a value, or anything in it, is only a part of what is stored."""
    if isinstance(value, dict | list):
        members = value.values() if isinstance(value, dict) else value
        return isinstance(value, CutList) or any(map(has_cuts, members))
    return isinstance(value, CutText | CutBinary)


def size_of(value: Any) -> int:
    """Return the bytes that a text, or binary data, has in MongoDB."""
    if isinstance(value, CutText | CutBinary):
        return value.size
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    return len(value.bytes if isinstance(value, UUID) else value)


def length_of(text: str) -> int:
    """Return how many characters a stored text has."""
    return text.length if isinstance(text, CutText) else len(text)


def number_of(members: list) -> int:
    """Return how many members a stored list has."""
    return len(members) + missing_of(members)


def missing_of(value: Any) -> int:
    """Return how many members of a list were not fetched."""
    return getattr(value, "missing", 0)


def cut(
    value: str, depth: int = DEPTH, limit: int = LIMIT, whole_data: int = 0
) -> dict:
    """Return the expression of the node of a value of any type.

    ``value``: a path, as ``$body``; ``depth``: how far to go into lists and documents;
    ``limit``: bytes of what is not cut; ``whole_data``: on how many levels, this being
    the first, binary data is not cut: a field of texts shows it as a text. MongoDB
    raises on what is no text where one is expected.
    """
    kind = {"$type": value}
    branches = [(_is_larger(value, "string", limit), _beginning(value))]
    if whole_data <= 0:
        size = {"$binarySize": value}
        branches.append((_is_larger(value, "binData", LIMIT), {"b": size}))
    if depth:
        is_large = {"$gt": [{"$bsonSize": {"v": value}}, limit]}
        is_long = {"$cond": [_is(kind, "array"), _is_long(value), False]}
        is_container = {"$in": [kind, ["array", "object"]]}
        is_plain = {"$cond": [_is(kind, "object"), _is_plain(value), True]}
        is_cut = {"$and": [is_container, {"$or": [is_long, is_large]}, is_plain]}
        branches.append((is_cut, _members(value, depth, whole_data - 1)))
    cases = [{"case": case, "then": then} for case, then in branches]
    return {"$switch": {"branches": cases, "default": {"v": value}}}


def _is_larger(value: str, kind: str, limit: int) -> dict:
    """Return the expression of whether a text, or binary data, has more bytes.

    $strLenBytes would copy the text first, and so does $substrCP: 15 MB take two
    milliseconds. https://www.mongodb.com/docs/manual/reference/operator/aggregation/binarySize/
    """
    size = {"$binarySize": value}
    return {"$and": [_is({"$type": value}, kind), {"$gt": [size, limit]}]}


def _is_long(value: str) -> dict:
    return {"$gt": [{"$size": value}, MAX_MEMBERS]}


def _is_plain(value: str) -> dict:
    """Return the expression of whether a document is no DBRef, which is never cut.

    The driver makes an object of it, and no path goes through that.
    """
    reference = {"$getField": {"field": {"$literal": "$ref"}, "input": value}}
    return _is({"$type": reference}, "missing")


def _beginning(value: str) -> dict:
    """Return the expression of the node of a long text.

    A cell tells of a text that it is blank, which the beginning does not.
    """
    # Each $substrCP copies the whole text: once is enough.
    is_blank = {"$eq": [{"$trim": {"input": "$$beginning", "chars": SPACES}}, ""]}
    node = {"s": "$$beginning", "n": {"$binarySize": value}}
    beginning = {"$substrCP": [value, 0, MAX_TEXT]}
    choice = {"$cond": [is_blank, {"v": value}, node]}
    return {"$let": {"vars": {"beginning": beginning}, "in": choice}}


def _members(value: str, depth: int, whole_data: int) -> dict:
    """Return the expression of the node of a list or a document."""
    kind, one, each = {"$type": value}, f"one{depth}", f"each{depth}"
    as_pairs = {
        "$map": {
            "input": {"$slice": [value, MAX_MEMBERS]},
            "as": one,
            "in": {"v": f"$${one}"},
        }
    }
    of_document = {"$objectToArray": value}
    pairs = {
        "$cond": [
            _is(kind, "array"),
            as_pairs,
            {"$slice": [of_document, MAX_MEMBERS]},
        ]
    }
    number = {"$cond": [_is(kind, "array"), {"$size": value}, {"$size": of_document}]}
    member = cut(f"$${each}.v", depth - 1, MAX_TEXT, whole_data)
    inside = {"k": f"$${each}.k", "v": member}
    members = {"$map": {"input": pairs, "as": each, "in": inside}}
    return {"t": kind, "n": number, "c": members}


def bounded(value: str = "$$ROOT") -> dict:
    """Return the expression of the node of a whole document of about BUDGET bytes.

    What is larger has its bytes divided among its members: what does not fit into its
    share is cut itself, or, where that is too little, nothing but its type and the
    number of its members is told. So is what is deeper than MAX_LEVELS.
    """
    return _bounded(value, BUDGET, MAX_LEVELS, MAX_KEYS)


def _bounded(value: str, budget: Any, levels: int, most: int) -> dict:
    kind = {"$type": value}
    size = {"$binarySize": value}
    length = {"$strLenCP": value}
    text = {"s": {"$substrCP": [value, 0, SHORT_TEXT]}, "n": size, "l": length}
    is_container = {"$in": [kind, ["array", "object"]]}
    is_large = {"$gt": [{"$bsonSize": {"v": value}}, budget]}
    is_plain = {"$cond": [_is(kind, "object"), _is_plain(value), True]}
    parts = _parts(value, budget, levels - 1, most) if levels else _outline(value)
    branches = [
        (_is_larger(value, "string", 4 * SHORT_TEXT), text),
        (_is_larger(value, "binData", SHORT_TEXT), {"b": size}),
        ({"$and": [is_container, is_large, is_plain]}, parts),
    ]
    cases = [{"case": case, "then": then} for case, then in branches]
    return {"$switch": {"branches": cases, "default": {"v": value}}}


def _number(value: str) -> dict:
    """Return the expression of how many members a list or a document has."""
    pairs = {"$objectToArray": value}
    is_array = _is({"$type": value}, "array")
    return {"$size": {"$cond": [is_array, value, pairs]}}


def _outline(value: str) -> dict:
    """Return the expression of the node of a list or document of which nothing fits."""
    return {"t": {"$type": value}, "n": _number(value), "c": []}


def _parts(value: str, budget: Any, levels: int, most: int) -> dict:
    """Return the expression of the node of a list or document that is too large."""
    one, each, share = f"one{levels}", f"each{levels}", f"share{levels}"
    as_pairs = {
        "$map": {
            "input": {"$slice": [value, FEW_MEMBERS]},
            "as": one,
            "in": {"v": f"$${one}"},
        }
    }
    is_array = _is({"$type": value}, "array")
    of_document = {"$slice": [{"$objectToArray": value}, most]}
    member = _bounded(f"$${each}.v", f"$${share}", levels, FEW_MEMBERS)
    node = {
        "t": {"$type": value},
        "n": _number(value),
        "c": {
            "$map": {
                "input": {"$cond": [is_array, as_pairs, of_document]},
                "as": each,
                "in": {"k": f"$${each}.k", "v": member},
            }
        },
    }
    kept = {"$min": [_number(value), most]}
    divided = {"$divide": [budget, {"$max": [kept, 1]}]}
    inside = {"$cond": [{"$lt": [f"$${share}", 40]}, _outline(value), node]}
    # A whole document is never left out.
    inside = node if budget == BUDGET else inside
    return {"$let": {"vars": {share: divided}, "in": inside}}


def picked(value: str, tree: Tree, *, is_sliced: bool, depth: int = 0) -> dict:
    """Return the expression of the node of what paths lead to within a value.

    ``tree``: {key: the tree below it, CUT or WHOLE}. ``is_sliced``: whether of long
    lists on the way only the first members are taken.
    """
    if tree == WHOLE:
        return {"v": value}
    if tree == CUT:
        return cut(value)
    kind, each = {"$type": value}, f"part{depth}"
    members: Any = {"$slice": [value, MAX_MEMBERS]} if is_sliced else value
    found = [
        {
            "k": {"$literal": key},
            "v": picked(f"$${each}.{key}", below, is_sliced=is_sliced, depth=depth + 1),
        }
        for key, below in tree.items()
    ]
    is_plain = _is_plain(f"$${each}")
    is_document = {"$and": [_is({"$type": f"$${each}"}, "object"), is_plain]}
    node = {"t": "object", "n": len(found), "c": found}
    return {
        "t": kind,
        "n": {"$cond": [_is(kind, "array"), {"$size": value}, 1]},
        "p": {
            "$map": {
                # A value that is no list as the only member of one.
                "input": {"$cond": [_is(kind, "array"), members, [value]]},
                "as": each,
                "in": {"$cond": [is_document, node, cut(f"$${each}", 0, MAX_TEXT)]},
            }
        },
    }


def _is(kind: dict, name: str) -> dict:
    return {"$eq": [kind, name]}


def decoded(node: dict[str, Any]) -> Any:
    """Return what a node says: a value as BSON has it, or MISSING."""
    if "s" in node:
        return _text(node["s"], node["n"], node.get("l"))
    if "b" in node:
        data = CutBinary(b"")
        data.size = node["b"]
        return data
    if "p" in node:
        return _path(node)
    if "c" not in node:
        return node.get("v", MISSING)
    if node["t"] == "array":
        return _list([decoded(each["v"]) for each in node["c"]], node["n"])
    found = ((each["k"], decoded(each["v"])) for each in node["c"])
    return {key: value for key, value in found if value is not MISSING}


def is_whole(node: dict[str, Any]) -> bool:
    """Tell whether a node says all of a value."""
    if "p" in node and node["t"] != "array":
        return all(map(is_whole, node["p"]))
    return not node.keys() & {"s", "b", "c", "p"} or node.get("n") == 0


def _text(beginning: str, size: int, length: int | None) -> str:
    if size_of(beginning) == size:
        return beginning
    text = CutText(beginning)
    text.size, text.length = size, length or len(beginning)
    return text


def _path(node: dict) -> Any:
    if node["t"] == "missing":
        return MISSING
    members = [decoded(each) for each in node["p"]]
    return _list(members, node["n"]) if node["t"] == "array" else members[0]


def _list(members: list, number: int) -> list:
    if number == len(members):
        return members
    found = CutList(members)
    found.missing = number - len(members)
    return found
