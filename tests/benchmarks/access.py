"""What limits of groups cost: SQL queries and MongoDB commands of a list and a form.

    python -m tests.benchmarks.access [rounds, 9 if not said]

2,000 notes of 200 users, 100 on a page. Prints for each person SQL queries, MongoDB
commands and the median time in ms of: the list, the form, and a save by the form.
"""

import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from bson import ObjectId
from django.test import Client
from django.urls import reverse
from pymongo import monitoring

from tests.benchmarks.history import form_of
from tests.benchmarks.site import serving

ROUNDS = 9
USERS, NOTES = 200, 2_000
ACTIONS = ("view", "add", "change", "delete")
FIELDS = {"date": 1, "share_settings": 0, "start": 2}
# {person: (whether by a group, conditions on notes, {path: access})}
PEOPLE = {
    "own permissions": (False, None, {}),
    "group without limits": (True, None, {}),
    "limits of fields": (True, {}, FIELDS),
    "limits of rows": (True, {"type__in": "note,task"}, {}),
    "both": (True, {"type__in": "note,task"}, FIELDS),
    "rows by a reference": (True, {"user__username__startswith": "ann"}, FIELDS),
}


class Commands(monitoring.CommandListener):
    """Counts the commands that MongoDB gets."""

    count = 0

    def started(self, event):
        self.count += 1

    def succeeded(self, event):
        """Nothing more to count."""

    def failed(self, event):
        """It was counted when it started."""


def fill(database):
    """Store the notes; return the key of one that everybody may see and change."""
    users = [{"_id": ObjectId(), "username": f"ann{n}"} for n in range(USERS)]
    first = datetime(2024, 5, 17, tzinfo=UTC)
    notes = [
        {
            "_id": ObjectId(),
            "user": users[n % USERS]["_id"],
            "body": f"Note {n}",
            "type": "note" if n % 2 else "event",
            "start": first + timedelta(hours=n),
            "date": "2024-05-17",
            "tags": [],
        }
        for n in range(NOTES)
    ]
    database.users.insert_many(users)
    database.notes.insert_many(notes)
    return notes[1]["_id"]


def person(name, by_group, rows, fields):
    """Return a signed-in client of staff with all permissions for notes and users."""
    from django.contrib.auth.models import Group, Permission, User

    from admin_ext.models import FieldLimit, GroupLimit

    user = User.objects.create_user(name, is_staff=True)
    given = Permission.objects.filter(
        content_type__app_label="documents",
        codename__in=[
            f"{action}_{of}" for action in ACTIONS for of in ("note", "user")
        ],
    )
    if by_group:
        group = Group.objects.create(name=name)
        group.permissions.add(*given)
        user.groups.add(group)
    else:
        user.user_permissions.add(*given)
    if rows is not None:
        limit = GroupLimit.objects.create(
            group=group, document="documents.note", rows=rows
        )
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
    client = Client()
    client.force_login(user)
    return client


def measured(commands, visit, rounds):
    """Return (SQL queries, commands, median ms) of the last of several visits."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for number in range(rounds + 2):
        ready = visit(number)
        before = commands.count
        with CaptureQueriesContext(connection) as queries:
            start = perf_counter()
            response = ready()
            times.append((perf_counter() - start) * 1_000)
        if response.status_code not in (200, 302):
            raise SystemExit(f"Not answered: {response.status_code}")
    return len(queries), commands.count - before, median(times[2:])


def visits(client, key):
    """Return {name: what prepares a visit and returns the visit itself}."""
    rows = reverse("admin:documents_note_changelist")
    form = reverse("admin:documents_note_change", args=[key])

    def save(number):
        data = form_of(client, form) | {"body": [f"Note again {number}"]}
        return lambda: client.post(form, data)

    return {
        "list": lambda _number: lambda: client.get(rows),
        "form": lambda _number: lambda: client.get(form),
        "save": save,
    }


def main(rounds=ROUNDS):
    commands = Commands()
    monitoring.register(commands)
    with serving() as (client, database):
        key = fill(database)
        clients = {"superuser": client}
        clients |= {name: person(name, *each) for name, each in PEOPLE.items()}
        for name, each in clients.items():
            found = {
                page: measured(commands, visit, rounds)
                for page, visit in visits(each, key).items()
            }
            cells = (
                f"{page} {sql} + {mongo}, {ms:.0f} ms"
                for page, (sql, mongo, ms) in found.items()
            )
            print(f"{name}: {'; '.join(cells)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
