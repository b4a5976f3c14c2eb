"""Upload, look at, replace and clear a file, in a browser without JavaScript."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.files import files, picture, put

from .conftest import look


@pytest.fixture
def context_options():
    return {"java_script_enabled": False}


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


def save(page):
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()


def image(name, size=(640, 360), color="teal"):
    return {"name": name, "mimeType": "image/png", "buffer": picture(size, color)}


def test_a_picture_is_uploaded_seen_replaced_and_cleared(page, staff, mongo):
    pk = mongo.folders.insert_one({"name": "Holiday"}).inserted_id
    page.goto(reverse("admin:tests_folder_change", args=[pk]))
    page.get_by_label("Photo:").set_input_files(image("beach.png"))
    with page.expect_response(lambda response: "thumbnail=1" in response.url) as seen:
        save(page)
    assert seen.value.status == 200
    row = page.locator(".field-photo")
    assert "Currently: beach.png" in row.inner_text()
    assert row.locator("img").bounding_box()["width"] == 42  # a border around 40
    with page.expect_download() as download:
        row.get_by_role("link", name="beach.png").click()
    assert download.value.suggested_filename == "beach.png"
    page.get_by_label("Photo:").set_input_files(image("wood.png", color="olive"))
    save(page)
    assert "Currently: wood.png" in row.inner_text()
    assert len(files(mongo)) == 2
    row.get_by_label("Clear").check()
    save(page)
    assert "Currently" not in row.inner_text()
    assert files(mongo) == {}
    assert mongo.folders.find_one()["name"] == "Holiday"


def test_what_each_kind_of_file_looks_like(page, staff, mongo):
    photo = put(mongo, picture((640, 360)), "images", filename="beach.png")
    letter = put(mongo, b"x" * 20_000, filename="letter.pdf")
    row = {"title": "Beach", "img": photo, "seal": b"\x00" * 64}
    folder = {
        **{"name": "Holiday", "fileId": letter, "photo": photo, "seal": b"x" * 300},
        **{"cover": row, "pictures": [row], "rows": [row], "locked": letter},
        **{"files": [letter, photo, "no file"], "seals": [b"x", "odd"]},
    }
    pk = mongo.folders.insert_one(folder).inserted_id
    page.goto(reverse("admin:tests_folder_change", args=[pk]))
    assert page.locator(".file-thumbnail img").count() == 4
    look(page, "files")
    page.goto(reverse("admin:tests_folder_changelist"))
    look(page, "files-list")
