"""Of which stored paths a person may see values, and not only their types."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.admin.utils import flatten, flatten_fieldsets
from mongoengine.base import BaseField

from admin_ext.introspection.inference.secrets import is_secret
from admin_ext.introspection.profile import Profile
from admin_ext.policies import Policy, policy_for
from admin_ext.secret_names import is_secret_name

MEMBERS = "[]"


def looks_secret(key: str, profile: Profile | None) -> bool:
    """Tell whether what a key that no field declares holds is nobody's to see.

    ``profile``: what it holds; a list's members are another.
    """
    return is_secret_name(key) or (profile is not None and is_secret(key, profile))


def _without_members(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if step != MEMBERS)


class Access:
    """What the person of a request may see of the values of a Document."""

    def __init__(self, admin: Any, request: Any):
        self.admin, self.request = admin, request

    @cached_property
    def policy(self) -> Policy:
        return policy_for(self.request, self.admin.model, self.admin)

    def is_told(self, path: tuple[str, ...]) -> bool:
        """Tell whether there is anything to be said of a path.

        Of what is hidden or masked nothing is: its types and shares tell of values.
        """
        steps = _without_members(path)
        return not self.policy.withholds or not steps or self.policy.may_view(steps)

    def is_whole(self, path: tuple[str, ...]) -> bool:
        """Tell the same of all that is at a path, whatever its keys are."""
        if not self.policy.withholds:
            return True
        steps = _without_members(path)
        return bool(steps) and self.policy.is_whole(steps)

    def is_shown(
        self,
        key: str,
        fields: Iterable[BaseField],
        profile: Profile | None,
        *,
        above: tuple[str, ...] = (),
    ) -> bool:
        """Tell whether the values of a key may be shown, and what is within them.

        ``fields``: those that declare it; ``above``: the path of the objects that have
        it, () for the document itself. Fields of ``editable=False`` are not, as on the
        raw page; nor are those that neither the form nor the list shows, but to who
        may see the raw page.
        """
        fields = [*fields]
        if not fields:
            return not looks_secret(key, profile)
        if any(
            self.admin.is_hidden_in_raw(self.request, field)
            and not getattr(field, "primary_key", False)
            for field in fields
        ):
            return False
        if self.admin.has_view_raw_permission(self.request):
            return True
        if above:
            # Members of a list are the rows of an inline, as one object is.
            path = tuple(step for step in above if step != MEMBERS)
            names = self._names_in_inlines.get(path)
            return names is None or any(field.name in names for field in fields)
        return any(
            field.primary_key or field.name in self._names_on_pages for field in fields
        )

    @cached_property
    def _names_in_inlines(self) -> dict[tuple[str, ...], frozenset[str]]:
        """The fields that rows of embedded inlines show, by the path of the rows."""
        fields, request = self.admin.model._fields, self.request
        return {
            (fields[inline.field_name].db_field,): frozenset(
                flatten_fieldsets(inline.get_fieldsets(request))
            )
            for inline in self._inlines
        }

    @cached_property
    def _inlines(self) -> list[Any]:
        """The embedded inlines that the person sees."""
        found = self.admin.get_inline_instances(self.request)
        return [each for each in found if getattr(each, "field_name", "")]

    @cached_property
    def _names_on_pages(self) -> frozenset[str]:
        """The names of the fields that the form, or the list, shows to the person."""
        admin, request = self.admin, self.request
        names = (
            *flatten_fieldsets(admin.get_fieldsets(request)),
            *flatten([*admin.get_list_display(request)]),
            *(inline.field_name for inline in self._inlines),
        )
        return frozenset(each for each in names if isinstance(each, str))
