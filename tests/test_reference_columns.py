"""Columns that show references of every kind: queries, texts, links and marks."""

import re
from html import unescape

import mongoengine as me
import pytest
from bson import DBRef, ObjectId
from django.contrib import admin
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from pymongo.errors import OperationFailure

from admin_ext.meta import present
from admin_ext.references import PageReferences, texts
from tests import mongodb
from tests.reference_documents import Ferry, Town, Trip

pytestmark = pytest.mark.django_db

LIST = "/admin/tests/trip/"
KIEL, OSLO = ObjectId("5f" + "0" * 22), ObjectId("5f" + "1" * 22)
GONE = ObjectId("5f" + "2" * 22)


@pytest.fixture(autouse=True)
def nothing_learned():
    texts.forget()


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_many([
        {"_id": KIEL, "townName": "Kiel", "people": 1, "region": "North"},
        {"_id": OSLO, "townName": "Oslo", "region": "East"},
    ])
    mongo.ships.insert_one({"_id": "s1", "_cls": "Ship", "name": "Aida"})
    return mongo


@pytest.fixture
def columns(monkeypatch):
    """Show these columns in the list of trips."""
    trip_admin = site.get_model_admin(Trip)

    def show(*names, **options):
        for name, value in {"list_display": ("title", *names), **options}.items():
            monkeypatch.setattr(trip_admin, name, value)

    return show


def cell(response, column):
    html = response.content.decode().partition(f'<td class="field-{column}')[2]
    return html.partition(">")[2].partition("</td>")[0]


def text(html):
    return unescape(re.sub("<[^>]*>", "", html))


def finds(commands, collection=None):
    """Return the finds of all collections, or those of one."""
    found = [each.document for each in commands if each.name == "find"]
    return [each for each in found if collection in (None, each["find"])]


def town(key=KIEL):
    return {"_cls": "Town", "_ref": DBRef("towns", key)}


# {kind: what is stored for a reference to a town of that key}
KINDS = {
    "plain": lambda key: key,
    "dbref": lambda key: DBRef("towns", key),
    "cached": lambda key: {"_id": key, "name": "old"},
    "lazy": lambda key: key,
    "lazy_dbref": lambda key: DBRef("towns", key),
    "generic": town,
    "generic_lazy": town,
    "anything": town,
    "plains": lambda key: [key],
    "dbrefs": lambda key: [DBRef("towns", key)],
    "cacheds": lambda key: [{"_id": key, "name": "old"}],
    "lazies": lambda key: [key],
    "lazy_dbrefs": lambda key: [DBRef("towns", key)],
    "generics": lambda key: [town(key)],
    "generic_lazies": lambda key: [town(key)],
    "tables": lambda key: [[key]],
    "plain_map": lambda key: {"a": key},
    "lazy_map": lambda key: {"a": DBRef("towns", key)},
    "generic_map": lambda key: {"a": town(key)},
    "leg__plain": lambda key: {"plain": key},
    "leg__dbref": lambda key: {"dbref": DBRef("towns", key)},
    "leg__lazy": lambda key: {"lazy": key},
    "leg__generic": lambda key: {"generic": town(key)},
    "leg__generic_lazy": lambda key: {"generic_lazy": town(key)},
    "leg__plains": lambda key: {"plains": [key]},
    "leg__generics": lambda key: {"generics": [town(key)]},
    "legs__plain": lambda key: [{"plain": key}],
    "legs__lazy_dbref": lambda key: [{"lazy_dbref": DBRef("towns", key)}],
    "legs__generic": lambda key: [{"generic": town(key)}],
    "legs__plains": lambda key: [{"plains": [key]}],
    "plain_map__a": lambda key: {"a": key},
    "generic_map__a": lambda key: {"a": town(key)},
}
STORED = {"plain": "plainTown"}


def stored(kind, key):
    path = kind.partition("__")[0]
    return {"title": "t", STORED.get(path, path): KINDS[kind](key)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_the_text_and_the_link(
    admin_client, towns, columns, mongo_commands, kind
):
    columns(kind)
    towns.trips.insert_many([stored(kind, key) for key in (KIEL, KIEL, OSLO)])
    with mongo_commands() as commands:
        html = cell(admin_client.get(LIST), kind)
    assert text(html) in ("Oslo", "a: Oslo")
    assert f'href="/admin/tests/town/{OSLO}/change/"' in html
    (fetched,) = finds(commands, "towns")
    assert sorted(fetched["filter"]["_id"]["$in"]) == [KIEL, OSLO]
    assert "region" not in str(fetched["projection"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_marks_what_leads_nowhere(admin_client, towns, columns, kind):
    columns(kind)
    towns.trips.insert_one(stored(kind, GONE))
    html = cell(admin_client.get(LIST), kind)
    mark = 'class="admin-ext odd-value" title="There is no such document"'
    shown = f"town {GONE}" if "generic" in kind or kind == "anything" else GONE
    assert f"<span {mark}>{shown}</span>" in html
    assert "href" not in html


ODD = ("", 7, {"$gt": ""}, {"_cls": "Nothing"}, [[1]])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_marks_what_is_no_reference(admin_client, towns, columns, kind):
    columns(kind)
    path = kind.partition("__")[0]
    path = STORED.get(path, path)
    towns.trips.insert_many([{"title": "t", path: odd} for odd in ODD])
    response = admin_client.get(LIST)
    assert response.content.count(b"field-title") == len(ODD)
    assert b"/admin/tests/town/5" not in response.content


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_nothing_where_there_is_none(
    admin_client, towns, columns, mongo_commands, kind
):
    columns(kind)
    path = kind.partition("__")[0]
    path = STORED.get(path, path)
    towns.trips.insert_many([{}, {path: None}, {path: []}])
    with mongo_commands() as commands:
        html = admin_client.get(LIST).content.decode()
    shown = html.split(f'<td class="field-{kind}')[1:]
    assert [each.partition(">")[2][0] for each in shown] == ["-"] * 3
    assert finds(commands, "towns") == []


@pytest.mark.parametrize(
    ("kind", "value", "title"),
    [
        ("plain", DBRef("ships", "s1"), "leads to ships"),
        ("plain", DBRef("towns", KIEL, "elsewhere"), "leads to elsewhere.towns"),
        ("generic", {"_cls": "Town", "_ref": DBRef("ships", 1)}, "leads to ships"),
        ("generic", {"_cls": "Gone", "_ref": DBRef("towns", KIEL)}, "unknown kind"),
        ("generic", {"_cls": "Leg", "_ref": DBRef("towns", KIEL)}, "unknown kind"),
        ("generic", KIEL, "Stored as ObjectId, which is not what this field holds"),
        ("plain", str(KIEL), "Stored as str, which is not what this field holds"),
    ],
)
def test_a_mark_tells_what_is_odd(admin_client, towns, columns, kind, value, title):
    columns(kind)
    towns.trips.insert_one({"title": "t", STORED.get(kind, kind): value})
    html = cell(admin_client.get(LIST), kind)
    assert f'<span class="admin-ext odd-value" title="{title}">' in html
    assert "href" not in html


def test_a_generic_reference_names_its_kind(admin_client, towns, columns):
    columns("generic")
    ship = {"_cls": "Ship", "_ref": DBRef("ships", "s1")}
    towns.trips.insert_one({"title": "t", "generic": ship})
    html = cell(admin_client.get(LIST), "generic")
    assert html.startswith('<span title="ship">Aida</span><a class="admin-ext')


COLUMNS = ("plain", "dbrefs", "generic", "legs__plain")


def commands_of_a_page(client, mongo, mongo_commands, rows):
    mongo.towns.insert_many([{"_id": n, "townName": f"T{n}"} for n in range(2 * rows)])
    mongo.ships.insert_many([
        {"_id": f"x{n}", "_cls": "Ship", "name": f"S{n}"} for n in range(rows)
    ])
    mongo.trips.insert_many([
        {
            "title": f"{n}",
            "plainTown": n,
            "dbrefs": [DBRef("towns", n), DBRef("towns", (n + 1) % rows)],
            "generic": {"_cls": "Ship", "_ref": DBRef("ships", f"x{n}")},
            "legs": [{"plain": n}, {"plain": n + rows}],
        }
        for n in range(rows)
    ])
    with mongo_commands() as commands:
        response = client.get(LIST)
    html = response.content.decode()
    assert html.count("reference-link") == 6 * rows
    return [(each.name, next(iter(each.document.values()))) for each in commands]


@pytest.mark.parametrize("rows", [10, 100])
def test_a_page_costs_one_query_per_collection_whatever_its_length(
    admin_client, towns, columns, mongo_commands, rows
):
    columns(*COLUMNS)
    sent = commands_of_a_page(admin_client, towns, mongo_commands, rows)
    assert sorted(sent) == [
        ("aggregate", "trips"),
        *[("find", name) for name in ("ships", "towns", "trips")],
    ]


def test_two_classes_of_one_collection_are_one_query(
    admin_client, towns, columns, mongo_commands
):
    columns("generic", "generics")
    ferry = {"_id": "f1", "_cls": "Ship.Ferry", "name": "Color"}
    towns.ships.insert_one(ferry)
    one, other = (
        {"_cls": name, "_ref": DBRef("ships", key)}
        for name, key in (("Ship", "s1"), ("Ship.Ferry", "f1"))
    )
    towns.trips.insert_one({"title": "t", "generic": one, "generics": [one, other]})
    with mongo_commands() as commands:
        html = cell(admin_client.get(LIST), "generics")
    assert text(html) == "Aida, Color"
    assert "/tests/ferry/f1/change/" in html
    assert len(finds(commands, "ships")) == 1


def test_a_long_list_shows_the_first_and_how_many_more(
    admin_client, towns, columns, mongo_commands
):
    columns("plains")
    towns.towns.insert_many([{"_id": n, "townName": f"T{n}"} for n in range(500)])
    towns.trips.insert_one({"title": "t", "plains": list(range(500))})
    with mongo_commands() as commands:
        html = cell(admin_client.get(LIST), "plains")
    assert text(html).endswith("T8, T9 …and 490 more")
    (fetched,) = finds(commands, "towns")
    assert fetched["filter"]["_id"]["$in"] == list(range(10))


def test_a_large_document_is_not_read_for_its_text(
    admin_client, towns, columns, mongo_commands
):
    columns("plain")
    towns.towns.update_one({"_id": KIEL}, {"$set": {"region": "x" * 15_000_000}})
    towns.trips.insert_one(stored("plain", KIEL))
    with mongo_commands() as commands:
        html = cell(admin_client.get(LIST), "plain")
    assert text(html) == "Kiel"
    (fetched,) = finds(commands, "towns")
    assert fetched["projection"] == {"_id": 1, "_cls": 1, "townName": 1}


@pytest.fixture
def trips(towns):
    towns.trips.insert_many([
        stored("plain", key) | {"title": f"t{n}"}
        for n, key in enumerate([KIEL, OSLO] * 5)
    ])
    return towns


def test_code_that_reads_a_reference_is_one_query_for_all_rows(
    admin_client, trips, columns, mongo_commands
):
    columns(admin.display(description="home")(lambda trip: trip.plain.name))
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert b">Oslo</td>" in response.content
    assert len(finds(commands, "towns")) == 1


def test_code_gets_the_fields_that_no_label_needs(
    admin_client, trips, columns, mongo_commands
):
    columns("plain", admin.display(description="r")(lambda trip: trip.plain.region))
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert response.content.count(b">East</td>") == 5
    assert response.content.count(b">North</td>") == 5
    assert len(finds(commands, "towns")) == 2
    with mongo_commands() as commands:
        assert admin_client.get(LIST).content.count(b">East</td>") == 5
    (fetched,) = finds(commands, "towns")
    assert set(fetched["projection"]) == {"_id", "_cls", "townName", "region"}


def test_list_select_related_fetches_whole_documents_at_once(
    admin_client, trips, columns, mongo_commands
):
    region = admin.display(description="r")(lambda trip: trip.plain.region)
    columns(region, list_select_related=("plain",))
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert response.content.count(b">East</td>") == 5
    (fetched,) = finds(commands, "towns")
    assert "projection" not in fetched


CODE = {
    "cached": lambda trip: trip.cached.name,
    "lazy": lambda trip: trip.lazy.fetch().name,
    "generic": lambda trip: trip.generic.name,
    "generic_lazy": lambda trip: trip.generic_lazy.fetch().name,
    "plains": lambda trip: trip.plains[0].name,
    "lazies": lambda trip: trip.lazies[0].fetch().name,
    "generics": lambda trip: trip.generics[0].name,
    "tables": lambda trip: trip.tables[0][0].name,
    "plain_map": lambda trip: trip.plain_map["a"].name,
    "leg__plain": lambda trip: trip.leg.plain.name,
    "leg__lazy": lambda trip: trip.leg.lazy.fetch().name,
    "legs__plain": lambda trip: trip.legs[0].plain.name,
    "legs__generic": lambda trip: trip.legs[0].generic.name,
    "legs__plains": lambda trip: trip.legs[0].plains[0].name,
}


@pytest.mark.parametrize("kind", CODE)
def test_code_reads_every_kind_for_all_rows_at_once(
    admin_client, towns, columns, mongo_commands, kind
):
    columns(admin.display(description="home")(CODE[kind]))
    towns.trips.insert_many([stored(kind, key) for key in [KIEL, OSLO, GONE] * 3])
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert response.content.count(b">Kiel</td>") == 3
    assert response.content.count(b">Oslo</td>") == 3
    assert response.content.count(b"cannot be shown") == 3
    assert len(finds(commands, "towns")) == 1


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


def test_no_link_without_permission(client, towns, columns):
    columns("plain", "generic")
    towns.trips.insert_one(stored("plain", KIEL) | {"generic": town()})
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(codename="view_trip", content_type__app_label="tests")
    )
    client.force_login(user)
    response = client.get(LIST)
    assert cell(response, "plain") == "Kiel"
    assert cell(response, "generic") == '<span title="town">Kiel</span>'


def test_what_the_admin_of_the_target_does_not_list_is_not_told(
    admin_client, towns, columns, monkeypatch
):
    columns("plain", "plains", "plain_map__a")
    town_admin = site.get_model_admin(Town)
    own = town_admin.get_queryset
    monkeypatch.setattr(
        town_admin, "get_queryset", lambda request: own(request).filter(name="Oslo")
    )
    towns.trips.insert_one(stored("plain", KIEL) | {"plains": [KIEL, OSLO, GONE]})
    response = admin_client.get(LIST)
    assert "Kiel" not in response.content.decode()
    assert text(cell(response, "plain")) == str(KIEL)
    assert text(cell(response, "plains")) == f"{KIEL}, Oslo, {GONE}"
    title = "There is no such document, or you may not view it"
    assert cell(response, "plains").count(f'title="{title}"') == 2


READONLY = ("plain", "generic", "plains", "generics", "tables", "plain_map", "lazy")


def test_a_read_only_page_shows_texts_and_links_of_every_kind(
    admin_client, towns, monkeypatch, mongo_commands
):
    monkeypatch.setattr(site.get_model_admin(Trip), "readonly_fields", READONLY)
    son = {"_id": ObjectId(), "plainTown": KIEL, "generic": town(), "lazy": OSLO}
    son |= {"plains": [KIEL, GONE], "generics": [town(OSLO)], "tables": [[OSLO]]}
    towns.trips.insert_one(son | {"plain_map": {"a": KIEL}})
    with mongo_commands() as commands:
        response = admin_client.get(f"{LIST}{son['_id']}/change/")
    html = response.content.decode()
    for name in READONLY:
        part = html.partition(f' field-{name}"')[2].partition('class="readonly"')[2]
        part = part.partition("</div>")[0]
        assert "/admin/tests/town/5f" in part, name
        assert re.search("Kiel|Oslo", text(part)), name
    assert len(html.split(f'document">{GONE}')) == 2
    assert (
        len([
            each
            for each in finds(commands, "towns")
            if "townName" in str(each.get("projection"))
        ])
        == 1
    )


def test_a_condition_on_a_referenced_document_asks_for_no_more(
    admin_client, trips, columns, mongo_commands
):
    columns(admin.display(description="h")(lambda t: t.plain.name if t.plain else ""))
    with mongo_commands() as commands:
        admin_client.get(LIST)
    assert len(finds(commands, "towns")) == 1


def test_code_reads_what_the_admin_of_the_target_does_not_list(
    admin_client, trips, columns, monkeypatch, mongo_commands
):
    columns("plain", admin.display(description="n")(lambda trip: trip.plain.name))
    town_admin = site.get_model_admin(Town)
    own = town_admin.get_queryset
    monkeypatch.setattr(
        town_admin, "get_queryset", lambda request: own(request).filter(name="Oslo")
    )
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert response.content.count(b">Kiel</td>") == 5
    assert len(finds(commands, "towns")) == 2


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


def test_list_select_related_takes_lists_and_paths(
    admin_client, towns, columns, mongo_commands
):
    regions = admin.display(description="r")(
        lambda trip: "".join(
            each.region for each in [*trip.plains, trip.legs[0].generic]
        )
    )
    columns(regions, list_select_related=("plains", "legs__generic"))
    towns.towns.insert_many([{"_id": n, "region": f"{n} "} for n in range(30)])
    ids = [*towns.towns.distinct("_id", {"townName": None})]
    towns.trips.insert_many([
        {"plains": ids, "legs": [{"generic": town()}]} for _row in range(3)
    ])
    with mongo_commands() as commands:
        response = admin_client.get(LIST)
    assert response.content.count(b"28 29 North</td>") == 3
    assert len(finds(commands, "towns")) == 1


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


def test_a_subclass_with_an_admin_of_its_own_has_limits_of_its_own(
    admin_client, towns, columns, monkeypatch
):
    columns("generics")
    ferry_admin = site.get_model_admin(Ferry)
    own = ferry_admin.get_queryset
    monkeypatch.setattr(
        ferry_admin, "get_queryset", lambda request: own(request).filter(cars=1)
    )
    towns.ships.insert_many([
        {"_id": f"f{n}", "_cls": "Ship.Ferry", "name": f"F{n}", "cars": n}
        for n in range(3)
    ])
    ships = [
        {"_cls": "Ship", "_ref": DBRef("ships", key)} for key in ("s1", "f0", "f1")
    ]
    towns.trips.insert_one({"title": "t", "generics": ships})
    html = cell(admin_client.get(LIST), "generics")
    assert text(html) == "Aida, ship f0, F1"


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


@pytest.mark.parametrize("error", [mongodb.TIME_LIMIT, mongodb.UNAUTHORIZED])
def test_the_list_comes_although_mongodb_refuses_the_other_collection(
    towns, columns, admin_client, mongo_faults, error
):
    columns("plain", "generic")
    ship = {"_cls": "Ship", "_ref": DBRef("ships", "s1")}
    towns.trips.insert_one({"plainTown": KIEL, "generic": ship})
    with mongo_faults("towns", errorCode=error):
        response = admin_client.get(LIST)
    assert text(cell(response, "plain")) == str(KIEL)
    assert "MongoDB did not tell" in cell(response, "plain")
    assert text(cell(response, "generic")) == "Aida"


def test_code_is_told_what_mongodb_refuses(towns, columns, admin_client, mongo_faults):
    def town(trip):
        try:
            return trip.plain.name
        except OperationFailure as error:
            return f"refused: {error.code}"

    columns(town)
    towns.trips.insert_one({"plainTown": KIEL})
    with mongo_faults("towns", errorCode=mongodb.UNAUTHORIZED):
        response = admin_client.get(LIST)
    assert text(cell(response, "town")) == "refused: 13"
