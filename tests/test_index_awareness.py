"""What a list says before it reads all of a large collection."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User

from admin_ext import memory, plans
from tests.documents import Book

BOOKS = "/admin/tests/book/"

COLUMNS = ("title", "pages", "kind", "author")


@pytest.fixture
def book_admin(monkeypatch):
    """The admin of books; sorts five without a question."""
    found = site.get_model_admin(Book)
    for name, value in {
        "list_display": COLUMNS,
        "ordering": ("pages",),
        "list_max_count": 5,
        "search_fields": ("title",),
        "date_hierarchy": None,
    }.items():
        monkeypatch.setattr(found, name, value, raising=False)
    return found


@pytest.fixture
def books(mongo, book_admin, settings):
    """A collection that is large, with an index on the numbers of pages."""
    settings.ADMIN_EXT_LARGE_COLLECTION = 10
    memory.forget()
    plans.forget()
    mongo.books.insert_many([
        {"title": f"{99 - number}", "pages": number, "kind": "poems"}
        for number in range(20)
    ])
    mongo.books.create_index("pages")
    yield mongo.books
    memory.forget()
    plans.forget()


def listed(client, **query):
    response = client.get(BOOKS, query)
    assert response.status_code == 200, response.get("Location")
    return response.context["cl"], BeautifulSoup(response.content, "html.parser")


def notices(soup):
    return [" ".join(each.text.split()) for each in soup.select(".notice")]


def pages(cl):
    return [book.pages for book in cl.result_list]


def marked(soup):
    """Return the columns whose header has a mark."""
    return [
        each["class"][-1].removeprefix("column-")
        for each in soup.select("#result_list th")
        if each.select(".admin-ext.needs-sort")
    ]


def test_an_order_that_no_index_has_is_asked_about(admin_client, books):
    cl, soup = listed(admin_client, o="1")
    assert pages(cl) == [*range(20)]
    assert notices(soup) == [
        "Sorting about 20 books by book title reads all of them first, as no index has "
        "this order. They are in the order of pages. Sort anyway "
        'meta = {"indexes": ["title"]}'
    ]


@pytest.mark.usefixtures("default_limits")
def test_it_is_sorted_when_that_is_confirmed(admin_client, books, mongo_commands):
    _cl, soup = listed(admin_client, o="1", kind="poems")
    with mongo_commands() as commands:
        cl, soup = listed(admin_client, **link(soup, "Sort anyway"))
    assert pages(cl) == [*range(19, -1, -1)]
    assert not soup.select_one(".notice a")
    (read,) = (each.document for each in commands if is_sorted_by_title(each))
    assert read["allowDiskUse"] is True
    assert 0 < read["maxTimeMS"] <= 5_000


def is_sorted_by_title(command):
    return next(iter(command.document.get("sort", {})), "") == "title"


def link(soup, text):
    """Return the query of a link as a dict."""
    (found,) = (each for each in soup.select("a") if each.text.strip() == text)
    pairs = found["href"].removeprefix("?").split("&")
    return dict(pair.split("=") for pair in pairs)


def test_links_to_pages_and_filters_keep_the_confirmation(admin_client, books):
    cl, _soup = listed(admin_client, o="1", _anyway="sort")
    assert "_anyway=sort" in cl.get_query_string({"p": 2})
    assert "_anyway=sort" in cl.get_query_string({"kind": "novel"})


def test_another_order_is_not_confirmed(admin_client, books):
    _cl, soup = listed(admin_client, o="1", _anyway="sort")
    links = [each["href"] for each in soup.select("#result_list thead a")]
    assert links
    assert "_anyway" not in "".join(links)


def test_the_header_shows_the_order_of_the_rows(admin_client, books):
    _cl, soup = listed(admin_client, o="1")
    (header,) = soup.select("#result_list th.sorted")
    assert "column-pages" in header["class"]


def test_the_beginning_of_an_order_is_kept_where_an_index_has_it(admin_client, books):
    cl, soup = listed(admin_client, o="-2.1")
    assert pages(cl) == [*range(19, -1, -1)]
    assert "by pages and book title" in notices(soup)[0]
    assert "They are in the order of pages." in notices(soup)[0]
    (header,) = soup.select("#result_list th.sorted")
    assert {"column-pages", "descending"} <= {*header["class"]}


def test_a_link_leads_to_an_order_that_an_index_has(admin_client, books):
    books.create_index("title")
    _cl, soup = listed(admin_client)
    assert marked(soup) == ["kind", "author"]
    links = {each.text.strip(): each["href"] for each in soup.select("th .text a")}
    assert links["Book title"] == "?o=1"
    assert links["Pages"] == "?o=-2"
    books.create_index([("title", 1), ("pages", 1)])
    memory.forget()
    _cl, soup = listed(admin_client)
    assert soup.select_one("th.column-title .text a")["href"] == "?o=1.2"


def test_links_in_a_small_collection_are_djangos(admin_client, books, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    _cl, soup = listed(admin_client)
    assert soup.select_one("th.column-title .text a")["href"] == "?o=1.2"


def test_an_action_on_all_rows_does_not_sort_them(
    admin_client, books, book_admin, monkeypatch
):
    orders = []

    def note(_admin, _request, queryset):
        orders.append(queryset._ordering)

    monkeypatch.setattr(book_admin, "actions", [note])
    key = books.find_one()["_id"]
    data = {"action": "note", "select_across": 1, "_selected_action": key, "index": 0}
    admin_client.post(f"{BOOKS}?o=1", data)
    assert orders == [[("pages", 1), ("_id", -1)]]


def test_an_indexed_order_is_not_asked_about(admin_client, books):
    for order in ("2", "-2"):
        cl, soup = listed(admin_client, o=order)
        assert notices(soup) == []
        assert pages(cl) == sorted(pages(cl), reverse=order == "-2")


def test_an_index_of_lists_is_no_order(admin_client, books, book_admin, monkeypatch):
    monkeypatch.setattr(book_admin, "list_display", ("title", "keywords"))
    books.update_many({}, {"$set": {"keywords": ["old", "new"]}})
    books.create_index("keywords")
    cl, soup = listed(admin_client, o="2")
    assert pages(cl) == [*range(20)]
    assert notices(soup) == [
        "Sorting about 20 books by keywords reads all of them first, as some hold "
        "lists there, and no index has the order of lists. They are in the order of "
        "pages. Sort anyway"
    ]
    assert marked(soup) == ["title", "keywords"]


def test_an_index_of_a_filter_and_lists_is_not_missing(
    admin_client, books, book_admin, monkeypatch
):
    monkeypatch.setattr(book_admin, "list_display", ("title", "keywords"))
    books.update_many({}, {"$set": {"keywords": ["old", "new"]}})
    books.create_index([("kind", 1), ("keywords", 1)])
    _cl, soup = listed(admin_client, o="2", kind="poems")
    (notice,) = notices(soup)
    assert "as some hold lists" in notice
    assert "meta = " not in notice


def test_no_index_of_several_columns_helps_where_one_holds_lists(
    admin_client, books, book_admin, monkeypatch
):
    monkeypatch.setattr(book_admin, "list_display", ("title", "keywords"))
    books.update_many({}, {"$set": {"keywords": ["old", "new"]}})
    books.create_index("keywords")
    _cl, soup = listed(admin_client, o="2.1")
    (notice,) = notices(soup)
    assert "by keywords and book title" in notice
    assert "meta = " not in notice


def test_the_order_of_the_admin_is_asked_about_too(admin_client, books, book_admin):
    book_admin.ordering = ("title",)
    cl, soup = listed(admin_client)
    assert [each.pk for each in cl.result_list] == sorted(
        (each.pk for each in cl.result_list), reverse=True
    )
    assert "by book title" in notices(soup)[0]
    assert "They are in the order of ID." in notices(soup)[0]
    assert not soup.select("#result_list th.sorted")


def test_without_an_indexed_order_of_the_admin_the_key_is_taken(
    admin_client, books, book_admin
):
    book_admin.ordering = ("kind",)
    _cl, soup = listed(admin_client, o="1")
    assert "by book title" in notices(soup)[0]
    assert "They are in the order of ID." in notices(soup)[0]


def test_a_small_collection_is_sorted(admin_client, books, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    cl, soup = listed(admin_client, o="1")
    assert pages(cl) == [*range(19, -1, -1)]
    assert (notices(soup), marked(soup)) == ([], [])


def test_what_an_index_finds_is_sorted_when_it_is_little(admin_client, books):
    cl, soup = listed(admin_client, o="1", pages__lt="5")
    assert pages(cl) == [4, 3, 2, 1, 0]
    assert (notices(soup), marked(soup)) == ([], [])


def test_what_an_index_finds_is_asked_about_when_it_is_much(admin_client, books):
    cl, soup = listed(admin_client, o="1", pages__lt="6")
    assert pages(cl) == [*range(6)]
    assert notices(soup)[0].startswith("Sorting more than 5 books by book title")


def test_what_no_index_finds_is_asked_about(admin_client, books):
    _cl, soup = listed(admin_client, o="1", kind="novel")
    assert notices(soup)[0].startswith("Sorting up to about 20 books by book title")
    assert 'meta = {"indexes": [("kind", "title")]}' in notices(soup)[0]


def test_an_index_of_the_filter_and_the_order_serves_both(admin_client, books):
    books.create_index([("kind", 1), ("title", 1)])
    cl, soup = listed(admin_client, o="1", kind="poems")
    assert pages(cl) == [*range(19, -1, -1)]
    assert notices(soup) == []
    assert "title" not in marked(soup)


def test_a_header_says_that_sorting_by_it_reads_everything(admin_client, books):
    _cl, soup = listed(admin_client)
    assert marked(soup) == ["title", "kind", "author"]
    mark = soup.select_one(".needs-sort")
    assert mark["title"] == mark.text
    assert "no index has this order" in mark.text


def test_no_column_is_marked_that_has_no_sort_link(admin_client, books, book_admin):
    book_admin.sortable_by = ("title",)
    _cl, soup = listed(admin_client)
    assert marked(soup) == ["title"]


def test_marks_cost_no_command_once_they_are_known(admin_client, books, mongo_commands):
    listed(admin_client)
    with mongo_commands() as commands:
        listed(admin_client)
    assert {"explain", "listIndexes"}.isdisjoint(commands.names)


def test_who_may_not_ask_the_planner_is_not_bothered(admin_client, books, mongo_faults):
    with mongo_faults("books", failCommands=["explain"], errorCode=13):
        cl, soup = listed(admin_client, o="1", kind="poems")
    assert pages(cl) == [*range(19, -1, -1)]
    assert (notices(soup), marked(soup)) == ([], [])


def test_a_filter_that_no_index_serves_says_so(admin_client, books):
    _cl, soup = listed(admin_client, kind="novel")
    assert notices(soup) == [
        "This filter may read about 20 books, as no index serves it. "
        'meta = {"indexes": [("kind", "pages")]}'
    ]


def test_a_condition_of_the_admin_that_no_index_serves_says_so(
    admin_client, books, book_admin, monkeypatch
):
    def poems(request):
        return Book._default_manager.filter(kind="poems")

    monkeypatch.setattr(book_admin, "get_queryset", poems)
    _cl, soup = listed(admin_client)
    assert notices(soup)[0].startswith(
        "This list may read about 20 books, as no index serves"
    )


def test_both_notices_name_one_index(admin_client, books, book_admin):
    book_admin.ordering = ("title",)
    _cl, soup = listed(admin_client, kind="poems")
    (line,) = {each.text.strip() for each in soup.select(".notice pre")}
    assert line == 'meta = {"indexes": [("kind", "title")]}'


def test_a_filter_that_an_index_serves_says_nothing(admin_client, books):
    _cl, soup = listed(admin_client, pages__gte="3")
    assert notices(soup) == []


def test_what_would_be_read_as_a_whole_is_not_counted(
    admin_client, books, mongo_commands
):
    with mongo_commands() as commands:
        listed(admin_client, kind="novel")
    counts = [each.document for each in commands if "$count" in str(each.document)]
    assert counts
    assert "novel" not in str([each["pipeline"] for each in counts])


def test_a_filter_is_not_told_of_an_index_that_is_there(admin_client, books):
    books.create_index([("kind", 1), ("pages", 1)], name="both", hidden=False)
    _cl, soup = listed(admin_client, kind="poems")
    assert notices(soup) == []


def test_a_search_in_the_middle_of_a_text_says_what_would_help(admin_client, books):
    _cl, soup = listed(admin_client, q="9")
    assert notices(soup) == [
        "This search may read about 20 books, as no index finds a word in the middle "
        'of a text or number. search_fields = ["^title"] meta = {"indexes": ["title"]}'
    ]


def test_a_search_of_long_texts_is_told_of_a_text_index(
    admin_client, books, book_admin
):
    book_admin.search_fields = ("title", "blurb")
    _cl, soup = listed(admin_client, q="9")
    assert [*soup.select_one(".notice pre").text.splitlines()] == [
        'search_fields = ["^title", "@blurb"]',
        'meta = {"indexes": ["title"]}',
        'meta = {"indexes": ["$blurb"]}',
    ]


def test_a_search_of_a_text_index_says_nothing(admin_client, books, book_admin):
    book_admin.search_fields = ("@title",)
    books.create_index([("title", "text")])
    _cl, soup = listed(admin_client, q="99")
    assert notices(soup) == []


def test_a_search_within_what_an_index_finds_says_nothing(admin_client, books):
    _cl, soup = listed(admin_client, q="9", pages="3")
    assert notices(soup) == []


def test_a_search_behind_a_reference_counts_what_is_read_there(
    admin_client, books, book_admin, mongo
):
    mongo.authors.insert_many([{"_id": f"a{n}", "name": f"A{n}"} for n in range(12)])
    books.create_index("author")
    book_admin.search_fields = ("author__name",)
    _cl, soup = listed(admin_client, q="A1")
    assert "This search may read about 12 authors" in notices(soup)[0]
    assert soup.select_one(".notice pre").text.splitlines() == [
        'search_fields = ["^author__name"]',
        'meta = {"indexes": ["name"]}  # Author',
    ]


def test_a_list_of_what_points_somewhere_is_a_filter(admin_client, books, mongo):
    mongo.authors.insert_many([{"_id": "ada"}, {"_id": "bob"}])
    _cl, soup = listed(admin_client, author__code__exact="ada")
    assert "This filter may read about 20 books" in notices(soup)[0]


def test_a_sent_list_is_not_asked_about(admin_client, books, book_admin, monkeypatch):
    monkeypatch.setattr(book_admin, "list_editable", ("kind",))
    key = books.find_one({"pages": 3})["_id"]
    data = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": key}
    data |= {"form-0-kind": "novel", "_save": "Save"}
    response = admin_client.post(f"{BOOKS}?o=1", data)
    assert response.status_code == 302
    assert books.find_one({"_id": key})["kind"] == "novel"


def test_of_what_a_person_may_not_view_no_size_is_told(
    client, db, books, book_admin, mongo
):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_book"))
    client.force_login(user)
    mongo.authors.insert_many([{"_id": f"a{n}", "name": f"A{n}"} for n in range(12)])
    books.create_index("author")
    book_admin.search_fields = ("author__name",)
    _cl, soup = listed(client, q="A1")
    assert "This search may read authors, as no index" in notices(soup)[0]
    assert not soup.select(".notice pre")
