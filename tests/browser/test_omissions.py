"""What pages look like that MongoDB gives no answer, or not all."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from admin_ext import memory
from documents import demo
from documents.documents import Note
from tests import mongodb

from .conftest import look

LOOKS = [
    {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]
NOTES = "/admin/documents/note/"
pytestmark = pytest.mark.usefixtures("default_limits")
STOPPED = {"errorCode": mongodb.TIME_LIMIT}
every_look = pytest.mark.parametrize("context_options", LOOKS)


@pytest.fixture
def expected_problems():
    # The browser's own message about a page that is not there.
    return ["status of 503"]


@pytest.fixture
def notes(mongo, page, login, transactional_db, monkeypatch, context_options):
    """Return a function that looks at the page and checks that nothing sticks out."""
    memory.forget()
    login(page, User.objects.create_superuser("ann"))
    demo.load(mongo, users=5, notes=120, progress=False)
    monkeypatch.setattr(admin.site.get_model_admin(Note), "list_per_page", 10)
    width = context_options["viewport"]["width"]

    def check(name):
        look(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    yield check
    memory.forget()


@every_look
def test_a_list_whose_rows_were_left_out(page, notes, mongo_faults):
    with mongo_faults("notes", failCommands=["find"], **STOPPED):
        page.goto(NOTES)
    text = "The rows could not be read. It took longer than 5 s."
    page.get_by_role("status").filter(has_text=text).wait_for()
    notes("no-rows")


@every_look
def test_counts_choices_and_dates_that_were_left_out(page, notes, mongo_faults):
    # After the count and the rows.
    fault = {"failCommands": ["aggregate"], "mode": {"skip": 2}, **STOPPED}
    with mongo_faults("notes", **fault):
        page.goto(f"{NOTES}?_facets=True")
    page.get_by_role("status").filter(has_text="were not counted.").wait_for()
    page.get_by_text("The dates to choose from are left out.").wait_for()
    notes("no-facets")


@every_look
def test_a_form_that_takes_too_long(page, notes, mongo, mongo_timeout):
    key = mongo.notes.find_one()["_id"]
    with mongo_timeout("notes"):
        page.goto(f"{NOTES}{key}/change/")
    page.get_by_role("heading", name="The database takes too long").wait_for()
    notes("too-long")
    page.get_by_role("link", name="Try again").click()
    page.get_by_role("button", name="Save", exact=True).wait_for()
