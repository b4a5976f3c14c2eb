"""What a serving process does once all of its code is loaded."""

import gc

# Of the garbage collector. A list of a hundred rows makes some thousand objects that
# refer to each other, as Django's own templates do: with the usual 700 it is looked for
# nine times a page, which pays a twentieth of its time for that.
THRESHOLDS = (20_000, 10, 10)


def leave_to_stay():
    """Take what is loaded out of the garbage collector's sight: it stays anyway.

    It is most of what a full collection would look through, some 100 ms every dozen
    pages; of processes that are forked later it leaves the memory shared as well.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
