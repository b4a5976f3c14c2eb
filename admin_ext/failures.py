"""What MongoDB did not answer, and why, in words that staff understand."""

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pymongo.errors import ExecutionTimeout, OperationFailure

from .limits import TIMEOUTS, max_side_time, within
from .memory import known, learn

logger = logging.getLogger(__name__)

# What took too long is not asked again meanwhile; seconds.
PAUSE = 60

# MongoDB stopped a query, or refused it, and answers the next one.
FAILURES = (*TIMEOUTS, OperationFailure)

# https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
REASONS: dict[int, Promise] = {
    13: gettext_lazy("The MongoDB user of this site lacks the permission."),
    # A pattern that is no regular expression, or one that is too long.
    51091: gettext_lazy("MongoDB does not understand this pattern."),
    # There is no text index.
    27: gettext_lazy("It needs an index that MongoDB does not have."),
    # Sorting, and grouping, in memory.
    292: gettext_lazy("It needs more memory than MongoDB allows."),
    146: gettext_lazy("It needs more memory than MongoDB allows."),
    # A document, or a whole answer.
    10334: gettext_lazy("It is larger than MongoDB can send."),
}


def reason(error: Exception, ms: int) -> str:
    """Return why there is no answer to what was limited to ``ms``, as a sentence."""
    if isinstance(error, TIMEOUTS):
        return _("It took longer than %(seconds)s s.") % {"seconds": f"{ms / 1_000:g}"}
    known = REASONS.get(getattr(error, "code", None) or 0)
    if known is not None:
        return str(known)
    details: Any = getattr(error, "details", None) or {}
    name = details.get("codeName") or getattr(error, "code", None) or "?"
    return _("MongoDB refused it (%(name)s).") % {"name": name}


@contextmanager
def beside(key: Hashable) -> Iterator[None]:
    """Limit what a page asks within, beside what it is about.

    When it took too long, the pages of the next minute do not ask again: it raises one
    of limits.TIMEOUTS at once. ``key`` says what; of None it remembers nothing.
    """
    if key is not None and known(key, seconds=PAUSE):
        raise ExecutionTimeout("It took too long less than a minute ago.")
    try:
        with within(max_side_time()):
            yield
    except TIMEOUTS:
        if key is not None:
            learn(key, True)
        raise


def told(what: Any, error: Exception, ms: int) -> str:
    """Return ``reason``, and log what MongoDB itself says of ``what``."""
    logger.warning("%s: %s", what, error)
    return reason(error, ms)
