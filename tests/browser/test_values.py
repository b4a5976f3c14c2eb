"""Single values of every kind, as a real browser shows and sends them."""

import pytest
from bson import Code, Decimal128, Int64, ObjectId
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.contrib.auth.models import User

from .conftest import look
from .test_geo import LOOKS

KEY = ObjectId("5f0000000000000000000001")
VALUES = {
    "string": "  outer\r\nspaces ",
    "text": "nul \x00 byte",
    "email": "no address",
    "integer": "5",
    "float": float("nan"),
    "decimal128": Decimal128("1.500"),
    "boolean": None,
    "checked": "perhaps",
    "complex_date_time": "2024,03,05,12,00,01,234567",
    "size": 1.0,
    "sequence": 7,
    "bare_list": [Int64(2**60), None, "a\r\nb", Code("f()"), {"a.b": 1.0}],
    "dynamic": {"x": [1, Int64(1), 1.0]},
    "dict": {"long": "x" * 1_000_001},
}


@pytest.fixture
def stored(mongo, page, login, transactional_db):
    login(page, User.objects.create_superuser("ann"))
    mongo.everything.insert_one({"_id": KEY, **VALUES})
    raw = mongo.everything.with_options(CodecOptions(document_class=RawBSONDocument))
    return lambda: raw.find_one(KEY).raw


@pytest.mark.parametrize("context_options", LOOKS)
def test_an_untouched_page_of_awkward_values_changes_nothing(
    page, mongo, stored, context_options
):
    before = stored()
    page.goto(f"/admin/tests/everything/{KEY}/change/")
    look(page, f"values-{context_options['viewport']['width']}")
    page.click("input[name=_continue]")
    page.wait_for_selector(".messagelist .success")
    assert stored() == before
    page.select_option("select[name=dynamic_0]", "int64")
    page.fill("textarea[name=dynamic_1]", "9007199254740993")
    page.click("input[name=_continue]")
    page.wait_for_selector(".messagelist .success")
    assert mongo.everything.find_one()["dynamic"] == Int64(9007199254740993)
    assert {**mongo.everything.find_one(), "dynamic": 0}["bare_list"] == (
        VALUES["bare_list"]
    )
