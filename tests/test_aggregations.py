"""Counts of several querysets as one aggregation, within MongoDB's limits."""

import bson
import pytest
from bson.raw_bson import RawBSONDocument
from django.db.models import Count, Max, Min, Q
from mongoengine import Q as MongoQ

from admin_ext import aggregations, memory
from admin_ext.aggregations import annotate, is_alike, together
from admin_ext.indexes import collation_of
from admin_ext.meta import present
from tests import mongodb
from tests.documents import Author, Book
from tests.odd_documents import Leaflet


@pytest.fixture
def books(mongo):
    mongo.books.insert_many([{"title": str(n), "pages": n} for n in range(12)])
    mongo.authors.insert_many([{"_id": str(n)} for n in range(3)])
    return present(Book)._default_manager.all()


def counts(number):
    return {f"c{n}": Count("pk", filter=Q(pages=n)) for n in range(number)}


def test_what_is_annotated_together_is_one_aggregation(books, mongo_commands):
    authors = present(Author)._default_manager.all()
    for each in (books, authors):
        collation_of(each._collection)  # is remembered
    with mongo_commands() as commands, together():
        first = annotate(books, {"n": Count("pk"), "last": Max("pages")})
        second = annotate(authors, {"n": Count("pk"), "first": Min("pk")})
        assert not commands
        assert (first["n"], first["last"]) == (12, 11)
        assert dict(second) == {"n": 3, "first": "0"}
    assert commands.names == ["aggregate"]


def test_collations_are_asked_once_for_a_database(mongo, mongo_commands):
    mongo.create_collection("german", collation={"locale": "de"})
    collections = [mongo[name] for name in ("books", "german", "notes", "nowhere")]
    with mongo_commands() as commands:
        locales = [(collation_of(each) or {}).get("locale") for each in collections]
        alike = [is_alike(collections[0], each) for each in collections]
    assert locales == [None, "de", None, None]
    assert alike == [True, False, True, True]
    assert commands.names == ["listCollections"]


def test_what_may_not_be_listed_is_like_itself_alone(mongo):
    with mongodb.refusals(mongo, mongodb.UNAUTHORIZED):
        assert not is_alike(mongo.books, mongo.notes)
        assert is_alike(mongo.books, mongo.books)


def test_where_a_view_cannot_be_read_all_are_like_themselves_alone(bare_mongo):
    """Another driver may have written text that is no UTF-8."""
    stage = bson.encode({"$match": {"title": "Grün"}}).replace(b"\xc3\xbc", b"\xff\xfe")
    options = {"viewOn": "books", "collation": {"locale": "de"}}
    options["pipeline"] = [RawBSONDocument(stage)]
    bare_mongo.create_collection("german", **options)
    memory.forget()
    assert not is_alike(bare_mongo.books, bare_mongo.notes)
    assert is_alike(bare_mongo.books, bare_mongo.books)


def test_what_is_annotated_after_a_look_is_asked_by_itself(books, mongo_commands):
    with mongo_commands() as commands, together():
        assert annotate(books, {"n": Count("pk")})["n"] == 12
        later = annotate(books.filter(pages__lt=5), {"n": Count("pk")})
        assert later["n"] == 5
    assert commands.names == ["aggregate", "aggregate"]


def test_nothing_to_count_asks_nothing(books, mongo_commands):
    with mongo_commands() as commands, together():
        assert dict(annotate(books, {})) == {}
    assert annotate(books, {}) == {}
    assert not commands


def test_more_parts_than_a_pipeline_has_stages(books, mongo_commands):
    with mongo_commands() as commands:
        found = annotate(books, counts(1_300))
    assert (sum(found.values()), found["c11"], found["c1299"]) == (12, 1, 0)
    assert commands.names == ["aggregate"]


def test_more_bytes_than_a_command_holds(books, mongo_commands, monkeypatch):
    monkeypatch.setattr(aggregations, "MAX_BYTES", 5_000)
    with mongo_commands() as commands:
        found = annotate(books, counts(13))
    assert list(found.values()) == [1] * 12 + [0]
    assert len(commands) > 1


def test_a_queryset_of_thousands_of_keys_can_be_counted(books):
    keys = [str(n) for n in range(9_000)]
    found = annotate(books.filter(title__in=keys), counts(100))
    assert sum(found.values()) == 12


def test_a_filters_own_queryset_repeats_no_clause(mongo):
    """MongoDB takes one $text in a query."""
    mongo.leaflets.insert_many([{"bodyText": "tea", "number": n} for n in (1, 2)])
    mongo.leaflets.create_index([("bodyText", "text")])
    text = MongoQ(__raw__={"$text": {"$search": "tea"}})
    queryset = present(Leaflet)._default_manager.filter(text)
    condition = Q(pk__in=queryset.filter(number=2))
    assert annotate(queryset, {"n": Count("pk", filter=condition)}) == {"n": 1}


def test_a_value_that_cannot_be_looked_up_has_no_count(books):
    condition = Q(pages="many")
    assert annotate(books, {"n": Count("pk", filter=condition)}) == {"n": "-"}
