"""The scripts and stylesheets of a page, whose elements are drawn once."""

from functools import lru_cache
from itertools import chain

from django.conf import settings
from django.forms import Media

from .drawing import has_constant_urls, used_storage
from .widgets import Script, Stylesheet

# Two of these that are equal are drawn alike. A project's own may have more in it.
KINDS = frozenset((str, Script, Stylesheet))


class PageMedia(Media):
    """Django's, which puts them in order and draws them at each look (5.2)."""

    @classmethod
    def of(cls, media: Media) -> "PageMedia":
        found = cls()
        found._css_lists, found._js_lists = media._css_lists, media._js_lists
        return found

    def __add__(self, other):
        return self.of(super().__add__(other))

    def render(self):
        css = tuple(
            tuple((medium, tuple(paths)) for medium, paths in each.items())
            for each in self._css_lists
        )
        js = tuple(map(tuple, self._js_lists))
        sheets = (paths for each in css for _medium, paths in each)
        kinds = tuple(map(type, chain(*sheets, *js)))
        if settings.DEBUG or not (has_constant_urls() and KINDS.issuperset(kinds)):
            return super().render()
        return _drawn(css, js, kinds, (settings.STATIC_URL, used_storage()))


@lru_cache
def _drawn(css: tuple, js: tuple, kinds: tuple, static: tuple) -> str:
    """``kinds``: of the parts in their order; a path is equal to its script."""
    media = Media()
    media._css_lists = [{medium: [*paths] for medium, paths in each} for each in css]
    media._js_lists = [[*paths] for paths in js]
    return media.render()
