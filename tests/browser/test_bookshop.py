"""What Django's own scripts and styles do on the pages of Documents."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from .conftest import look

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [
    {"color_scheme": scheme, "viewport": size}
    for scheme in ("light", "dark")
    for size in (DESKTOP, PHONE)
]


@pytest.fixture
def shop(mongo):
    """Books of two years with reviews and chapters."""
    mongo.authors.insert_many(
        {"_id": f"a{number}", "name": f"Author {number}"} for number in range(4)
    )
    publisher = mongo.publishers.insert_one({"name": "Blue Door"}).inserted_id
    first = datetime(2023, 10, 5, 12, tzinfo=UTC)
    mongo.books.insert_many(
        {
            "title": f"Book {number}",
            "author": f"a{number % 4}",
            "publisher": publisher,
            "others": ["a1", "a2"],
            "kind": ("novel", "poems")[number % 2],
            "in_print": number % 3 > 0,
            "published": first + timedelta(days=9 * number),
            "reviews": [
                {"text": "A book to read twice", "stars": 5, "by": "a1"},
                {"text": "Too long", "stars": 2},
            ],
        }
        for number in range(24)
    )
    other = mongo.publishers.insert_one({"name": "Cargo"}).inserted_id
    mongo.books.update_many(
        {"title": {"$in": ["Book 20", "Book 21"]}}, {"$set": {"publisher": other}}
    )
    first = mongo.books.find_one({"title": "Book 20"})["_id"]
    mongo.books.update_one({"title": "Book 22"}, {"$set": {"sequel_of": first}})
    book = mongo.books.find_one({"title": "Book 3"})["_id"]
    mongo.chapters.insert_many(
        {"book": book, "number": number, "heading": f"Chapter {number}"}
        for number in (1, 2)
    )
    return mongo


@pytest.fixture
def staff(page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))


def book_url(shop, title="Book 3"):
    return f"/admin/tests/book/{shop.books.find_one({'title': title})['_id']}/"


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()


@pytest.mark.parametrize("context_options", LOOKS)
def test_pages_fit_the_window(page, shop, staff, context_options):
    size = context_options["viewport"]["width"]
    kind = f"{context_options['color_scheme']}-{size}"
    publisher = shop.publishers.find_one({"name": "Cargo"})["_id"]
    for name, url in {
        "list": "/admin/tests/book/?_facets=True",
        "form": book_url(shop) + "change/",
        "delete": f"/admin/tests/publisher/{publisher}/delete/",
    }.items():
        page.goto(url)
        look(page, f"{name}-{kind}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size, f"{name} is {width} pixels wide"


def test_facets_and_hierarchy_are_counted_and_lead_on(page, shop, staff):
    page.goto("/admin/tests/book/?_facets=True")
    page.get_by_role("link", name="Novel (12)").click()
    assert "12 books" in page.locator(".paginator").inner_text()
    page.locator(".change-list .toplinks").get_by_role("link", name="2024").click()
    found = shop.books.count_documents({
        "kind": "novel",
        "published": {"$gte": datetime(2024, 1, 1, tzinfo=UTC)},
    })
    assert f"{found} book" in page.locator(".paginator").inner_text()


def test_a_popup_adds_a_publisher_and_selects_it(page, shop, staff):
    page.goto(book_url(shop) + "change/")
    with page.expect_popup() as opened:
        page.locator("#add_id_publisher").click()
    popup = opened.value
    popup.get_by_label("Name:").fill("Newcomer")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save").click()
    assert page.locator("#id_publisher option:checked").inner_text() == "Newcomer"
    save(page)
    added = shop.publishers.find_one({"name": "Newcomer"})
    assert shop.books.find_one({"title": "Book 3"})["publisher"] == added["_id"]


def test_a_popup_changes_the_author(page, shop, staff):
    page.goto(book_url(shop) + "change/")
    with page.expect_popup() as opened:
        page.locator("#change_id_author").click()
    popup = opened.value
    popup.get_by_label("Name:").fill("Renamed")
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Save").click()
    assert page.locator("#id_author option:checked").inner_text() == "Renamed"
    assert shop.authors.find_one("a3")["name"] == "Renamed"


def test_the_lookup_of_a_raw_id_chooses_a_book(page, shop, staff):
    chapter = shop.chapters.find_one({"number": 1})
    page.goto(f"/admin/tests/chapter/{chapter['_id']}/change/")
    with page.expect_popup() as opened:
        page.locator("#lookup_id_book").click()
    popup = opened.value
    with popup.expect_event("close"):
        popup.get_by_role("link", name="Book 7", exact=True).click()
    save(page)
    book = shop.books.find_one({"title": "Book 7"})
    assert shop.chapters.find_one(chapter["_id"]) == {**chapter, "book": book["_id"]}


def test_filter_horizontal_moves_an_author(page, shop, staff):
    before = shop.books.find_one({"title": "Book 3"})
    page.goto(book_url(shop) + "change/")
    page.locator("#id_others_from").select_option(label="Author 3")
    page.locator("#id_others_add").click()
    save(page)
    after = shop.books.find_one(before["_id"])
    assert after == {**before, "others": ["a1", "a2", "a3"]}


def test_selecting_across_pages_deletes_all(page, shop, staff):
    shop.chapters.delete_many({})
    shop.books.insert_many({"title": f"More {number}"} for number in range(100))
    page.goto("/admin/tests/book/")
    page.locator("#action-toggle").check()
    page.locator(".actions .question a").click()
    page.locator("select[name=action]").select_option("delete_selected")
    page.locator(".actions button").click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    page.get_by_text("Successfully deleted 124 books.").wait_for()
    assert shop.books.count_documents({}) == 0


@pytest.mark.parametrize("context_options", [{"java_script_enabled": False}])
def test_both_inlines_are_saved_without_scripts(page, shop, staff):
    before = shop.books.find_one({"title": "Book 3"})
    page.goto(book_url(shop) + "change/")
    page.locator("#id_reviews-0-DELETE").check()
    page.locator("#id_reviews-1-stars").fill("3")
    page.locator("#id_reviews-2-text").fill("Added")
    page.locator("#id_chapter_set-0-heading").fill("Beginning")
    save(page)
    after = shop.books.find_one(before["_id"])
    reviews = [{"text": "Too long", "stars": 3}, {"text": "Added"}]
    assert after == {**before, "reviews": reviews}
    assert shop.chapters.find_one({"heading": "Beginning"})["number"] == 1
