"""The raw page: the stored document, edited with its types kept."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import Binary, Code, Decimal128, Int64, MaxKey, ObjectId, Regex, Timestamp
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from admin_ext.changesets import identical
from admin_ext.ejson import dumps, loads
from tests.documents import Book

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")

ODD = {
    "title": "T",
    "pages": Int64(2**60),
    "price": 1.0,
    "published": DatetimeMS(10**16),
    "extra": {"a.b": {"$c": [1, Int64(1), 1.0, Decimal128("1.50")]}},
    "nan": float("nan"),
    "minus": -0.0,
    "regex": Regex("a+", "i"),
    "code": Code("f()", {"x": 1}),
    "bin": Binary(b"x", 5),
    "old": Binary(b"1" * 16, 3),
    "uuid": UUID(int=7),
    "stamp": Timestamp(1, 2),
    "max": MaxKey(),
    "null": None,
    "text": "é \r\n \t ",
    "moment": datetime(1960, 1, 1, 0, 0, 0, 123000, tzinfo=UTC),
}


@pytest.fixture
def opened(django_app, admin_user, mongo):
    """Store a document and open its raw page: (form, getter, other's update)."""

    def open_page(document=ODD, model="book", user=admin_user):
        collection = mongo[f"{model}s"]
        collection.insert_one({"_id": KEY, **document})
        url = reverse(f"admin:tests_{model}_raw", args=[KEY])
        page = django_app.get(url, user=user)

        def other(update):
            collection.update_one({"_id": KEY}, update)

        return page.forms[f"{model}_form"], lambda: collection.find_one(KEY), other

    return open_page


def edit(form, **changes):
    """Change top-level keys of the document in the form; None takes one out."""
    document = loads(form["document"].value)
    for key, value in changes.items():
        document[key] = value
        if value is None:
            del document[key]
    form["document"] = dumps(document)
    return form.submit()


def messages(response):
    assert response.status_code == 200
    return [
        each.get_text(" ", strip=True) for each in response.html.select(".errorlist li")
    ]


def test_an_unchanged_document_is_not_written(opened, mongo, mongo_commands):
    form, stored, _other = opened()
    raw = mongo.books.with_options(CodecOptions(document_class=RawBSONDocument))
    before = raw.find_one({"_id": KEY}).raw
    with mongo_commands() as commands:
        assert form.submit().status_code == 302
    assert not commands.writes
    assert raw.find_one({"_id": KEY}).raw == before


def test_every_type_is_spelled_exactly(opened):
    form, stored, _other = opened()
    typed = loads(form["document"].value)
    assert identical(typed, stored())


def test_one_change_writes_one_path(opened, mongo_commands):
    form, stored, _other = opened()
    with mongo_commands() as commands:
        assert edit(form, regex=Regex("b")).status_code == 302
    (update,) = commands.writes
    assert update.document["updates"][0]["u"] == {"$set": {"regex": Regex("b")}}


def test_types_are_stored_as_they_are_typed(opened):
    form, stored, _other = opened({"title": "T", "pages": 5, "n": 5})
    edit(form, pages=Int64(6), n=6.0)
    assert type(stored()["pages"]) is Int64
    assert type(stored()["n"]) is float


def test_keys_are_added_and_taken_out_at_any_depth(opened):
    form, stored, _other = opened({"title": "T", "gone": 1, "extra": {"a": 1, "b": 2}})
    edit(form, gone=None, extra={"b": 2, "c": {"d": None}}, new=[1])
    assert stored() == {
        "_id": KEY,
        "title": "T",
        "extra": {"b": 2, "c": {"d": None}},
        "new": [1],
    }


def test_odd_keys_can_be_changed(opened):
    odd = {"title": "T", "a.b": 1, "$c": 2, "": 3}
    form, stored, _other = opened(odd)
    edit(form, **{"a.b": 9, "": None})
    assert stored() == {"_id": KEY, "title": "T", "a.b": 9, "$c": 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"pages": "many"},
            "pages: “many” is not what a field of type IntField stores.",
        ),
        ({"pages": "5"}, "pages: “5” is not what a field of type IntField stores."),
        ({"pages": 0}, "pages: Ensure this value is greater than or equal to 1."),
        ({"title": 5}, "title: “5” is not what a field of type StringField stores."),
        ({"title": None}, "title: This field is required."),
        (
            {"published": "2024-01-01"},
            "published: “2024-01-01” is not what a field of type",
        ),
        ({"kind": "drama"}, "kind: Value must be one of"),
        ({"reviews": [{"stars": 3}]}, "reviews.0.text: This field is required."),
        (
            {"reviews": [{"text": "a", "stars": 9}]},
            "reviews.0.stars: Ensure this value",
        ),
        ({"reviews": ["text"]}, "reviews.0: An embedded document is expected."),
        ({"in_print": 1}, "in_print: “1” is not what a field of type BooleanField"),
        ({"_id": 5}, "_id: The key of a document cannot be changed here."),
    ],
)
def test_errors_name_the_path(opened, changes, message):
    form, stored, _other = opened({"title": "T", "pages": 5, "in_print": True})
    found = messages(edit(form, **changes))
    assert any(message in each for each in found), found
    assert stored() == {"_id": KEY, "title": "T", "pages": 5, "in_print": True}


def test_what_was_typed_comes_back_with_its_error(opened):
    form, _stored, _other = opened()
    form["document"] = '{"title": '
    page = form.submit()
    assert "Enter valid Extended JSON: Expecting value" in messages(page)[0]
    assert page.forms["book_form"]["document"].value == '{"title": '


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "[]",
            "5",
            "null",
            '{"a": 1, "a": 2}',
            '{"a": {"$oid": "x"}}',
            "{" * 3_000,
        ),
        *('{"a\\u0000b": 1}', '{"a": 99999999999999999999}', '{"$date": 5}', "\x00"),
    ],
)
def test_a_text_that_is_no_document_is_an_error(opened, text):
    form, stored, _other = opened({"title": "T"})
    form["document"] = text
    assert messages(form.submit())
    assert stored() == {"_id": KEY, "title": "T"}


def test_odd_values_that_nobody_touched_are_not_judged(opened):
    form, stored, _other = opened({
        "title": 5,
        "pages": "x",
        "reviews": [1, {}],
        "n": 1,
    })
    assert edit(form, n=2).status_code == 302
    assert stored()["n"] == 2


def test_edits_of_two_people_merge_at_any_depth(opened):
    form, stored, other = opened({"title": "T", "extra": {"a": 1, "b": [1, {"c": 1}]}})
    other({"$set": {"extra.a": 2, "title": "U"}})
    edit(form, extra={"a": 1, "b": [1, {"c": 9}]})
    assert stored() == {"_id": KEY, "title": "U", "extra": {"a": 2, "b": [1, {"c": 9}]}}


@pytest.mark.parametrize(("choice", "expected"), [("mine", 3), ("stored", 2), ("", 2)])
def test_conflicts_are_settled_path_by_path(opened, choice, expected):
    form, stored, other = opened({"title": "T", "extra": {"a": 1}})
    other({"$set": {"extra.a": 2}})
    page = edit(form, extra={"a": 3}, title="U")
    (text,) = (each.get_text(" ", strip=True) for each in page.html.select(".conflict"))
    assert "extra.a was changed by somebody else" in text
    assert "You saw 1 Stored now 2 Yours 3" in text
    form = page.forms["book_form"]
    if choice:
        form["document.extra.a-CHOICE"] = choice
    page = form.submit()
    assert page.status_code == (302 if choice else 200)
    assert stored()["extra"] == {"a": expected}
    assert stored()["title"] == ("U" if choice else "T")


def test_clean_and_save_of_the_document_run(opened, monkeypatch):
    seen = []
    monkeypatch.setattr(Book, "clean", lambda book: seen.append(book.title))
    form, _stored, _other = opened({"title": "T", "extra": {"a": 1}})
    edit(form, title="U")
    assert seen == ["U"]


def test_a_change_is_in_the_log(opened):
    form, _stored, _other = opened({"title": "T", "other": 1})
    edit(form, title="U", other=2)
    assert (
        LogEntry.objects.get().get_change_message() == "Changed book title and other."
    )


@pytest.mark.parametrize("token", ["forged", None])
def test_the_base_cannot_be_forged(opened, token):
    form, stored, _other = opened({"title": "T"})
    if token:
        form["_base"].force_value(token)
    page = edit(form, title="U")
    assert stored()["title"] == ("T" if token else "U")
    assert not token or "did not arrive as it was sent" in page


# Who may


def staff(*codenames):
    user = User.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_the_page_has_a_permission_of_its_own(client, mongo):
    mongo.books.insert_one({"_id": KEY, "title": "T"})
    url = reverse("admin:tests_book_raw", args=[KEY])
    answers = {}
    for codenames in (
        ["view_book"],
        ["view_raw_book"],
        ["view_book", "view_raw_book"],
        ["view_book", "change_book"],
        ["view_book", "change_raw_book"],
        ["change_book", "change_raw_book"],
    ):
        user = staff(*codenames)
        client.force_login(user)
        got, posted = client.get(url), client.post(url, {"document": '{"title": "U"}'})
        answers[" ".join(codenames)] = (got.status_code, posted.status_code)
        link = client.get(url.replace("/raw/", "/change/")).content
        assert (b"rawlink" in link) == (got.status_code == 200)
        user.delete()
    assert answers == {
        "view_book": (403, 403),
        "view_raw_book": (403, 403),
        "view_book view_raw_book": (200, 403),
        "view_book change_book": (403, 403),
        "view_book change_raw_book": (200, 403),
        "change_book change_raw_book": (200, 200),
    }


def test_who_may_only_look_sees_the_text_and_no_form(client, mongo):
    mongo.books.insert_one({"_id": KEY, "title": "T", "n": Int64(1)})
    client.force_login(staff("view_book", "view_raw_book"))
    page = client.get(reverse("admin:tests_book_raw", args=[KEY])).content.decode()
    assert "&quot;$numberLong&quot;: &quot;1&quot;" in page
    assert "<textarea" not in page


def test_hidden_fields_are_marks_that_cannot_be_changed(django_app, admin_user, mongo):
    secret = {"_id": KEY, "username": "u", "hashedPassword": "s3cret", "n": 1}
    mongo.users.insert_one(secret)
    url = reverse("admin:documents_user_raw", args=[KEY])
    for attempt in ("change", "remove", "move", "keep"):
        page = django_app.get(url, user=admin_user)
        form = page.forms["user_form"]
        assert "s3cret" not in page.text
        document = loads(form["document"].value)
        mark = document["hashedPassword"]
        if attempt == "change":
            document["hashedPassword"] = "mine"
        elif attempt == "remove":
            del document["hashedPassword"]
        elif attempt == "move":
            document["note"] = mark
        document["n"] = 2
        form["document"] = dumps(document)
        answer = form.submit()
        assert answer.status_code == (302 if attempt == "keep" else 200)
        if attempt != "keep":
            assert "a hidden value cannot be changed, moved or removed" in answer
            assert "s3cret" not in answer
            assert mongo.users.find_one() == secret
    assert mongo.users.find_one() == {**secret, "n": 2}


def test_a_hidden_value_that_changed_meanwhile_stays(django_app, admin_user, mongo):
    mongo.users.insert_one({"_id": KEY, "username": "u", "hashedPassword": "old"})
    url = reverse("admin:documents_user_raw", args=[KEY])
    form = django_app.get(url, user=admin_user).forms["user_form"]
    mongo.users.update_one({}, {"$set": {"hashedPassword": "new"}})
    assert edit(form, n=1).status_code == 302
    assert mongo.users.find_one() == {
        "_id": KEY,
        "username": "u",
        "hashedPassword": "new",
        "n": 1,
    }


def test_large_and_inexact_documents_are_shown_only(client, admin_user, mongo):
    client.force_login(admin_user)
    mongo.books.insert_one({"_id": KEY, "title": "T", "body": "x" * 2_000_000})
    url = reverse("admin:tests_book_raw", args=[KEY])
    page = client.get(url).content.decode()
    assert "too large to be edited here" in page and len(page) < 1_100_000
    download = client.get(url + "?download")
    assert loads(download.content.decode())["body"] == "x" * 2_000_000
    mongo.books.update_one({}, {"$set": {"body": {"$oid": "x"}}})
    assert "cannot spell this document exactly" in client.get(url).content.decode()
    assert client.post(url, {"document": "{}"}).status_code == 403


def test_a_class_name_that_nobody_knows_can_be_mended(django_app, admin_user, mongo):
    mongo.vehicles.insert_one({"_id": KEY, "_cls": "Gone", "name": "v"})
    url = reverse("admin:tests_vehicle_raw", args=[KEY])
    form = django_app.get(url, user=admin_user).forms["vehicle_form"]
    assert "There is no class of this name" in edit(form, _cls="Nothing")
    form = django_app.get(url, user=admin_user).forms["vehicle_form"]
    assert edit(form, _cls="Vehicle.Lorry").status_code == 302
    assert mongo.vehicles.find_one()["_cls"] == "Vehicle.Lorry"


def conflicts_of(response):
    assert response.status_code == 200
    return response.forms["book_form"], len(response.html.select(".conflict"))


def test_conflicts_come_one_after_the_other(opened):
    form, stored, other = opened({"extra": {"a": 1, "b": 1, "c": 1}})
    other({"$set": {"extra.a": 2, "extra.c": 2}})
    form, count = conflicts_of(edit(form, extra={"a": 3, "b": 3, "c": 3}))
    assert count == 2
    other({"$set": {"extra.b": 2}})
    form["document.extra.a-CHOICE"] = "mine"
    form["document.extra.c-CHOICE"] = "stored"
    form, count = conflicts_of(form.submit())
    assert count == 3
    assert form["document.extra.a-CHOICE"].value == "mine"
    assert form["document.extra.c-CHOICE"].value == "stored"
    form["document.extra.b-CHOICE"] = "mine"
    assert form.submit().status_code == 302
    assert stored()["extra"] == {"a": 3, "b": 3, "c": 2}


def test_a_choice_survives_another_error(opened):
    form, stored, other = opened({"extra": {"a": 1}})
    other({"$set": {"extra.a": 2}})
    form, _count = conflicts_of(edit(form, extra={"a": 3}))
    form["document.extra.a-CHOICE"] = "mine"
    typed = form["document"].value
    form["document"] = "{"
    form, count = conflicts_of(form.submit())
    assert count == 0
    form["document"] = typed
    assert form.submit().status_code == 302
    assert stored()["extra"] == {"a": 3}


def test_conflicts_whose_paths_look_alike_are_settled_each(opened):
    form, stored, other = opened({"extra": {"a": {"b": 1}, "a.b": 1}})
    other({"$set": {"extra": {"a": {"b": 2}, "a.b": 2.5}}})
    form, count = conflicts_of(edit(form, extra={"a": {"b": 3}, "a.b": 3}))
    assert count == 2
    form["document.extra.a.b-CHOICE"] = "mine"
    form["document.extra.a\\.b-CHOICE"] = "stored"
    assert form.submit().status_code == 302
    assert stored()["extra"] == {"a": {"b": 3}, "a.b": 2.5}
