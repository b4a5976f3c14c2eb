"""Every view of the URL configuration, named or not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
GROUP = re.compile(r"\(\?P<(\w+)>")


@dataclass(frozen=True)
class View:
    """A view: ``kind`` is its name, without that of its model if it is of one."""

    kind: str
    name: str
    route: str
    model: Any = None

    @property
    def parameters(self):
        return [*CONVERTED.findall(self.route), *GROUP.findall(self.route)]

    def url(self, values):
        """Return the URL. Raise KeyError for a parameter that nobody thought of."""
        known = {name: values[name] for name in self.parameters}
        if self.name:
            return reverse(self.name, kwargs=known)
        return "/" + CONVERTED.sub(
            lambda found: known[found[1]],
            re.sub(r"\(\?P<(\w+)>.*", lambda found: known[found[1]], self.route),
        )


def views() -> Iterator[View]:
    """Yield every view that the URL configuration has."""
    models = {
        f"admin/{each._meta.app_label}/{each._meta.model_name}/": each
        for each in admin.site._registry
    }
    for route, name in _walk(get_resolver().url_patterns):
        place = next((each for each in models if route.startswith(each)), None)
        model = models.get(place)
        kind = name.rpartition(":")[2] or route
        if model is not None:
            meta = model._meta
            kind = kind.removeprefix(f"{meta.app_label}_{meta.model_name}_")
            kind = kind.removeprefix(place)
        yield View(kind, name, route, model)


def _walk(patterns, prefix="", namespace="") -> Iterator[tuple[str, str]]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route, f"{namespace}{each.name}" if each.name else ""
        else:
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each.url_patterns, route, inner)
