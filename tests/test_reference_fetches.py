"""How a list fetches what its rows refer to: for all rows at once, and no more."""

import pytest
from bson import DBRef
from django.contrib import admin
from django.contrib.admin import site
from pymongo.errors import OperationFailure

from tests import mongodb
from tests.reference_documents import Town
from tests.trips import (
    GONE,
    KIEL,
    LIST,
    OSLO,
    cell,
    columns,
    finds,
    nothing_learned,
    stored,
    text,
    town,
    towns,
)

__all__ = ["columns", "nothing_learned", "towns"]

pytestmark = pytest.mark.django_db

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
