"""Whatever a URL holds, as a key or a query: never an error of ours, never a write."""

import time
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import reverse

from tests.bad_input import refused, url_of
from tests.documents import Author, Book
from tests.key_documents import Amount, Freely, Moment, Placed, Plainly
from tests.odd_documents import Everything, Parcel, Token

__all__ = ["refused"]

pytestmark = pytest.mark.django_db

# Keys as they stand in URLs, also spelled as Django quotes them (_5F).
KEYS = (
    *("zzz", "0" * 24, "\x00", "a\x00b", "_", "_ZZ", "_00", "_5F", "a/b", "\ud800"),
    *("a" * 5_000, "é", "[5]", '["5"]', '{"$oid": 1}', '{"$ne": null}', '["'),
    *('{"$where": "1"}', '{"a":' * 500, '{"a":' * 500 + "1" + "}" * 500, "1e400"),
    *("9" * 400, "1" * 5_000, "NaN", "-1", "null", "[]", "{}", '["\\ud800"]', "?#&"),
    *('{"$date": {"$numberLong": "99999999999999"}}', "0000-00-00", '["\\u0000"]'),
    '{"$regularExpression": {"pattern": "(a+)+$", "options": ""}}',
)
KEYED = (Author, Book, Amount, Freely, Moment, Placed, Plainly, Parcel, Token)


# Keys


@pytest.mark.parametrize("document", KEYED, ids=lambda each: each.__name__)
def test_no_key_in_a_url_breaks_a_page(admin_client, mongo, refused, document):
    base = url_of(document, "changelist")
    for key in KEYS:
        url = base + quote(key.encode("utf-8", "surrogatepass"))
        refused(admin_client.get, f"{url}/change/")
        refused(admin_client.post, f"{url}/delete/", {"post": "yes"})
    # Not UTF-8.
    refused(admin_client.get, f"{base}%F0%28/change/")


@pytest.mark.parametrize(
    "view", ["history/", "raw/", "file/x/", "reveal/x/", "reveal/%00/", ""]
)
def test_no_key_breaks_any_other_page(admin_client, mongo, refused, view):
    for document in (Book, Freely):
        base = url_of(document, "changelist")
        for key in KEYS:
            url = base + quote(key.encode("utf-8", "surrogatepass"))
            refused(admin_client.get, f"{url}/{view}", accepts=(301,))


def test_nothing_is_sent_to_a_key_that_is_none(admin_client, mongo, refused):
    for key in KEYS[::3]:
        url = url_of(Book, "changelist") + quote(key.encode("utf-8", "surrogatepass"))
        for view in ("change", "raw"):
            refused(admin_client.post, f"{url}/{view}/", {"title": "x", "_save": "1"})


@pytest.mark.parametrize(
    "query",
    [
        *("", "app_label=x", "app_label[$ne]=1", "term=%00", "page=x"),
        *("app_label=%00", "model_name=%00", "field_name=%00", "field_name=__raw__"),
        *("term=%ED%A0%80", "page=-1", f"page={'9' * 5000}", "term=(a%2B)%2B$"),
        *("term=%22%5C", "field_name=title", f"term={'a' * 20_000}", "model_name=x"),
    ],
    ids=lambda each: each[:30],
)
def test_no_question_breaks_autocomplete(admin_client, mongo, refused, query):
    right = "app_label=tests&model_name=book&field_name=publisher"
    url = reverse("admin:autocomplete")
    refused(admin_client.get, f"{url}?{right}&{query}")
    refused(admin_client.get, f"{url}?{query}")


@pytest.mark.parametrize(
    "query", ["x=1", "p=%00", "_drift=x", "q=%ED%A0%80", "[$ne]=1"]
)
@pytest.mark.parametrize("page", ["book_schema", "data_health", "collections"])
def test_no_question_breaks_what_tells_of_the_data(admin_client, refused, page, query):
    name = f"tests_{page}" if page.startswith("book") else page
    refused(admin_client.get, f"{reverse(f'admin:{name}')}?{query}")


# Query strings

OPERATORS = (
    *("__raw__={}", "$where=1", "{0}[$ne]=1", "{0}[$regex]=.", "{0}.$where=1"),
    *("{0}__regex=(a%2B)%2B$", "{0}__iregex=.", "{0}__where=1", "{0}__ne=1"),
    *("{0}__nin=1", "{0}__not=1", "{0}__elemMatch=1", "{0}__match=1", "{0}__size=1"),
    *("{0}__type=2", "{0}__mod=1", "{0}__all=1", "{0}__exists=1", "{0}__nope=1"),
    *("{0}__geo_within=1", "{0}__near=1", "{0}__exact__exact=1", "{0}__=1", "__=1"),
    *("{0}__not__exact=1", "_cls__exact=X", "pk__regex=.", "{0}__raw=1"),
)
VALUES = (
    *("{0}__year=0", "{0}__year=10000", "{0}__year=1e400", "{0}__year=-1"),
    *("{0}__gte=10000-01-01", "{0}__gte=9999-12-31T23:59:59-12:00", "{0}__gte=x"),
    *("{0}__exact=%00", "{0}__exact=NaN", "{0}__gt=1e400", "{0}__isnull=x"),
    *("{0}__in=", "{0}__in=,,", "{0}__range=1", "{0}__icontains=("),
)
OF_LISTS = (
    *("o=x", "o=1.x.-", "o=99", f"o={'1.' * 3_000}", f"o={'9' * 5_000}", "o=%00"),
    *("p=x", "p=-1", "p=0", "p=1e9", f"p={'9' * 5_000}", "p=%00", "all=x", "o=-0"),
    *("q=%00", "q=%ED%A0%80", "q=%FF", f"q={'a' * 20_000}", "q=%22%5C", "q=%22"),
    *("q=$where", "q=(a%2B)%2B$", "q=-", f"q={'9' * 400}", "q=1e400", "q=NaN"),
    *("_facets=%00", "_popup=x", "_to_field=%00", "_to_field=__raw__", "=1", "&&&"),
    *("%00=1", "%ED%A0%80=1", "%FF__exact=1", f"{'a' * 3_000}=1", "e=x", "_=1"),
)


def listed(response):
    """Return how many documents a list shows."""
    page = BeautifulSoup(response.content, "html.parser")
    return len(page.select("#result_list tbody tr"))


@pytest.fixture
def books(mongo):
    mongo.books.insert_many([
        {"title": "a" * 50 + "!", "kind": "novel", "pages": n} for n in range(3)
    ])
    mongo.books.insert_one({"title": "one", "kind": "poems", "pages": 1})


@pytest.mark.parametrize("name", ["kind", "pages", "published", "author"])
@pytest.mark.parametrize("query", OPERATORS)
def test_no_query_is_an_operator(admin_client, books, refused, query, name):
    """Beside a filter that one document meets: nothing is added to it, or all fails."""
    url = url_of(Book, "changelist") + "?kind__exact=poems&" + query.format(name)
    response = refused(admin_client.get, url)
    assert response.status_code in (302, 400)
    if response.status_code == 302:
        assert response.url.endswith("?e=1")


@pytest.mark.parametrize("query", VALUES)
def test_no_value_in_a_query_breaks_a_list(admin_client, books, refused, query):
    for document, name in (
        *((Book, name) for name in ("kind", "pages", "published", "author")),
        *((Everything, name) for name in ("uuid", "decimal", "dict", "geo_point")),
    ):
        url = url_of(document, "changelist")
        refused(admin_client.get, f"{url}?{query.format(name)}")


@pytest.mark.parametrize("query", OF_LISTS, ids=lambda each: each[:20])
def test_no_query_of_a_list_breaks_it(admin_client, books, refused, query):
    refused(admin_client.get, f"{url_of(Book, 'changelist')}?{query}")
    refused(admin_client.get, f"{url_of(Book, 'add')}?{query}")


@pytest.mark.parametrize("month", ["0", "13", "x", "9" * 400])
@pytest.mark.parametrize("year", ["2024", "0", "10000", "x"])
def test_dates_of_the_drill_down_that_are_none(
    admin_client, books, refused, year, month
):
    query = f"?published__year={year}&published__month={month}&published__day=32"
    refused(admin_client.get, url_of(Book, "changelist") + query)


def test_a_pattern_is_only_text(admin_client, books, refused):
    """This one takes minutes where it runs as a pattern."""
    started = time.monotonic()
    url = url_of(Book, "changelist")
    response = refused(admin_client.get, f"{url}?q=(a%2B)%2B$")
    assert listed(response) == 0
    assert time.monotonic() - started < 10


def test_every_page_is_known_here():
    """Each kind of page that the admin of a Document has is asked above."""
    site_admin = admin.site.get_model_admin(Book)
    patterns = {str(each.pattern) for each in site_admin.get_urls()}
    assert patterns == {
        *("", "add/", "<path:object_id>/history/", "<path:object_id>/delete/"),
        *("<path:object_id>/change/", "<path:object_id>/", "schema/"),
        *("<path:object_id>/raw/", "<path:object_id>/file/<str:path>/"),
        *("<path:object_id>/reveal/<str:path>/", "deleted/"),
        *("undo/<int:change_id>/", "undo/<int:change_id>/all/"),
    }


@pytest.mark.parametrize("number", ["0", "9" * 20, "9" * 5000])
def test_no_number_of_a_change_breaks_undoing(admin_client, books, refused, number):
    base = url_of(Book, "changelist")
    for end in ("", "all/"):
        url = f"{base}undo/{number}/{end}"
        refused(admin_client.get, url, accepts=(301,))
        refused(admin_client.post, url)
    refused(admin_client.get, f"{base}deleted/?page={number}")
