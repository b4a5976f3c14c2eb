"""References of every kind, of any stored form, in forms: untouched, and changed."""

import bson
import pytest
from bs4 import BeautifulSoup
from bson import SON, DBRef, Int64, ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.forms.models import modelform_factory
from django.http import QueryDict

from admin_ext.formfields.references import find_document
from admin_ext.forms import DocumentForm
from admin_ext.meta import present

from .files import load
from .odd_documents import Parcel
from .reference_documents import Ship, Town, Trip

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
TOWN, OTHER, GONE = (ObjectId(f"5f00000000000000000000a{n}") for n in range(3))
FORM = modelform_factory(present(Trip), form=DocumentForm, exclude=())

BTON = DBRef("towns", OTHER)

ONE = ("plain", "dbref", "lazy", "lazy_dbref")
GENERIC = ("generic", "generic_lazy", "anything")
GENERICS = ("generics", "generic_lazies")
MAPS = ("plain_map", "lazy_map", "generic_map")
MANY = ("plains", "dbrefs", "lazies", "lazy_dbrefs", "cacheds")


def generic(name="Town", reference=DBRef("towns", TOWN), **more):  # noqa: B008
    return SON([("_cls", name), ("_ref", reference), *more.items()])


CACHED = SON([("_id", TOWN), ("people", Int64(3)), ("townName", "as it was")])

STORED = {
    "an id": TOWN,
    "a DBRef": DBRef("towns", TOWN),
    "cached": CACHED,
    "null": None,
    "a dangling id": GONE,
    "a dangling DBRef": DBRef("towns", GONE),
    "a dangling cache": {"_id": GONE, "townName": "x"},
    "another collection": DBRef("ships", TOWN),
    "another database": DBRef("towns", TOWN, "elsewhere"),
    "more than a DBRef": DBRef("towns", TOWN, None, {"by": "me"}),
    "an id as text": str(TOWN),
    "a text": "zzz",
    "an empty text": "",
    "a number": Int64(5),
    "a document": {"a": 1},
    "a list": [TOWN],
    "generic": generic(),
    "generic of a subclass": generic("Ship.Ferry", DBRef("ships", "f")),
    "generic in another order": SON([*generic().items()][::-1]),
    "generic with an id": generic(reference=TOWN),
    "generic with more": generic(more=1),
    "generic, dangling": generic(reference=DBRef("towns", GONE)),
    "generic, malformed": generic(reference=DBRef("towns", "zzz")),
    "generic to another collection": generic(reference=DBRef("ships", TOWN)),
    "generic of an unknown class": generic("Gone"),
    "generic of a class that is no choice": generic("Trip", DBRef("trips", KEY)),
    "generic of a number": generic(5, 7),
    "generic without a reference": {"_cls": "Town"},
}


@pytest.fixture
def places(mongo):
    mongo.towns.insert_many([
        {"_id": TOWN, "townName": "Aton", "people": Int64(7), "region": "North"},
        {"_id": OTHER, "townName": "Bton", "people": 2.0},
    ])
    mongo.ships.insert_many([
        {"_id": "s", "_cls": "Ship", "name": "Sea"},
        {"_id": "f", "_cls": "Ship.Ferry", "name": "Fee"},
    ])
    return mongo


def sent(form):
    """Return what a browser sends for a form that was drawn."""
    page, data = BeautifulSoup(form.as_div(), "html.parser"), {}
    for each in page.select("input[name], textarea[name], select[name]"):
        name = each["name"]
        if each.name == "select":
            options = each.select("option[selected]")
            if each.has_attr("multiple"):
                data[name] = [option["value"] for option in options]
            else:
                first = options or each.select("option")
                data[name] = first[0]["value"]
        elif each.name == "textarea":
            data[name] = each.text.removeprefix("\n")
        elif each.get("type") != "checkbox" or each.has_attr("checked"):
            data[name] = each.get("value", "")
    return data, page


def query(data):
    """Return the data of a form as Django has them of a request."""
    found = QueryDict(mutable=True)
    for name, value in data.items():
        found.setlist(name, value if isinstance(value, list) else [value])
    return found


class Page:
    """The form of one stored trip, opened; ``send`` fills it in and saves it."""

    def __init__(self, mongo, form_class=FORM, **stored):
        codec = CodecOptions(document_class=RawBSONDocument)
        self.raw = mongo.trips.with_options(codec)
        self.raw.delete_many({})
        self.raw.insert_one({"_id": KEY, **stored})
        self.before, self.form_class = self.stored(), form_class
        self.data, self.html = sent(form_class(instance=load(Trip, KEY)))

    def stored(self):
        return self.raw.find_one({"_id": KEY}).raw

    def send(self, **data):
        form = self.form_class(query(self.data | data), instance=load(Trip, KEY))
        if form.is_valid():
            form.save()
        return form

    def saved(self, **data):
        """Return the document after these values were sent."""
        form = self.send(**data)
        assert form.is_valid(), form.errors
        return bson.decode(self.stored(), CodecOptions(document_class=SON))


def embedded(value):
    """Return values for every field of the embedded documents."""
    leg = dict.fromkeys(
        ("plain", "dbref", "lazy", "lazy_dbref", "generic", "generic_lazy"), value
    )
    leg |= {"plains": [value, None, value], "generics": [value, value]}
    return {"leg": leg, "legs": [leg, {}, leg]}


PLACES = {
    "alone": lambda value: {
        "plainTown": value,
        **dict.fromkeys((*ONE[1:], *GENERIC, "cached"), value),
    },
    "in lists": lambda value: {
        **dict.fromkeys(
            (*MANY, "generics", "generic_lazies"), [value, None, "", value]
        ),
        "tables": [[value], [], [value, value]],
    },
    "in maps": lambda value: dict.fromkeys(MAPS, {"a": value, "b.c": None, "": value}),
    "no list": lambda value: dict.fromkeys((*MANY, "generics", "tables"), value),
    "embedded": embedded,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", STORED)
def test_what_nobody_touched_stays_byte_by_byte(places, mongo_commands, name, place):
    page = Page(places, **PLACES[place](STORED[name]))
    with mongo_commands() as commands:
        form = page.send()
    assert form.is_valid(), form.errors
    assert not commands.writes
    assert page.stored() == page.before
    page.saved(title="changed")
    expected = bson.decode(page.before, CodecOptions(document_class=SON))
    after = SON([*expected.items(), ("title", "changed")])
    assert page.stored() == bson.encode(after)


def test_missing_references_stay_missing(places):
    page = Page(places)
    assert page.saved(title="t") == {"_id": KEY, "title": "t"}


@pytest.mark.parametrize("name", STORED)
def test_only_the_reference_that_was_changed_is_sent(places, mongo_commands, name):
    value = STORED[name]
    page = Page(places, **PLACES["alone"](value), plains=[value])
    with mongo_commands() as commands:
        form = page.send(plain=str(OTHER), generic_0="Ship", generic_1="s")
    assert form.is_valid(), form.errors
    (update,) = commands.writes
    update = update.document["updates"][0]["u"]
    changed = {**update["$set"], **update.get("$unset", {})}
    assert {path.partition(".")[0] for path in changed} == {"plainTown", "generic"}
    after = bson.decode(page.stored())
    new = DBRef("towns", OTHER) if name in FORMS_OF_DBREFS else OTHER
    assert after["plainTown"] == new
    assert after["generic"] == generic("Ship", DBRef("ships", "s"))


# Where a DBRef to the collection was stored, another is.
FORMS_OF_DBREFS = {"a DBRef", "a dangling DBRef", "more than a DBRef"}


@pytest.mark.parametrize("field", ONE)
@pytest.mark.parametrize("stored", [TOWN, DBRef("towns", TOWN), "zzz", None])
def test_a_changed_reference_keeps_the_form_that_is_stored(places, field, stored):
    key = "plainTown" if field == "plain" else field
    found = Page(places, **{key: stored}).saved(**{field: str(OTHER)})[key]
    is_dbref = isinstance(stored, DBRef)
    if not is_dbref and stored != TOWN:
        is_dbref = field.endswith("dbref")
    assert found == (DBRef("towns", OTHER) if is_dbref else OTHER)


def test_a_cached_reference_is_filled_anew_only_when_it_is_changed(places):
    page = Page(places, cached=CACHED, cacheds=[CACHED])
    assert page.saved(title="t")["cached"] == CACHED
    found = page.saved(cached=str(OTHER), cacheds=[str(TOWN), str(OTHER)])
    new = {"_id": OTHER, "townName": "Bton", "people": 2.0}
    assert found["cached"] == new
    of_mongoengine = load(Town, OTHER).to_mongo(fields=["name", "people"])
    assert [*found["cacheds"][1]] == [*of_mongoengine] == ["_id", "townName", "people"]
    assert found["cacheds"] == [CACHED, new]
    assert isinstance(found["cached"]["people"], float)


@pytest.mark.parametrize("field", MANY[:4])
def test_members_of_a_list_stay_what_they_are_beside_new_ones(places, field):
    odd = [DBRef("towns", TOWN), TOWN, None, "", GONE, "zzz", DBRef("ships", TOWN)]
    page = Page(places, **{field: [*odd, TOWN]})
    found = page.saved(**{field: [*page.data[field], str(OTHER)]})[field]
    assert found == [*odd, TOWN, DBRef("towns", OTHER)]
    page = Page(places, **{field: [*odd, TOWN]})
    kept = [text for text in page.data[field] if text not in ("[null]", '[""]')]
    found = page.saved(**{field: kept})[field]
    assert found == [each for each in [*odd, TOWN] if each not in (None, "")]


def test_references_of_other_places_can_be_replaced_by_the_same_id(places):
    page = Page(places, plainTown=DBRef("ships", TOWN))
    marks = [each.text for each in page.html.select(".stored-as")]
    assert "leads to ships" in marks
    assert "Aton" not in page.html.select_one("select[name=plain] [selected]").text
    assert page.saved(plain=str(TOWN))["plainTown"] == TOWN


def test_generic_references_show_what_is_stored(places):
    page = Page(places, generic=generic(), anything=generic("Gone"), generic_lazy="x")
    assert page.data["generic_0"] == "Town"
    assert page.data["generic_1"] == str(TOWN)
    shown = page.html.select(".generic-reference-label")
    assert [each.text.strip() for each in shown] == ["Aton", "x"]
    options = page.html.select("select[name=generic_0] option")
    assert [each.text for each in options] == ["---------", "Town", "Ship"]
    marks = [each.text for each in page.html.select(".stored-as")]
    assert "unknown kind" in marks
    assert "text" in marks
    assert (page.data["anything_0"], page.data["anything_1"]) == ("Gone", str(TOWN))


@pytest.mark.parametrize("name", STORED)
def test_generic_references_are_replaced_and_emptied(places, name):
    stored = dict.fromkeys(GENERIC, STORED[name])
    data = {f"{field}_0": "Town" for field in GENERIC}
    data |= {f"{field}_1": str(OTHER) for field in GENERIC}
    found, new = Page(places, **stored).saved(**data), generic("Town", BTON)
    assert [dict(found[field]) for field in GENERIC] == [new] * 3
    if STORED[name] is not None:
        page = Page(places, **stored)
        assert page.saved(**dict.fromkeys(data, "")) == {"_id": KEY}


def test_a_subclass_is_stored_as_a_class_that_is_allowed(places):
    found = Page(places).saved(
        generic_0="Ship", generic_1="f", anything_0="Ship", anything_1="f"
    )
    assert found["generic"] == generic("Ship", DBRef("ships", "f"))
    assert found["anything"] == generic("Ship.Ferry", DBRef("ships", "f"))


@pytest.mark.parametrize(
    ("kind", "key", "message"),
    [
        ("Town", "zzz", "“zzz” is not a valid ObjectId."),
        ("Town", str(GONE), f"Town with ID “{GONE}” doesn’t exist."),
        ("Ship", "nobody", "Ship with ID “nobody” doesn’t exist."),
        ("Ship", "\x00", "Ship with ID “\x00” doesn’t exist."),
        ("", str(TOWN), "Choose of which kind the document is."),
        ("Ship", "", "Enter the ID of the document, or choose no kind."),
        ("Trip", str(KEY), "Trip is not one of the available choices."),
        ("$where", "1", "$where is not one of the available choices."),
        ("?", "1", "? is not one of the available choices."),
    ],
)
def test_what_was_typed_wrong_is_said(places, kind, key, message):
    page = Page(places, generic=generic())
    form = page.send(generic_0=kind, generic_1=key)
    assert message in form.errors["generic"][0]
    assert page.stored() == page.before
    # What was typed is still there.
    data, html = sent(form)
    assert data["generic_1"] == key.strip("\x00") or "\x00" in key
    assert not html.select(".field-generic .generic-reference-label")


def test_rows_of_generic_references_are_changed_one_by_one(places):
    rows = [generic("Gone"), None, generic(), "odd", generic()]
    page = Page(places, generics=rows)
    data = {"generics-2-value_0": "Ship", "generics-2-value_1": "s"}
    data |= {"generics-5-value_0": "Town", "generics-5-value_1": str(OTHER)}
    found = page.saved(**data, **{"generics-3-DELETE": "on"})["generics"]
    ship = generic("Ship", DBRef("ships", "s"))
    new = generic("Town", BTON)
    assert found == [rows[0], None, ship, rows[4], new]


def test_references_in_embedded_documents_are_changed(places):
    leg = {"plain": TOWN, "generic": generic(), "hidden": 1, "dbref": TOWN}
    page = Page(places, leg=leg, legs=[leg, leg])
    data = {"leg-plain": str(OTHER), "legs-1-value-generic_1": str(OTHER)}
    found = page.saved(**data)
    assert found["leg"] == leg | {"plain": OTHER}
    other = leg | {"generic": generic("Town", BTON)}
    assert found["legs"] == [leg, other]


def test_a_new_trip_takes_references_of_every_kind(places):
    form = FORM(instance=present(Trip)())
    data, _html = sent(form)
    data |= dict.fromkeys((*ONE, "cached"), str(TOWN))
    data |= {"generic_0": "Ship", "generic_1": "s", "plains": [str(OTHER), str(TOWN)]}
    form = FORM(query(data), instance=present(Trip)())
    assert form.is_valid(), form.errors
    form.save()
    found = places.trips.find_one()
    assert found["plainTown"] == found["lazy"] == TOWN
    assert found["dbref"] == found["lazy_dbref"] == DBRef("towns", TOWN)
    assert found["cached"] == {"_id": TOWN, "townName": "Aton", "people": 7}
    assert found["generic"] == generic("Ship", DBRef("ships", "s"))
    assert found["plains"] == [OTHER, TOWN]
    assert "generic_lazy" not in found


def test_a_conflict_names_the_documents(places):
    page = Page(places, plainTown=TOWN, generic=generic(), plains=[TOWN, "zzz"])
    ship = generic("Ship", DBRef("ships", "s"))
    new = {"plainTown": GONE, "generic": ship, "plains": None}
    places.trips.update_one({}, {"$set": new})
    form = page.send(
        plain=str(OTHER), generic_1=str(OTHER), plains=[str(TOWN), str(OTHER)]
    )
    texts = {name: form.errors[name][0] for name in ("plain", "generic", "plains")}
    for text in (f"Aton ({TOWN})", f"Bton ({OTHER})", f"Not found: {GONE}"):
        assert text in texts["plain"]
    for text in (f"Town Aton ({TOWN})", f"Town Bton ({OTHER})", "Ship Sea (s)"):
        assert text in texts["generic"]
    assert f"Aton ({TOWN}), Bton ({OTHER})" in texts["plains"]
    assert "Not found: [&quot;zzz&quot;]" in texts["plains"]


@pytest.fixture
def person(places, client):
    """A member of staff who may change trips and view towns, but not ships."""
    person = User.objects.create_user("ann", is_staff=True)
    names = ("change_trip", "add_trip", "view_trip", "view_town")
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(person)
    return client


def page_of(client, **stored):
    stored = {"_id": KEY, **stored}
    present(Trip)._get_collection().insert_one(stored)
    page = client.get(f"/admin/tests/trip/{KEY}/change/")
    return BeautifulSoup(page.content, "html.parser")


def test_a_person_is_told_of_what_they_may_view(person):
    ship = generic("Ship", DBRef("ships", "s"))
    page = page_of(person, generic=generic(), generic_lazy=ship, generics=[ship])
    text = page.select_one("#trip_form").text
    assert "Aton" in text
    assert "Sea" not in text
    options = page.select("select[name=generic_0] option")
    assert [each.get("value") for each in options] == ["", "Town"]
    lookup = options[1]["data-lookup"]
    assert lookup == "/admin/tests/town/?_to_field=id"
    assert page.select_one("#lookup_id_generic_1")["href"] == lookup
    stored = page.select_one("select[name=generic_lazy_0] [selected]")
    assert (stored["value"], stored.get("data-lookup")) == ("Ship", None)
    assert page.select_one("input[name=generic_lazy_1]")["value"] == "s"
    assert page.select_one("#lookup_id_generic_lazy_1").has_attr("hidden")
    free = page.select("select[name=anything_0] option")
    assert {each["value"] for each in free} == {"", "Town", "Trip"}


def test_nobody_chooses_what_they_may_not_view(person):
    ship = generic("Ship", DBRef("ships", "s"))
    page = page_of(person, generic=ship)
    base = page.select_one("input[name=_base]")["value"]
    data = {"_base": base, "generic_0": "Ship", "generic_1": "f"}
    answer = person.post(f"/admin/tests/trip/{KEY}/change/", data)
    assert answer.status_code == 200
    assert "Ship is not one of the available choices." in answer.content.decode()
    assert present(Trip)._get_collection().find_one()["generic"] == ship


def test_a_generic_reference_reads_no_collection_as_a_whole(
    places, admin_client, mongo_commands
):
    places.towns.insert_many([{"townName": "x"} for _ in range(300)])
    field = present(Trip)._meta.get_field("generic")
    model_admin = admin.site._registry[Trip]
    request = admin_client.get("/admin/").wsgi_request
    form_field = model_admin.formfield_for_dbfield(field, request)
    with mongo_commands() as commands:
        with pytest.raises(ValidationError):
            form_field.clean(("Town", str(GONE)))
        assert form_field.clean(("Town", str(TOWN))).pk == TOWN
    finds = [each.document for each in commands if each.name == "find"]
    assert all("_id" in find["filter"] for find in finds)


def test_a_reference_to_be_added_comes_from_the_link(admin_client, places):
    page = admin_client.get(f"/admin/tests/trip/add/?generic=Town,{TOWN}")
    html = BeautifulSoup(page.content, "html.parser")
    assert html.select_one("select[name=generic_0] [selected]")["value"] == "Town"
    assert html.select_one("input[name=generic_1]")["value"] == str(TOWN)


@pytest.mark.parametrize("field", ["plain", "cached", "plains", "tables"])
def test_autocomplete_finds_what_a_field_of_any_kind_leads_to(
    admin_client, places, field
):
    url = "/admin/autocomplete/?app_label=tests&model_name=trip&term=A"
    answer = admin_client.get(f"{url}&field_name={field}").json()
    assert answer["results"] == [{"id": str(TOWN), "text": "Aton"}]


@pytest.mark.parametrize("key", ["9" * 30, "1.5", "$gt", "\ud800"])
def test_no_key_that_is_typed_is_an_error_of_the_server(places, key):
    for document in (Parcel, Town, Ship):
        assert find_document(present(document)._default_manager.all(), key) is None


def test_references_in_maps_are_changed_one_by_one(places):
    stored = {
        "plain_map": {"a": DBRef("towns", TOWN), "b": GONE},
        "generic_map": {"a": generic("Gone"), "b": generic()},
    }
    page = Page(places, **stored)
    changes = {"plain_map-0-value": str(OTHER), "generic_map-1-value_1": str(OTHER)}
    found = page.saved(**changes)
    assert found["plain_map"] == {"a": BTON, "b": GONE}
    assert found["generic_map"] == {"a": generic("Gone"), "b": generic("Town", BTON)}
