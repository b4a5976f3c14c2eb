"""The raw page for people who may not see, or not edit, all of the rows of a list."""

import json

import pytest
from bson import ObjectId
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from admin_ext.policies import Access

from .documents import Book
from .guarded_documents import Patient
from .map_documents import Cabinet
from .members import member_of
from .submission import Submission

HIDDEN, VIEW = Access.HIDDEN, Access.VIEW
KEY = ObjectId("5f0000000000000000000001")
URL = f"/admin/tests/patient/{KEY}/raw/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(mongo):
    """Store a patient; return what gets it as it is stored."""
    visits = [{"day": "mon", "finding": "first"}, {"day": "mon", "finding": "second"}]
    mongo.patients.insert_one({"_id": KEY, "name": "Ann", "visits": visits})
    return lambda: mongo.patients.find_one(KEY)


def clerk(limits=None, action="change"):
    return member_of(
        {Patient: limits or {"visits__finding": HIDDEN}}, also=[f"{action}_raw_patient"]
    )


def opened(client):
    """Return the form's values, and the document in it."""
    values = dict(Submission(client.get(URL).text).pairs)
    values.pop("_continue", None)
    return values, json.loads(values["document"])


def send(client, values, document):
    return client.post(URL, {**values, "document": json.dumps(document)})


def test_a_row_is_edited_and_moved_with_what_is_withheld_of_it(patient):
    client = clerk()
    values, shown = opened(client)
    shown["visits"].reverse()
    shown["visits"][0]["day"] = "tue"
    assert send(client, values, shown).status_code == 302
    assert patient()["visits"] == [
        {"day": "tue", "finding": "second"},
        {"day": "mon", "finding": "first"},
    ]


def test_rows_that_others_swapped_are_asked_about_and_stay_theirs(patient, mongo):
    client = clerk()
    values, shown = opened(client)
    swapped = patient()["visits"][::-1]
    mongo.patients.update_one({}, {"$set": {"visits": swapped}})
    shown["visits"][0]["day"] = "tue"
    html = send(client, values, shown).text
    assert "visits was changed by somebody else" in html
    assert patient()["visits"] == swapped
    values = dict(Submission(html).pairs) | {"document.visits-CHOICE": "mine"}
    assert send(client, values, shown).status_code == 302
    assert patient()["visits"] == [
        {"day": "tue", "finding": "first"},
        {"day": "mon", "finding": "second"},
    ]


def test_a_row_of_another_document_is_refused(patient, mongo):
    client = clerk()
    values, shown = opened(client)
    other = {**patient(), "_id": ObjectId()}
    mongo.patients.insert_one(other)
    url = URL.replace(str(KEY), str(other["_id"]))
    foreign = json.loads(dict(Submission(client.get(url).text).pairs)["document"])
    shown["visits"].append(foreign["visits"][0])
    before = patient()
    assert "visits.2.$hidden: a hidden value" in send(client, values, shown).text
    assert patient() == before


def test_the_page_explains_the_key_where_there_is_one(patient, mongo):
    client = clerk()
    assert "which says which row it is" in client.get(URL).text
    mongo.patients.update_one({}, {"$set": {"visits": []}})
    assert "which says which row it is" not in client.get(URL).text


def test_who_only_looks_and_the_download_have_rows_without_it(patient):
    client = clerk(action="view")
    assert "$hidden" not in client.get(f"{URL}?download").text
    html = client.get(URL).text
    assert "&quot;mon&quot;" in html
    assert "$hidden" not in html


def test_rows_that_may_only_be_viewed_are_not_moved(patient):
    client = clerk({"visits": VIEW, "visits__finding": HIDDEN})
    values, shown = opened(client)
    shown["visits"].reverse()
    assert "you may not edit this" in send(client, values, shown).text
    assert [each["finding"] for each in patient()["visits"]] == ["first", "second"]


def test_the_class_of_a_row_that_may_only_be_viewed_is_not_changed(mongo):
    son = {"_id": KEY, "things": [{"_cls": "Price", "title": "x"}]}
    mongo.cabinets.insert_one(son)
    limits = {"*": HIDDEN, "things__title": VIEW}
    client = member_of({Cabinet: limits}, also=["change_raw_cabinet"])
    url = reverse("admin:tests_cabinet_raw", args=[KEY])
    values = dict(Submission(client.get(url).text).pairs)
    text = values["document"].replace('"Price"', '"Shelf"')
    assert text != values["document"]
    html = client.post(url, {**values, "document": text}).text
    assert "things.0._cls: you may not edit this" in html
    assert mongo.cabinets.find_one() == son


@pytest.mark.parametrize("findings", [("a", "a"), ("a", "b")])
def test_the_log_does_not_tell_whether_moved_rows_were_the_same(mongo, findings):
    visits = [{"day": "mon", "finding": each} for each in findings]
    mongo.patients.insert_one({"_id": KEY, "visits": visits})
    client = clerk()
    values, shown = opened(client)
    shown["visits"].reverse()
    assert send(client, values, shown).status_code == 302
    assert LogEntry.objects.get().get_change_message() == "Changed visits."


def test_no_message_quotes_what_is_withheld_of_a_row_that_was_moved(mongo):
    reviews = [{"text": "Good", "stars": "secret"}, {"text": "Bad", "stars": 5}]
    mongo.books.insert_one({"_id": KEY, "title": "Emma", "reviews": reviews})
    client = member_of({Book: {"reviews__stars": HIDDEN}}, also=["change_raw_book"])
    url = reverse("admin:tests_book_raw", args=[KEY])
    values = dict(Submission(client.get(url).text).pairs)
    shown = json.loads(values["document"])
    shown["reviews"].reverse()
    shown["reviews"][1]["text"] = "Better"
    shown["reviews"].append({"text": "New"})
    answer = client.post(url, {**values, "document": json.dumps(shown)})
    assert answer.status_code == 302
    assert mongo.books.find_one()["reviews"] == [
        {"text": "Bad", "stars": 5},
        {"text": "Better", "stars": "secret"},
        {"text": "New"},
    ]
