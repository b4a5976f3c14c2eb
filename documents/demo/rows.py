"""The rows of the demo data, collection by collection, each a plain dict."""

from datetime import UTC, datetime, timedelta
from random import Random

from . import oddities, words
from .ids import demo_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000  # ms
# Notes are written from FIRST_DAY on; the known odd notes are those of LAST_DAY.
FIRST_DAY = datetime(2021, 1, 4, tzinfo=UTC)
LAST_DAY = datetime(2026, 10, 30, tzinfo=UTC)
FIRST = int(FIRST_DAY.timestamp() * 1000)
LAST = int(LAST_DAY.timestamp() * 1000)

# Share of a day's notes that are written in each hour, UTC, in thousandths.
RHYTHM = (
    *(6, 3, 1, 1, 2, 8, 27, 59, 86, 88, 74, 63),
    *(52, 57, 67, 70, 64, 54, 49, 55, 53, 37, 16, 8),
)
HOUR_AT = [h for h, share in enumerate(RHYTHM) for _ in range(share)]
WEEKEND = (5, 6)

NOTE_KINDS = (("note", 46), ("task", 20), ("task_complete", 22), ("event", 12))
KIND_AT = [kind for kind, share in NOTE_KINDS for _ in range(share)]
ODD_SHARE = 0.01


def moment(milliseconds):
    """Return the aware UTC datetime of a Unix time in ms."""
    return EPOCH + timedelta(milliseconds=milliseconds)


class DemoRows:
    """One deterministic set of rows.

    Read the collections in the order users, tags, widgets, notes, keys: later ones
    refer to earlier ones. All that is kept in memory is per user, never per note.
    """

    def __init__(self, users, notes, seed):
        """Raise ValueError if there is no user, or more rows than keys."""
        if users < 1 or notes < 0 or max(users * 12, notes) >= oddities.DELETED:
            raise ValueError(f"Cannot make {users} users with {notes} notes.")
        self.notes_wanted = notes
        self.seed = seed
        self.user_ids = [
            demo_id("users", n, FIRST // 1000 - 60 * (users - n)) for n in range(users)
        ]
        self.tags_of = [[] for _ in range(users)]
        self.latest_note_of = [None] * users

    def random_for(self, name):
        """Return the stream of random numbers of one collection."""
        return Random(f"{self.seed}/{name}")

    def user_number(self, random):
        """Return the number of a user: the first ones are by far the most active."""
        return int(len(self.user_ids) * random() ** 2)

    def users(self):
        rng = self.random_for("users")
        for number, key in enumerate(self.user_ids):
            name = words.handle(rng.random, number)
            row = {
                "_id": key,
                "username": name,
                "email": f"{name}@example.org",
                "hashedPassword": f"$2b$10${rng.randbytes(20).hex()}",
            }
            # The first users are ordinary, so that every demo has some to show.
            yield odd(rng.random, row, number, number - 3, oddities.USER_ODDITIES)

    def tags(self):
        rng = self.random_for("tags")
        number = 0
        for owner, user in enumerate(self.user_ids):
            for name in rng.sample(words.TAG_NAMES, int(rng.random() * 13)):
                key = demo_id("tags", number, FIRST // 1000 + number % DAY)
                self.tags_of[owner].append(key)
                row = {"_id": key, "user": user, "name": name}
                yield odd(rng.random, row, number, number, oddities.TAG_ODDITIES)
                number += 1

    def widgets(self):
        rng = self.random_for("widgets")
        number = 0
        for owner, user in enumerate(self.user_ids):
            for name in rng.sample(words.WIDGET_NAMES, int(rng.random() * 5)):
                row = {
                    "_id": demo_id("widgets", number, FIRST // 1000 + number),
                    "user": user,
                    "name": name,
                    "checkboxes": rng.random() < 0.5,
                    "filter": {"tags": self.some_tags(rng.random, owner)},
                }
                yield odd(rng.random, row, number, number, oddities.WIDGET_ODDITIES)
                number += 1

    def keys(self):
        rng = self.random_for("keys")
        number = 0
        for user in self.user_ids:
            for _ in range(int(rng.random() ** 2 * 3)):
                row = {
                    "_id": demo_id("keys", number, FIRST // 1000 + number),
                    "user": user,
                    "key": f"demo-{rng.randbytes(16).hex()}",
                }
                yield odd(rng.random, row, number, number, oddities.KEY_ODDITIES)
                number += 1

    def notes(self):
        """Yield the notes in the order in which they were written, odd ones last."""
        random = self.random_for("notes").random
        known = min(len(oddities.NOTE_ODDITIES), self.notes_wanted)
        ordinary = self.notes_wanted - known
        for number in range(ordinary):
            written = written_at(random, number / ordinary)
            row = self.note(random, number, written)
            if random() < ODD_SHARE:
                words.pick(random, oddities.NOTE_ODDITIES)(row, number)
            yield row
        for place in range(known):
            # Newest first, so that they lead the list in the order of the tuple.
            written = LAST + DAY * 3 // 4 - place * 437_613
            row = self.note(random, ordinary + place, written)
            row["start"] = moment(written)
            oddities.NOTE_ODDITIES[place](row, place)
            yield row

    def note(self, random, number, written):
        """Return an ordinary note that was written at `written` (Unix time in ms)."""
        owner = self.user_number(random)
        kind = words.pick(random, KIND_AT)
        text, starts_at = KINDS[kind]
        start = moment(starts_at(random, written))
        key = demo_id("notes", number, written // 1000)
        row = {
            "_id": key,
            "user": self.user_ids[owner],
            "body": text(random),
            "type": kind,
            "start": start,
            "date": start.date().isoformat(),
            "archived": random() < 0.12,
            "checked": kind == "task_complete",
            "tags": self.some_tags(random, owner),
            "shareSettings": {"public": {"view": random() < 0.04}},
        }
        self.add_links(random, row, owner)
        self.latest_note_of[owner] = key
        return row

    def add_links(self, random, row, owner):
        """Add parent and prev as the service does: mostly missing, sometimes null."""
        latest = self.latest_note_of[owner]
        chance = random()
        if chance < 0.12:
            row["parent"] = latest
        elif chance < 0.2:
            row["prev"] = latest
        elif chance < 0.3:
            row["parent"] = None

    def some_tags(self, random, owner):
        """Return none to three different tags of a user, none being the commonest."""
        tags = self.tags_of[owner]
        wanted = int(random() ** 2 * 4)
        if not tags or not wanted:
            return []
        first = int(random() * len(tags))
        return tags[first : first + wanted]


def odd(random, row, number, place, changes):
    """Return the row, made odd if `place` is within `changes`, or by a rare chance."""
    if 0 <= place < len(changes):
        changes[place](row, number)
    elif random() < ODD_SHARE / 2:
        words.pick(random, changes)(row, number)
    return row


def written_at(random, progress):
    """Return a Unix time in ms, `progress` (0 to 1) of the way from FIRST to LAST.

    Most is written by day, and little of it at the weekend.
    """
    day = FIRST + int(progress * (LAST - FIRST) // DAY) * DAY
    if (day // DAY + 3) % 7 in WEEKEND and random() < 0.6:
        day -= 2 * DAY
    hour = words.pick(random, HOUR_AT)
    return day + hour * 3_600_000 + int(random() * 3_600_000)


def when_written(random, written):
    return written


def when_due(random, written):
    """Return a full hour of the two weeks after, but never one after LAST."""
    due = (written + int(random() * 14 * DAY)) // 3_600_000 * 3_600_000
    return due if due < LAST else written


def when_it_happens(random, written):
    """Return a quarter of an hour, by day, of the two months after, before LAST."""
    day = written // DAY + int(random() * 60)
    start = day * DAY + 7 * 3_600_000 + int(random() * 52) * 900_000
    return start if start < LAST else written


KINDS = {
    "note": (words.note_text, when_written),
    "task": (words.task_text, when_due),
    "task_complete": (words.task_text, when_due),
    "event": (words.event_text, when_it_happens),
}
