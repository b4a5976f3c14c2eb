"""Inlines: Documents that reference the parent, and rows embedded in it."""

from .shop import stacked, tabular

NO_KEY = "embedded rows have no key"


def test_both_kinds_are_edited_in_one_save(twins):
    inlines = [tabular("Track"), stacked("Credit", "credits")]
    twins.admin("Album", inlines=inlines)
    values = {"track_set-0-title": "Noon", "credits-0-name": "Don"}
    twins.submit("album/1/change/", differs=[NO_KEY], title="Other", **values)
