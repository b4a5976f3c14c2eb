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

from .conflicts import app, asked, opened, saved
from .documents import Book, Publisher

__all__ = ["app", "opened"]

pytestmark = pytest.mark.django_db


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
