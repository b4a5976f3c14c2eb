"""What the ChangeList of Documents fetches of its rows."""

from functools import cached_property

from admin_ext.lookups import Path
from admin_ext.querysets import DocumentQuerySet

from .columns import projection_for
from .rows import Projection


class ProjectionMixin:
    """Mixed into the ChangeList of Documents."""

    @cached_property
    def projection(self) -> Projection | None:
        """What is fetched of each row, None for whole documents."""
        return projection_for(self)

    @cached_property
    def listed(self):
        """The queryset of the rows, of which what is shown is fetched."""
        if not isinstance(self.queryset, DocumentQuerySet):
            return self.queryset
        return self.queryset.fetching(self.projection)

    @property
    def related_to_code(self) -> list[tuple[str, Path]]:
        """(name, path) of what code of columns says it reads in other collections."""
        return [] if self.projection is None else [*self.projection.related.items()]
