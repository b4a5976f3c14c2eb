"""What a serving process does once all of its code is loaded."""

import gc


def leave_to_stay():
    """Take what is loaded out of the garbage collector's sight: it stays anyway.

    It is most of what a full collection would look through, some 100 ms every dozen
    pages; of processes that are forked later it leaves the memory shared as well.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
