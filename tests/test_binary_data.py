"""Binary data in the form: what is stored before and after each edit."""

import pytest
from bson import Binary

from admin_ext.exceptions import SaveRejected

from .file_documents import Folder
from .files import RAW, Page, folder, load, saved, upload

__all__ = ["folder"]


def test_binary_data_do_not_travel_with_the_page(mongo, folder):
    pk, _stored = folder(seal=b"x" * 500_000, seals=[b"y" * 500_000])
    html = Page(pk, "seal", "seals").form_class(instance=load(Folder, pk)).as_div()
    assert len(html) < 30_000


@pytest.mark.django_db
def test_binary_data_of_a_conflict(mongo, folder, mongo_commands):
    pk, stored = folder(seal=b"first")
    page = Page(pk, "number", "seal")
    mongo.folders.update_one({"_id": pk}, {"$set": {"seal": Binary(b"theirs!", 5)}})
    with mongo_commands() as commands:
        form = page.send({"seal": upload(b"mine")})
    assert not commands.writes
    text = str(form.errors["seal"])
    for each in ("5\xa0bytes, generic", "7\xa0bytes, MD5", "4\xa0bytes, MD5"):
        assert each in text.replace("&nbsp;", "\xa0")
    saved(page.send(number="3"))
    assert stored()["seal"] == Binary(b"theirs!", 5)


@pytest.mark.parametrize("subtype", [0, 2, 5, 7, 8, 128, 255])
def test_replaced_binary_data_keep_their_subtype(mongo, folder, subtype):
    pk, stored = folder(seal=Binary(b"a", subtype), seals=[Binary(b"a", subtype)])
    saved(
        Page(pk, "seal", "seals").send({
            "seal": upload(b"b"),
            "seals-0-value": upload(b"b"),
        })
    )
    expected = b"b" if subtype == 0 else Binary(b"b", subtype)
    assert stored() == {"name": "F", "seal": expected, "seals": [expected]}


@pytest.mark.parametrize("subtype", [3, 4])
def test_a_uuid_is_replaced_by_sixteen_bytes_only(mongo, folder, subtype):
    pk, _stored = folder(seal=Binary(b"a" * 16, subtype))
    form = Page(pk, "seal").send({"seal": upload(b"b" * 15)})
    assert "A UUID has 16 bytes" in str(form.errors["seal"])
    saved(Page(pk, "seal").send({"seal": upload(b"b" * 16)}))
    raw = mongo.folders.with_options(RAW).find_one({"_id": pk}).raw
    assert bytes([subtype]) + b"b" * 16 in raw


def test_the_same_bytes_again_send_nothing(mongo, folder, mongo_commands):
    pk, _stored = folder(seal=Binary(b"abc", 128), seals=[b"x"])
    page = Page(pk, "seal", "seals")
    with mongo_commands() as commands:
        form = saved(page.send({"seal": upload(b"abc"), "seals-0-value": upload(b"x")}))
    assert not commands.writes
    assert not form.changed_data


def test_encrypted_data_are_shown_and_left_to_the_application(folder):
    pk, stored = folder(seal=Binary(b"abc", 6))
    page = Page(pk, "seal")
    html = page.form_class(instance=load(Folder, pk)).as_div()
    assert "Encrypted: only the application can replace it." in html
    saved(page.send({"seal": upload(b"x")}, **{"seal-clear": "on"}))
    assert stored()["seal"] == Binary(b"abc", 6)


def test_binary_data_of_many_megabytes(mongo, folder):
    pk, stored = folder(seals=[b"x" * 9_000_000])
    saved(Page(pk, "seals").send({"seals-0-value": upload(b"y" * 9_000_000)}))
    assert stored()["seals"] == [b"y" * 9_000_000]


def test_more_than_a_document_holds_is_an_error_of_the_form(mongo, folder):
    pk, stored = folder(seals=[b"x" * 9_000_000])
    with pytest.raises(SaveRejected, match="16"):
        Page(pk, "seals").send({"seals-1-value": upload(b"y" * 9_000_000)})
    assert len(stored()["seals"]) == 1
    form = Page(pk, "seals").send({"seals-1-value": upload(b"y" * 17_000_000)})
    assert "at most 15.9" in str(form.errors) + str(form["seals"])
