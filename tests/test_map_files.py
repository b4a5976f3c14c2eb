"""Files in maps, and in documents of a class that is chosen."""

import pytest
from django.urls import reverse
from webtest import Upload

from .files import put
from .maps import opened

__all__ = ["opened"]

pytestmark = pytest.mark.django_db


def file_url(page, path):
    return reverse("admin:tests_cabinet_file", args=[page.key, path])


def body(response):
    return b"".join(response.app_iter)


def test_files_in_maps_are_downloaded_and_replaced(opened, django_app, mongo):
    keys = [put(mongo, data, filename="f.txt") for data in (b"one", b"two", b"three")]
    page = opened(
        files={"a.b": keys[0]},
        shelves={"s": {"ttl": "S", "scan": keys[1]}},
        inside={"_cls": "Shelf", "scan": keys[2]},
    )
    links = [each["href"] for each in page.form.html.select(".file-upload a")]
    paths = ["shelves.s.scan", "files.a_2Eb", "inside.scan"]
    assert links == [file_url(page, path) for path in paths]
    assert [body(django_app.get(link)) for link in links] == [b"two", b"one", b"three"]
    page["files-0-key"] = "c"
    page["shelves-0-value-scan"] = Upload("new.txt", b"new")
    page["inside-scan-clear"] = True
    page["files-1-key"], page["files-1-value"] = "d", Upload("d.txt", b"added")
    page.save()
    stored = page.stored()
    assert stored["files"].pop("c") == keys[0]
    assert [*stored["files"]] == ["d"]
    assert body(django_app.get(file_url(page, "files.d"))) == b"added"
    assert body(django_app.get(file_url(page, "shelves.s.scan"))) == b"new"
    assert "scan" not in stored["inside"]
    assert {each["_id"] for each in mongo["fs.files"].find()} & {*keys} == {keys[0]}


@pytest.mark.parametrize(
    "path",
    [
        *("files", "files.x", "files.a.b", "shelves.s", "shelves.x.scan", "shelves.0"),
        *("inside.ttl", "inside._cls", "anything.scan", "texts.a", "free.a", "maps.m"),
    ],
)
def test_anything_else_in_maps_is_no_file(opened, django_app, mongo, path):
    key = put(mongo, b"one")
    page = opened(
        files={"a": key},
        shelves={"s": {"scan": key, "ttl": key}},
        inside={"_cls": "Shelf", "ttl": key},
        anything={"_cls": "Gone", "scan": key},
        texts={"a": key},
        free={"a": key},
    )
    assert django_app.get(file_url(page, path), status=404)


def test_the_file_of_a_row_goes_with_it(opened, mongo):
    keys = [put(mongo, data) for data in (b"one", b"two")]
    page = opened(files={"a": keys[0], "b": keys[1]})
    page["files-0-DELETE"] = True
    page.save()
    assert page.stored() == {"files": {"b": keys[1]}}
    assert [each["_id"] for each in mongo["fs.files"].find()] == [keys[1]]
