"""What is stored at the place that a page of a masked value is about."""

from typing import Any, NamedTuple

from django.http import Http404
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from admin_ext.changesets import MISSING
from admin_ext.ejson import extended_json
from admin_ext.files.urls import steps_of
from admin_ext.hydration import stored_son
from admin_ext.policies import Access, Policy, canonical
from admin_ext.stored_paths import field_at

# A longer text is shown as its beginning.
MAX_TEXT = 20_000  # characters


class Place(NamedTuple):
    """A masked value: its path as it is stored, its field or None, and its value."""

    path: tuple[str | int, ...]
    field: Any
    value: Any

    @property
    def label(self) -> str:
        name = getattr(self.field, "verbose_name", None)
        return str(capfirst(name or str(self.path[-1]).replace("_", " ")))

    @property
    def text(self) -> str:
        """The value as staff read it; what is none is said in words."""
        if self.value is MISSING:
            return _("(not stored)")
        if self.value is None:
            return _("(null)")
        if self.value == "":
            return _("(empty text)")
        is_text = isinstance(self.value, str)
        return (self.value if is_text else extended_json(self.value))[:MAX_TEXT]


def masked_place(policy: Policy, document: Any, text: str) -> Place:
    """Return the place of a document that a URL names.

    Raise Http404 for what is not masked, whether it is hidden, open or nothing.
    """
    path, value = _follow(stored_son(document) or {}, steps_of(text))
    cls = type(document)
    if not policy.is_masked(canonical(cls, path)):
        raise Http404
    shown = _without_hidden(policy, cls, path, value)
    return Place(path, field_at(cls, stored_son(document), path), shown)


def _without_hidden(policy: Policy, cls: type, path: tuple, value: Any) -> Any:
    """Return a masked value without what is hidden in it, to any depth."""
    if isinstance(value, dict):
        return {
            key: _without_hidden(policy, cls, (*path, key), each)
            for key, each in value.items()
            if policy.access(canonical(cls, (*path, key))) > Access.HIDDEN
        }
    if isinstance(value, list):
        return [
            _without_hidden(policy, cls, (*path, number), each)
            for number, each in enumerate(value)
        ]
    return value


def _follow(son: Any, steps: list[str]) -> tuple[tuple, Any]:
    """Return the path with places in lists as numbers, and what is stored there."""
    path: list[str | int] = []
    for step in steps:
        is_place = isinstance(son, list) and step.isascii() and step.isdecimal()
        path.append(int(step) if is_place and len(step) < 9 else step)
        try:
            son = son[path[-1]]
        except (LookupError, TypeError):
            son = MISSING
    return tuple(path), son
