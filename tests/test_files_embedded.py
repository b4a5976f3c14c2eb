"""Files of embedded documents, lists and maps, and of other databases."""

import gridfs
import pytest
from bson import ObjectId

from .file_documents import Archive, Folder
from .files import Page, files, folder, load, picture, put, saved, upload

__all__ = ["folder"]


def test_files_of_embedded_documents(mongo, folder):
    old = put(mongo, picture(), "images")
    cover = {"title": "c", "img": old, "more": 1}
    pk, stored = folder(cover=cover, pictures=[{"title": "a"}, cover])
    uploads = {
        "cover-image": upload(picture(), "a.png"),
        "pictures-0-value-image": upload(picture(), "b.png"),
        "pictures-0-value-seal": upload(b"s"),
    }
    saved(Page(pk, "cover", "pictures").send(uploads))
    found = stored()
    new, first = found["cover"]["img"], found["pictures"][0]["img"]
    assert found["cover"] == {**cover, "img": new}
    assert found["pictures"][0] == {"title": "a", "img": first, "seal": b"s"}
    assert found["pictures"][1] == cover
    # One of the pictures still holds it.
    assert {*files(mongo)} == {new, first, old}


def test_a_form_within_a_form_makes_it_multipart(folder):
    pk, _stored = folder(cover={}, pictures=[])
    for name in ("cover", "pictures", "files", "seals"):
        assert Page(pk, name).form_class(instance=load(Folder, pk)).is_multipart()
    assert not Page(pk, "name").form_class().is_multipart()


def test_rows_of_a_list_of_files(mongo, folder):
    first, second, gone = put(mongo, b"1"), put(mongo, b"2"), ObjectId()
    pk, stored = folder(files=[first, gone, None, "odd", second])
    uploads = {"files-4-value": upload(b"2nd"), "files-5-value": upload(b"3")}
    saved(
        Page(pk, "files").send(
            uploads, **{"files-0-DELETE": "on", "files-3-ORDER": "1"}
        )
    )
    odd, *rest, second, third = stored()["files"]
    assert [odd, *rest] == ["odd", gone, None]
    assert files(mongo) == {second: b"2nd", third: b"3"}


def test_moving_rows_of_files_deletes_none(mongo, folder):
    first, second = put(mongo, b"1"), put(mongo, b"2")
    pk, stored = folder(files=[first, second])
    saved(Page(pk, "files").send(**{"files-0-ORDER": "9"}))
    assert stored()["files"] == [second, first]
    assert files(mongo) == {first: b"1", second: b"2"}


def test_a_duplicated_row_has_a_file_of_its_own(mongo, folder):
    image = put(mongo, picture(), "images", filename="p.png", width=30)
    pk, stored = folder(files=[put(mongo)], pictures=[{"title": "a", "img": image}])
    saved(
        Page(pk, "pictures", "files").send(**{
            "files-0-COPY": "on",
            "pictures-0-COPY": "on",
        })
    )
    first, second = stored()["files"]
    assert first != second
    assert files(mongo)[second] == b"old"
    original, copy = (row["img"] for row in stored()["pictures"])
    assert copy != original == image
    found = mongo.images.files.find_one({"_id": copy})
    assert (found["filename"], found["width"]) == ("p.png", 30)


def test_a_row_that_is_replaced_and_duplicated(mongo, folder):
    pk, stored = folder(files=[put(mongo)])
    saved(Page(pk, "files").send({"files-0-value": upload()}, **{"files-0-COPY": "on"}))
    first, second = stored()["files"]
    assert files(mongo) == {first: b"new", second: b"new"}


@pytest.mark.django_db
def test_a_row_of_a_list_that_somebody_else_replaced_is_a_conflict(mongo, folder):
    pk, stored = folder(files=[put(mongo)], seals=[b"1"])
    page, theirs = Page(pk, "files", "seals"), put(mongo, b"theirs")
    mongo.folders.update_one(
        {"_id": pk}, {"$set": {"files": [theirs], "seals": [b"2"]}}
    )
    form = page.send({"files-0-value": upload(), "seals-0-value": upload(b"3")})
    assert {*form.errors} == {"files", "seals"}
    assert (stored()["files"], stored()["seals"]) == ([theirs], [b"2"])
    assert theirs in files(mongo)


def test_files_of_a_removed_embedded_document_stay(mongo, folder):
    old = put(mongo, picture(), "images")
    pk, stored = folder(cover={"img": old}, pictures=[{"img": old}])
    data = {"cover-REMOVE": "on", "pictures-0-DELETE": "on"}
    saved(Page(pk, "cover", "pictures").send(**data))
    assert stored() == {"name": "F", "pictures": []}
    assert [*files(mongo)] == [old]


def test_files_in_another_database(mongo, other_mongo):
    old = gridfs.GridFS(other_mongo, "scans").put(b"old", filename="old.txt")
    pk = mongo.archives.insert_one({"name": "A", "scan": old}).inserted_id
    page = Page(pk, "name", "scan", document=Archive)
    assert "old.txt" in page.form_class(instance=page.load()).as_div()
    saved(page.send({"scan": upload(b"new")}))
    new = mongo.archives.find_one()["scan"]
    assert [each["_id"] for each in other_mongo.scans.files.find()] == [new]
    assert files(mongo) == {}


def test_a_list_of_lists_of_files(mongo):
    first, second = put(mongo, b"1"), put(mongo, b"2")
    pk = mongo.archives.insert_one({"nested": [[first], [second]]}).inserted_id
    page = Page(pk, "nested", document=Archive)
    saved(page.send({"nested-1-value-0-value": upload(b"new")}))
    ((same,), (new,)) = mongo.archives.find_one()["nested"]
    assert files(mongo) == {first: b"1", new: b"new"}
    assert same == first


def test_a_map_of_files_is_left_alone(mongo, mongo_commands):
    parts = {"a": put(mongo), "b": None, "c": "odd"}
    pk = mongo.archives.insert_one({"name": "A", "parts": parts}).inserted_id
    page = Page(pk, "name", "parts", document=Archive)
    with mongo_commands() as commands:
        saved(page.send())
    assert not commands.writes
    saved(page.send(name="B"))
    assert mongo.archives.find_one() == {"_id": pk, "name": "B", "parts": parts}
