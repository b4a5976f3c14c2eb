"""What is said where another document has values that must be unique together."""

import pytest
from bson import ObjectId

from admin_ext.policies import Access

from .groups import group_for, member_of, permitted
from .submission import sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
URL = f"/admin/tests/patient/{KEY}/"
SON = {
    "noteText": "hush",
    "home": {"street": "hush"},
    "facts": {"closed": "hush"},
    "legacy": "hush",
}
PATHS = {
    "noteText": "note",
    "home.street": "home__street",
    "facts.closed": "facts__closed",
    "legacy": "legacy",
}


@pytest.fixture(params=PATHS)
def stored_path(mongo, request):
    """Have a field of two patients be unique together with their names, in turn."""
    mongo.patients.insert_many([
        {"_id": KEY, "name": "Ann", **SON},
        {"name": "Bob", **SON},
    ])
    keys = [("name", 1), (request.param, 1)]
    name = mongo.patients.create_index(keys, unique=True)
    yield request.param
    mongo.patients.drop_index(name)


def clerk(**limits):
    group = group_for("patient", "view", "change", **limits)
    return permitted(member_of(group), "view_raw_patient", "change_raw_patient")


def refused(client, page):
    """Return the page that answers who gives Ann the name of Bob."""
    data = sent(client.get(f"{URL}{page}/").text)
    name = "name" if page == "change" else "document"
    data[name] = data[name].replace("Ann", "Bob")
    return client.post(f"{URL}{page}/", data).text


def errors_in(html):
    return html.partition('class="errorlist')[2].partition("</ul>")[0]


@pytest.mark.parametrize("page", ["change", "raw"])
def test_no_error_tells_a_hidden_field_nor_its_value(mongo, stored_path, page):
    html = refused(clerk(**dict.fromkeys(PATHS.values(), Access.HIDDEN)), page)
    assert "Patient with such values already exists." in html
    assert "hush" not in html
    assert stored_path.rpartition(".")[2] not in errors_in(html)
    assert "E11000" not in html
    assert mongo.patients.find_one(KEY)["name"] == "Ann"


@pytest.mark.parametrize("page", ["change", "raw"])
def test_who_may_know_the_fields_is_told_them(stored_path, page):
    label = {"noteText": "Note"}.get(stored_path, stored_path)
    html = refused(clerk(), page)
    expected = f"patient with this name and {label}"
    assert expected.casefold() in errors_in(html).casefold()
