"""A database → the models of it: collections are read, and what is known put together.

Nothing is written.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from admin_ext.failures import FAILURES, reason

from .batches import BATCH, MAX_TIME
from .inference import infer_database
from .kinds import Found
from .models import Database, Model, Skipped
from .profile import Profile
from .reading import SAMPLE, Reading
from .references import find_references
from .server_indexes import add_indexes


@dataclass
class Read:
    """What was read of a collection."""

    found: Found
    profile: Profile
    reading: Reading
    seconds: float = 0.0


class Inspection:
    """The inspection of a pymongo database.

    ``alias``: of its connection, as the Documents name it; ``skipped``: what is left
    out already; ``sample``, ``full``, ``batch`` and ``max_time`` (ms) as Reading has
    them; ``ask_choices``: texts of few kinds get choices.
    """

    def __init__(
        self,
        database: Any,
        *,
        alias: str = "default",
        skipped: Iterable[Skipped] = (),
        sample: int = SAMPLE,
        full: bool = False,
        batch: int = BATCH,
        max_time: int = MAX_TIME,
        ask_choices: bool = False,
    ):
        self.database, self.alias = database, alias
        self.skipped = [*skipped]
        self.max_time, self.ask_choices = max_time, ask_choices
        self.options = {"sample": sample, "full": full, "batch": batch}
        self.read: dict[str, Read] = {}

    def reading(self, found: Found) -> Reading:
        """Return how a collection will be read."""
        return Reading(
            self.database[found.name],
            kind=found.kind,
            time_field=found.time_field,
            max_time=self.max_time,
            **self.options,
        )

    def look(self, found: Found, reading: Reading) -> Iterator[int]:
        """Read a collection, and yield after each batch how many documents it had.

        What is empty, or cannot be read, is added to ``skipped``.
        """
        started = time.monotonic()
        read = Read(found, Profile(), reading)
        try:
            for sons in reading:
                for son in sons:
                    read.profile.add(son, son.get("_id"))
                yield len(sons)
        except FAILURES as error:
            self.skip(found, reason(error, self.max_time))
            return
        read.seconds = time.monotonic() - started
        if reading.read:
            self.read[found.name] = read
        else:
            self.skip(found, _("It is empty: there is nothing to infer."))

    def skip(self, found: Found, why: str) -> None:
        self.skipped.append(Skipped(found.name, why))

    def models(self) -> Database:
        """Return the Documents of what was read, with their indexes and references."""
        profiles = {name: each.profile for name, each in self.read.items()}
        database = infer_database(
            self.database.name, profiles, ask_choices=self.ask_choices
        )
        database.alias = self.alias
        database.skipped = sorted(self.skipped, key=lambda each: each.collection)
        for model in database.documents:
            self._describe(model)
        find_references(database, self.database, max_time=self.max_time)
        return database

    def _describe(self, model: Model) -> None:
        """Add what the server knows of a Document, and how much of it was read."""
        read = self.read[model.collection]
        model.kind = read.found.kind
        model.read, model.seconds = read.reading.read, read.seconds
        model.size = read.reading.size or model.read
        model.profile = model.profile or read.profile
        if model.parent is not None:
            return
        add_indexes(model, self.database[model.collection], max_time=self.max_time)
        if read.reading.stopped is not None:
            model.doubts.append(
                f"Only {model.read:,} documents were read: "
                f"{reason(read.reading.stopped, self.max_time)}"
            )
