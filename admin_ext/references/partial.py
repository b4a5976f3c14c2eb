"""Documents of which a page has some fields only, and loads others when they are read.

Developers' code is given these: ``note.user.email`` must never be None because only
the name was fetched. The first look at a field that is not there loads it, for all
documents of the page in one query.
"""

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import bson
from mongoengine import EmbeddedDocument
from mongoengine.base import BaseDict, BaseList

from admin_ext.compat import reading_no_cached_references
from admin_ext.ejson import CODEC
from admin_ext.hydration import STORED, stored_son
from admin_ext.keys import stored_key
from admin_ext.querysets import load

from .texts import ALL, learn, learn_from_page


class Partial(dict):
    """A dict of which some keys are loaded; a look at any other loads it.

    ``loaded``: those keys, None for all. ``complete(key)`` loads one, or all for None.
    The length is that of what is loaded: ``if note.user:`` asks for it.
    """

    __slots__ = ("complete", "loaded")

    def __init__(self, values, loaded, complete):
        super().__init__(values)
        self.loaded: set | None = set(loaded)
        self.complete: Callable[[Any], None] = complete

    def _see(self, key: Any) -> None:
        if self.loaded is not None and key not in self.loaded:
            self.complete(key)

    def _see_all(self) -> None:
        if self.loaded is not None:
            self.complete(None)

    def __getitem__(self, key):
        self._see(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self._see(key)
        return super().__contains__(key)

    def __setitem__(self, key, value):
        if self.loaded is not None:
            self.loaded.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key):
        self._see(key)
        super().__delitem__(key)

    def get(self, key, default=None):
        self._see(key)
        return super().get(key, default)

    def pop(self, key, *default):
        self._see(key)
        return super().pop(key, *default)

    def setdefault(self, key, default=None):
        self._see(key)
        return super().setdefault(key, default)

    def __reduce_ex__(self, protocol):
        """Be copied and pickled as a plain dict."""
        self._see_all()
        return dict, (dict(self),)


def _seeing_all(name):
    method = getattr(dict, name)

    def see_all_first(self, *args):
        self._see_all()
        return method(self, *args)

    return see_all_first


for _name in (
    *("__iter__", "__eq__", "__ne__", "__repr__", "__reversed__"),
    *("__or__", "__ror__", "copy", "items", "keys", "popitem", "values"),
):
    setattr(Partial, _name, _seeing_all(_name))


class PartialDocuments:
    """The documents of one class on a page that are partly loaded.

    ``owner``: the class of the page. ``is_text``: tells whether the text of a document
    is being made just now.
    """

    def __init__(self, document: type, owner: type | None, is_text: Callable[[], bool]):
        self.document, self.owner, self.is_text = document, owner, is_text
        self.members: list[Any] = []

    def add(self, member: Any, names: frozenset[str]) -> None:
        """Take in a document of which only the fields ``names`` were fetched."""
        loaded = {member._meta["id_field"], "_cls", *names}
        values = {key: member._data[key] for key in loaded if key in member._data}
        member._data = Partial(values, loaded, self._load)
        fields = member._fields
        stored = {"_id", *(fields[key].db_field for key in loaded if key in fields)}
        member.__dict__[STORED] = Partial(
            stored_son(member), stored, partial(self._load_stored, type(member))
        )
        self.members.append(member)

    def _load_stored(self, cls: type, key: Any) -> None:
        self._load(None if key is None else cls._reverse_db_field_map.get(key, key))

    def _load(self, name: Any) -> None:
        """Load what is being read: that field for a text, all for other code."""
        is_declared = name in self.document._fields
        if is_declared and self.is_text():
            learn(self.document, name)
        else:
            seen = name if is_declared else ALL
            learn_from_page(self.owner, self.document, seen)
            name = None
        waiting = [each for each in self.members if lacks(each, name)]
        with reading_no_cached_references():
            sons = self._find(waiting, name)
            for member in waiting:
                complete(member, sons.get(hashable(stored_key(member)), {}), name)

    def _find(self, waiting: list, name: Any) -> dict[Any, dict]:
        """Return {hashable key: what is stored}, in one query."""
        keys = [stored_key(each) for each in waiting]
        projection = None
        if name is not None:
            stored = {each._fields[name].db_field for each in waiting}
            projection = ["_id", "_cls", *stored]
        collection = self.document._get_collection()
        size = len(keys) + 1
        found = collection.find({"_id": {"$in": keys}}, projection, batch_size=size)
        return {hashable(son["_id"]): son for son in found}


def lacks(document: Any, name: Any) -> bool:
    """Tell whether a field of a document, or any for None, was not loaded."""
    loaded = getattr(document._data, "loaded", None)
    return loaded is not None and (name is None or name not in loaded)


def complete(document: Any, son: dict, name: Any) -> None:
    """Put a field of ``son``, or all for None, where ``document`` has none yet.

    What is there already stays. A document that is gone by now has nothing more.
    """
    data, stored = document._data, document.__dict__[STORED]
    rest = load(type(document), {"_id": stored_key(document), **son})
    names = rest._data.keys() if name is None else {name}
    for each in names - data.loaded:
        value = rest._data.get(each)
        _own(document, value)
        dict.__setitem__(data, each, value)
    for key in son.keys() - dict.keys(stored):
        dict.__setitem__(stored, key, son[key])
    if name is None:
        data.loaded = stored.loaded = None
    else:
        data.loaded.add(name)
        stored.loaded.add(document._fields[name].db_field)


def _own(document: Any, value: Any) -> None:
    """Tell what is embedded whose it is; mongoengine notes changes there."""
    if isinstance(value, BaseList | BaseDict | EmbeddedDocument):
        value._instance = weakref.proxy(document)
    if isinstance(value, list):
        for item in list.__iter__(value):
            _own(document, item)


def hashable(key: Any) -> Any:
    """Return a stored key, or its bytes where Python has no hash of it."""
    try:
        hash(key)
    except TypeError:
        return bson.encode({"": key}, codec_options=CODEC)
    return key
