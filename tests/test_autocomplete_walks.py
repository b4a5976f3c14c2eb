"""Autocomplete of a large collection: along its indexes, page after page."""

import json
from datetime import datetime

import mongoengine as me
import pytest
from bson import Binary, DBRef, Decimal128, MaxKey, ObjectId, Regex
from django.test import RequestFactory

from admin_ext import DocumentAdmin
from admin_ext.autocomplete import DocumentAutocompleteView, walks
from admin_ext.autocomplete.walks import LARGE, Position
from admin_ext.sites import AdminSite
from tests import mongodb

pytestmark = pytest.mark.django_db

COUNT = LARGE + 200


class Subscriber(me.Document):
    login = me.StringField()
    address = me.StringField()
    remark = me.StringField()
    rank = me.IntField()

    meta = {"collection": "subscribers", "ordering": ["-rank"]}

    def __str__(self):
        return f"{self.login} <{self.address}>"


class Subscription(me.Document):
    holder = me.ReferenceField(Subscriber)

    meta = {"collection": "subscriptions"}


class Household(me.Document):
    head = me.ReferenceField(Subscriber)

    meta = {"collection": "households"}

    def __str__(self):
        return f"that of {self.head}"


class Bale(me.Document):
    sent_to = me.ReferenceField(Household)

    meta = {"collection": "bales"}


class Profiled:
    """What the server did: ``examined``, {"keys": …, "documents": …}."""

    def __init__(self, database):
        self.database = database

    def __enter__(self):
        self.database.command("profile", 2)
        return self

    def __exit__(self, *_):
        self.database.command("profile", 0)
        entries = [*self.database["system.profile"].find({"op": "query"})]
        self.database.drop_collection("system.profile")
        self.documents = sum(entry["docsExamined"] for entry in entries)
        self.keys = sum(entry["keysExamined"] for entry in entries)


@pytest.fixture
def subscribers(mongo):
    mongo.subscribers.insert_many([
        {"login": f"user{n:05}", "address": f"{n}@example.org", "rank": n % 7}
        for n in range(COUNT)
    ])
    mongo.subscribers.create_index("login")
    mongo.subscribers.create_index("address")
    return mongo.subscribers


def admin_with(**options):
    site = AdminSite(name="admin")
    site.register(Subscriber, type("SubscriberAdmin", (DocumentAdmin,), options))
    site.register([Subscription, Household, Bale], DocumentAdmin)
    return site


@pytest.fixture
def ask(admin_user):
    """Return the answer of autocomplete for an admin with some options."""

    def ask(term, after=None, page=1, **options):
        options = {"search_fields": ("login", "address")} | options
        query = {"app_label": "tests", "model_name": "subscription"}
        query |= {"field_name": "holder", "term": term, "page": page}
        query |= {"after": after} if after else {}
        request = RequestFactory().get("/", query)
        request.user = admin_user
        view = DocumentAutocompleteView.as_view(admin_site=admin_with(**options))
        return json_of(view(request))

    return ask


def json_of(response):

    return json.loads(response.content)


def names(answer):
    return [each["text"].partition(" ")[0] for each in answer["results"]]


def keys_of(ask, term, **options):
    """Return the keys on all pages; each document must be shown once."""
    found, after = [], None
    while True:
        answer = ask(term, after, **options)
        found += [each["id"] for each in answer["results"]]
        assert len(found) == len({*found})
        after = answer["pagination"].get("after")
        if not after:
            return found


def everything(ask, term, **options):
    """Return the names on all pages, one after the other."""
    found, after = [], None
    while True:
        answer = ask(term, after, **options)
        found += names(answer)
        after = answer["pagination"].get("after")
        if not after:
            return found


@pytest.mark.parametrize("term", ["user", "user0000", "SER", "@example", "7@exam"])
def test_no_more_documents_are_read_than_are_shown(mongo, subscribers, ask, term):
    with Profiled(mongo) as profiled:
        answer = ask(term)
    assert answer["results"]
    # One is read to know whether there are more; a prefix is looked at once more.
    assert profiled.documents <= 2 * len(answer["results"]) + 1


def test_a_term_that_is_nowhere_reads_no_document(mongo, subscribers, ask):
    with Profiled(mongo) as profiled:
        answer = ask("zebra")
    assert answer == {"results": [], "pagination": {"more": False}}
    assert profiled.documents == 0


def test_nothing_is_counted(subscribers, ask, mongo_commands):
    with mongo_commands() as commands:
        ask("user")
    # The count is of the metadata; each index is asked whether it holds arrays.
    indexes, size, *others = commands
    plans = [each for each in others if each.name == "explain"]
    searches = [each for each in others if each.name != "explain"]
    assert (indexes.name, size.name, len(plans)) == ("listIndexes", "count", 2)
    assert {each.document["verbosity"] for each in plans} == {"queryPlanner"}
    assert "query" not in size.document
    assert {each.name for each in searches} == {"find"}
    assert all(each.document["maxTimeMS"] for each in (size, *searches))


def test_pages_follow_each_other_and_end(subscribers, ask):
    found = everything(ask, "user0012")
    assert found == [f"user0012{n}" for n in range(10)]
    found = everything(ask, "12")
    assert len(found) == len({*found})
    wanted = {
        f"user{n:05}" for n in range(COUNT) if "12" in f"user{n:05} {n}@example.org"
    }
    assert {*found} == wanted


def test_a_deep_page_costs_what_the_first_costs(mongo, subscribers, ask):
    after = ask("user")["pagination"]["after"]
    for _page in range(20):
        after = ask("user", after)["pagination"]["after"]
    with Profiled(mongo) as profiled:
        assert len(ask("user", after)["results"]) == 20
    assert profiled.documents <= 25
    assert profiled.keys <= 30


def test_what_is_the_term_comes_first_then_what_begins_with_it(subscribers, ask):
    subscribers.insert_many([
        {"login": "aaa ada"},
        {"login": "ada"},
        {"login": "adam"},
        {"login": "zzz", "address": "ada"},
    ])
    assert names(ask("ada")) == ["ada", "zzz", "adam", "aaa"]


def test_many_documents_of_one_value_are_each_shown_once(subscribers, ask):
    subscribers.insert_many([{"login": "twin", "rank": n} for n in range(50)])
    answers, after = [], None
    for _page in range(3):
        answers.append(ask("twin", after))
        after = answers[-1]["pagination"].get("after")
    ids = [each["id"] for answer in answers for each in answer["results"]]
    assert len(ids) == len({*ids}) == 50
    assert after is None


def test_all_words_must_occur(subscribers, ask):
    assert names(ask("user00012 12@")) == ["user00012"]
    assert names(ask("12@example user00012")) == ["user00012"]
    assert names(ask("user00012 13@")) == []


def test_a_key_finds_its_document(subscribers, ask):
    key = subscribers.find_one({"login": "user00077"})["_id"]
    assert names(ask(f" {key} ")) == ["user00077"]
    assert names(ask(str(ObjectId()))) == []


def test_a_number_is_found_where_a_text_should_be(subscribers, ask):
    subscribers.insert_one({"login": 4711})
    assert names(ask("4711"))[0] == "4711"


def test_no_pattern_is_what_it_is_in_patterns(subscribers, ask):
    subscribers.insert_one({"login": "a.*b"})
    assert names(ask(".*")) == ["a.*b"]
    assert names(ask("[")) == []


def test_prefixes_of_search_fields(subscribers, ask):
    fields = {"search_fields": ("^login",)}
    assert names(ask("ser0001", **fields)) == []
    assert names(ask("USER0001", **fields))[:2] == ["user00010", "user00011"]
    assert names(ask("USER00010", search_fields=("=login",))) == ["user00010"]
    assert names(ask("USER0001", search_fields=("=login",))) == []


def test_a_field_without_an_index_is_searched_too(subscribers, ask):
    subscribers.update_one({"login": "user00500"}, {"$set": {"remark": "a violin"}})
    fields = {"search_fields": ("login", "remark")}
    assert names(ask("violin", **fields)) == ["user00500"]
    assert names(ask("user00500 violin", **fields)) == ["user00500"]


def test_without_a_term_the_order_is_that_of_the_list_if_an_index_has_it(
    mongo, subscribers, ask
):
    subscribers.create_index("rank")
    with Profiled(mongo) as profiled:
        answer = ask("")
    assert profiled.documents <= 21
    keys = [ObjectId(each["id"]) for each in answer["results"]]
    ranks = {row["rank"] for row in subscribers.find({"_id": {"$in": keys}})}
    assert ranks == {6}


def test_without_such_an_index_all_are_shown_by_key(mongo, subscribers, ask):
    with Profiled(mongo) as profiled:
        answer = ask("", ask("")["pagination"]["after"])
    assert names(answer)[0] == "user00020"
    assert profiled.documents <= 43


def test_the_order_takes_null_and_missing_values_of_any_type(subscribers, ask):
    subscribers.delete_many({"rank": {"$gt": 0}})
    subscribers.delete_many({"login": {"$gt": "user00300"}})
    subscribers.update_many({"login": {"$lt": "user00100"}}, {"$set": {"rank": None}})
    subscribers.insert_many([{"login": f"odd{n}", "rank": str(n)} for n in range(30)])
    subscribers.insert_many([{"login": f"none{n}"} for n in range(LARGE)])
    subscribers.create_index("rank")
    after, found = None, []
    for _page in range(5):
        answer = ask("", after)
        found += names(answer)
        after = answer["pagination"]["after"]
    assert len({*found}) == 100
    assert [name[:3] for name in found[:30]] == ["odd"] * 30


def test_the_admin_decides_who_is_shown(subscribers, ask):
    def get_queryset(self, request):
        return Subscriber.objects.filter(rank=3)

    found = names(ask("user", get_queryset=get_queryset))
    assert found[:2] == ["user00003", "user00010"]


def test_a_search_of_the_admins_own_is_asked(subscribers, ask):
    def get_search_results(self, request, queryset, term):
        return queryset.filter(login=f"user{term}"), False

    assert names(ask("00009", get_search_results=get_search_results)) == ["user00009"]


def test_without_search_fields_it_searches_what_documents_are_called(subscribers, ask):
    assert names(ask("user00055", search_fields=())) == ["user00055"]
    assert names(ask("55@example.org", search_fields=()))[0] == "user00055"


@pytest.mark.parametrize("after", ["x", "a:b:c", Position().signed() + "x", "\0"])
def test_a_forged_position_begins_at_the_beginning(subscribers, ask, after):
    assert names(ask("user", after)) == names(ask("user"))


@pytest.mark.parametrize(
    ("error", "text"),
    [(mongodb.TIME_LIMIT, "too long"), (mongodb.UNAUTHORIZED, "MongoDB refused")],
)
def test_a_search_that_does_not_end_says_so(
    subscribers, ask, mongo_faults, error, text
):
    with mongo_faults("subscribers", errorCode=error):
        answer = ask("user")
    assert [each["disabled"] for each in answer["results"]] == [True]
    assert text in answer["results"][0]["text"]
    assert answer["pagination"] == {"more": False}


@pytest.fixture
def few(mongo, monkeypatch):
    """The same collection, empty and without indexes; three documents are many."""
    monkeypatch.setattr(walks, "LARGE", 3)
    mongo.subscribers.drop()
    return mongo.subscribers


@pytest.mark.parametrize("order", ["login", "-login"])
@pytest.mark.parametrize("options", [{}, {"sparse": True}])
def test_the_order_leaves_out_no_document_without_the_field(few, ask, order, options):
    few.insert_many(
        [{"login": f"user{n}"} for n in range(30)] + [{} for _ in range(25)]
    )
    few.insert_many([{"login": None} for _ in range(25)])
    few.create_index("login", **options)
    assert len(keys_of(ask, "", ordering=(order,))) == 80


@pytest.mark.parametrize("order", ["login", "-login"])
def test_values_of_every_type_are_ordered(few, ask, order):
    values = [None, 1, 1.0, Decimal128("1"), float("nan"), "a", "b" * 3_000]
    values += [{"a": 1}, {"$oid": "x"}, Binary(b"b"), Binary(bytes(16), 4), ObjectId()]
    values += [True, datetime(2020, 1, 1), Regex("r"), DBRef("x", 1), MaxKey()]
    few.insert_many([{"login": value} for value in values for _time in range(7)])
    few.create_index("login")
    assert len(keys_of(ask, "", ordering=(order,))) == 7 * len(values)


def test_arrays_in_a_text_field_are_shown_once(few, ask):
    few.insert_many([{"login": f"user{n:02}"} for n in range(40)])
    few.insert_many([{"login": [f"user{n:02}", "userzz"]} for n in range(40)])
    few.create_index("login")
    assert len(keys_of(ask, "user")) == 80
    assert len(keys_of(ask, "", ordering=("login",))) == 80


@pytest.mark.parametrize("kind", ["2dsphere", "text"])
def test_an_index_with_an_odd_key_at_its_end_is_left_alone(few, ask, kind):
    few.insert_many([{"login": f"user{n:02}"} for n in range(30)])
    few.create_index([("login", 1), ("rank", 1), ("remark", kind)])
    assert len(keys_of(ask, "user")) == 30


def test_an_index_of_the_key_may_have_any_name(mongo, few, ask):
    clustered = {"key": {"_id": 1}, "unique": True, "name": "by key"}
    mongo.create_collection("subscribers", clusteredIndex=clustered)
    few.insert_many([{"login": f"user{n:02}"} for n in range(30)])
    assert len(keys_of(ask, "user")) == len(keys_of(ask, "")) == 30


def test_long_values_are_no_part_of_a_position(few, ask):
    few.insert_many([{"login": f"user{'x' * 4_000}{n:02}"} for n in range(50)])
    few.create_index("login")
    assert len(ask("user")["pagination"]["after"]) < 200
    assert len(keys_of(ask, "user")) == 50


@pytest.mark.parametrize("term", ['""', "'", "\0", " "])
def test_a_term_without_words_shows_all(few, ask, term):
    few.insert_many([{"login": f"user{n:02}"} for n in range(5)])
    few.create_index("login")
    assert len(names(ask(term))) == 5


def test_a_term_that_is_too_long_for_a_pattern_finds_nothing(few, ask):
    few.insert_many([{"login": f"user{n:02}"} for n in range(5)])
    few.create_index("login")
    assert names(ask("x" * 40_000)) == []
    assert names(ask("user\x0001")) == ["user01"]


@pytest.mark.parametrize("large", [3, 1_000])
def test_references_in_texts_are_fetched_together(
    few, admin_user, mongo_commands, monkeypatch, large
):
    monkeypatch.setattr(walks, "LARGE", large)
    few.insert_many([{"_id": n, "login": f"user{n}"} for n in range(9)])
    few.database.households.insert_many([{"head": n} for n in range(9)])
    query = {"app_label": "tests", "model_name": "bale", "field_name": "sent_to"}
    request = RequestFactory().get("/", query)
    request.user = admin_user
    with mongo_commands() as commands:
        view = DocumentAutocompleteView.as_view(admin_site=admin_with())
        answer = json_of(view(request))
    assert answer["results"][8]["text"] == "that of user8 <None>"
    assert commands.names == ["listIndexes", "count", "find", "find"]


def test_one_field_is_asked_once_for_what_equals_and_what_begins(
    subscribers, ask, mongo_commands
):
    """The equal text is the first of those, however many there are."""
    logins = ["noon", "noon!", "noon", "noon again", "Noon"]
    subscribers.insert_many([{"login": each} for each in (*logins, *["noons"] * 40)])
    ask("noon", search_fields=("^login",))
    with mongo_commands() as commands:
        answer = ask("noon", search_fields=("^login",))
    assert commands.names == ["find"]
    texts = [each["text"].partition(" <")[0] for each in answer["results"]]
    assert texts[:4] == ["noon", "noon", "noon again", "noon!"]
    assert len(texts) == 20


def test_a_number_is_looked_up_as_one_beside_texts(subscribers, ask):
    subscribers.insert_many([{"login": 77_777_000}, {"login": "77777000a"}])
    answer = ask("77777000", search_fields=("^login",))
    texts = [each["text"].partition(" <")[0] for each in answer["results"]]
    assert texts == ["77777000", "77777000a"]
