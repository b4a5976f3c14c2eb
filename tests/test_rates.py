"""How often one person may search in a minute."""

import time

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse

from admin_ext.protection.checks import check_searches
from admin_ext.protection.rates import WINDOW
from tests.documents import Book

pytestmark = pytest.mark.django_db

LIST = "admin:tests_book_changelist"


@pytest.fixture(autouse=True)
def two_searches(settings, mongo):
    cache.clear()
    settings.ADMIN_EXT_SEARCHES_PER_MINUTE = 2
    left = WINDOW - time.time() % WINDOW
    # A minute that ends within a test counts from nothing.
    time.sleep(left if left < 15 else 0)
    yield
    cache.clear()


def statuses(client, *urls):
    return [client.get(url).status_code for url in urls]


def test_beyond_the_limit_a_page_says_when_to_try_again(admin_client):
    url = reverse(LIST) + "?q=a"
    assert statuses(admin_client, url, url) == [200, 200]
    page = admin_client.get(url)
    assert page.status_code == 429
    assert 1 <= int(page["Retry-After"]) <= 60
    html = BeautifulSoup(page.content, "html.parser")
    assert html.h1.text == "Too many searches"
    assert f"Try again in {page['Retry-After']} second" in html.text


def test_what_costs_much_is_counted_together(admin_client):
    schema, health = reverse("admin:tests_book_schema"), reverse("admin:data_health")
    urls = [schema, health, reverse(LIST) + "?_count=exact"]
    assert statuses(admin_client, *urls) == [200, 200, 429]
    assert statuses(admin_client, reverse("admin:autocomplete")) == [429]


def test_other_pages_and_what_is_sent_are_not_counted(admin_client):
    book = Book(title="B").save()
    url = reverse("admin:tests_book_change", args=[book.pk])
    assert statuses(admin_client, *[reverse(LIST), url] * 3) == [200] * 6
    assert admin_client.post(reverse(LIST) + "?q=a", {}).status_code == 200


def test_each_person_has_a_limit_of_their_own(admin_client, client, django_user_model):
    url = reverse(LIST) + "?q=a"
    assert statuses(admin_client, url, url, url)[-1] == 429
    client.force_login(django_user_model.objects.create_superuser("ben"))
    assert statuses(client, url) == [200]


def test_who_is_not_signed_in_is_led_there(client):
    url = reverse(LIST) + "?q=a"
    assert statuses(client, url, url, url) == [302] * 3


def test_without_a_limit_nothing_is_counted(admin_client, settings):
    settings.ADMIN_EXT_SEARCHES_PER_MINUTE = None
    url = reverse(LIST) + "?q=a"
    assert statuses(admin_client, *[url] * 4) == [200] * 4


def test_a_limit_that_is_no_number_is_an_error(settings):
    assert check_searches(None) == []
    settings.ADMIN_EXT_SEARCHES_PER_MINUTE = "60/m"
    (error,) = check_searches(None)
    assert error.id == "admin_ext.E039"
    assert error.msg == (
        "The value of 'ADMIN_EXT_SEARCHES_PER_MINUTE' must be a number, 0 or more, or "
        "None, not '60/m'."
    )
