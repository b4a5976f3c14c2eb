"""Expressions as text, broken into lines as Black and ruff do.

The machine that writes a module may have neither: the text is made in that form.
https://black.readthedocs.io/en/stable/the_black_code_style/current_style.html
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

WIDTH = 88
STEP = "    "

# Of these the tools do not agree how wide they are: they are written as escapes.
_UNEQUAL = re.compile(
    r"[\u0d4e\u1160-\u11ff\u17a4\u17d8\u2630-\u2637\u268a-\u268f\u2d7f\u302e\u302f"
    r"\u3164\u4dc0-\u4dff\ua8fa\ud7b0-\ud7fb\uff9e-\uffa0"
    r"\U00011000-\U00012000\U00016000-\U00017000\U0001d100-\U0001d376]"
)

# Vowels that join the letter before them and take no column of their own.
_JOINED = re.compile(
    r"[\u09be\u09d7\u0b3e\u0b57\u0bbe\u0bd7\u0cc0\u0cc2\u0cc7\u0cc8\u0cca\u0ccb\u0cd5"
    r"\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u1715\u1734\u1b35\u1b3b\u1b3d\u1b43\u1b44\u1baa"
    r"\u1bf2\u1bf3\ua953\ua9c0]"
)

# ruff takes these for what should have been an f-string.
_PLACEHOLDER = re.compile(r"\{(?=\s*[^\W\d])")


@dataclass(frozen=True)
class Text:
    """Python that is not broken."""

    text: str


@dataclass(frozen=True)
class Str:
    """A literal of a text, or of bytes; a long one becomes several."""

    value: str | bytes


@dataclass(frozen=True)
class Call:
    """``arguments``: [(name, or "" of a positional one, expression)]."""

    function: str
    arguments: list[tuple[str, "Node"]] = field(default_factory=list)


def call(function: str, *positional: "Node", **named: "Node") -> Call:
    return Call(function, [*(("", each) for each in positional), *named.items()])


@dataclass(frozen=True)
class Items:
    """A list, tuple or set; ``brackets``: "[]", "()" or "{}"."""

    brackets: str
    items: list["Node"]


@dataclass(frozen=True)
class Pairs:
    """A dict."""

    items: list[tuple["Node", "Node"]]


Node = Text | Str | Call | Items | Pairs


def class_line(name: str, bases: Iterable[str]) -> list[str]:
    """Return the line that begins a class; several for long names."""
    arguments = [("", Text(each)) for each in bases]
    return lines("class ", Call(name, arguments), ":")


def width(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of, text))


def _width_of(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me") or _JOINED.match(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def visible(text: str) -> str:
    """Return a text on one line: what does not show is spelled as Python does."""
    return "".join(map(_shown, text))


def _shown(letter: str) -> str:
    if letter.isprintable() and not _UNEQUAL.match(letter):
        return letter
    return ascii(letter)[1:-1]


def flat(node: Node) -> str:
    """Return an expression on one line."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Str):
        return quoted(node.value)
    if isinstance(node, Call):
        return f"{node.function}({', '.join(map(_argument, node.arguments))})"
    if isinstance(node, Pairs):
        pairs = (f"{flat(key)}: {flat(value)}" for key, value in node.items)
        return f"{{{', '.join(pairs)}}}"
    comma = "," if node.brackets == "()" and len(node.items) == 1 else ""
    start, end = node.brackets
    return f"{start}{', '.join(map(flat, node.items))}{comma}{end}"


def _argument(argument: tuple[str, Node]) -> str:
    name, node = argument
    return f"{name}={flat(node)}" if name else flat(node)


def lines(prefix: str, node: Node, suffix: str = "", indent: str = "") -> list[str]:
    """Return the lines of an expression that stands between two pieces of text.

    ``prefix`` begins with ``indent``, which the last line has as well.
    """
    line = f"{prefix}{flat(node)}{suffix}"
    if width(line) <= WIDTH or not _is_breakable(node):
        return [line] if width(line) <= WIDTH else _alone(prefix, node, suffix, indent)
    inner = indent + STEP
    if isinstance(node, Str):
        return [f"{prefix}(", *_literals(node, inner), f"{indent}){suffix}"]
    start, end, body = _body(node, inner)
    return [f"{prefix}{start}", *body, f"{indent}{end}{suffix}"]


def _is_breakable(node: Node) -> bool:
    return not isinstance(node, Text) and flat(node)[-2:] not in ("()", "[]", "{}")


def _alone(prefix: str, node: Node, suffix: str, indent: str) -> list[str]:
    """Put what has no brackets to break at on a line of its own."""
    is_empty = prefix.endswith(": ") and not isinstance(node, Text)
    if is_empty or not prefix.endswith(("= ", ": ")):
        return [f"{prefix}{flat(node)}{suffix}"]
    return [f"{prefix}(", f"{indent}{STEP}{flat(node)}", f"{indent}){suffix}"]


def _body(node: Call | Items | Pairs, inner: str) -> tuple[str, str, list[str]]:
    """Return what opens and closes an expression, and the lines between."""
    if isinstance(node, Call):
        start, end = f"{node.function}(", ")"
        line = inner + ", ".join(map(_argument, node.arguments))
        if width(line) <= WIDTH:
            return start, end, [line]
        [(name, first), *others] = node.arguments
        if isinstance(first, Str) and not (name or others):
            return start, end, _literals(first, inner)
        parts = [(f"{name}=" if name else "", each) for name, each in node.arguments]
    elif isinstance(node, Pairs):
        start, end = "{}"
        comma = "," if len(node.items) > 1 else ""
        return (
            start,
            end,
            [
                line
                for key, value in node.items
                for line in _pair(key, value, comma, inner)
            ],
        )
    else:
        start, end = node.brackets
        parts = [("", each) for each in node.items]
    is_tuple = (start, end) == ("(", ")")
    comma = "," if len(parts) > 1 or is_tuple else ""
    return (
        start,
        end,
        [
            line
            for name, each in parts
            for line in lines(f"{inner}{name}", each, comma, inner)
        ],
    )


def _pair(key: Node, value: Node, comma: str, indent: str) -> list[str]:
    line = f"{indent}{flat(key)}: {flat(value)}{comma}"
    begin = f"{indent}{flat(key)}: {_opening(value)}"
    if width(line) <= WIDTH or width(begin) <= WIDTH or not isinstance(key, Str):
        return lines(f"{indent}{flat(key)}: ", value, comma, indent)
    first = [f"{indent}(", *_literals(key, indent + STEP)]
    return [*first, *lines(f"{indent}): ", value, comma, indent)]


def _opening(node: Node) -> str:
    """Return what stays on the first line where an expression is broken."""
    if isinstance(node, Call):
        return f"{node.function}("
    return "(" if _is_breakable(node) or isinstance(node, Text) else flat(node)


def quoted(value: str | bytes) -> str:
    """Return the literal of a text or of bytes, in the quotes that need less."""
    if isinstance(value, bytes):
        body = "".join(
            chr(each) if 32 <= each < 127 and each != 92 else _escaped_byte(each)
            for each in value
        )
        return f"b{_in_quotes(body)}"
    body = visible(value.replace("\\", "\\\\"))
    return _in_quotes(_PLACEHOLDER.sub(r"\\x7b", body))


def _escaped_byte(byte: int) -> str:
    return "\\\\" if byte == 92 else f"\\x{byte:02x}"


def _in_quotes(body: str) -> str:
    quote = "'" if body.count('"') > body.count("'") else '"'
    return f"{quote}{body.replace(quote, chr(92) + quote)}{quote}"


def _literals(node: Str, indent: str) -> list[str]:
    return [f"{indent}{each}" for each in _pieces(node.value, WIDTH - len(indent))]


def _pieces(value: str | bytes, room: int) -> list[str]:
    """Return the literals of the parts of a text, each at most ``room`` wide."""
    if width(quoted(value)) <= room:
        return [quoted(value)]
    pieces = []
    while value:
        end = _fitting(value, room)
        pieces.append(quoted(value[:end]))
        value = value[end:]
    return pieces


def _fitting(value: str | bytes, room: int) -> int:
    """Return how much of a text has a literal that fits, to the end of a word."""
    end = min(len(value), room)
    while end > 1 and width(quoted(value[:end])) > room:
        end -= 1
    if end == len(value):
        return end
    space = value.rfind(b" " if isinstance(value, bytes) else " ", 0, end)
    return space + 1 if space > 0 else end
