"""How far a check of references has come, and a file that it goes on from."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from admin_ext.ejson import JSON_ERRORS, dumps, loads

from .states import State

VERSION = 2

BAD = (State.MALFORMED, State.DANGLING)


@dataclass
class Tally:
    """What was found at one path.

    ``counts``: {state: number of documents}, absent means 0; a document counts once
    for each state that any of its references has. ``samples``: {state: the keys of
    the first such documents, as BSON holds them}, of BAD only.
    """

    checked: int = 0
    counts: Counter = field(default_factory=Counter)
    samples: dict[State, list] = field(default_factory=dict)

    def copy(self) -> "Tally":
        samples = {state: [*keys] for state, keys in self.samples.items()}
        return Tally(self.checked, Counter(self.counts), samples)

    def add(self, key: Any, states: Iterable[State], samples: int) -> None:
        """Count the document of ``key``; keep at most ``samples`` of each state."""
        self.checked += 1
        for state in states:
            self.counts[state] += 1
            kept = self.samples.setdefault(state, []) if state in BAD else None
            if kept is not None and len(kept) < samples:
                kept.append(key)

    @property
    def is_bad(self) -> bool:
        return any(self.counts[state] for state in BAD)


@dataclass(frozen=True)
class Progress:
    """How far a check has come. It is not changed but replaced, batch by batch.

    ``done``: the names of the sources that were read to their end; ``last``: the key
    of the last document of the one after these, where ``is_begun``. ``seconds`` is
    the time of all runs. ``tallies``: {name of a path: Tally}; ``places``: the names of
    all sources.
    """

    done: tuple[str, ...] = ()
    is_begun: bool = False
    last: Any = None
    documents: int = 0
    seconds: float = 0.0
    tallies: dict[str, Tally] = field(default_factory=dict)
    places: tuple[str, ...] = ()


def save(file: Path, progress: Progress, options: dict[str, Any]) -> None:
    """Write the progress, and what is checked, as JSON; the file is whole or not there.

    Keys of documents are Extended JSON, with their types.
    """
    state = {
        "version": VERSION,
        "options": options,
        "places": progress.places,
        "done": progress.done,
        "last": [_spelled(progress.last)] if progress.is_begun else [],
        "documents": progress.documents,
        "seconds": progress.seconds,
        "tallies": {
            name: {
                "checked": tally.checked,
                "counts": tally.counts,
                "samples": {
                    state: [*map(_spelled, keys)]
                    for state, keys in tally.samples.items()
                },
            }
            for name, tally in progress.tallies.items()
        },
    }
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        json.dump(state, written, indent=1)
        written.flush()
        os.fsync(written.fileno())
    Path(name).replace(file)


def load(file: Path) -> tuple[Progress, dict[str, Any]]:
    """Return the progress and the options that ``save`` wrote.

    Raise OSError when there is no such file, ValueError when it is another.
    """
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
        if state["version"] != VERSION:
            raise ValueError(f"version {state['version']}")
        tallies = {name: _tally(each) for name, each in state["tallies"].items()}
        last = [loads(text) for text in state["last"]]
        progress = Progress(
            tuple(state["done"]),
            bool(last),
            last[0]["_id"] if last else None,
            int(state["documents"]),
            float(state["seconds"]),
            tallies,
            tuple(state["places"]),
        )
        return progress, dict(state["options"])
    except JSON_ERRORS as error:
        raise ValueError(f"{file} is no state of checkreferences.") from error


def _spelled(key: Any) -> str:
    return dumps({"_id": key})


def _tally(state: dict[str, Any]) -> Tally:
    counts = Counter({
        State(name): int(number) for name, number in state["counts"].items()
    })
    samples = {
        State(name): [loads(text)["_id"] for text in texts]
        for name, texts in state["samples"].items()
    }
    return Tally(int(state["checked"]), counts, samples)
