"""From a key to its document: the box "Go to ID", and the search of any list."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from bson import ObjectId
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from pymongo import MongoClient

from admin_ext.keys import pasted, unmistakable
from documents.documents import Note
from tests import mongodb
from tests.mongodb import check_name
from tests.remote_documents import Crate, Warehouse

# All databases are searched.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]

KEY, OTHER = ObjectId("5f0000000000000000000001"), ObjectId("5f0000000000000000000002")
UNIQUE = UUID("12345678-1234-5678-1234-567812345678")
GO_TO = "/admin/go-to/"
NOTES, USERS = "/admin/documents/note/", "/admin/documents/user/"


@pytest.fixture
def reader(client):
    """A person who may view notes and nothing else, logged in."""
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_note"))
    client.force_login(user)
    return client


@pytest.fixture
def everyone(client):
    """A person who may do all that Documents are about, and is no superuser."""
    user = User.objects.create_user("everyone", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    return client


def offered(response):
    """Return {text: URL} of the links that a list offers."""
    page = BeautifulSoup(response.content, "html.parser")
    return {a.text: a["href"] for a in page.select(".admin-ext.elsewhere a")}


def message(response):
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(page.select_one("#content-main").get_text(" ").split())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f" {KEY} ", KEY),
        (str(KEY).upper(), KEY),
        (f'ObjectId("{KEY}")', KEY),
        (f"ObjectId('{KEY}')", KEY),
        (f"ObjectId({KEY})", KEY),
        (f'"{KEY}"', KEY),
        (f'{{"$oid": "{KEY}"}}', KEY),
        (str(UNIQUE), UNIQUE),
        (UNIQUE.hex, UNIQUE),
        (f"UUID('{UNIQUE}')", UNIQUE),
        (f'{{"$uuid": "{UNIQUE}"}}', UNIQUE),
        *((each, None) for each in ("5", "word", "", '"', "{", '{"$gt": ""}', "[5]")),
    ],
)
def test_an_id_is_known_however_it_is_spelled(text, key):
    assert unmistakable(text) == key


def test_a_printed_key_is_read():
    assert [*map(pasted, ('"a b"', "'a'", " a ", 'a"'))] == ["a b", "a", "a", 'a"']


@pytest.mark.parametrize(
    ("text", "collection", "key", "page"),
    [
        (str(KEY), "notes", KEY, f"{NOTES}{KEY}/change/"),
        (f'ObjectId("{KEY}")', "notes", KEY, f"{NOTES}{KEY}/change/"),
        (str(UNIQUE), "uniques", UNIQUE, f"/admin/tests/unique/{UNIQUE}/change/"),
        ("7", "counted", 7, "/admin/tests/counted/7/change/"),
        ("'k 1'", "ships", "k 1", "/admin/tests/ship/k%201/change/"),
        (
            '{"s":"x","n":7}',
            "placed",
            {"s": "x", "n": 7},
            "/admin/tests/placed/%7B_22s_22_3A_22x_22_2C_22n_22_3A7%7D/change/",
        ),
        ("5", "notes", "5", f"{NOTES}_5B_225_22_5D/change/"),
        ("a_2Fb", "ships", "a/b", "/admin/tests/ship/a_2Fb/change/"),
    ],
)
def test_go_to_finds_any_key(mongo, admin_client, text, collection, key, page):
    mongo[collection].insert_one({"_id": key})
    response = admin_client.get(GO_TO, {"q": text})
    assert response.status_code == 302, message(response)
    assert response["Location"] == page
    assert admin_client.get(page).status_code == 200


def test_go_to_lists_what_several_documents_have(mongo, admin_client):
    mongo.notes.insert_one({"_id": KEY, "body": "A <note>"})
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    response = admin_client.get(GO_TO, {"q": str(KEY)})
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    links = {a.text: a["href"] for a in page.select("#content-main li a")}
    assert links == {
        "A <note>": f"{NOTES}{KEY}/change/",
        "ada": f"{USERS}{KEY}/change/",
    }
    assert "Several documents have this ID: Note: A <note> User: ada" in message(
        response
    )


def test_go_to_says_that_there_is_none_and_what_was_searched(mongo, reader):
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    response = reader.get(GO_TO, {"q": f"<{KEY}>"})
    assert f"No document that you may view has the ID “<{KEY}>”." in message(response)
    assert "Searched: notes" in message(response)
    assert "users" not in message(response)
    assert str(KEY) in response.content.decode()


def test_nothing_is_told_of_what_a_person_may_not_view(mongo, reader):
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    mongo.notes.insert_one({"_id": OTHER, "user": KEY})
    found, missing = (
        message(reader.get(GO_TO, {"q": str(key)})) for key in (KEY, ObjectId())
    )
    assert found == missing.replace(missing.split("“")[1][:24], str(KEY))
    response = reader.get(NOTES, {"q": str(KEY)})
    assert "ada" not in response.content.decode()
    assert not offered(response)
    assert reader.get(GO_TO, {"q": str(OTHER)}).status_code == 302


def test_the_rows_that_an_admin_hides_are_not_found(mongo, admin_client, monkeypatch):
    notes = admin.site.get_model_admin(Note)
    own = notes.get_queryset
    monkeypatch.setattr(
        notes, "get_queryset", lambda request: own(request).filter(type="task")
    )
    mongo.notes.insert_many([{"_id": KEY, "type": "task"}, {"_id": OTHER}])
    assert admin_client.get(GO_TO, {"q": str(KEY)}).status_code == 302
    assert admin_client.get(GO_TO, {"q": str(OTHER)}).status_code == 200


def test_a_document_of_several_registered_classes_is_found_once(mongo, admin_client):
    mongo.ships.insert_one({"_id": "k1", "_cls": "Ship.Ferry", "name": "Karl"})
    response = admin_client.get(GO_TO, {"q": "k1"})
    assert response["Location"] == "/admin/tests/ferry/k1/change/"


@pytest.mark.parametrize(
    "text",
    ["", " ", "\0", "{", "[", '{"$gt":""}', "9" * 40, "x" * 5_000, "é", "[[]]", "a\0b"],
)
def test_go_to_answers_any_text(mongo, admin_client, text):
    assert admin_client.get(GO_TO, {"q": text}).status_code == 200


def test_go_to_asks_each_database_once(mongo, everyone, mongo_commands):
    mongo.notes.insert_one({"_id": KEY})
    with mongo_commands() as commands:
        everyone.get(GO_TO, {"q": str(KEY)})
        everyone.get(GO_TO, {"q": str(KEY)})
    # The collations of each database's collections are remembered.
    first = ["listCollections", "aggregate", "find", "listCollections", "aggregate"]
    assert commands.names == [*first, "aggregate", "find", "aggregate"]
    assert {*map(check_name, [command.database for command in commands])} == {None}
    assert commands[1].database != commands[4].database
    assert all("maxTimeMS" in command.document for command in commands)
    assert not commands.writes


def test_go_to_reads_only_the_index_of_the_keys(mongo, everyone, mongo_profile):
    mongo.notes.insert_many([{"body": "x"} for _ in range(100)])
    mongo.notes.insert_one({"_id": KEY})
    with mongo_profile() as operations:
        everyone.get(GO_TO, {"q": str(KEY)})
    assert operations.names == ["aggregate", "find"]


def test_go_to_is_for_staff(client, mongo):
    response = client.get(GO_TO, {"q": str(KEY)})
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_a_view_that_cannot_be_read_hides_nothing_else(bare_mongo, admin_client):
    bare_mongo.create_collection(
        "tags", viewOn="notes", pipeline=[{"$set": {"x": {"$toInt": "odd"}}}]
    )
    bare_mongo.notes.insert_one({"_id": KEY})
    response = admin_client.get(GO_TO, {"q": str(KEY)})
    assert response["Location"] == f"{NOTES}{KEY}/change/"


@pytest.fixture
def unreachable(monkeypatch):
    """Have no server answer for the Documents of the database "other"."""
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as client:
        crates = client["elsewhere"]["crates"]
        for document in (Crate, Warehouse):
            monkeypatch.setattr(document, "_get_collection", lambda: crates)
        yield


def test_a_database_that_cannot_be_reached_takes_no_page_down(
    mongo, admin_client, unreachable
):
    mongo.notes.insert_one({"_id": KEY})
    response = admin_client.get(GO_TO, {"q": str(KEY)})
    assert response["Location"] == f"{NOTES}{KEY}/change/"
    response = admin_client.get(GO_TO, {"q": str(OTHER)})
    assert "could not all be searched." in message(response)
    response = admin_client.get("/admin/auth/user/", {"q": str(OTHER)})
    assert b"could not all be searched for this ID" in response.content


def test_a_search_that_takes_too_long_says_so(
    mongo, admin_client, mongo_commands, mongo_faults
):
    mongo.users.insert_one({"_id": KEY})
    with mongo_commands() as commands:
        admin_client.get(GO_TO, {"q": str(KEY)})
    first = next(each for each in commands if each.name == "aggregate")
    fault = {"failCommands": ["aggregate"], "errorCode": mongodb.TIME_LIMIT}
    with mongo_faults(first.document["aggregate"], **fault):
        found = admin_client.get(GO_TO, {"q": str(KEY)})
        listed = admin_client.get(NOTES, {"q": str(KEY)})
    assert "could not all be searched." in message(found)
    assert b"could not all be searched for this ID" in listed.content


@pytest.mark.parametrize("url", ["/admin/", "/admin/documents/"])
def test_the_index_has_the_box(mongo, admin_client, url):
    page = BeautifulSoup(admin_client.get(url).content, "html.parser")
    (form,) = page.select("form.admin-ext")
    assert (form["action"], form["method"]) == (GO_TO, "get")
    assert form.select_one("input[name=q]")
    assert form.label["for"] == form.input["id"]


def test_who_sees_no_list_sees_no_box(mongo, client):
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert b"admin-ext go-to" not in client.get("/admin/").content


def test_who_sees_models_only_sees_no_box(mongo, client):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(codename="view_user", content_type__app_label="auth")
    )
    client.force_login(user)
    content = client.get("/admin/").content
    assert b"/admin/auth/user/" in content
    assert b"admin-ext go-to" not in content


@pytest.mark.parametrize("term", ["{}", 'ObjectId("{}")', "'{}'", '{{"$oid": "{}"}}'])
def test_a_list_offers_the_document_that_has_the_id(mongo, admin_client, term):
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    response = admin_client.get(NOTES, {"q": term.format(KEY)})
    assert response.context["cl"].result_count == 0
    assert offered(response) == {"ada": f"{USERS}{KEY}/change/"}


@pytest.mark.parametrize("term", ["{}", 'ObjectId("{}")', "'{}'", '{{"$oid": "{}"}}'])
def test_a_list_shows_its_own_document_and_offers_none(mongo, admin_client, term):
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    mongo.notes.insert_many([{"_id": KEY}, {"_id": OTHER}])
    response = admin_client.get(NOTES, {"q": term.format(KEY)})
    assert [note.pk for note in response.context["cl"].result_list] == [KEY]
    assert not offered(response)


def test_a_list_of_models_offers_documents_too(mongo, admin_client):
    mongo.users.insert_one({"_id": KEY, "username": "ada"})
    response = admin_client.get("/admin/auth/user/", {"q": str(KEY)})
    assert offered(response) == {"ada": f"{USERS}{KEY}/change/"}


def test_other_searches_ask_nothing_more(mongo, admin_client, mongo_commands):
    mongo.counted.insert_one({"_id": 7})
    for term in ("7", "word", str(KEY)[:-1]):
        with mongo_commands() as commands:
            response = admin_client.get("/admin/auth/user/", {"q": term})
        assert not offered(response)
        assert not commands


def test_an_offer_costs_one_aggregation_for_each_database(
    mongo, admin_client, mongo_commands
):
    with mongo_commands() as commands:
        admin_client.get("/admin/auth/user/", {"q": str(KEY)})
        admin_client.get("/admin/auth/user/", {"q": str(KEY)})
    first = ["listCollections", "aggregate"] * 2
    assert commands.names == [*first, "aggregate", "aggregate"]


def test_a_popup_offers_nothing(mongo, admin_client):
    mongo.users.insert_one({"_id": KEY})
    response = admin_client.get(NOTES, {"q": str(KEY), "_popup": "1"})
    assert not offered(response)
