"""Forms inside forms: embedded documents and lists, without JavaScript."""

import random
import re

import pytest
from bson import Int64, ObjectId
from django.contrib.admin import site
from django.urls import reverse

from .odd_documents import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app


def form_of(app, name, pk):
    page = app.get(reverse(f"admin:{name}_change", args=[pk]))
    return page.forms[f"{name.partition('_')[2]}_form"]


def submitted(form, *args):
    response = form.submit(*args)
    assert response.status_code == 302, response.html.select(".errorlist")


def test_list_rows_are_changed_added_removed_and_reordered(app, mongo):
    pk = mongo.books.insert_one({"title": "T", "keywords": ["a", "b", "c"]}).inserted_id
    form = form_of(app, "tests_book", pk)
    form["keywords-0-DELETE"] = True
    form["keywords-1-value"] = "B"
    form["keywords-1-ORDER"] = "9"
    form["keywords-3-value"] = "d"
    submitted(form)
    assert mongo.books.find_one(pk)["keywords"] == ["c", "B", "d"]


def test_untouched_rows_keep_values_that_a_form_cannot_show(app, mongo):
    row = {"text": "kept", "hidden": {"n": Int64(1)}}
    reviews = [row, {"text": "other"}]
    pk = mongo.books.insert_one({"title": "T", "reviews": reviews}).inserted_id
    form = form_of(app, "tests_book", pk)
    form["reviews-1-text"] = "changed"
    submitted(form)
    assert mongo.books.find_one(pk)["reviews"] == [row, {"text": "changed"}]


def test_a_row_is_found_again_where_somebody_else_moved_it(app, mongo):
    pk = mongo.books.insert_one({"title": "T", "keywords": ["a", "b"]}).inserted_id
    form = form_of(app, "tests_book", pk)
    mongo.books.update_one({"_id": pk}, {"$set": {"keywords": ["x", "a", "b"]}})
    form["keywords-0-DELETE"] = True
    form["keywords-1-value"] = "B"
    submitted(form)
    assert mongo.books.find_one(pk)["keywords"] == ["x", "B"]


def test_inline_rows_are_found_again_in_another_order(app, mongo):
    reviews = [{"text": "a"}, {"text": "b"}]
    pk = mongo.books.insert_one({"title": "T", "reviews": reviews}).inserted_id
    form = form_of(app, "tests_book", pk)
    mongo.books.update_one({"_id": pk}, {"$set": {"reviews": reviews[::-1]}})
    form["reviews-0-DELETE"] = True
    submitted(form)
    assert mongo.books.find_one(pk)["reviews"] == [{"text": "b"}]


def test_errors_in_rows_are_shown_in_their_rows(app, mongo):
    reviews = [{"text": "a"}, {"text": "b"}]
    pk = mongo.books.insert_one({"title": "T", "reviews": reviews}).inserted_id
    form = form_of(app, "tests_book", pk)
    form["reviews-1-stars"] = "9"
    response = form.submit()
    assert "less than or equal to 5" in response.html.select_one("#reviews-1").text
    assert mongo.books.find_one(pk)["reviews"] == reviews


def test_an_absent_embedded_document_stays_absent(app, mongo):
    pk = mongo.publishers.insert_one({"name": "P"}).inserted_id
    form = form_of(app, "tests_publisher", pk)
    form["name"] = "Q"
    submitted(form)
    assert mongo.publishers.find_one(pk) == {"_id": pk, "name": "Q"}


def test_embedded_documents_two_levels_deep(app, mongo):
    settings = {"public": {"view": False, "since": 2}, "other": 1}
    pk = mongo.notes.insert_one({"body": "b", "shareSettings": settings}).inserted_id
    form = form_of(app, "documents_note", pk)
    form["share_settings-public-view"] = "true"
    submitted(form)
    assert mongo.notes.find_one(pk)["shareSettings"] == {
        "public": {"view": True, "since": 2},
        "other": 1,
    }


SHOWN = [
    ("documents_note", "notes", {"shareSettings": {"public": {"view": True}, "x": 1}}),
    ("documents_note", "notes", {"shareSettings": {}, "tags": [ObjectId()] * 2}),
    ("documents_note", "notes", {"shareSettings": None}),
    ("documents_note", "notes", {"shareSettings": 3}),
    ("documents_widget", "widgets", {"filter": {"limit": 5, "of": "x", "tags": []}}),
    ("tests_publisher", "publishers", {"address": {"city": "<b>"}, "offices": [{}]}),
    ("tests_publisher", "publishers", {"name": "P"}),
]


@pytest.mark.parametrize(("name", "collection", "stored"), SHOWN)
def test_what_is_drawn_without_templates_is_what_these_draw(
    app, mongo, settings, name, collection, stored
):
    pk = mongo[collection].insert_one(stored).inserted_id
    url = reverse(f"admin:{name}_change", args=[pk])
    drawn = fieldsets_of(app.get(url))
    settings.DEBUG = True
    assert fieldsets_of(app.get(url)) == drawn


def fieldsets_of(page):
    """Return the form's rows, but for what the page signs with the time."""
    html = page.text[page.text.index("<fieldset") : page.text.rindex("</fieldset>")]
    return re.sub(r'name="[^"]*_base" value="[^"]*"', "", html)


def test_keys_of_a_dynamic_embedded_document_can_be_edited(app, mongo):
    tags = [ObjectId(), ObjectId()]
    stored = {"tags": tags, "limit": Int64(5), "nested": {"a": [1, 2.0]}}
    pk = mongo.widgets.insert_one({"name": "w", "filter": stored}).inserted_id
    form = form_of(app, "documents_widget", pk)
    form["filter-nested_1"] = '{"a": [1, 2.0, 3]}'
    submitted(form)
    found = mongo.widgets.find_one(pk)["filter"]
    assert found == {**stored, "nested": {"a": [1, 2.0, 3]}}
    assert isinstance(found["limit"], Int64)


@pytest.mark.parametrize("odd", ["text", 3, ["a"], [1, {"x": 2}]])
def test_odd_values_where_documents_are_expected_open_and_stay(app, mongo, odd):
    stored = {"name": "P", "address": odd, "offices": odd}
    pk = mongo.publishers.insert_one(dict(stored)).inserted_id
    form = form_of(app, "tests_publisher", pk)
    form["name"] = "Q"
    submitted(form)
    assert mongo.publishers.find_one(pk) == {**stored, "_id": pk, "name": "Q"}


def test_a_null_among_references_is_no_new_id(app, mongo):
    tags = [None, ObjectId(), ""]
    pk = mongo.notes.insert_one({"body": "b", "tags": tags}).inserted_id
    form = form_of(app, "documents_note", pk)
    form["body"] = "changed"
    submitted(form)
    assert mongo.notes.find_one(pk)["tags"] == tags


def test_a_class_within_itself_is_offered_once_and_then_when_it_is_stored(app, mongo):
    pk = mongo.trees.insert_one({"name": "T", "root": {"name": "r"}}).inserted_id
    form = form_of(app, "tests_tree", pk)
    assert "root-child-name" in form.fields
    assert "root-children-0-value-name" in form.fields
    assert not {"root-child-child-name", "root-children-0-value-child-name"} & {
        *form.fields
    }
    assert "root-child-children-0-value-name" not in form.fields
    form["root-child-name"] = "c"
    submitted(form)
    form = form_of(app, "tests_tree", pk)
    form["root-child-child-name"] = "d"
    submitted(form)
    child = mongo.trees.find_one(pk)["root"]["child"]
    assert (child["name"], child["child"]["name"]) == ("c", "d")


@pytest.mark.parametrize("value", [random.Random(1).randbytes(6_000_000).hex(), []])
def test_what_is_no_embedded_document_is_not_sent_along(app, mongo, value):
    value = value or [[hex(number)] for number in range(200_000)]
    pk = mongo.trees.insert_one({"root": value}).inserted_id
    form = form_of(app, "tests_tree", pk)
    assert len(form["_base"].value) < 100_000
    form["name"] = "changed"
    submitted(form)
    assert mongo.trees.find_one(pk) == {"_id": pk, "root": value, "name": "changed"}


def test_a_class_within_itself_is_saved_as_new_as_deep_as_it_is(
    app, mongo, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Tree), "save_as", True)
    root = {"name": "0"}
    for number in range(1, 6):
        root = {"name": str(number), "child": root, "children": [{"name": "c"}]}
    pk = mongo.trees.insert_one({"name": "T", "root": root, "branches": [root]})
    form = form_of(app, "tests_tree", pk.inserted_id)
    submitted(form, "_saveasnew")
    (copy,) = mongo.trees.find({"_id": {"$ne": pk.inserted_id}})
    for branch in (copy["root"], copy["branches"][0]):
        for number in range(5, 0, -1):
            assert branch["name"] == str(number)
            assert [each["name"] for each in branch["children"]] == ["c"]
            branch = branch["child"]
        assert branch["name"] == "0"
