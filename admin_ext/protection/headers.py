"""The headers that tell browsers what a page may do: its policies as text."""

from collections.abc import Iterable, Mapping


def policy_text(policy: Mapping[str, Iterable[str] | str | bool | None]) -> str:
    """Return a Content-Security-Policy.

    ``policy``: {directive: its sources, or True for none}, as SECURE_CSP of Django 6;
    None and False leave a directive out.
    """
    parts = []
    for directive, sources in policy.items():
        if sources in (None, False):
            continue
        if sources is True:
            parts.append(directive)
            continue
        if isinstance(sources, str):
            sources = [sources]
        elif isinstance(sources, set | frozenset):
            sources = sorted(sources)
        parts.append(" ".join([directive, *sources]))
    return "; ".join(parts)
