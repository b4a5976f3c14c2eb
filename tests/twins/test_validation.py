"""What is wrong with an entry is told at the field that it was entered in."""

import pytest
from mongoengine import get_db

from .shop import stacked, tabular

WRONG = {
    "required": {"number": "", "tier": ""},
    "min_length": {"number": "A-1"},
    "max_length": {"number": "ABCDEF-10", "holder": "x" * 21},
    "regex": {"number": "a-10"},
    "two complaints": {"number": "a1"},
    "validation": {"holder": "abba"},
    "unique": {"number": "B-20"},
    "unique serial": {"serial": "S2"},
    "min_value": {"seat": "0", "price": "0.99"},
    "max_value": {"seat": "501", "rate": "1.6"},
    "not a number": {"seat": "first", "price": "dear", "rate": "-"},
    "too many digits": {"price": "1.234"},
    "not a choice": {"tier": "moon"},
    "email": {"email": "nobody@nowhere"},
    "link": {"link": "https://"},
    "no such row": {"concert": "00000000-0000-4000-8000-000000000009"},
    "not a key": {"concert": "x"},
    "not among the choices": {"concert": "00000000-0000-4000-8000-000000000003"},
    "no such member": {"genres": ["99"]},
    "not a member's key": {"genres": ["x"]},
    "clean, a field": {"seat": "13"},
    "clean, a field, mongoengine's error": {"seat": "14"},
    "clean, the whole": {"seat": "15"},
    "clean, the whole, mongoengine's error": {"seat": "16"},
    "several": {"number": "", "seat": "13", "email": "x", "genres": ["7"]},
}


@pytest.fixture
def index_of_the_server(mongo, twins):
    """An index that the Document does not declare; in SQL the model has to."""
    get_db().tickets.create_index("serial", unique=True, sparse=True)


@pytest.mark.usefixtures("index_of_the_server")
@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_wrong_values_on_the_change_form(twins, values):
    twins.submit("ticket/1/change/", **values)


@pytest.mark.usefixtures("index_of_the_server")
@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_wrong_values_on_the_add_form(twins, values):
    twins.submit("ticket/add/", **{"number": "NEW-1", **values})


def test_right_values(twins):
    concert = "00000000-0000-4000-8000-000000000002"
    twins.submit(
        "ticket/2/change/",
        number="NEW-99",
        holder="Eve",
        seat="500",
        price="1",
        rate="1.5",
        email="eve@example.org",
        link="example.org/eve",
        concert=concert,
        genres=["2"],
    )


def test_own_value_is_not_taken_by_another(twins):
    twins.submit("ticket/1/change/", number="A-10", holder="Eve")


def test_too_long_a_title(twins):
    twins.submit("album/1/change/", title="x" * 61, code="y" * 21)


def test_unique_value_is_taken(twins):
    twins.submit("album/1/change/", code="BD-002")
    twins.submit("album/add/", title="New", code="BD-002")
    twins.submit("genre/add/", name="Folk")


def test_written_key_is_taken(twins):
    twins.submit("artist/add/", code="ada", name="Another Ada")


def test_values_that_are_unique_together(twins):
    twins.submit("track/add/", album="1", number="1", title="Again")
    twins.submit("track/2/change/", number="1")


def test_the_other_of_two_values_that_are_unique_together(twins):
    twins.submit("track/3/change/", album="1")


def test_values_that_are_unique_together_one_of_them_wrong(twins):
    twins.submit("track/2/change/", album="77", number="1")


def test_dates_and_times(twins):
    twins.submit("album/1/change/", released_0="31.2.1999", recorded="soon")
    twins.submit("album/1/change/", released_0="1999-01-01", released_1="")
    twins.submit("album/1/change/", released_0="1999-01-01", released_1="25:00")


def test_required_values_are_missing(twins):
    twins.post("track/add/", {})
    twins.post("track/1/change/", {})


def test_wrong_values_in_the_list(twins):
    twins.admin("Ticket", list_display=("id", "number", "seat"))
    twins.admin(
        "Ticket",
        list_display=("id", "number", "serial", "seat", "tier"),
        list_editable=("number", "serial", "seat", "tier"),
        ordering=("id",),
    )
    names = {"form-0-number": "a", "form-1-number": "", "form-1-seat": "13"}
    twins.submit("ticket/", form="changelist-form", **names)


@pytest.mark.usefixtures("index_of_the_server")
@pytest.mark.parametrize("name", ["number", "serial"])
def test_taken_values_in_the_list(twins, name):
    twins.admin(
        "Ticket",
        list_display=("id", "number", "serial"),
        list_editable=("number", "serial"),
        ordering=("id",),
    )
    taken = {"number": "A-10", "serial": "S1"}[name]
    twins.submit("ticket/", form="changelist-form", **{f"form-1-{name}": taken})


@pytest.mark.parametrize("shape", [tabular, stacked])
def test_wrong_values_in_a_row_of_an_inline(twins, shape):
    twins.admin("Concert", inlines=[shape("Ticket", extra=1)])
    key = "00000000-0000-4000-8000-000000000001"
    names = {"ticket_set-0-seat": "13", "ticket_set-1-number": "x"}
    twins.submit(f"concert/{key}/change/", **names)


@pytest.mark.usefixtures("index_of_the_server")
def test_taken_values_in_a_row_of_an_inline(twins):
    twins.admin("Concert", inlines=[tabular("Ticket", extra=1)])
    key = "00000000-0000-4000-8000-000000000001"
    twins.submit(f"concert/{key}/change/", **{"ticket_set-0-number": "B-20"})
    names = {"ticket_set-1-number": "N-11", "ticket_set-1-serial": "S2"}
    twins.submit(f"concert/{key}/change/", **names)


def test_wrong_values_in_an_embedded_row(twins):
    twins.admin("Album", inlines=[stacked("Credit", "credits", extra=0)])
    names = {"credits-0-name": "", "credits-1-role": "flute", "credits-1-share": "x"}
    twins.submit("album/1/change/", differs=["embedded rows have no key"], **names)
