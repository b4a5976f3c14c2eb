"""Pages of a collection without a Document, and of one of its documents."""

from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import bson
import pytest
from bs4 import BeautifulSoup
from bson import (
    SON,
    Binary,
    Code,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Timestamp,
)
from bson.datetime_ms import DatetimeMS
from bson.raw_bson import RawBSONDocument
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.urls import reverse

from admin_ext import memory
from admin_ext.keys import same, undeclared_key, undeclared_text
from admin_ext.unmodelled.masks import DOTS
from tests import mongodb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]

KEY = ObjectId("5f0000000000000000000001")

KEYS = [
    *(MinKey(), float("nan"), -1, 2.5, Int64(2**60), Decimal128("7.5"), "", "a", "a/b"),
    *(
        ".",
        "..",
        "a b?c#d%e&f;g_h",
        "日本",
        "[5]",
        '{"a": 1}',
        str(KEY),
        "\n",
        '"',
        "<b>",
    ),
    *(
        {"a": 1, "b": [None]},
        {"a.b": 1},
        Binary(b"x", 5),
        UUID(int=7),
        KEY,
        False,
        True,
    ),
    *(datetime(2024, 5, 1, 1, 2, 3, 4000, tzinfo=UTC), DatetimeMS(10**16)),
    *(Timestamp(5, 1), Code("f()"), MaxKey(), None),
]


@pytest.fixture
def mongo(bare_mongo):
    memory.forget()
    yield bare_mongo
    mongodb.drop(bare_mongo)
    memory.forget()


def url_of(name, *keys):
    """Return the address of a collection, or of its document with a key."""
    if not keys:
        return reverse("admin:collection", args=["default", quote(name)])
    arguments = ["default", quote(name), quote(undeclared_text(*keys))]
    return reverse("admin:collection_document", args=arguments)


def parsed(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def rows(response):
    """Return [(text of the key, line)] of a list."""
    return [
        tuple(each.get_text().strip() for each in row.select("th, td"))
        for row in parsed(response).select("#result_list tbody tr")
    ]


def text(response):
    return " ".join(parsed(response).select_one("#content").get_text(" ").split())


def shown(response):
    return parsed(response).select_one("pre.raw-document").get_text()


def links(response):
    """Return {rel: URL} of the pages around."""
    found = parsed(response).select(".paginator a")
    return {a["rel"][0]: a["href"] for a in found}


def test_a_list_has_keys_and_the_first_values(mongo, admin_client):
    mongo.orders.insert_one({
        "_id": KEY,
        "title": "T",
        "n": 3,
        "tags": ["a"],
        "no": None,
    })
    response = admin_client.get(url_of("orders"))
    assert rows(response) == [(str(KEY), 'title: "T", n: 3, tags: ["a"], no: null')]
    assert "about 1" in text(response)
    assert "inspectmongo --collection orders --into orders" in text(response)


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_any_key_has_a_page(mongo, admin_client, key):
    mongo.odd.insert_one({"_id": key, "n": 1})
    link = parsed(admin_client.get(url_of("odd"))).select_one("#result_list th a")
    assert link["href"] == url_of("odd", key)
    assert '"n": 1' in shown(admin_client.get(link["href"]))


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_the_text_of_a_key_reads_back(key):
    found = undeclared_key(undeclared_text(key))
    assert same(found, key) or found != found
    assert isinstance(key, type(found)) or isinstance(found, type(key))


def test_pages_go_on_behind_any_key_both_ways(mongo, admin_client, monkeypatch):
    monkeypatch.setattr("admin_ext.unmodelled.rows.MAX_ROWS", 4)
    monkeypatch.setattr("admin_ext.unmodelled.rows.MIN_ROWS", 4)
    mongo.odd.insert_many([{"_id": key} for key in KEYS])
    stored = [undeclared_text(each["_id"]) for each in mongo.odd.find().sort("_id")]
    expected = [key[:80].strip() for key in stored]

    def walk(url, rel):
        pages = []
        while url is not None:
            response = admin_client.get(f"{url_of('odd')}{url}")
            pages.append([key for key, _line in rows(response)])
            url = links(response).get(rel)
        return pages

    assert sum(walk("", "next"), []) == expected
    assert sum(walk("?_at=last", "prev")[::-1], []) == expected


def test_a_position_is_signed(mongo, admin_client):
    mongo.orders.insert_one({})
    for at in ("x", "", "a:b"):
        assert admin_client.get(url_of("orders"), {"_at": at}).status_code == 404


def test_a_large_document_lists_quickly(mongo, admin_client, mongo_commands):
    value = {
        "text": "x" * 5_000_000,
        "list": [*range(300_000)],
        "data": b"\0" * 5_000_000,
        "map": {str(number): number for number in range(1_000)},
        **{f"k{number}": number for number in range(20)},
    }
    mongo.large.insert_many([{"_id": number, **value} for number in range(3)])
    started = monotonic()
    response = admin_client.get(url_of("large"))
    assert monotonic() - started < 3
    (_key, line), *others = rows(response)
    assert len(others) == 2
    assert line.startswith('text: "xxxx')
    assert "[300000 members]" in line
    assert "binary data, 4.8\xa0MB" in line
    assert "{1000 keys}" in line
    assert line.endswith("… 12 more keys")
    assert len(response.content) < 30_000


def test_a_page_of_large_documents_has_fewer(mongo, admin_client):
    mongo.large.insert_many([{"_id": n, "t": "x" * 4_000_000} for n in range(18)])
    response = admin_client.get(url_of("large"))
    assert len(rows(response)) == 15
    assert (
        len(rows(admin_client.get(f"{url_of('large')}{links(response)['next']}"))) == 3
    )


def test_a_document_is_extended_json(mongo, admin_client):
    mongo.orders.insert_one({"_id": KEY, "n": Int64(5), "at": datetime(2024, 5, 1)})
    response = admin_client.get(url_of("orders", KEY))
    assert shown(response) == (
        '{\n  "_id": {\n    "$oid": "5f0000000000000000000001"\n  },\n  "n": 5,\n'
        '  "at": {\n    "$date": "2024-05-01T00:00:00Z"\n  }\n}'
    )
    assert '"$numberLong": "5"' in shown(
        admin_client.get(f"{url_of('orders', KEY)}?canonical")
    )


def test_long_values_are_cut_and_the_page_is_bounded(mongo, admin_client):
    value = {
        "text": '"' * 6_000_000,
        "data": b"\0" * 1_000_000,
        "list": ["é"] * 200_000,
    }
    mongo.large.insert_one({"_id": 1, **value})
    for query in ("", "?canonical"):
        response = admin_client.get(f"{url_of('large', 1)}{query}")
        assert len(response.content) < 4_000_000
        assert "3 values are long, and only their beginnings are shown." in text(
            response
        )
    many = {f"k{number}": "<" * 40_000 for number in range(300)}
    mongo.large.insert_one({"_id": 2, **many})
    response = admin_client.get(url_of("large", 2))
    assert len(response.content) < 4_000_000
    assert "Only the beginning of this document is shown." in text(response)


SECRETS = {
    "_id": 1,
    "name": "Ada",
    "hashedPassword": "s3cret-1",
    "auth": {"refreshToken": "s3cret-2", "kinds": ["a"]},
    "tokens": [{"value": "s3cret-3"}],
    "passwordChangedAt": datetime(2024, 5, 1),
    "apiKey": None,
    "pin": 43219,
}


def test_secrets_are_dots_unless_they_are_asked_for(mongo, admin_client):
    mongo.people.insert_one(SECRETS)
    listed = admin_client.get(url_of("people")).content.decode()
    page = admin_client.get(url_of("people", 1))
    for content in (listed, page.content.decode()):
        assert "s3cret" not in content
        assert "43219" not in content
        assert DOTS in content
    assert '"apiKey": null' in shown(page)
    assert "2024" in shown(page)
    opened = admin_client.get(f"{url_of('people', 1)}?secrets")
    assert [f"s3cret-{number}" in shown(opened) for number in (1, 2, 3)] == [True] * 3
    assert "no-store" in opened["Cache-Control"]


def test_what_a_document_declares_secret_is_never_shown(mongo, admin_client):
    mongo.keys.insert_one({"_id": 1, "key": "s3cret", "user": KEY})
    mongo.users.insert_one({"_id": 1, "username": "ada", "hashedPassword": "s3cret"})
    for name in ("keys", "users"):
        for url in (url_of(name), url_of(name, 1), f"{url_of(name, 1)}?secrets"):
            response = admin_client.get(url)
            assert "s3cret" not in response.content.decode()
            assert DOTS in response.content.decode()


def test_a_collection_with_an_admin_leads_to_its_list(mongo, admin_client):
    mongo.notes.insert_one({"body": "x"})
    page = parsed(admin_client.get(url_of("notes")))
    assert page.select_one(".collection-about a")["href"] == "/admin/documents/note/"


def test_views_and_time_series_are_paged_by_number(mongo, admin_client, monkeypatch):
    monkeypatch.setattr("admin_ext.unmodelled.rows.MAX_ROWS", 2)
    mongo.create_collection("warm", timeseries={"timeField": "at"})
    days = [{"at": datetime(2024, 5, day), "_id": 1, "n": day} for day in (1, 2, 3)]
    mongo.warm.insert_many(days)
    mongo.create_collection("seen", viewOn="warm", pipeline=[{"$unset": "_id"}])
    for name, key in (("warm", "[1]"), ("seen", "none")):
        response = admin_client.get(url_of(name))
        assert [found for found, _line in rows(response)] == [key, key]
        assert links(response) == {"next": "?p=1"}
        assert "they come as MongoDB finds them" in text(response)
        assert "not counted" in text(response)
        last = admin_client.get(f"{url_of(name)}?p=1")
        assert len(rows(last)) == 1
        assert links(last) == {"first": "?", "prev": "?"}
    assert "Other documents here have the same key." in text(
        admin_client.get(url_of("warm", 1))
    )


@pytest.mark.parametrize("number", ["-1", "x", "9" * 20, "10000000"])
def test_paging_by_number_ends(mongo, admin_client, number):
    mongo.create_collection("seen", viewOn="notes", pipeline=[])
    assert admin_client.get(url_of("seen"), {"p": number}).status_code == 404


def test_a_broken_view_says_so(mongo, admin_client):
    pipeline = [{"$set": {"x": {"$divide": ["$n", 0]}}}]
    mongo.create_collection("seen", viewOn="orders", pipeline=pipeline)
    mongo.orders.insert_one({"n": 1})
    assert "The documents could not be read. MongoDB refused it" in text(
        admin_client.get(url_of("seen"))
    )


def test_capped_and_clustered_and_collated_collections_are_paged(
    mongo, admin_client, monkeypatch
):
    monkeypatch.setattr("admin_ext.unmodelled.rows.MAX_ROWS", 2)
    monkeypatch.setattr("admin_ext.unmodelled.rows.MIN_ROWS", 2)
    index = {"key": {"_id": 1}, "unique": True}
    mongo.create_collection("capped", capped=True, size=4096)
    mongo.create_collection("clustered", clusteredIndex=index)
    mongo.create_collection("collated", collation={"locale": "de", "strength": 1})
    for name in ("capped", "clustered", "collated"):
        mongo[name].insert_many([{"_id": each} for each in "bcaED"])
        stored = [each["_id"] for each in mongo[name].find().sort("_id")]
        found, url = [], ""
        while url is not None:
            response = admin_client.get(f"{url_of(name)}{url}")
            found += [key for key, _line in rows(response)]
            url = links(response).get("next")
        assert found == stored


def test_system_collections_can_be_looked_at(mongo, admin_client):
    mongo.create_collection("seen", viewOn="notes", pipeline=[])
    response = admin_client.get(url_of("system.views"))
    key = f"{mongo.name}.seen"
    assert [found for found, _line in rows(response)] == [key]
    assert '"viewOn": "notes"' in shown(admin_client.get(url_of("system.views", key)))


@pytest.mark.parametrize(
    "name",
    ["a b", "a/b", "日本", "100%", "%2F", "a_2Fb", "x'\"<>", "a?b#c", "a;b", "\n"],
)
def test_any_name_has_a_page(mongo, admin_client, name, settings):
    settings.ADMIN_EXT_MAX_SIDE_TIME_MS = 5_000
    mongo[name].insert_one({"_id": "k/1"})
    response = admin_client.get("/admin/collections/")
    found = [a["href"] for a in parsed(response).select("tbody a")]
    assert url_of(name) in found
    (row,) = parsed(admin_client.get(url_of(name))).select("#result_list th a")
    assert row["href"] == url_of(name, "k/1")
    assert admin_client.get(row["href"]).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/admin/collections/default/nothing/",
        "/admin/collections/nobody/notes/",
        "/admin/collections/default/a$b/",
        "/admin/collections/default/..a../",
        "/admin/collections/default/%00/",
        "/admin/collections/default/nothing/1/",
        "/admin/collections/default/orders/1/",
        "/admin/collections/default/orders/%00/",
        "/admin/collections/default/orders/_5B_7B_22_24gt_22_3A1_7D_5D/",
        "/admin/collections/default/orders/1/2/",
    ],
)
def test_what_is_not_there_is_not_found(mongo, admin_client, url):
    mongo.orders.insert_one({"_id": 7})
    assert admin_client.get(url).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/admin/collections/default/orders/",
        "/admin/collections/default/orders/_5B7_5D/",
    ],
)
def test_pages_are_for_superusers_and_for_reading(mongo, client, url):
    mongo.orders.insert_one({"_id": 7})
    assert client.get(url)["Location"].startswith("/admin/login/")
    user = User.objects.create_user("ann", is_staff=True)
    client.force_login(user)
    assert client.get(url).status_code == 403
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert client.get(url).status_code == 200
    assert client.head(url).status_code == 200
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert client.get(url).status_code == 302


def test_pages_ask_little_and_write_nothing(
    mongo, admin_client, mongo_commands, mongo_profile
):
    mongo.orders.insert_many([{"_id": number} for number in range(300)])
    with mongo_profile() as operations, mongo_commands() as commands:
        response = admin_client.get(url_of("orders"))
        admin_client.get(url_of("orders", 7))
    assert len(rows(response)) == 100
    names = ["listCollections", "aggregate", "aggregate", "listCollections", "find"]
    assert commands.names == names
    assert all("maxTimeMS" in each.document for each in commands)
    assert not operations.writes
    following = links(response)["next"]
    with mongo_profile() as more:
        for query in (following, "?_at=last"):
            assert len(rows(admin_client.get(f"{url_of('orders')}{query}"))) == 100
    read = [each for each in (*operations, *more) if "orders" in str(each.document)]
    assert max(each.examined for each in read) <= 101


@pytest.mark.usefixtures("default_limits")
@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (mongodb.UNAUTHORIZED, "The MongoDB user of this site lacks the permission."),
        (mongodb.TIME_LIMIT, "It took longer than 5 s."),
        (2, "MongoDB refused it (BadValue)."),
    ],
)
def test_failures_are_told(mongo, admin_client, mongo_faults, code, sentence):
    mongo.orders.insert_one({"_id": 7})
    with mongo_faults("orders", errorCode=code):
        for url in (url_of("orders"), url_of("orders", 7)):
            assert f"The documents could not be read. {sentence}" in text(
                admin_client.get(url)
            )


def test_broken_texts_are_shown(mongo, admin_client):
    data = bson.encode({"_id": 1, "t": "@"}).replace(b"@", b"\xff")
    mongo.broken.insert_one(RawBSONDocument(data))
    assert rows(admin_client.get(url_of("broken"))) == [("[1]", 't: "\ufffd"')]
    assert "\ufffd" in shown(admin_client.get(url_of("broken", 1)))


def test_markup_is_escaped(mongo, admin_client):
    son = SON({"_id": "<i>", "<b>": "<script>alert(1)</script>"})
    mongo.orders.insert_one(son)
    for url in (url_of("orders"), url_of("orders", "<i>")):
        content = admin_client.get(url).content.decode()
        assert "<script>alert" not in content
        assert "<b>" not in content


@pytest.mark.parametrize("value", ["s3cret" * 100, ["s3cret"] * 100, {"s": "s3cret"}])
def test_large_declared_secrets_are_not_shown(mongo, admin_client, value):
    mongo.keys.insert_one({"_id": 1, "key": value})
    for url in (url_of("keys"), f"{url_of('keys', 1)}?secrets"):
        content = admin_client.get(url).content.decode()
        assert "s3cret" not in content
        assert DOTS in content


def test_a_view_does_not_show_the_secrets_of_its_source(mongo, admin_client):
    mongo.keys.insert_one({"_id": 1, "key": "s3cret"})
    mongo.create_collection("one", viewOn="keys", pipeline=[])
    mongo.create_collection("two", viewOn="one", pipeline=[])
    for url in (url_of("two"), f"{url_of('two', 1)}?secrets"):
        content = admin_client.get(url).content.decode()
        assert "s3cret" not in content
        assert DOTS in content


def test_a_key_too_long_for_a_url_has_no_page(mongo, admin_client, monkeypatch):
    monkeypatch.setattr("admin_ext.unmodelled.rows.MAX_ROWS", 1)
    monkeypatch.setattr("admin_ext.unmodelled.rows.MIN_ROWS", 1)
    mongo.odd.insert_many([{"_id": "x" * 5_000}, {"_id": "y"}])
    response = admin_client.get(url_of("odd"))
    assert parsed(response).select("#result_list th a") == []
    following = admin_client.get(f"{url_of('odd')}{links(response)['next']}")
    assert [key for key, _line in rows(following)] == ["y"]


def test_a_row_that_is_gone_begins_no_page(mongo, admin_client, monkeypatch):
    monkeypatch.setattr("admin_ext.unmodelled.rows.MAX_ROWS", 1)
    monkeypatch.setattr("admin_ext.unmodelled.rows.MIN_ROWS", 1)
    mongo.odd.insert_many([{"_id": "x" * 500}, {"_id": "y"}, {"_id": "z"}])
    url = f"{url_of('odd')}{links(admin_client.get(url_of('odd')))['next']}"
    mongo.odd.delete_one({"_id": "x" * 500})
    response = admin_client.get(url)
    assert [key for key, _line in rows(response)] == ["y"]


def test_an_address_without_its_slash_leads_on(mongo, admin_client):
    response = admin_client.get("/admin/collections")
    assert (response.status_code, response["Location"]) == (301, "/admin/collections/")


def test_a_number_of_more_than_64_bits_is_no_key(mongo, admin_client):
    mongo.things.insert_one({"n": 1})
    key = quote('{"$numberLong":"99999999999999999999"}')
    url = reverse("admin:collection_document", args=["default", "things", key])
    assert admin_client.get(url).status_code == 404
