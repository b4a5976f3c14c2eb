"""Hooks of a registered admin, of whatever class, answered by somebody else first.

They are set on the object: an override may well answer without asking its base class.
"""

from collections.abc import Callable
from functools import partial, wraps
from inspect import getattr_static
from operator import is_
from typing import Any


def own_hook(options: Any, name: str) -> Callable[..., Any]:
    """Return a hook as it is, found when it is called unless it is the object's own."""
    if name in vars(options):
        return vars(options)[name]

    known = bound = None

    @wraps(getattr(options, name))
    def found(*args, **kwargs):
        nonlocal known, bound
        cls = type(options)
        if (now := getattr(cls, name)) is not known:
            # A class method, or a static one, has no place for the object.
            known, bound = now, getattr_static(cls, name).__get__(options, cls)
        return bound(*args, **kwargs)

    return found


def replace_hook(options: Any, name: str, answer: Callable[..., Any]) -> None:
    """Have ``answer(options, own, *args, **kwargs)`` answer; ``own`` is the hook."""
    own = own_hook(options, name)

    @wraps(getattr(options, name))
    def hook(*args, **kwargs):
        return answer(options, _as_called(own, args, kwargs), *args, **kwargs)

    # Django's checks (5.2) ask a method which function it is of.
    hook.__func__ = getattr(type(options), name, own)
    setattr(options, name, hook)


def _as_called(own: Callable[..., Any], args: tuple, kwargs: dict) -> Callable:
    """Return a hook that is called as Django called it, by position or by name.

    A project's override may take an argument by the one or the other alone, or leave
    out one that is None.
    """
    hook = partial(_call, own, args, kwargs)
    # Which parameters it has is asked with inspect.signature.
    hook.__wrapped__ = own
    return hook


def _call(own, args, kwargs, /, *own_args, **own_kwargs):
    if not (kwargs or own_kwargs) and len(args) == len(own_args):
        return own(*own_args)
    called, given = [*args, *kwargs.values()], [*own_args, *own_kwargs.values()]
    is_same = len(given) >= len(called) and all(map(is_, given, called))
    if is_same and not any(each is not None for each in given[len(called) :]):
        return own(*args, **kwargs)
    return own(*own_args, **own_kwargs)
