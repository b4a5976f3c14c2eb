"""Embedded documents of the same shape in several places: one class for all of them.

Two shapes are the same where SIMILAR of all their keys are in both, at least two, those
counting less that are in few objects, and where what they hold is of one type. Those of
a single key are only where they are stored under the same one. Classes of a
hierarchy are the same where their names are.
"""

from collections import Counter

from admin_ext.introspection.models import Database, Field, Model
from admin_ext.introspection.profile import merged

from .building import Builder
from .class_names import class_name, singular
from .names import words_of
from .walking import embedded_in

SIMILAR = 0.75

# Keys that make up a name for what is stored under different ones: "AmountCurrency".
FEW_KEYS = 2

# A class is compared with so many others at most.
MAX_COMPARED = 30

_NUMBERS = {"IntField", "FloatField"}


def share_classes(database: Database, builder: Builder) -> None:
    """Let fields use one class where their embedded documents have the same shape.

    Classes are compared in rounds, of which each shares what is one level further in:
    what is within a shared class is made anew.
    """
    while groups := _groups([*embedded_in(database.documents)], builder):
        for group in groups:
            _unite(group, builder)


def _groups(fields: list[Field], builder: Builder) -> list[list[Field]]:
    """Return the fields of each shape that has several classes, outer ones first."""
    index = _Index(fields)
    changing: set[int] = set()
    found: dict[int, list[Field]] = {}
    for field in fields:
        model = field.embedded
        if any(id(each) in changing for each in builder.place_of(model).within[:-1]):
            continue
        first = index.same_as(field, builder)
        if first is not None:
            found.setdefault(id(first.embedded), [first]).append(field)
            changing |= {id(first.embedded), id(model)}
    return [_all_of(group, fields) for group in found.values()]


def _all_of(group: list[Field], fields: list[Field]) -> list[Field]:
    """Return all fields that use one of the classes of a group."""
    classes = {id(each.embedded) for each in group}
    return [each for each in fields if id(each.embedded) in classes]


class _Index:
    """Finds the first field of a shape by the keys that few classes have.

    Two sets of keys of which SIMILAR are the same cannot differ in all of their rarest
    ones.
    """

    def __init__(self, fields: list[Field]):
        models = {id(each.embedded): each.embedded for each in fields}
        self.frequency = Counter(
            each.stored for model in models.values() for each in model.fields
        )
        self.by_key: dict[str, list[Field]] = {}
        self.seen: set[int] = set()

    def same_as(self, field: Field, builder: Builder) -> Field | None:
        """Return the first field of the same shape and another class, or None.

        Remember a field of a new shape.
        """
        model = field.embedded
        if id(model) in self.seen:
            return None
        self.seen.add(id(model))
        keys = self._keys(model)
        for other in self._candidates(keys):
            if not _is_within(model, other.embedded, builder) and _are_same(
                other, field
            ):
                return other
        for key in keys:
            self.by_key.setdefault(key, []).append(field)
        return None

    @staticmethod
    def _keys(model: Model) -> list[str]:
        return [model.cls] if model.cls else [each.stored for each in model.fields]

    def _candidates(self, keys: list[str]) -> list[Field]:
        rarest = sorted(keys, key=lambda each: (self.frequency[each], each))
        found = {}
        for key in rarest[: len(keys) // 2 + 1]:
            for each in self.by_key.get(key, ())[:MAX_COMPARED]:
                found.setdefault(id(each), each)
        return [*found.values()][:MAX_COMPARED]


def _is_within(model: Model, other: Model, builder: Builder) -> bool:
    """Tell whether one of two classes is a part of the other."""
    return any(each is model for each in builder.place_of(other).within) or any(
        each is other for each in builder.place_of(model).within
    )


def _are_same(field: Field, other: Field) -> bool:
    one, two = field.embedded, other.embedded
    if one.cls or two.cls:
        return one.cls is not None and one.cls.split(".")[0] == (two.cls or "")
    if not _have_same_keys(one, two):
        return False
    if len(one.fields) == len(two.fields) == 1 and field.stored != other.stored:
        return False
    return _agree(one, two)


def _have_same_keys(one: Model, two: Model) -> bool:
    """Tell whether most keys are the same; those that few objects have count less."""
    keys, others = ({f.stored: f.share for f in model.fields} for model in (one, two))
    weights = {key: max(keys.get(key, 0), others.get(key, 0)) for key in keys | others}
    common = keys.keys() & others.keys()
    held = sum(weights[key] for key in common)
    return len(common) >= min(2, len(keys)) and held >= SIMILAR * sum(weights.values())


def _agree(one: Model, two: Model) -> bool:
    """Tell whether the fields that both classes have are of one kind."""
    others = {each.stored: each for each in two.fields}
    return all(
        _is_one_kind(field, others[field.stored])
        for field in one.fields
        if field.stored in others
    )


def _is_one_kind(field: Field, other: Field) -> bool:
    if _is_empty(field) or _is_empty(other):
        return True
    kinds = {field.kind, other.kind}
    if len(kinds) > 1 and kinds != _NUMBERS:
        return False
    if field.member is not None and other.member is not None:
        return _is_one_kind(field.member, other.member)
    if field.embedded is None or other.embedded is None:
        return field.embedded is other.embedded
    if field.embedded is other.embedded:
        return True
    return _have_same_keys(field.embedded, other.embedded)


def _is_empty(field: Field) -> bool:
    """Tell whether nothing was seen that had a type."""
    profile = field.profile
    if field.kind == "ListField" and field.member is None:
        return True
    return profile.types["null"] == profile.count or (
        field.kind == "DictField" and not profile.keys
    )


def _unite(fields: list[Field], builder: Builder) -> None:
    """Let ``fields`` use the class of the first, made anew from what all hold."""
    model = fields[0].embedded
    classes: dict[int, Model] = {id(each.embedded): each.embedded for each in fields}
    model.profile = merged([each.profile for each in classes.values()])
    builder.fill_again(model)
    if model.cls is None:
        _rename(model, fields)
    for each in fields:
        each.embedded = model


def _rename(model: Model, fields: list[Field]) -> None:
    """Give a class a name that fits all keys under which it is stored."""
    keys = list(dict.fromkeys(each.stored for each in fields))
    last = {tuple(map(singular, words_of(key)[-1:])) for key in keys}
    if len(keys) == 1:
        return
    if len(last) == 1 and words_of(keys[0]):
        model.name = class_name(words_of(keys[0])[-1])
    elif len(model.fields) <= FEW_KEYS:
        model.name = class_name("_".join(each.name for each in model.fields))
    else:
        words = ", ".join(f'"{key}"' for key in keys[:4])
        model.doubts.append(f"Stored as {words}: which name fits them all?")
