"""Files on the pages of the admin: inlines, the list, "Save as new", other keys."""

import pytest
from bson import Binary, ObjectId
from django.urls import reverse
from mongoengine import signals
from webtest import Upload

from .admin import ContractAdmin
from .file_documents import Folder
from .files import files, picture, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app


def opened(app, pk, name="folder"):
    page = app.get(reverse(f"admin:tests_{name}_change", args=[pk]))
    return page.forms[f"{name}_form"]


def saved(response):
    assert response.status_code == 302, response.html.select(".errorlist")


def test_rows_of_inlines(app, mongo):
    old = put(mongo)
    rows = [{"title": "a", "seal": Binary(b"1", 128), "more": 1}, {"title": "b"}]
    pk = mongo.folders.insert_one({"name": "F", "rows": rows}).inserted_id
    mongo.papers.insert_one({"_id": 1, "folder": pk, "scan": old})
    form = opened(app, pk)
    form["rows-0-seal"] = Upload("s", b"2")
    form["rows-2-image"] = Upload("new.png", picture())
    form["paper_set-0-scan-clear"] = True
    form["paper_set-1-scan"] = Upload("scan.txt", b"scan")
    saved(form.submit())
    first, second, third = mongo.folders.find_one()["rows"]
    assert first == {"title": "a", "seal": Binary(b"2", 128), "more": 1}
    assert second == {"title": "b"}
    assert mongo.papers.find_one({"_id": 1}) == {"_id": 1, "folder": pk}
    scan = mongo.papers.find_one({"_id": {"$ne": 1}})["scan"]
    assert files(mongo) == {third["img"]: picture(), scan: b"scan"}


def test_a_file_that_somebody_replaced_at_the_same_moment(app, mongo):
    pk = mongo.folders.insert_one({"name": "F", "fileId": put(mongo)}).inserted_id
    form, theirs = opened(app, pk), put(mongo, b"theirs", filename="theirs.txt")

    def be_faster(sender, document, **kwargs):
        mongo.folders.update_one({"_id": pk}, {"$set": {"fileId": theirs}})

    form["file"] = Upload("mine.txt", b"mine")
    with signals.pre_save.connected_to(be_faster, sender=Folder):
        response = form.submit()
    (conflict,) = response.html.select(".conflict")
    assert "Stored now theirs.txt" in conflict.get_text(" ", strip=True)
    assert sorted(files(mongo).values()) == [b"old", b"theirs"]
    form = response.forms["folder_form"]
    # The browser has forgotten the file.
    form["file"], form["file-CHOICE"] = Upload("mine.txt", b"mine"), "mine"
    saved(form.submit())
    assert files(mongo)[mongo.folders.find_one()["fileId"]] == b"mine"
    assert theirs not in files(mongo)


def test_an_error_of_an_inline_writes_no_file(app, mongo, mongo_commands):
    pk = mongo.folders.insert_one({"name": "F", "rows": [{"title": "a"}]}).inserted_id
    form = opened(app, pk)
    form["file"] = form["rows-0-image"] = Upload("a.txt", b"no picture")
    form["paper_set-0-scan"] = Upload("scan.txt", b"scan")
    with mongo_commands() as commands:
        response = form.submit()
    assert "Upload a valid image" in response.html.select_one("#rows-0").text
    assert not commands.writes


def test_save_as_new_copies_files(app, mongo):
    image = put(mongo, picture(), "images", filename="p.png")
    stored = {
        **{"name": "F", "fileId": put(mongo), "photo": image, "seal": Binary(b"s", 5)},
        **{"cover": {"img": image}, "pictures": [{"title": "a", "img": image}]},
        **{"rows": [{"title": "r", "seal": b"row"}], "files": [put(mongo, b"1")]},
        "seals": [b"2"],
    }
    pk = mongo.folders.insert_one(dict(stored)).inserted_id
    form = opened(app, pk)
    form["name"] = "G"
    saved(form.submit("_saveasnew"))
    copy = mongo.folders.find_one({"name": "G"})
    contents = files(mongo)
    assert contents[copy["fileId"]] == b"old"
    assert contents[copy["photo"]] == contents[copy["cover"]["img"]] == picture()
    assert copy["pictures"][0]["title"] == "a"
    assert contents[copy["pictures"][0]["img"]] == picture()
    assert copy["rows"] == stored["rows"]
    assert [contents[key] for key in copy["files"]] == [b"1"]
    assert (copy["seal"], copy["seals"]) == (Binary(b"s", 5), [b"2"])
    assert len(contents) == 8
    form = opened(app, copy["_id"])
    form["file-clear"] = form["photo-clear"] = True
    saved(form.submit())
    assert mongo.folders.find_one(pk) == {"_id": pk, **stored}
    assert {stored["fileId"], image} <= {*files(mongo)}


def test_save_as_new_after_an_error_still_copies(app, mongo):
    file = put(mongo, filename="kept.txt")
    stored = {"name": "F", "fileId": file, "photo": ObjectId(), "seal": b"s"}
    pk = mongo.folders.insert_one(stored).inserted_id
    form = opened(app, pk)
    form["name"], form["number"] = "G", "0"
    response = form.submit("_saveasnew")
    assert "kept.txt" in response.html.select_one(".field-file").text
    form = response.forms["folder_form"]
    form["number"], form["seal-clear"] = "1", True
    saved(form.submit("_saveasnew"))
    copy = mongo.folders.find_one({"name": "G"})
    assert copy["fileId"] != file
    assert files(mongo)[copy["fileId"]] == b"old"
    assert not {"photo", "seal"} & {*copy}


def test_another_key_stores_a_copy_with_files_of_its_own(app, mongo):
    key = put(mongo, b"1")
    row = {"_id": "a", "file": key, "files": [key], "title": "t"}
    mongo.slips.insert_one(row)
    form = opened(app, "a", "slip")
    form["code"], form["file"] = "b", Upload("new.txt", b"new")
    saved(form.submit())
    copy = mongo.slips.find_one({"_id": "b"})
    assert mongo.slips.find_one({"_id": "a"}) == row
    assert files(mongo) == {key: b"1", copy["file"]: b"new", copy["files"][0]: b"1"}


def test_cells_that_are_edited(app, mongo):
    first, second = put(mongo, b"1"), put(mongo, b"2")
    contracts = [{"title": "A", "file": first}, {"title": "B", "file": second}]
    mongo.contracts.insert_many(contracts)
    page = app.get(reverse("admin:tests_contract_changelist"))
    form = page.forms["changelist-form"]
    assert form.enctype == "multipart/form-data"
    place = [row.text for row in page.html.select(".field-title")].index("B")
    form[f"form-{place}-file"] = Upload("new.txt", b"new")
    saved(form.submit("_save"))
    found = {each["title"]: each["file"] for each in mongo.contracts.find()}
    assert files(mongo) == {first: b"1", found["B"]: b"new"}


def test_deleting_a_document_deletes_the_files_that_mongoengine_deletes(app, mongo):
    image, kept = put(mongo, picture(), "images"), put(mongo, picture(), "images")
    folder = {"name": "F", "fileId": put(mongo), "photo": image, "cover": {"img": kept}}
    pk = mongo.folders.insert_one(folder).inserted_id
    page = app.get(reverse("admin:tests_folder_delete", args=[pk]))
    saved(page.forms[1].submit())
    assert [*files(mongo)] == [kept]
    # The action deletes documents without asking each.
    pk = mongo.folders.insert_one({
        "name": "G",
        "cover": {},
        "fileId": kept,
    }).inserted_id
    form = app.get(reverse("admin:tests_folder_changelist")).forms["changelist-form"]
    form["action"], form["_selected_action"] = "delete_selected", [str(pk)]
    saved(form.submit().forms[1].submit())
    assert mongo.folders.count_documents({}) == 0
    assert [*files(mongo)] == [kept]


@pytest.mark.parametrize("odd", ["text", {"$ne": None}, [None, 5], ObjectId()])
def test_every_page_opens_with_odd_values(app, mongo, odd, monkeypatch):
    monkeypatch.setattr(ContractAdmin, "list_filter", ("file",))
    monkeypatch.setattr(ContractAdmin, "search_fields", ("file", "title"))
    pk = mongo.contracts.insert_one({"file": odd}).inserted_id
    names = ("fileId", "photo", "seal", "cover", "files", "seals", "rows", "locked")
    folder = mongo.folders.insert_one(dict.fromkeys(names, odd)).inserted_id
    for name, key in (("contract", pk), ("folder", folder)):
        for view in ("change", "delete"):
            app.get(reverse(f"admin:tests_{name}_{view}", args=[key]))
        app.get(reverse(f"admin:tests_{name}_changelist"))
    page = reverse("admin:tests_contract_changelist")
    for query in ("?q=a", "?file__exact=x", "?file__isnull=True", "?_facets=True"):
        assert app.get(page + query).status_code in (200, 302)
