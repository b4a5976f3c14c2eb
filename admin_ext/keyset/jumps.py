"""The page that begins at a value of the sort column, as a person types it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from admin_ext.exceptions import UnsupportedLookup
from admin_ext.lookups import q_for_lookup, resolve

from .order import Order

# Behind each text that begins with another.
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class Jump:
    """What the first sort column can be asked for.

    ``name``: its lookup path. ``direction``: 1 or -1, as the list has it.
    """

    document: type
    name: str
    direction: int

    @property
    def field(self) -> Any:
        return resolve(self.document, self.name).field

    @property
    def label(self) -> str:
        return capfirst(self.field.verbose_name)

    @property
    def input_type(self) -> str:
        """The kind of the input in which a value is typed."""
        return "date" if isinstance(self.field, models.DateField) else "text"

    def edge(self, text: str) -> tuple[str, Any]:
        """Return how all rows from a value on compare with what: (operator, value).

        Downwards a day begins at its end, and a text at the last that begins with it.
        Raise ValidationError for what is no value of the column.
        """
        value, is_beyond = self._typed(text)
        try:
            asked = q_for_lookup(self.document, f"{self.name}__gte", value)
        except UnsupportedLookup as error:
            raise ValidationError(str(error)) from error
        (compared,) = asked.to_query(self.document).values()
        operator = "$gte" if self.direction > 0 else "$lt" if is_beyond else "$lte"
        return operator, compared["$gte"]

    def _typed(self, text: str) -> tuple[Any, bool]:
        """Return where to begin; and whether that is beyond what was asked for."""
        if self.direction > 0:
            return text, False
        if isinstance(self.field, models.DateTimeField):
            try:
                return (date.fromisoformat(text) + timedelta(days=1)).isoformat(), True
            except (ValueError, OverflowError):
                return text, False
        is_text = isinstance(self.field, models.CharField | models.TextField)
        return (f"{text}{LAST_CHARACTER}" if is_text else text), False


def jump_for(document: type, order: Order) -> Jump | None:
    """Return the jump to a value of what a list is sorted by, None where there is none.

    No values can be typed of what is embedded or of any type.
    """
    path, direction = order.total[0]
    for field in document._meta.fields:
        if field.document_field.db_field == path:
            jump = Jump(document, field.name, direction)
            try:
                jump.edge("2024-01-01")
            except ValidationError:
                # Of another type: the column has values, and this is none.
                return jump
            except (UnsupportedLookup, TypeError, ValueError):
                return None
            return jump
    return None
