"""The drill-down by dates above a list."""

import pytest
from django.utils import timezone

from . import rows

# Every level, and what nobody clicks.
LEVELS = (
    *("", "?{0}__year=1968", "?{0}__year=1970", "?{0}__year=2001"),
    *("?{0}__year=1968&{0}__month=5", "?{0}__year=1968&{0}__month=6"),
    *("?{0}__year=1968&{0}__month=5&{0}__day=31", "?{0}__year=1970&q=x&o=1"),
    *("?{0}__year=1968&{0}__month=6&{0}__day=1&kind__exact=ep", "?{0}__year=1969"),
)
ODD = (
    *("?{0}__year=x", "?{0}__year=0", "?{0}__year=99999", "?{0}__year="),
    *("?{0}__year=1968&{0}__month=13", "?{0}__year=1968&{0}__month=x"),
    "?{0}__year=1970&{0}__month=2&{0}__day=30",
)
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def drill(twins, name, address="album/", levels=LEVELS):
    for level in levels:
        twins.get(address + level.format(name))


@pytest.fixture
def albums(twins):
    def albums(name, **options):
        columns = ("title", "released", "recorded")
        options = {"list_filter": ("kind",), "search_fields": ("title",)} | options
        twins.admin("Album", list_display=columns, date_hierarchy=name, **options)
        return twins

    return albums


@pytest.mark.parametrize("zone", ZONES)
def test_dates_and_times_in_a_zone_of_the_settings(albums, settings, zone):
    settings.TIME_ZONE = zone
    drill(albums("released"), "released")


@pytest.mark.parametrize("zone", ZONES)
def test_dates_and_times_in_the_current_zone(albums, zone):
    with timezone.override(zone):
        drill(albums("released"), "released")


@pytest.mark.parametrize("zone", ZONES)
def test_dates_are_the_same_in_every_zone(albums, settings, zone):
    settings.TIME_ZONE = zone
    drill(albums("recorded"), "recorded")
    drill(
        albums("recorded"),
        "recorded",
        levels=("?{0}__year=1967", "?{0}__year=1967&{0}__month=12"),
    )
    albums("recorded").get(
        "album/?recorded__year=1967&recorded__month=12&recorded__day=1"
    )


@pytest.mark.parametrize("name", ["released", "recorded"])
def test_dates_that_do_not_exist(albums, name):
    drill(albums(name), name, levels=ODD)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ["starts", "day"])
def test_around_a_new_year_and_a_change_to_summer_time(twins, settings, name, zone):
    settings.TIME_ZONE = zone
    twins.admin("Concert", date_hierarchy=name, list_display=("place", name))
    levels = (
        *("", "?{0}__year=2023", "?{0}__year=2024", "?{0}__year=2023&{0}__month=12"),
        *("?{0}__year=2024&{0}__month=3", "?{0}__year=2024&{0}__month=1"),
        *("?{0}__year=2024&{0}__month=3&{0}__day=10",),
        *("?{0}__year=2024&{0}__month=3&{0}__day=9",),
        *("?{0}__year=2024&{0}__month=1&{0}__day=1",),
    )
    drill(twins, name, "concert/", levels)


def keep(name, *keys):
    """Leave only some rows of a class in both databases."""
    rows.model(name).objects.exclude(pk__in=keys).delete()
    rows.document(name)._get_collection().delete_many({"_id": {"$nin": list(keys)}})


@pytest.mark.parametrize(
    "keys", [(), (4,), (1,), (1, 3), (2, 6)], ids=["none", "null", "day", "month", "y"]
)
def test_the_first_level_is_the_one_with_a_choice(twins, keys):
    keep("Track")
    keep("Album", *keys)
    twins.admin("Album", date_hierarchy="released")
    twins.get("album/")


def test_the_levels_follow_search_and_filters(albums):
    twins = albums("released", list_per_page=2)
    for query in (
        "?q=o",
        "?kind__exact=ep",
        "?q=zzz",
        "?p=2",
        "?_popup=1",
        "?year=1970",
    ):
        twins.get(f"album/{query}")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_in_another_language(albums, settings, language):
    settings.LANGUAGE_CODE = language
    drill(albums("released"), "released", levels=LEVELS[:7])
