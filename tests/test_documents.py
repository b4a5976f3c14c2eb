"""The shipped Documents and their admin, on the odd rows of a real service."""

import re

import pytest
from bson import ObjectId
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from admin_ext.models import GroupLimit
from documents import demo, documents
from documents.indexes import INDEXES, index_keys

from .members import member_of

COLLECTIONS = {
    "users": documents.User,
    "notes": documents.Note,
    "tags": documents.Tag,
    "widgets": documents.Widget,
    "keys": documents.Key,
}
GONE = ObjectId("5c2aad8064656d6f01fffc18")
SECRET = "a-secret-that-no-page-may-show"


def list_url(document):
    return reverse(f"admin:documents_{document._meta.model_name}_changelist")


def change_url(document, key):
    return reverse(f"admin:documents_{document._meta.model_name}_change", args=[key])


@pytest.fixture
def reader(db, client):
    """A function that logs a client in as staff with the permissions named."""

    def log_in(*codenames):
        user = User.objects.create_user("reader", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return log_in


@pytest.mark.parametrize(("collection", "document"), COLLECTIONS.items())
def test_a_document_names_its_collection_and_builds_nothing(collection, document):
    assert document._get_collection_name() == collection
    assert document._meta["auto_create_index"] is False
    assert document._meta["strict"] is False


@pytest.mark.parametrize(("collection", "document"), COLLECTIONS.items())
def test_the_default_order_has_an_index(collection, document):
    first = [index_keys(spec)[0][0][0] for spec in INDEXES[collection]]
    assert all(name.lstrip("-") in first for name in document._meta.ordering or ())


def test_stored_names_are_those_of_the_service():
    assert documents.User.hashed_password.db_field == "hashedPassword"
    assert documents.Note.share_settings.db_field == "shareSettings"


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"parent": ""},
        {"parent": None, "prev": ""},
        {"user": GONE, "tags": [GONE]},
        {"type": None},
        {"type": "task_completed"},
        {"body": 12, "start": "soon", "archived": "yes"},
        {"tags": None},
        {"shareSettings": {}},
        {"shareSettings": {"public": None}},
        {"shareSettings": {"public": {"view": True, "until": 1}}},
        {"legacyId": 1, "nested": {"a": [1]}},
    ],
    ids=str,
)
def test_an_odd_note_loads_and_has_a_name(mongo, row):
    mongo.notes.insert_one(row)
    note = documents.Note.objects.first()
    assert str(note)
    assert str(note.share_settings or "none")


@pytest.mark.parametrize(
    ("collection", "row", "name"),
    [
        ("users", {"username": 12345}, "12345"),
        ("users", {"email": "ann@example.org"}, "ann@example.org"),
        ("notes", {"body": "\n\n  One\nTwo"}, "One"),
        ("notes", {"body": "x" * 100}, "x" * 59 + "…"),
        ("tags", {"name": 5}, "5"),
        ("widgets", {"name": "Today", "filter": None}, "Today"),
    ],
)
def test_the_name_of_a_document(mongo, collection, row, name):
    mongo[collection].insert_one(row)
    assert str(COLLECTIONS[collection].objects.first()) == name


@pytest.mark.parametrize(("collection", "document"), COLLECTIONS.items())
def test_a_document_without_anything_is_named_by_its_key(mongo, collection, document):
    key = mongo[collection].insert_one({}).inserted_id
    assert str(key)[-6:] in str(document.objects.first())


def test_a_name_asks_for_no_reference(mongo, mongo_commands):
    mongo.notes.insert_one({"user": GONE, "parent": GONE, "tags": [GONE]})
    note = documents.Note.objects.first()
    with mongo_commands() as commands:
        str(note)
    assert not commands


def test_the_filter_of_a_widget_says_what_it_holds(mongo):
    mongo.widgets.insert_one({"filter": {"tags": [GONE], "type": "task"}})
    mongo.widgets.insert_one({"filter": {"tags": None}})
    said = [str(widget.filter) for widget in documents.Widget.objects.order_by("id")]
    assert said == ["1 tag, type", "0 tags"]


def test_every_page_of_the_demo_data_opens(mongo, admin_client):
    demo.load(mongo, users=10, notes=40, progress=False)
    for collection, document in COLLECTIONS.items():
        assert admin_client.get(list_url(document)).status_code == 200
        for row in mongo[collection].find().limit(60):
            response = admin_client.get(change_url(document, row["_id"]))
            assert response.status_code == 200, row


def test_no_page_shows_a_secret(mongo, admin_client):
    user = {"username": "ann", "hashedPassword": SECRET}
    key = {"user": mongo.users.insert_one(user).inserted_id, "key": SECRET}
    mongo["keys"].insert_one(key)
    for document, row in ((documents.User, user), (documents.Key, key)):
        for url in (list_url(document), change_url(document, row["_id"])):
            page = admin_client.get(url).content.decode()
            assert SECRET not in page
            assert "••••" in page


@pytest.mark.parametrize(
    ("document", "lookup"),
    [
        (documents.User, "hashed_password__startswith"),
        (documents.User, "hashed_password"),
        (documents.Key, "key__startswith"),
        (documents.Note, "user__hashed_password__startswith"),
    ],
)
def test_a_secret_cannot_be_guessed_by_filters(mongo, admin_client, document, lookup):
    mongo.users.insert_one({"hashedPassword": SECRET})
    response = admin_client.get(list_url(document), {lookup: SECRET[:3]})
    assert response.status_code == 400


def test_keys_are_made_and_changed_by_the_service_alone(mongo, admin_client):
    key = mongo["keys"].insert_one({"key": SECRET}).inserted_id
    assert admin_client.get(list_url(documents.Key) + "add/").status_code == 403
    url = change_url(documents.Key, key)
    assert admin_client.post(url, {"user": ""}).status_code == 403
    assert mongo["keys"].find_one() == {"_id": key, "key": SECRET}


def test_a_user_shows_the_newest_notes(mongo, admin_client):
    user = mongo.users.insert_one({"username": "ann"}).inserted_id
    mongo.notes.insert_many(
        {"user": user, "body": f"Note number {n}"} for n in range(12)
    )
    page = admin_client.get(change_url(documents.User, user)).content.decode()
    assert page.count("Note number") == 10
    assert f"?user__id__exact={user}" in page


def test_the_newest_notes_are_those_that_limits_show(db, mongo):
    user = mongo.users.insert_one({"username": "ann"}).inserted_id
    note = mongo.notes.insert_one({"user": user, "body": "Private thoughts"})
    client = member_of({documents.Note: {"body": 1}, documents.User: {}})
    page = client.get(change_url(documents.User, user)).text
    assert "Private thoughts" not in page
    assert str(note.inserted_id) in page
    GroupLimit.objects.filter(document="documents.note").update(rows={"type": "task"})
    page = client.get(change_url(documents.User, user)).text
    assert str(note.inserted_id) not in page


def test_newest_notes_tell_no_owner_that_is_hidden(db, mongo):
    user = mongo.users.insert_one({"username": "ann"}).inserted_id
    mongo.notes.insert_one({"user": user, "body": "A note of hers"})
    client = member_of({documents.Note: {"user": 0}, documents.User: {}})
    assert "A note of hers" not in client.get(change_url(documents.User, user)).text


@pytest.mark.parametrize(("access", "shown"), [(0, "Password"), (1, "none")])
def test_no_column_says_that_a_withheld_value_is_not_stored(db, mongo, access, shown):
    hashed = {"username": "ann", "hashed_password": "x"}
    user = mongo.users.insert_one(hashed).inserted_id
    client = member_of({documents.User: {"hashed_password": access}})
    for url in (list_url(documents.User), change_url(documents.User, user)):
        page = client.get(url).text
        assert not re.search(rf">\s*{shown}:?\s*<", page, re.IGNORECASE)
        assert page.count("\u2022" * 4) == access


def test_notes_are_hidden_from_people_who_may_not_view_notes(mongo, reader):
    user = mongo.users.insert_one({"username": "ann"}).inserted_id
    mongo.notes.insert_one({"user": user, "body": "Private thoughts"})
    client = reader("view_user")
    for url in (list_url(documents.User), change_url(documents.User, user)):
        page = client.get(url).content.decode()
        assert "ann" in page
        assert "Private thoughts" not in page
        assert "documents/note/" not in page


def test_the_note_list_filters_by_owner_tag_and_parent(mongo, admin_client):
    user = mongo.users.insert_one({"username": "ann"}).inserted_id
    tag = mongo.tags.insert_one({"name": "home"}).inserted_id
    parent = mongo.notes.insert_one({"body": "Above"}).inserted_id
    found = {"user": user, "tags": [tag], "parent": parent, "body": "Below it"}
    mongo.notes.insert_one(found)
    for name, key in (("user", user), ("tags", tag), ("parent", parent)):
        query = {f"{name}__id__exact": str(key)}
        response = admin_client.get(list_url(documents.Note), query)
        assert [row.body for row in response.context["cl"].result_list] == ["Below it"]
