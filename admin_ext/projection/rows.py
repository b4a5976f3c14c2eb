"""Rows of a list, made of the fields that its columns need."""

from typing import Any

from admin_ext.changesets import MISSING
from admin_ext.cuts import cut, decoded, is_whole, picked
from admin_ext.hydration import (
    class_for,
    converted,
    part_for_son,
    remember_value,
    stored_son,
)
from admin_ext.keys import remember_document
from admin_ext.lookups import Path
from admin_ext.oddities import UNDECLARED
from admin_ext.references.partial import PartialDocuments, as_shown, own
from admin_ext.references.texts import ALL, classes_of, learn_from_row

# The keys of larger documents are not looked at.
LIMIT_OF_KEYS = 64_000  # bytes

# So many fields that were not fetched are read one by one; then all of them are.
MAX_SINGLE = 2


class RowDocuments(PartialDocuments):
    """The rows of a page. What their code reads beside is loaded for all, once.

    The next page fetches it with the rest.
    """

    def __init__(self, document: type, policy: Any):
        super().__init__(document, document, lambda: False, lambda _class: policy)
        self._reads = 0

    def _load(self, name: Any) -> None:
        is_single = name in self.document._fields and self._reads < MAX_SINGLE
        self._reads += 1
        learn_from_row(self.document, name if is_single else ALL)
        self.load_missing(name if is_single else None)


class Projection:
    """What is fetched of the rows of a page, and what makes them.

    ``whole``: names of fields that are fetched as they are; ``cells``: those of which
    long values are cut; ``trees``: {name: tree of the keys below it that are fetched};
    ``related``: paths into other collections that code reads; ``whole_data``: {name:
    on how many levels binary data is not cut}, see cuts. ``policy``: what takes out of
    the rows, and of what is loaded of them later, the values that are denied, or None.
    """

    def __init__(
        self,
        document: type,
        whole: set[str],
        cells: set[str],
        trees: dict[str, Any],
        *,
        is_sliced: bool,
        related: dict[str, Path],
        whole_data: dict[str, int],
        policy: Any = None,
    ):
        self.policy = policy
        self.related, self.whole_data = related, whole_data
        key = document._meta["id_field"]
        self.cls, self.trees, self.is_sliced = document, trees, is_sliced
        self.cells = cells - {key}
        self.whole = whole | {key}
        self._rows = RowDocuments(document, policy)
        stored = self._stored(self.whole | self.cells | trees.keys())
        self._parts_key = _free("_parts", stored)
        self._declared = [*document._reverse_db_field_map, "_cls"]

    def _stored(self, names) -> dict[str, str]:
        """Return {key in MongoDB: name} of fields, of subclasses as well."""
        return {
            cls._fields[name].db_field: name
            for cls in classes_of(self.cls)
            for name in sorted(names)
            if name in cls._fields
        }

    @property
    def fields(self) -> dict[str, Any]:
        """What MongoDB's find, or $project, takes."""
        fields: dict[str, Any] = {"_id": 1, "_cls": 1}
        fields |= dict.fromkeys(self._stored(self.whole), 1)
        cells = {
            key: cut(f"${key}", whole_data=self.whole_data[name])
            for key, name in self._stored(self.cells).items()
        }
        trees = {
            key: picked(f"${key}", self.trees[name], is_sliced=self.is_sliced)
            for key, name in self._stored(self.trees).items()
        }
        parts: dict[str, Any] = {}
        if cells or trees:
            parts["nodes"] = cells | trees
        if self._tells_keys:
            parts["keys"] = _undeclared(self._declared)
        if parts:
            fields[self._parts_key] = parts
        return fields

    @property
    def _tells_keys(self) -> bool:
        """Whether the list says that a document has keys which are not declared."""
        return any(cls._meta.get("strict", True) for cls in classes_of(self.cls))

    def document(self, son: dict[str, Any]) -> Any:
        """Return the row of what was fetched of a document."""
        found = son.pop(self._parts_key, {})
        parts = _parts(son, found.get("nodes", {}))
        cls = class_for(self.cls, son)
        names = {
            name
            for name in (*self.whole, *self.cells, *self.trees)
            if name not in cls._fields or cls._fields[name].db_field not in parts
        }
        row = remember_document(part_for_son(cls, son, {*names, "_cls"}), son)
        as_shown(row, self.policy)
        self._rows.add(row, frozenset(names))
        if parts:
            _lend(row, parts)
        declared = cls._reverse_db_field_map
        row.__dict__[UNDECLARED] = [
            key
            for key in found.get("keys", ())
            if key not in declared
            and (self.policy is None or self.policy.may_view((key,)))
        ]
        return row


def _parts(son: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any]:
    """Return the values of which a part was fetched; put whole ones into ``son``.

    What is short, or no document that a path could go through, is whole.
    """
    parts = {}
    for key, node in nodes.items():
        value = decoded(node)
        if not is_whole(node):
            parts[key] = value
        elif value is not MISSING:
            son[key] = value
    return parts


def _lend(row: Any, parts: dict[str, Any]) -> None:
    """Let the cells of a row see what was fetched of long values."""
    fields = {
        name: field for name, field in row._fields.items() if field.db_field in parts
    }
    values, odd = converted(fields, parts)
    data, stored = row._data, stored_son(row)
    for name, field in fields.items():
        part = parts[field.db_field]
        value = remember_value(odd[name] if name in odd else values[name], part)
        own(row, value)
        data.parts[name], stored.parts[field.db_field] = value, part


def _free(name: str, taken: Any) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _undeclared(declared: list[str]) -> dict:
    """Return the expression of the names of the keys that are not declared."""
    keys = {"$map": {"input": {"$objectToArray": "$$ROOT"}, "in": "$$this.k"}}
    names = {"$setDifference": [keys, {"$literal": declared}]}
    is_small = {"$lte": [{"$bsonSize": "$$ROOT"}, LIMIT_OF_KEYS]}
    return {"$cond": [is_small, names, "$$REMOVE"]}
