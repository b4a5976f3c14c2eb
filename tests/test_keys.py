"""Documents with keys of every type, on every page."""

import copy
import pickle
from datetime import UTC, datetime
from uuid import UUID

import pytest
from bson import SON, Binary, Decimal128, Int64, ObjectId, Timestamp
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType

from admin_ext.keys import Key, key_for, split_keys
from admin_ext.meta import present

from .key_documents import (
    Amount,
    Counted,
    Freely,
    Moment,
    Place,
    Placed,
    Plainly,
    Slugged,
    Unique,
)

pytestmark = pytest.mark.django_db

HEX = "5f0000000000000000000001"
TEXTS = ["plain", "a/b_c d%#?&+,;'\"", "_2F", "..", "add", "a\r\nb", "[5]", '{"a":1}']

# Keys that the class declares, and keys that it does not.
DECLARED = [
    *((Slugged, text) for text in (*TEXTS, "", "null", HEX, "7")),
    *((Counted, number) for number in (7, 0, -5, 2**40)),
    (Unique, UUID("12345678-1234-5678-1234-567812345678")),
    (Placed, {"s": "a/b", "number": 7}),
    (Freely, {"b": 1, "a": {"c": [1, None]}}),
    (Amount, Decimal128("1.50")),
    (Moment, datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)),
    (Plainly, ObjectId(HEX)),
]
STRAY = [
    *((Slugged, stray) for stray in (5, None, True, ObjectId(HEX), {"a": 1}, 1.5)),
    *((Counted, stray) for stray in ("7", "x", 1.5, False, {"a": Int64(1)})),
    *((Unique, stray) for stray in ("12345678-1234-5678-1234-567812345678", 5)),
    *((Placed, stray) for stray in ({"number": 7, "s": "x"}, {"z": 1}, "x", {})),
    *((Plainly, stray) for stray in (HEX, "text", 5, 2**40, {"a": [1]}, b"\x00\xff")),
    *((Plainly, stray) for stray in (Decimal128("NaN"), Timestamp(1, 2), True, "")),
    (Plainly, Binary(b"12", 5)),
    (Plainly, float("nan")),
]
KEYS = [*DECLARED, *STRAY]
each_key = pytest.mark.parametrize(("document", "key"), KEYS, ids=repr)


def url(document, *parts):
    return "/".join(("/admin/tests", document.__name__.lower(), *parts, ""))


@pytest.fixture
def stored(mongo):
    """Store a document under a key; return its collection."""

    def store(document, key):
        collection = mongo[document._meta["collection"]]
        collection.insert_one({"_id": key, "name": "one", "nm": "one"})
        return collection

    return store


@pytest.fixture
def page(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app.get


@each_key
def test_the_text_of_a_key_leads_back_to_it(stored, document, key):
    stored(document, key)
    (loaded,) = present(document)._default_manager
    text = str(loaded.pk)
    assert unquote(quote(text)) == text
    found = document._default_manager.get(pk=text)
    assert (found.pk, found.name) == (loaded.pk, "one")


@each_key
def test_the_list_links_to_the_page_and_the_form_saves(page, stored, document, key):
    collection = stored(document, key)
    form_page = page(url(document)).click(linkid=None, href="/change/", index=0)
    form = form_page.forms[f"{document.__name__.lower()}_form"]
    form["name"] = "two"
    response = form.submit("_continue")
    assert response.status_code == 302, response.html.select(".errorlist")
    (son,) = collection.find()
    stored_name = document.name.db_field
    assert son[stored_name] == "two"
    assert collection.count_documents({"_id": {"$eq": key}, stored_name: "two"}) == 1
    again = response.follow()
    assert "was changed successfully" in again
    history = again.click(href="/history/")
    assert "Changed" in history
    entry = LogEntry.objects.get()
    assert page(entry.get_admin_url()).status_code == 200
    assert entry.get_edited_object().name == "two"


@each_key
def test_deleting_on_its_page(page, stored, document, key):
    collection = stored(document, key)
    form_page = page(url(document)).click(href="/change/", index=0)
    confirmation = form_page.click(href="/delete/")
    response = confirmation.forms[1].submit()
    assert response.status_code == 302
    assert collection.count_documents({}) == 0
    assert "the one" in LogEntry.objects.get().object_repr


@each_key
def test_deleting_what_is_selected(page, stored, document, key):
    collection = stored(document, key)
    form = page(url(document)).forms["changelist-form"]
    form["action"] = "delete_selected"
    form["_selected_action"] = [form.fields["_selected_action"][0]._value]
    confirmation = form.submit("index", index=0)
    response = confirmation.forms[1].submit()
    assert response.status_code == 302
    assert collection.count_documents({}) == 0


@each_key
def test_editing_in_the_list(page, stored, document, key):
    collection = stored(document, key)
    form = page(url(document)).forms["changelist-form"]
    form["form-0-name"] = "two"
    response = form.submit("_save")
    assert response.status_code == 302, response.html.select(".errorlist")
    assert collection.find_one()[document.name.db_field] == "two"


@each_key
def test_view_on_site_leads_to_the_document(page, stored, document, key):
    stored(document, key)
    form_page = page(url(document)).click(href="/change/", index=0)
    response = page(form_page.html.select_one("a.viewsitelink")["href"])
    assert response.location.endswith("/seen/")


@pytest.mark.parametrize("document", [Slugged, Counted, Placed, Freely, Plainly])
@pytest.mark.parametrize("text", ["x/y", "[[1]]", "{", "9" * 30])
def test_view_on_site_of_a_key_that_leads_nowhere(admin_client, mongo, document, text):
    kind = ContentType.objects.get_for_model(present(document))
    assert admin_client.get(f"/admin/r/{kind.pk}/{text}/").status_code == 404


def test_a_key_with_letters_of_every_kind(admin_client, mongo):
    mongo.slugged.insert_one({"_id": "ü/é ?", "name": "one"})
    link = "/admin/tests/slugged/%C3%BC_2F%C3%A9%20_3F/change/"
    assert link in admin_client.get(url(Slugged)).content.decode()
    response = admin_client.get(link)
    assert response.status_code == 200
    history = "/admin/tests/slugged/%C3%BC_2F%C3%A9%20_3F/history/"
    assert history in response.content.decode()
    seen = admin_client.get(response.context["absolute_url"])
    assert seen["Location"].endswith("/seen/")


PAIRS = [
    (Plainly, ObjectId(HEX), HEX),
    (Slugged, "5", 5),
    (Slugged, "[5]", 5),
    (Slugged, '["5"]', "5"),
    (Counted, 1, True),
    (Counted, 5, "5"),
    (Placed, SON([("s", "x"), ("number", 1)]), SON([("number", 1), ("s", "x")])),
    (Freely, {"a": 1, "b": 2}, {"b": 2, "a": 1}),
]


@pytest.mark.parametrize(("document", "first", "second"), PAIRS, ids=repr)
def test_keys_that_look_alike_are_never_confused(page, stored, document, first, second):
    stored(document, first)
    collection = stored(document, second)
    texts = {str(each.pk) for each in present(document)._default_manager}
    assert len(texts) == 2
    form = page(url(document)).forms["changelist-form"]
    form["form-0-name"], form["form-1-name"] = "A", "B"
    form.submit("_save")
    ids = [key_for(document._meta.pk, son["_id"]) for son in collection.find()]
    by_id = [document._default_manager.get(pk=str(key)).name for key in ids]
    assert sorted(by_id) == ["A", "B"]
    link = url(document, quote(str(ids[1])), "delete")
    page(link).forms[1].submit()
    (left,) = collection.find()
    assert str(key_for(document._meta.pk, left["_id"])) == str(ids[0])


@pytest.mark.parametrize(
    "text",
    [
        *(
            '{"$gt":""}',
            '[{"$gt":""}]',
            '{"$regularExpression":{"pattern":".",',
        ),
        '{"$regularExpression":{"pattern":".","options":""}}',
        *('{"$where":"1"}', "[[1]]", "[1,2]", "{", "[", "[1e999]", "{'a':1}"),
        *('{"a":{"$gt":1}}', '{"$oid":"x"}', '{"$numberLong":"9' + "9" * 20 + '"}'),
        '{"$ref":"x","$id":1}',
    ],
)
@pytest.mark.parametrize("document", [Slugged, Counted, Placed, Freely, Plainly])
def test_no_text_of_a_url_is_an_operator(admin_client, stored, document, text):
    stored(document, {"x": 1})
    response = admin_client.get(url(document, quote(text), "change"))
    assert (response.status_code, response["Location"]) == (302, "/admin/")
    data = {"action": "delete_selected", "_selected_action": text, "post": "yes"}
    assert admin_client.post(url(document), data).status_code in (200, 302)
    assert len(present(document)._default_manager) == 1


def test_a_key_of_the_declared_type_is_what_it_is_everywhere_else(mongo):
    mongo.placed.insert_one({"_id": {"s": "x", "number": 1}, "name": "n"})
    assert present(Placed).objects.get().pk == Place(shop="x", number=1)
    (loaded,) = Placed._default_manager
    assert (loaded.place.shop, loaded.pk) == ("x", '{"s":"x","number":1}')
    assert loaded.to_dbref().id == {"s": "x", "number": 1}
    loaded.reload()
    loaded.update(name="m")
    assert mongo.placed.find_one()["name"] == "m"


def test_a_key_survives_being_copied():
    key = Key({"a": "/"})
    for twin in (copy.deepcopy(key), pickle.loads(pickle.dumps(key))):
        assert (twin, twin.value) == (key, {"a": "/"})


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", [""]),
        ("a,b", ["a", "b"]),
        ('{"a":1,"b":[1,2]},[1],x', ['{"a":1,"b":[1,2]}', "[1]", "x"]),
        ('{"a":",}"}', ['{"a":",}"}']),
        ("{,[x],", ["{", "[x]", ""]),
    ],
)
def test_keys_joined_by_commas_are_taken_apart(text, texts):
    assert split_keys(text) == texts


@each_key
def test_who_may_only_view_sees_the_page_and_its_history(client, stored, document, key):
    stored(document, key)
    user = User.objects.create_user("ann", is_staff=True)
    codename = f"view_{document.__name__.lower()}"
    user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    (loaded,) = present(document)._default_manager
    for page_name in ("change", "history"):
        response = client.get(url(document, quote(str(loaded.pk)), page_name))
        assert response.status_code == 200
        assert "the one" in response.content.decode()


@each_key
def test_recent_actions_link_to_the_document(page, stored, document, key):
    stored(document, key)
    form = page(url(document)).click(href="/change/", index=0)
    form = form.forms[f"{document.__name__.lower()}_form"]
    form["name"] = "two"
    form.submit()
    link = page("/admin/").html.select_one("#recent-actions-module li a")
    assert page(link["href"]).status_code == 200


def test_stored_names_on_every_page(page, mongo):
    mongo.counted.insert_one({"_id": 1, "nm": "one"})
    listed = page("/admin/tests/counted/?q=one&o=2&name=one")
    assert len(listed.html.select("#result_list tbody tr")) == 1
    assert len(page("/admin/tests/counted/?name=two").html.select("tbody tr")) == 0
    form = page("/admin/tests/counted/add/").forms["counted_form"]
    form["number"], form["name"] = "2", "two"
    form.submit()
    assert mongo.counted.find_one(2) == {"_id": 2, "nm": "two"}
