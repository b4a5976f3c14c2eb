"""Who may download which file of a document, and what a browser is told of it."""

import struct
import time
import tracemalloc
import zlib

import pytest
from asgiref.sync import async_to_sync
from bson import Binary, ObjectId
from django.contrib.auth.models import Permission, User
from django.test import AsyncClient
from django.urls import reverse

from admin_ext.downloads import safe_name

from .admin import FolderAdmin
from .files import files, picture, put, upload

pytestmark = pytest.mark.django_db


def url(pk, path="fileId", **query):
    found = reverse("admin:tests_folder_file", args=[pk, path])
    return found + "?" * bool(query) + "&".join(f"{k}={v}" for k, v in query.items())


@pytest.fixture
def folder(mongo):
    """Store a folder; return its key."""
    return lambda **values: mongo.folders.insert_one(values).inserted_id


def staff(client, *codenames):
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_download(admin_client, mongo, folder):
    key = put(mongo, b"hello", filename="a b.pdf", content_type="application/pdf")
    response = admin_client.get(url(folder(fileId=key)))
    assert body(response) == b"hello"
    headers = {
        "Content-Type": "application/pdf",
        "Content-Length": "5",
        "Content-Disposition": 'attachment; filename="a b.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    assert headers.items() <= dict(response.headers).items()


@pytest.mark.parametrize(
    "kind",
    ["text/html", "image/svg+xml", "text/xml", "x", "text/html;x\r\nA: b", 5, None],
)
def test_what_may_run_is_only_bytes(admin_client, mongo, folder, kind):
    key = put(mongo, b"<script>", contentType=kind)
    response = admin_client.get(url(folder(fileId=key)))
    assert response.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ('a"\r\nSet-Cookie: x=1;.txt', 'a"Set-Cookie: x=1;.txt'),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\x\y.txt", "y.txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("ünïcode.pdf", "ünïcode.pdf"),
        ("a\x00b\x7f.txt", "ab.txt"),
        ("x" * 500 + ".txt", "x" * 146 + ".txt"),
        ("..", "file"),
        ("a/", "file"),
    ],
)
def test_a_name_is_safe_in_a_header_and_on_a_disk(
    admin_client, mongo, folder, name, safe
):
    assert safe_name(name) == safe
    key = put(mongo, filename=name)
    response = admin_client.get(url(folder(fileId=key)))
    assert "Set-Cookie" not in response.headers
    assert "\n" not in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("path", "contents"),
    [
        ("fileId", b"file"),
        ("seal", b"seal"),
        ("cover.img", b"image"),
        ("pictures.1.img", b"image"),
        ("pictures.1.seal", b"\x01" * 16),
        ("rows.0.img", b"image"),
        ("files.1", b"file"),
        ("seals.0", b"x"),
        ("locked", b"file"),
    ],
)
def test_every_place_of_a_file(admin_client, mongo, folder, path, contents):
    file, image = put(mongo, b"file"), put(mongo, b"image", "images")
    row = {"img": image, "seal": Binary(b"\x01" * 16, 3)}
    pk = folder(
        fileId=file,
        seal=b"seal",
        cover=row,
        pictures=["odd", row],
        rows=[row],
        files=[None, file],
        seals=[b"x"],
        locked=file,
    )
    assert body(admin_client.get(url(pk, path))) == contents


@pytest.mark.parametrize(
    "path",
    [
        *("secret", "name", "_id", "file", "fileId.0", "nope", ".", "..", "a" * 2000),
        *("pictures", "pictures.9.img", "pictures.-1.img", "pictures.x.img"),
        *("pictures.0", "pictures.0.title", "cover", "cover.nope", "cover.img.x"),
        *("files", "files.0", "files.1", "files.2", "files.01.0", "rows.0.0"),
        *("__class__", "$where", "fileId.$ne", "%00", "photo", "seals.1", "dead"),
    ],
)
def test_anything_else_is_not_there(admin_client, mongo, folder, path):
    key = put(mongo)
    pk = folder(
        name="F",
        fileId=key,
        secret=key,
        cover={},
        pictures=[{"title": "t"}],
        files=[ObjectId(), {"$ne": None}, None],
        photo={"$gt": ""},
        seals=["", "text"],
        rows="odd",
    )
    assert admin_client.get(url(pk, path)).status_code == 404


def test_a_person_who_may_view_can_download_and_not_replace(client, mongo, folder):
    key = put(mongo, b"hello", filename="a.txt")
    pk = folder(name="F", fileId=key, files=[key], rows=[{"seal": b"s"}], locked=key)
    staff(client, "view_folder")
    page = client.get(reverse("admin:tests_folder_change", args=[pk]))
    html = page.content.decode()
    for path in ("fileId", "files.0", "rows.0.seal", "locked"):
        assert f'href="{url(pk, path)}"' in html, path
        assert client.get(url(pk, path)).status_code == 200
    assert 'type="file"' not in html
    change = reverse("admin:tests_folder_change", args=[pk])
    response = client.post(change, {"file": upload(), "name": "G"})
    assert response.status_code == 403
    assert files(mongo) == {key: b"hello"}


@pytest.mark.parametrize("codenames", [(), ("view_contract", "add_folder")])
def test_a_person_who_may_not_view_gets_nothing(client, mongo, folder, codenames):
    pk = folder(fileId=put(mongo, b"hello", filename="name.txt"))
    staff(client, *codenames)
    answers = [client.get(url(each)) for each in (pk, ObjectId(), "x")]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert b"hello" not in answers[0].content
    assert "Content-Disposition" not in answers[0].headers


def test_a_document_that_a_person_may_not_see_is_none(
    client, mongo, folder, monkeypatch
):
    pk = folder(name="hidden", fileId=put(mongo))

    def may_view(admin, request, obj=None):
        return obj is None or obj.name != "hidden"

    monkeypatch.setattr(FolderAdmin, "has_view_permission", may_view)
    staff(client)
    assert client.get(url(pk)).status_code == 404
    assert client.get(url(ObjectId())).status_code == 404


def test_who_is_not_logged_in_is_asked_to(client, mongo, folder):
    response = client.get(url(folder(fileId=put(mongo))))
    assert response.status_code == 302
    assert "/login/" in response.headers["Location"]


def test_fields_are_those_of_the_persons_page(admin_client, mongo, folder, monkeypatch):
    key = put(mongo)
    pk = folder(fileId=key, locked=key, cover={"seal": b"s"})
    monkeypatch.setattr(
        FolderAdmin,
        "get_fieldsets",
        lambda *args: [(None, {"fields": ("name", ("cover", "locked"))})],
    )
    paths = ("fileId", "locked", "cover.seal")
    answers = [admin_client.get(url(pk, path)).status_code for path in paths]
    assert answers == [404, 200, 200]
    monkeypatch.setattr(FolderAdmin, "readonly_fields", ())
    assert admin_client.get(url(pk, "locked")).status_code == 200


def test_rows_of_an_inline_of_documents(admin_client, client, mongo, folder):
    key = put(mongo, b"scan")
    pk, other = folder(name="F"), folder(name="G")
    paper = {"folder": pk, "scan": key, "note": key}
    row = mongo.papers.insert_one(paper).inserted_id
    page = admin_client.get(reverse("admin:tests_folder_change", args=[pk]))
    query = {"inline": "tests.paper.folder", "row": row}
    assert url(pk, "scan", **query).replace("&", "&amp;") in page.content.decode()
    assert body(admin_client.get(url(pk, "scan", **query))) == b"scan"
    for missing in (
        url(pk, "note", **query),
        url(other, "scan", **query),
        url(pk, "scan", **query | {"row": ObjectId()}),
        url(pk, "scan", **query | {"row": "x"}),
        url(pk, "scan", inline="tests.paper.folder"),
        url(pk, "scan", inline="x", row=row),
    ):
        assert admin_client.get(missing).status_code == 404, missing
    # Who may see folders sees no papers by that.
    staff(client, "view_folder")
    assert client.get(url(pk, "scan", **query)).status_code == 404


def test_only_reading_is_answered(admin_client, mongo, folder):
    pk = folder(fileId=put(mongo, b"hello"))
    assert admin_client.post(url(pk)).status_code == 405
    head = admin_client.head(url(pk))
    assert (head.headers["Content-Length"], body(head)) == ("5", b"")


def test_a_browser_that_has_the_file_is_told_so(admin_client, mongo, folder):
    pk = folder(fileId=put(mongo, b"hello"), seal=b"seal")
    for path in ("fileId", "seal"):
        etag = admin_client.get(url(pk, path)).headers["ETag"]
        again = admin_client.get(url(pk, path), headers={"If-None-Match": etag})
        assert (again.status_code, body(again)) == (304, b"")


def test_a_file_of_an_odd_shape_is_not_there(admin_client, mongo, folder):
    key = put(mongo, b"hello")
    pk = folder(fileId=key, files=["odd"])
    mongo.fs.files.insert_one({"_id": "odd", "length": "many", "filename": 5})
    assert admin_client.get(url(pk, "files.0")).status_code == 404
    mongo.fs.chunks.delete_many({})
    assert admin_client.get(url(pk)).status_code == 404
    assert admin_client.get(reverse("admin:tests_folder_change", args=[pk]))


def test_thirty_megabytes_are_never_in_memory_at_once(admin_client, mongo, folder):
    pk = folder(fileId=put(mongo, b"x" * 30_000_000))
    tracemalloc.start()
    try:
        response = admin_client.get(url(pk))
        size = sum(map(len, response))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 30_000_000
    assert peak < 10_000_000


def test_files_are_streamed_to_asgi_servers(admin_user, mongo, folder):
    client, pk = AsyncClient(), folder(fileId=put(mongo, b"x" * 600_000))
    client.force_login(admin_user)

    async def sizes():
        response = await client.get(url(pk))
        assert response.is_async
        return [len(chunk) async for chunk in response]

    assert async_to_sync(sizes)() == [261_120, 261_120, 77_760]


# Pictures


def bomb(width=60_000, height=60_000):
    """Return a PNG of a few bytes that asks for gigabytes."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_thumbnail_is_made(admin_client, mongo, folder):
    key = put(mongo, picture((2000, 1000)), "images", filename="a.png")
    response = admin_client.get(url(folder(photo=key), "photo", thumbnail=1))
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"] == "inline"
    assert response.headers["Cache-Control"] == "private, max-age=3600"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(response.content) < 5_000


def test_a_thumbnail_that_is_stored_is_sent(admin_client, mongo, folder):
    small = put(mongo, picture((40, 20), form="GIF"), "images")
    key = put(mongo, b"not read", "images", thumbnail_id=small)
    response = admin_client.get(url(folder(photo=key), "photo", thumbnail=1))
    assert response.headers["Content-Type"] == "image/gif"
    assert response.content == files(mongo)[small]


@pytest.mark.parametrize("thumbnail", ["gone", {"$ne": None}, "html"])
def test_a_thumbnail_that_is_none_is_made(admin_client, mongo, folder, thumbnail):
    put(mongo, b"<script>", "images", _id="html")
    key = put(mongo, picture(), "images", thumbnail_id=thumbnail)
    response = admin_client.get(url(folder(photo=key), "photo", thumbnail=1))
    assert response.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("data", [b"", b"<svg>", picture()[:40], bomb()])
def test_no_picture_has_no_thumbnail(admin_client, mongo, folder, data):
    key = put(mongo, data, "images")
    before = time.monotonic()
    response = admin_client.get(url(folder(photo=key), "photo", thumbnail=1))
    assert response.status_code == 404
    assert time.monotonic() - before < 2


def test_other_files_have_no_thumbnail(admin_client, mongo, folder):
    pk = folder(fileId=put(mongo, picture()), seal=picture())
    for path in ("fileId", "seal"):
        assert admin_client.get(url(pk, path, thumbnail=1)).status_code == 404


def test_a_decompression_bomb_is_refused(admin_client, mongo, folder, mongo_commands):
    page = reverse("admin:tests_folder_add")
    before = time.monotonic()
    with mongo_commands() as commands:
        response = admin_client.post(page, {"photo": upload(bomb(), "bomb.png")})
    assert "too many pixels: at most 50 megapixels" in response.content.decode()
    assert time.monotonic() - before < 5
    assert not commands.writes


# Lists


def test_cells_are_looked_up_together_and_link_to_what_may_be_seen(
    admin_client, mongo, folder, mongo_commands
):
    keys = [put(mongo, filename=f"{i}.txt") for i in range(6)]
    images = [put(mongo, b"x", "images", filename=f"{i}.png") for i in range(2)]
    for i in range(2):
        pk = folder(
            name=f"F{i}",
            fileId=keys[i],
            files=[keys[2 + i], ObjectId()],
            photo=images[i],
            seal=Binary(b"x" * 2000, 5),
            secret=keys[4 + i],
        )
    with mongo_commands() as commands:
        page = admin_client.get(reverse("admin:tests_folder_changelist"))
    finds = [each.document["find"] for each in commands if each.name == "find"]
    assert finds == ["folders", "fs.files", "images.files"]
    html = page.content.decode()
    assert f'<a href="{url(pk)}">1.txt</a>' in html
    assert f'<a href="{url(pk, "files.0")}">3.txt</a>' in html
    assert f'<a href="{url(pk, "photo")}">1.png</a>' in html
    assert f'<a href="{url(pk, "seal")}">2.0\xa0KB, MD5</a>' in html
    assert '<td class="field-secret">5.txt</td>' in html
    assert html.count("There is no such file in GridFS") == 2
