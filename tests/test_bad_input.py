"""Whatever is sent: an error of the form, a redirect, a 400 or a 404; never a write."""

from urllib.parse import quote_plus

import pytest
from bs4 import BeautifulSoup
from django.core import signing

from admin_ext.exceptions import SaveRejected
from tests.bad_input import refused, url_of
from tests.documents import Author, Book, Publisher
from tests.files import form_class, shown
from tests.geo_documents import Theater
from tests.key_documents import Freely
from tests.odd_documents import Everything, Meeting, Tree

__all__ = ["refused"]

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


def encoded(pairs):
    """Return a form as the body of a request, with what UTF-8 cannot spell."""
    return "&".join(
        "=".join(quote_plus(each.encode("utf-8", "surrogatepass")) for each in pair)
        for pair in pairs
    )


def send(client, url, pairs):
    kind = "application/x-www-form-urlencoded"
    return client.post(url, encoded(pairs), content_type=kind)


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
