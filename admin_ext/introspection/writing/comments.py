"""Any text as comment lines, of which no linter takes one for code.

What is stored may hold whatever somebody typed: a comment ends where this says.
"""

import ast
import re

from .layout import WIDTH, visible, width

# Between words that tools obey, and what is told of them, stands nothing else.
_DIRECTIVE = re.compile(
    r"\W*(noqa|ruff|fmt|isort|yapf|type|mypy|pylint|pyright|flake8|pragma|region|"
    r"endregion|nosec|coding|vim|emacs|todo|fixme|xxx|spdx)\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(elif|else|try|finally|except|case|if|for|while|with|def|class|match)\b.*:"
    r"|['\"]\w*['\"]\s*:"
    r"|[(\[]?\s*(\w+\s*,\s*)*\w+\s*[)\]]?\s*=.*[(\[{]$"
    r"|[()\[\]{}\s]+$"
)
_INDICATORS = re.compile(r"[()\[\]{}:=%]|return|break|continue|import|del|print")

# What a line begins with that would be taken for code.
MARK = "… "


def comment(text: str, indent: str = "") -> list[str]:
    """Return the lines of a comment."""
    room = WIDTH - len(indent) - len("# ")
    found = wrapped(visible(text), room)
    if any(map(_is_mistakable, found)):
        found = [
            f"{MARK}{each}" if _is_mistakable(each) else each
            for each in wrapped(visible(text), room - len(MARK))
        ]
    return [f"{indent}# {each}".rstrip() for each in found]


def _is_mistakable(line: str) -> bool:
    if _DIRECTIVE.match(line) or _CODE.match(line):
        return True
    if not _INDICATORS.search(line):
        return False
    return any(map(_is_python, (line, f"{line}\n pass", f"{{{line}}}")))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def wrapped(text: str, room: int) -> list[str]:
    """Return the lines of a text of one line; a word that is too long is cut."""
    found: list[str] = []
    line = ""
    for word in text.split():
        while width(word) > room:
            if line:
                found.append(line)
            end = next(n for n in range(room, 0, -1) if width(word[:n]) <= room)
            found.append(word[:end])
            line, word = "", word[end:]
        longer = f"{line} {word}" if line else word
        if width(longer) > room:
            found.append(line)
            longer = word
        line = longer
    return [*found, line] if line or not found else found
