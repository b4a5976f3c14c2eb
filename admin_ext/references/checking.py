"""Read whole collections and count what their references lead to.

Nothing is written. Each collection is read once, in batches in the order of ``_id``;
each batch asks each referenced collection once for the keys that it does not know yet.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pymongo.errors import OperationFailure

from admin_ext.ejson import CODEC
from admin_ext.identities import key_identity
from admin_ext.introspection.batches import Batch, by_key
from admin_ext.keys import key_for
from admin_ext.limits import TIMEOUTS

from .existence import existing
from .paths import ANY_KEY, ReferencePath, reference_paths
from .progress import Progress, Tally
from .states import Lead, State, examine

# Of so many keys it is remembered whether there is a document.
MAX_KNOWN = 100_000


@dataclass(frozen=True)
class Source:
    """A collection to be read, and the paths of its Documents that are checked."""

    name: str
    document: type
    paths: tuple[ReferencePath, ...]

    @property
    def collection(self) -> Any:
        return self.document._get_collection()

    @property
    def projection(self) -> dict[str, int]:
        """Name the keys to be read; not one below another, which MongoDB refuses."""
        stored = {path.stored.partition(f".{ANY_KEY}")[0] for path in self.paths}
        parts = [name.split(".") for name in stored]
        top = {
            name: 1
            for name in stored
            if not any(
                name.split(".")[: len(other)] == other and name.split(".") != other
                for other in parts
            )
        }
        return {**top, "_cls": 1}


def path_name(path: ReferencePath) -> str:
    """Return how a path is called: ``documents.Note.parent``."""
    return f"{path.owner._meta.label}.{path.name}"


def sources_of(documents: Iterable[type], names: Iterable[str] = ()) -> list[Source]:
    """Return what is to be read to check ``documents``, in the order of the names.

    ``names``: those of the paths, as ``comments__author``; all without any. A path
    that several Documents of one collection share is checked once.
    """
    names, found = set(names), {}
    for document in sorted(documents, key=lambda each: len(each.__mro__)):
        database, collection = document._get_db(), document._get_collection_name()
        alias = document._meta.get("db_alias", "default")
        name = f"{alias}:{database.name}.{collection}"
        known = found.setdefault(name, (document, {}))[1]
        for path in reference_paths(document):
            if not names or path.name in names:
                known.setdefault((path.steps, path.targets), path)
    return [
        Source(name, document, tuple(paths.values()))
        for name, (document, paths) in sorted(found.items())
        if paths
    ]


def belongs(path: ReferencePath, son: dict[str, Any]) -> bool:
    """Tell whether a stored document is of the class that declares ``path``."""
    owner = path.owner
    is_subclass = "." in owner._class_name
    return not is_subclass or son.get("_cls") in owner._subclasses


class Check:
    """A check of some sources; ``progress`` is always that of a whole batch.

    ``begun``: the progress with which it began.

    ``batch``: documents that are read at once; ``max_time``: ms for each command;
    ``read_preference``: pymongo's, None for that of the connection. Raise ValueError
    when ``progress`` is that of other paths, or of other databases.
    """

    def __init__(
        self,
        sources: list[Source],
        *,
        progress: Progress | None = None,
        batch: int = 1_000,
        samples: int = 5,
        max_time: int = 10_000,
        read_preference: Any = None,
    ):
        self.sources = sources
        self.batch, self.samples, self.max_time = batch, samples, max_time
        self.read_preference = read_preference
        self.progress = progress or Progress()
        names = [path_name(path) for each in sources for path in each.paths]
        places = tuple(each.name for each in sources)
        if not self.progress.tallies:
            tallies = {name: Tally() for name in names}
            self.progress = replace(self.progress, tallies=tallies, places=places)
        if {*self.progress.tallies} != {*names}:
            raise ValueError(
                "The Documents declare other references than when the check began."
            )
        if self.progress.places != places:
            raise ValueError(
                "The check began with other collections: "
                f"{', '.join(self.progress.places)}."
            )
        self.begun = self.progress
        # {(target, identity of a key): is there such a document}
        self._known: dict[tuple[type, Any], bool] = {}

    def run(self) -> Iterator[int]:
        """Check, and yield after each batch how many documents it had.

        Raise one of limits.TIMEOUTS when one document alone takes too long.
        """
        started, before = time.monotonic(), self.progress.seconds
        for source in self.sources:
            if source.name in self.progress.done:
                continue
            for sons, is_last in self._batches(source):
                progress = self._checked(source, sons)
                if is_last:
                    done = (*progress.done, source.name)
                    progress = replace(progress, done=done, is_begun=False, last=None)
                seconds = before + time.monotonic() - started
                self.progress = replace(progress, seconds=seconds)
                yield len(sons)

    def size(self) -> int | None:
        """Return about how many documents there are, None when nobody knows."""
        total = 0
        for source in self.sources:
            collection = self._with_options(source.collection, CODEC)
            try:
                total += collection.estimated_document_count(maxTimeMS=self.max_time)
            except OperationFailure:
                return None
        return total

    def _batches(self, source) -> Iterator[Batch]:
        """Yield the documents behind the last."""
        return by_key(
            self._with_options(source.collection, CODEC),
            projection=source.projection,
            after=(self.progress.last,) if self.progress.is_begun else (),
            batch=self.batch,
            max_time=self.max_time,
        )

    def _with_options(self, collection, codec):
        return collection.with_options(
            codec_options=codec, read_preference=self.read_preference
        )

    def _checked(self, source, sons) -> Progress:
        """Return the progress after ``sons``."""
        examined = [
            (son, path, *examine(path, son))
            for son in sons
            for path in source.paths
            if belongs(path, son)
        ]
        self._learn(lead for *_rest, leads in examined for lead in leads)
        tallies = {name: each.copy() for name, each in self.progress.tallies.items()}
        for son, path, states, leads in examined:
            gone = {lead.state_if_gone for lead in leads if not self._exists(lead)}
            states = states | gone or {State.OK}
            tallies[path_name(path)].add(son.get("_id"), states, self.samples)
        progress = replace(self.progress, tallies=tallies)
        if not sons:
            return progress
        return replace(
            progress,
            is_begun=True,
            last=sons[-1].get("_id"),
            documents=progress.documents + len(sons),
        )

    def _exists(self, lead: Lead) -> bool:
        return self._known[lead.target, key_identity(lead.key)]

    def _learn(self, leads: Iterable[Lead]) -> None:
        """Ask for the documents that are not known yet; forget others if too many."""
        needed = {(lead.target, key_identity(lead.key)): lead.key for lead in leads}
        if len(self._known) > MAX_KNOWN:
            self._known = {
                each: self._known[each] for each in needed if each in self._known
            }
        wanted: dict[type, list] = defaultdict(list)
        for (target, known_as), key in needed.items():
            if (target, known_as) not in self._known:
                wanted[target].append(key)
        for target, keys in wanted.items():
            self._ask(target, keys)

    def _ask(self, target, keys) -> None:
        """Find out which of ``keys`` exist: those that a list of the target shows."""
        options = {"max_time": self.max_time, "read_preference": self.read_preference}
        try:
            found = existing(target, keys, **options)
        except TIMEOUTS:
            if len(keys) == 1:
                raise
            middle = len(keys) // 2
            self._ask(target, keys[:middle])
            self._ask(target, keys[middle:])
            return
        for key in map(key_identity, keys):
            self._known[target, key] = key in found


def key_text(document: type, key: Any) -> str:
    """Return a stored key as pages spell it."""
    return str(key_for(document._meta.pk, key))
