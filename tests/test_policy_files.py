"""Files and binary data of which a person may not know."""

import pytest
from bson import Binary

from admin_ext.policies import Access

from .file_documents import Folder
from .files import picture, put
from .groups import group_for, member_of
from .submission import sent

pytestmark = pytest.mark.django_db

ALL = ("view", "add", "change", "delete")
WITHHELD = [Access.HIDDEN, Access.MASKED]
# Where files are, as their URLs name it, and as a limit does.
PATHS = {
    "fileId": "file",
    "photo": "photo",
    "photo/?thumbnail=1": "photo",
    "seal": "seal",
    "cover.img": "cover__image",
    "cover.seal": "cover__seal",
    "pictures.0.img/?thumbnail=1": "pictures__image",
    "pictures.0.seal": "pictures__seal",
    "rows.0.img": "rows__image",
    "rows.0.seal": "rows__seal",
    "files.0": "files",
    "seals.0": "seals",
    "locked": "locked",
}


@pytest.fixture
def folder(mongo):
    """Store a folder with files in every place, one of each of its papers'."""
    file = put(mongo, b"told", filename="told.txt")
    image = put(mongo, picture(), "images", filename="told.png")
    seal = Binary(b"told")
    part = {"title": "Part", "img": image, "seal": seal}
    places = {"fileId": file, "photo": image, "seal": seal, "locked": file}
    lists = {"pictures": [part], "rows": [part], "files": [file], "seals": [seal]}
    son = {"name": "F", "cover": part, **places, **lists}
    key = mongo.folders.insert_one(son).inserted_id
    mongo.papers.insert_one({"_id": key, "folder": key, "title": "P", "scan": file})
    return key


def url(key, path=""):
    base = f"/admin/tests/folder/{key}"
    if not path:
        return f"{base}/change/"
    return f"{base}/file/{path}" + "/" * ("?" not in path)


def limited(access):
    fields = dict.fromkeys(PATHS.values(), access)
    return member_of(group_for("folder", *ALL, **fields))


@pytest.mark.parametrize("access", WITHHELD)
@pytest.mark.parametrize("path", PATHS)
def test_a_withheld_file_is_not_downloaded(folder, admin_client, path, access):
    known = admin_client.get(url(folder, path))
    assert known.status_code == 200
    client = limited(access)
    etag = {"If-None-Match": known["ETag"]}
    for headers in ({}, etag):
        assert client.get(url(folder, path), headers=headers).status_code == 404
    assert admin_client.get(url(folder, path), headers=etag).status_code == 304


@pytest.mark.parametrize("access", WITHHELD)
def test_no_page_tells_of_a_withheld_file(folder, admin_client, access):
    pages = (url(folder), "/admin/tests/folder/")
    assert "told.png" in admin_client.get(pages[0]).text
    client = limited(access)
    for page in pages:
        html = client.get(page).text
        assert "told" not in html
        assert "/file/" not in html


def test_files_of_rows_that_are_withheld_are_not_downloaded(folder, admin_client):
    path = f"scan/?inline=tests.paper.folder&row={folder}"
    assert admin_client.get(url(folder, path)).status_code == 200
    groups = [
        group_for("paper", *ALL, name="rows", rows={"title": "other"}),
        group_for("paper", *ALL, name="field", scan=Access.MASKED),
        group_for("paper", *ALL, name="reference", folder=Access.HIDDEN),
    ]
    for number, group in enumerate(groups):
        client = member_of(group_for("folder", *ALL, name=f"staff{number}"), group)
        assert client.get(url(folder, path)).status_code == 404


@pytest.mark.parametrize("access", [*WITHHELD, Access.VIEW])
def test_a_file_that_may_not_be_edited_is_neither_cleared_nor_copied(
    folder, mongo, access
):
    client = limited(access)
    clear = {f"{name}-clear": "on" for name in Folder._fields}
    data = sent(client.get(url(folder)).text, name="G", **clear)
    before = mongo.folders.find_one()
    client.post(url(folder), data)
    after = mongo.folders.find_one()
    assert {**after, "name": "F"} == before
    client.post(url(folder), {**data.dict(), "name": "H", "_saveasnew": "1"})
    copy = mongo.folders.find_one({"name": "H"})
    assert {*copy} & {*PATHS} == set()
    assert copy["cover"] == {"title": "Part"}
