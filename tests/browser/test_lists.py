"""Lists in forms, in a browser with JavaScript, with the keyboard, and without it."""

import pytest
from bson import Int64
from django.contrib.auth.models import User
from django.urls import reverse

from .conftest import look

WITHOUT = {"java_script_enabled": False}


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


def part(label):
    return {"lbl": label, "own": {"of": label, "n": Int64(1)}}


@pytest.fixture
def leaflet(mongo):
    """Return the key of a document with three rows."""
    parts = [part(label) for label in "abc"]
    return mongo.leaflets.insert_one({"title": "T", "parts": parts}).inserted_id


def open_(page, pk, name="leaflet"):
    page.goto(reverse(f"admin:tests_{name}_change", args=[pk]))


def save(page):
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()


def parts(mongo):
    return mongo.leaflets.find_one()["parts"]


def row(page, number):
    return page.locator("#id_parts > .list-row").nth(number - 1)


def test_rows_are_moved_added_removed_and_duplicated(page, staff, leaflet, mongo):
    open_(page, leaflet)
    row(page, 3).get_by_role("button", name="Move up").click()
    row(page, 2).get_by_role("button", name="Duplicate").click()
    row(page, 3).get_by_label("Label:").fill("copy")
    page.get_by_role("button", name="Add another row").first.click()
    row(page, 6).get_by_label("Label:").fill("new")
    row(page, 5).get_by_role("button", name="Remove").click()
    row(page, 1).get_by_label("Delete").check()
    look(page, "lists-edited")
    save(page)
    copy = part("c") | {"lbl": "copy"}
    assert parts(mongo) == [part("c"), copy, part("b"), {"lbl": "new"}]


def test_rows_are_moved_with_the_keyboard(page, staff, leaflet, mongo):
    open_(page, leaflet)
    down = row(page, 1).get_by_role("button", name="Move down")
    down.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Move down"
    assert page.locator("#list-status").inner_text() == "Moved to place 3 of 4"
    save(page)
    assert parts(mongo) == [part("b"), part("c"), part("a")]


@pytest.mark.parametrize("context_options", [WITHOUT])
def test_rows_without_javascript(page, staff, leaflet, mongo):
    open_(page, leaflet)
    row(page, 1).get_by_label("Order").fill("9")
    row(page, 2).get_by_label("Duplicate").check()
    row(page, 3).get_by_label("Delete").check()
    row(page, 4).get_by_label("Label:").fill("new")
    look(page, "lists-without-javascript")
    save(page)
    assert parts(mongo) == [part("b"), part("b"), part("a"), {"lbl": "new"}]


def test_lists_of_lists(page, staff, mongo):
    pk = mongo.everything.insert_one({"nested_list": [[1, 2], [3]]}).inserted_id
    open_(page, pk, "everything")
    outer = page.locator("#id_nested_list")
    first = outer.locator(":scope > .list-row").first
    first.locator(":scope > .list-tools").get_by_role(
        "button", name="Duplicate"
    ).click()
    copy = outer.locator(":scope > .list-row").nth(1)
    inner = copy.locator(".nested-list")
    inner.locator(":scope > .list-row").nth(0).locator("input").first.fill("7")
    inner.get_by_role("button", name="Add another row").click()
    inner.locator(":scope > .list-row").last.locator("input").first.fill("8")
    look(page, "lists-of-lists")
    save(page)
    found = mongo.everything.find_one()["nested_list"]
    assert found == [[1, 2], [7, 2, 8], [3]]


def test_two_people_edit_different_rows(page, browser, live_server, staff, leaflet):
    """Both survive; the same row is a conflict, which is settled in the row."""
    with browser.new_context(base_url=live_server.url, locale="en-US") as context:
        context.add_cookies(page.context.cookies())
        other = context.new_page()
        open_(page, leaflet)
        open_(other, leaflet)
        row(other, 1).get_by_label("Label:").fill("theirs")
        row(other, 3).get_by_role("button", name="Duplicate").click()
        save(other)
    row(page, 3).get_by_role("button", name="Move up").click()
    row(page, 2).get_by_label("Label:").fill("mine")
    save(page)
    labels = [each.input_value() for each in page.get_by_label("Label:").all()]
    assert labels == ["theirs", "mine", "b", "c", ""]


def test_two_people_edit_the_same_row(page, staff, leaflet, mongo):
    open_(page, leaflet)
    mongo.leaflets.update_one({}, {"$set": {"parts.1.lbl": "theirs"}})
    row(page, 2).get_by_label("Label:").fill("mine")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("Please correct the error").first.wait_for()
    look(page, "lists-conflict")
    assert parts(mongo)[1]["lbl"] == "theirs"
    row(page, 2).get_by_label("Store mine").check()
    save(page)
    assert parts(mongo) == [part("a"), part("b") | {"lbl": "mine"}, part("c")]


def test_a_long_list(page, staff, mongo):
    rows = [f"k{number}" for number in range(1, 351)]
    pk = mongo.books.insert_one({"title": "T", "keywords": rows}).inserted_id
    open_(page, pk, "book")
    page.get_by_role("link", name="301–350").click()
    page.get_by_text("k301").or_(page.locator("[value=k301]")).first.wait_for()
    look(page, "lists-long")
    page.get_by_role("button", name="Add another row").first.click()
    page.locator("#id_keywords > .list-row").last.get_by_role("textbox").fill("new")
    save(page)
    assert mongo.books.find_one()["keywords"] == [*rows, "new"]


# Inlines


@pytest.fixture
def book(mongo):
    """Return the key of a book with three rows in a tabular inline."""
    rows = [{"text": text, "own": {"of": text}} for text in "abc"]
    return mongo.books.insert_one({"title": "T", "reviews": rows}).inserted_id


def reviews(mongo):
    rows = mongo.books.find_one()["reviews"]
    return [(row["text"], row.get("own", {}).get("of")) for row in rows]


def inline_row(page, text):
    """Return the row of the inline with this text in its first input."""
    rows = page.locator("#reviews-group tr.form-row:not(.empty-form)")
    texts = [
        each.locator("input[type=text]").first.input_value() for each in rows.all()
    ]
    return rows.nth(texts.index(text))


def test_inline_rows_are_moved_and_duplicated(page, staff, book, mongo):
    open_(page, book, "book")
    look(page, "inlines")
    inline_row(page, "c").get_by_role("button", name="Move up").click()
    inline_row(page, "c").get_by_role("button", name="Move up").press("Enter")
    inline_row(page, "b").get_by_role("button", name="Duplicate").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("copy")
    page.get_by_role("button", name="Add another Review").click()
    page.locator("tr.dynamic-reviews").last.locator("input[type=text]").first.fill("d")
    # Django's script counts the names anew where a row goes.
    inline_row(page, "").locator(".inline-deletelink").click()
    page.wait_for_timeout(100)
    look(page, "inlines-edited")
    save(page)
    expected = [("c", "c"), ("a", "a"), ("b", "b"), ("copy", "b"), ("d", None)]
    assert reviews(mongo) == expected


@pytest.mark.parametrize("context_options", [WITHOUT])
def test_inline_rows_without_javascript(page, staff, book, mongo):
    open_(page, book, "book")
    inline_row(page, "a").get_by_label("Order").fill("9")
    inline_row(page, "b").get_by_label("Duplicate").check()
    look(page, "inlines-without-javascript")
    save(page)
    assert reviews(mongo) == [("b", "b"), ("b", "b"), ("c", "c"), ("a", "a")]


def test_rows_of_a_stacked_inline(page, staff, mongo):
    offices = [{"city": city, "own": city} for city in "ab"]
    pk = mongo.publishers.insert_one({"name": "P", "offices": offices}).inserted_id
    open_(page, pk, "publisher")
    page.locator("#offices-1").get_by_role("button", name="Move up").click()
    page.locator("#offices-1").get_by_role("button", name="Duplicate").click()
    look(page, "inlines-stacked")
    save(page)
    found = [row["own"] for row in mongo.publishers.find_one()["offices"]]
    assert found == ["b", "b", "a"]
