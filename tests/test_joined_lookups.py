"""What a form's references lead to is looked up together with what refers to it."""

import pytest
from bs4 import BeautifulSoup
from bson import Binary, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from mongoengine.queryset.manager import QuerySetManager
from pymongo.read_concern import ReadConcern

from admin_ext import memory
from admin_ext.aggregations import Batch
from admin_ext.formfields import DocumentChoiceField, Offers
from admin_ext.formfields import offers as offers_module
from admin_ext.forms import DocumentForm
from admin_ext.models import GroupLimit
from documents.documents import Note, Tag, User

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


def test_documents_that_fit_into_no_answer_together_come_one_by_one(
    note, admin_client, mongo_commands
):
    note.tags.update_many({}, {"$set": {"blob": "x" * 9_000_000}})
    admin_client.get(URL)
    with mongo_commands() as commands:
        response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "1 note" in referrers(response)
    assert commands.names == ["find", "aggregate", "getMore"]


def test_an_odd_document_has_its_label(note, admin_client):
    note.tags.update_one({"_id": TAGS[0]}, {"$set": {"odd": Binary(b"15", 4)}})
    response = admin_client.get(URL)
    assert chosen(response) == CHOSEN
    assert "1 note" in referrers(response)


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


def limited_to(rows):
    """Return a client of somebody who may change notes, and see such tags only."""
    group = Group.objects.create(name="of some tags")
    names = ("view_note", "change_note", "view_tag", "view_user")
    group.permissions.add(*Permission.objects.filter(codename__in=names))
    GroupLimit.objects.create(group=group, document="documents.tag", rows=rows)
    return member_of(group)


@pytest.fixture
def with_collation(mongo):
    """Have a collection compare texts without their case; return a function of it."""
    made = []

    def remake(name):
        kept = [*mongo[name].find()]
        mongo.drop_collection(name)
        made.append(name)
        options = {"locale": "en", "strength": 2}
        remade = mongo.create_collection(name, collation=options)
        remade.insert_many(kept or [{}])
        memory.forget()

    yield remake
    for name in made:
        mongo.drop_collection(name)
    memory.forget()


def test_rows_are_compared_as_their_own_collection_compares(note, with_collation):
    """An aggregation compares as its first collection does, whatever it reads."""
    client = limited_to({"name": "work"})
    note.tags.update_one({"_id": TAGS[1]}, {"$set": {"name": "WORK"}})
    with_collation(FIRST)
    assert "WORK" not in chosen(client.get(URL))
    with_collation("tags")
    assert {"work", "WORK"} <= chosen(client.get(URL))


def test_rows_are_counted_as_their_own_collection_compares(note, with_collation):
    group = Group.objects.create(name="of some widgets")
    names = ("view_note", "view_tag", "view_widget")
    group.permissions.add(*Permission.objects.filter(codename__in=names))
    limit = {"document": "documents.widget", "rows": {"name": "x"}}
    GroupLimit.objects.create(group=group, **limit)
    note.widgets.insert_many([
        {"name": each, "filter": {"tags": [TAGS[0]]}} for each in "xX"
    ])
    with_collation("notes")
    response = member_of(group).get(f"/admin/documents/tag/{TAGS[0]}/change/")
    assert "1 note" in referrers(response)
    assert "1 widget " in referrers(response)


def test_a_class_of_which_nothing_is_found_has_no_labels(
    note, admin_client, monkeypatch
):
    nothing = QuerySetManager(lambda cls, queryset: queryset.none())
    monkeypatch.setattr(Tag, "objects", nothing)
    assert not chosen(admin_client.get(URL)) & {"work", "home"}


def test_what_is_read_otherwise_is_asked_by_itself(
    note, admin_client, monkeypatch, mongo_commands
):
    tags = Tag._get_collection()
    tags = tags.with_options(read_concern=ReadConcern("majority"))
    monkeypatch.setattr(Tag, "_get_collection", lambda: tags)
    with mongo_commands() as commands:
        assert chosen(admin_client.get(URL)) == CHOSEN
    (asked,) = (each for each in commands if each.document.get("aggregate") == "tags")
    assert asked.document["readConcern"] == {"level": "majority"}


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


class LateForm(DocumentForm):
    """As Django's documentation has it where choices depend on the request."""

    user = DocumentChoiceField(queryset=None, required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["user"].queryset = User._default_manager.all()


def test_a_field_of_a_project_may_get_its_queryset_later(
    note, admin_client, monkeypatch
):
    note.notes.update_one({"_id": NOTE}, {"$unset": {"user": 1}})
    monkeypatch.setattr(admin.site._registry[Note], "form", LateForm)
    assert chosen(admin_client.get(URL)) == CHOSEN - {"grace"}


def test_where_to_look_is_told_by_each_row_and_looked_at_once(mongo, monkeypatch):
    offers, batch, made, canonical = Offers(), Batch(1_000), [], offers_module.canonical

    def counted(document, text):
        made.append(text)
        return canonical(document, text)

    monkeypatch.setattr(offers_module, "canonical", counted)
    for _row in range(50):
        offers.expect(Tag, [str(ObjectId())])
        offers.expect_among(Tag._default_manager.all())
    offers.join(batch)
    assert (len(batch.parts), len(made)) == (1, 50)
