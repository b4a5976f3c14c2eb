"""Protected Documents: what is typed before much is deleted or changed."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from tests.documents import Book, Publisher

pytestmark = pytest.mark.django_db

LIST = "admin:tests_book_changelist"


@admin.action(description="Praise the selected books")
def praise(modeladmin, request, queryset):
    queryset.update(set__pages=999)


@pytest.fixture
def books(mongo):
    for number in range(4):
        Book(title=f"Book  {number}").save()
    return Book.objects.order_by("title")


@pytest.fixture
def protected(monkeypatch):
    """Mark the admin of books as protected, with a limit and an action."""
    model_admin = admin.site._registry[Book]

    def mark(limit=0):
        monkeypatch.setattr(model_admin, "protected", True)
        monkeypatch.setattr(model_admin, "protected_limit", limit)
        monkeypatch.setattr(model_admin, "actions", [praise])

    return mark


def asked(response):
    """Return what the page asks to type, and whether it says that it was wrong."""
    html = BeautifulSoup(response.content, "html.parser")
    box = html.select_one("form .admin-ext.confirmation")
    assert box.select_one("input[name=_confirmation][required]")
    return box.label.strong.text, bool(box.select_one(".errornote"))


def sent(books, action="delete_selected", **data):
    keys = [str(book.pk) for book in books]
    return {"action": action, "index": "0", "_selected_action": keys, **data}


def test_deletion_asks_for_the_name(admin_client, books, protected):
    protected()
    url = reverse("admin:tests_book_delete", args=[books[0].pk])
    assert asked(admin_client.get(url)) == ("Book 0", False)
    for data in ({"post": "yes"}, {"x": "1"}):
        assert asked(admin_client.post(url, data)) == ("Book 0", True)
    wrong = {"post": "yes", "_confirmation": "Book 1"}
    assert asked(admin_client.post(url, wrong)) == ("Book 0", True)
    assert (Book.objects.count(), LogEntry.objects.count()) == (4, 0)
    right = {"post": "yes", "_confirmation": " Book 0 "}
    assert admin_client.post(url, right).status_code == 302
    assert (Book.objects.count(), LogEntry.objects.count()) == (3, 1)


def test_a_long_name_is_the_key(admin_client, mongo, protected):
    protected()
    book = Book(title="B" * 61).save()
    url = reverse("admin:tests_book_delete", args=[book.pk])
    assert asked(admin_client.get(url)) == (str(book.pk), False)


def test_a_popup_stays_one_when_it_asks_again(admin_client, books, protected):
    protected()
    url = reverse("admin:tests_book_delete", args=[books[0].pk])
    page = admin_client.post(url, {"post": "yes", "_popup": "1"})
    html = BeautifulSoup(page.content, "html.parser")
    assert html.select_one("form input[name=_popup][value='1']")


def test_up_to_the_limit_nothing_is_asked(admin_client, books, protected):
    protected(limit=2)
    url = reverse("admin:tests_book_delete", args=[books[0].pk])
    assert b"_confirmation" not in admin_client.get(url).content
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    admin_client.post(reverse(LIST), sent(Book.objects[:2], post="yes"))
    assert Book.objects.count() == 1


def test_delete_selected_asks_for_the_number(admin_client, books, protected):
    protected(limit=2)
    data = sent(books[:3])
    assert asked(admin_client.post(reverse(LIST), data)) == ("3", False)
    for typed in ({}, {"_confirmation": ""}, {"_confirmation": "4"}):
        page = admin_client.post(reverse(LIST), data | {"post": "yes"} | typed)
        assert asked(page) == ("3", True)
    assert (Book.objects.count(), LogEntry.objects.count()) == (4, 0)
    typed = {"post": "yes", "_confirmation": "3"}
    assert admin_client.post(reverse(LIST), data | typed).status_code == 302
    assert (Book.objects.count(), LogEntry.objects.count()) == (1, 3)


def test_select_across_asks_for_the_number_of_all(admin_client, books, protected):
    protected(limit=2)
    data = sent(books[:1], select_across="1", post="yes")
    assert asked(admin_client.post(reverse(LIST), data)) == ("4", True)
    assert Book.objects.count() == 4
    admin_client.post(reverse(LIST), data | {"_confirmation": "4"})
    assert Book.objects.count() == 0


def test_an_action_asks_and_then_does_what_was_sent(admin_client, books, protected):
    protected(limit=2)
    data = sent(books[:3], "praise")
    page = admin_client.post(reverse(LIST) + "?q=Book", data)
    assert asked(page) == ("3", False)
    assert "“Praise the selected books” is about 3 books." in page.content.decode()
    assert asked(admin_client.post(reverse(LIST), data | {"_confirmation": "2"}))[1]
    assert Book.objects(pages=999).count() == 0
    html = BeautifulSoup(page.content, "html.parser")
    form = {}
    for each in html.select("#content form input[type=hidden]"):
        form.setdefault(each["name"], []).append(each["value"])
    admin_client.post(reverse(LIST), form | {"_confirmation": "3"})
    assert Book.objects(pages=999).count() == 3


def test_an_action_across_all_asks_for_the_number_of_all(
    admin_client, books, protected
):
    protected(limit=3)
    data = sent(books[:1], "praise", select_across="1")
    assert asked(admin_client.post(reverse(LIST), data)) == ("4", False)
    admin_client.post(reverse(LIST), sent(books[:3], "praise"))
    assert Book.objects(pages=999).count() == 3


def test_what_goes_along_with_a_deletion_counts(admin_client, mongo, protected):
    protected(limit=2)
    publisher = Publisher(name="P").save()
    for number in range(3):
        Book(title=str(number), publisher=publisher).save()
    url = reverse("admin:tests_publisher_delete", args=[publisher.pk])
    assert asked(admin_client.get(url)) == ("4", False)
    assert asked(admin_client.post(url, {"post": "yes"})) == ("4", True)
    assert Book.objects.count() == 3
    admin_client.post(url, {"post": "yes", "_confirmation": "4"})
    assert Book.objects.count() == 0


def test_nothing_is_asked_for_a_deletion_that_is_refused(
    client, admin_client, books, protected, django_user_model
):
    protected()
    client.force_login(django_user_model.objects.create_user("ann", is_staff=True))
    url = reverse("admin:tests_book_delete", args=[books[0].pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
