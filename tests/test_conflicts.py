"""Two people edit one document: both survive, or the later one is asked."""

import pytest
from bson import Int64, encode
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from admin_ext import saving
from admin_ext.changesets import Base
from admin_ext.exceptions import Superseded
from admin_ext.meta import present

from .documents import Book, Publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app


COLLECTIONS = {"everything": "everything"}


@pytest.fixture
def opened(app, mongo):
    """Store a document and open its page; return (form, stored document's getter)."""

    def open_page(model="book", **values):
        collection = mongo[COLLECTIONS.get(model, f"{model}s")]
        pk = collection.insert_one(values).inserted_id
        page = app.get(reverse(f"admin:tests_{model}_change", args=[pk]))

        def stored():
            found = collection.find_one(pk)
            del found["_id"]
            return found

        def other(update):
            collection.update_one({"_id": pk}, update)

        return page.forms[f"{model}_form"], stored, other

    return open_page


def saved(response):
    assert response.status_code == 302, response.html.select(".errorlist")
    return response


def asked(response):
    """Return the form that came back, and the text of its conflicts."""
    assert response.status_code == 200
    conflicts = [
        each.get_text(" ", strip=True) for each in response.html.select(".conflict")
    ]
    assert conflicts, response.html.select(".errorlist")
    return next(
        f
        for n, f in response.forms.items()
        if str(n).endswith("_form") and n != "logout-form"
    ), conflicts


def test_edits_of_different_fields_both_survive(opened):
    form, stored, other = opened(title="T", pages=5, kind="novel")
    other({"$set": {"pages": 6, "kind": "poems"}})
    form["title"] = "U"
    saved(form.submit())
    assert stored() == {"title": "U", "pages": 6, "kind": "poems"}


def test_the_same_edit_twice_is_no_conflict(opened, mongo_commands):
    form, stored, other = opened(title="T")
    other({"$set": {"title": "U"}})
    form["title"] = "U"
    with mongo_commands() as commands:
        saved(form.submit())
    assert not commands.writes
    assert stored() == {"title": "U"}


def test_edits_of_one_field_are_a_conflict_and_nothing_is_written(
    opened, mongo_commands
):
    form, stored, other = opened(title="T", pages=5)
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form["pages"] = "6"
    with mongo_commands() as commands:
        form, conflicts = asked(form.submit())
    assert not commands.writes
    (text,) = conflicts
    assert "Book title was changed by somebody else" in text
    assert "You saw T Stored now Theirs Yours Mine" in text
    assert form["title"].value == "Mine"
    assert stored() == {"title": "Theirs", "pages": 5}
    assert LogEntry.objects.count() == 0


def test_a_conflict_must_be_settled(opened):
    form, stored, other = opened(title="T")
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form, _conflicts = asked(form.submit())
    form, _conflicts = asked(form.submit())
    assert stored() == {"title": "Theirs"}


@pytest.mark.parametrize(
    ("choice", "expected"), [("mine", "Mine"), ("stored", "Theirs")]
)
def test_a_conflict_is_settled_by_a_choice(opened, choice, expected):
    form, stored, other = opened(title="T", pages=5)
    other({"$set": {"title": "Theirs"}})
    form["title"], form["pages"] = "Mine", "6"
    form, _conflicts = asked(form.submit())
    form["title-CHOICE"] = choice
    saved(form.submit())
    assert stored() == {"title": expected, "pages": 6}


def test_a_third_value_can_be_typed_when_settling(opened):
    form, stored, other = opened(title="T")
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form, _conflicts = asked(form.submit())
    form["title"], form["title-CHOICE"] = "Both", "mine"
    saved(form.submit())
    assert stored() == {"title": "Both"}


@pytest.mark.parametrize(
    ("base", "theirs", "name", "sent"),
    [
        ({"title": "T"}, {"title": "Theirs"}, "title", "T"),
        ({"pages": Int64(5)}, {"pages": 6.5}, "pages", "5"),
        ({}, {"blurbText": "Theirs"}, "blurb", ""),
        ({"blurbText": None}, {"blurbText": "Theirs"}, "blurb", ""),
        ({"keywords": ["a", "b"]}, {"keywords": ["z", "b"]}, "keywords-0-value", "a"),
        ({"keywords": ["a", ""]}, {"keywords": ["a", "z"]}, "keywords-1-value", ""),
    ],
)
def test_what_the_page_showed_first_is_put_back(opened, base, theirs, name, sent):
    form, stored, other = opened(**{"title": "T", "pages": 1} | base)
    before = stored()
    other({"$set": theirs})
    form[name] = "9"
    form, _conflicts = asked(form.submit())
    form[name], form[f"{name}-CHOICE"] = sent, "mine"
    response = form.submit()
    saved(response)
    assert encode(stored()) == encode(before)


def test_what_is_put_back_is_asked_about_again_when_it_changed_again(opened):
    form, stored, other = opened(title="T", keywords=["a"])
    other({"$set": {"title": "Theirs", "keywords": ["z"]}})
    form["title"], form["keywords-0-value"] = "U", "u"
    form, _conflicts = asked(form.submit())
    other({"$set": {"title": "Again", "keywords": ["again"]}})
    form["title"], form["title-CHOICE"] = "T", "mine"
    form["keywords-0-value"], form["keywords-0-value-CHOICE"] = "a", "mine"
    form, conflicts = asked(form.submit())
    assert len(conflicts) == 2
    assert stored() == {"title": "Again", "keywords": ["again"]}
    form["title-CHOICE"] = form["keywords-0-value-CHOICE"] = "mine"
    saved(form.submit())
    assert stored() == {"title": "T", "keywords": ["a"]}


def test_a_choice_counts_for_the_value_that_was_shown_only(opened):
    form, stored, other = opened(title="T")
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form, _conflicts = asked(form.submit())
    other({"$set": {"title": "Theirs again"}})
    form["title-CHOICE"] = "mine"
    form, (text,) = asked(form.submit())
    assert "Stored now Theirs again" in text
    form["title-CHOICE"] = "mine"
    saved(form.submit())
    assert stored() == {"title": "Mine"}


def test_a_choice_survives_another_error(opened):
    form, stored, other = opened(title="T", pages=5)
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form, _conflicts = asked(form.submit())
    form["title-CHOICE"], form["pages"] = "mine", "many"
    response = form.submit()
    assert not response.html.select(".conflict")
    form = response.forms["book_form"]
    form["pages"] = "7"
    saved(form.submit())
    assert stored() == {"title": "Mine", "pages": 7}


def test_what_is_kept_is_shown_after_another_error(opened):
    form, stored, other = opened(title="T", pages=5)
    other({"$set": {"title": "Theirs"}})
    form["title"] = "Mine"
    form, _conflicts = asked(form.submit())
    form["title-CHOICE"], form["pages"] = "stored", "many"
    form = form.submit().forms["book_form"]
    assert form["title"].value == "Theirs"
    form["pages"], form["title"] = "7", "Later"
    saved(form.submit())
    assert stored() == {"title": "Later", "pages": 7}


def test_other_errors_lose_nothing_of_what_the_page_knows(opened):
    form, stored, other = opened(title="T", pages=5, kind="novel")
    other({"$set": {"kind": "poems"}})
    form["pages"] = "many"
    form = form.submit().forms["book_form"]
    form["pages"] = "6"
    saved(form.submit())
    assert stored() == {"title": "T", "pages": 6, "kind": "poems"}


def test_who_changed_it_is_told_where_the_log_knows(opened, mongo):
    form, _stored, other = opened(title="T")
    other({"$set": {"title": "Theirs"}})
    bob = User.objects.create_user("bob")
    LogEntry.objects.create(
        user=bob,
        content_type=ContentType.objects.get_for_model(present(Book)),
        object_id=str(mongo.books.find_one()["_id"]),
        object_repr="T",
        action_flag=CHANGE,
        change_message='[{"changed": {"fields": ["Book title"]}}]',
    )
    form["title"] = "Mine"
    _form, (text,) = asked(form.submit())
    assert "Book title was changed by bob at" in text


def test_nulls_and_missing_values_are_told_apart(opened):
    form, stored, other = opened(title="T", blurb=None)
    other({"$set": {"blurbText": None}})
    form["blurb"] = "Mine"
    _form, (text,) = asked(form.submit())
    assert "You saw (not stored) Stored now (null) Yours Mine" in text


def test_a_document_that_was_deleted_meanwhile_is_not_recreated(opened, mongo):
    form, _stored, _other = opened(title="T")
    mongo.books.delete_many({})
    form["title"] = "U"
    page = form.submit().follow()
    assert "Perhaps it was deleted?" in page
    assert mongo.books.count_documents({}) == 0


@pytest.mark.parametrize("token", ["forged", "another"])
def test_a_damaged_base_is_refused(opened, token):
    form, stored, _other = opened(title="T")
    if token == "another":
        token = Base({"title": "U"}).token("tests.Book", "no key")
    form["_base"].force_value(token)
    form["title"] = "U"
    response = form.submit()
    assert "did not arrive as it was sent" in response
    assert stored() == {"title": "T"}


def test_what_is_sent_without_a_base_is_compared_with_what_is_stored(opened):
    form, stored, other = opened(title="T", pages=5)
    form["_base"].force_value("")
    other({"$set": {"pages": 6}})
    form["title"] = "U"
    saved(form.submit())
    assert stored() == {"title": "U", "pages": 5}


def test_no_hidden_value_is_in_the_base(opened, app, mongo):
    form, _stored, _other = opened(title="T", reviews=[{"text": "a", "hid": "s3cret"}])
    owner = ("tests.Book.reviews", Book._default_manager.first().pk)
    found = Base.read(form["reviews-_base"].value, *owner)
    assert "reviews-0-text" in found.values
    assert "s3cret" not in repr(found.values)
    mongo.users.insert_one({"_id": 1, "username": "u", "hashedPassword": "s3cret"})
    page = app.get(reverse("admin:documents_user_change", args=["[1]"]))
    found = Base.read(page.forms["user_form"]["_base"].value, "documents.User", 1)
    assert found.values["username"] == "u"
    assert "s3cret" not in repr(found.values)


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


# Lists of documents, inlines of documents


def test_cells_of_the_list(app, mongo):
    mongo.authors.insert_many([{"_id": "a", "name": "A"}, {"_id": "b", "name": "B"}])
    url = reverse("admin:tests_author_changelist") + "?o=2"
    form = app.get(url).forms["changelist-form"]
    mongo.authors.update_one({"_id": "a"}, {"$set": {"name": "Theirs", "born": None}})
    form["form-1-name"] = "C"
    saved(form.submit("_save"))
    assert mongo.authors.find_one("a")["name"] == "Theirs"
    assert mongo.authors.find_one("b")["name"] == "C"
    form = app.get(url).forms["changelist-form"]
    mongo.authors.update_one({"_id": "a"}, {"$set": {"name": "Theirs again"}})
    assert form["form-1-name"].value == "Theirs"
    form["form-1-name"] = "Mine"
    page = form.submit("_save")
    form, conflicts = page.forms["changelist-form"], page.html.select(".conflict")
    text = conflicts[0].get_text(" ", strip=True)
    assert "You saw Theirs Stored now Theirs again Yours Mine" in text
    form["form-1-name-CHOICE"] = "mine"
    saved(form.submit("_save"))
    assert mongo.authors.find_one("a")["name"] == "Mine"


def test_rows_of_a_referencing_inline(app, mongo):
    pk = mongo.books.insert_one({"title": "T"}).inserted_id
    row = mongo.chapters.insert_one({
        "book": pk,
        "number": 1,
        "heading": "H",
    }).inserted_id
    form = app.get(reverse("admin:tests_book_change", args=[pk])).forms["book_form"]
    mongo.chapters.update_one({"_id": row}, {"$set": {"number": 2}})
    form["chapter_set-0-heading"] = "I"
    saved(form.submit())
    assert mongo.chapters.find_one(row) == {
        "_id": row,
        "book": pk,
        "number": 2,
        "heading": "I",
    }
    form = app.get(reverse("admin:tests_book_change", args=[pk])).forms["book_form"]
    mongo.chapters.update_one({"_id": row}, {"$set": {"heading": "Theirs"}})
    form["chapter_set-0-heading"], form["title"] = "Mine", "U"
    _form, (text,) = asked(form.submit())
    assert "Stored now Theirs Yours Mine" in text
    assert mongo.books.find_one(pk)["title"] == "T"


# Between reading and writing


class Racing:
    """Has somebody else write between the reading and the writing of a save."""

    def __init__(self, mongo, monkeypatch, updates):
        self.updates, self.books = list(updates), mongo.books
        monkeypatch.setattr(Book, "clean", lambda document: self.run(), raising=False)

    def run(self):
        if self.updates:
            self.books.update_one({}, self.updates.pop(0))


def test_who_is_overtaken_by_another_field_writes_both(opened, mongo, monkeypatch):
    form, stored, _other = opened(title="T", pages=5)
    Racing(mongo, monkeypatch, [{"$set": {"pages": 6}}])
    form["title"] = "U"
    saved(form.submit())
    assert stored() == {"title": "U", "pages": 6}


def test_who_is_overtaken_by_the_same_field_is_asked(opened, mongo, monkeypatch):
    form, stored, _other = opened(title="T", pages=5)
    Racing(mongo, monkeypatch, [{"$set": {"title": "Theirs"}}])
    form["title"] = "U"
    # The form is validated before the other writes; the guard of the update finds it.
    _form, (text,) = asked(form.submit())
    assert "Stored now Theirs Yours U" in text
    assert stored() == {"title": "Theirs", "pages": 5}


def test_a_save_outside_of_a_page_that_is_overtaken_raises(mongo):
    present(Publisher)
    pk = mongo.publishers.insert_one({"name": "P"}).inserted_id
    publisher = Publisher._default_manager.get(pk=pk)
    publisher.name = "Q"
    mongo.publishers.update_one({"_id": pk}, {"$set": {"name": "R"}})
    with pytest.raises(Superseded, match="while it was saved; nothing was saved"):
        saving.save(publisher, adding=False)
    assert mongo.publishers.find_one()["name"] == "R"
