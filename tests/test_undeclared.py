"""Keys that the Document does not declare: seen, kept, edited by those who may."""

import pytest
from bson import Int64, ObjectId
from django.contrib.auth.models import Permission, User
from django.urls import reverse

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
NAME = "other_stored_fields"

OTHERS = {"n": Int64(5), "a.b": 1, "$c": {"x.y": [1, None]}, "": "empty", "null": None}


@pytest.fixture
def opened(django_app, admin_user, mongo):
    """Store a document and open its page: (form, getter, other's update)."""

    def open_page(document, model="book", user=admin_user):
        collection = mongo[f"{model}s"]
        collection.insert_one({"_id": KEY, **document})
        url = reverse(f"admin:tests_{model}_change", args=[KEY])
        page = django_app.get(url, user=user)

        def stored():
            found = collection.find_one(KEY)
            del found["_id"]
            return found

        def other(update):
            collection.update_one({"_id": KEY}, update)

        return page.forms[f"{model}_form"], stored, other

    return open_page


def saved(response):
    assert response.status_code == 302, response.html.select(".errorlist")


def test_they_are_shown_and_kept(opened, mongo_commands):
    form, stored, _other = opened({"title": "T", **OTHERS})
    assert '"a.b": 1' in form[NAME].value
    with mongo_commands() as commands:
        saved(form.submit())
    assert not commands.writes
    assert stored() == {"title": "T", **OTHERS}


def test_one_is_changed_one_added_one_removed(opened, mongo_commands):
    form, stored, _other = opened({"title": "T", **OTHERS})
    form[NAME] = (
        '{"n": 6, "a.b": 2, "$c": {"x.y": [1, null]}, "null": null, "new": "x"}'
    )
    with mongo_commands() as commands:
        saved(form.submit())
    assert len(commands.writes) == 1
    expected = {**OTHERS, "n": 6, "a.b": 2, "new": "x"}
    del expected[""]
    assert stored() == {"title": "T", **expected}


def test_all_are_removed_by_emptying(opened):
    form, stored, _other = opened({"title": "T", "n": 1})
    form[NAME] = ""
    saved(form.submit())
    assert stored() == {"title": "T"}


def test_a_document_without_any_has_no_such_field(opened):
    form, _stored, _other = opened({"title": "T"})
    assert NAME not in form.fields


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Enter valid Extended JSON"),
        ("[1]", "Enter one document, in braces."),
        ('{"title": "U"}', "“title” is a field of its own."),
        ('{"_id": 1}', "“_id” is a field of its own."),
        ('{"n": 1, "x.y": 1}', "A new key cannot be empty, begin with $ or hold dots"),
    ],
)
def test_errors_lose_nothing(opened, text, message):
    form, stored, _other = opened({"title": "T", "n": 1})
    form[NAME], form["title"] = text, "U"
    page = form.submit()
    assert message in page
    assert page.forms["book_form"][NAME].value == text
    assert stored() == {"title": "T", "n": 1}


def test_two_people_change_different_keys(opened):
    form, stored, other = opened({"title": "T", "a": {"x": 1, "y": 1}, "b": 1})
    other({"$set": {"a.x": 2, "b": 2, "c": 2}})
    form[NAME] = '{"a": {"x": 1, "y": 3}, "b": 1}'
    saved(form.submit())
    assert stored() == {"title": "T", "a": {"x": 2, "y": 3}, "b": 2, "c": 2}


@pytest.mark.parametrize(("choice", "expected"), [("mine", 3), ("stored", 2)])
def test_two_people_change_the_same_key(opened, choice, expected):
    form, stored, other = opened({"title": "T", "a": 1, "b": 1})
    other({"$set": {"a": 2}})
    form[NAME] = '{"a": 3, "b": 4}'
    page = form.submit()
    (text,) = (each.get_text(" ", strip=True) for each in page.html.select(".conflict"))
    assert "Other stored fields was changed" in text
    form = page.forms["book_form"]
    form[f"{NAME}-CHOICE"] = choice
    saved(form.submit())
    assert stored()["a"] == expected
    assert stored()["b"] == (4 if choice == "mine" else 1)


def test_those_of_an_embedded_document_are_edited_beside_its_fields(opened):
    address = {"street": "A", "zip": Int64(1), "geo": {"a.b": 1}}
    form, stored, _other = opened({"name": "P", "address": address}, "publisher")
    form[f"address-{NAME}"] = '{"zip": 2, "floor": 3}'
    form["address-street"] = "B"
    saved(form.submit())
    assert stored()["address"] == {"street": "B", "zip": 2, "floor": 3}


def test_rows_of_a_list_have_theirs(opened):
    reviews = [{"text": "a", "x": 1}, {"text": "b"}]
    offices = [{"city": "A", "x": Int64(1)}, {"city": "B"}]
    form, stored, _other = opened({
        "title": "T",
        "reviews": reviews,
        "offices": offices,
    })
    form["reviews-1-text"] = "c"
    saved(form.submit())
    assert stored()["reviews"] == [reviews[0], {"text": "c"}]


def staff(*codenames):
    user = User.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.mark.parametrize("may_change", [True, False])
def test_who_may_not_edit_them_sees_them(opened, django_app, may_change):
    user = staff("view_publisher", *(["change_publisher"] if may_change else []))
    document = {"name": "P", "x": Int64(1), "address": {"street": "A", "y": 2}}
    form, stored, _other = opened(document, "publisher", user)
    assert NAME not in form.fields
    row = form.html.select(f".form-row.field-{NAME}")[-1]
    assert '"$numberLong": "1"' in row.get_text()
    if may_change:
        assert form[f"address-{NAME}"].attrs["disabled"] == ""
        form["name"] = "Q"
        form.submit_fields()
        response = django_app.post(
            form.action or reverse("admin:tests_publisher_change", args=[KEY]),
            [
                *form.submit_fields("_save"),
                (NAME, '{"x": 9}'),
                (f"address-{NAME}", "{}"),
            ],
        )
        saved(response)
        assert stored() == {**document, "name": "Q"}


def test_a_dynamic_document_has_its_own_keys_there(django_app, admin_user, mongo):
    mongo.loose.insert_one({"_id": KEY, "name": "n", "free": Int64(1), "save": 2})
    url = reverse("admin:tests_loose_change", args=[KEY])
    form = django_app.get(url, user=admin_user).forms["loose_form"]
    form[NAME] = form[NAME].value.replace('"save": 2', '"save": 3')
    saved(form.submit())
    found = mongo.loose.find_one()
    assert found == {"_id": KEY, "name": "n", "free": 1, "save": 3}
    assert type(found["free"]) is Int64


def test_what_json_cannot_spell_is_shown_only(opened):
    form, stored, _other = opened({"title": "T", "odd": {"$oid": "x"}})
    assert NAME not in form.fields
    form["title"] = "U"
    saved(form.submit())
    assert stored() == {"title": "U", "odd": {"$oid": "x"}}
