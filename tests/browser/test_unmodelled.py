"""Collections without a Document in a browser, without scripts."""

from datetime import UTC, datetime

import pytest
from bson import Decimal128, Int64, ObjectId
from django.contrib.auth.models import User

from admin_ext import memory
from tests import mongodb

from .conftest import look
from .test_references import LOOKS

NAME = "customer orders/2024 – “final”"
KEY = ObjectId("5f00000000000000000000c1")


@pytest.fixture
def stored(bare_mongo, other_mongo, page, login, transactional_db):
    memory.forget()
    login(page, User.objects.create_superuser("ann"))
    bare_mongo[NAME].insert_many([{"_id": n, "total": n * 10} for n in range(150)])
    bare_mongo[NAME].insert_one({
        "_id": KEY,
        "customer": {"name": "Ada Lovelace", "password": "hidden"},
        "lines": [{"sku": f"A-{n}", "price": Decimal128("9.50")} for n in range(40)],
        "note": "a-very-long-word-" * 40,
        "views": Int64(12),
        "at": datetime(2024, 5, 1, tzinfo=UTC),
    })
    bare_mongo.create_collection("log", capped=True, size=4096)
    bare_mongo.create_collection("measured", timeseries={"timeField": "at"})
    bare_mongo.create_collection("open_orders", viewOn=NAME, pipeline=[])
    bare_mongo.books.insert_one({"title": "T"})
    yield bare_mongo
    mongodb.drop(bare_mongo)
    memory.forget()


@pytest.mark.parametrize("context_options", LOOKS)
def test_from_the_index_to_a_document(page, stored, context_options):
    size = context_options["viewport"]["width"]

    def check(name):
        look(page, f"{name}-{context_options['color_scheme']}-{size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size

    page.goto("/admin/")
    assert page.get_by_text("Collections without a Document").is_visible()
    check("unmodelled-index")
    page.get_by_role("link", name="Collections without a Document").click()
    check("unmodelled-all")
    page.get_by_role("link", name=NAME).click()
    check("unmodelled-list")
    page.get_by_role("link", name="Last").click()
    page.get_by_role("link", name=str(KEY)).press("Enter")
    text = page.locator("pre.raw-document")
    assert "••••" in text.text_content()
    check("unmodelled-document")
    page.get_by_role("link", name="Show secrets").click()
    page.get_by_role("link", name="With every type").click()
    assert '"$numberLong": "12"' in text.text_content()
    assert '"hidden"' in text.text_content()
    check("unmodelled-canonical")
    page.get_by_role("link", name="Hide secrets").click()
    assert '"hidden"' not in text.text_content()
    page.goto("/admin/collections/default/open_orders/?p=1")
    check("unmodelled-view")
