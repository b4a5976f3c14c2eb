"""Documents of which a page has some fields only, and loads others when they are read.

Developers' code is given these: ``note.user.email`` must never be None because only
the name was fetched. The first look at a field that is not there loads it, for all
documents of the page in one query.
"""

import weakref
from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import bson
from mongoengine import EmbeddedDocument
from mongoengine.base import BaseDict, BaseList

from admin_ext.compat import reading_no_cached_references
from admin_ext.ejson import CODEC
from admin_ext.fetching import load
from admin_ext.hydration import SHOWN, STORED, shown_son, stored_son
from admin_ext.policies import Access, Policy
from admin_ext.replicas import as_read, leniently

from .texts import ALL, learn, learn_from_page


class Partial(dict):
    """A dict of which some keys are loaded; a look at any other loads it.

    ``loaded``: those keys, None for all. ``complete(key)`` loads one, or all for None.
    The length is that of what is loaded: ``if note.user:`` asks for it.
    ``parts``: {key: a part of its value}, which ``lending`` lends; ``lent``: the keys
    of those that are lent just now.
    """

    __slots__ = ("complete", "lent", "loaded", "parts")

    def __init__(self, values, loaded, complete):
        super().__init__(values)
        # Shared by the documents of a page until one is given more.
        self.loaded: frozenset | None = frozenset(loaded)
        self.complete: Callable[[Any], None] = complete
        self.parts: dict[Any, Any] = {}
        self.lent: Container[Any] = ()

    def _see(self, key: Any) -> None:
        if self.loaded is not None and key not in self.loaded:
            self.complete(key)

    def _see_all(self) -> None:
        if self.loaded is not None:
            self.complete(None)

    def __getitem__(self, key):
        if key in self.lent:
            return self.parts[key]
        self._see(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        if key in self.lent:
            return True
        self._see(key)
        return super().__contains__(key)

    def __setitem__(self, key, value):
        if key in self.lent:
            raise TypeError(f"{key} cannot be set: its value was not fetched whole.")
        self.parts.pop(key, None)
        if self.loaded is not None:
            self.loaded |= {key}
        super().__setitem__(key, value)

    def __delitem__(self, key):
        self._see(key)
        super().__delitem__(key)

    def get(self, key, default=None):
        if key in self.lent:
            return self.parts[key]
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


def lending(
    document: Any, names: Container[str] | None = None
) -> AbstractContextManager[None]:
    """Have a row show the parts of long values that were fetched for its cells.

    ``names``: those fields only. All other code gets whole values, which are fetched.
    """
    has_parts = bool(getattr(document._data, "parts", None))
    return _lending(document, names) if has_parts else NOTHING_LENT


# Most rows have nothing to lend.
NOTHING_LENT = nullcontext()


@contextmanager
def _lending(document: Any, names: Container[str] | None) -> Iterator[None]:
    data = document._data
    stored = document.__dict__[STORED]
    lent = [name for name in data.parts if names is None or name in names]
    before = data.lent, stored.lent
    data.lent = frozenset(lent)
    stored.lent = frozenset(document._fields[name].db_field for name in lent)
    attributes, outer = document.__dict__, document.__dict__.get("to_mongo")
    # What is saved, copied or pickled is made by this.
    attributes["to_mongo"] = outer or partial(_whole_to_mongo, document)
    try:
        yield
    finally:
        data.lent, stored.lent = before
        if outer is None:
            attributes.pop("to_mongo", None)


def _whole_to_mongo(document: Any, *args, **options) -> Any:
    """Return what ``to_mongo`` does of whole values, whatever is lent just now."""
    data = document._data
    lent, data.lent = data.lent, ()
    try:
        return type(document).to_mongo(document, *args, **options)
    finally:
        data.lent = lent


def is_in_part(document: Any, name: str) -> bool:
    """Tell whether a part of a field was fetched, which ``lending`` lends."""
    return name in getattr(document._data, "parts", ())


def seen_keys(document: Any) -> Container[str]:
    """Return the keys of a stored document that its page has fetched, or a part of.

    Without those that the person may not see.
    """
    stored = shown_son(document) or {}
    if getattr(stored, "loaded", None) is None:
        return stored
    return {*dict.keys(stored), *stored.parts}


def as_shown(document: Any, policy: Policy | None) -> Any:
    """Return a document that a reference leads to as far as a policy shows it.

    Nobody writes it: what is not shown it does not keep either.
    """
    if policy is not None and policy.withholds:
        policy.redact(document)
        # Where more is put when it is loaded.
        document.__dict__[STORED] = document.__dict__.pop(SHOWN)
    return document


class PartialDocuments:
    """The documents of one class on a page that are partly loaded.

    ``owner``: the class of the page. ``is_text``: tells whether the text of a document
    is being made just now. ``policy``: what the person may have of a class.
    """

    def __init__(
        self,
        document: type,
        owner: type | None,
        is_text: Callable[[], bool],
        policy: Callable[[type], Policy | None],
    ):
        self.document, self.owner, self.is_text = document, owner, is_text
        self.policy = policy
        # (document, its key as it is stored: code may give it another)
        self.members: list[tuple[Any, Any]] = []
        # What loads, once for all documents of a page: of all of them, and by class of
        # what is stored.
        self._load_any = self._load
        self._load_stored_of: dict[type, Callable[[Any], None]] = {}
        # What _loaded has told.
        self._names: dict[tuple, tuple[frozenset[str], frozenset[str]]] = {}

    def add(self, member: Any, names: frozenset[str]) -> None:
        """Take in a document of which only the fields ``names`` were fetched."""
        cls, data, son = type(member), member._data, stored_son(member)
        loaded, stored = self._loaded(cls, names)
        values = {key: data[key] for key in loaded if key in data}
        # As mongoengine's own __setattr__, which asks for shard keys first, would.
        object.__setattr__(member, "_data", Partial(values, loaded, self._load_any))
        if cls not in self._load_stored_of:
            self._load_stored_of[cls] = partial(self._load_stored, cls)
        member.__dict__[STORED] = Partial(son, stored, self._load_stored_of[cls])
        self.members.append((member, son["_id"]))

    def _loaded(
        self, cls: type, names: frozenset[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of what is loaded, and of what is stored for these."""
        if (cls, names) not in self._names:
            fields = cls._fields
            loaded = {cls._meta["id_field"], "_cls", *names, *self._withheld(cls)}
            stored = {fields[each].db_field for each in loaded if each in fields}
            self._names[cls, names] = (
                frozenset(loaded),
                frozenset({"_id", "_cls", *stored}),
            )
        return self._names[cls, names]

    def _withheld(self, cls: type) -> Iterator[str]:
        """Yield the fields that are not there, and are never loaded."""
        policy = self.policy(cls)
        if policy is not None and policy.withholds:
            for name in cls._fields:
                if policy.access((name,)) < Access.VIEW:
                    yield name

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
        self.load_missing(name)

    def load_missing(self, name: Any) -> None:
        """Load a field, or all for None, where it was not: in one query."""
        waiting = [each for each in self.members if lacks(each[0], name)]
        with reading_no_cached_references():
            sons = self._find(waiting, name)
            for member, key in waiting:
                son = {"_id": key, **sons.get(hashable(key), {})}
                complete(member, son, name, self.policy(type(member)))

    def _find(self, waiting: list[tuple], name: Any) -> dict[Any, dict]:
        """Return {hashable key: what is stored}, in one query."""
        keys = [key for _member, key in waiting]
        projection = None
        if name is not None:
            stored = {member._fields[name].db_field for member, _key in waiting}
            projection = ["_id", "_cls", *stored]
        collection = leniently(self.document._get_collection())
        collection = as_read(self.document, collection)
        size = len(keys) + 1
        found = collection.find({"_id": {"$in": keys}}, projection, batch_size=size)
        return {hashable(son["_id"]): son for son in found}


def lacks(document: Any, name: Any) -> bool:
    """Tell whether a field of a document, or any for None, was not loaded."""
    loaded = getattr(document._data, "loaded", None)
    return loaded is not None and (name is None or name not in loaded)


def complete(document: Any, son: dict, name: Any, policy: Policy | None) -> None:
    """Put a field of ``son``, or all for None, where ``document`` has none yet.

    What is there already stays. A document that is gone by now has nothing more.
    """
    data, stored = document._data, document.__dict__[STORED]
    rest = as_shown(load(type(document), son), policy)
    son = stored_son(rest) or {}
    names = rest._data.keys() if name is None else {name}
    for each in names - data.loaded:
        value = rest._data.get(each)
        own(document, value)
        dict.__setitem__(data, each, value)
    for key in son.keys() - dict.keys(stored):
        dict.__setitem__(stored, key, son[key])
    if name is None:
        data.loaded = stored.loaded = None
    else:
        data.loaded |= {name}
        stored.loaded |= {document._fields[name].db_field}


def own(document: Any, value: Any) -> None:
    """Tell what is embedded whose it is; mongoengine notes changes there."""
    if isinstance(value, BaseList | BaseDict | EmbeddedDocument):
        value._instance = weakref.proxy(document)
    if isinstance(value, list):
        for item in list.__iter__(value):
            own(document, item)


def hashable(key: Any) -> Any:
    """Return a stored key, or its bytes where Python has no hash of it."""
    try:
        hash(key)
    except TypeError:
        return bson.encode({"": key}, codec_options=CODEC)
    return key
