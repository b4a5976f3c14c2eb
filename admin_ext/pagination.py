"""Pages that know whether another one follows without counting them all."""

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator

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
