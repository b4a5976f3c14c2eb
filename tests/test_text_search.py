"""The search in text indexes, alone and beside other fields."""

import pytest
from django.contrib.admin import site

from admin_ext import lookups
from tests.odd_documents import Leaflet
from tests.searches import KEY, found, search_fields, titles

__all__ = ["search_fields"]

LEAFLETS = "/admin/tests/leaflet/"


@pytest.fixture
def leaflets(mongo):
    mongo.leaflets.insert_many([
        {"_id": KEY, "title": "one", "bodyText": "Running with coffee", "number": 1},
        {"title": "two", "bodyText": "I run for tea", "number": 2},
        {"title": "six coffee", "bodyText": "a well-known walk", "about": KEY},
        {"title": "odd", "bodyText": 7},
    ])
    mongo.leaflets.create_index([("bodyText", "text")])
    return mongo


TEXT_ONLY = [
    ("run", "onetwo"),
    ("RUNS", "onetwo"),
    ("coffee", "one"),
    ("running coffee", "one"),
    ("tea coffee", ""),
    ('"with coffee"', "one"),
    ('"coffee with"', ""),
    ('"with coffee" running', "one"),
    ("well-known", "six"),
    ("-coffee", ""),
    ("run -coffee", ""),
    ('a"b', ""),
    ('"', "oddonesixtwo"),
    ("the", ""),
    ("\\", ""),
    (str(KEY), "one"),
]


@pytest.mark.parametrize(("words", "expected"), TEXT_ONLY)
def test_the_text_index_is_asked(
    admin_client, leaflets, search_fields, mongo_commands, words, expected
):
    search_fields("@body", document=Leaflet)
    with mongo_commands() as commands:
        assert titles(admin_client, words, LEAFLETS) == expected
    assert "$regex" not in str(commands)
    assert words in (str(KEY), '"') or "$text" in str(commands)


def test_the_text_index_is_asked_once_for_several_fields(
    admin_client, leaflets, search_fields
):
    leaflets.leaflets.drop_indexes()
    leaflets.leaflets.create_index([("$**", "text")])
    search_fields("@body", "@title", document=Leaflet)
    assert titles(admin_client, "coffee", LEAFLETS) == "onesix"
    assert titles(admin_client, "coffee six", LEAFLETS) == "six"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("coffee", "onesix"),
        ("runs", "onetwo"),
        ("runs coffee", "one"),
        ("tea two", "two"),
        ("walks six", "six"),
        ("tea six", ""),
        ('"with coffee"', "one"),
    ],
)
def test_a_text_index_beside_other_fields(
    admin_client, leaflets, search_fields, words, expected
):
    search_fields("@body", "title", "number", document=Leaflet)
    assert titles(admin_client, words, LEAFLETS) == expected


def test_a_text_index_behind_a_reference(admin_client, leaflets, search_fields):
    search_fields("@about__body", document=Leaflet)
    assert titles(admin_client, "runs", LEAFLETS) == "six"


@pytest.mark.parametrize(
    "keys",
    [None, [("title", "text")], [("number", 1), ("bodyText", "text")]],
)
def test_without_a_text_index_the_text_is_read(
    admin_client, leaflets, search_fields, keys
):
    leaflets.leaflets.drop_indexes()
    if keys:
        leaflets.leaflets.create_index(keys)
    search_fields("@body", document=Leaflet)
    assert titles(admin_client, "RUN", LEAFLETS) == "onetwo"
    assert titles(admin_client, "runs", LEAFLETS) == ""


def test_a_text_search_is_counted_sorted_and_filtered(
    admin_client, leaflets, search_fields, monkeypatch
):
    search_fields("@body", document=Leaflet)
    leaflet_admin = site.get_model_admin(Leaflet)
    monkeypatch.setattr(leaflet_admin, "ordering", ("-title",))
    monkeypatch.setattr(leaflet_admin, "list_filter", ("number", "about"))
    changes = found(admin_client, "run", LEAFLETS, number="2", _facets="True")
    assert [each.title for each in changes] == ["two"]
    response = admin_client.get(LEAFLETS, {"q": "run", "_facets": "True"})
    assert "1 (1)" in response.text
    assert "2 (1)" in response.text


def test_a_queryset_with_a_text_search_of_its_own(
    admin_client, leaflets, search_fields, monkeypatch
):
    search_fields("@body", document=Leaflet)
    monkeypatch.setattr(
        site.get_model_admin(Leaflet),
        "get_queryset",
        lambda request: Leaflet._default_manager.filter(
            lookups.Q(__raw__={"$text": {"$search": "coffee"}})
        ),
    )
    assert titles(admin_client, "run", LEAFLETS) == "one"


def test_a_view_has_no_text_index(admin_client, leaflets, search_fields, monkeypatch):
    leaflets.create_collection("shown", viewOn="leaflets", pipeline=[])
    monkeypatch.setitem(Leaflet._meta._meta, "collection", "shown")
    monkeypatch.setattr(Leaflet, "_collection", None)
    search_fields("@body", document=Leaflet)
    try:
        assert titles(admin_client, "run", LEAFLETS) == "onetwo"
    finally:
        Leaflet._collection = None


def test_autocomplete_searches_the_same_way(admin_client, leaflets, search_fields):
    search_fields("@body", document=Leaflet)
    query = {"app_label": "tests", "model_name": "leaflet", "field_name": "about"}
    for term, texts in (("runs", {"one", "two"}), (str(KEY), {"one"}), ("zz", set())):
        answer = admin_client.get("/admin/autocomplete/", query | {"term": term}).json()
        assert {each["text"] for each in answer["results"]} == texts
