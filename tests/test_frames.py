"""Calls at any depth have room for their frames; pages get it from the middleware."""

import resource
import sys

from django.conf import settings
from django.http import HttpResponse

from admin_ext.compat.frames import in_one_chunk
from admin_ext.middleware import FramesMiddleware

CALLS = 200
# Frames of `deep` fill some chunks of 16 KB.
DEPTHS = range(150)


def called():
    """Have a frame of its own."""


def loop():
    """Return how often memory was given to the process while calls were made."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _time in range(CALLS):
        called()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def deep(depth, function):
    return function() if depth == 0 else deep(depth - 1, function)


def test_calls_do_not_wait_for_memory_at_any_depth():
    worst = max(deep(depth, in_one_chunk(loop)) for depth in DEPTHS)
    assert worst < CALLS / 4
    if sys.version_info < (3, 13):
        # Without it, they do at some.
        assert max(deep(depth, loop) for depth in DEPTHS) >= CALLS


def test_there_is_room_for_calls_far_below():
    faults = in_one_chunk(lambda: [deep(depth, loop) for depth in DEPTHS])()
    assert max(faults) < CALLS / 4


def test_arguments_answers_and_errors_pass():
    assert in_one_chunk(lambda *args, **kwargs: (args, kwargs))(1, a=2) == (
        (1,),
        {"a": 2},
    )
    answer = HttpResponse()
    assert FramesMiddleware(lambda request: answer)(None) is answer


def test_all_pages_have_it():
    assert settings.MIDDLEWARE[0] == "admin_ext.middleware.FramesMiddleware"
