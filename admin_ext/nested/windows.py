"""Which rows of a long list are on a page: 100 of them, and links to the others."""

from collections.abc import Iterator
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.loader import render_to_string

# So many rows of one list are on a page; each costs a form.
SIZE = 100

# The parameter of the address, as in ?_rows=tags:101&_rows=lines:201
PARAMETER = "_rows"


class Link(NamedTuple):
    """One link to other rows; ``url`` is empty for those that are shown."""

    text: str
    url: str = ""
    is_current: bool = False


class Windows:
    """The rows that the address of a page asks for: {name of the list: first row}."""

    def __init__(self, query: QueryDict | None = None):
        self.query = QueryDict() if query is None else query
        self.starts: dict[str, int] = {}
        for text in self.query.getlist(PARAMETER):
            name, _colon, number = text.rpartition(":")
            if number.isascii() and number.isdecimal() and len(number) < 9:
                self.starts[name] = max(int(number) - 1, 0)

    def places(self, name: str, length: int) -> range:
        """Return the places that are on the page, of a list of ``length`` rows."""
        last = max(length - 1, 0) // SIZE * SIZE
        start = min(self.starts.get(name, 0) // SIZE * SIZE, last)
        return range(start, min(start + SIZE, length))

    def links(self, name: str, start: int, length: int) -> Iterator[Link]:
        """Yield links to all rows; a text without one stands for many in between."""
        pages = Paginator(range(length), SIZE)
        current = start // SIZE + 1
        for page in pages.get_elided_page_range(current, on_each_side=2, on_ends=1):
            if page == Paginator.ELLIPSIS:
                yield Link(page)
                continue
            first = (page - 1) * SIZE + 1
            text = f"{first}–{min(first + SIZE - 1, length)}"
            is_current = page == current
            yield Link(text, "" if is_current else self._url(name, first), is_current)

    def drawn(self, name: str, label: str, start: int, length: int) -> str:
        """Return the HTML of the links to the rows that are on other pages."""
        context = {
            "links": [*self.links(name, start, length)] if length > SIZE else [],
            "label": label,
            "length": length,
        }
        return render_to_string("admin_ext/row_windows.html", context)

    def _url(self, name: str, first: int) -> str:
        query = self.query.copy()
        others = [each for each in self.starts if each != name]
        query.setlist(
            PARAMETER,
            [
                *(f"{each}:{self.starts[each] + 1}" for each in others),
                f"{name}:{first}",
            ],
        )
        return f"?{query.urlencode(safe=':')}"


# Of a form that belongs to no page with an address.
NO_WINDOWS = Windows()
