"""What is doubtful in published data, and what of the demo is rare or secret."""

import pytest

from admin_ext.introspection.inference import infer_database
from admin_ext.introspection.models import Meaning
from admin_ext.introspection.profile import profile_of
from documents.demo.rows import DemoRows

from .data_sets import FOLDER, documents_of

# {class: {key}} that documents/documents.py declares.
DECLARED = {
    "User": {"username", "email", "hashedPassword"},
    "Tag": {"user", "name"},
    "Note": {
        *("user", "body", "type", "start", "date", "parent", "prev", "archived"),
        *("checked", "tags", "shareSettings"),
    },
    "ShareSettings": {"public"},
    "Public": {"view"},
    "Widget": {"user", "name", "checkboxes", "filter"},
    "Filter": {"tags"},
    "Key": {"user", "key"},
}


def test_doubts_about_published_data():
    file = "food.restaurants.json"
    if not (FOLDER / file).is_file():
        pytest.skip(f"The published sample is not here: {file}")
    database = infer_database("food", {"restaurants": profile_of(documents_of(file))})
    (model,) = database.documents
    doubts = {each.name: each.doubts for each in model.fields if each.doubts}
    where = "for example _id 55f14312c7447c3da7051"
    assert doubts == {
        "address": [f"Odd values: int 0.16 %, {where}ce9."],
        "rating": [f"Mixed types: int 53 %, double 45 %, string 2 %, {where}b36."],
    }


@pytest.fixture(scope="module")
def demo():
    rows = DemoRows(users=400, notes=4_000, seed=1)
    names = ("users", "tags", "widgets", "notes", "keys")
    return infer_database("demo", {n: profile_of([*getattr(rows, n)()]) for n in names})


def test_what_is_declared_by_hand_is_all_that_is_not_rare(demo):
    common = {
        each.name: {
            field.stored
            for field in each.fields
            if not any(doubt.startswith("Stored in") for doubt in field.doubts)
        }
        for each in (*demo.documents, *demo.embedded)
        if each.name in DECLARED
    }
    assert common == DECLARED


def test_secrets_and_labels_of_the_demo(demo):
    secrets = {
        (model.name, field.stored)
        for model in demo.documents
        for field in model.fields
        if field.meaning is Meaning.SECRET
    }
    assert secrets == {("User", "hashedPassword"), ("Key", "key")}
    assert {each.name: each.label for each in demo.documents} == {
        **{"Key": None, "Note": "body", "Tag": "name", "User": "username"},
        "Widget": "name",
    }
