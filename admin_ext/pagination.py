"""Pages of documents, which are not all counted for it."""

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.utils.functional import cached_property

from .counting import MAX_COUNT, Count, MoreThan, counts, is_exact
from .querysets import DocumentQuerySet

# What pages of a list are, where its admin does not leave that to their number.
NUMBERED, KEYSET = "numbered", "keyset"

# Rows before a page; MongoDB skips no more than fit into eight bytes.
MAX_SKIPPED = 2**62


class LookaheadPaginator(Paginator):
    """Django's Paginator, except that a page reads one row more than it shows.

    For who asks only whether there is a next page: ``count`` still counts.
    """

    def page(self, number):
        """Return a page. Raise PageNotAnInteger or EmptyPage as Django's does."""
        if not isinstance(number, int):
            raise PageNotAnInteger(self.error_messages["invalid_page"])
        if number < 1:
            raise EmptyPage(self.error_messages["min_page"])
        start = (number - 1) * self.per_page
        if start > MAX_SKIPPED:
            raise EmptyPage(self.error_messages["no_results"])
        rows = list(self.object_list[start : start + self.per_page + 1])
        if not rows and number > 1:
            raise EmptyPage(self.error_messages["no_results"])
        return LookaheadPage(rows, number, self)


class LookaheadPage(Page):
    """A page of rows that may have one of the next page behind them."""

    def __init__(self, rows, number, paginator):
        super().__init__(rows[: paginator.per_page], number, paginator)
        self._has_next = len(rows) > paginator.per_page

    def has_next(self):
        return self._has_next

    @property
    def counted(self) -> Count:
        """How many rows there are, as far as this page knows."""
        start = (self.number - 1) * self.paginator.per_page
        counted = start + len(self.object_list)
        return MoreThan(counted) if self._has_next else Count(counted)


class DocumentPaginator(Paginator):
    """Django's Paginator, except that counting ends at ``max_count``.

    ``count`` is a counting.Count, which knows how far it is exact. Who has counted
    already may set it. Of other lists than querysets of Documents it is Django's.
    """

    max_count = MAX_COUNT

    @cached_property
    def count(self):
        if not isinstance(self.object_list, DocumentQuerySet):
            return super().count
        (found,) = counts([self.object_list], self.max_count)
        return self.looked_at(1).counted if found is None else found

    def looked_at(self, number) -> LookaheadPage:
        """Return a page that was read to see whether it has a next one.

        For what takes too long to count.
        """
        lookahead = LookaheadPaginator(
            self.object_list, self.per_page, error_messages=self.error_messages
        )
        return lookahead.page(number)

    def page(self, number):
        """Return a page; its rows do not end with a count that is none."""
        if is_exact(self.count):
            return super().page(number)
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = self.object_list[start : start + self.per_page]
        return self._get_page(rows, number, self)
