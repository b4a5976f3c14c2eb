"""What a serving process does with its memory."""

import gc

from django.http.response import HttpResponseBase

# Of the garbage collector: within a page it looks only if that makes very much.
THRESHOLDS = (20_000, 10, 10)

# So many looks after a page are followed by one through all that is not frozen.
FULL_AFTER = 50


def leave_to_stay():
    """Take what is loaded out of the garbage collector's sight: it stays anyway.

    It is most of what a full collection would look through, some 100 ms every dozen
    pages; of processes that are forked later it leaves the memory shared as well.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


class CollectedResponse:
    """A response, as an iterable of WSGI's, that is freed when the server has sent it.

    A page leaves some thousand objects that refer to each other, as Django's own
    templates make them. They are looked for when nobody waits and none of them is in
    use: within a later page they would be among all that this one is made of, and what
    is alive when the collector looks is not looked at again for long.
    """

    def __init__(self, response):
        self.held = [response]

    def __iter__(self):
        return iter(self.held[0])

    def close(self):
        # Some servers close a response twice.
        if self.held:
            self.held[0].close()
            self.held.clear()
            # What other threads had in use when a page was sent is found by a full look
            # only, and the counts that would cause one begin anew each time.
            gc.collect(2 if gc.get_count()[2] > FULL_AFTER else 1)


def collecting(application):
    """Return a WSGI application whose responses are freed when they are sent."""

    def answer(environ, start_response):
        response = application(environ, start_response)
        # The server sends a file by itself.
        is_page = isinstance(response, HttpResponseBase)
        return CollectedResponse(response) if is_page else response

    return answer
