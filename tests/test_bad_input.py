"""Whatever is sent: an error of the form, a redirect, a 400 or a 404; never a write."""

import time
from urllib.parse import quote, quote_plus

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.core import signing
from django.urls import reverse

from admin_ext.exceptions import SaveRejected
from tests.documents import Author, Book, Publisher
from tests.files import form_class, shown
from tests.geo_documents import Theater
from tests.key_documents import Amount, Freely, Moment, Placed, Plainly
from tests.odd_documents import Everything, Meeting, Parcel, Token, Tree

pytestmark = pytest.mark.django_db

NUMBERS = (
    *("-1", "1e999", "-1e999", "NaN", "sNaN", "Infinity", "1_000", "0x10", "1e6145"),
    *("9" * 400, "1" * 5_000, str(2**31), str(2**63), str(2**64), "0." + "1" * 50),
    # Arabic digits, which Python reads and nobody else.
    "\u0661\u0662",
)
DATES = (
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-30", "24:00"),
    *("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-01-01T00:00+99:99"),
)
TEXTS = (
    *("\x00", "a\x00b", "\ud800", "\ufffd\u202e", "zzz", "5" * 24, "None", "$where"),
    *("javascript:alert(1)", "http://[::1", "http://" + "a" * 3_000, "a@b", "(a+)+$"),
    *("181,91", "NaN, NaN", "1e400, 1", "1, 2\n---\n3, 4", "1,2,3,4,5", " ", "---"),
)
JSON = (
    *("{", "[]", "{}", '""', '{"a":1,"a":2}', "[NaN]", f"[{'9' * 400}]", '{"": 1}'),
    *('{"$oid": 1}', '{"$oid": "zz"}', '{"$date": "x"}', '{"$date": 1e400}'),
    '{"$date": {"$numberLong": "99999999999999999999"}}',
    *('{"$date": "10000-01-01T00:00:00Z"}', '{"$numberInt": "9999999999999"}'),
    *('{"$numberInt": "x"}', '{"$numberLong": "99999999999999999999999"}'),
    *('{"$binary": 1}', '{"$binary": {"base64": "!", "subType": "zz"}}'),
    *('{"$regex": 1}', '{"$regularExpression": {}}', '{"$symbol": 1}'),
    '{"$regularExpression": {"pattern": "(", "options": "zz"}}',
    '{"$regularExpression": {"pattern": "a\\u0000", "options": ""}}',
    *('{"$timestamp": 1}', '{"$timestamp": {"t": -1, "i": 99999999999}}'),
    *('{"$dbPointer": 1}', '{"$ref": 1}', '{"$code": 1, "$scope": 1}'),
    *('{"$uuid": "x"}', '{"$numberDecimal": "x"}', '{"$numberDouble": "x"}'),
    *('{"$minKey": 2}', '{"$undefined": true}', '{"$where": "1"}', '{"$ne": null}'),
    *('{"a\\u0000b": 1}', '{"a": "\\ud800"}', '{"\\ud800": 1}', '{"_cls": "X"}'),
)
DEEP = tuple(
    start * depth + middle + end * depth
    for depth in (99, 150, 10_000)
    for start, middle, end in (("[", "", "]"), ('{"a":', "1", "}"))
)

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


def encoded(pairs):
    """Return a form as the body of a request, with what UTF-8 cannot spell."""
    return "&".join(
        "=".join(quote_plus(each.encode("utf-8", "surrogatepass")) for each in pair)
        for pair in pairs
    )


def send(client, url, pairs):
    kind = "application/x-www-form-urlencoded"
    return client.post(url, encoded(pairs), content_type=kind)


def url_of(document, view, *args):
    meta = document._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_{view}"
    return reverse(name, args=args)


def inputs(response, form):
    """Return what a browser would send: [(name, value)], without buttons."""
    page = BeautifulSoup(response.content, "html.parser").select_one(f"#{form}")
    found = []
    for each in page.select("input, textarea, select"):
        kind, name = each.get("type"), each.get("name")
        is_box = kind in ("checkbox", "radio")
        if not name or kind in ("submit", "file"):
            continue
        if each.name == "select":
            options = each.select("option[selected]") or each.select("option")[:1]
            found += [(name, option.get("value", "")) for option in options]
        elif each.name == "textarea":
            found.append((name, each.text.removeprefix("\n")))
        elif not is_box or each.has_attr("checked"):
            found.append((name, each.get("value", "on" if is_box else "")))
    return found


def changed(pairs, values):
    """Return ``pairs`` with other values, or with more names."""
    rest = [pair for pair in pairs if pair[0] not in values]
    return [*rest, *values.items()]


@pytest.fixture
def refused(mongo_commands):
    """Call a view; fail unless it answers as it should and writes nothing."""

    def call(view, *args, accepts=(), **kwargs):
        with mongo_commands() as commands:
            response = view(*args, **kwargs)
        allowed = (200, 302, 400, 403, 404, 405, *accepts)
        assert response.status_code in allowed, args
        if response.status_code != 302:
            assert not commands.writes, args
        return response

    return call


def is_management(name):
    return name.endswith(("_FORMS", "csrfmiddlewaretoken", "_base"))


# Values


@pytest.mark.parametrize(
    "name", [each for each in Everything._fields if each not in ("id", "sequence")]
)
def test_no_value_breaks_a_field(mongo, mongo_commands, name):
    """Each by itself: an error of another field would hide what a save does."""
    form_class_of_field = form_class(name, document=Everything)
    blank = shown(form_class_of_field())
    deep = DEEP if name in ("dict", "dynamic", "text") else DEEP[:4]
    for value in NUMBERS + DATES + TEXTS + JSON + deep:
        data = {key: old if is_management(key) else value for key, old in blank.items()}
        form = form_class_of_field(data or {name: value})
        with mongo_commands() as commands:
            is_saved = form.is_valid()
            if is_saved:
                try:
                    form.save()
                except SaveRejected:
                    is_saved = False
            else:
                form.as_div()
        assert is_saved or not commands.writes, value


@pytest.mark.parametrize(
    ("document", "values"),
    [
        (Everything, ("9" * 400, "\x00", "\ud800", "NaN", '{"a":1}', DEEP[2])),
        (Tree, ("\x00", "[", '{"_cls": "X"}', '{"$oid": 1}')),
        (Theater, ("NaN", "9" * 400, "181,91")),
        (Meeting, ("0000-00-00", "9999-12-31", "10000-01-01", "25:61")),
        (Book, ("\x00", "zzz", "9" * 400)),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_no_value_breaks_a_page(admin_client, mongo, refused, document, values):
    url = url_of(document, "add")
    pairs = inputs(admin_client.get(url), f"{document._meta.model_name}_form")
    for value in values:
        junk = [(name, old if is_management(name) else value) for name, old in pairs]
        refused(send, admin_client, url, junk)


def test_a_document_of_more_than_16_mb_is_an_error_of_the_form(
    admin_client, mongo, refused
):
    key = mongo.books.insert_one({"title": "T", "blurbText": "x"}).inserted_id
    before = mongo.books.find_one(key)
    url = url_of(Book, "change", key)
    pairs = inputs(admin_client.get(url), "book_form")
    text = "x" * 17_000_000
    response = refused(send, admin_client, url, changed(pairs, {"blurb": text}))
    assert response.status_code == 200
    assert "MongoDB stores no document of more than 16 MB." in response.text
    assert mongo.books.find_one(key) == before


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


# What travels with a form


@pytest.fixture
def author(admin_client, mongo):
    mongo.authors.insert_many([
        {"_id": code, "name": code.upper(), "unknown": 1} for code in "ab"
    ])
    return inputs(admin_client.get(url_of(Author, "change", "a")), "author_form")


@pytest.fixture
def publisher(admin_client, mongo):
    document = {"name": "P", "offices": [{"city": "A"}, {"city": "B"}]}
    key = mongo.publishers.insert_one(document).inserted_id
    url = url_of(Publisher, "change", key)
    return url, inputs(admin_client.get(url), "publisher_form")


@pytest.mark.parametrize("part", ["TOTAL", "INITIAL"])
@pytest.mark.parametrize(
    "number", ["", "-1", "x", "1e3", "9" * 400, str(10**12), "\x00", "٣"]
)
def test_numbers_of_rows(admin_client, mongo, publisher, refused, part, number):
    url, pairs = publisher
    before = mongo.publishers.find_one()
    values = {f"offices-{part}_FORMS": number, "offices-0-city": "Changed"}
    response = refused(send, admin_client, url, changed(pairs, values))
    if response.status_code == 200:
        assert mongo.publishers.find_one() == before
    assert len(mongo.publishers.find_one()["offices"]) == 2


def test_more_rows_than_there_are(admin_client, mongo, publisher, refused):
    url, pairs = publisher
    before = mongo.publishers.find_one()
    for total, initial in (("1", "2"), ("9", "9"), ("2", "9"), ("0", "2"), ("2", "0")):
        values = {"offices-TOTAL_FORMS": total, "offices-INITIAL_FORMS": initial}
        refused(send, admin_client, url, changed(pairs, values))
        stored = mongo.publishers.find_one()["offices"]
        assert stored[:2] == before["offices"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: token[::-1],
        lambda token: "x",
        lambda token: "\x00",
        lambda token: f".{token}",
        lambda token: token.replace(":", "", 1),
        lambda token: "x" * 100_000,
        lambda token: signing.dumps({"a": 1}),
        lambda token: signing.dumps({"a": 1}, salt="admin_ext.changesets.base"),
    ],
)
def test_a_damaged_page_is_refused(admin_client, mongo, author, refused, damage):
    values = dict(author)
    values |= {"_base": damage(values["_base"]), "name": "Changed"}
    url = url_of(Author, "change", "a")
    response = refused(send, admin_client, url, [*values.items()])
    assert "did not arrive as it was sent" in response.text
    assert mongo.authors.find_one({"_id": "a"})["name"] == "A"


def test_the_page_of_another_document_is_refused(admin_client, mongo, author, refused):
    url = url_of(Author, "change", "b")
    response = refused(send, admin_client, url, changed(author, {"name": "Changed"}))
    assert "did not arrive as it was sent" in response.text
    assert mongo.authors.find_one({"_id": "b"})["name"] == "B"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("_popup", "x"), ("_to_field", "\x00"), ("_to_field", "__raw__")),
        *(("_changelist_filters", "\x00"), ("_changelist_filters", "__raw__={}")),
        *(("name[$ne]", ""), ("$where", "1"), ("name.$set", "x"), ("__proto__", "x")),
        *(("name\x00", "x"), ("\ud800", "x"), ("_id", "b"), ("unknown", "2")),
        *(("", "x"), ("name-CHOICE", "mine"), ("_cls", "X"), ("name", "A")),
    ],
)
def test_more_names_than_the_form_has(
    admin_client, mongo, author, refused, name, value
):
    """Nothing that the form does not know is written."""
    before = [*mongo.authors.find()]
    url = f"{url_of(Author, 'change', 'a')}?{encoded([(name, value)])}"
    refused(send, admin_client, url, [*author, (name, value), ("_save", "1")])
    assert [*mongo.authors.find()] == before


def test_no_text_breaks_the_raw_page(admin_client, mongo, author, refused):
    before = mongo.authors.find_one({"_id": "a"})
    url = url_of(Author, "raw", "a")
    pairs = inputs(admin_client.get(url), "author_form")
    whole = '{"_id": "a", "name": "A", "unknown": %s}'
    for value in JSON + DEEP[-2:] + TEXTS[:4]:
        for text in (value, whole % value):
            response = refused(
                send, admin_client, url, changed(pairs, {"document": text})
            )
            if response.status_code == 302:
                mongo.authors.replace_one({"_id": "a"}, before)
            assert mongo.authors.find_one({"_id": "a"}) == before


# Bodies


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"%FF%FE=\xff&name\xff=\xfe"),
        ("application/x-www-form-urlencoded", b"&=&==&%&%zz=%"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"code=a&name=A"),
        ("application/x-www-form-urlencoded; charset=nope", b"name=A"),
        ("application/json", b'{"code": "a", "name": {"$ne": 1}}'),
        ("application/json", b"["),
        ("text/plain", b"code=a&name=A"),
        ("", b"code=a&name=A"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"x"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disp"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nA',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"; filename="x"'
            b"\r\n\r\nA\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n",
        ),
        ("multipart/form-data; boundary=\xe9", b"--\xe9\r\n\r\n"),
    ],
)
def test_bodies_that_are_no_form(admin_client, mongo, author, refused, kind, body):
    before = [*mongo.authors.find()]
    urls = [url_of(Author, "changelist"), url_of(Author, "add")]
    urls += [url_of(Author, view, "a") for view in ("change", "raw")]
    for url in urls:
        refused(admin_client.generic, "POST", url, body, content_type=kind)
    assert [*mongo.authors.find()] == before


def test_a_form_in_another_encoding_is_refused(admin_client, mongo, refused):
    """There are some that spell half a character, which no page can show."""
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("code", "a"), ("name", r"\ud800"))
    )
    kind = "multipart/form-data; boundary=b; charset="
    url, body = url_of(Author, "add"), f"{parts}--b--\r\n".encode()
    other = f"{kind}unicode_escape"
    response = refused(admin_client.generic, "POST", url, body, content_type=other)
    assert response.status_code == 400
    assert mongo.authors.count_documents({}) == 0
    same = f"{kind}UTF8"
    assert admin_client.generic("POST", url, body, content_type=same).status_code == 302
    assert mongo.authors.find_one() == {"_id": "a", "name": r"\ud800"}


# Lists


@pytest.mark.parametrize(
    "values",
    [
        {"form-0-code": "zzz"},
        {"form-0-code": "\x00"},
        {"form-0-code": "b", "form-1-code": "b"},
        {"form-0-code": '{"$ne": 1}'},
        {"form-0-code": ""},
        {"form-INITIAL_FORMS": "9", "form-TOTAL_FORMS": "9"},
        {"form-TOTAL_FORMS": str(10**12)},
        {"form-TOTAL_FORMS": "x"},
        {"form-INITIAL_FORMS": "-1"},
        {"form-INITIAL_FORMS": str(10**12)},
        {"form-INITIAL_FORMS": "2.0", "form-TOTAL_FORMS": "2.0", "form-0-code": "zzz"},
        {f"form-{'1' * 5_000}-name": "x", "form-0-code": "zzz"},
        {"form-0-name": "\x00"},
        {"form-0-name": "x" * 60},
    ],
)
def test_rows_of_a_list_that_are_none(admin_client, mongo, author, refused, values):
    url = url_of(Author, "changelist")
    pairs = inputs(admin_client.get(url), "changelist-form")
    before = [*mongo.authors.find()]
    values = {"form-0-name": "Changed", **values, "_save": "Save"}
    with_names = changed(pairs, values)
    refused(send, admin_client, url, with_names)
    keys = {each["_id"] for each in mongo.authors.find()}
    assert keys == {"a", "b"}
    changes = [new for new, old in zip(mongo.authors.find(), before, strict=True)]
    assert all(each["name"] in ("A", "B", "Changed") for each in changes)


@pytest.mark.parametrize(
    "data",
    [
        {"action": "nope"},
        {"action": "\x00"},
        {"action": "delete_selected", "_selected_action": "zzz"},
        {"action": "delete_selected", "_selected_action": "\x00"},
        {"action": "delete_selected", "_selected_action": '{"$ne": null}'},
        {"action": "delete_selected", "_selected_action[$ne]": "a"},
        {"action": "delete_selected", "select_across": "x"},
        {"action": "delete_selected", "_selected_action": "zzz", "post": "yes"},
        {"action": "delete_selected", "index": "9", "_selected_action": "a"},
        {"action": "delete_selected", "index": "x", "_selected_action": "a"},
        {"action": "delete_selected", "index": "9" * 5_000, "_selected_action": "a"},
        {"action": "__class__", "_selected_action": "a"},
    ],
)
def test_actions_that_are_none(admin_client, mongo, author, refused, data):
    for document in (Author, Book, Freely):
        refused(send, admin_client, url_of(document, "changelist"), [*data.items()])
    assert mongo.authors.count_documents({}) == 2


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
