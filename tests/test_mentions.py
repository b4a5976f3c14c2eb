"""IDs in undeclared values lead to the documents that they name."""

import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from pymongo import MongoClient
from pymongo.errors import ExecutionTimeout

from admin_ext import mentions
from tests.odd_documents import Everything, Loose
from tests.reference_documents import Town
from tests.remote_documents import Crate, Warehouse

pytestmark = pytest.mark.django_db

KEY, TOWN, OTHER, GONE = (ObjectId(f"5f00000000000000000000b{n}") for n in range(4))
BOOK = f"/admin/tests/book/{KEY}/change/"


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_many([
        {"_id": TOWN, "townName": "Aton"},
        {"_id": OTHER, "townName": "Bton <b>"},
    ])
    mongo.ships.insert_one({"_id": "s", "_cls": "Ship", "name": "Sea"})
    return mongo


def links(client, url):
    """Return {where each ID is, the text of its link: its address}."""
    page = BeautifulSoup(client.get(url).content, "html.parser")
    assert all("admin-ext" in each["class"] for each in page.select(".mentions"))
    return {
        " ".join(each.text.split()): each.a["href"]
        for each in page.select(".mentions li")
    }


@pytest.fixture
def book(towns):
    def store(**values):
        towns.books.insert_one({"_id": KEY, "title": "T", **values})
        return BOOK

    return store


def test_other_stored_fields_link_to_what_they_name(admin_client, book):
    url = book(
        owner=TOWN,
        deep={"list": [1, {"x.y": OTHER}], "gone": GONE, "text": str(TOWN)},
        ref=DBRef("ships", "s"),
        foreign=DBRef("ships", "s", "elsewhere"),
        unknown=DBRef("nothing", TOWN),
        generic={"_cls": "Town", "_ref": DBRef("towns", OTHER)},
    )
    town = "/admin/tests/town/{}/change/".format
    assert links(admin_client, url) == {
        "owner → Town: Aton": town(TOWN),
        "deep.list.1.x.y → Town: Bton <b>": town(OTHER),
        "ref → Ship: Sea": "/admin/tests/ship/s/change/",
        "generic._ref → Town: Bton <b>": town(OTHER),
    }


def test_a_database_that_cannot_be_reached_hides_no_link(
    admin_client, book, monkeypatch
):
    with MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50) as client:
        for document in (Crate, Warehouse):
            rows = client["elsewhere"]["crates"]
            monkeypatch.setattr(document, "_get_collection", lambda rows=rows: rows)
        url = book(owner=TOWN)
        page = admin_client.get(url).content.decode()
    assert f"/admin/tests/town/{TOWN}/change/" in page
    assert "Not all IDs in here could be looked up." in page


def test_a_view_that_cannot_be_read_hides_no_link(bare_mongo, admin_client):
    bare_mongo.towns.insert_one({"_id": TOWN, "townName": "Aton"})
    bare_mongo.books.insert_one({"_id": KEY, "title": "T", "owner": TOWN})
    view = [{"$set": {"x": {"$toInt": "odd"}}}]
    bare_mongo.create_collection("tags", viewOn="towns", pipeline=view)
    found = links(admin_client, BOOK)
    assert found == {"owner → Town: Aton": f"/admin/tests/town/{TOWN}/change/"}


def test_values_of_any_type_link_to_what_they_name(admin_client, towns, mongo_commands):
    values = {"dynamic": TOWN, "dict": {"a": OTHER}, "list": [TOWN]}
    towns[Everything._get_collection_name()].insert_one({"_id": KEY, **values})
    with mongo_commands() as commands:
        found = links(admin_client, f"/admin/tests/everything/{KEY}/change/")
    assert {"→ Town: Aton", "→ Town: Bton <b>"} <= {*found}
    reads = [each for each in commands if "towns" in str(each.document)]
    assert len(reads) == 2


def test_a_document_may_name_one_in_each_collection(admin_client, book, towns):
    towns.publishers.insert_one({"_id": TOWN, "name": "Press"})
    found = links(admin_client, book(owner=TOWN))
    assert {*found} == {"owner → Town: Aton", "owner → Publisher: Press"}


@pytest.mark.parametrize("codenames", [["view_book"], ["view_book", "view_town"]])
def test_who_may_only_view_sees_links_to_what_they_may_view(client, book, codenames):
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    found = links(client, book(owner=TOWN, extra={"town": OTHER}))
    expected = {"owner → Town: Aton", "→ Town: Bton <b>"}
    assert {*found} == (expected if "view_town" in codenames else set())


def test_what_an_admin_does_not_list_is_not_told(admin_client, book, monkeypatch):
    towns = site.get_model_admin(Town)

    def limited(request):
        return towns.model._default_manager.filter(name="Bton <b>")

    monkeypatch.setattr(towns, "get_queryset", limited)
    assert {*links(admin_client, book(a=TOWN, b=OTHER))} == {"b → Town: Bton <b>"}


def test_only_so_many_ids_are_looked_up(admin_client, book, mongo_commands):
    with mongo_commands() as commands:
        found = links(admin_client, book(ids=[*(ObjectId() for _ in range(500)), TOWN]))
    assert found == {}
    matches = [
        each.document["pipeline"][0] for each in commands if each.name == "aggregate"
    ]
    conditions = [
        each["$match"]["$and"][0] for each in matches if "$and" in each["$match"]
    ]
    asked = [each["_id"]["$in"] for each in conditions if "_id" in each]
    # One aggregation for each database.
    assert [*map(len, asked)] == [mentions.MAX_IDS] * 2


def test_the_page_comes_when_the_time_does_not_suffice(admin_client, book, monkeypatch):
    def refuse(self):
        raise ExecutionTimeout("operation exceeded time limit")

    monkeypatch.setattr(mentions.Batch, "rows", refuse)
    page = admin_client.get(book(owner=TOWN)).content.decode()
    assert page.count("could not be looked up in time") == 1


def test_a_page_without_such_ids_asks_nothing(admin_client, book, mongo_commands):
    with mongo_commands() as commands:
        assert links(admin_client, book(n=1)) == {}
    assert not [each for each in commands if "towns" in str(each.document)]


def test_embedded_documents_link_to_what_their_undeclared_keys_name(
    admin_client, towns
):
    towns.publishers.insert_one({"_id": KEY, "address": {"city": "c", "by": TOWN}})
    url = f"/admin/tests/publisher/{KEY}/change/"
    assert {*links(admin_client, url)} == {"by → Town: Aton"}


def test_a_dynamic_document(admin_client, towns):
    towns[Loose._get_collection_name()].insert_one({"_id": KEY, "anything": TOWN})
    url = f"/admin/tests/loose/{KEY}/change/"
    assert {*links(admin_client, url)} == {"anything → Town: Aton"}
