"""References to documents with keys of every type: fields, filters, popups, inlines."""

import json
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlencode
from uuid import UUID

import pytest
from bson import SON, Decimal128, ObjectId
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote

from admin_ext.meta import present

from .key_documents import (
    Amount,
    Counted,
    Freely,
    Moment,
    Placed,
    Plainly,
    Slugged,
    Unique,
)

pytestmark = pytest.mark.django_db

HEX = "5f0000000000000000000001"
# The name of the reference, and the key that it leads to.
TARGETS = [
    ("slugged", "a/b_c d%#?&+,;'\""),
    ("slugged", "_2F"),
    ("slugged", 5),
    ("numbered", -5),
    ("numbered", {"a": 1}),
    ("unique", UUID("12345678-1234-5678-1234-567812345678")),
    ("placed", SON([("s", "a/b"), ("number", 7)])),
    ("placed", SON([("number", 7), ("s", "x")])),
    ("freely", SON([("b", 1), ("a", {"c": [1, None]})])),
    ("amount", Decimal128("1.50")),
    ("moment", datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)),
    ("plainly", ObjectId(HEX)),
    ("plainly", "text"),
    ("plainly", {"a": [1]}),
]
each_target = pytest.mark.parametrize(("name", "key"), TARGETS, ids=repr)
DOCUMENTS = (Slugged, Counted, Unique, Placed, Freely, Amount, Moment, Plainly)
CLASSES = {
    "slugged": Slugged,
    "numbered": Counted,
    "unique": Unique,
    "placed": Placed,
    "freely": Freely,
    "amount": Amount,
    "moment": Moment,
    "plainly": Plainly,
}
POINTERS = "/admin/tests/pointer/"


@pytest.fixture
def page(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app.get


@pytest.fixture
def target(mongo):
    """Store what a reference leads to; return the text of its key."""

    def store(name, key, title="one"):
        document = CLASSES[name]
        collection = mongo[document._meta["collection"]]
        collection.insert_one({"_id": key, "name": title, "nm": title})
        (loaded,) = [
            each for each in present(document)._default_manager if each.name == title
        ]
        return str(loaded.pk)

    return store


@pytest.fixture
def pointer(mongo):
    def store(**values):
        values = {"title": "P"} | values
        return str(mongo.pointers.insert_one(values).inserted_id)

    return store


@each_target
def test_choosing_a_reference_stores_its_key(page, target, mongo, name, key):
    text = target(name, key)
    form = page(f"{POINTERS}add/").forms["pointer_form"]
    form["title"] = "P"
    if name in ("plainly", "unique"):
        form[name].force_value(text)
    else:
        form[name] = text
    response = form.submit()
    assert response.status_code == 302, response.html.select(".errorlist")
    son = mongo.pointers.find_one()
    assert (son[name], type(son[name])) == (key, type(son[name]))
    assert json.dumps(son[name], default=str) == json.dumps(key, default=str)


@each_target
def test_an_untouched_reference_stays(page, target, pointer, mongo, name, key):
    target(name, key)
    pk = pointer(**{name: key})
    form = page(f"{POINTERS}{pk}/change/").forms["pointer_form"]
    form["title"] = "Q"
    before = mongo.pointers.find_one()
    assert form.submit().status_code == 302
    assert mongo.pointers.find_one() == before | {"title": "Q"}
    assert list(mongo.pointers.find_one()[name] if isinstance(key, dict) else "") == (
        list(key) if isinstance(key, dict) else []
    )


@each_target
def test_the_form_names_what_is_referred_to(page, target, pointer, name, key):
    target(name, key)
    pk = pointer(**{name: key})
    text = page(f"{POINTERS}{pk}/change/").text
    assert "the one" in text
    assert "Not found" not in text


@each_target
def test_the_list_links_to_what_is_referred_to(page, target, pointer, name, key):
    text = target(name, key)
    pointer(**{name: key})
    listed = page(POINTERS)
    if name in ("slugged", "placed", "plainly"):
        (link,) = listed.html.select(f"td.field-{name} a")
        assert link.parent.text == "the one"
        assert page(link["href"]).status_code == 200
        response = page(f"{POINTERS}?{urlencode({f'{name}__pk__exact': text})}")
        assert response.status_code == 302 or "1 pointer" in response


@each_target
def test_filtering_by_the_reference(page, target, pointer, mongo, name, key):
    target(name, key)
    pointer(title="with", **{name: key})
    pointer(title="without")
    if name not in ("slugged", "placed", "plainly"):
        return
    listed = page(POINTERS)
    links = [
        link
        for link in listed.html.select("#changelist-filter a")
        if link.text.strip() == "the one"
    ]
    filtered = page(POINTERS + unescape(links[0]["href"]))
    assert "1 pointer" in filtered
    assert "with</a>" in filtered


@each_target
def test_popups_name_the_key(page, target, mongo, name, key):
    text = target(name, key)
    base = f"/admin/tests/{CLASSES[name].__name__.lower()}/"
    form_page = page(f"{base}{quote(text).replace('%', '%25')}/change/?_popup=1")
    form = form_page.forms[f"{CLASSES[name].__name__.lower()}_form"]
    form["name"] = "two"
    script = form.submit().html.select_one("script")
    answer = json.loads(script["data-popup-response"])
    # Of plain text, Django tells what stands in the URL.
    is_spelled = text.startswith(("{", "["))
    assert answer["value"] == (text if is_spelled else quote(text))
    assert answer["new_value"] == text
    chosen = page(f"{base}?_popup=1").html.select_one("[data-popup-opener]")
    assert chosen["data-popup-opener"] == text


@each_target
def test_autocomplete_names_the_key(page, target, name, key):
    text = target(name, key)
    if name not in ("plainly", "unique"):
        return
    query = {"app_label": "tests", "model_name": "pointer", "field_name": name}
    answer = page("/admin/autocomplete/", {**query, "term": "one"}).json
    assert answer["results"] == [{"id": text, "text": "the one"}]


@each_target
def test_the_link_beside_a_raw_id(page, target, pointer, name, key):
    target(name, key)
    pk = pointer(**{name: key})
    if name not in ("slugged", "freely"):
        return
    form_page = page(f"{POINTERS}{pk}/change/")
    link = form_page.html.select_one(f".field-{name} strong a")
    assert page(link["href"]).status_code == 200
    assert "the one" in page(link["href"])


@each_target
def test_deleting_what_is_referred_to(page, target, pointer, mongo, name, key):
    text = target(name, key)
    pointer(**{name: key})
    base = f"/admin/tests/{CLASSES[name].__name__.lower()}/"
    confirmation = page(f"{base}{quote(text).replace('%', '%25')}/delete/")
    assert confirmation.forms[1].submit().status_code == 302
    left = list(mongo.pointers.find())
    if name in ("placed", "plainly"):
        assert left == []
    elif name == "numbered":
        assert name not in left[0]
    else:
        assert left[0][name] == key
    assert LogEntry.objects.count() == 1
