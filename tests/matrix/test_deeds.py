"""Every role at changes that there are: put back, restored and revealed, or refused."""

import logging

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from admin_ext.models import Change
from tests.documents import Book
from tests.submission import sent

from .cases import ALLOWED, CASES, DENIED
from .deeds import DEEDS, GONE, done, expected_of, expected_of_reveal, knows_of
from .people import ROLES, Role, person
from .visits import Store, otherwise

pytestmark = pytest.mark.django_db
MORE = (
    Role("view and change", frozenset({"view", "change"})),
    Role("view and add", frozenset({"view", "add"})),
)
REASON = "somebody asked for it"


@pytest.fixture(autouse=True)
def no_log():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def url_of(view, *args):
    return reverse(f"admin:tests_book_{view}", args=args)


@pytest.fixture(params=(*ROLES, *MORE), ids=lambda role: role.name)
def visitor(request, mongo, settings):
    return person(request.param, CASES, settings)


def asked(visitor, url, wanted, data=None):
    """Send a request; return what is wrong with its answer, and the answer."""
    client = visitor.client
    response = client.get(url) if data is None else client.post(url, data)
    return otherwise(wanted, response), response


def test_real_changes_are_put_back_by_who_may(visitor, mongo):
    store, wrong = Store(mongo), []
    chief = User.objects.create_superuser("chief")
    for deed in DEEDS:
        Change.objects.all().delete()
        store.put()
        done(deed, chief)
        wrong += _tried(visitor, deed, store)
    assert not wrong, "\n".join(wrong)


def _tried(visitor, deed, store):
    """Yield what is wrong with the answers about a deed, and with what is stored."""
    role = visitor.role
    before, denied = store.now(), store.mongo.books.find_one({"_id": DENIED})
    changes = Change.objects.count()
    listed = visitor.client.get(url_of("recently_deleted")).text
    is_told = deed.key == GONE and knows_of(role, deed)
    if (f"{GONE}" in listed) != is_told:
        yield f"{deed}: listed as deleted otherwise than {is_told}"
    change = Change.objects.filter(object_id=str(deed.key)).latest("pk")
    url = url_of(deed.view, change.pk)
    for data in (None, {"post": "yes"}):
        wanted = expected_of(role, deed, is_post=data is not None)
        found, _response = asked(visitor, url, wanted, data)
        is_written = store.now() != before
        if is_written != wanted.writes:
            found += " written" if is_written else " not written"
        if (Change.objects.count() != changes) != wanted.writes:
            found += " rows in SQL"
        if found:
            yield f"{'GET' if data is None else 'POST'} {deed}: {found}, not {wanted}"
    is_kept = role.limits == "rows" and deed.row != "gone"
    if is_kept and store.mongo.books.find_one({"_id": DENIED}) != denied:
        yield f"{deed}: a row that is denied was written"


@pytest.mark.parametrize("row", ["allowed", "denied"])
def test_a_masked_value_is_revealed_to_who_may(visitor, row, mongo, monkeypatch):
    own = admin.site.get_model_admin(Book)
    monkeypatch.setattr(own, "field_access", {"blurb": "masked"})
    store, role = Store(mongo), visitor.role
    key = ALLOWED if row == "allowed" else DENIED
    mongo.books.update_many({}, {"$set": {"blurbText": "the secret"}})
    before, url = store.now(), url_of("reveal", key, "blurbText")
    wanted = expected_of_reveal(role, row, is_post=False)
    found, page = asked(visitor, url, wanted)
    assert not found
    assert "the secret" not in page.text
    data = {"reason": REASON, "number": "x"}
    if wanted.statuses == {200}:
        data = sent(page.text, reason=REASON)
    wanted = expected_of_reveal(role, row, is_post=True)
    found, page = asked(visitor, url, wanted, data)
    assert not found
    is_shown = wanted.statuses == {200} and role.enters and not role.code
    assert ("the secret" in page.text) == is_shown
    assert store.now() == before
    assert [each.reason for each in Change.objects.all()] == [REASON] * is_shown
