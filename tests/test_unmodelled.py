"""Collections without a Document on the index page and on the list of all."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from mongoengine import Document, StringField, disconnect, register_connection

from admin_ext import memory
from config.databases import connection
from tests import mongodb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]

INDEX, ALL = "/admin/", "/admin/collections/"


class Unshown(Document):
    title = StringField()

    meta = {"collection": "unshown", "auto_create_index": False}


@pytest.fixture
def mongo(bare_mongo, other_mongo):
    """A database without collections, of which nothing is remembered."""
    mongodb.drop(other_mongo)
    memory.forget()
    yield bare_mongo
    mongodb.drop(bare_mongo)
    memory.forget()


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_user("staff", is_staff=True))
    return client


def rows(response):
    """Return {name and what stands beside it: (count, command)} of a page."""
    page = BeautifulSoup(response.content, "html.parser")
    found = {}
    for code in page.select(".unmodelled tr > th > code"):
        row = code.find_parent("tr")
        row.append(page.new_tag("td", string=code.extract().get_text()))
    for row in page.select(".unmodelled tr:has(a), .collections-list tbody tr"):
        cells = [" ".join(each.get_text(" ").split()) for each in row.select("th, td")]
        found[cells[0]] = tuple(cells[1:])
    return found


def text(response):
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(page.select_one("#content").get_text(" ").split())


def command(name, folder):
    return f"python manage.py inspectmongo --collection {name} --into {folder}"


def test_the_index_lists_what_has_no_document(mongo, admin_client):
    mongo.orders.insert_many([{"n": number} for number in range(3)])
    mongo.books.insert_one({"title": "T"})
    assert rows(admin_client.get(INDEX)) == {
        "orders default": ("about 3", command("orders", "orders"))
    }


def test_kinds_are_told_and_views_not_counted(mongo, admin_client):
    mongo.create_collection("log", capped=True, size=4096)
    mongo.create_collection("warm", timeseries={"timeField": "at"})
    mongo.create_collection("seen", viewOn="log", pipeline=[])
    for name in ("pictures.files", "pictures.chunks", "stray.chunks"):
        mongo.create_collection(name)
    found = {
        name: count for name, (count, _line) in rows(admin_client.get(INDEX)).items()
    }
    assert found == {
        "log default capped collection": "about 0",
        "pictures.files default files of GridFS": "about 0",
        "seen default view": "not counted",
        "stray.chunks default": "about 0",
        "warm default time-series collection": "not counted",
    }


def test_a_document_without_admin_is_named(mongo, admin_client):
    mongo.unshown.insert_one({})
    assert "unshown default Unshown has no admin" in rows(admin_client.get(INDEX))


def test_the_files_of_declared_fields_are_shown_elsewhere(mongo, admin_client):
    mongo.create_collection("fs.files")
    mongo.create_collection("fs.chunks")
    assert rows(admin_client.get(INDEX)) == {}
    assert rows(admin_client.get(ALL)) == {
        "fs.files default files of GridFS": ("about 0", "files")
    }


def test_every_database_is_listed_once(mongo, other_mongo, admin_client, settings):
    settings.MONGODB_DATABASES = {
        **settings.MONGODB_DATABASES,
        "default_lists": settings.MONGODB_DATABASES["default"],
        "again": settings.MONGODB_DATABASES["other"],
    }
    settings.ADMIN_EXT_LIST_DB_ALIASES = {"default": "default_lists"}
    mongo.one.insert_one({})
    other_mongo.two.insert_one({})
    found = rows(admin_client.get(INDEX))
    assert [*found] == ["one default", "two other"]
    assert found["two other"][1] == (
        "python manage.py inspectmongo --database other --collection two --into two"
    )


def test_an_unusable_alias_is_told(mongo, admin_client, settings):
    settings.MONGODB_DATABASES = {**settings.MONGODB_DATABASES, "lost": {}}
    mongo.one.insert_one({})
    response = admin_client.get(INDEX)
    assert "one default" in rows(response)
    sentence = "The collections of the database “lost” could not be listed."
    assert sentence in text(response)


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("a b", "'a b' --into a_b"),
        ("it's", """'it'"'"'s' --into it_s"""),
        ("-rf", "=-rf --into rf"),
        ("--into=x; rm", "--collection=--into=x; rm' --into into_x_rm"),
        ("9.lives", "9.lives --into collection_9_lives"),
        ("日本", "'日本' --into collection"),
        ("a\nb`x`", "'a b`x`' --into a_b_x"),
    ],
)
def test_names_are_quoted_for_a_shell(mongo, admin_client, name, quoted):
    mongo.create_collection(name)
    ((_count, line),) = rows(admin_client.get(INDEX)).values()
    assert line.endswith(quoted)


def test_the_index_asks_two_commands_for_a_database_once_a_minute(
    mongo, admin_client, mongo_commands
):
    mongo.create_collection("orders")
    with mongo_commands() as commands:
        admin_client.get(INDEX)
    # The other database has none to count.
    assert sorted(commands.names) == ["aggregate", "listCollections", "listCollections"]
    with mongo_commands() as commands:
        admin_client.get(INDEX)
    assert commands.names == []


def test_the_index_of_others_asks_mongodb_nothing(mongo, staff, mongo_commands):
    mongo.create_collection("orders")
    with mongo_commands() as commands:
        response = staff.get(INDEX)
    assert commands.names == []
    assert b"unmodelled" not in response.content


def test_many_collections_are_not_all_on_the_index(mongo, admin_client):
    for number in range(30):
        mongo.create_collection(f"c{number:02}")
    response = admin_client.get(INDEX)
    assert [*rows(response)][-1] == "c24 default"
    assert "and 5 more" in text(response)
    assert "c29 default" in rows(admin_client.get(ALL))


def test_the_list_of_all_has_pages(mongo, admin_client):
    for number in range(205):
        mongo.create_collection(f"c{number:03}")
    response = admin_client.get(ALL)
    assert len(rows(response)) == 200
    assert "Next 205 collections" in text(response)
    assert len(rows(admin_client.get(f"{ALL}?p=1"))) == 5
    for number in ("2", "-1", "x", "9" * 30, "٣"):
        assert admin_client.get(ALL, {"p": number}).status_code == 404


def test_the_list_of_all_says_what_stands_for_each(mongo, admin_client):
    for name in ("orders", "books"):
        mongo.create_collection(name)
    mongo.create_collection("seen", viewOn="books", pipeline=[])
    found = rows(admin_client.get(ALL))
    assert [*found][:2] == ["orders default", "seen default view"]
    assert "Book" in found["books default"][1]
    assert found["system.views default"] == ("about 1", "MongoDB’s own")


def test_names_cannot_break_the_page(mongo, admin_client):
    mongo.create_collection("<script>alert(1)</script>")
    content = admin_client.get(INDEX).content.decode()
    assert "<script>alert" not in content
    assert "%3Cscript%3E" not in content
    url = re.search(r'/admin/collections/default/[^"]+', content)[0]
    assert admin_client.get(url).status_code == 200


def test_a_collection_that_may_not_be_read_is_not_counted(
    mongo, admin_client, mongo_faults
):
    mongo.one.insert_one({})
    mongo.two.insert_one({})
    with mongo_faults("one", errorCode=mongodb.UNAUTHORIZED):
        found = rows(admin_client.get(INDEX))
    assert found["one default"][0] == "not counted"
    assert found["two default"][0] == "about 1"


def test_a_slow_count_is_left_out_and_not_asked_again(
    mongo, admin_client, mongo_timeout, mongo_commands
):
    mongo.one.insert_one({})
    with mongo_timeout("one"), mongo_commands() as commands:
        for _number in range(2):
            found = rows(admin_client.get(INDEX))
    assert found["one default"][0] == "not counted"
    assert commands.names.count("aggregate") == 1


def test_who_may_not_list_all_is_told_of_what_there_is(mongo, admin_client):
    mongo.one.insert_one({"_id": 5})
    mongo.create_collection("seen", viewOn="one", pipeline=[])
    for url in (
        ALL,
        "/admin/collections/default/one/",
        "/admin/collections/default/seen/",
    ):
        memory.forget()
        with mongodb.refusals(mongo, mongodb.UNAUTHORIZED, mode={"times": 1}):
            response = admin_client.get(url)
        assert response.status_code == 200
        assert "view" in text(response) or "[5]" in text(response)


def test_a_collection_is_tried_where_none_is_listed(mongo, admin_client):
    mongo.one.insert_one({"_id": 5})
    with mongodb.refusals(mongo, mongodb.UNAUTHORIZED):
        assert "[5]" in text(admin_client.get("/admin/collections/default/one/"))


@pytest.mark.usefixtures("default_limits")
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (mongodb.UNAUTHORIZED, "The MongoDB user of this site lacks the permission."),
        (mongodb.TIME_LIMIT, "It took longer than 1 s."),
    ],
)
def test_the_index_comes_where_collections_are_not_listed(
    mongo, admin_client, code, sentence
):
    mongo.one.insert_one({})
    with mongodb.refusals(mongo, code):
        response = admin_client.get(INDEX)
    assert response.status_code == 200
    assert sentence in text(response)


def test_the_index_comes_where_no_server_answers(mongo, admin_client, settings):
    away = connection("mongodb://127.0.0.1:1/away", "TEST_MONGODB_URI")
    register_connection("away", **away)
    settings.MONGODB_DATABASES = {**settings.MONGODB_DATABASES, "away": away}
    mongo.one.insert_one({})
    try:
        response = admin_client.get(INDEX)
    finally:
        disconnect("away")
    assert "one default" in rows(response)
    sentence = "could not be listed. MongoDB cannot be reached at the moment."
    assert f"The collections of the database “away” {sentence}" in text(response)


def test_the_list_of_all_is_for_superusers(mongo, staff, client):
    assert staff.get(ALL).status_code == 403
    client.logout()
    assert client.get(ALL)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent(mongo, admin_client, method):
    assert getattr(admin_client, method)(ALL).status_code == 405
    assert admin_client.head(ALL).status_code == 200


def test_every_rule_of_the_stylesheet_ends():
    path = finders.find("admin_ext/css/documents.css")
    text = Path(path).read_text()
    assert text.count("{") == text.count("}")
