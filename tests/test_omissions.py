"""What a list leaves out when MongoDB does not answer, and what it says then."""

import pytest
from bs4 import BeautifulSoup
from bson import ObjectId
from django.contrib import admin

from admin_ext import limits, memory
from tests import mongodb
from tests.documents import Book, Publisher
from tests.files import put

pytestmark = pytest.mark.usefixtures("default_limits")

BOOKS = "/admin/tests/book/"
KEY = ObjectId("5f0000000000000000000001")
# More than the page may take.
SLOW = {"blockConnection": True, "blockTimeMS": 600}
REFUSED = {"errorCode": mongodb.UNAUTHORIZED}
STOPPED = {"errorCode": mongodb.TIME_LIMIT}


@pytest.fixture
def books(mongo):
    memory.forget()
    mongo.authors.insert_one({"_id": "a", "name": "Ann"})
    mongo.books.insert_many([
        {"title": f"Book {number}", "author": "a", "kind": "novel", "pages": number}
        for number in (1, 2)
    ])
    yield mongo
    memory.forget()


def soup_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def books_admin():
    return admin.site.get_model_admin(Book)


def notices(response):
    found = soup_of(response).select(".notice")
    return [" ".join(each.text.split()) for each in found]


def rows(response):
    return len(soup_of(response).select("#result_list tbody tr"))


def test_the_index_that_would_help_needs_no_key(books, admin_client, mongo_faults):
    stopped = {"failCommands": ["aggregate", "find"], **STOPPED}
    with mongo_faults("books", **stopped):
        (notice,) = notices(admin_client.get(f"{BOOKS}?o=4"))
    assert notice.endswith('This index would help: meta = {"indexes": ["published"]}')
    books.books.create_index("published")
    memory.forget()
    with mongo_faults("books", **stopped):
        (notice,) = notices(admin_client.get(f"{BOOKS}?o=4"))
    assert "index" not in notice


def test_an_index_that_is_there_is_not_said_to_help(books, admin_client, mongo_faults):
    books.books.create_index("published")
    with mongo_faults("books", failCommands=["aggregate", "find"], **STOPPED):
        (notice,) = notices(admin_client.get(f"{BOOKS}?o=4&blurb__icontains=nowhere"))
    assert notice.startswith("The rows could not be read.")
    assert "index" not in notice


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (STOPPED, "It took longer than 5 s. Ask for less: another filter, a narrower"),
        (REFUSED, "The MongoDB user of this site lacks the permission."),
        ({"errorCode": 292}, "It needs more memory than MongoDB allows."),
        ({"errorCode": 9}, "MongoDB refused it (FailedToParse)."),
    ],
)
def test_the_list_comes_without_its_rows(books, admin_client, mongo_faults, fault, why):
    with mongo_faults("books", failCommands=["find"], **fault):
        response = admin_client.get(BOOKS)
    (notice,) = notices(response)
    assert notice.startswith(f"The rows could not be read. {why}")
    assert rows(response) == 0
    assert "2 books" in soup_of(response).select_one(".paginator").text


@pytest.mark.parametrize("fault", [STOPPED, REFUSED])
def test_the_list_comes_when_nothing_of_its_collection_can_be_read(
    books, admin_client, mongo_faults, fault
):
    with mongo_faults("books", **fault):
        response = admin_client.get(f"{BOOKS}?_facets=True")
    found = notices(response)
    assert any("The rows could not be read." in each for each in found)
    assert rows(response) == 0
    assert "? books" in soup_of(response).select_one(".paginator").text


def test_a_list_to_edit_comes_without_its_rows(books, admin_client, mongo_faults):
    with mongo_faults("authors", failCommands=["find"], **STOPPED):
        response = admin_client.get("/admin/tests/author/")
    assert "The rows could not be read." in notices(response)[0]


def test_a_search_that_looks_elsewhere_says_what_it_cannot_find_out(
    books, admin_client, mongo_faults, monkeypatch
):
    with mongo_faults("authors", failCommands=["find"], **STOPPED):
        response = admin_client.get(f"{BOOKS}?q=ann")
    assert "what they refer to could not be looked up" in notices(response)[0]
    assert rows(response) == 0
    assert "? books" in soup_of(response).select_one(".paginator").text
    assert rows(admin_client.get(f"{BOOKS}?q=ann")) == 2


@pytest.mark.parametrize("fault", [STOPPED, REFUSED])
def test_a_lookup_that_looks_elsewhere_is_no_bad_lookup(
    books, admin_client, mongo_faults, fault, monkeypatch
):
    monkeypatch.setattr(books_admin(), "list_filter", ("author__name",))
    with mongo_faults("authors", failCommands=["find"], **fault):
        response = admin_client.get(f"{BOOKS}?author__name__startswith=A")
    assert "what they refer to could not be looked up" in notices(response)[0]


@pytest.mark.parametrize("fault", [STOPPED, REFUSED])
def test_facets_that_are_not_counted(
    books, admin_client, mongo_faults, fault, monkeypatch
):
    monkeypatch.setattr(books_admin(), "date_hierarchy", None)
    monkeypatch.setattr(books_admin(), "list_filter", ("kind", "in_print"))
    fault = {"failCommands": ["aggregate"], "mode": {"skip": 1}, **fault}
    with mongo_faults("books", **fault):
        response = admin_client.get(f"{BOOKS}?_facets=True")
    assert notices(response)[0].startswith(
        "The choices of the filters were not counted."
    )
    choices = soup_of(response).select("#changelist-filter li")
    assert "Novel (-)" in [each.text.strip() for each in choices]
    assert rows(response) == 2


def pages_filter(response):
    found = soup_of(response).select_one('[data-filter-title="pages"]')
    choices = [each.text.strip() for each in found.select("li")]
    return choices, found.find_next_sibling("p", class_="filter-note")


def test_a_filter_says_that_its_choices_are_left_out(
    books, admin_client, mongo_faults, monkeypatch, mongo_commands
):
    monkeypatch.setattr(books_admin(), "list_filter", ("pages",))
    fault = {"failCommands": ["aggregate"], "mode": {"times": 1}, **STOPPED}
    with mongo_faults("books", **fault):
        response = admin_client.get(f"{BOOKS}?pages=2")
    choices, note = pages_filter(response)
    assert choices == ["All", "2"]
    assert note.text == "The choices are left out. It took longer than 1 s."
    assert rows(response) == 1
    with mongo_commands() as commands:
        assert pages_filter(admin_client.get(BOOKS))[1]
    assert "preserveNullAndEmptyArrays" not in str(commands)
    memory.forget()
    assert pages_filter(admin_client.get(BOOKS)) == (["All", "1", "2"], None)


def test_a_filter_by_reference_says_so_too(books, admin_client, mongo_faults):
    with mongo_faults("authors", failCommands=["find"], **REFUSED):
        response = admin_client.get(f"{BOOKS}?author__code__exact=a")
    found = soup_of(response).select_one('[data-filter-title="author"]')
    assert [each.text.strip() for each in found.select("li")] == ["All", "a", "-"]
    note = found.find_next_sibling("p", class_="filter-note").text
    assert note.endswith("The MongoDB user of this site lacks the permission.")
    assert rows(response) == 2


def test_dates_that_are_left_out_say_so_in_their_place(
    books, admin_client, mongo_faults
):
    books.books.update_many({}, [{"$set": {"published": "$$NOW"}}])
    fault = {"failCommands": ["aggregate"], "mode": {"skip": 2}, **STOPPED}
    with mongo_faults("books", **fault):
        response = admin_client.get(BOOKS)
    text = " ".join(soup_of(response).select_one("nav.toplinks").text.split())
    assert text == "The dates to choose from are left out. It took longer than 1 s."
    assert rows(response) == 2
    # They are not looked for again at once; those of a part of the rows are.
    assert "left out" in soup_of(admin_client.get(BOOKS)).select_one(".toplinks").text
    part = admin_client.get(f"{BOOKS}?kind__exact=novel")
    assert "left out" not in soup_of(part).select_one(".toplinks").text


def test_code_of_a_column_waits_once_for_all_rows(
    books, admin_client, mongo_faults, mongo_commands, monkeypatch
):
    def asking(self, book):
        return Publisher.objects.first()

    monkeypatch.setattr(type(books_admin()), "shout", asking)
    with mongo_faults("publishers", **STOPPED), mongo_commands() as commands:
        response = admin_client.get(BOOKS)
    cells = soup_of(response).select("td.field-shout .odd-value")
    assert [each.text for each in cells] == ["cannot be shown"] * 2
    assert cells[0]["title"] == "It took longer than 5 s."
    assert sum(each.document.get("find") == "publishers" for each in commands) == 1


def test_a_slow_form_says_that_mongodb_took_too_long(
    books, admin_client, mongo_timeout
):
    key = books.books.find_one()["_id"]
    with mongo_timeout("books"):
        response = admin_client.get(f"{BOOKS}{key}/change/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    html = response.content.decode()
    assert "<h1>The database takes too long</h1>" in html
    assert "Nothing was changed." in html


def test_the_driver_does_not_wait_for_a_silent_server(
    books, admin_client, mongo_faults, settings
):
    settings.ADMIN_EXT_MAX_TIME_MS = 200
    assert limits.max_time() == 200
    with mongo_faults("books", failCommands=["find"], **SLOW):
        response = admin_client.get(BOOKS)
    assert "It took longer than 0.2 s." in notices(response)[0]


def test_a_file_that_could_not_be_looked_up_is_not_said_to_be_gone(
    books, admin_client, mongo_faults
):
    key = put(books, b"x", filename="plan.txt")
    books.folders.insert_one({"name": "F", "fileId": key})
    url = f"/admin/tests/folder/{books.folders.find_one()['_id']}/change/"
    assert "plan.txt" in admin_client.get(url).content.decode()
    with mongo_faults("fs.files", **STOPPED):
        html = admin_client.get(url).content.decode()
    assert "It took longer than 1 s." in html
    assert "There is no such file" not in html


def test_the_line_about_what_a_list_points_to_falls_back_on_the_key(
    books, admin_client, mongo_faults
):
    books.towns.insert_one({"_id": KEY, "townName": "Aton"})
    books.trips.insert_one({"legs": [{"plain": KEY}]})
    url = f"/admin/tests/trip/?_points_to=legs.plain%3ATown%3A{KEY}"
    line = soup_of(admin_client.get(url)).select_one(".points-to")
    assert line.select_one("a").text == "Aton"
    with mongo_faults("towns", **STOPPED):
        response = admin_client.get(url)
    assert soup_of(response).select_one(".points-to strong").text == str(KEY)
    assert rows(response) == 1
