"""What is about persons is in no module: whoever reads the code would read it."""

import pytest

from admin_ext.introspection.inference.personal import is_personal
from admin_ext.introspection.writing import admin_source, documents_source
from tests.inferred import database_of, field_of, model_of

PERSONAL = [
    *(("firstName",), ("last_name",), ("authorName",), ("customer", "name")),
    *(("authors", "[]", "name"), ("sender",), ("phone",), ("ip",), ("birthday",)),
]
PUBLIC = [
    *(("name",), ("status",), ("product", "name"), ("address", "city"), ("hostName",)),
    *(("productType",), ("nameOfColour",), (), ("tags", "[]")),
]


@pytest.mark.parametrize("path", PERSONAL)
def test_names_of_what_is_known_of_persons(path):
    assert is_personal(path)


@pytest.mark.parametrize("path", PUBLIC)
def test_names_of_things(path):
    assert not is_personal(path)


@pytest.mark.parametrize(
    "text", ["Ann <ann@example.org>", "10.0.0.1", "+49 30 1234567", "bob@example.org"]
)
def test_values_that_are_addresses_of_persons_are_personal(text):
    assert is_personal(("note",), [text])
    assert field_of([text, "other"] * 50, "note").choices == []


def test_names_of_persons_are_neither_choices_nor_filters():
    people = [{"lastName": ["Braun", "Lange"][n % 2], "paid": True} for n in range(100)]
    database = database_of(guests=people)
    assert "Braun" not in documents_source(database)
    assert 'search_fields = ("last_name",)' in admin_source(database)
    assert 'list_filter = ("paid",)' in admin_source(database)


def test_dates_of_birth_are_not_quoted():
    source = documents_source(
        database_of(guests=[{"birthday": f"19{n}-05-17"} for n in range(50, 99)])
    )
    assert "# Dates kept as text (YYYY-MM-DD)." in source
    assert 'help_text="A date as text: YYYY-MM-DD."' in source
    assert "-05-17" not in source


def test_keys_that_are_addresses_are_not_quoted():
    rows = [{"seen": {f"u{n}@example.org": 1}} for n in range(40)]
    source = documents_source(database_of(visits=rows))
    assert 'Keys that mongoengine refuses to save: "…" and others.' in source
    assert "@" not in source.replace("@reads", "")


def test_keys_of_sessions_are_told_by_their_beginning_only():
    rows = [{"_id": f"{n:032x}", "at": 1 if n else "x"} for n in range(11, 20)]
    rows[0]["at"] = "x"
    rows[0]["_id"] = "b7f8c1d2e3f4a5b6c7d8e9f0a1b2c3d4"
    field = model_of(rows).field_named("at")
    assert "for example _id b7f8c1d2…" in field.doubts[0]
