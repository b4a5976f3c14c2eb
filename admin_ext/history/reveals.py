"""Values that were masked and shown to somebody who gave a reason."""

from typing import Any

from .entries import Written, changes, row_for
from .recording import Recording, address
from .storing import store


def record_reveal(
    user: Any, document: Any, key: Any, path: tuple, reason: str, shown: Any = None
) -> Any:
    """Commit, and return, the Change of kind REVEAL; then the value may be shown.

    ``document``: the class; ``key``: the stored ``_id``; ``path``: of the value as it
    is stored; ``shown``: the object, for its name. No value is kept. Recorded also
    where ADMIN_EXT_HISTORY is off. Raise NotRecorded where SQL does not take it.
    """
    recording = Recording(user, "reveal", reason, address=address())
    son = {"_id": key}
    row = row_for(recording, Written(document, key, son, son, shown))
    row.kind, row.state = changes().Kind.REVEAL, changes().State.DONE
    row.paths, row.digests = [{"path": [*path]}], {}
    store(recording, [row])
    return row
