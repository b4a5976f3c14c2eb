"""What MongoDB's planner would do for a query, and which index would spare it that."""

import re

import mongoengine as me
import pytest
from bson import ObjectId, Regex

from admin_ext import memory, plans
from admin_ext.indexes import size_key
from admin_ext.plans.answers import plan_of
from admin_ext.plans.shapes import shape_of
from documents.documents import Note
from tests.documents import Book
from tests.mongodb import UNAUTHORIZED


@pytest.fixture
def books(mongo):
    """The collection of books, with some documents; nothing is known of it yet."""
    memory.forget()
    plans.forget()
    mongo.books.insert_many([
        {"title": f"{number}", "pages": number, "kind": "novel"} for number in range(30)
    ])
    yield mongo.books
    memory.forget()
    plans.forget()


def plan(sort=(), **condition):
    query = me.Q(__raw__=condition) if condition else me.Q()
    return plans.plan_for(Book._default_manager.filter(query), [*sort])


def test_a_condition_without_an_index_reads_everything(books):
    assert plan(pages=3) == plans.Plan(scans=True)


def test_a_list_of_everything_reads_no_more_than_it_shows(books):
    assert plan() == plans.Plan()


def test_a_condition_with_an_index_reads_what_it_finds(books):
    books.create_index("pages", name="by_pages")
    assert plan(pages=3) == plans.Plan(index="by_pages")
    assert plan(pages={"$gt": 3}) == plans.Plan(index="by_pages")


def test_a_key_is_looked_up(books):
    assert not plan(_id=ObjectId()).scans
    assert not plan(_id={"$in": [ObjectId(), ObjectId()]}).scans


def test_an_order_without_an_index_is_sorted(books):
    assert plan(sort=[("pages", 1)]) == plans.Plan(sorts=True)


def test_an_order_is_walked_in_both_directions(books):
    books.create_index("pages", name="by_pages")
    for direction in (1, -1):
        found = plan(sort=[("pages", direction)])
        assert found == plans.Plan(index="by_pages")


def test_what_an_index_finds_may_have_to_be_sorted(books):
    books.create_index("pages", name="by_pages")
    found = plan(sort=[("title", 1)], pages=3)
    assert found == plans.Plan(sorts=True, index="by_pages")


def test_an_order_that_is_walked_to_find_something_scans(books):
    books.create_index("title", name="by_title")
    found = plan(sort=[("title", 1)], pages=3)
    assert found == plans.Plan(scans=True, walks=True, index="by_title")


def test_a_word_in_the_middle_of_a_text_reads_all_texts_of_an_index(books):
    books.create_index("title")
    assert plan(title=re.compile("a", re.IGNORECASE)).scans
    assert plan(title={"$regex": "a"}).scans


def test_a_beginning_is_looked_up_unless_it_has_options(books):
    books.create_index("title")
    assert not plan(title=Regex("^a")).scans
    assert plan(title=Regex("^a", "i")).scans
    # As the driver sends every pattern of Python's.
    assert plan(title=re.compile("^a")).scans


def test_an_answer_with_half_a_letter_is_read(books):
    books.create_index("title", name="by_title")
    assert plan(title=Regex("^\u017f")) == plans.Plan(index="by_title")


def test_one_of_several_conditions_may_be_looked_up(books):
    books.create_index("pages")
    assert not plan(pages=3, title="3").scans
    assert plan(**{"$or": [{"pages": 3}, {"title": "3"}]}).scans


def test_each_of_two_alternatives_is_looked_up(books):
    books.create_index("pages")
    books.create_index("title")
    assert not plan(**{"$or": [{"pages": 3}, {"title": "3"}]}).scans
    assert plan(**{"$or": [{"pages": 3}, {"title": re.compile("3")}]}).scans


def test_what_is_not_a_value_is_no_scan_unless_something_else_is_asked(books):
    books.create_index("pages")
    assert not plan(pages={"$ne": None}).scans


def test_text_is_looked_up_in_its_index(books):
    books.create_index([("title", "text")], name="words")
    found = plan(**{"$text": {"$search": "3"}})
    assert found == plans.Plan(index="words")


def test_an_order_from_two_ends_of_an_index_is_merged(books):
    books.create_index([("kind", 1), ("pages", -1)])
    kinds = {"kind": {"$in": ["novel", "poems"]}}
    assert not plan(sort=[("pages", -1)], **kinds).sorts


def test_an_order_by_another_collation_is_sorted(books):
    books.create_index("title")
    queryset = Book._default_manager.collation({"locale": "de"})
    assert plans.plan_for(queryset, [("title", 1)]).sorts


def test_a_hidden_index_serves_nothing(books):
    books.create_index("pages", hidden=True)
    assert plan(pages=3).scans


def test_a_hint_is_part_of_the_question(books):
    books.create_index("pages", name="by_pages")
    books.create_index("title", name="by_title")
    queryset = Book._default_manager.filter(pages=3).hint("by_title")
    assert plans.plan_for(queryset, []).index == "by_title"


def test_the_order_is_that_of_the_queryset_unless_another_is_given(books):
    assert plans.plan_for(Book._default_manager.order_by("title")).sorts
    assert not plans.plan_for(Book._default_manager.order_by("title"), []).sorts


def test_the_default_order_of_the_document_counts(books, mongo):
    mongo.notes.insert_one({"start": None})
    assert plans.plan_for(Note._default_manager.all()).sorts


def test_a_queryset_that_finds_nothing_costs_nothing(books, mongo_commands):
    with mongo_commands() as commands:
        assert plans.plan_for(Book.objects.none()) == plans.Plan()
    assert not commands


def test_the_condition_of_a_view_counts(books, mongo):
    mongo.create_collection(
        "a_view", viewOn="books", pipeline=[{"$match": {"pages": {"$gt": 3}}}]
    )
    with me.context_managers.switch_collection(Book, "a_view") as seen:
        queryset = seen.objects(__raw__={"title": "3"})
        assert plans.plan_for(queryset, [("kind", 1)]) == plans.Plan(True, sorts=True)


def test_a_view_that_groups_is_sorted_afterwards(books, mongo):
    mongo.create_collection(
        "kinds_view", viewOn="books", pipeline=[{"$group": {"_id": "$kind"}}]
    )
    with me.context_managers.switch_collection(Book, "kinds_view") as seen:
        assert plans.plan_for(seen.objects, [("_id", 1)]).sorts


def test_queries_of_one_shape_are_asked_once(books, mongo_commands):
    with mongo_commands() as commands:
        plan(sort=[("title", 1)], pages=3, title={"$in": ["a", "b"]})
        plan(sort=[("title", 1)], pages=4, title={"$in": ["c", "d"]})
    assert commands.names.count("explain") == 1


def test_queries_of_different_types_are_asked_apart(books, mongo_commands):
    with mongo_commands() as commands:
        for pages in (3, "3", None, {"$gt": 3}, re.compile("3"), Regex("^3")):
            plan(pages=pages)
    assert commands.names.count("explain") == 6


def test_a_new_index_changes_the_answer(books):
    assert plan(pages=3).scans
    books.create_index("pages")
    memory.forget()
    assert not plan(pages=3).scans


def test_what_an_index_leaves_out_counts_by_its_value(books):
    part = {"partialFilterExpression": {"kind": "novel"}}
    books.create_index([("kind", 1), ("pages", 1)], **part)
    assert not plan(kind="novel", pages=3).scans
    assert plan(kind="poems", pages=3).scans


def test_only_so_many_answers_are_kept(books, monkeypatch, mongo_commands):
    monkeypatch.setattr(plans.asking, "MAX_ANSWERS", 2)
    with mongo_commands() as commands:
        for name in ("a", "b", "c", "a"):
            plan(**{name: 1})
    assert commands.names.count("explain") == 4


def test_who_may_not_ask_knows_nothing(books, mongo_faults):
    with mongo_faults("books", failCommands=["explain"], errorCode=UNAUTHORIZED):
        assert plan(pages=3) == plans.UNKNOWN


def test_a_planner_that_takes_too_long_is_not_waited_for(books, mongo_faults, settings):
    settings.ADMIN_EXT_MAX_SIDE_TIME_MS = 100
    slow = {"blockConnection": True, "blockTimeMS": 1_000}
    with mongo_faults("books", failCommands=["explain"], **slow):
        assert plan(pages=3) == plans.UNKNOWN


@pytest.mark.usefixtures("default_limits")
def test_the_command_has_a_time_limit(books, mongo_commands):
    with mongo_commands() as commands:
        plan(pages=3)
    (command,) = [each for each in commands if each.name == "explain"]
    assert 0 < command.document["maxTimeMS"] <= 1_000


def test_only_a_large_collection_would_be_scanned(books, settings):
    queryset = Book._default_manager.filter(pages=3)
    settings.ADMIN_EXT_LARGE_COLLECTION = 30
    assert not plans.would_scan(queryset)
    settings.ADMIN_EXT_LARGE_COLLECTION = 29
    assert plans.would_scan(queryset)


def test_an_order_is_no_scan_of_a_condition(books, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 10
    assert not plans.would_scan(Book._default_manager.order_by("title"))


def test_more_than_a_hundred_thousand_documents_are_large(books, settings):
    del settings.ADMIN_EXT_LARGE_COLLECTION
    for size in (100_000, 100_001):
        memory.learn(size_key(books), size)
        assert plans.is_large(books) == (size > 100_000)


def test_no_collection_is_large_where_nobody_wants_to_know(books, mongo_commands):
    with mongo_commands() as commands:
        assert not plans.is_large(books)
    assert not commands


def test_a_small_collection_is_not_asked_about(books, mongo_commands, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 30
    with mongo_commands() as commands:
        plans.would_scan(Book._default_manager.filter(pages=3))
    assert "explain" not in commands.names


def test_a_view_is_never_large(books, mongo, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 10
    mongo.create_collection("books_view", viewOn="books", pipeline=[])
    assert plans.is_large(mongo.books)
    assert not plans.is_large(mongo.books_view)


def answer(*, name="queryPlanner", **plan):
    return {name: {"winningPlan": plan, "rejectedPlans": [{"stage": "SORT"}]}}


COLLSCAN = {"stage": "COLLSCAN", "filter": {"pages": {"$eq": 3}}}


@pytest.mark.parametrize(
    "told",
    [
        answer(queryPlan=COLLSCAN, slotBasedPlan={"stages": "[1] scan …"}),
        answer(
            stage="SHARD_MERGE", shards=[{"shardName": "a", "winningPlan": COLLSCAN}]
        ),
        {"shards": {"a": answer(**COLLSCAN)}},
        {"stages": [{"$cursor": answer(**COLLSCAN)}]},
        {"stages": [{"$cursor": answer(stage="COLLSCAN")}, {"$match": {"a": 1}}]},
    ],
    ids=["slots", "shards", "shards of an aggregation", "aggregation", "match"],
)
def test_a_scan_is_known_in_every_form_of_answers(told):
    assert plan_of(told, has_sort=False) == plans.Plan(scans=True)


def test_a_value_that_reads_like_a_stage_is_none():
    told = answer(stage="EOF", filter={"inputStage": {"stage": "SORT"}})
    assert plan_of(told, has_sort=False) == plans.Plan()


def test_an_answer_of_another_kind_is_none():
    assert plan_of({"ok": 1}, has_sort=False) == plans.UNKNOWN


def test_the_shape_of_a_condition_has_no_values():
    text = repr(shape_of({"a": "secret", "$or": [{"b": {"$regex": "secret"}}]}))
    assert "secret" not in text


def test_what_stands_beside_a_pattern_is_part_of_the_shape():
    alone, beside = {"$regex": "a"}, {"$regex": "a", "$ne": None}
    assert shape_of({"a": alone}) != shape_of({"a": beside})


def test_the_wanted_index_has_equalities_then_the_order_then_ranges():
    condition = {"$and": [{"pages": {"$gt": 3}}, {"kind": {"$in": ["a", "b"]}}]}
    found = plans.wanted_index(condition, [("published", -1)])
    assert found == [("kind", 1), ("published", -1), ("pages", 1)]


def test_no_index_is_wanted_where_none_helps():
    assert plans.wanted_index({"title": re.compile("a")}) == []
    assert plans.wanted_index({"title": {"$ne": None}, "$nor": [{"pages": 3}]}) == []


def test_the_wanted_index_of_a_beginning_is_on_its_path():
    assert plans.wanted_index({"title": Regex("^a")}) == [("title", 1)]
    assert plans.wanted_index({"title": {"$in": [Regex("^a")]}}) == [("title", 1)]
