"""The page that shows a masked value to who gives a reason, and records that."""

import re

import pytest
from bson import ObjectId
from django.contrib import admin
from django.core.cache import cache
from django.db import OperationalError, connection
from django.urls import reverse

from admin_ext.models import Change
from admin_ext.policies import MASK, Access

from .documents import Book, Publisher
from .members import member_of

MASKED = Access.MASKED

pytestmark = pytest.mark.django_db

REASON = "The printer asked for it"


@pytest.fixture
def book(mongo):
    son = {"_id": ObjectId(), "title": "Emma", "isbn": "978secret", "pages": 7}
    mongo.books.insert_one(son)
    return son


def url_of(son, path, name="book"):
    return reverse(f"admin:tests_{name}_reveal", args=[son["_id"], path])


def revealing(limits, **options):
    codenames = [f"reveal_{each._meta.model_name}" for each in limits]
    return member_of(limits, actions=["view"], also=codenames, **options)


def send(client, url, reason=REASON):
    """Answer the page as it asks to be answered."""
    html = client.get(url).text
    number = re.search(r'name="number" value="(\w+)"', html)[1]
    return client.post(url, {"reason": reason, "number": number})


def test_a_masked_value_is_shown_once_for_a_reason_and_that_is_recorded(book):
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    assert "978secret" not in client.get(url).text
    answer = send(client, url)
    assert "978secret" in answer.text
    assert "no-store" in answer["Cache-Control"]
    # Without a referrer a browser tells no origin, and Django refuses what it sends.
    assert answer.get("Referrer-Policy") != "no-referrer"
    change = Change.objects.get()
    assert (change.kind, change.reason) == ("reveal", REASON)
    assert change.paths == [{"path": ["isbn"]}]
    assert "978secret" not in str(vars(change))


def test_what_was_sent_once_is_not_taken_again(book):
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    number = re.search(r'name="number" value="(\w+)"', client.get(url).text)[1]
    sent = {"reason": REASON, "number": number}
    assert "978secret" in client.post(url, sent).text
    answer = client.post(url, sent)
    assert "978secret" not in answer.text
    assert "Give a reason again" in answer.text
    assert Change.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "short", " " * 20])
def test_a_reason_must_say_something(book, reason):
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    assert "978secret" not in send(client, url, reason).text
    assert not Change.objects.exists()


@pytest.mark.parametrize("access", [Access.HIDDEN, Access.VIEW])
def test_what_is_not_masked_has_no_such_page(book, access):
    client = revealing({Book: {"isbn": access, "price": MASKED}})
    assert client.get(url_of(book, "isbn")).status_code == 404
    assert client.get(url_of(book, "nothing")).status_code == 404


def test_what_is_hidden_within_a_masked_value_is_not_revealed(mongo):
    hush = {"city": "Bath", "street": "hush"}
    son = {"_id": ObjectId(), "name": "P", "address": hush, "offices": [hush]}
    mongo.publishers.insert_one(son)
    fields = {"address": MASKED, "offices": MASKED}
    within = {f"{each}__street": Access.HIDDEN for each in fields}
    client = revealing({Publisher: fields | within})
    for path in ("address", "offices", "offices.0"):
        html = send(client, url_of(son, path, "publisher")).text
        assert "Bath" in html
        assert "hush" not in html
        assert "street" not in html


def test_a_value_that_is_missing_has_the_page_and_says_so(book):
    client = revealing({Book: {"price": MASKED}})
    assert "(not stored)" in send(client, url_of(book, "price")).text


def test_who_has_no_permission_sees_no_link_and_no_page(book):
    client = member_of({Book: {"isbn": MASKED}}, actions=["view"])
    change = reverse("admin:tests_book_change", args=[book["_id"]])
    html = client.get(change).text
    assert MASK in html
    assert "/reveal/" not in html
    assert client.get(url_of(book, "isbn")).status_code == 403


@pytest.mark.parametrize("actions", [["view"], ["view", "change"]])
def test_the_form_links_to_the_page_from_each_masked_value(mongo, actions):
    offices = [{"city": "Bath", "street": "secret 1"}]
    son = {"_id": ObjectId(), "name": "Murray", "offices": offices}
    son["address"] = {"city": "London", "street": "secret 2"}
    mongo.publishers.insert_one(son)
    limits = {Publisher: {"offices__street": MASKED, "address__street": MASKED}}
    client = member_of(limits, actions=actions, also=["reveal_publisher"])
    html = client.get(reverse("admin:tests_publisher_change", args=[son["_id"]])).text
    assert "secret" not in html
    links = {url_of(son, "offices.0.street", "publisher")}
    if "change" in actions:
        links.add(url_of(son, "address.street", "publisher"))
    assert links <= {*re.findall(r'href="([^"]+)"', html)}
    assert "secret 1" in send(client, links.pop()).text or "change" in actions


def test_a_document_that_may_not_be_viewed_has_no_such_page(mongo, book):
    client = revealing({Book: {"isbn": MASKED}})
    limit = client.session and Change._meta.apps.get_model("admin_ext", "GroupLimit")
    limit.objects.update(rows={"title": "Persuasion"})
    answer = client.get(url_of(book, "isbn"))
    assert answer.status_code == 302
    gone = client.get(url_of({"_id": ObjectId()}, "isbn"))
    assert gone.status_code == 302


def test_code_masks_for_superusers_too(admin_client, book, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Book], "field_access", {"isbn": "masked"})
    html = admin_client.get(reverse("admin:tests_book_change", args=[book["_id"]])).text
    assert "978secret" not in html
    assert url_of(book, "isbn") in html
    assert "978secret" in send(admin_client, url_of(book, "isbn")).text


def test_nothing_is_shown_where_it_cannot_be_recorded(book):
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    with connection.execute_wrapper(refusing_changes):
        answer = send(client, url)
    assert answer.status_code == 503
    assert "978secret" not in answer.text
    assert not Change.objects.exists()


def refusing_changes(execute, sql, params, many, context):
    if "admin_ext_change" in sql and sql.startswith("INSERT"):
        raise OperationalError("no room")
    return execute(sql, params, many, context)


def test_a_read_only_site_reveals_what_it_can_record(book, settings):
    settings.ADMIN_EXT_READ_ONLY = True
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    assert "978secret" in send(client, url).text
    assert Change.objects.count() == 1


def test_a_person_reveals_so_many_values_in_a_minute(book, settings):
    settings.ADMIN_EXT_REVEALS_PER_MINUTE = 1
    cache.clear()
    client, url = revealing({Book: {"isbn": MASKED}}), url_of(book, "isbn")
    send(client, url)
    answer = send(client, url)
    assert answer.status_code == 429
    assert "978secret" not in answer.text
    assert Change.objects.count() == 1
