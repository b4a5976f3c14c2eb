"""Rows of lists in forms: moved, added, removed and duplicated, without JavaScript."""

import pytest
from bson import Decimal128, Int64, ObjectId, encode
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from .admin import ReviewInline
from .test_nested import app, form_of, submitted

__all__ = ["app"]

pytestmark = pytest.mark.django_db

# Keys that no field declares, of types that a form cannot show.
HIDDEN = {"n": Int64(1), "d": Decimal128("1.50"), "id": ObjectId()}


def insert(mongo, **values):
    return mongo.leaflets.insert_one({"title": "T", **values}).inserted_id


def part(label, **values):
    return {"lbl": label, "weight": Int64(3), "own": {**HIDDEN, "of": label}, **values}


def page_of(app, pk, query=""):
    url = reverse("admin:tests_leaflet_change", args=[pk])
    return app.get(f"{url}{query}")


def stored(mongo, pk):
    return mongo.leaflets.find_one(pk)["parts"]


def same(found, expected):
    assert encode({"rows": found}) == encode({"rows": expected})


def test_rows_with_hidden_keys_are_moved(app, mongo):
    a, b, c = map(part, "abc")
    pk = insert(mongo, parts=[a, b, c])
    form = form_of(app, "tests_leaflet", pk)
    form["parts-2-ORDER"] = "1"
    form["parts-0-ORDER"] = "2"
    form["parts-1-ORDER"] = "3"
    submitted(form)
    same(stored(mongo, pk), [c, a, b])


def test_a_row_is_duplicated_with_what_is_hidden_in_it(app, mongo):
    a, b = part("a"), part("b")
    pk = insert(mongo, parts=[a, b])
    form = form_of(app, "tests_leaflet", pk)
    form["parts-0-COPY"] = True
    submitted(form)
    same(stored(mongo, pk), [a, a, b])


def fields_with_copy(page, source, number, **changes):
    """Return what is sent when a script has made row ``number`` a copy of another."""
    fields = dict(page.forms["leaflet_form"].submit_fields())
    name, copy = f"parts-{source}-value-", f"parts-{number}-value-"
    for each in [*fields]:
        if each.startswith(name):
            fields[each.replace(name, copy)] = fields[each]
    fields[f"parts-{number}-FROM"] = str(source)
    return fields | {f"{copy}{key}": value for key, value in changes.items()}


def test_a_copy_can_be_changed_before_it_is_stored(app, mongo):
    a, b = part("a"), part("b")
    pk = insert(mongo, parts=[a, b])
    page = page_of(app, pk)
    fields = fields_with_copy(page, 0, 2, label="copy")
    assert app.post(page.request.path, fields).status_code == 302
    same(stored(mongo, pk), [a, b, {**a, "lbl": "copy"}])


def test_a_copy_keeps_its_hidden_keys_over_an_error(app, mongo):
    a = part("a")
    pk = insert(mongo, parts=[a])
    page = page_of(app, pk)
    fields = fields_with_copy(page, 0, 1, label="copy", weight="heavy")
    response = app.post(page.request.path, fields)
    form = response.forms["leaflet_form"]
    form["parts-1-value-weight"] = "3"
    submitted(form)
    same(stored(mongo, pk), [a, {**a, "lbl": "copy"}])


def test_a_copy_of_a_value_keeps_its_type(app, mongo):
    rows = [Int64(5), 2.5]
    pk = mongo.everything.insert_one({"list": rows}).inserted_id
    page = app.get(reverse("admin:tests_everything_change", args=[pk]))
    fields = dict(page.forms["everything_form"].submit_fields())
    fields |= {"list-2-FROM": "0", "list-2-value": fields["list-0-value"]}
    fields["list-TOTAL_FORMS"] = "3"
    assert app.post(page.request.path, fields).status_code == 302
    same(mongo.everything.find_one(pk)["list"], [*rows, Int64(5)])


def test_all_at_once_each_row_stays_itself(app, mongo):
    a, b, c, d = map(part, "abcd")
    pk = insert(mongo, parts=[a, b, c, d])
    form = form_of(app, "tests_leaflet", pk)
    form["parts-0-DELETE"] = True
    form["parts-1-ORDER"] = "9"
    form["parts-2-value-label"] = "C"
    form["parts-3-COPY"] = True
    form["parts-4-value-label"] = "new"
    submitted(form)
    c = {**c, "lbl": "C"}
    same(stored(mongo, pk), [c, d, d, b, {"lbl": "new"}])


def test_a_new_row_that_a_script_removed_is_not_stored(app, mongo):
    pk = insert(mongo, parts=[part("a")])
    page = page_of(app, pk)
    fields = dict(page.forms["leaflet_form"].submit_fields()) | {
        "parts-1-DELETE": "on",
        "parts-1-value-label": "typed",
    }
    assert app.post(page.request.path, fields).status_code == 302
    same(stored(mongo, pk), [part("a")])


@pytest.mark.parametrize("name", ["FROM", "ORDER", "COPY", "DELETE", "TOTAL_FORMS"])
@pytest.mark.parametrize("value", ["\0", "-1", "9" * 400, "²", "x", "1.5"])
def test_hostile_values_write_nothing_odd(app, mongo, name, value):
    pk = insert(mongo, parts=[part("a")])
    page = page_of(app, pk)
    names = {"FROM": "parts-1-FROM", "TOTAL_FORMS": "parts-TOTAL_FORMS"}
    fields = dict(page.forms["leaflet_form"].submit_fields())
    fields[names.get(name, f"parts-0-{name}")] = value
    response = app.post(page.request.path, fields, expect_errors=True)
    assert response.status_code in (200, 302, 400)
    assert all(row == part("a") for row in stored(mongo, pk))


# Long lists


def many(count=5_000):
    return [part(f"r{number}") for number in range(count)]


def test_5000_rows_are_not_5000_widgets(app, mongo):
    rows = many()
    pk = insert(mongo, parts=rows)
    page = page_of(app, pk)
    assert len(page.html.select("#id_parts > .list-row")) == 101
    assert "5000 rows" in page.html.select_one(".row-windows").text
    link = page.html.find("a", string="101–200")
    assert link["href"] == "?_rows=parts:101"
    page = page.click("101–200")
    form = page.forms["leaflet_form"]
    assert form["parts-0-ORDER"].value == "101"
    assert form["parts-0-value-label"].value == "r100"
    form["parts-0-value-label"] = "changed"
    form["parts-1-DELETE"] = True
    form["parts-3-ORDER"] = "100"
    form["parts-100-value-label"] = "new"
    submitted(form)
    rows[100]["lbl"] = "changed"
    expected = [*rows[:100], rows[103], rows[100], rows[102], *rows[104:]]
    same(stored(mongo, pk), [*expected, {"lbl": "new"}])


def test_a_copy_of_the_last_row_of_a_part_stands_behind_it(app, mongo):
    rows = many(250)
    pk = insert(mongo, parts=rows)
    form = page_of(app, pk, "?_rows=parts:101").forms["leaflet_form"]
    form["parts-99-COPY"] = True
    form["parts-100-value-label"] = "new"
    response = form.submit("_continue")
    assert response.location.endswith("?_rows=parts%3A101")
    expected = [*rows[:200], rows[199], *rows[200:], {"lbl": "new"}]
    same(stored(mongo, pk), expected)


def test_one_changed_row_of_5000_is_all_that_is_sent(app, mongo, mongo_commands):
    pk = insert(mongo, parts=many())
    form = page_of(app, pk, "?_rows=parts:4901").forms["leaflet_form"]
    form["parts-99-value-label"] = "last"
    with mongo_commands() as commands:
        submitted(form)
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {"$set": {"parts.4999.lbl": "last"}}


@pytest.mark.parametrize("insertion", [0, 150, 250])
def test_a_part_of_equal_rows_is_found_again_where_it_was(app, mongo, insertion):
    pk = mongo.books.insert_one({"title": "T", "keywords": ["a"] * 300}).inserted_id
    url = reverse("admin:tests_book_change", args=[pk])
    form = app.get(f"{url}?_rows=keywords:101").forms["book_form"]
    keywords = ["a"] * 300
    keywords.insert(insertion, "theirs")
    mongo.books.update_one({"_id": pk}, {"$set": {"keywords": keywords}})
    form["keywords-99-value"] = "mine"
    submitted(form)
    found = mongo.books.find_one(pk)["keywords"]
    assert found[insertion] == "theirs"
    assert 190 < found.index("mine") < 210
    assert len(found) == 301


@pytest.mark.parametrize(
    "query", ["parts:-5", "parts:", "parts", ":", "parts:²", "parts:9999999999", "\0"]
)
def test_odd_addresses_of_parts_open(app, mongo, query):
    pk = insert(mongo, parts=many(150))
    assert page_of(app, pk, f"?_rows={query.replace(chr(0), '%00')}")


def test_a_part_of_a_list_is_not_saved_as_new(app, mongo, monkeypatch):
    admin = app_admin("leaflet")
    monkeypatch.setattr(admin, "save_as", True)
    pk = insert(mongo, parts=many(150))
    response = page_of(app, pk).forms["leaflet_form"].submit("_saveasnew")
    assert "a part of these rows only" in response.text
    assert mongo.leaflets.count_documents({}) == 1


def app_admin(name):
    (found,) = (each for each in site._registry if each._meta.model_name == name)
    return site._registry[found]


def test_inlines_have_parts_too(app, mongo):
    reviews = [{"text": f"r{n}", "n": Int64(n)} for n in range(250)]
    pk = mongo.books.insert_one({"title": "T", "reviews": reviews}).inserted_id
    page = app.get(reverse("admin:tests_book_change", args=[pk]))
    page = page.click("201–250")
    form = page.forms["book_form"]
    form["reviews-49-text"] = "last"
    form["reviews-0-DELETE"] = True
    form["reviews-50-text"] = "new"
    submitted(form)
    reviews[249]["text"] = "last"
    del reviews[200]
    same(mongo.books.find_one(pk)["reviews"], [*reviews, {"text": "new"}])


# Inlines


def review(text):
    return {"text": text, "own": {**HIDDEN, "of": text}}


@pytest.fixture
def reviews(mongo):
    """Return the key of a book with three rows, and these."""
    rows = [review(text) for text in "abc"]
    pk = mongo.books.insert_one({"title": "T", "reviews": rows}).inserted_id
    return pk, rows


def test_inline_rows_are_moved(app, mongo, reviews):
    pk, (a, b, c) = reviews
    form = form_of(app, "tests_book", pk)
    form["reviews-2-ORDER"] = "0"
    submitted(form)
    same(mongo.books.find_one(pk)["reviews"], [c, a, b])
    message = LogEntry.objects.get().get_change_message()
    assert message == "Changed order for review “c”."


def test_inline_rows_are_duplicated_changed_added_and_removed(app, mongo, reviews):
    pk, (a, b, c) = reviews
    form = form_of(app, "tests_book", pk)
    form["reviews-0-COPY"] = True
    form["reviews-0-ORDER"] = "9"
    form["reviews-1-DELETE"] = True
    form["reviews-2-text"] = "C"
    form["reviews-3-text"] = "new"
    submitted(form)
    expected = [{**c, "text": "C"}, a, a, {"text": "new"}]
    same(mongo.books.find_one(pk)["reviews"], expected)


def test_an_inline_row_that_a_script_copied(app, mongo, reviews):
    pk, (a, b, c) = reviews
    form = form_of(app, "tests_book", pk)
    form["reviews-3-FROM"].force_value("1")
    form["reviews-3-ORDER"].force_value("1")
    form["reviews-3-text"] = "copy"
    form["reviews-3-stars"] = "9"
    form = form.submit().forms["book_form"]
    form["reviews-3-stars"] = ""
    submitted(form)
    copy = {**b, "text": "copy"}
    same(mongo.books.find_one(pk)["reviews"], [a, copy, b, c])


def test_who_may_only_add_changes_the_copy_alone(app, mongo, reviews, monkeypatch):
    pk, (a, b, c) = reviews
    refused = classmethod(lambda cls, request, obj=None: False)
    monkeypatch.setattr(ReviewInline, "has_change_permission", refused)
    page = app.get(reverse("admin:tests_book_change", args=[pk]))
    fields = dict(page.forms["book_form"].submit_fields()) | {
        "reviews-0-text": "hostile",
        "reviews-2-ORDER": "0",
        "reviews-3-FROM": "0",
        "reviews-3-text": "copy",
    }
    assert app.post(page.request.path, fields).status_code == 302
    expected = [a, b, c, {**a, "text": "copy"}]
    same(mongo.books.find_one(pk)["reviews"], expected)


def test_an_order_that_two_people_changed_is_a_conflict(app, mongo, reviews):
    pk, (a, b, c) = reviews
    form = form_of(app, "tests_book", pk)
    mongo.books.update_one({"_id": pk}, {"$set": {"reviews": [b, a, c]}})
    form["reviews-2-ORDER"] = "0"
    form = form.submit().forms["book_form"]
    same(mongo.books.find_one(pk)["reviews"], [b, a, c])
    form["reviews-CHOICE"] = "mine"
    submitted(form)
    same(mongo.books.find_one(pk)["reviews"], [c, a, b])


def test_what_an_inline_does_not_show_is_marked(app, mongo, reviews):
    page = app.get(reverse("admin:tests_book_change", args=[reviews[0]]))
    assert "also stored: own" in page.html.select_one("#reviews-0 .stored-as").text


@pytest.mark.parametrize("name", ["FROM", "ORDER", "COPY"])
@pytest.mark.parametrize("value", ["\0", "-1", "9" * 400, "²", "x"])
def test_hostile_values_in_inlines(app, mongo, reviews, name, value):
    pk, rows = reviews
    page = app.get(reverse("admin:tests_book_change", args=[pk]))
    fields = dict(page.forms["book_form"].submit_fields())
    fields[f"reviews-{3 if name == 'FROM' else 0}-{name}"] = value
    response = app.post(page.request.path, fields)
    assert response.status_code in (200, 302)
    assert {row["text"] for row in mongo.books.find_one(pk)["reviews"]} == {*"abc"}


# What lies too deep


def nested(levels, name):
    branch = {"name": "leaf", "n": Int64(1)}
    for level in range(levels):
        inner = branch if name == "child" else [branch]
        branch = {"name": f"level {level}", name: inner}
    return branch


@pytest.mark.parametrize("name", ["child", "children"])
def test_what_lies_too_deep_is_text_with_the_reason(app, mongo, name):
    stored = {"name": "T", "root": nested(60, name)}
    pk = mongo.trees.insert_one(dict(stored)).inserted_id
    page = app.get(reverse("admin:tests_tree_change", args=[pk]))
    reason = page.html.select_one("p.odd-value").text
    assert "more than 10 levels deep. It stays as it is." in reason
    assert '"name": "leaf"' in page.html.select_one("pre.raw-document").text
    form = page.forms["tree_form"]
    form["root-name"] = "changed"
    submitted(form)
    stored["root"]["name"] = "changed"
    same(mongo.trees.find_one(pk), {"_id": pk, **stored})
