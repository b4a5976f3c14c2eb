"""``date_hierarchy``: the links to years, months and days, and what they find."""

import pytest
from django.contrib import admin

YEARS = ["", "?released__year=1968", "?released__year=1970", "?released__year=1969"]
MONTHS = [
    "?released__year=1968&released__month=5",
    "?released__year=1968&released__month=6",
    "?released__year=1970&released__month=1",
    "?released__year=1970&released__month=2",
    "?released__year=1999&released__month=12",
]
DAYS = [
    "?released__year=1968&released__month=5&released__day=31",
    "?released__year=1968&released__month=6&released__day=1",
    "?released__year=1970&released__month=1&released__day=1",
    "?released__year=1969&released__month=12&released__day=31",
    "?released__year=1999&released__month=12&released__day=30",
]
WRONG = [
    "?released__year=x",
    "?released__year=",
    "?released__year=0",
    "?released__year=99999",
    "?released__year=1968&released__month=13",
    "?released__year=1968&released__month=2&released__day=30",
    "?released__year=1968&released__year=1970",
]


@pytest.mark.parametrize("query", YEARS + MONTHS + DAYS)
def test_levels_of_moments(twins, query):
    twins.admin("Album", date_hierarchy="released", list_display=("title", "released"))
    twins.get(f"album/{query}")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("query", ["", *YEARS[1:3], *MONTHS[:3], *DAYS[:4]])
def test_levels_in_another_time_zone(twins, settings, zone, query):
    settings.TIME_ZONE = zone
    twins.admin("Album", date_hierarchy="released", list_display=("title", "released"))
    twins.get(f"album/{query}")


@pytest.mark.parametrize("query", WRONG)
def test_wrong_periods(twins, query):
    twins.admin("Album", date_hierarchy="released")
    twins.get(f"album/{query}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?recorded__year=1967",
        "?recorded__year=1999&recorded__month=11",
        "?recorded__year=1967&recorded__month=12&recorded__day=1",
        "?recorded__year=1967&recorded__month=12&recorded__day=2",
    ],
)
def test_levels_of_days(twins, query):
    twins.admin("Album", date_hierarchy="recorded")
    twins.get(f"album/{query}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?artist__born__year=1950",
        "?artist__born__year=1950&artist__born__month=3",
        "?artist__born__year=1950&artist__born__month=3&artist__born__day=1",
        "?artist__born__year=1800",
    ],
)
def test_levels_of_days_in_another_collection(twins, query):
    twins.admin("Album", date_hierarchy="artist__born")
    twins.get(f"album/{query}")


@pytest.mark.parametrize("query", ["", "?born__year=1971", "?q=zoe"])
def test_one_year_only_begins_with_its_months(twins, query):
    twins.admin("Artist", date_hierarchy="born", search_fields=("name",))
    twins.get(f"artist/{query}")


def test_a_period_beside_search_filters_and_order(twins):
    twins.admin(
        "Album",
        date_hierarchy="released",
        search_fields=("title",),
        list_filter=("kind", "released"),
        list_display=("title", "released"),
        show_facets=admin.ShowFacets.ALWAYS,
    )
    for query in (
        "?released__year=1968&q=n",
        "?released__year=1970&kind__exact=lp",
        "?released__year=1968&o=-2",
        "?kind__exact=ep",
        "?q=nothing",
        "?released__year=1968&released__gte=1968-06-01+00%3A00%3A00%2B00%3A00",
    ):
        twins.get(f"album/{query}")


def test_no_dates_at_all(twins):
    twins.admin("Concert", date_hierarchy="starts")
    twins.get("concert/")
    twins.get("concert/?starts__year=2024&starts__month=3")
    twins.get("concert/?place=Dock")
