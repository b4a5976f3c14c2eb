"""Save in processes that are killed on the way; print what the history tells then.

Run by test_history_faults, with an SQL database that survives its processes.
"""

import json
import os
import signal
import sys
from datetime import timedelta

import django
from bson import ObjectId
from django.core.management import call_command
from pymongo import monitoring

# Before MongoDB writes, and when it has written but SQL does not know; of which note.
MOMENTS = {
    "started": ObjectId("5f0000000000000000000001"),
    "succeeded": ObjectId("5f0000000000000000000002"),
}


class Killer(monitoring.CommandListener):
    """Kills its process at a moment of the first update."""

    def __init__(self, moment):
        self.moment = moment

    def started(self, event):
        self._reach("started", event)

    def succeeded(self, event):
        self._reach("succeeded", event)

    def failed(self, event):
        pass

    def _reach(self, moment, event):
        if moment == self.moment and event.command_name == "update":
            os.kill(os.getpid(), signal.SIGKILL)


def save(moment):
    """Write a text as a person would, in a process that does not survive it."""
    from admin_ext import history
    from documents.documents import Note

    monitoring.register(Killer(moment))
    with history.recording(None, "form"):
        Note.objects(pk=MOMENTS[moment]).update(set__body=moment)


def killed(moment):
    """Return the number of the signal that ended a process while it saved."""
    process = os.fork()
    if not process:
        save(moment)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def settled():
    """Return [state right after, when it is looked at later, paths] of each change."""
    from admin_ext import history
    from admin_ext.models import Change
    from documents.documents import Note

    found = []
    for change in Change.objects.order_by("pk"):
        before = change.state
        change.made_at -= timedelta(days=1)
        history.settle(change, Note)
        found.append([before, change.state, len(change.paths)])
    return found


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0)
    ends = [killed(moment) for moment in MOMENTS]
    sys.stdout.write(json.dumps({"ends": ends, "states": settled()}))
