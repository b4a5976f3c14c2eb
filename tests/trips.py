"""What tests of reference columns share: towns, and trips that refer to them."""

import re
from html import unescape

import pytest
from bson import DBRef, ObjectId
from django.contrib.admin import site

from admin_ext.references import texts
from tests.reference_documents import Trip

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
