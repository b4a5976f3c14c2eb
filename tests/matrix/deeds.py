"""Changes that somebody without limits made, and who may put them back.

Putting back takes the permission for what it does: of a change "change", of a deletion
"add", of an addition "delete"; and every value that it writes may be edited.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bson import ObjectId

from admin_ext.history import recording
from tests.documents import Book

from .cases import ALLOWED, CASES, DENIED
from .people import Role
from .rules import (
    INDEX,
    NO_PAGE,
    OPEN,
    REFUSED,
    WRITTEN,
    Expected,
    answer,
    at_the_door,
)

GONE, ADDED = ObjectId("5f" + "c" * 22), ObjectId("5f" + "b" * 22)
(BOOK,) = (case for case in CASES if case.document is Book)


@dataclass(frozen=True)
class Deed:
    """Something done to ``key``, and the page that puts it back.

    ``needs``: the permission for that; ``row``: among which rows the document is;
    ``is_withheld``: whether a field is part of it that limits of fields hide.
    """

    name: str
    do: Callable[[], None]
    needs: str
    key: ObjectId
    row: str = "allowed"
    is_withheld: bool = False
    view: str = "undo"

    def __str__(self):
        return self.name


def _edit(**values):
    def do(*keys):
        for key in keys:
            book = Book.objects.get(pk=key)
            for name, value in values.items():
                setattr(book, name, value)
            book.save()

    return do


def _delete():
    book = Book(id=GONE, title="seen", blurb="b")
    book.save()
    Book.objects(pk=GONE).delete()


_renumber, _describe = _edit(pages=9), _edit(blurb="another")
CHANGE = "change"
DEEDS = (
    Deed("a change", lambda: _renumber(ALLOWED), CHANGE, ALLOWED),
    Deed("one of a row", lambda: _renumber(DENIED), CHANGE, DENIED, "denied"),
    Deed(
        *("one of a field", lambda: _describe(ALLOWED), CHANGE, ALLOWED),
        is_withheld=True,
    ),
    Deed(
        *("two changes", lambda: _renumber(DENIED, ALLOWED), CHANGE, ALLOWED),
        view="undo_all",
    ),
    Deed("a deletion", _delete, "add", GONE, "gone", is_withheld=True),
    Deed("an addition", lambda: Book(id=ADDED, title="seen").save(), "delete", ADDED),
)


def done(deed: Deed, user) -> None:
    """Do it, as somebody who sends a form."""
    with recording(user, via="form"):
        deed.do()


def expected_of(role: Role, deed: Deed, *, is_post: bool) -> Expected:
    """Return what a person of a role gets who puts something back."""
    early = at_the_door(role, "undo", is_post=is_post)
    if early:
        return early
    if not knows_of(role, deed):
        return NO_PAGE
    if role.is_read_only:
        return REFUSED
    is_hidden = role.limits == "fields" and deed.is_withheld
    may = role.may(deed.needs) and not is_hidden
    return WRITTEN if is_post and may else OPEN


def knows_of(role: Role, deed: Deed) -> bool:
    """Tell whether a person may know of the document; of what is gone: of all."""
    is_among = role.limits != "rows" or deed.row == "allowed"
    return role.may("view", "change") and is_among


def expected_of_reveal(role: Role, row: str, *, is_post: bool) -> Expected:
    """Return what a person of a role gets at the page of a value that code masks."""
    early = at_the_door(role, "reveal", is_post=is_post)
    if early:
        return early
    if not (role.may("reveal") and role.may("view", "change")):
        return REFUSED
    if role.limits == "rows" and row == "denied":
        return answer(302, to=INDEX)
    return NO_PAGE if role.limits == "fields" else OPEN
