"""What people with limits read in the history, and what they may put back."""

import pytest
from bson import ObjectId
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.urls import reverse

from admin_ext.policies import MASK, Access

from .groups import group_for, member_of, permitted
from .guarded_documents import Patient
from .histories import MISSING, record
from .reference_documents import Town
from .submission import sent

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
LUND = {"_id": KEY, "townName": "Lund", "region": "SE"}
RENAMED = LUND | {"townName": "Lunden"}
SWEDEN = {"region": "SE"}
PATIENT = f"/admin/tests/patient/{KEY}/"
HIDDEN, MASKED = Access.HIDDEN, Access.MASKED


def undo_url(change):
    return reverse("admin:tests_town_undo", args=[change.pk])


def test_an_undo_that_moves_a_document_out_of_the_rows_is_refused(mongo, admin_user):
    mongo.towns.insert_one(LUND)
    moved = record(admin_user, Town, LUND | {"region": "DK"}, LUND)
    client = member_of(group_for("town", "view", "change", rows=SWEDEN))
    page = client.get(undo_url(moved)).text
    assert "You may not store this: you may not change such a document." in page
    assert client.post(undo_url(moved)).status_code == 200
    assert mongo.towns.find_one() == LUND


def test_an_undo_within_the_rows_is_written(mongo, admin_user):
    mongo.towns.insert_one(LUND)
    change = record(admin_user, Town, RENAMED, LUND)
    client = member_of(group_for("town", "view", "change", rows=SWEDEN))
    assert client.post(undo_url(change)).status_code == 302
    assert mongo.towns.find_one() == RENAMED


def test_code_that_moves_a_document_out_at_an_undo_writes_nothing(
    mongo, admin_user, monkeypatch
):
    def save_model(request, obj, form, change):
        obj.region = "DK"
        obj.save()

    monkeypatch.setattr(admin.site.get_model_admin(Town), "save_model", save_model)
    mongo.towns.insert_one(LUND)
    change = record(admin_user, Town, RENAMED, LUND)
    client = member_of(group_for("town", "view", "change", rows=SWEDEN))
    assert "you may not change such" in client.post(undo_url(change)).text
    assert mongo.towns.find_one() == LUND


def test_what_may_not_be_added_is_not_restored(mongo, admin_user):
    oslo = LUND | {"_id": ObjectId(), "region": "NO"}
    changes = [record(admin_user, Town, each, MISSING) for each in (LUND, oslo)]
    client = member_of(
        group_for("town", "view", name="seeing"),
        group_for("town", "add", rows=SWEDEN, name="adding"),
    )
    page = client.get(undo_url(changes[1])).text
    assert "You may not store this: you may not add such a document." in page
    for change in changes:
        client.post(undo_url(change))
    assert [*mongo.towns.find()] == [LUND]


@pytest.fixture
def logged(mongo, admin_client):
    """Have a superuser change a patient with a row of each kind of inline."""
    visit, stay = {"day": "mon", "finding": "flu"}, {"day": "mon", "bill": "9000"}
    mongo.patients.insert_one({"_id": KEY, "name": "Ann", "visits": [visit]})
    mongo.stays.insert_one({"patient": KEY, **stay})
    changes = {"visits-0-finding": "gout", "stay_set-0-bill": "9001", "note": "x"}
    page = admin_client.get(f"{PATIENT}change/").text
    admin_client.post(f"{PATIENT}change/", sent(page, name="Anna", **changes))


def read(stay=(), rows=None, **patient):
    """Return the messages of the log, for who has limits of fields and of stays."""
    client = member_of(
        group_for("patient", "view", "change", **patient),
        group_for("stay", "view", rows=rows, **dict(stay)),
    )
    entries = client.get(f"{PATIENT}history/").context["action_list"]
    return " ".join(entry.get_change_message() for entry in entries)


def test_who_sees_all_reads_the_whole_message(logged):
    assert read() == (
        "Changed Name and Note. Changed Finding for visit “mon: gout”. "
        "Changed Bill for stay “mon 9001”."
    )


def test_the_log_has_no_name_of_a_withheld_field(logged):
    assert read(note=HIDDEN).startswith("Changed Name.")


def test_the_log_quotes_no_row_of_which_a_part_is_withheld(logged):
    found = read(visits__finding=HIDDEN)
    assert f"Changed other fields for visit “{MASK}”." in found
    assert "mon 9001" in found


def test_the_log_quotes_no_document_of_which_a_part_is_withheld(logged):
    found = read(stay={"bill": MASKED})
    assert f"Changed other fields for stay “{MASK}”." in found
    assert "gout" in found


def test_the_log_tells_nothing_of_rows_among_which_some_are_withheld(logged):
    found = read(rows={"day": "tue"})
    assert "stay" not in found
    assert found.endswith("Changed other fields.")


def test_the_log_tells_nothing_of_withheld_rows(logged):
    found = read(visits=HIDDEN)
    assert "visit" not in found
    assert "Changed other fields." in found


def test_a_text_that_code_wrote_into_the_log_is_told_to_nobody_with_limits(logged):
    LogEntry.objects.update(change_message="Paid 9000")
    assert read(stay={"bill": HIDDEN}) == ""


def test_a_refused_undo_or_raw_change_quotes_nothing_that_is_withheld(
    mongo, admin_user, monkeypatch
):
    def clean(patient):
        raise ValidationError(f"“{patient.note}” is wrong")

    mongo.patients.insert_one({"_id": KEY, "name": "Ann", "noteText": "hush"})
    son = mongo.patients.find_one()
    change = record(admin_user, Patient, son | {"name": "Anna"}, son)
    monkeypatch.setattr(Patient, "clean", clean)
    group = group_for("patient", "view", "change", note=HIDDEN)
    client = permitted(member_of(group), "view_raw_patient", "change_raw_patient")
    data = sent(client.get(f"{PATIENT}raw/").text)
    data["document"] = data["document"].replace("Ann", "Anna")
    answers = [
        client.post(reverse("admin:tests_patient_undo", args=[change.pk])),
        client.post(f"{PATIENT}raw/", data),
    ]
    for answer in answers:
        assert f"“{MASK}” is wrong" in answer.text
        assert "hush" not in answer.text
    assert mongo.patients.find_one() == son
