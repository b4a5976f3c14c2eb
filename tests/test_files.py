"""Files in GridFS and pictures: what is stored before and after each edit."""

import pytest
from bson import Binary, ObjectId
from mongoengine import signals

from admin_ext.exceptions import SaveRejected

from .file_documents import Contract, Folder
from .files import (
    RAW,
    Page,
    files,
    folder,
    form_class,
    load,
    picture,
    put,
    saved,
    shown,
    upload,
)

__all__ = ["folder"]

# Fields of every kind.
ALL = ("file", "photo", "seal", "cover", "pictures", "files", "seals")

# What is stored in every place that may hold a file, one odd value after the other.
ODD = [
    *(None, "", "text", 5, 1.5, True, [], {}, {"$ne": None}, [None, "x", {}]),
    *(ObjectId("5f0000000000000000000001"), Binary(b"\x00" * 16, 3)),
    *(Binary(b"x", 6), b"", {"$digest": b"x", "size": 1, "subtype": 0}),
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_nothing_is_sent_for_files_that_nobody_touched(
    mongo, folder, mongo_commands, odd
):
    picture_ = {"img": odd, "seal": odd, "more": 1}
    pk, _stored = folder(
        **dict.fromkeys(("fileId", "photo", "seal", "files", "seals"), odd),
        cover=picture_,
        pictures=[picture_, odd],
    )
    raw = mongo.folders.with_options(RAW)
    before = raw.find_one({"_id": pk}).raw
    with mongo_commands() as commands:
        saved(Page(pk, *ALL).send())
    assert not commands.writes
    assert raw.find_one({"_id": pk}).raw == before


def test_upload(mongo, folder):
    pk, stored = folder()
    saved(Page(pk, "file").send({"file": upload(b"hello", "a b.txt")}))
    (key,) = files(mongo)
    assert stored() == {"name": "F", "fileId": key}
    file = mongo.fs.files.find_one()
    assert (file["filename"], file["contentType"]) == ("a b.txt", "text/plain")
    assert files(mongo) == {key: b"hello"}


def test_replacing_deletes_the_old_file_and_sends_one_path(
    mongo, folder, mongo_commands
):
    old, other = put(mongo), put(mongo)
    pk, stored = folder(fileId=old, number=3)
    with mongo_commands() as commands:
        saved(Page(pk, "file").send({"file": upload(b"hello")}))
    new = stored()["fileId"]
    assert files(mongo) == {new: b"hello", other: b"old"}
    (update,) = [each for each in commands.writes if each.name == "update"]
    assert update.document["updates"][0]["u"] == {"$set": {"fileId": new}}
    # The old one goes last.
    names = [each.name for each in commands.writes if each.name != "createIndexes"]
    assert names[-3:] == ["update", "delete", "delete"]


def test_clearing(mongo, folder):
    pk, stored = folder(fileId=put(mongo), number=3)
    saved(Page(pk, "file").send(**{"file-clear": "on"}))
    assert stored() == {"name": "F", "number": 3}
    assert files(mongo) == {}


def test_clearing_a_file_that_is_gone(mongo, folder):
    pk, stored = folder(fileId=ObjectId())
    saved(Page(pk, "file").send(**{"file-clear": "on"}))
    assert stored() == {"name": "F"}


@pytest.mark.parametrize("odd", ["text", {"$ne": None}, {"$gt": ""}, 5])
def test_replacing_what_is_no_file_deletes_no_file(mongo, folder, odd):
    others = {put(mongo): b"old", put(mongo, _id="text", data=b"x"): b"x"}
    pk, stored = folder(fileId=odd)
    saved(Page(pk, "file").send({"file": upload()}))
    expected = {stored()["fileId"]: b"new", **others}
    if odd == "text":
        # That is an id as good as any.
        del expected["text"]
    assert files(mongo) == expected


def test_a_file_that_the_document_holds_twice_stays(mongo, folder):
    old = put(mongo)
    pk, stored = folder(fileId=old, locked=old)
    saved(Page(pk, "file").send(**{"file-clear": "on"}))
    assert stored() == {"name": "F", "locked": old}
    assert files(mongo) == {old: b"old"}


@pytest.mark.parametrize(
    ("uploads", "data", "message"),
    [
        ({"file": upload(b"")}, {}, "The submitted file is empty."),
        (
            {"file": upload()},
            {"file-clear": "on"},
            "Please either submit a file or check the clear checkbox, not both.",
        ),
        ({"photo": upload(b"no picture", "a.png")}, {}, "Upload a valid image."),
        ({"photo": upload(picture(), "a.txt")}, {}, "File extension “txt”"),
        ({"seal": upload(b"x" * 1001)}, {}, "at most 1000\xa0bytes, 1000 bytes"),
    ],
)
def test_a_file_that_is_refused_writes_nothing(
    mongo, folder, mongo_commands, uploads, data, message
):
    pk, _stored = folder()
    page = Page(pk, *ALL)
    with mongo_commands() as commands:
        form = page.send(uploads, **data)
    assert message in str(form.errors)
    assert not commands.writes


def test_an_error_of_another_field_writes_nothing(mongo, folder, mongo_commands):
    pk, _stored = folder(fileId=put(mongo))
    page = Page(pk, "number", "file", "photo")
    with mongo_commands() as commands:
        form = page.send({"file": upload(), "photo": upload(picture())}, number="0")
    assert "number" in form.errors
    assert not commands.writes


def test_a_save_that_mongodb_refuses_leaves_everything_as_it_was(mongo, folder):
    mongo.folders.create_index("name", unique=True)
    mongo.folders.insert_one({"name": "taken"})
    old = put(mongo)
    pk, stored = folder(fileId=old)
    before = stored()
    page = Page(pk, "name", "file", "photo")
    page.form_class.validate_unique = lambda form: None
    uploads = {"file": upload(), "photo": upload(picture(), "a.png")}
    with pytest.raises(SaveRejected, match="already exists"):
        page.send(uploads, name="taken")
    assert stored() == before
    assert files(mongo) == {old: b"old"}


def test_an_exception_of_a_signal_takes_the_new_file_back(mongo, folder):
    old = put(mongo)
    pk, stored = folder(fileId=old)

    def refuse(sender, document, **kwargs):
        raise RuntimeError("no")

    connected = signals.pre_save.connected_to(refuse, sender=Folder)
    with connected, pytest.raises(RuntimeError):
        Page(pk, "file").send({"file": upload()})
    assert stored()["fileId"] == old
    assert files(mongo) == {old: b"old"}


def test_an_exception_after_the_save_keeps_the_new_file(mongo, folder):
    old = put(mongo)
    pk, stored = folder(fileId=old)

    def refuse(sender, document, **kwargs):
        raise RuntimeError("too late")

    connected = signals.post_save.connected_to(refuse, sender=Folder)
    with connected, pytest.raises(RuntimeError):
        Page(pk, "file").send({"file": upload()})
    assert files(mongo)[stored()["fileId"]] == b"new"


def test_a_document_that_sets_another_value_leaves_no_file_behind(mongo, folder):
    pk, stored = folder(fileId=put(mongo))

    def drop(sender, document, **kwargs):
        document.file = None

    with signals.pre_save.connected_to(drop, sender=Folder):
        Page(pk, "file").send({"file": upload()})
    assert stored() == {"name": "F"}
    assert files(mongo) == {}


def test_clean_reads_the_new_file_before_it_is_stored(mongo, folder, monkeypatch):
    seen = []

    def clean(self):
        seen.append((self.file.filename, self.file.content_type))
        while chunk := self.file.read(3):
            seen.append(chunk)
        seen.append((self.photo.size, self.photo.format))

    monkeypatch.setattr(Folder, "clean", clean)
    pk, _stored = folder()
    uploads = {"file": upload(b"hello"), "photo": upload(picture(), "a.png")}
    saved(Page(pk, "file", "photo").send(uploads))
    name = ("new.txt", "text/plain")
    once = [name, b"hel", b"lo", ((30, 20), "PNG")]
    # By the form, and by the save.
    assert seen == [*once, *once]
    assert b"hello" in files(mongo).values()


@pytest.mark.django_db
def test_a_conflict_writes_nothing_until_it_is_settled(mongo, folder, mongo_commands):
    pk, stored = folder(fileId=put(mongo, filename="first.txt"))
    page = Page(pk, "file")
    theirs = put(mongo, b"theirs", filename="theirs.txt")
    mongo.folders.update_one({"_id": pk}, {"$set": {"fileId": theirs}})
    with mongo_commands() as commands:
        form = page.send({"file": upload(b"mine", "mine.txt")})
    assert not commands.writes
    text = str(form.errors["file"])
    assert all(name in text for name in ("first.txt", "theirs.txt", "mine.txt"))
    # As a browser does: what was typed comes back, a file does not.
    page.data |= {"_base": shown(form)["_base"]}
    saved(page.send({"file": upload(b"mine")}, **{"file-CHOICE": "mine"}))
    assert files(mongo)[stored()["fileId"]] == b"mine"
    assert theirs not in files(mongo)


def test_what_somebody_else_replaced_is_kept_while_nobody_touches_it(mongo, folder):
    pk, stored = folder(fileId=put(mongo))
    page = Page(pk, "number", "file")
    theirs = put(mongo, b"theirs")
    mongo.folders.update_one({"_id": pk}, {"$set": {"fileId": theirs}})
    saved(page.send(number="4"))
    assert stored() == {"name": "F", "fileId": theirs, "number": 4}


def test_a_required_file_is_asked_for_once(mongo):
    pk = mongo.contracts.insert_one({"title": "C"}).inserted_id
    saved(Page(pk, "title", "file", document=Contract).send(title="D"))
    page = Page(pk, "title", "file", document=Contract)
    saved(page.send({"file": upload()}))
    page = Page(pk, "title", "file", document=Contract)
    assert "file-clear" not in page.data
    saved(page.send(**{"file-clear": "on"}))
    assert [*files(mongo).values()] == [b"new"]
    new = page.form_class({"title": "E"}, {})
    assert new.errors["file"] == ["This field is required."]


def test_adding(mongo):
    page = form_class("name", "file", "seal")
    saved(page({"name": "N"}, {"file": upload(), "seal": upload(b"x")})).save()
    stored = mongo.folders.find_one()
    assert files(mongo) == {stored["fileId"]: b"new"}
    assert (stored["name"], stored["seal"]) == ("N", b"x")
    assert not {"photo", "cover", "locked"} & {*stored}


def test_adding_what_is_taken_leaves_no_file(mongo):
    mongo.folders.create_index("name", unique=True)
    mongo.folders.insert_one({"name": "N"})
    page = form_class("name", "file", "seal")
    page.validate_unique = lambda form: None
    with pytest.raises(SaveRejected):
        saved(page({"name": "N"}, {"file": upload()})).save()
    assert files(mongo) == {}


# Pictures


def test_a_picture_is_made_as_small_as_its_field_says(mongo, folder):
    pk, stored = folder()
    large = upload(picture((900, 300)), "large.png", "image/png")
    saved(Page(pk, "photo").send({"photo": large}))
    file = mongo.images.files.find_one({"_id": stored()["photo"]})
    assert (file["width"], file["height"], file["format"]) == (300, 100, "PNG")
    assert (file["filename"], file["contentType"]) == ("large.png", "image/png")
    small = mongo.images.files.find_one({"_id": file["thumbnail_id"]})
    assert (small["width"], small["height"]) == (40, 13)
    assert load(Folder, pk).photo.thumbnail.read() == files(mongo)[small["_id"]]


def test_a_picture_goes_with_its_thumbnail(mongo, folder):
    pk, stored = folder()
    saved(Page(pk, "photo").send({"photo": upload(picture(), "a.png")}))
    assert len(files(mongo)) == 2
    saved(Page(pk, "photo").send({"photo": upload(picture(color="blue"), "b.png")}))
    assert len(files(mongo)) == 2
    saved(Page(pk, "photo").send(**{"photo-clear": "on"}))
    assert stored() == {"name": "F"}
    assert files(mongo) == {}


def test_a_broken_picture_is_an_error_of_the_form(mongo, folder, mongo_commands):
    pk, _stored = folder()
    page = Page(pk, "photo")
    broken = upload(picture((200, 200), form="JPEG")[:-200], "a.jpg")
    with mongo_commands() as commands:
        form = page.send({"photo": broken})
    assert "Upload a valid image." in str(form.errors["photo"])
    assert not commands.writes
