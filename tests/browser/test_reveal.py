"""Masked values in a form, and the page that reveals one, in a real browser."""

import pytest
from bson import Decimal128, ObjectId
from django.contrib.auth import get_user
from django.urls import reverse

from tests.browser.conftest import look
from tests.documents import Book, Publisher
from tests.members import member_of

pytestmark = pytest.mark.django_db(transaction=True)

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}


@pytest.fixture(
    params=[("desktop", "light"), ("phone", "dark")],
    ids=["desktop-light", "phone-dark"],
)
def context_options(request):
    size, scheme = request.param
    return {"color_scheme": scheme} | (DESKTOP if size == "desktop" else PHONE)


@pytest.fixture
def name(request):
    return request.node.callspec.id


def sign_in(page, login, *, limits, also):
    login(page, get_user(member_of(limits, also=also)))


def test_a_masked_value_is_revealed_for_a_reason(page, login, mongo, name):
    reviews = [{"text": "Good", "stars": 5}, {"text": "Bad", "stars": 1}]
    son = {"_id": ObjectId(), "title": "Emma", "isbn": "9780141439587"}
    mongo.books.insert_one({**son, "price": Decimal128("9.90"), "reviews": reviews})
    limits = {Book: {"isbn": 1, "price": 1, "reviews__stars": 1, "pages": 0}}
    sign_in(page, login, limits=limits, also=["reveal_book"])
    page.goto(reverse("admin:tests_book_change", args=[son["_id"]]))
    look(page, f"masked-form-{name}")
    page.get_by_role("link", name="Reveal isbn").click()
    page.get_by_role("button", name="Reveal").click()
    look(page, f"reveal-error-{name}")
    page.get_by_label("Reason").fill("The printer asked for it")
    look(page, f"reveal-{name}")
    page.get_by_role("button", name="Reveal").click()
    assert page.locator(".revealed").inner_text() == "9780141439587"
    look(page, f"revealed-{name}")
    page.get_by_role("link", name="Hide it, and go back").click()
    assert "9780141439587" not in page.content()


def test_a_form_within_the_form_says_what_is_masked(page, login, mongo, name):
    address = {"street": "50 Albemarle Street", "city": "London"}
    son = {"_id": ObjectId(), "name": "Murray", "address": address}
    mongo.publishers.insert_one({**son, "offices": [address, address]})
    limits = {Publisher: {"address__street": 1, "offices__street": 1}}
    sign_in(page, login, limits=limits, also=["reveal_publisher"])
    page.goto(reverse("admin:tests_publisher_change", args=[son["_id"]]))
    look(page, f"masked-nested-{name}")
    assert "Albemarle" not in page.content()
    page.get_by_role("link", name="Reveal street").first.click()
    assert page.get_by_label("Reason").is_visible()
