"""What a form's references lead to is looked up together with what refers to it."""

import pytest
from bs4 import BeautifulSoup
from bson import ObjectId
from django.contrib.auth.models import Group, Permission

from admin_ext.models import GroupLimit

from .groups import member_of
from .mongodb import TIME_LIMIT, UNAUTHORIZED, faults

pytestmark = pytest.mark.django_db

USER, TAGS, NOTE, PARENT, PREVIOUS, CHILD = (
    *(ObjectId(), [ObjectId(), ObjectId()]),
    *(ObjectId() for _ in range(4)),
)
URL = f"/admin/documents/note/{NOTE}/change/"
# The collection that comes first in the aggregation, which is named after it.
FIRST = "everything"
CHOSEN = {"grace", "work", "home", "the parent", "the previous"}


@pytest.fixture
def note(mongo):
    """A note that refers to documents of three collections; another refers to it."""
    mongo.users.insert_one({"_id": USER, "username": "grace"})
    names = ("work", "home")
    mongo.tags.insert_many([
        {"_id": key, "name": name} for key, name in zip(TAGS, names, strict=True)
    ])
    mongo.notes.insert_many([
        {"_id": PARENT, "body": "the parent"},
        {"_id": PREVIOUS, "body": "the previous"},
        {"_id": CHILD, "body": "a child", "parent": NOTE},
        {
            **{"_id": NOTE, "user": USER, "tags": TAGS},
            **{"parent": PARENT, "prev": PREVIOUS},
        },
    ])
    return mongo


def chosen(response):
    """Return the labels of what is chosen in the selects of a form."""
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    options = soup.select("form#note_form select.admin-autocomplete option[selected]")
    return {each.text for each in options if each["value"]}


def referrers(response):
    soup = BeautifulSoup(response.content, "html.parser")
    return " ".join(soup.select_one("fieldset.referrers").text.split())


def test_a_form_asks_for_its_document_and_once_for_all_else(
    note, admin_client, mongo_commands
):
    admin_client.get(URL)  # sizes and indexes are remembered
    with mongo_commands() as commands:
        response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "1 note" in referrers(response)
    assert commands.names == ["find", "aggregate"]


def test_what_leads_nowhere_is_told(note, admin_client):
    note.users.delete_one({"_id": USER})
    note.tags.delete_one({"_id": TAGS[0]})
    found = chosen(admin_client.get(URL))
    gone = {f"Not found: {USER}", f"Not found: {TAGS[0]}"}
    assert found == CHOSEN - {"grace", "work"} | gone


def test_documents_that_fit_into_no_answer_together_are_fetched_one_by_one(
    note, admin_client, mongo_commands
):
    note.tags.update_many({}, {"$set": {"blob": "x" * 9_000_000}})
    with mongo_commands() as commands:
        response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "1 note" in referrers(response)
    assert commands.names.count("aggregate") > 1


def test_labels_come_though_nothing_is_counted_in_time(note, admin_client):
    with faults(note[FIRST], failCommands=["aggregate"], errorCode=TIME_LIMIT):
        response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "stopped after 1 s" in referrers(response)


def test_labels_come_though_nothing_may_be_counted(note, admin_client):
    with faults(note[FIRST], failCommands=["aggregate"], errorCode=UNAUTHORIZED):
        response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "MongoDB does not count these." in referrers(response)


def test_what_was_sent_and_refused_is_looked_up_too(note, admin_client):
    data = {"tags": [str(TAGS[0])], "user": str(USER), "start_0": "never"}
    response = admin_client.post(URL, data)
    assert {"grace", "work"} <= chosen(response)


def test_what_a_person_may_not_see_is_not_looked_up(note):
    group = Group.objects.create(name="of some notes")
    names = ("view_note", "change_note", "view_tag", "view_user")
    group.permissions.add(*Permission.objects.filter(codename__in=names))
    for document, rows in (
        ("documents.tag", {"name": "work"}),
        ("documents.note", {"body__startswith": "the"}),
    ):
        GroupLimit.objects.create(group=group, document=document, rows=rows)
    note.notes.update_one({"_id": NOTE}, {"$set": {"body": "the note"}})
    response = member_of(group).get(URL)
    assert chosen(response) - {f"Not found: {TAGS[1]}"} == CHOSEN - {"home"}
    # The child that refers to it is among what cannot be seen.
    assert "1 note" not in referrers(response)
