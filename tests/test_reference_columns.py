"""Columns that show references of every kind: texts, links and marks."""

import re

import pytest
from bson import DBRef, ObjectId
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User

from tests import mongodb
from tests.reference_documents import Ferry, Town, Trip
from tests.trips import (
    GONE,
    KIEL,
    KINDS,
    LIST,
    OSLO,
    STORED,
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
