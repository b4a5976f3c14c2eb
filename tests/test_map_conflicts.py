"""Two people edit one map: keys are merged, and a key of both is asked about."""

import pytest
from bson import Int64

from admin_ext.changesets import identical

from .maps import asked, opened

__all__ = ["opened"]

pytestmark = pytest.mark.django_db


def test_edits_of_different_keys_both_survive(opened):
    page = opened(nums={"a": 1, "b": 2, "c": 3}, shelves={"s": {"ttl": "S"}})
    page.other({"$set": {"nums.a": 10, "nums.new": 1}, "$unset": {"nums.c": 1}})
    page.other({"$set": {"shelves.t": {"ttl": "T"}, "shelves.s.width": 1}})
    page["numbers-1-value"] = "20"
    page["shelves-0-value-title"] = "U"
    page.save()
    assert page.stored() == {
        "nums": {"a": 10, "b": 20, "new": 1},
        "shelves": {"s": {"ttl": "U", "width": 1}, "t": {"ttl": "T"}},
    }


@pytest.mark.parametrize(("choice", "expected"), [("mine", 2), ("stored", 3)])
def test_one_key_is_a_conflict(opened, choice, expected):
    page = opened(nums={"a": 1, "b": 1}, name="C")
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-value"], page["name"] = "2", "D"
    (text,) = asked(page)
    assert "Numbers: a was changed by somebody else" in text
    assert "You saw 1 Stored now 3 Yours 2" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": {"a": expected, "b": 1}, "name": "D"}


@pytest.mark.parametrize(("choice", "expected"), [("mine", 2), ("stored", 3)])
def test_a_key_that_both_add(opened, choice, expected):
    page = opened(nums={"a": 1})
    page["numbers-1-key"], page["numbers-1-value"] = "b", "2"
    page.other({"$set": {"nums.b": 3}})
    (text,) = asked(page)
    assert "You saw (not stored) Stored now 3 Yours 2" in text
    page["numbers-1-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": {"a": 1, "b": expected}}


def test_a_key_that_both_add_with_one_value_is_no_conflict(opened):
    page = opened(nums={"a": 1})
    page["numbers-1-key"], page["numbers-1-value"] = "b", "2"
    page.other({"$set": {"nums.b": 2}})
    page.save()
    assert page.stored() == {"nums": {"a": 1, "b": 2}}


@pytest.mark.parametrize(("choice", "expected"), [("mine", {}), ("stored", {"a": 3})])
def test_a_key_is_not_deleted_after_somebody_changed_it(opened, choice, expected):
    page = opened(nums={"a": 1})
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-DELETE"] = True
    (text,) = asked(page)
    assert "Stored now 3 Yours (deleted)" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": expected}


@pytest.mark.parametrize(("choice", "expected"), [("mine", {"a": 2}), ("stored", {})])
def test_a_key_that_was_removed_meanwhile(opened, choice, expected):
    page = opened(nums={"a": 1})
    page.other({"$unset": {"nums.a": 1}})
    page["numbers-0-value"] = "2"
    (text,) = asked(page)
    assert "You saw 1 Stored now (not stored) Yours 2" in text
    page["numbers-0-value-CHOICE"] = choice
    page.save()
    assert page.stored() == {"nums": expected}


def test_a_key_is_renamed_with_what_somebody_else_stored(opened):
    page = opened(nums={"a": 1, "b": 2})
    page.other({"$set": {"nums.a": 3}})
    page["numbers-0-key"] = "c"
    page.save()
    assert page.stored() == {"nums": {"b": 2, "c": 3}}


def test_a_key_that_is_gone_is_not_renamed(opened):
    page = opened(nums={"a": 1})
    page.other({"$unset": {"nums.a": 1}})
    page["numbers-0-key"] = "c"
    assert any("“a” was removed by somebody else" in each for each in page.refused())
    page["numbers-0-key"] = "a"
    page.save()
    assert page.stored() == {"nums": {}}


def test_a_key_is_not_renamed_over_one_that_somebody_else_added(opened):
    page = opened(nums={"a": 1})
    page.other({"$set": {"nums.b": 5}})
    page["numbers-0-key"] = "b"
    assert "The key “b” is there already." in page.refused()


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_an_embedded_document_of_a_key_that_was_removed(opened, choice):
    page = opened(shelves={"s": {"ttl": "S", "width": 1}})
    page.other({"$unset": {"shelves.s": 1}})
    page["shelves-0-value-title"] = "T"
    assert asked(page)
    page["shelves-0-value-CHOICE"] = choice
    page.save()
    expected = {"s": {"ttl": "T", "width": 1}} if choice == "mine" else {}
    assert page.stored() == {"shelves": expected}


@pytest.mark.parametrize("choice", ["mine", "stored"])
@pytest.mark.parametrize("name", ["maps", "lists"])
def test_rows_of_a_key_that_was_removed_meanwhile(opened, name, choice):
    value = {"a": "1", "b": "2"} if name == "maps" else [1, 2]
    it = opened(**{name: {"k": value, "l": value}})
    it.other({"$unset": {f"{name}.k": 1}})
    if name == "maps":
        it["maps-0-value-2-key"] = "c"
    it[f"{name}-0-value-2-value"] = "3"
    assert len(asked(it)) == 1
    it[f"{name}-0-value-CHOICE"] = choice
    it.save()
    mine = value | {"c": "3"} if name == "maps" else [*value, 3]
    expected = {"l": value} | ({"k": mine} if choice == "mine" else {})
    assert it.stored()[name] == expected


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_a_removed_inline_row_is_stored_again_with_its_map(opened, choice):
    a = {"title": "a", "counts": {"x": 1}, "inside": {"ttl": "s", "_cls": "Shelf"}}
    it = opened(rows=[a, {"title": "b"}])
    it.other({"$set": {"rows": [{"title": "b"}]}})
    it["rows-0-title"] = "A"
    assert len(asked(it)) == 1
    it["rows-0-CHOICE"] = choice
    it.save()
    mine = [{**a, "title": "A"}] if choice == "mine" else []
    assert it.stored()["rows"] == [*mine, {"title": "b"}]


def test_a_value_that_the_page_showed_first_is_put_back(opened):
    it = opened(nums={"a": Int64(1), "b": 2})
    it.other({"$set": {"nums.a": 5.5}})
    it["numbers-0-value"] = "9"
    assert len(asked(it)) == 1
    it["numbers-0-value"], it["numbers-0-value-CHOICE"] = "1", "mine"
    it.save()
    assert identical(it.stored()["nums"], {"a": Int64(1), "b": 2})
