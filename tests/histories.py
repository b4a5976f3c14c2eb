"""Changes as they are recorded, for tests of the pages that show them."""

import uuid

from admin_ext.changesets import MISSING
from admin_ext.history.entries import Written, row_for
from admin_ext.history.recording import Recording
from admin_ext.models import Change

__all__ = ["MISSING", "record"]


def record(user, cls, before, after, *, via="form", operation=None, **fields):
    """Return the stored Change of a document, as if ``user`` had made it."""
    key = (after if before is MISSING else before)["_id"]
    made = Recording(user, via, operation=operation or uuid.uuid4())
    row = row_for(made, Written(cls, key, before, after))
    for name, value in {"state": Change.State.DONE, **fields}.items():
        setattr(row, name, value)
    row.save()
    return row
