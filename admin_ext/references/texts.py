"""Which fields the text of a Document is made of, so that no other is fetched."""

from collections.abc import Iterator
from threading import Lock
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

from mongoengine.base import BaseDocument

from admin_ext.compat import is_plainly_made
from admin_ext.hydration import named_class

# What texts turned out to read beside what their code names: {class: its fields}.
_LEARNED: WeakKeyDictionary[type, frozenset[str]] = WeakKeyDictionary()
_LOCK = Lock()


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
        found |= names & cls._fields.keys() | _LEARNED.get(cls, frozenset())
    return frozenset(found)


def learn(document: type, name: str) -> None:
    """Remember that the text of a class reads a field; forgotten with the process."""
    with _LOCK:
        _LEARNED[document] = _LEARNED.get(document, frozenset()) | {name}


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
        if issubclass(base, BaseDocument) or base is not object:
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
