"""What a Document declares at every path of what is stored: a tree of places."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import bson
from mongoengine import errors
from mongoengine import fields as me

from admin_ext.compat import LOAD_ERRORS, QUERY_ERRORS, all_document_classes
from admin_ext.ejson import CODEC
from admin_ext.fields.base import choices_for
from admin_ext.hydration import named_class
from admin_ext.introspection.bson_types import STRING, bson_type

from .accepted import Types, accepted_types

# A class of embedded documents may hold itself, as comments hold answers: it is
# followed so often in one path. So many places a Document has at most.
MAX_TURNS = 3
MAX_PLACES = 5_000

# Steps of a path beside keys: into an array, and into a map, whose keys are data.
MEMBERS, VALUES = "[]", "*"

CLS = "_cls"


@dataclass(eq=False)
class Place:
    """One path, and what is declared there.

    ``text``: the path as people read it; "" for the document itself.
    ``types``: the BSON types of values, None for any; null counts only where
    ``is_null_wrong``: in arrays and maps, whose members are values.
    ``choices``: as BSON holds them, None for any. ``max_length``: of texts and arrays.
    ``is_secret``: declared, here or above, with ``editable=False``.
    ``shape``: of objects; ``members``: of arrays; ``values``: of maps.
    ``key``, ``fields``, ``classes``: where it is a field, its key in the object of
    ``parent``, what declares that, and the classes that do so here, None for all.
    """

    text: str
    parent: "Place | None" = None
    step: str = ""
    key: str | None = None
    fields: tuple[Any, ...] = ()
    classes: frozenset[str] | None = None
    types: Types | None = None
    is_null_wrong: bool = False
    is_required: bool = False
    choices: tuple[Any, ...] | None = None
    max_length: int | None = None
    is_secret: bool = False
    shape: "Shape | None" = None
    members: "Place | None" = None
    values: "Place | None" = None

    def walk(self) -> Iterator["Place"]:
        """Yield this place and all below, in the order of the fields."""
        yield self
        for each in (*(self.shape.fields if self.shape else ()),):
            yield from each.walk()
        for each in (self.members, self.values):
            if each is not None:
                yield from each.walk()

    @property
    def chain(self) -> list["Place"]:
        """The places from the document itself to this one."""
        above = self.parent.chain if self.parent else []
        return [*above, self]


@dataclass(eq=False)
class Shape:
    """The objects at a place: the classes that they may be of, and their fields.

    ``declared``: {name of a class: the keys that it declares, None for any}.
    ``usual``: the class of objects that name none of these, None where they must.
    ``is_class_stored``: an object without ``_cls`` is odd.
    """

    declared: dict[str, frozenset[str] | None]
    usual: str | None
    is_class_stored: bool
    fields: list[Place] = field(default_factory=list)

    def class_of(self, son: dict[str, Any]) -> str | None:
        """Return the name of the class of a stored object."""
        name = son.get(CLS)
        return name if self.is_known(name) else self.usual

    def is_known(self, name: Any) -> bool:
        """Tell whether a stored ``_cls`` names one of the classes."""
        # Code is a str as well, and no key of a dict.
        return bson_type(name) == STRING and name in self.declared

    def without(self, key: str) -> frozenset[str]:
        """Return the classes of which an object must not have ``key``."""
        return frozenset(
            name
            for name, keys in self.declared.items()
            if keys is not None and key not in keys and key != CLS
        )


def root_place(document: type) -> Place:
    """Return the Place of a Document itself, with all places below it."""
    # A class that comes later may be a subclass, or be embedded.
    return _root_place(document, len(all_document_classes()))


@lru_cache(maxsize=1_000)
def _root_place(document: type, classes: int) -> Place:
    root = Place("")
    is_stored = bool(document._meta.get("allow_inheritance"))
    Growing().add_shape(root, [document], document._class_name, is_stored, {})
    return root


class Growing:
    """Adds places below one another, as long as they are not too many."""

    def __init__(self):
        self.left = MAX_PLACES

    def add_shape(self, place, documents, usual, is_class_stored, turns) -> None:
        """Describe the objects at ``place``: of ``documents`` or their subclasses."""
        turns = {**turns}
        for each in documents:
            turns[each] = turns.get(each, 0) + 1
            if turns[each] > MAX_TURNS:
                return
        classes = dict.fromkeys(
            cls for each in documents for cls in _with_subclasses(each)
        )
        declared = {
            cls._class_name: None if cls._dynamic else _keys_of(cls) for cls in classes
        }
        place.shape = Shape(declared, usual, is_class_stored)
        for key, variants in _by_key(classes).items():
            for number, (document_field, names) in enumerate(variants):
                is_for_all = names == {*declared}
                step = key if len(variants) == 1 else f"{key}<{_short(names, number)}>"
                child = Place(
                    f"{place.text}.{step}" if place.text else step,
                    parent=place,
                    step=step,
                    key=key,
                    fields=tuple(each for each, _names in variants),
                    classes=None if is_for_all else frozenset(names),
                    is_secret=place.is_secret,
                )
                child.is_required = _is_required(document_field) and key != "_id"
                place.shape.fields.append(child)
                self.describe(child, document_field, turns)

    def describe(self, place, document_field, turns) -> None:
        """Say at ``place`` what ``document_field`` declares."""
        self.left -= 1
        place.is_secret |= not getattr(document_field, "editable", True)
        # What names a class that is not there says nothing of what is stored.
        with suppress(*LOAD_ERRORS):
            place.types = accepted_types(document_field)
        choices = _stored_choices(document_field)
        length = getattr(document_field, "max_length", None)
        place.max_length = length if isinstance(length, int) and length > 0 else None
        if not isinstance(document_field, me.ListField):
            place.choices = choices
        if self.left > 0:
            with suppress(*LOAD_ERRORS):
                self._descend(place, document_field, turns, choices)

    def _descend(self, place, document_field, turns, choices) -> None:
        if isinstance(document_field, me.ListField):
            # mongoengine asks each member of a list whether it is among the choices.
            if document_field.field is not None or choices:
                place.members = self._below(place, MEMBERS, document_field, turns)
                place.members.choices = place.members.choices or choices
        elif isinstance(document_field, me.DictField):
            if document_field.field is not None:
                place.values = self._below(place, VALUES, document_field, turns)
        elif isinstance(document_field, me.GenericEmbeddedDocumentField):
            documents = _generic_classes(document_field)
            if documents:
                self.add_shape(place, documents, None, True, turns)
        elif isinstance(document_field, me.EmbeddedDocumentField):
            document = document_field.document_type
            self.add_shape(place, [document], document._class_name, False, turns)

    def _below(self, place, step, document_field, turns) -> Place:
        text = f"{place.text}{step}" if step == MEMBERS else f"{place.text}.{step}"
        child = Place(text, parent=place, step=step, is_secret=place.is_secret)
        if document_field.field is not None:
            child.is_null_wrong = True
            self.describe(child, document_field.field, turns)
        return child


def _with_subclasses(document: type) -> Iterator[type]:
    for name in document._subclasses:
        found = named_class(name)
        if found is not None:
            yield found


def _keys_of(cls: type) -> frozenset[str]:
    return frozenset(each.db_field for each in cls._fields.values())


def _by_key(classes: Any) -> dict[str, list[tuple[Any, set[str]]]]:
    """Return {key: [(field, names of the classes that have this field)]}."""
    found: dict[str, list[tuple[Any, set[str]]]] = {}
    for cls in classes:
        for name in cls._fields_ordered:
            document_field = cls._fields[name]
            variants = found.setdefault(document_field.db_field, [])
            same = next(
                (each for each in variants if _is_same(each[0], document_field)), None
            )
            if same is None:
                variants.append((document_field, {cls._class_name}))
            else:
                same[1].add(cls._class_name)
    found.pop(CLS, None)
    return found


def _is_same(one: Any, other: Any) -> bool:
    """Tell whether a field is another's: a subclass may have a copy of it."""
    owner = getattr(one, "owner_document", None)
    is_copy = owner is not None and owner is getattr(other, "owner_document", None)
    return one is other or (is_copy and one.name == other.name)


def _short(names: set[str], number: int) -> str:
    """Return the name of the class that declares a field first, for its path."""
    first = min(names, key=lambda each: (each.count("."), each))
    return first.rpartition(".")[2] or str(number)


def _is_required(document_field: Any) -> bool:
    is_made = getattr(document_field, "_auto_gen", False)
    return bool(document_field.required) and not is_made


def _generic_classes(document_field: Any) -> list[type]:
    """Return the classes that a generic field names as its choices."""
    return [
        cls
        for each in document_field.choices or ()
        if (cls := each if isinstance(each, type) else named_class(each)) is not None
    ]


def _stored_choices(document_field: Any) -> tuple[Any, ...] | None:
    """Return the choices as BSON holds them, None where there are none to compare."""
    # Choices of these are classes.
    if isinstance(
        document_field,
        me.GenericEmbeddedDocumentField | me.GenericReferenceField | me.ReferenceField,
    ):
        return None
    pairs = choices_for(document_field)
    if not pairs:
        return None
    is_converted = not isinstance(document_field, me.EnumField | me.ListField)
    try:
        values = [
            document_field.to_mongo(value) if is_converted else value
            for value in _flat(pairs)
        ]
        data = bson.encode({"values": values}, codec_options=CODEC)
        values = bson.decode(data, CODEC)["values"]
    except (*QUERY_ERRORS, errors.MongoEngineException):
        return None
    if any(isinstance(each, dict | list) for each in values):
        return None
    return tuple(values)


def _flat(pairs: list[tuple[Any, Any]]) -> Iterator[Any]:
    """Yield the values of Django's choices, which may stand in groups."""
    for value, label in pairs:
        if isinstance(label, list | tuple):
            yield from _flat([*label])
        else:
            yield value
