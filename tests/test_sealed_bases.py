"""What pages carry of documents that a person sees in part: nobody can read it."""

from base64 import urlsafe_b64decode

import bson
import pytest
from bson import Int64, ObjectId
from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse

from admin_ext.changesets import digest, identity_of
from admin_ext.changesets.sealing import has_seal
from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access

from .guarded_admin import VisitInline
from .guarded_documents import Patient
from .members import member_of
from .submission import sent

pytestmark = pytest.mark.django_db

LIMITS = {
    "home__street": Access.HIDDEN,
    "past__finding": Access.MASKED,
    "visits__finding": Access.HIDDEN,
}
ROWS = (
    {"day": "mon", "finding": Int64(1), "odd": 1.0},
    {"finding": {"deep": [1]}, "day": "tue"},
    {"day": "wed", "finding": "c"},
)
# The rows of a formset, and those of a list within the form: (list, input of the day).
LISTS = pytest.mark.parametrize(
    ("name", "day"), [("visits", "visits-{}-day"), ("past", "past-{}-value-day")]
)


@pytest.fixture
def put(mongo):
    """Return what stores the only patient, and returns its URL."""

    def put(**values):
        key = ObjectId("5f0000000000000000000011")
        son = {"_id": key, "name": "Ann", "visits": [*ROWS], "past": [*ROWS], **values}
        mongo.patients.replace_one({"_id": key}, son, upsert=True)
        return reverse("admin:tests_patient_change", args=[key])

    return put


@pytest.fixture
def client(db):
    return member_of({Patient: LIMITS})


def bases(html):
    """Return the bases of a page."""
    found = sent(html)
    return [found[name] for name in ("_base", "visits-_base")]


def save(client, url, html, **changes):
    return client.post(url, sent(html, _save="Save", _addanother=None, **changes))


def rows(mongo, name):
    return mongo.patients.find_one()[name]


def same(first, second):
    return bson.encode({"": first}) == bson.encode({"": second})


def test_nobody_can_read_the_base_of_what_is_shown_in_part(put, client):
    html = client.get(put(home={"city": "Rome", "street": "s"})).text
    digests = [digest({"city": "Rome", "street": "s"})]
    digests += [each for row in ROWS for each in identity_of(row).traits]
    digests += [identity_of(row).whole for row in ROWS]
    for base in bases(html):
        data = urlsafe_b64decode(base.removeprefix("sealed:"))
        assert not any(each in data for each in (*digests, b"Ann", b"mon"))
        with pytest.raises(signing.BadSignature):
            signing.loads(base, salt="admin_ext.changesets.base")


def test_the_rows_of_an_inline_with_limits_of_its_own_are_sealed(
    put, admin_client, monkeypatch
):
    url = put()
    assert not any(map(has_seal, bases(admin_client.get(url).text)))
    monkeypatch.setattr(VisitInline, "field_access", {"finding": "masked"})
    assert all(map(has_seal, bases(admin_client.get(url).text)))


def test_what_is_only_viewed_needs_no_seal(put):
    client = member_of({Patient: {"home": Access.VIEW}})
    assert not any(map(has_seal, bases(client.get(put()).text)))


def test_two_loads_of_a_page_have_nothing_in_common(put, client):
    url = put()
    first, second = (bases(client.get(url).text) for _load in range(2))
    for base, other in zip(first, second, strict=True):
        assert base[:60] != other[:60]
        assert base[60:160] not in other


@pytest.mark.parametrize(
    "withheld",
    [
        {"street": "s" * 5000},
        {"street": None},
        {"finding": "f"},
        {"finding": {f"key {n}": n for n in range(100)}},
        {"finding": []},
    ],
    ids=["long", "null", "same", "keys", "empty"],
)
def test_the_length_of_a_base_tells_nothing_of_what_is_withheld(put, client, withheld):
    def lengths(home, finding):
        made = [{"day": day, **finding} for day in ("mon", "tue", "wed")]
        url = put(home={"city": "Rome", **home}, visits=made, past=made)
        return [len(base) for base in bases(client.get(url).text)]

    home = {key: withheld[key] for key in withheld if key == "street"}
    finding = {key: withheld[key] for key in withheld if key == "finding"}
    assert lengths(home, finding) == lengths({}, {})


@LISTS
def test_rows_keep_what_is_withheld_through_every_change(put, client, mongo, name, day):
    url = put()
    html = client.get(url).text
    changes = {
        **{f"{name}-0-ORDER": "9", f"{name}-1-DELETE": "on", f"{name}-3-ORDER": "10"},
        **{day.format(0): "sun", day.format(3): "new"},
    }
    assert save(client, url, html, **changes).status_code == 302
    assert same(rows(mongo, name), [ROWS[2], {**ROWS[0], "day": "sun"}, {"day": "new"}])


@LISTS
def test_an_edit_meets_its_row_wherever_somebody_else_put_it(
    put, client, mongo, name, day
):
    url = put()
    html = client.get(url).text
    theirs = [{"day": "first", "finding": 0}, {**ROWS[2], "finding": "d"}, ROWS[0]]
    mongo.patients.update_one({}, {"$set": {name: theirs}})
    changes = {day.format(0): "sun", day.format(2): "sat"}
    assert save(client, url, html, **changes).status_code == 302
    expected = [theirs[0], {**theirs[1], "day": "sat"}, {**ROWS[0], "day": "sun"}]
    assert same(rows(mongo, name), expected)


@LISTS
def test_a_conflict_about_a_row_is_found_and_tells_nothing(
    put, client, mongo, name, day
):
    secret = {"day": "thu", "finding": "s3cret"}
    url = put(**{name: [ROWS[0], secret, ROWS[2]]})
    html = client.get(url).text
    mongo.patients.update_one({}, {"$set": {f"{name}.1.day": "sat"}})
    answer = save(client, url, html, **{day.format(1): "fri"})
    assert answer.status_code == 200
    assert "sat" in answer.text
    assert "s3cret" not in answer.text
    assert all(map(has_seal, bases(answer.text)))
    choice = {f"{day.format(1)}-CHOICE": "mine"}
    assert save(client, url, answer.text, **choice).status_code == 302
    assert same(rows(mongo, name)[1], {"day": "fri", "finding": "s3cret"})


@LISTS
def test_a_row_whose_withheld_part_was_changed_is_not_deleted_unasked(
    put, client, mongo, name, day
):
    url = put()
    html = client.get(url).text
    mongo.patients.update_one({}, {"$set": {f"{name}.2.finding": "s3cret"}})
    answer = save(client, url, html, **{f"{name}-2-DELETE": "on"})
    assert answer.status_code == 200
    assert "s3cret" not in answer.text
    assert len(rows(mongo, name)) == 3


def test_an_embedded_document_keeps_what_is_withheld(put, client, mongo):
    url = put(home={"street": Int64(5), "city": "Rome", "key": 1.0})
    html = client.get(url).text
    mongo.patients.update_one({}, {"$set": {"home.street": 6.0}})
    assert save(client, url, html, **{"home-city": "Bath"}).status_code == 302
    expected = {"street": 6.0, "city": "Bath", "key": 1.0}
    assert same(mongo.patients.find_one()["home"], expected)


@pytest.mark.parametrize("place", [10, 100, -60, -3])
@pytest.mark.parametrize("name", ["_base", "visits-_base"])
def test_a_sealed_base_that_was_changed_is_refused(put, client, mongo, name, place):
    url = put()
    html = client.get(url).text
    base = sent(html)[name]
    other = "A" if base[place] != "A" else "B"
    forged = f"{base[:place]}{other}{base[place:][1:]}"
    changes = {name: forged, "name": "Eve", "visits-0-day": "sun"}
    answer = save(client, url, html, **changes)
    assert "did not arrive as it was sent" in answer.text
    assert mongo.patients.find_one()["name"] == "Ann"


def test_a_base_that_was_sealed_with_a_former_key_is_read(put, client, mongo, settings):
    url = put(home={"street": "s", "city": "Rome"})
    html = client.get(url).text
    mongo.patients.update_one({}, {"$set": {"number": 3}})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    client.force_login(User.objects.get(username="member"))
    answer = save(client, url, html, **{"name": "Bea", "home-city": "Bath"})
    assert answer.status_code == 302
    found = mongo.patients.find_one()
    assert (found["name"], found["number"]) == ("Bea", 3)
    assert found["home"] == {"street": "s", "city": "Bath"}
    settings.SECRET_KEY_FALLBACKS = []
    answer = save(client, url, html, name="Cid")
    assert "did not arrive as it was sent" in answer.text


def test_a_page_from_before_a_limit_is_saved_under_the_limit(put, mongo):
    client, url = member_of({Patient: {}}), put(home={"city": "Rome", "street": "s"})
    html = client.get(url).text
    assert not any(map(has_seal, bases(html)))
    limit = GroupLimit.objects.get()
    for path, access in LIMITS.items():
        FieldLimit.objects.create(limit=limit, path=path, access=access)
    changes = {"home-city": "Bath", "home-street": "x", "visits-0-finding": "x"}
    assert save(client, url, html, **changes).status_code == 302
    assert mongo.patients.find_one()["home"] == {"city": "Bath", "street": "s"}
    assert same(rows(mongo, "visits"), [*ROWS])


def test_a_page_from_before_a_limit_was_lifted_is_saved_without_it(put, client, mongo):
    url = put()
    html = client.get(url).text
    FieldLimit.objects.all().delete()
    assert save(client, url, html, **{"visits-2-day": "sun"}).status_code == 302
    assert same(rows(mongo, "visits"), [*ROWS[:2], {**ROWS[2], "day": "sun"}])


def test_the_base_of_another_person_opens_nothing(put, client, admin_client, mongo):
    url = put(home={"city": "Rome", "street": "s3cret"})
    html = client.get(url).text
    theirs = admin_client.get(url).text
    own = {name: sent(theirs)[name] for name in ("_base", "visits-_base")}
    answer = save(client, url, html, **own, **{"number": "none", "home-street": "x"})
    assert answer.status_code == 200
    assert "s3cret" not in answer.text
    assert all(map(has_seal, bases(answer.text)))
    assert save(client, url, html, **own, **{"home-street": "x"}).status_code == 302
    assert mongo.patients.find_one()["home"]["street"] == "s3cret"
