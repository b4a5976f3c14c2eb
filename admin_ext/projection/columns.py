"""What the columns of a list need of a document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partialmethod
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import FieldDoesNotExist
from mongoengine.base import BaseField
from mongoengine.fields import EmbeddedDocumentField, GenericEmbeddedDocumentField

from admin_ext.compat import is_plainly_made
from admin_ext.cuts import CUT, WHOLE, Tree
from admin_ext.declared import CHECKBOX, TEXT, Reads, code_of, reads_of
from admin_ext.display import DynamicColumn
from admin_ext.exceptions import UnsupportedLookup
from admin_ext.fields import (
    AnyField,
    BinaryField,
    EmailField,
    EmbeddedField,
    GenericEmbeddedField,
    GeometryField,
    ListField,
    MapField,
    ReferenceListField,
    TextField,
    URLField,
    holds_files,
)
from admin_ext.hydration import named_class
from admin_ext.lookups import Path, resolve
from admin_ext.meta import present
from admin_ext.references import fields_of, holds_references, reference_fields
from admin_ext.references.texts import classes_of, row_fields, text_fields

from .rows import Projection

# Fields whose values have no limit. Of others an odd value comes whole.
LONG_FIELDS = (
    AnyField,
    BinaryField,
    EmailField,
    EmbeddedField,
    GenericEmbeddedField,
    ListField,
    MapField,
    ReferenceListField,
    TextField,
    URLField,
)

# What shows no more of long binary data than its size.
SHOW_SIZES = (AnyField, BinaryField, EmbeddedField, GenericEmbeddedField, MapField)

# Whose fields convert values as their class says; another's may, for example, decrypt
# a text, of which the beginning is nothing.
LIBRARIES = {"mongoengine", "django_mongoengine"}


class NeedsAll(Exception):
    """Raised for what only the whole document answers."""


@dataclass
class Needs:
    """What columns need of a document of the class ``document``.

    ``code``: names of fields that are read by code, which gets whole values;
    ``cells``: those that cells show; ``trees``: {name: tree of keys below it};
    ``related``: the paths among what is read that lead into other collections.
    """

    document: type
    code: set[str] = field(default_factory=set)
    cells: set[str] = field(default_factory=set)
    trees: dict[str, Any] = field(default_factory=dict)
    related: dict[str, Path] = field(default_factory=dict)
    lists: int = 0

    def column(self, name: Any, model_admin: Any) -> None:
        """Add what a column needs. Raise NeedsAll where nobody knows."""
        if isinstance(name, DynamicColumn):
            raise NeedsAll
        for cls in map(present, classes_of(self.document)):
            if name in cls._fields or name == "pk":
                self.cells.add(name)
            elif _is_checkbox(name, model_admin):
                self._text(cls)
            else:
                self._code(name, model_admin, cls)

    def _code(self, name: Any, model_admin: Any, cls: type) -> None:
        code = code_of(name, model_admin, cls)
        if code is None:
            self.path(cls, name)
            return
        declared = reads_of(code)
        if declared is None and name == TEXT:
            declared = {TEXT: True}
        elif declared is None:
            declared = _reads_of_label(code)
        if declared is None:
            raise NeedsAll
        for path, is_whole in declared.items():
            if path == TEXT:
                self._text(cls)
            else:
                self.read(cls, path, is_whole=is_whole)

    def _text(self, cls: type) -> None:
        declared = reads_of(cls.__str__)
        if declared is None:
            names = text_fields(self.document)
            if names is None:
                raise NeedsAll
            self.code |= names
            return
        for path, is_whole in declared.items():
            if path != TEXT:
                self.read(cls, path, is_whole=is_whole)

    def read(self, cls: type, path: str, *, is_whole: bool = True) -> None:
        """Add what code reads by a path: the whole of the field where it begins."""
        found = _resolved(cls, path)
        if found is None:
            return
        (self.code if is_whole else self.cells).add(found.names[0])
        if found.joins:
            self.related[path] = found

    def path(self, cls: type, name: Any) -> None:
        """Add what a column needs that is a path; nothing for one that leads nowhere.

        A path goes as far as the first reference within this document.
        """
        found = _resolved(cls, name)
        if found is None:
            return
        fields = fields_of(found)
        length = next(
            (i + 1 for i, each in enumerate(fields) if holds_references(each)),
            len(fields),
        )
        if length == 1 or found.fields[0].document_field.primary_key:
            self.cells.add(found.names[0])
            return
        keys = found.stored.split(".")
        if len(keys) != len(found.names) or not all(map(_is_key, keys)):
            self.code.add(found.names[0])
            return
        self.lists = max(self.lists, found.lists)
        end = CUT if length < len(fields) or _can_be_cut(fields[length - 1]) else WHOLE
        _grow(self.trees, [found.names[0], *keys[1:length]], end)


def projection_for(changelist: Any) -> Projection | None:
    """Return what fetches the rows of a list, None for whole documents."""
    document, model_admin = changelist.model, changelist.model_admin
    learned = row_fields(document)
    is_plain = all(map(is_plainly_made, classes_of(document)))
    if not is_plain or learned is None or _is_edited(changelist):
        return None
    needs = Needs(present(document))
    try:
        for name in changelist.list_display:
            needs.column(name, model_admin)
    except NeedsAll:
        return None
    needs.code |= learned
    for name in _named(changelist):
        needs.read(document, name)
    policy = getattr(changelist.root_queryset, "policy", None)
    return _projection(needs if policy is None else allowed(needs, policy), policy)


def allowed(needs: Needs, policy: Any) -> Needs:
    """Return needs without what a policy denies, which is not fetched.

    Of a field that holds something denied the whole is: it is taken out of that.
    """
    names = needs.code | needs.cells | needs.trees.keys()
    kept = {each for each in names if each == "pk" or policy.may_view((each,))}
    parted = {each for each in kept if not policy.is_whole((each,))} - {"pk"}
    needs.code = needs.code & kept | parted
    needs.cells &= kept - parted
    needs.trees = {
        name: tree for name, tree in needs.trees.items() if name in kept - parted
    }
    needs.related = {
        path: found
        for path, found in needs.related.items()
        if policy.may_query(found.names[: found.joins])
    }
    return needs


def _is_edited(changelist: Any) -> bool:
    """Tell whether the list has forms, which are of whole documents."""
    if not changelist.list_editable:
        return False
    return changelist.model_admin.has_change_permission(changelist.request)


def _named(changelist: Any) -> Iterator[str]:
    """Yield what ``list_select_related`` and the opener of a popup ask for."""
    names = changelist.list_select_related
    if isinstance(names, list | tuple):
        yield from names
    elif names:
        yield from (each.name for each in reference_fields(changelist.opts.fields))
    if changelist.to_field:
        yield changelist.to_field


def _projection(needs: Needs, policy: Any) -> Projection:
    needs.cells.discard("pk")
    code, cells, trees = needs.code, needs.cells, needs.trees
    # What is shown whole and in part.
    code |= cells & trees.keys()
    cells = {name for name in cells - code if _is_long(needs.document, name)}
    code |= needs.cells - cells
    trees = {name: tree for name, tree in trees.items() if name not in code}
    return Projection(
        needs.document,
        code,
        cells,
        trees,
        is_sliced=needs.lists <= 1,
        related=needs.related,
        whole_data={name: _whole_data(needs.document, name) for name in cells},
        policy=policy,
    )


def _whole_data(document: type, name: str) -> int:
    """Return on how many levels of a field binary data is shown as something else."""
    found = (
        cls._meta.get_field(name)
        for cls in map(present, classes_of(document))
        if name in cls._fields
    )
    return max(map(_levels_of_texts, found))


def _levels_of_texts(each: Any) -> int:
    if isinstance(each, ListField):
        return 1 + _levels_of_texts(each.item)
    if isinstance(each, ReferenceListField):
        return 2
    return int(each is not None and not isinstance(each, SHOW_SIZES))


def _reads_of_label(code: Any) -> Reads | None:
    """Return what ``get_kind_display`` of a presented class reads."""
    is_label = isinstance(code, partialmethod) and "field_name" in code.keywords
    return {code.keywords["field_name"]: True} if is_label else None


def _is_checkbox(name: Any, model_admin: Any) -> bool:
    own = getattr(type(model_admin), CHECKBOX, None)
    return name == CHECKBOX and own is ModelAdmin.action_checkbox


def _resolved(document: type, path: Any) -> Path | None:
    try:
        return resolve(document, path) if isinstance(path, str) else None
    except UnsupportedLookup:
        return None


def _is_key(key: str) -> bool:
    """Tell whether an expression can name a key."""
    return bool(key) and not key.startswith("$") and "." not in key and "\0" not in key


def _grow(trees: dict[str, Any], keys: Iterable[str], end: Tree) -> None:
    """Add a path to trees; where one path is the beginning of another, all is whole."""
    first, *rest = keys
    if not rest:
        is_new = first not in trees or trees[first] == end
        trees[first] = end if is_new else WHOLE
    elif isinstance(trees.get(first, {}), str):
        trees[first] = WHOLE
    else:
        _grow(trees.setdefault(first, {}), rest, end)


def _is_long(document: type, name: str) -> bool:
    for cls in map(present, classes_of(document)):
        try:
            found = cls._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if not _can_be_cut(found):
            return False
    return True


def _can_be_cut(each: Any) -> bool:
    """Tell whether the beginning of a value of a field is what its cell shows."""
    if not isinstance(each, LONG_FIELDS):
        return each is None
    declared = each.document_field
    if not _is_of_libraries(declared, set()):
        return False
    if declared.primary_key or getattr(declared, "max_length", None) or each.choices:
        return False
    if isinstance(each, ListField):
        return _can_be_in_cut_list(each.item)
    return not (isinstance(each, MapField) and holds_references(each))


def _is_of_libraries(declared: Any, seen: set[type]) -> bool:
    """Tell whether the libraries convert values of a field, and all that is within."""
    if type(declared).__module__.partition(".")[0] not in LIBRARIES:
        return False
    return all(_is_of_libraries(each, seen) for each in _fields_within(declared, seen))


def _fields_within(declared: Any, seen: set[type]) -> Iterator[Any]:
    """Yield the fields of the members of a field, of each class but once."""
    if isinstance(getattr(declared, "field", None), BaseField):
        yield declared.field
    documents: Any = ()
    if isinstance(declared, EmbeddedDocumentField):
        documents = classes_of(declared.document_type)
    elif isinstance(declared, GenericEmbeddedDocumentField):
        documents = (named_class(each) or each for each in declared.choices or ())
    for each in documents:
        if isinstance(each, type) and each not in seen:
            seen.add(each)
            yield from each._fields.values()


def _can_be_in_cut_list(item: Any) -> bool:
    if isinstance(item, GeometryField | MapField) or holds_files(item):
        return isinstance(item, MapField) and not holds_references(item)
    if isinstance(item, ListField | ReferenceListField):
        return not holds_references(item) and _can_be_cut(item)
    return True
