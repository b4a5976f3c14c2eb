"""Which fields of a referenced document are read, so that no other is fetched."""

from collections.abc import Iterator
from threading import Lock
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

from admin_ext.compat import is_plainly_made
from admin_ext.hydration import named_class

# What was read beside what the code of a text names: {class: its fields}; and what
# code on the pages of another class reads: {class of the page: {class: its fields}}.
Fields = WeakKeyDictionary[type, frozenset[str]]
_OF_TEXTS: Fields = WeakKeyDictionary()
_OF_PAGES: WeakKeyDictionary[type, Fields] = WeakKeyDictionary()
# What code of lists reads of their rows beside what it declares.
_OF_ROWS: Fields = WeakKeyDictionary()
_LOCK = Lock()

# Stands for all fields.
ALL = "*"


def text_fields(document: type) -> frozenset[str] | None:
    """Return the fields that ``str()`` reads of documents of a class.

    Those that the code of ``__str__`` names, followed through the methods and
    properties of the class, and those that were found missing before. It is a first
    guess: what else is read is loaded then. None where only whole documents will do.
    """
    found: set[str] = set()
    for cls in classes_of(document):
        if not is_plainly_made(cls):
            return None
        names = {*_names(cls, "__str__")}
        found |= names & cls._fields.keys() | _OF_TEXTS.get(cls, frozenset())
    return frozenset(found)


def page_fields(owner: type | None, document: type) -> frozenset[str] | None:
    """Return the fields that code on pages of ``owner`` was seen to read, None for all.

    That is a column's method which reads ``obj.user.email``: where User is a class of
    which these pages only show the text.
    """
    if owner is None:
        return frozenset()
    found = _OF_PAGES.get(owner, {}).get(document, frozenset())
    return None if ALL in found else found


def row_fields(document: type) -> frozenset[str] | None:
    """Return the fields that code of lists of a class was seen to read beside those
    that it declares, None for all.
    """
    found = _OF_ROWS.get(document, frozenset())
    return None if ALL in found else found


def learn(document: type, name: str) -> None:
    """Remember that the text of a class reads a field; forgotten with the process."""
    _add(_OF_TEXTS, document, name)


def learn_from_page(owner: type | None, document: type, name: str) -> None:
    """Remember that code on pages of ``owner`` reads a field of a class."""
    if owner is not None:
        with _LOCK:
            fields = _OF_PAGES.setdefault(owner, WeakKeyDictionary())
        _add(fields, document, name)


def learn_from_row(document: type, name: str) -> None:
    """Remember that code of lists of a class reads a field of their rows."""
    _add(_OF_ROWS, document, name)


def _add(fields: Fields, document: type, name: str) -> None:
    with _LOCK:
        fields[document] = fields.get(document, frozenset()) | {name}


def forget() -> None:
    """Forget what was learned."""
    _OF_TEXTS.clear()
    _OF_PAGES.clear()
    _OF_ROWS.clear()


def classes_of(document: type) -> Iterator[type]:
    """Yield a class and those that inherit from it, of which its documents may be."""
    yield document
    for name in getattr(document, "_subclasses", ()):
        cls = named_class(name)
        if cls is not None and cls is not document:
            yield cls


def _names(cls: type, start: str) -> Iterator[str]:
    """Yield the names in the code of an attribute, and in that of those it names."""
    waiting, seen = [start], set()
    while waiting:
        name = waiting.pop()
        for code in _codes(cls, name):
            for each in _names_in(code) - seen:
                seen.add(each)
                waiting.append(each)
                yield each


def _codes(cls: type, name: str) -> Iterator[CodeType]:
    """Yield the code of what a class and its bases have under a name."""
    for base in cls.__mro__:
        if base is not object:
            yield from _codes_of(vars(base).get(name))


def _codes_of(attribute: Any) -> Iterator[CodeType]:
    wrapped = getattr(attribute, "__wrapped__", None)
    if wrapped is not None:
        attribute = wrapped
    for part in ("fget", "func", "__func__"):
        attribute = getattr(attribute, part, attribute)
    code = getattr(attribute, "__code__", None)
    if isinstance(code, CodeType):
        yield code


def _names_in(code: CodeType) -> set[str]:
    """Return the names and the texts of a code, and of the functions within it."""
    names = {*code.co_names}
    for constant in code.co_consts:
        if isinstance(constant, str):
            names.add(constant)
        elif isinstance(constant, CodeType):
            names |= _names_in(constant)
    return names
