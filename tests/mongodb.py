"""What the tests see of MongoDB: the commands sent and the operations run."""

import fcntl
import os
import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import NamedTuple

from pymongo import monitoring

DATABASE_NAME = re.compile(r"test_mongoadmin_(main|gw[0-9]+)(_other)?")

WRITES = {
    *("insert", "update", "delete", "bulkWrite", "findAndModify", "findandmodify"),
    *("create", "createIndexes", "dropIndexes", "collMod", "renameCollection"),
    *("drop", "dropDatabase", "mapReduce"),
}

# Those after which a collection is as plain as before.
DOCUMENT_WRITES = {"insert", "update", "delete", "findAndModify"}

# Not caused by anything that the code under test does.
HOUSEKEEPING = {"hello", "endSessions", "ping"}


class Command(NamedTuple):
    """A command: its name, its document and the database it went to.

    ``examined``: how many documents the server read for it, where it tells.
    """

    name: str
    document: dict
    database: str
    examined: int = 0

    @property
    def is_write(self):
        """Whether it can change what is stored."""
        stages = self.document.get("pipeline") or [{}]
        last = stages[-1] if isinstance(stages[-1], dict) else {}
        return self.name in WRITES or bool({"$out", "$merge"} & last.keys())


class Commands(list):
    """Commands, in the order in which they were sent."""

    @property
    def names(self):
        """Their names, such as ["find", "getMore"]."""
        return [command.name for command in self]

    @property
    def writes(self):
        """Those that can change what is stored."""
        return [command for command in self if command.is_write]


class CommandRecorder(monitoring.CommandListener):
    """Collect the commands that the driver sends, from every thread."""

    def __init__(self):
        self._open = []
        # {database: names of the commands that wrote to it, by collection}
        self._written = {}

    def started(self, event):
        if event.command_name in HOUSEKEEPING:
            return
        if event.command_name in WRITES:
            self._note_write(event)
        command = Command(event.command_name, dict(event.command), event.database_name)
        for commands in self._open:
            commands.append(command)

    def _note_write(self, event):
        target = str(event.command[event.command_name])
        targets = [f"{event.database_name}.{target}"]
        if event.command_name == "renameCollection":
            # It is sent to another database, with whole names.
            targets = [target, event.command["to"]]
        for each in targets:
            database, _dot, collection = each.partition(".")
            written = self._written.setdefault(database, {})
            written.setdefault(collection, set()).add(event.command_name)

    def take_written(self, database_name):
        """Return {collection: names of commands} written since this was asked last."""
        return self._written.pop(database_name, {})

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass

    @contextmanager
    def record(self):
        """Collect the commands sent meanwhile into the Commands it gives."""
        commands = Commands()
        self._open.append(commands)
        try:
            yield commands
        finally:
            # By identity: two lists can be equal.
            self._open = [other for other in self._open if other is not commands]


# MongoDB's numbers of errors.
UNAUTHORIZED, TIME_LIMIT = 13, 50


@contextmanager
def faults(collection, *, mode="alwaysOn", **fault):
    """Have the server fail the queries of a collection; ``fault`` says how."""
    queries = ["find", "aggregate", "count", "distinct"]
    data = {"failCommands": queries, "namespace": collection.full_name, **fault}
    with fail_point(collection.database.client, mode, data):
        yield


@contextmanager
def refusals(database, code, mode="alwaysOn"):
    """Have the server not tell which collections there are."""
    client = database.client
    data = {
        "failCommands": ["listCollections"],
        "errorCode": code,
        # Nobody else's commands: those of this name are about no collection.
        "appName": client.options.pool_options.appname,
    }
    with fail_point(client, mode, data):
        yield


@contextmanager
def fail_point(client, mode, data):
    """Have commands fail. A server has one such fault: other workers of a run wait.

    https://github.com/mongodb/mongo/wiki/The-%22failCommand%22-fail-point
    """
    lock = Path(gettempdir()) / f"mongoadmin-faults-{client.address[1]}"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        client.admin.command("configureFailPoint", "failCommand", mode=mode, data=data)
        try:
            yield
        finally:
            client.admin.command("configureFailPoint", "failCommand", mode="off")


@contextmanager
def profile(database):
    """Collect what the server itself ran on a database, into the Commands it gives.

    They are there after the block. Unlike the commands recorded in the driver
    these include those of other processes, such as `manage.py migrate`.
    """
    check_name(database.name)
    operations = Commands()
    database.command("profile", 0)
    database.drop_collection("system.profile")
    database.command("profile", 2)
    try:
        yield operations
    finally:
        database.command("profile", 0)
        own = {"ns": {"$ne": f"{database.name}.system.profile"}}
        for entry in database["system.profile"].find(own).sort("ts"):
            operations.append(command_for_profile_entry(entry))
        database.drop_collection("system.profile")


def command_for_profile_entry(entry):
    """Return the Command for a document of system.profile."""
    document = entry.get("command") or {}
    name = {"remove": "delete", "getmore": "getMore", "query": "find"}.get(entry["op"])
    if entry["op"] == "command":
        name = next(iter(document), "command")
    database = entry["ns"].partition(".")[0]
    examined = entry.get("docsExamined", 0)
    return Command(name or entry["op"], document, database, examined)


def environment(database, folder):
    """Return the environment of a program of the site over a test database.

    ``folder``: where it keeps its SQL database.
    """
    check_name(database.name)
    host, port = database.client.address
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MONGODB_URI": f"mongodb://{host}:{port}/{database.name}?directConnection=true",
    }


def check_name(name):
    """Raise ValueError unless a database is one that the tests may drop."""
    if not DATABASE_NAME.fullmatch(name):
        raise ValueError(f"The tests must not touch the database {name!r}.")


def empty(database, recorder):
    """Remove every document of a test database, and what is more than a collection.

    What this process wrote is known from its commands; to ask the server about each
    collection costs more than most tests. A plain collection stays: to drop and create
    one costs eight times a deletion.
    """
    check_name(database.name)
    for name, commands in recorder.take_written(database.name).items():
        if name.startswith("system."):
            continue
        if commands <= DOCUMENT_WRITES:
            database[name].delete_many({})
        else:
            database.drop_collection(name)
    recorder.take_written(database.name)


def drop(database):
    """Drop a test database, with what MongoDB keeps of its views."""
    check_name(database.name)
    database.client.drop_database(database.name)
