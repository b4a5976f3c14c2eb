"""The URLs of pages that a page names again and again, looked up once."""

from functools import lru_cache
from typing import Any

from django.urls import get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language


def reverse_once(name: str, *args: str, current_app: str | None = None) -> str:
    """Return what ``reverse`` does, for arguments that are few.

    Django (5.2) takes the name apart and matches the URL's pattern each time, which is
    a twentieth of a change form.
    """
    # What `reverse` looks at beside its arguments; clear_url_caches() makes resolvers
    # that are equal to none before.
    place = get_resolver(get_urlconf()), get_script_prefix(), get_language()
    return _reversed(place, name, args, current_app)


@lru_cache(maxsize=1_000)
def _reversed(
    place: Any, name: str, args: tuple[str, ...], current_app: str | None
) -> str:
    return reverse(name, args=args, current_app=current_app)
