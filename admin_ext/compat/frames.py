"""Where Python keeps the frames of calls."""

from collections.abc import Callable
from typing import Any

# In words. For a frame that is larger than a chunk Python takes the power of two that
# has room for it and for 8 KB more: here 256 KB, of which more than 100 are left for
# the frames of calls. No memory is touched before a call gets there.
FRAME_SIZE = 18_000


def in_one_chunk(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls ``function`` with room for the frames of its calls.

    Since 3.11 Python keeps frames in chunks of 16 KB. A call for which the last has no
    room left gets a new one, which is given back to the system when it returns. Code
    that calls others in a loop at just that depth waits for the system each time: 600
    times for a list of a hundred rows, a tenth of its time. Later releases of 3.13 and
    3.14 keep a chunk that is given back. https://github.com/python/cpython/issues/142183
    """

    def call(*args, **kwargs):
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=FRAME_SIZE)
    return call
