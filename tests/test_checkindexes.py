"""manage.py checkindexes: what it tells of the options of an admin, and how it ends."""

import json
from io import StringIO

import mongoengine as me
import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command

from admin_ext import DocumentAdmin, DocumentTabularInline, memory, plans
from admin_ext.meta import present
from tests.mongodb import UNAUTHORIZED


class Shipyard(me.Document):
    town = me.StringField(max_length=50)
    story = me.StringField()
    built = me.DateTimeField()
    meta = {"collection": "shipyards"}


class Gantry(me.Document):
    harbour = me.ReferenceField(Shipyard)
    name = me.StringField(max_length=50)
    load = me.IntField()
    meta = {"collection": "gantries", "ordering": ["name"], "allow_inheritance": True}


class TallGantry(Gantry):
    height = me.IntField()


class GantryInline(DocumentTabularInline):
    model = Gantry


class ShipyardAdmin(DocumentAdmin):
    list_display = ("town", "age")
    ordering = ("-built",)
    date_hierarchy = "built"
    search_fields = ("^town", "story", "@story")
    inlines = (GantryInline,)

    @admin.display(ordering="built")
    def age(self, harbour):
        return harbour.built


class GantryAdmin(DocumentAdmin):
    list_display = ("name", "load", "harbour__town")
    list_filter = ("harbour__town", ("load", admin.EmptyFieldListFilter))
    search_fields = ("=load", "harbour__town")


# The gantries are a hierarchy.
HARBOUR_LINE = 'meta = {"indexes": [{"fields": ["harbour"], "cls": False}]}'


@pytest.fixture
def shipyards(mongo):
    """The database with a large collection of shipyards, and a small one of cranes."""
    memory.forget()
    plans.forget()
    for document, admin_class in ((Shipyard, ShipyardAdmin), (Gantry, GantryAdmin)):
        admin.site.register(document, admin_class)
        present(document)
    mongo.shipyards.insert_many([{"town": f"T{number}"} for number in range(9)])
    mongo.gantries.insert_many([{"name": f"C{number}"} for number in range(3)])
    yield mongo
    admin.site.unregister((Shipyard, Gantry))
    memory.forget()
    plans.forget()


@pytest.fixture(autouse=True)
def large(settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 5


def run(*arguments):
    """Return (exit code, what the command printed)."""
    out = StringIO()
    try:
        call_command("checkindexes", *arguments, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def states(*labels):
    """Return {(option, entry, collection): index, line or state} of these admins."""
    memory.forget()
    _code, text = run(*labels, "--json")
    return {
        (each["option"], each["entry"], each["collection"]): (
            each["index"] or each["line"] or each["state"]
        )
        for each in json.loads(text)
    }


def declared(*names):
    return f'meta = {{"indexes": [{", ".join(names)}]}}'


def test_every_option_of_an_admin_is_told(shipyards):
    assert states("tests.Shipyard") == {
        ("ordering", "-built", "shipyards"): declared('"-built"'),
        ("list_display", "town", "shipyards"): declared('"town"'),
        ("list_display", "age", "shipyards"): declared('"built"'),
        ("date_hierarchy", "built", "shipyards"): declared('"built"'),
        ("search_fields", "^town", "shipyards"): declared('"town"'),
        ("search_fields", "story", "shipyards"): "no index can",
        ("search_fields", "@story", "shipyards"): declared('"$story"'),
        ("inlines", "GantryInline.harbour", "gantries"): HARBOUR_LINE,
    }


def test_a_path_through_a_reference_is_asked_in_both_collections(shipyards):
    found = states("tests.Gantry")
    asked = {key[2]: found[key] for key in found if key[1] == "harbour__town"}
    filtered = {key for key in found if key[0] == "list_filter"}
    assert asked == {"gantries": HARBOUR_LINE, "shipyards": "no index can"}
    assert ("list_filter", "harbour__town", "shipyards") in filtered
    assert ("list_filter", "load", "gantries") in filtered
    assert ("list_display", "harbour__town", "gantries") not in found


def test_the_order_of_a_subclass_is_walked_past_the_others(shipyards):
    admin.site.register(TallGantry, DocumentAdmin)
    present(TallGantry)
    shipyards.gantries.create_index("name", name="names")
    found = states("tests.TallGantry")
    admin.site.unregister([TallGantry])
    assert found["ordering", "name", "gantries"] == "names"


def test_what_points_here_needs_an_index(shipyards):
    found = states("tests.Gantry")
    assert found["what points here", "harbour", "gantries"] == HARBOUR_LINE


def test_an_index_serves_what_it_begins_with(shipyards):
    shipyards.shipyards.create_index([("built", 1), ("town", 1)], name="both")
    found = states("tests.Shipyard")
    assert found["ordering", "-built", "shipyards"] == "both"
    assert found["date_hierarchy", "built", "shipyards"] == "both"
    assert found["list_display", "town", "shipyards"] == declared('"town"')


@pytest.mark.parametrize(
    "options",
    [
        {"hidden": True},
        {"collation": {"locale": "de"}},
        {"partialFilterExpression": {"story": "x"}},
        {"sparse": True},
    ],
)
def test_an_index_that_serves_some_queries_only_is_no_order(shipyards, options):
    shipyards.shipyards.create_index("town", **options)
    found = states("tests.Shipyard")
    assert found["list_display", "town", "shipyards"] == declared('"town"')


def test_a_sparse_index_finds_values(shipyards):
    shipyards.shipyards.create_index("town", name="towns", sparse=True)
    assert states("tests.Shipyard")["search_fields", "^town", "shipyards"] == "towns"


def test_an_index_with_arrays_serves_lookups_and_no_order(shipyards):
    shipyards.shipyards.create_index("town", name="towns")
    shipyards.shipyards.insert_one({"town": ["Kiel", "Lübeck"]})
    found = states("tests.Shipyard")
    assert found["search_fields", "^town", "shipyards"] == "towns"
    assert found["list_display", "town", "shipyards"] == "no index can"


def test_a_text_index_serves_words(shipyards):
    shipyards.shipyards.create_index([("story", "text")])
    found = states("tests.Shipyard")
    assert found["search_fields", "@story", "shipyards"] == "served"
    assert found["search_fields", "story", "shipyards"] == "no index can"


def test_a_gap_of_a_large_collection_fails(shipyards):
    code, text = run("tests.Shipyard")
    assert code == 1
    (line,) = (each for each in text.splitlines() if "-built" in each and "ord" in each)
    expected = (
        'tests.Shipyard ordering -built shipyards 9 gap meta = {"indexes": ["-built"]}'
    )
    assert line.split() == expected.split()


def test_gaps_of_small_collections_can_be_left_out(shipyards, settings):
    assert run("tests.Shipyard", "--large")[0] == 1
    settings.ADMIN_EXT_LARGE_COLLECTION = 9
    assert run("tests.Shipyard")[0] == 1
    assert run("tests.Shipyard", "--large")[0] == 0


def test_it_ends_well_when_every_index_is_there(shipyards):
    for name in ("built", "town", [("story", "text")]):
        shipyards.shipyards.create_index(name)
    shipyards.gantries.create_index("harbour")
    code, text = run("tests.Shipyard")
    assert code == 0
    assert " gap " not in text


def test_only_gaps_are_printed_when_asked(shipyards):
    shipyards.shipyards.create_index("built")
    _code, text = run("tests.Shipyard", "--gaps")
    assert " served " not in text
    assert " gap " in text


def test_an_unknown_document_is_told_in_words(shipyards):
    with pytest.raises(CommandError) as error:
        run("tests.Shipyrd")
    assert error.value.returncode == 2
    assert str(error.value) == (
        "No Document “tests.Shipyrd” is registered with an admin. "
        "Did you mean “tests.Shipyard”?"
    )


def test_who_may_not_ask_the_planner_is_told(shipyards, mongo_faults):
    shipyards.gantries.create_index("harbour")
    shipyards.shipyards.create_index([("story", "text")])
    refused = {"failCommands": ["explain"], "errorCode": UNAUTHORIZED}
    with (
        mongo_faults("shipyards", **refused),
        pytest.raises(CommandError, match="MongoDB did not tell the plans of 5"),
    ):
        run("tests.Shipyard")


def test_every_registered_admin_can_be_checked(mongo):
    code, text = run("--json")
    assert code in (0, 1)
    labels = {each["admin"] for each in json.loads(text)}
    assert {"documents.Note", "tests.Book"} <= labels


def test_nothing_is_written(shipyards, mongo_commands):
    with mongo_commands() as commands:
        run("tests.Shipyard")
    assert commands
    assert not commands.writes
