"""What of Django's ChangeList depends on whether an order was refused."""

import copy
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList

from admin_ext.parameters import ANYWAY

from .scanning import scan_notice
from .sorting import Order, ordered, prepare_header


class AwareChangeList(ChangeList):
    """Says before it reads all of a large collection, and does not sort it unasked."""

    # What the page is to be sorted by, and is instead where that would cost too much.
    order: Order | None = None

    def within_reason(self, queryset: Any) -> Any:
        """Return the queryset of the page in an order that costs no more than may be.

        An action asks for it a second time; then nothing is told again.
        """
        if self.order is not None:
            instead = self.order.instead
            return queryset.order_by(*instead) if instead else queryset
        queryset = ordered(self, queryset)
        notice = scan_notice(self, queryset)
        self.notices.extend([notice] if notice else [])
        return queryset

    @property
    def is_order_asked(self) -> bool:
        return bool(self.params.get(ORDER_VAR))

    def get_ordering_field_columns(self):
        """Return what the rows are sorted by, whatever was asked for."""
        if self.order is None or self.order.instead is None:
            return super().get_ordering_field_columns()
        if self.order.columns is None:
            return {}
        probe = copy.copy(self)
        probe.params = {ORDER_VAR: self.order.columns} if self.order.columns else {}
        return super(AwareChangeList, probe).get_ordering_field_columns()

    def get_query_string(self, new_params=None, remove=None):
        """Return Django's; what another order costs is asked again."""
        if ORDER_VAR in (new_params or {}):
            new_params = {ANYWAY: None, **new_params}
        return super().get_query_string(new_params, remove)

    def prepare_header(self, header: dict[str, Any]) -> None:
        """Let the header of a column say what sorting by it costs."""
        if self.order is not None:
            prepare_header(self, header)
