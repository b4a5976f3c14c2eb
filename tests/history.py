"""What tests of the history share: rows as they are read, and SQL that fails."""

from contextlib import contextmanager

from django.db import connection

from admin_ext.changesets import MISSING
from admin_ext.history import after, before
from admin_ext.models import Change

TABLE = Change._meta.db_table
NOTHING_CHANGED = "Nothing was changed: the history cannot be written at the moment"


def told(change):
    """Return {dotted path: (before, after)} of a change."""
    return {
        ".".join(map(str, entry["path"])): (before(entry), after(entry))
        for entry in change.paths
    }


def rows(**lookups):
    """Return (kind, state, via, paths) of what is recorded, the first one first."""
    return [
        (change.kind, change.state, change.via, told(change))
        for change in Change.objects.filter(**lookups).order_by("pk")
    ]


@contextmanager
def failing(event, table=TABLE):
    """Have the SQL database itself refuse to INSERT into, or UPDATE, a table."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_sqlite:
            body = "BEGIN SELECT RAISE(ABORT, 'The disk is full.'); END"
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
                "AS $$BEGIN RAISE EXCEPTION 'The disk is full.'; END$$"
            )
            body = "FOR EACH ROW EXECUTE FUNCTION refuse()"
        cursor.execute(f"CREATE TRIGGER refused BEFORE {event} ON {table} {body}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            on = "" if is_sqlite else f" ON {table}"
            cursor.execute(f"DROP TRIGGER refused{on}")


__all__ = ["MISSING", "NOTHING_CHANGED", "failing", "rows", "told"]
