"""The pages that are measured: where a visitor finds them, and what the driver needs.

The address of a page is found once, by following links as a person would. The floor is
the same page read with the driver alone: its documents, and one query for the labels of
what they refer to.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urljoin

from . import rows, stores
from .visitor import TOKEN, sent_by

LIST = "/admin/documents/note/"
RICH = "/rich/documents/note/"
PER_PAGE = 100
CHOICES = 20  # of autocomplete
SHOWN = ("body", "type", "user", "start", "date")
LABELS = {"username": 1, "email": 1}
WORD = "budget"
STEPS = 2  # pages behind a jump, where a list has no numbered pages
# What the days of the note that is saved change between.
DAYS = ("2024-05-17", "2024-05-18")


class Case(NamedTuple):
    """``find``: (Visitor, Store) → path; ``floor``: (pymongo Database, Store) → rows.

    ``kind``: "indexed" lists, other "list"s, "form", "save" and "autocomplete".
    """

    name: str
    title: str
    find: Callable[..., str]
    floor: Callable[..., Any]
    kind: str = "indexed"


# Addresses


def fixed(path):
    return lambda visitor, store: path


def deep(visitor, store):
    """Return a page in the middle, by its number or after a jump to a day."""
    jump = visitor.get(LIST).soup.select_one('form.jump input[type="date"]')
    if jump is None:
        return f"{LIST}?p={max(store.notes // PER_PAGE // 2, 1)}"
    day = rows.moment(rows.written_at(store.notes // 2, store.notes)).date()
    path = f"{LIST}?{jump['name']}={day}"
    for _step in range(STEPS):
        path = linked(visitor, path, "next") or path
    return path


def last(visitor, store):
    number = -(-store.notes // PER_PAGE)
    return linked(visitor, LIST, "last") or f"{LIST}?p={number}"


def linked(visitor, path, rel):
    """Return where a page's link of this rel leads, or None."""
    found = visitor.get(path).soup.select(f'a[rel~="{rel}"]')
    return urljoin(path, found[0]["href"]) if found else None


def unindexed(visitor, store):
    """Return the list sorted by day, agreed to where the site asks before it sorts."""
    path = f"{LIST}?o=5"
    links = visitor.get(path).soup.select("a[href]")
    agreed = [each["href"] for each in links if each.text == "Sort anyway"]
    return urljoin(path, agreed[0]) if agreed else path


def search(visitor, store):
    return f"{LIST}?q={username(min(3, store.users - 1))}"


def form(visitor, store):
    return f"{LIST}{key(visitor, store, store.notes // 2)}/change/"


def key(visitor, store, number):
    if visitor.site.kind == "django":
        return number + 1
    return stores.note_key(number, store.notes)


def autocomplete(visitor, store):
    return (
        "/admin/autocomplete/?app_label=documents&model_name=note&field_name=user"
        f"&term={prefix(store)}"
    )


def username(number):
    return next(name for at, name in rows.users(number + 1) if at == number)


def prefix(store):
    """Return how the names of some users begin."""
    return username(min(7, store.users - 1)).rpartition("-")[0]


def next_page(soup, path):
    """Return the address of the page that follows in a list, or None."""
    found = soup.select('a[rel~="next"]') or soup.select(".paginator .this-page ~ a")
    return urljoin(path, found[0]["href"]) if found else None


def filled(visitor, path):
    """Return what is sent of a form in which one field was changed."""
    form = visitor.get(path).soup.find(id="note_form")
    values = [pair for pair in sent_by(form) if pair[0] not in REPLACED]
    day = form.find(attrs={"name": "date"})["value"]
    other = DAYS[day == DAYS[0]]
    sent = [("date", other), ("csrfmiddlewaretoken", TOKEN), ("_save", "Save")]
    return values + sent


REPLACED = {"date", "csrfmiddlewaretoken"}


# The driver alone


def page(query=None, sort=("start", -1), skip=None):
    """Return the floor of a list; ``skip`` tells where it begins, {} or a condition."""

    def read(database, store):
        condition = dict(query or {})
        if skip:
            condition |= skip(store)
        found = database.notes.find(condition, SHOWN).sort(*sort).limit(PER_PAGE)
        return with_labels(database, [*found])

    return read


def with_labels(database, found):
    keys = [*{each["user"] for each in found}]
    labels = database.users.find({"_id": {"$in": keys}}, LABELS)
    return found, [*labels]


def from_the_middle(store):
    """Return the condition of rows that follow the middle of the list."""
    written = rows.written_at(store.notes // 2, store.notes)
    return {"start": {"$lt": rows.moment(written)}}


def found_by_name(database, store):
    name = {"$regex": f"^{username(min(3, store.users - 1))}"}
    users = [
        each["_id"] for each in database.users.find({"username": name}, {"_id": 1})
    ]
    return page({"user": {"$in": users}})(database, store)


def found_in_text(database, store):
    return page({"body": {"$regex": WORD, "$options": "i"}})(database, store)


def one(database, store):
    """Return a note with the labels of what it refers to."""
    note = database.notes.find_one({
        "_id": stores.note_key(store.notes // 2, store.notes)
    })
    others = [note[name] for name in ("parent", "prev") if name in note]
    return (
        note,
        database.users.find_one({"_id": note["user"]}, LABELS),
        [*database.tags.find({"_id": {"$in": note["tags"]}}, {"name": 1})],
        [*database.notes.find({"_id": {"$in": others}}, {"body": 1})] if others else [],
    )


def written(database, store):
    key = {"_id": stores.note_key(store.notes // 2, store.notes)}
    note = database.notes.find_one(key)
    day = DAYS[note["date"] == DAYS[0]]
    database.notes.update_one(key | {"date": note["date"]}, {"$set": {"date": day}})


def named(database, store):
    name = {"$regex": f"^{prefix(store)}"}
    found = database.users.find({"username": name}, LABELS)
    return [*found.sort("username").limit(CHOICES)]


CASES = (
    Case("first", "first page", fixed(LIST), page()),
    Case("deep", "deep in the list", deep, page(skip=from_the_middle)),
    Case("last", "last page", last, page(sort=("start", 1))),
    Case(
        "sorted",
        "sorted by start, indexed",
        fixed(f"{LIST}?o=4"),
        page(sort=("start", 1)),
    ),
    Case(
        "unindexed",
        "sorted by day, no index",
        unindexed,
        page(sort=("date", 1)),
        "list",
    ),
    Case(
        "filter",
        "filtered by type, indexed",
        fixed(f"{LIST}?type__exact=task"),
        page({"type": "task"}),
    ),
    Case("search", "search by owner's name", search, found_by_name, "list"),
    Case("text", "search in texts", fixed(f"{RICH}?q={WORD}"), found_in_text, "list"),
    Case("dates", "with a date hierarchy", fixed(RICH), page(), "list"),
    Case("form", "change form", form, one, "form"),
    Case("save", "save one changed field", form, written, "save"),
    Case("autocomplete", "autocomplete of a user", autocomplete, named, "autocomplete"),
)
