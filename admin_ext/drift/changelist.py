"""What of Django's ChangeList is about the documents with one problem."""

from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError

from admin_ext.parameters import DRIFT
from admin_ext.policies import policy_for

from .access import may_tell
from .parameter import DriftedTo


class DriftMixin(ChangeList):
    """Lists the documents with the problem that the URL names."""

    @cached_property
    def drifted_to(self) -> DriftedTo | None:
        """The problem of which the list shows the documents.

        Raise ValidationError for what is none, and for who may not know.
        """
        text = self.params.get(DRIFT)
        if not text:
            return None
        if not self.model_admin.has_view_health_permission(self.request):
            raise ValidationError("This takes the permission to see data health.")
        found = DriftedTo.parse(text, self.model)
        policy = policy_for(self.request, self.model, self.model_admin)
        if policy.withholds and not may_tell(policy, found.finding):
            # As of a place that there is not.
            raise ValidationError(f"“{text[:100]}” is no problem of the documents.")
        return found

    def drifting(self, queryset: Any) -> Any:
        """Return what of ``queryset`` has the problem, if the URL names one."""
        return queryset if self.drifted_to is None else self.drifted_to.filter(queryset)

    @property
    def drift_shown(self) -> dict[str, Any]:
        """What the line above the list says, for the template; {} for no line."""
        if self.drifted_to is None:
            return {}
        finding = self.drifted_to.finding
        return {
            "path": finding.path,
            "problem": finding.problem.label,
            "off_url": self.get_query_string(remove=[DRIFT]),
        }
