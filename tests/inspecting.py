"""The command inspectmongo, called, and a database for it."""

import ast
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def fill_shop(database):
    """Store customers and their orders; return the pymongo Database."""
    database.customers.insert_many([
        {"_id": n, "name": f"Customer {n}", "mail": f"c{n}@example.org"}
        for n in range(50)
    ])
    database.orders.insert_many([
        {"customer": n % 50, "lines": [{"sku": f"s{n}", "count": n}], "paid": True}
        for n in range(120)
    ])
    return database


def run(*arguments):
    """Return (what the command printed, what it said beside that)."""
    out, err = StringIO(), StringIO()
    call_command("inspectmongo", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*arguments):
    """Return (exit code, message) of a call that comes to nothing."""
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    return raised.value.returncode, str(raised.value)


def classes(text):
    return [
        each.name for each in ast.parse(text).body if isinstance(each, ast.ClassDef)
    ]


def uri_of(database, name=""):
    host, port = database.client.address
    return f"mongodb://{host}:{port}/{name}"
