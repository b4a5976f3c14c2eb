"""The list page."""


def test_default_options(twins):
    twins.get("album/")


def test_columns_of_every_kind(twins):
    columns = ("id", "title", "artist", "year", "price", "rating", "available")
    more = ("signed", "released", "recorded", "kind", "website", "genres")
    twins.admin("Album", list_display=columns + more)
    twins.get("album/", differs=["a list of references is a column"])
