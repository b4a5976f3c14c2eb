"""Filters of Django's classes and of one's own."""

import pytest
from django.contrib import admin


def test_filter_classes(twins):
    named = [
        ("signed", admin.BooleanFieldListFilter),
        ("released", admin.DateFieldListFilter),
        ("recorded", admin.DateFieldListFilter),
        ("kind", admin.ChoicesFieldListFilter),
        ("label", admin.RelatedFieldListFilter),
        ("year", admin.AllValuesFieldListFilter),
    ]
    twins.admin("Album", list_filter=named, show_facets=admin.ShowFacets.ALWAYS)
    for query in ("", "?signed__exact=1", "?released__isnull=True", "?kind__exact=ep"):
        twins.get(f"album/{query}")


def test_list_separator_of_a_filter(twins):
    class Years(admin.AllValuesFieldListFilter):
        list_separator = "|"

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.title = f"years apart by {self.list_separator}"

        def expected_parameters(self):
            return [f"{self.field_path}__in"]

    twins.admin("Album", list_filter=[("year", Years)])
    for query in ("", "?year__in=1968|1970", "?year__in=1968", "?year__in=1|x"):
        twins.get(f"album/{query}")


def test_registered_filter(twins, monkeypatch):
    class Initial(admin.FieldListFilter):
        def expected_parameters(self):
            return [f"{self.field_path}__startswith"]

        def choices(self, changelist):
            for letter in "MQ":
                query = {f"{self.field_path}__startswith": letter}
                yield {
                    "selected": self.used_parameters == query,
                    "query_string": changelist.get_query_string(query),
                    "display": letter,
                }

    registered = list(admin.FieldListFilter._field_list_filters)
    monkeypatch.setattr(admin.FieldListFilter, "_field_list_filters", registered)
    index = admin.FieldListFilter._take_priority_index
    monkeypatch.setattr(admin.FieldListFilter, "_take_priority_index", index)
    admin.FieldListFilter.register(
        lambda field: field.name == "title", Initial, take_priority=True
    )
    twins.admin("Album", list_filter=["title", "kind"])
    twins.get("album/")
    twins.get("album/?title__startswith=M")


@pytest.mark.parametrize("shown", [True, False])
def test_filter_of_the_bare_class(twins, shown):
    class Old(admin.ListFilter):
        title = "age"

        def has_output(self):
            return shown

        def expected_parameters(self):
            return ["old"]

        def choices(self, changelist):
            yield {
                "selected": "old" in self.used_parameters,
                "query_string": changelist.get_query_string({"old": 1}),
                "display": "Old",
            }

        def queryset(self, request, queryset):
            return queryset.filter(year__lt=1970) if "old" in request.GET else queryset

    twins.admin("Album", list_filter=[Old])
    twins.get("album/")
    twins.get("album/?e=1")
