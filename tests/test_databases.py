"""Documents of several databases: every page, and references from one to another."""

from datetime import UTC, datetime

import pytest
from bson import DBRef, ObjectId
from django.contrib.admin.models import LogEntry

pytestmark = pytest.mark.django_db

FIRST, SECOND, SHELF, CRATE = (ObjectId(f"5f000000000000000000000{n}") for n in "1234")
SHELVES, WAREHOUSES, CRATES = (
    f"/admin/tests/{name}/" for name in ("rack", "warehouse", "crate")
)
DAY = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture
def stored(mongo, other_mongo):
    """Two warehouses, a shelf in the default database, a crate in the other."""
    other_mongo.warehouses.insert_many([
        {"_id": FIRST, "name": "First", "opened": DAY},
        {"_id": SECOND, "name": "Second", "opened": DAY.replace(year=2023)},
    ])
    mongo.shelves.insert_one({
        "_id": SHELF,
        "label": "A",
        "warehouse": FIRST,
        "formerly": DBRef("warehouses", SECOND),
        "spares": [SECOND, FIRST],
    })
    other_mongo.crates.insert_one({"_id": CRATE, "mark": "c", "shelf": SHELF})
    return mongo, other_mongo


@pytest.fixture
def page(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app.get


def submit(form, *args, **kwargs):
    response = form.submit(*args, **kwargs)
    assert response.status_code == 302, response.html.select(".errorlist")
    return response


def test_the_list_shows_references_to_the_other_database(page, stored, mongo_commands):
    with mongo_commands() as commands:
        row = page(SHELVES).html.select_one("#result_list tbody tr")
    cells = [cell.text for cell in row.select("th, td")][1:]
    assert cells == ["A", "First", "Second", "Second, First", "First"]
    databases = {(each.document.get("find"), each.database) for each in commands}
    other = stored[1].name
    assert ("warehouses", other) in databases
    assert ("warehouses", stored[0].name) not in databases


@pytest.mark.parametrize(
    ("url", "count"),
    [
        (f"{SHELVES}?warehouse__id__exact={FIRST}", 1),
        (f"{SHELVES}?warehouse__id__exact={SECOND}", 0),
        (f"{SHELVES}?q=first", 1),
        (f"{SHELVES}?q=second", 0),
        (f"{SHELVES}?warehouse__opened__gte=2024-01-01+00:00:00Z", 1),
        (f"{SHELVES}?label=A", 1),
        (f"{CRATES}?shelf__id__exact={SHELF}", 1),
        (f"{CRATES}?shelf__label=A", 1),
        (f"{CRATES}?shelf__label=B", 0),
        (f"{WAREHOUSES}?opened__year=2024", 1),
        (f"{WAREHOUSES}?q={SECOND}", 1),
    ],
)
def test_filters_and_search_through_both_databases(page, stored, url, count):
    response = page(url)
    assert response.status_code == 200
    assert len(response.html.select("#result_list tbody tr")) == count


def test_facets_count_in_their_own_database(page, stored):
    page_of = {url: page(url).html for url in (SHELVES, WAREHOUSES, CRATES)}
    texts = {
        url: html.select_one("#changelist-filter").text for url, html in page_of.items()
    }
    assert "First (1)" in texts[SHELVES]
    assert "Second (0)" in texts[SHELVES]
    assert "A (1)" in texts[CRATES]
    assert "This year" in texts[WAREHOUSES]


def test_editing_a_document_of_the_other_database(page, stored):
    form = page(WAREHOUSES).forms["changelist-form"]
    form["form-0-name"] = "2nd"
    submit(form, "_save")
    assert stored[1].warehouses.find_one(SECOND)["name"] == "2nd"
    form = page(f"{WAREHOUSES}{FIRST}/change/").forms["warehouse_form"]
    form["name"] = "2nd"
    assert "already exists" in form.submit()
    form["name"] = "1st"
    submit(form)
    assert stored[1].warehouses.find_one(FIRST)["name"] == "1st"
    assert stored[0].warehouses.count_documents({}) == 0
    assert {entry.get_edited_object().name for entry in LogEntry.objects.all()} == {
        "1st",
        "2nd",
    }
    assert "Changed" in page(f"{WAREHOUSES}{FIRST}/history/")


def test_adding_to_the_other_database_and_referring_to_it(page, stored):
    form = page(f"{WAREHOUSES}add/").forms["warehouse_form"]
    form["name"] = "Third"
    submit(form)
    third = stored[1].warehouses.find_one({"name": "Third"})["_id"]
    form = page(f"{SHELVES}{SHELF}/change/").forms["rack_form"]
    form["warehouse"].force_value(str(third))
    form["formerly"] = str(FIRST)
    form["spares"] = [str(third)]
    submit(form)
    assert stored[0].shelves.find_one() == {
        "_id": SHELF,
        "label": "A",
        "warehouse": third,
        "formerly": DBRef("warehouses", FIRST),
        "spares": [third],
    }


def test_rows_of_an_inline_in_the_other_database(page, stored):
    form = page(f"{SHELVES}{SHELF}/change/").forms["rack_form"]
    form["crate_set-0-mark"], form["crate_set-1-mark"] = "c2", "new"
    submit(form)
    rows = [(son["mark"], son["shelf"]) for son in stored[1].crates.find()]
    assert rows == [("c2", SHELF), ("new", SHELF)]


def test_an_untouched_form_writes_to_neither(page, stored, mongo_commands):
    form = page(f"{SHELVES}{SHELF}/change/").forms["rack_form"]
    with mongo_commands() as commands:
        submit(form)
    assert not commands.writes


def test_autocomplete_and_raw_id_find_the_other_database(page, stored):
    query = {"app_label": "tests", "model_name": "rack", "field_name": "warehouse"}
    answer = page("/admin/autocomplete/", {**query, "term": "sec"}).json
    assert answer["results"] == [{"id": str(SECOND), "text": "Second"}]
    form_page = page(f"{SHELVES}{SHELF}/change/")
    assert form_page.html.select_one(".field-formerly strong a").text == "Second"


def test_a_crate_protects_its_shelf_and_so_the_warehouse(page, stored):
    for url in (f"{SHELVES}{SHELF}/delete/", f"{WAREHOUSES}{FIRST}/delete/"):
        confirmation = page(url)
        assert "Cannot delete" in confirmation.html.title.text
        assert "Crate: " in confirmation
    assert stored[1].warehouses.count_documents({}) == 2


def test_deletion_follows_the_rules_into_the_other_database(page, stored):
    stored[1].crates.delete_many({})
    confirmation = page(f"{WAREHOUSES}{FIRST}/delete/")
    assert "Rack: " in confirmation
    submit(confirmation.forms[1])
    assert stored[0].shelves.count_documents({}) == 0
    assert [son["_id"] for son in stored[1].warehouses.find()] == [SECOND]


def test_deletion_empties_references_in_the_other_database(page, stored):
    form = page(WAREHOUSES).forms["changelist-form"]
    form["action"] = "delete_selected"
    form["_selected_action"] = [str(SECOND)]
    submit(form.submit("index", index=0).forms[1])
    assert stored[0].shelves.find_one() == {
        "_id": SHELF,
        "label": "A",
        "warehouse": FIRST,
        "spares": [FIRST],
    }
