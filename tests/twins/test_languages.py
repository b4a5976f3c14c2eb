"""Pages in other languages and time zones, and what is read back from them."""

import datetime

import mongoengine as me
import pytest
from django.utils.translation import gettext_lazy

from . import rows
from .shop import Form, filled, main_form

LISTS = "rows of lists are part of the document"

PAGES = (
    "/",
    "album/",
    "album/?q=nothing",
    "album/add/",
    "album/1/change/",
    "album/1/history/",
    "album/4/delete/",
    "album/99/change/",
    "artist/ada/delete/",
    "track/",
    "concert/",
)
COLUMNS = ("title", "year", "price", "rating", "available", "released", "recorded")


@pytest.fixture(params=["de", "fr", "ar", "pl"])
def language(request, settings):
    settings.LANGUAGE_CODE = request.param
    return request.param


@pytest.fixture
def german(settings):
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True


@pytest.mark.parametrize("address", PAGES)
def test_every_page(twins, language, address):
    options = {
        "list_display": COLUMNS,
        "list_filter": ("kind", "available", "label", "released", "year"),
        "search_fields": ("title",),
        "date_hierarchy": "released",
    }
    twins.admin("Album", **options)
    twins.get(address)


@pytest.mark.parametrize(
    "language", ["de", "de-at", "pt-br", "zh-hans", "xx", "fr;q=2"]
)
def test_the_language_that_a_browser_asks_for(twins, language):
    headers = {"Accept-Language": language}
    twins.get("genre/", headers=headers)
    twins.get("genre/1/delete/", headers=headers, differs=[LISTS])


def test_messages_and_errors(twins, german):
    twins.submit("genre/add/", name="")
    twins.submit("genre/add/", name="Beat")
    twins.submit("genre/add/", name="x" * 41)
    twins.submit("genre/add/", name="Dub")
    twins.submit("genre/5/change/", name="Dubs", _continue="1")
    twins.submit("genre/5/delete/", post="yes")
    wrong = {"year": "viel", "price": "1,234", "rating": "x", "website": "x"}
    more = {"released_0": "2001-31-31", "contact": "x", "kind": "tape"}
    twins.submit("album/1/change/", title="", **wrong, **more)
    twins.submit("album/1/change/", price="123456789,00", released_0="1.2.2001")


def test_actions(twins, german):
    action = {"action": "delete_selected", "_selected_action": ["1", "2"]}
    twins.post("track/", action)
    twins.post("track/", action | {"post": "yes"})
    twins.post("track/", {"action": "delete_selected"})
    twins.post("track/", {"action": "", "_selected_action": ["3"]})


@pytest.mark.parametrize("separator", [True, False])
def test_an_unchanged_form_changes_nothing(twins, language, settings, separator):
    settings.USE_THOUSAND_SEPARATOR = separator
    before = rows.mongo_rows()
    for key in range(1, 7):
        twins.submit(f"album/{key}/change/")
    twins.submit("artist/ada/change/")
    assert rows.mongo_rows() == before
    assert {entry[-1] for entry in rows.log_entries("ada-mongo")} == {"[]"}


def test_dates_are_read_as_they_are_written(twins, german):
    days = {"recorded": "31.12.1999", "released_0": "24.12.2001", "released_1": "18:30"}
    twins.submit("album/1/change/", price="4321.50", **days)
    assert rows.mongo_rows()["Album"][0]["recorded"] == datetime.date(1999, 12, 31)


def test_numbers_of_a_localized_form(twins, german):
    options = {"fields": ("title", "price", "rating", "year")}
    form = Form("Album", meta=options | {"localized_fields": "__all__"})
    twins.admin("Album", form=form, **options)
    twins.submit("album/5/change/")
    assert rows.log_entries("ada-mongo")[0][-1] == "[]"
    twins.submit("album/5/change/", price="4.321,50", rating="1.234,5", year="2.001")
    stored = rows.mongo_rows()["Album"][4]
    assert (stored["rating"], stored["year"]) == (1234.5, 2001)


def test_cells_of_the_list_in_german(twins, german):
    columns = ("id", "price", "rating", "year", "released", "recorded")
    twins.admin("Album", list_display=columns, list_editable=columns[1:])
    twins.submit("album/", form="changelist-form")
    values = {"form-0-price": "1.000,25", "form-1-recorded": "01.02.2003"}
    twins.submit("album/", form="changelist-form", **values)


NAMES = {
    "verbose_name": gettext_lazy("user"),
    "verbose_name_plural": gettext_lazy("users"),
}


@pytest.fixture
def translated(monkeypatch):
    """Name the genres by words that Django has translations of."""
    for cls in (rows.model("Genre"), rows.document("Genre")):
        field = cls._meta.get_field("name")
        monkeypatch.setattr(field, "verbose_name", gettext_lazy("Yes"))
    for name, value in NAMES.items():
        monkeypatch.setattr(rows.model("Genre")._meta, name, value)
        meta = rows.document("Genre")._meta._meta
        monkeypatch.setitem(meta, name, value)


def test_names_are_translated_when_they_are_shown(twins, translated, settings):
    for language in ("de", "en", "fr"):
        settings.LANGUAGE_CODE = language
        twins.admin("Genre", list_display=("name",))
        for address in ("/", "genre/", "genre/add/", "genre/1/change/"):
            twins.get(address)
        twins.get("genre/4/delete/", differs=[LISTS])
    twins.submit("genre/1/change/", name="Beats")
    twins.get("genre/1/history/")


ZONES = ["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"]


@pytest.fixture(params=ZONES)
def zone(request, settings):
    settings.TIME_ZONE = request.param
    return request.param


def test_an_unchanged_form_in_another_zone(twins, zone):
    before = rows.mongo_rows()
    for number in (1, 2, 3):
        twins.submit(f"concert/00000000-0000-4000-8000-00000000000{number}/change/")
        twins.submit(f"album/{number}/change/")
    assert rows.mongo_rows() == before


def test_lists_in_another_zone(twins, zone):
    options = {"list_display": ("place", "starts", "day"), "date_hierarchy": "starts"}
    twins.admin("Concert", **options, list_filter=("starts", "day"))
    year = "concert/?starts__year=2024"
    for address in ("concert/", year, f"{year}&starts__month=3"):
        twins.get(address)
    twins.get(f"{year}&starts__month=3&starts__day=10")


# When New York puts its clocks on, and back.
MOMENTS = [
    ("2024-03-10", "01:59:59"),
    ("2024-03-10", "02:30:00"),
    ("2024-03-10", "03:00:00"),
    ("2024-11-03", "00:59:59"),
    ("2024-11-03", "01:30:00"),
    ("2024-11-03", "02:00:00"),
    ("0001-01-01", "00:00:00"),
]


@pytest.mark.parametrize(("day", "time"), MOMENTS)
def test_moments_around_the_change_of_the_clocks(twins, settings, day, time):
    settings.TIME_ZONE = "America/New_York"
    key = "concert/00000000-0000-4000-8000-000000000001/change/"
    twins.submit(key, starts_0=day, starts_1=time)


def test_the_last_second_of_all_is_an_error_of_the_form(twins, settings):
    """Django's own page fails."""
    settings.TIME_ZONE = "America/New_York"
    address = twins.url("mongo", "concert/00000000-0000-4000-8000-000000000001/change/")
    before = rows.mongo_rows()
    data = {"place": "A", "starts_0": "9999-12-31", "starts_1": "23:59:59"}
    page = twins.ask("mongo", "post", address, data)
    assert page.status_int == 200
    assert "errorlist" in page.text
    assert rows.mongo_rows() == before


@pytest.mark.parametrize("hour", [5, 6])
def test_a_moment_that_the_clock_shows_twice_is_kept(twins, settings, hour):
    """Django's form refuses it, or takes it for the other one: here it is in UTC."""
    settings.TIME_ZONE = "America/New_York"
    moment = datetime.datetime(2024, 11, 3, hour, 30, tzinfo=datetime.UTC)
    me.get_db().concerts.update_many({}, {"$set": {"starts": moment}})
    key = "concert/00000000-0000-4000-8000-000000000001/change/"
    address = twins.url("mongo", key)
    form = main_form(twins.ask("mongo", "get", address))
    data = filled(form, {"place": "Elsewhere"})
    assert twins.ask("mongo", "post", address, data).status_int == 302
    concert = rows.mongo_rows()["Concert"][0]
    assert (concert["place"], concert["starts"]) == ("Elsewhere", moment)
