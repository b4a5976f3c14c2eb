"""What of Django's ChangeList is about what a person may not see."""

from functools import cached_property
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext as _

from admin_ext.notices import Notice

from .access import Access
from .deciding import policy_for
from .lists import access_to_column, editable_columns, searched_path
from .policy import Policy
from .queries import (
    allowed_order,
    finder_for,
    may_query,
    may_search_text,
    order_name,
    policy_of,
    steps_of,
)


class LimitedChangeList(ChangeList):
    """Shows and asks for what the policies of all Documents that it passes allow."""

    @cached_property
    def policy(self) -> Policy:
        """The policy of the Document that is listed."""
        return policy_for(self.request, self.model, self.model_admin)

    @cached_property
    def masked(self) -> frozenset[Any]:
        """The columns in which MASK stands in every row."""
        return frozenset(
            each
            for each in self.list_display
            if access_to_column(self.model_admin, self.request, each) == Access.MASKED
        )

    @cached_property
    def finder(self):
        """What finds the documents of other collections that may be asked for."""
        return finder_for(self.model_admin.admin_site, self.request)

    def may_query(self, path: str) -> bool:
        return may_query(self.model_admin, self.request, path)

    def allowed_arguments(self, model: type, arguments: tuple) -> tuple:
        """Return what Django's ``__init__`` (5.2) takes behind ``list_display``.

        Of the options that no hook of the admin tells, what the person may use.
        """
        links, list_filter, date_hierarchy, *middle, list_editable, admin, by, text = (
            arguments
        )
        self.model, self.model_admin = model, admin
        if date_hierarchy and not self.may_query(date_hierarchy):
            date_hierarchy = None
        if list_editable:
            list_editable = editable_columns(admin, self.request, list_editable)
        head = (links, list_filter, date_hierarchy, *middle)
        return (*head, list_editable, admin, by, text)

    def get_filters(self, request):
        """Refuse a lookup of a denied field as that of a field that there is not."""
        for path in self.get_filters_params():
            if not self.may_query(path):
                raise IncorrectLookupParameters(path)
        return super().get_filters(request)

    def get_ordering(self, request, queryset):
        """Leave denied fields out, whatever the URL and the Document say."""
        ordering = super().get_ordering(request, queryset)
        kept = allowed_order(self.model_admin, request, ordering)
        if kept == ordering:
            return ordering
        return self._get_deterministic_ordering(kept)

    def is_order_denied(self, order_field: Any) -> bool:
        return bool(order_field) and not self.may_query(order_name(order_field))

    def tell_of_text_index(self) -> None:
        """Say why a text is not searched for where its index has denied texts."""
        own = self.model_admin.search_fields
        if self.query and any(map(self._lost_its_index, own)):
            text = _(
                "The text index is not searched: it has texts that you may not see."
            )
            self.notices.append(Notice(text))

    def _lost_its_index(self, entry: Any) -> bool:
        path = searched_path(entry)
        if not path.endswith("__search") or self.may_query(path):
            return False
        document = [*steps_of(self.model, path)][-1][0]
        plain = path.removesuffix("__search")
        policy = policy_of(self.model_admin, self.request, document)
        return self.may_query(plain) and not may_search_text(policy)
