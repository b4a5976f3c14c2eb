"""Two people edit embedded documents, lists and inline rows of one document."""

import pytest
from bson import Int64

from .conflicts import app, asked, opened, saved

__all__ = ["app", "opened"]

pytestmark = pytest.mark.django_db

# Embedded documents and lists


def test_two_fields_of_one_embedded_document(opened):
    form, stored, other = opened(
        "publisher", name="P", address={"street": "A", "city": "B"}
    )
    other({"$set": {"address.city": "C"}})
    form["address-street"] = "D"
    saved(form.submit())
    assert stored()["address"] == {"street": "D", "city": "C"}


def test_one_field_of_an_embedded_document(opened):
    form, stored, other = opened("publisher", name="P", address={"street": "A", "x": 1})
    other({"$set": {"address.street": "B"}})
    form["address-street"] = "C"
    form, (text,) = asked(form.submit())
    assert "You saw A Stored now B Yours C" in text
    form["address-street-CHOICE"] = "mine"
    saved(form.submit())
    assert stored()["address"] == {"street": "C", "x": 1}


def test_an_embedded_document_that_was_removed_meanwhile(opened):
    form, stored, other = opened(
        "publisher", name="P", address={"street": "A", "city": "B"}
    )
    other({"$unset": {"address": 1}})
    form["address-street"] = "C"
    form, (text,) = asked(form.submit())
    assert "Stored now (not stored)" in text
    assert "address" not in stored()
    form["address-CHOICE"] = "mine"
    saved(form.submit())
    assert stored()["address"] == {"street": "C", "city": "B"}


def test_an_untouched_embedded_document_that_was_removed_stays_removed(opened):
    form, stored, other = opened("publisher", name="P", address={"street": "A"})
    other({"$unset": {"address": 1}})
    form["name"] = "Q"
    saved(form.submit())
    assert stored() == {"name": "Q"}


def test_an_embedded_document_that_both_add(opened):
    form, stored, other = opened("publisher", name="P")
    other({"$set": {"address": {"city": "B"}}})
    form["address-street"] = "A"
    saved(form.submit())
    assert stored()["address"] == {"street": "A", "city": "B"}


def test_an_embedded_document_is_removed_unless_it_was_changed(opened):
    form, stored, other = opened("publisher", name="P", address={"street": "A", "x": 1})
    form["address-REMOVE"] = True
    other({"$set": {"address.x": 2}})
    form, _conflicts = asked(form.submit())
    assert stored()["address"] == {"street": "A", "x": 2}
    form["address-CHOICE"] = "mine"
    saved(form.submit())
    assert stored() == {"name": "P"}


ROWS = [
    {"street": "A", "x": Int64(1)},
    {"street": "B", "x": 2},
    {"street": "C", "x": 3},
]


@pytest.fixture(params=["keywords", "reviews"])
def rows(request, opened):
    """Open a book with three rows; "keywords" holds texts, "reviews" documents.

    Returns (form, rows that are stored, setter of the stored rows, name of an input).
    """
    name = request.param

    def make(text):
        is_plain = name == "keywords"
        return text if is_plain else {"text": text, "stars": 3, "hid": Int64(7)}

    form, stored, other = opened(title="T", **{name: [make(text) for text in "abc"]})

    def current():
        found = stored()[name]
        if name == "reviews":
            assert all(type(row["hid"]) is Int64 for row in found if "hid" in row)
        return [row if name == "keywords" else row["text"] for row in found]

    def put(*texts):
        other({"$set": {name: [make(text) for text in texts]}})

    def text_name(number):
        return f"{name}-{number}-{'value' if name == 'keywords' else 'text'}"

    return form, current, put, text_name


def test_a_row_that_nobody_else_touched_is_edited_wherever_it_is(rows):
    form, current, put, text = rows
    put("x", "c", "b", "y")
    form[text(1)] = "B"
    saved(form.submit())
    assert current() == ["x", "c", "B", "y"]


def test_rows_that_both_add(rows):
    form, current, put, text = rows
    put("a", "b", "c", "theirs")
    form[text(3)] = "mine"
    saved(form.submit())
    assert current() == ["a", "b", "c", "theirs", "mine"]


def test_a_row_that_both_edit_is_a_conflict(rows):
    form, current, put, text = rows
    put("a", "theirs", "c")
    form[text(1)] = "mine"
    form, (told,) = asked(form.submit())
    assert told.startswith(("Keywords was changed", "Text was changed"))
    assert "You saw b Stored now theirs Yours mine" in told
    assert current() == ["a", "theirs", "c"]
    form[f"{text(1)}-CHOICE"] = "mine"
    saved(form.submit())
    assert current() == ["a", "mine", "c"]


def test_a_row_that_was_removed_is_not_written_unseen(rows):
    form, current, put, text = rows
    put("a")
    form[text(1)] = "mine"
    form, conflicts = asked(form.submit())
    assert len(conflicts) == 1
    assert current() == ["a"]
    choice = next(name for name in form.fields if name and name.endswith("-CHOICE"))
    form[choice] = "mine"
    saved(form.submit())
    assert current() == ["a", "mine"]


def test_a_row_that_was_removed_stays_removed(rows):
    form, current, put, text = rows
    put("a")
    form[text(1)] = "mine"
    form, _conflicts = asked(form.submit())
    choice = next(name for name in form.fields if name and name.endswith("-CHOICE"))
    form[choice] = "stored"
    saved(form.submit())
    assert current() == ["a"]


def test_a_row_is_not_deleted_after_somebody_changed_it(rows):
    form, current, put, text = rows
    name = text(1).rpartition("-")[0]
    put("a", "better", "c")
    form[f"{name}-DELETE"] = True
    form, _conflicts = asked(form.submit())
    assert current() == ["a", "better", "c"]
    choice = next(name for name in form.fields if name and name.endswith("-CHOICE"))
    form[choice] = "mine"
    saved(form.submit())
    assert current() == ["a", "c"]


def test_rows_that_both_put_in_order(opened):
    form, stored, other = opened(title="T", keywords=["a", "b", "c"])
    other({"$set": {"keywords": ["c", "b", "a"]}})
    form["keywords-0-ORDER"] = "9"
    form, (text,) = asked(form.submit())
    assert "Stored now (in another order)" in text
    assert stored()["keywords"] == ["c", "b", "a"]
    form["keywords-ORDER-CHOICE"] = "mine"
    saved(form.submit())
    assert stored()["keywords"] == ["b", "c", "a"]


@pytest.mark.parametrize(("choice", "expected"), [("mine", "cAb"), ("stored", "cbA")])
@pytest.mark.parametrize("is_first_wrong", [False, True])
def test_an_order_is_chosen_and_other_edits_stay(
    opened, choice, expected, is_first_wrong
):
    form, stored, other = opened(title="T", pages=1, keywords=["a", "b", "c"])
    other({"$set": {"keywords": ["c", "b", "a"]}})
    form["keywords-0-value"], form["keywords-2-ORDER"] = "A", "0"
    form, _conflicts = asked(form.submit())
    form["keywords-ORDER-CHOICE"] = choice
    if is_first_wrong:
        form["pages"] = "many"
        form = form.submit().forms["book_form"]
        form["pages"] = "2"
    saved(form.submit())
    assert "".join(stored()["keywords"]) == expected


def test_a_new_order_keeps_what_somebody_else_added(opened):
    form, stored, other = opened(title="T", keywords=["a", "b", "c"])
    other({"$push": {"keywords": "d"}})
    form["keywords-0-ORDER"] = "9"
    saved(form.submit())
    assert stored()["keywords"] == ["b", "c", "a", "d"]


TEXTS = [{"text": "a"}, {"text": "b"}, {"text": "c"}]


def test_conflicts_of_inline_rows_come_one_after_the_other(opened):
    form, stored, other = opened(title="T", reviews=TEXTS)
    form["reviews-0-DELETE"] = form["reviews-1-DELETE"] = True
    other({"$set": {"reviews.0.stars": 1}})
    form, conflicts = asked(form.submit())
    assert len(conflicts) == 1
    form["reviews-0-CHOICE"] = "mine"
    other({"$set": {"reviews.1.stars": 1}})
    form, conflicts = asked(form.submit())
    assert len(conflicts) == 1
    form["reviews-1-CHOICE"] = "mine"
    saved(form.submit())
    assert stored()["reviews"] == [{"text": "c"}]


@pytest.mark.parametrize(("choice", "texts"), [("mine", "bc"), ("stored", "abc")])
def test_a_choice_for_an_inline_row_survives_another_error(opened, choice, texts):
    form, stored, other = opened(title="T", pages=1, reviews=TEXTS)
    form["reviews-0-DELETE"] = True
    other({"$set": {"reviews.0.stars": 1}})
    form, _conflicts = asked(form.submit())
    form["reviews-0-CHOICE"], form["pages"] = choice, "many"
    form = form.submit().forms["book_form"]
    assert form["reviews-0-DELETE"].checked == (choice == "mine")
    form["pages"] = "2"
    saved(form.submit())
    assert "".join(row["text"] for row in stored()["reviews"]) == texts


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_a_choice_for_a_removed_inline_row_survives_another_error(opened, choice):
    form, stored, other = opened(title="T", pages=1, reviews=TEXTS)
    form["reviews-0-text"] = "mine"
    other({"$set": {"reviews": TEXTS[1:]}})
    form, _conflicts = asked(form.submit())
    form["reviews-0-CHOICE"], form["pages"] = choice, "many"
    form = form.submit().forms["book_form"]
    form["pages"] = "2"
    saved(form.submit())
    mine = [{"text": "mine"}] if choice == "mine" else []
    assert stored()["reviews"] == [*mine, *TEXTS[1:]]


@pytest.mark.parametrize(("choice", "texts"), [("mine", "cab"), ("stored", "bac")])
def test_a_choice_for_the_order_of_rows_survives_another_error(opened, choice, texts):
    form, stored, other = opened(title="T", pages=1, reviews=TEXTS)
    form["reviews-2-ORDER"] = "0"
    other({"$set": {"reviews": [TEXTS[1], TEXTS[0], TEXTS[2]]}})
    form, _conflicts = asked(form.submit())
    form["reviews-CHOICE"], form["pages"] = choice, "many"
    form = form.submit().forms["book_form"]
    form["pages"] = "2"
    saved(form.submit())
    assert "".join(row["text"] for row in stored()["reviews"]) == texts


def test_a_row_that_is_not_deleted_after_all_stays_over_another_error(opened):
    form, stored, other = opened(title="T", pages=1, keywords=["a", "b"])
    form["keywords-1-DELETE"] = True
    other({"$set": {"keywords": ["a", "B"]}})
    form, _conflicts = asked(form.submit())
    form["keywords-1-value-CHOICE"], form["pages"] = "stored", "many"
    form = form.submit().forms["book_form"]
    form["pages"] = "2"
    saved(form.submit())
    assert stored()["keywords"] == ["a", "B"]


# What holds rows itself, and was removed


BRANCH = {
    "name": "x",
    "children": [{"name": "c1", "free": {"n": 1}}, {"name": "c2", "free": {}}],
    "free": {"k": "v", "l": [1]},
}


@pytest.mark.parametrize("name", ["root", "branches"])
@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_a_removed_document_is_stored_again_with_its_rows(opened, name, choice):
    value = BRANCH if name == "root" else [BRANCH, {"name": "y"}]
    form, stored, other = opened("tree", name="T", **{name: value})
    other({"$unset": {"root": 1}, "$set": {"branches": [{"name": "y"}]}})
    prefix = "root" if name == "root" else "branches-0-value"
    form[f"{prefix}-name"] = "mine"
    form[f"{prefix}-children-1-value-name"] = "C2"
    form, _conflicts = asked(form.submit())
    form[f"{prefix}-CHOICE"] = choice
    saved(form.submit())
    found = stored()
    assert found["branches"][-1] == {"name": "y"}
    if choice == "stored":
        assert (len(found["branches"]), "root" in found) == (1, False)
        return
    made = found["root"] if name == "root" else found["branches"][0]
    assert made.get("name") == "mine", found
    assert [each["name"] for each in made["children"]] == ["c1", "C2"]
    assert made["children"][0]["free"] == {"n": 1}
    assert made["free"] == BRANCH["free"]


def test_documents_with_rows_that_both_add(opened):
    form, stored, other = opened("tree", name="T")
    theirs = {"name": "theirs", "children": [{"name": "c"}], "free": {"k": "v"}}
    other({"$set": {"root": theirs}})
    form["root-free-0-key"], form["root-free-0-value_1"] = "l", "mine"
    form["root-free-0-value_0"] = "text"
    saved(form.submit())
    assert stored()["root"] == theirs | {"free": {"k": "v", "l": "mine"}}


@pytest.mark.parametrize("choice", ["mine", "stored"])
def test_a_row_of_rows_that_was_removed(opened, choice):
    form, stored, other = opened("everything", nested_list=[[1, 2], [3]])
    other({"$set": {"nested_list": [[3]]}})
    form["nested_list-0-value-2-value"] = "9"
    form, _conflicts = asked(form.submit())
    form["nested_list-0-value-CHOICE"] = choice
    saved(form.submit())
    expected = [[1, 2, 9], [3]] if choice == "mine" else [[3]]
    assert stored()["nested_list"] == expected
