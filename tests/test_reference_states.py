"""The list filter by what references lead to; it agrees with checkreferences."""

import re

import pytest
from bs4 import BeautifulSoup
from bson import DBRef, Decimal128, ObjectId, Regex
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User

from admin_ext import ReferenceStateFieldListFilter, limits
from admin_ext.references import dangling, states
from admin_ext.references.checking import Check, sources_of
from admin_ext.references.states import State
from tests import mongodb
from tests.reference_documents import Town, Trip
from tests.remote_documents import Crate, Rack

pytestmark = pytest.mark.django_db

KIEL, GONE = ObjectId("5f0000000000000000000001"), ObjectId("5f00000000000000000000ff")
TRIPS = "/admin/tests/trip/"

ODD = [
    *("", str(KIEL), 5, True, [KIEL], [], {"a": 1}, {"_id": KIEL}, Regex("5f")),
    *(DBRef("towns", KIEL), DBRef("towns", GONE), DBRef("ships", KIEL)),
    *(DBRef("towns", KIEL, "elsewhere"), DBRef("towns", None), DBRef("towns", "x")),
    *(KIEL, GONE, None, float("nan"), {"_id": GONE}),
    *({"_cls": "Town", "_ref": DBRef("towns", KIEL)}, {"_cls": "Town", "_ref": KIEL}),
    *({"_cls": "Town", "_ref": DBRef("towns", GONE)}, {"_cls": "Nowhere"}),
    *({"_cls": "Ship", "_ref": DBRef("ships", "k1")}, {"_cls": "Town", "_ref": None}),
    *({"_cls": "Nowhere", "_ref": DBRef("towns", KIEL)}, {"a": Decimal128("sNaN")}),
]


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_one({"_id": KIEL, "townName": "Kiel"})
    mongo.ships.insert_one({"_id": "k1", "name": "Karl", "_cls": "Ship"})
    return mongo


@pytest.fixture
def filtered(monkeypatch, admin_client):
    """filtered(path, state) → what the list shows, of an admin with that filter."""

    def get(path, state=None, *, document=Trip, **query):
        admin = site.get_model_admin(document)
        chosen = [(path, ReferenceStateFieldListFilter)]
        monkeypatch.setattr(admin, "list_filter", chosen)
        monkeypatch.setattr(admin, "list_per_page", 100)
        if state is not None:
            query[f"{path}__referencestate"] = state
        url = f"/admin/tests/{document.__name__.lower()}/"
        return admin_client.get(url, query)

    return get


def ids(response):
    assert response.status_code == 200, response.get("Location")
    return {each.pk for each in response.context["cl"].result_list}


def told(path, document=Trip):
    """Return {state: keys} as checkreferences tells of one path."""
    (source,) = sources_of([document], [path])
    found: dict = {state: set() for state in State}
    check = Check([source], samples=1_000)
    for son in source.collection.find():
        key = son["_id"]
        single = states.examine(source.paths[0], son)
        check._learn(single[1])
        gone = {lead.state_if_gone for lead in single[1] if not check._exists(lead)}
        for state in single[0] | gone or {State.OK}:
            found[state].add(key)
    return found


@pytest.mark.parametrize(
    "path",
    [
        *("plain", "dbref", "cached", "lazy", "lazy_dbref"),
        *("generic", "generic_lazy", "anything"),
        *("leg__plain", "leg__dbref", "leg__generic"),
    ],
)
def test_the_filter_of_a_reference_agrees_with_the_command(towns, filtered, path):
    stored = {"plain": "plainTown"}.get(path, path.replace("__", "."))
    for value in ODD:
        towns.trips.insert_one({"n": 1})
        last = towns.trips.find_one(sort=[("_id", -1)])["_id"]
        if "." in stored:
            outer, inner = stored.split(".")
            value = {outer: {inner: value}}
        else:
            value = {stored: value}
        towns.trips.update_one({"_id": last}, {"$set": value})
    towns.trips.insert_one({"title": "missing"})
    expected = told(path)
    for state in State:
        if state is not State.EMPTY:
            assert ids(filtered(path, state.value)) == expected[state], state
    assert expected[State.DANGLING]
    assert len(expected[State.MALFORMED]) > 5


@pytest.mark.parametrize(
    ("path", "wrap"),
    [
        *((name, lambda values: values) for name in ("plains", "cacheds", "generics")),
        ("tables", lambda values: [[each] for each in values]),
        ("legs__plain", lambda values: [{"plain": each} for each in values]),
        ("legs__generic", lambda values: [{"generic": each} for each in values]),
        ("legs__plains", lambda values: [{"plains": [each]} for each in values]),
    ],
)
def test_the_filter_of_a_list_agrees_with_the_command(towns, filtered, path, wrap):
    name = path.partition("__")[0]
    ok, gone = KIEL, GONE
    if "generic" in path:
        ok, gone = ODD[20], ODD[22]
    lists = [[each] for each in ODD] + [[ok, each] for each in ODD] + [[gone, ok, None]]
    towns.trips.insert_many([{name: wrap(values)} for values in lists])
    towns.trips.insert_many([{name: each} for each in ([], None, "", ok, gone)])
    towns.trips.insert_many([{}, {"legs": [{}]}, {"legs": [{"plains": []}]}])
    expected = told(path)
    for state in State:
        if state is not State.EMPTY or path not in ("legs__plain", "legs__generic"):
            assert ids(filtered(path, state.value)) == expected[state], state
    assert len(expected[State.DANGLING]) > 2
    assert len(expected[State.OK]) > 1


def test_references_to_another_database(mongo, other_mongo, filtered):
    first, second, third = (
        mongo.shelves.insert_one({"warehouse": each}).inserted_id
        for each in (KIEL, GONE, "")
    )
    other_mongo.warehouses.insert_one({"_id": KIEL})
    assert ids(filtered("warehouse", "ok", document=Rack)) == {first}
    assert ids(filtered("warehouse", "dangling", document=Rack)) == {second}
    assert ids(filtered("warehouse", "malformed", document=Rack)) == {third}
    crate = other_mongo.crates.insert_one({"shelf": GONE}).inserted_id
    assert ids(filtered("shelf", "dangling", document=Crate)) == {crate}


def test_the_choices_and_the_chosen_one(towns, filtered):
    response = filtered("plains", "dangling")
    page = BeautifulSoup(response.content, "html.parser")
    choices = {a.text: a["href"] for a in page.select("#changelist-filter li a")}
    assert [*choices] == [
        *("All", "Leads to a document", "Not stored", "Null", "Empty list"),
        *("No such document", "Not a reference"),
    ]
    assert choices["Null"] == "?plains__referencestate=null"
    assert page.select_one("li.selected").text.strip() == "No such document"
    page = BeautifulSoup(filtered("plain").content, "html.parser")
    assert "Empty list" not in page.select_one("#changelist-filter").text


def test_the_filter_costs_one_aggregation(towns, filtered, mongo_commands):
    towns.trips.insert_many([{"plainTown": (GONE, KIEL)[n % 2]} for n in range(20)])
    with mongo_commands() as commands:
        filtered("plain", title__isnull="True")
    usual = commands.names
    with mongo_commands() as commands:
        assert len(ids(filtered("plain", "dangling"))) == 10
    assert commands.names == ["aggregate", *usual]
    with mongo_commands() as commands:
        assert not ids(filtered("plain", "malformed"))
    assert len([each for each in commands if "$lookup" in str(each.document)]) == 1


def test_a_generic_reference_costs_no_more(towns, filtered, mongo_commands):
    values = [each for each in ODD if isinstance(each, dict) and "_ref" in each]
    towns.trips.insert_many([{"generics": [each]} for each in values])
    with mongo_commands() as commands:
        assert len(ids(filtered("generics", "dangling"))) == 1
    pipelines = [each.document.get("pipeline", []) for each in commands]
    (joined,) = (each for each in pipelines if "$lookup" in str(each))
    assert [stage["$lookup"]["from"] for stage in joined if "$lookup" in stage] == [
        *("towns", "ships", "ships")
    ]


def test_a_subclass_that_is_named_is_looked_up_as_such(towns, filtered):
    towns.ships.insert_one({"_id": "f1", "_cls": "Ship.Ferry"})
    right, wrong, gone = (
        towns.trips.insert_one({
            "generic": {"_cls": "Ship.Ferry", "_ref": DBRef("ships", key)}
        }).inserted_id
        for key in ("f1", "k1", "x1")
    )
    assert ids(filtered("generic", "ok")) == {right}
    assert ids(filtered("generic", "dangling")) == {wrong, gone}


def test_the_aggregation_has_a_time_limit(towns, filtered, mongo_commands):
    with mongo_commands() as commands:
        filtered("plain", "ok")
    (joined,) = (each for each in commands if "$lookup" in str(each.document))
    assert joined.document["maxTimeMS"] <= limits.max_time()


def test_facets_count_every_state(towns, filtered):
    towns.trips.insert_many([
        *({"plains": [KIEL]}, {"plains": [KIEL, GONE]}, {"plains": [GONE, None, ""]}),
        *({"plains": []}, {}, {"plains": None}),
    ])
    page = BeautifulSoup(filtered("plains", _facets="1").content, "html.parser")
    texts = [a.text for a in page.select("#changelist-filter li a")]
    assert texts == [
        *("All", "Leads to a document (1)", "Not stored (1)", "Null (2)"),
        *("Empty list (1)", "No such document (2)", "Not a reference (1)"),
    ]


def test_what_cannot_be_counted_has_a_dash(towns, filtered, monkeypatch):
    monkeypatch.setattr(dangling, "MAX_JOINED", 1)
    towns.trips.insert_many([{"plainTown": ObjectId()} for _ in range(3)])
    page = BeautifulSoup(filtered("plain", _facets="1").content, "html.parser")
    text = page.select_one("#changelist-filter").text
    for each in ("Leads to a document", "No such document", "Not a reference"):
        assert f"{each} (-)" in text
    assert "Not stored (0)" in text


def follow(client, response):
    assert response.status_code == 302
    assert response["Location"].endswith("?e=1")
    return client.get(response["Location"])


def test_too_many_are_told(towns, filtered, admin_client, monkeypatch):
    monkeypatch.setattr(dangling, "MAX_JOINED", 2)
    towns.trips.insert_many([{"plainTown": ObjectId()} for _ in range(3)])
    response = follow(admin_client, filtered("plain", "dangling"))
    text = "More than 2 references of “plain” would have to be looked up."
    assert text in response.content.decode()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (mongodb.TIME_LIMIT, "It took too long to look up all references"),
        (mongodb.UNAUTHORIZED, "The references of “plain” could not be looked up."),
    ],
)
def test_what_mongodb_does_not_tell_is_told(
    towns, filtered, admin_client, mongo_faults, error, text
):
    fault = {"failCommands": ["aggregate"], "errorCode": error}
    with mongo_faults("trips", mode={"times": 1}, **fault):
        response = follow(admin_client, filtered("plain", "dangling"))
    assert text in response.content.decode()


@pytest.mark.parametrize("value", ["", "nope", "OK", "\0", "{}", "x" * 5_000])
def test_an_unknown_state_is_a_bad_url(towns, filtered, value):
    response = filtered("plain", value)
    assert response.status_code == 302
    assert response["Location"] == f"{TRIPS}?e=1"


def test_the_filter_pages_sorts_and_counts(towns, filtered):
    towns.trips.insert_many([{"title": f"{n}", "plainTown": GONE} for n in range(250)])
    response = filtered("plain", "dangling", p=3)
    changelist = response.context["cl"]
    assert (changelist.result_count, len(changelist.result_list)) == (250, 50)
    assert re.search(
        r'href="\?p=2&amp;plain__referencestate', response.content.decode()
    )


def test_the_filter_narrows_with_the_search(towns, filtered, monkeypatch):
    monkeypatch.setattr(site.get_model_admin(Trip), "search_fields", ["title"])
    towns.trips.insert_many([
        {"title": "a", "plainTown": GONE},
        {"title": "b", "plainTown": GONE},
    ])
    assert len(ids(filtered("plain", "dangling", q="b"))) == 1


def test_the_filter_takes_no_other_field(towns, monkeypatch):
    admin = site.get_model_admin(Trip)
    for path in ("title", "plain_map", "leg", "plain__name", "nope"):
        monkeypatch.setattr(
            admin, "list_filter", [(path, ReferenceStateFieldListFilter)]
        )
        (error,) = (each for each in admin.check() if each.id == "admin_ext.E016")
        assert error.msg == (
            f"The value of 'list_filter[0][0]' cannot be '{path}', which is no "
            "reference of 'tests.Trip'."
        )
    monkeypatch.setattr(
        admin, "list_filter", [("legs__plain", ReferenceStateFieldListFilter)]
    )
    assert not [each for each in admin.check() if each.id == "admin_ext.E016"]


def choices(response):
    page = BeautifulSoup(response.content, "html.parser")
    return [a.text for a in page.select("#changelist-filter li a")]


def test_rows_that_an_admin_hides_count_as_gone(towns, filtered, monkeypatch):
    towns.towns.insert_one({"_id": GONE, "townName": "Hidden"})
    shown, hidden, generic = (
        towns.trips.insert_one(each).inserted_id
        for each in (
            {"plainTown": KIEL},
            {"plainTown": GONE},
            {"generic": ODD[22], "anything": ODD[22]},
        )
    )
    towns_admin = site.get_model_admin(Town)
    own = towns_admin.get_queryset
    monkeypatch.setattr(
        towns_admin, "get_queryset", lambda request: own(request).filter(name="Kiel")
    )
    assert ids(filtered("plain", "ok")) == {shown}
    assert ids(filtered("plain", "dangling")) == {hidden}
    for path in ("generic", "anything"):
        assert ids(filtered(path, "dangling")) == {generic}
    assert "No such document, or you may not view it" in choices(filtered("plain"))


def test_nothing_is_told_of_documents_that_a_person_may_not_view(
    towns, filtered, client, monkeypatch
):
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_trip"))
    client.force_login(user)
    towns.trips.insert_one({"plainTown": KIEL, "anything": ODD[20]})
    filtered("plain")
    assert choices(client.get(TRIPS)) == ["All", "Not stored", "Null"]
    response = client.get(TRIPS, {"plain__referencestate": "dangling"})
    assert response["Location"] == f"{TRIPS}?e=1"
    filtered("anything")
    response = client.get(TRIPS, {"anything__referencestate": "dangling"})
    assert len(ids(response)) == 1
