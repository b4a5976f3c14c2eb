"""Values that the raw page does not show: a mark stands in their place, or nothing.

Marks are for the fields that are declared with ``editable=False``, secrets above all.
The mark holds a keyed digest, by which the value is found again when the page is saved;
it is another one in every place and document. What the person may not see is left out,
so that nothing tells whether it is stored, and put back where it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mongoengine.base import BaseField

from admin_ext.changesets import digest
from admin_ext.policies import Policy, steps_in
from admin_ext.stored_paths import class_at, declared_fields, member_field

MARK = "$hidden"

# Names of fields, or keys where there is no field, without the places in lists.
Names = tuple[str, ...]


class Part(NamedTuple):
    """What a document, or a map, holds under a key; ``path`` is its own."""

    key: str
    field: BaseField | None
    path: Names
    is_left_out: bool


@dataclass(frozen=True)
class Hidden:
    """What is not shown to a person.

    ``is_marked``: whether a field has a mark; ``policy``: what else is withheld, None
    for nothing.
    """

    is_marked: Callable[[BaseField], bool]
    policy: Policy | None = None

    def parts(
        self, cls: type | None, member: Any, son: dict, path: Names
    ) -> Iterator[Part]:
        """Yield the parts of a document of a class, or of a map of ``member``s."""
        fields = {} if cls is None else dict(declared_fields(cls))
        names = {} if cls is None else cls._reverse_db_field_map
        for key in son:
            field = fields.get(key, member)
            below = (*path, *steps_in(cls, names.get(key, key)))
            is_class_name = cls is not None and key == "_cls"
            is_left_out = not is_class_name and (
                self._is_reserved(key, path) or self._is_left_out(field, below)
            )
            yield Part(key, field, below, is_left_out)

    def has_mark(self, field: Any) -> bool:
        return field is not None and self.is_marked(field)

    def is_whole(self, path: Names) -> bool:
        """Tell whether all that may be at a path is shown, or marked."""
        return self.policy is None or self.policy.is_whole(path)

    def _is_reserved(self, key: str, path: Names) -> bool:
        """Tell whether the page may have something of its own under this key."""
        return key == MARK and bool(path) and not self.is_whole(path)

    def _is_left_out(self, field: Any, path: Names) -> bool:
        if self.policy is None:
            return False
        if not self.policy.may_view(path):
            return True
        # A mark would tell whether a part of it that is withheld was changed.
        return self._has_marks(field) and not self.is_whole(path)

    def _has_marks(self, field: Any) -> bool:
        return field is not None and (
            self.has_mark(field) or self._has_marks(member_field(field))
        )


def masked(cls: type | None, son: dict, hidden: Hidden) -> dict:
    """Return a stored document without its hidden values, or with marks for them."""
    return Marks(hidden, son.get("_id")).document(cls, son, ())


class Marks:
    """Puts marks in the place of values; {(path, digest): value} of what they hide."""

    def __init__(self, hidden: Hidden, key: Any):
        self.hidden, self.key = hidden, key
        self.values: dict[tuple[Names, str], Any] = {}

    def document(
        self, cls: type | None, son: dict, path: Names, member: Any = None
    ) -> dict:
        return {
            part.key: self.value(part.field, son[part.key], part.path)
            for part in self.hidden.parts(cls, member, son, path)
            if not part.is_left_out
        }

    def value(self, field: Any, value: Any, path: Names) -> Any:
        if self.hidden.has_mark(field):
            text = self.text(value, path)
            self.values[path, text] = value
            return {MARK: text}
        member = member_field(field)
        if isinstance(value, dict):
            return self.document(class_at(field, value), value, path, member)
        if isinstance(value, list):
            return [self.value(member, item, path) for item in value]
        return value

    def text(self, value: Any, path: Names) -> str:
        return digest([self.key, [*path], value]).hex()
