"""Maps that are not shown as rows of a key and a value, or not all of them."""

import pytest
from bson import Int64
from django.contrib.admin import site
from mongoengine import DictField

from admin_ext.formfields import ExtendedJSONField

from .map_documents import Cabinet
from .maps import asked, opened

__all__ = ["opened"]

pytestmark = pytest.mark.django_db


def many(number):
    return {f"k{each}": Int64(each) for each in range(number)}


def test_many_keys_are_one_text(opened, mongo_commands):
    page = opened(nums=many(101))
    page.other({"$set": {"nums.k5": 50}})
    text = page.form["numbers"].value
    assert "numbers-0-key" not in page.form.fields
    with mongo_commands() as commands:
        page.save()
    assert not commands.writes
    page["numbers"] = text.replace('"k7": {"$numberLong": "7"}', '"k7": 70')
    page["numbers"] = text.replace('"$numberLong": "7"', '"$numberLong": "70"')
    page.save()
    assert page.stored() == {"nums": many(101) | {"k5": 50, "k7": Int64(70)}}


def test_a_text_is_merged_key_by_key(opened):
    page = opened(free=many(101))
    page.other({"$set": {"free.k7": 1}})
    text = page.form["free"].value
    page["free"] = text.replace('"$numberLong": "7"', '"$numberLong": "70"')
    assert asked(page)
    page["free-CHOICE"] = "mine"
    page.save()
    assert page.stored() == {"free": many(101) | {"k7": Int64(70)}}


@pytest.mark.parametrize("text", ["[1]", "5", '"x"', '{"a.b": 1}', '{"": 1}', "{"])
def test_a_text_that_is_no_map_is_refused(opened, text):
    page = opened(free=many(101))
    page["free"] = text
    assert page.refused()
    assert page.form["free"].value == text


def test_something_else_than_a_map_is_replaced_by_one(opened):
    page = opened(free=[1, 2])
    assert page.form["free"].value.split() == ["[", "1,", "2", "]"]
    page["free"] = '{"a": 1}'
    page.save()
    assert page.stored() == {"free": {"a": 1}}


def test_of_many_documents_the_first_are_shown(opened):
    page = opened(shelves={f"s{each}": {"width": each} for each in range(103)})
    assert "3 more keys are not shown here" in page.form.text
    page["shelves-0-value-width"] = "1000"
    page["shelves-1-DELETE"] = True
    page.save()
    stored = page.stored()["shelves"]
    assert [*stored] == ["s0", *(f"s{each}" for each in range(2, 103))]
    assert stored["s0"] == {"width": 1000}


def test_a_new_key_is_none_of_those_that_are_not_shown(opened):
    page = opened(shelves={f"s{each}": {"width": each} for each in range(103)})
    page["shelves-100-key"] = "s101"
    page["shelves-100-value-width"] = "7"
    assert asked(page)


def test_a_dict_is_one_text_where_the_admin_says_so(opened, monkeypatch):
    overrides = site.get_model_admin(Cabinet).formfield_overrides
    monkeypatch.setitem(overrides, DictField, {"form_class": ExtendedJSONField})
    page = opened(free={"a": Int64(1), "b": 1.0})
    text = page.form["free"].value
    page["free"] = text.replace("1.0", "2.5")
    page.save()
    assert page.stored() == {"free": {"a": Int64(1), "b": 2.5}}
