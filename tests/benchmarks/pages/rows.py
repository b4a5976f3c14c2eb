"""The rows of the benchmark: the notes service's, without odd ones, as SQL needs them.

A row is a tuple of numbers and texts, of which stores.py makes documents and rows of
SQL. Each number of rows gives the same rows in each run.
"""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from documents.demo import words
from documents.demo.rows import DAY, FIRST, KIND_AT, LAST

EPOCH = datetime(1970, 1, 1)
HOUR = 3_600_000  # ms
TAGS_OF_A_USER = 4
MOST_USERS = 1_000_000
# Some bodies and titles, from which each note takes one of each.
TEXTS, TITLES = 4_096, 2_048


class NoteRow(NamedTuple):
    """``user``, ``tags``, ``parent`` and ``prev`` are numbers; ``start`` is UTC."""

    number: int
    user: int
    body: str
    type: str
    start: datetime
    archived: bool
    tags: tuple[int, ...]
    parent: int | None
    prev: int | None
    shared: bool


def users_for(notes):
    """Return how many users so many notes have: large autocompletes count, too."""
    return MOST_USERS if notes >= MOST_USERS else max(notes // 10, 1)


def users(count):
    """Yield (number, username)."""
    random = Random("users").random
    for number in range(count):
        yield number, words.handle(random, number)


def user_of_tag(number):
    return number // TAGS_OF_A_USER


def tags(users):
    """Yield (number, name); only the first thousand users have some."""
    random = Random("tags").random
    for number in range(min(users, 1_000) * TAGS_OF_A_USER):
        yield number, words.pick(random, words.TAG_NAMES)


def written_at(number, count):
    """Return when note ``number`` of so many was written, in ms of Unix time."""
    return FIRST + number * (LAST - FIRST - 15 * DAY) // count


def notes(count):
    """Yield NoteRows in the order in which they were written."""
    rng = Random("notes")
    random = rng.random
    users, bodies = users_for(count), texts(rng)
    titles = [words.line(random, words.NOTE_LINES) for _ in range(TITLES)]
    for number in range(count):
        user = int(users * random() ** 2)
        link = random()
        other = int(random() * number) if link < 0.2 and number else None
        yield NoteRow(
            number,
            user,
            f"{words.pick(random, titles)}\n\n{words.pick(random, bodies)}",
            words.pick(random, KIND_AT),
            start_of(random, written_at(number, count)),
            random() < 0.12,
            tags_of(random, user),
            other if link < 0.12 else None,
            other if link >= 0.12 else None,
            random() < 0.04,
        )


def texts(rng):
    """Return texts of 200 to 1,000 characters."""
    found = []
    for _number in range(TEXTS):
        length, text = rng.randint(200, 1_000), ""
        while len(text) < length:
            text += f"{words.paragraph(rng.random)}\n"
        found.append(text[:length])
    return found


def start_of(random, written):
    """Return a time of the fortnight after; one of twenty is a full hour, with ties."""
    start = written + int(random() * 14 * DAY)
    if random() < 0.05:
        start -= start % HOUR
    return moment(start)


def tags_of(random, user):
    """Return none to three tags, none being the commonest."""
    if user >= 1_000:
        return ()
    first = user * TAGS_OF_A_USER
    return tuple(range(first, first + int(random() ** 2 * 4)))


def moment(milliseconds):
    """Return the UTC datetime, without a zone as stored, of a Unix time in ms."""
    return EPOCH + timedelta(milliseconds=milliseconds)
