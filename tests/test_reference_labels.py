"""The text of a referenced document: what it costs, and what stays whole."""

import mongoengine as me
import pytest
from bson import ObjectId

from admin_ext.meta import present
from admin_ext.references import PageReferences
from tests.reference_documents import Trip
from tests.trips import KIEL, finds, nothing_learned

__all__ = ["nothing_learned"]

pytestmark = pytest.mark.django_db


class Firm(me.Document):
    code = me.StringField(primary_key=True)
    name = me.StringField()
    notes = me.StringField()

    meta = {"collection": "firms"}

    def __str__(self):
        return describe(self)


def describe(firm):
    return f"{firm.name} Ltd"


class Worker(me.Document):
    number = me.IntField(primary_key=True)
    name = me.StringField()
    firm = me.ReferenceField(Firm)
    home = me.StringField()

    meta = {"collection": "workers"}

    @property
    def whole_name(self):
        return f"{self.name} of {self.firm}"

    def __str__(self):
        return self.whole_name


class Task(me.Document):
    worker = me.ReferenceField(Worker)

    meta = {"collection": "tasks"}

    def __str__(self):
        return f"task of {self.worker}"


@pytest.fixture
def tasks(mongo):
    for document in (Firm, Worker, Task):
        present(document)
    mongo.firms.insert_many([{"_id": n, "name": f"F{n}", "notes": "x"} for n in "ab"])
    mongo.workers.insert_many([
        {"_id": n, "name": f"W{n}", "firm": "ab"[n % 2], "home": "h"} for n in range(9)
    ])
    mongo.tasks.insert_many([{"worker": n} for n in range(9)])
    return mongo


def page_of_tasks():
    page = PageReferences()
    rows = list(Task._default_manager)
    page.add(rows)
    return page, rows


def test_a_label_that_reads_references_is_one_query_for_each_collection(
    tasks, mongo_commands
):
    page, rows = page_of_tasks()
    with mongo_commands() as commands:
        assert [page.text(row) for row in rows][:2] == [
            "task of W0 of Fa Ltd",
            "task of W1 of Fb Ltd",
        ]
    workers, *firms = finds(commands)
    assert workers["projection"] == {"_cls": 1, "_id": 1, "firm": 1, "name": 1}
    assert {each["find"] for each in firms} == {"firms"}
    assert len(firms) <= 2


def test_what_a_label_turned_out_to_need_is_fetched_at_once_from_then_on(
    tasks, mongo_commands
):
    for _attempt in range(2):
        page, rows = page_of_tasks()
        with mongo_commands() as commands:
            texts = [page.text(row) for row in rows]
    assert texts[0] == "task of W0 of Fa Ltd"
    (firms,) = finds(commands, "firms")
    assert firms["projection"] == {"_cls": 1, "_id": 1, "name": 1}


def partial_worker():
    page, rows = page_of_tasks()
    page.fetch(rows, Task._meta.fields)
    return page.documents[Worker, 0]


def test_a_document_that_was_fetched_for_its_label_is_whole_when_it_is_read(tasks):
    assert partial_worker().home == "h"
    assert dict(partial_worker()._data)["home"] == "h"
    assert partial_worker().to_mongo()["home"] == "h"
    worker = partial_worker()
    field = Worker._meta.get_field("home")
    assert (field.stored_value(worker), field.stored_bson(worker)) == ("h", "h")


def test_a_document_that_was_fetched_for_its_label_is_saved_whole(tasks):
    worker = partial_worker()
    worker.name = "New"
    worker.save()
    stored_now = tasks.workers.find_one({"_id": 0})
    assert stored_now == {"_id": 0, "name": "New", "firm": "a", "home": "h"}


class Loud(me.Document):
    name = me.StringField()
    size = me.IntField()

    meta = {"collection": "louds"}

    def __init__(self, *args, **values):
        super().__init__(*args, **values)
        self.text = f"{self.name} of {self.size}"

    def __str__(self):
        return self.text


class Free(me.DynamicDocument):
    name = me.StringField()

    meta = {"collection": "frees"}

    def __str__(self):
        return f"{self.name} {self.more}"


@pytest.mark.parametrize(("document", "expected"), [(Loud, "n of 3"), (Free, "n more")])
def test_what_is_read_while_a_document_is_made_is_there(mongo, document, expected):
    son = {"_id": ObjectId(), "name": "n", "size": 3, "more": "more"}
    if document is Loud:
        del son["more"]
    mongo[document._meta["collection"]].insert_one(son)
    assert PageReferences().label(present(document), son["_id"]) == expected


class Knot(me.Document):
    name = me.StringField()
    parent = me.ReferenceField("self")

    meta = {"collection": "knots"}

    def __str__(self):
        return f"{self.parent} > {self.name}"


def test_a_document_that_refers_to_itself_has_a_text(mongo):
    key = ObjectId()
    mongo.knots.insert_one({"_id": key, "name": "n", "parent": key})
    assert "Knot object" in PageReferences().label(present(Knot), key)


def test_cached_references_of_referenced_documents_cost_nothing(mongo, mongo_commands):
    mongo.towns.insert_one({"_id": KIEL, "townName": "Kiel"})
    cached = {"_id": KIEL, "name": "old"}
    keys = [ObjectId() for _number in range(3)]
    mongo.trips.insert_many([
        {"_id": key, "title": f"t{n}", "cached": cached} for n, key in enumerate(keys)
    ])
    page = PageReferences()
    page.need(present(Trip), None)
    with mongo_commands() as commands:
        assert [page.label(Trip, key) for key in keys] == ["t0", "t1", "t2"]
    assert finds(commands, "towns") == []
