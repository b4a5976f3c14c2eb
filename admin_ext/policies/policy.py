"""The one object that decides what a person may see of the documents of a class.

Every way out asks it. The permissions of several groups add up, as Django's do: a
document is shown if one of them is for it. A field is as open as it is for every
document that may be shown, so that what is open for some is not read of others.
Code limits everybody.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from .access import Access
from .grants import Grant, Lookup, Path, access_by
from .paths import UNNAMED, canonical

# Who may change a document may view it, as Django has it.
VIEWING = ("view", "change")


class Policy:
    """What the grants of a person, and the code of an admin, allow.

    ``document``: the class; ``grants``: why; ``code``: {path: Access} for everybody.
    Paths are names of fields as steps, or of keys where there is no field.
    """

    def __init__(
        self,
        document: type,
        grants: Iterable[Grant],
        code: dict[Path, Access] | None = None,
    ):
        self.document, self.grants, self.code = document, tuple(grants), code or {}
        self._access: dict[tuple[Path, tuple], Access] = {}
        self._whole: dict[tuple[Path, Access], bool] = {}

    @cached_property
    def rules(self) -> frozenset[Path]:
        """The paths that some rule names, REST among them."""
        given = (path for grant in self.grants for path in grant.fields)
        return frozenset((*self.code, *given))

    @cached_property
    def has_field_limits(self) -> bool:
        """Whether not every field may be seen and edited by who may the document."""
        return bool(self.rules)

    @cached_property
    def withholds(self) -> bool:
        """Whether some field is hidden or masked."""
        names = ((name,) for name in self.document._fields)
        return self.has_field_limits and any(
            self.access(path) < Access.VIEW for path in (*self.rules, *names)
        )

    @cached_property
    def is_limited(self) -> bool:
        """Whether some document, or some value of those there are, is not shown."""
        return self.withholds or self.rows("view", "change") is not None

    def access(self, path: Path) -> Access:
        """Return how much of a field may be had, by who may see the document."""
        return self._least(path, VIEWING)

    def may_view(self, path: Path) -> bool:
        """Tell whether a value may be shown, and searched, sorted and filtered by."""
        return self.access(path) >= Access.VIEW

    def is_masked(self, path: Path) -> bool:
        return self.access(path) == Access.MASKED

    def may_edit(self, path: Path, action: str = "change") -> bool:
        """Tell whether a value may be edited by who may change the document.

        ``action``: "add" for a new one. Of a field that holds what may not: only in
        part; see ``is_whole``.
        """
        return self.may_view(path) and self._least(path, (action,)) == Access.EDIT

    def is_whole(self, path: Path, least: Access = Access.VIEW) -> bool:
        """Tell whether a field and all that is in it may be had at least so far."""
        if not self.has_field_limits:
            return True
        key = (tuple(path), least)
        if key not in self._whole:
            parts = self._parts(canonical(self.document, path))
            self._whole[key] = all(self._reaches(each, least) for each in parts)
        return self._whole[key]

    def _parts(self, path: Path) -> list[Path]:
        """Return a path, those with rules within it, and what else may be there."""
        size = len(path)
        below = [each for each in self.rules if each[:size] == path and each != path]
        return [path, *below, *([(*path, UNNAMED)] if below else ())]

    def _reaches(self, path: Path, least: Access) -> bool:
        return (
            self.may_edit(path) if least == Access.EDIT else self.access(path) >= least
        )

    def may_query(self, path: Path) -> bool:
        """Tell whether a condition or an order may name a path."""
        return self.is_whole(path)

    def rows(self, *actions: str) -> list[tuple[Lookup, ...]] | None:
        """Return the lookups, of which one group has to hold, of what may be had.

        ``actions``: of ACTIONS, one of which is meant; None for all documents.
        """
        grants = self._giving(actions)
        if not grants or any(not each.rows for each in grants):
            return None
        return [*{each.rows: each.lookups for each in grants}.values()]

    @cached_property
    def _always_shown(self) -> frozenset[str]:
        """What tells one document from another, and of which class it is."""
        return frozenset(("pk", "_id", "_cls", self.document._meta.pk.name))

    def redact(self, document: Any) -> Any:
        """Take out of a loaded document what is not shown; return it."""
        from .redaction import redact

        return redact(self, document) if self.withholds else document

    def __deepcopy__(self, memo):
        return self

    def redacted_son(self, cls: Any, son: dict, path: Path = ()) -> dict:
        """Return a stored document without the values that are not shown."""
        from .redaction import redacted_son

        return redacted_son(self, cls, son, path)

    def _least(self, path: Path, actions: tuple[str, ...]) -> Access:
        if not self.has_field_limits:
            return Access.EDIT
        key = (tuple(path), actions)
        if key not in self._access:
            found = canonical(self.document, path)
            is_open = found[0] in self._always_shown
            self._access[key] = Access.EDIT if is_open else self._ruled(found, actions)
        return self._access[key]

    def _ruled(self, path: Path, actions: tuple[str, ...]) -> Access:
        by_code = access_by(self.code, path) if self.code else Access.EDIT
        return min(by_code, self._granted(path, actions))

    def _granted(self, path: Path, actions: tuple[str, ...]) -> Access:
        """Return the most that is given for every document that may be had."""
        grants = self._giving(actions)
        if not any(each.fields for each in grants):
            return Access.EDIT
        return min(
            max(each.access(path) for each in grants if each.covers(rows))
            for rows in {each.rows for each in grants}
        )

    def _giving(self, actions: Iterable[str]) -> list[Grant]:
        """Return what gives one of ``actions``.

        Where nothing does, a hook of the code must: what is limited stays so then.
        """
        found = [each for each in self.grants if each.actions & {*actions}]
        return found or [*self.grants]
