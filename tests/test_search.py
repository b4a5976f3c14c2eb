"""The search: prefixes, lookups, words, keys, and any odd term."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import ObjectId
from bson.datetime_ms import DatetimeMS
from django.contrib.admin import site
from django.utils import timezone

from admin_ext import DocumentAdmin, lookups
from admin_ext.search import path_for, words_of
from tests.documents import Author, Book
from tests.odd_documents import Everything, Token
from tests.searches import BOOKS, KEY, found, search_fields, titles

__all__ = ["search_fields"]

AUTHORS = "/admin/tests/author/"
EVERYTHING = "/admin/tests/everything/"


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([
        {"_id": "ada", "name": "Ada Lovelace", "born": datetime(1815, 12, 10)},
        {"_id": "bob", "name": "Bob"},
    ])
    mongo.books.insert_many([
        {
            "_id": KEY,
            "title": "Red house",
            "author": "ada",
            "isbn": "111",
            "pages": 123,
            "price": 9.5,
            "published": datetime(2024, 5, 2, 23, 30, tzinfo=UTC),
            "language": "en",
            "keywords": ["brick", "wall"],
            "others": ["bob"],
            "in_print": True,
            "reviews": [{"text": "Fine", "stars": 5, "by": "bob"}, {"stars": "odd"}],
        },
        {"title": "red barn", "author": "bob", "isbn": "1112", "pages": 23},
        {"title": "Green (house)", "author": "ada", "isbn": "222", "pages": "odd"},
    ])
    return mongo


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("house", "GreRed"),
        ("RED", "Redred"),
        ("red house", "Red"),
        ('"red house"', "Red"),
        ("'red house'", "Red"),
        ("house red", "Red"),
        ('"house red"', ""),
        ('"red house" lovelace', "Red"),
        ("(house)", "Gre"),
        (".*", ""),
        ("lovelace", "GreRed"),
        ("111", "Red"),
        ("1112", "red"),
        ("11", ""),
        ("lovelace green", "Gre"),
        ("house house", "GreRed"),
        ("", "GreRedred"),
        ("   ", "GreRedred"),
        ('""', "GreRedred"),
    ],
)
def test_every_word_must_be_in_some_field(admin_client, books, words, expected):
    assert titles(admin_client, words) == expected


@pytest.mark.parametrize(
    ("fields", "words", "expected"),
    [
        (("^title",), "red", "Redred"),
        (("^title",), "house", ""),
        (("=title",), "RED HOUSE", ""),
        (("=title",), '"red house"', "Red"),
        (("=author__name",), "bob", "red"),
        (("^author__name",), "lovelace", ""),
        (("title__startswith",), "red", "red"),
        (("title__istartswith",), "RED", "Redred"),
        (("title__iexact",), "'RED barn'", "red"),
        (("title__exact",), "'red barn'", "red"),
        (("title__endswith",), "house", "Red"),
        (("title__iendswith",), "HOUSE", "Red"),
        (("title__contains",), "ouse", "GreRed"),
        (("title__contains",), "OUSE", ""),
        (("pk",), str(KEY), "Red"),
        (("id", "title"), str(KEY), "Red"),
        (("id", "title"), "green", "Gre"),
        (("author",), "ada", "GreRed"),
        (("author__code",), "AD", "GreRed"),
        (("author__pk__exact",), "ada", "GreRed"),
        (("others__name",), "bob", "Red"),
        (("reviews__text",), "fin", "Red"),
        (("reviews__by__name",), "bob", "Red"),
        (("keywords",), "ric", "Red"),
        (("keywords__exact",), "wall", "Red"),
        (("=keywords",), "WALL", "Red"),
        (("extra__note",), "x", ""),
        (("author__born__year",), "1815", "GreRed"),
        (("published__date",), "2024-05-02", "Red"),
        (("language",), "EN", "Red"),
        (("in_print",), "True", "Red"),
        (("in_print", "title"), "house", "GreRed"),
    ],
)
def test_prefixes_lookups_and_paths(
    admin_client, books, search_fields, fields, words, expected
):
    search_fields(*fields)
    assert titles(admin_client, words) == expected


@pytest.mark.parametrize(
    ("fields", "words", "expected"),
    [
        (("pages",), "23", "Redred"),
        (("pages",), "12", "Red"),
        (("^pages",), "23", "red"),
        (("=pages",), "23", "red"),
        (("pages__exact",), "23", "red"),
        (("pages__exact",), "x", ""),
        (("pages__gte",), "100", "Red"),
        (("pages", "title"), "12 red", "Red"),
        (("price",), "9.5", "Red"),
        (("reviews__stars",), "5", "Red"),
        (("reviews__stars",), "6", ""),
        (("published",), "2024-05", "Red"),
        (("published",), '"05-02 23:30"', "Red"),
        (("author__born",), "1815-12", "GreRed"),
    ],
)
def test_numbers_and_dates_are_searched_as_text(
    admin_client, books, search_fields, fields, words, expected
):
    """As Django's icontains does, which casts them."""
    search_fields(*fields)
    assert titles(admin_client, words) == expected


def test_dates_are_searched_in_the_current_time_zone(
    admin_client, books, search_fields
):
    search_fields("published")
    with timezone.override("Europe/Berlin"):
        assert titles(admin_client, "2024-05-03") == "Red"


def test_dates_that_have_no_text_are_not_found(admin_client, mongo, search_fields):
    search_fields("published", "pages", "price")
    mongo.books.insert_many([
        {"title": "far", "published": datetime(1, 1, 1)},
        {"title": "odd", "published": [2024], "pages": {"a": 1}, "price": [9.5]},
        {"title": "right", "published": datetime(2024, 1, 1), "pages": 2024},
        {"title": "out of range", "pages": DatetimeMS(2**60)},
    ])
    mongo.command({
        "insert": "books",
        "documents": [{"title": "x", "published": {"$numberLong": "1"}}],
    })
    assert titles(admin_client, "2024") == "rig"


def test_a_text_stored_as_a_number_is_found_by_the_number(admin_client, books):
    books.books.insert_one({"title": 777})
    assert titles(admin_client, "777") == "777"
    assert titles(admin_client, "77") == ""


def test_search_in_fields_of_several_kinds(admin_client, mongo):
    depot = mongo.depot.insert_one({"place": "Kiel"}).inserted_id
    mongo.everything.insert_many([
        {"string": "x", "reference": depot, "integer": 7, "embedded": {"lbl": "deep"}},
        {"string": 7},
    ])
    for words, number in (("kiel", 1), ("7", 2), ("deep", 1), ("x 7", 1), ("none", 0)):
        assert len(found(admin_client, words, EVERYTHING)) == number


@pytest.mark.parametrize(
    "field",
    [name for name in Everything._fields_ordered if name not in ("id", "file")],
)
@pytest.mark.parametrize("prefix", ["", "^", "=", "@"])
def test_a_field_of_any_kind_can_be_searched(
    admin_client, mongo, search_fields, field, prefix
):
    mongo.everything.insert_many([{field: 1}, {field: "text"}, {field: [{}]}, {}])
    search_fields(prefix + field, document=Everything)
    for words in ("1", "text", "2024-01-01", str(KEY), "x 1"):
        status = admin_client.get(EVERYTHING, {"q": words}).status_code
        assert status in ({200, 302} if "embedded" in field else {200}), words


ODD_TERMS = [
    *("\\", '"', "'", "''", '"x', "\\d", "(", "[", "*", "$where", "{$ne: 1}", "%", "_"),
    *(
        "x" * 5_000,
        "9" * 500,
        "1." + "9" * 400,
        "\U0001f600",
        "-",
        "-red",
        "\n",
    ),
    *(
        " ".join(str(number) for number in range(2_000)),
        "\u0130",
        "e\u0301",
        "inf",
        "nan",
    ),
]


@pytest.mark.parametrize("words", ODD_TERMS, ids=range(len(ODD_TERMS)))
def test_any_term_is_a_page(admin_client, books, search_fields, words):
    search_fields(
        "title", "^isbn", "=pages", "author__name", "pages", "published", "@blurb"
    )
    assert titles(admin_client, words) in {"", "Gre", "Red", "GreRedred"}


def test_a_nul_is_refused_with_djangos_message(admin_client, books):
    response = admin_client.get(BOOKS, {"q": "red\x00"})
    assert "Null characters are not allowed." in response.text
    assert len(response.context["cl"].result_list) == 3


@pytest.mark.parametrize(
    ("stored", "words"),
    [("École", "éCOLE"), ("ПРИВЕТ", "привет"), ("Straße", "STRAß"), ("😀 x", "😀")],
)
def test_case_is_ignored_in_every_script(admin_client, mongo, stored, words):
    mongo.books.insert_many([{"title": stored}, {"title": "other"}])
    assert [book.title for book in found(admin_client, words)] == [stored]


def test_a_pasted_key_finds_the_document_at_once(admin_client, books, mongo_commands):
    with mongo_commands() as commands:
        assert titles(admin_client, f" {KEY} ") == "Red"
    queries = [each.document.get("filter") for each in commands if each.name == "find"]
    assert {"_id": KEY} in queries
    assert "$regex" not in str(queries)


def test_a_key_of_no_document_is_searched_as_text(admin_client, books):
    other = str(ObjectId())
    books.books.insert_one({"title": f"see {other}"})
    assert titles(admin_client, other) == "see"


def test_keys_of_every_type_find_their_documents(admin_client, mongo, search_fields):
    key = UUID("12345678123456781234567812345678")
    mongo.token.insert_one({"_id": key, "holder": "h"})
    mongo.authors.insert_many([
        {"_id": "a b/c", "name": "x"},
        {"_id": "d", "name": "y"},
    ])
    search_fields("holder", document=Token)
    search_fields("name", document=Author)
    tokens = "/admin/sessions/token/"
    for words, url, number in (
        (str(key), tokens, 1),
        (key.hex, tokens, 1),
        ("a b/c", AUTHORS, 1),
        ("a b", AUTHORS, 0),
    ):
        assert len(found(admin_client, words, url)) == number, words


def test_a_key_finds_nothing_without_search_fields(admin_client, books, search_fields):
    search_fields()
    assert titles(admin_client, str(KEY)) == "GreRedred"


def test_a_search_keeps_to_the_filters_and_the_admins_queryset(
    admin_client, books, monkeypatch
):
    books.books.update_one({"_id": KEY}, {"$set": {"kind": "novel"}})
    assert titles(admin_client, str(KEY), kind__exact="poems") == ""
    assert titles(admin_client, "red", kind__exact="novel") == "Red"
    monkeypatch.setattr(
        site.get_model_admin(Book),
        "get_queryset",
        lambda request: Book._default_manager.filter(title="red barn"),
    )
    assert titles(admin_client, str(KEY)) == ""
    assert titles(admin_client, "red") == "red"


def test_get_search_results_can_be_extended(admin_client, books, monkeypatch):
    book_admin = site.get_model_admin(Book)

    class Extended(type(book_admin)):
        def get_search_results(self, request, queryset, search_term):
            queryset, duplicates = super().get_search_results(
                request, queryset, search_term.removeprefix("isbn:")
            )
            return queryset.filter(pages__isnull=False), duplicates

    monkeypatch.setattr(book_admin, "__class__", Extended)
    assert isinstance(book_admin, DocumentAdmin)
    assert titles(admin_client, "isbn:1112") == "red"


def test_search_help_text_is_shown(admin_client, books, monkeypatch):
    book_admin = site.get_model_admin(Book)
    monkeypatch.setattr(book_admin, "search_help_text", "Title & <author>")
    response = admin_client.get(BOOKS)
    assert "Title &amp; &lt;author&gt;" in response.text
    assert 'id="searchbar_helptext"' in response.text


def test_too_many_matches_in_another_collection_are_a_message(
    admin_client, books, monkeypatch
):
    monkeypatch.setattr(lookups, "MAX_JOINED", 1)
    response = admin_client.get(BOOKS, {"q": "b"}, follow=True)
    assert response.status_code == 200
    assert titles(admin_client, "lovelace") == "GreRed"
    response = admin_client.get(BOOKS, {"q": "a"}, follow=True)
    assert "More than 1 authors match." not in response.text
    books.authors.insert_one({"_id": "cad", "name": "Ada"})
    response = admin_client.get(BOOKS, {"q": "ada"}, follow=True)
    assert "More than 1 authors match." in response.text


def test_autocomplete_of_too_many_matches_finds_nothing(
    admin_client, books, monkeypatch, search_fields
):
    monkeypatch.setattr(lookups, "MAX_JOINED", 0)
    search_fields("author__name")
    query = {"app_label": "tests", "model_name": "chapter", "field_name": "book"}
    answer = admin_client.get("/admin/autocomplete/", query | {"term": "ada"}).json()
    assert answer["results"] == []


def test_each_collection_is_asked_once_for_a_word(
    admin_client, books, mongo_commands, search_fields
):
    search_fields("title", "author__name", "=author__name")
    with mongo_commands() as commands:
        admin_client.get(BOOKS, {"q": "ada house", "_facets": "True"})
    asked = [
        str(each.document["filter"])
        for each in commands
        if each.name == "find" and each.document["find"] == "authors"
    ]
    assert len([each for each in asked if "name" in each]) == 4


def test_path_for():
    assert path_for(Book, "title") == "title__icontains"
    assert path_for(Book, "^title") == "title__istartswith"
    assert path_for(Book, "=author__name") == "author__name__iexact"
    assert path_for(Book, "@title") == "title__search"
    assert path_for(Book, "title__exact") == "title__exact"
    assert path_for(Book, "pk") == "pk__icontains"


def test_words_of():
    assert words_of("a  'b c' \"d e\" a") == ["a", "b c", "d e"]
    assert words_of("''") == words_of("  ") == []
