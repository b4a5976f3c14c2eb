"""Keys in forms: typed when adding, changed, copied, in inlines."""

import pytest
from bson import SON, Int64
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote

pytestmark = pytest.mark.django_db

KEY = SON([("s", "a/b"), ("number", 7)])
STOCK = "/admin/tests/stock/"


@pytest.fixture
def open_form(django_app, admin_user, mongo):
    django_app.set_user(admin_user)

    def open_form(url, model="stock"):
        return django_app.get(url).forms[f"{model}_form"]

    return open_form


def change(key):
    return f"{STOCK}{quote(key)}/change/".replace("%", "%25")


def submit(form, button="_save"):
    response = form.submit(button)
    assert response.status_code == 302, response.html.select(".errorlist")
    return response


def test_adding_a_document_with_a_compound_key(open_form, mongo):
    form = open_form(f"{STOCK}add/")
    form["place-shop"], form["place-number"], form["name"] = "a/b", "7", "one"
    page = submit(form, "_continue").follow()
    assert mongo.stock.find_one() == {"_id": KEY, "name": "one"}
    assert list(mongo.stock.find_one()["_id"]) == ["s", "number"]
    assert "was added successfully" in page
    entry = LogEntry.objects.get()
    assert entry.object_id == '{"s":"a/b","number":7}'
    assert "Added" in page.click(href="/history/")


def test_a_compound_key_that_is_incomplete(open_form, mongo):
    form = open_form(f"{STOCK}add/")
    form["place-shop"] = "x"
    response = form.submit()
    assert "This field is required." in response
    assert mongo.stock.count_documents({}) == 0


def test_a_compound_key_that_is_taken(open_form, mongo):
    mongo.stock.insert_one({"_id": KEY, "name": "old"})
    form = open_form(f"{STOCK}add/")
    form["place-shop"], form["place-number"] = "a/b", "7"
    response = form.submit()
    assert "Stock with this Place already exists." in response
    assert mongo.stock.find_one() == {"_id": KEY, "name": "old"}


def test_changing_a_part_of_a_key_stores_a_copy_as_in_sql(open_form, mongo):
    odd = {"_id": KEY, "name": "one", "odd": Int64(1), "deep": {"x": [1]}}
    mongo.stock.insert_one(odd)
    form = open_form(change('{"s":"a/b","number":7}'))
    form["place-number"] = "8"
    submit(form)
    copy = odd | {"_id": {"s": "a/b", "number": 8}}
    assert list(mongo.stock.find().sort("_id")) == [odd, copy]
    assert isinstance(mongo.stock.find_one(copy)["odd"], Int64)
    assert LogEntry.objects.get().object_id == '{"s":"a/b","number":8}'


def test_changing_a_key_to_one_that_is_taken_writes_nothing(open_form, mongo):
    other = {"_id": SON([("s", "a/b"), ("number", 8)]), "name": "other"}
    mongo.stock.insert_many([{"_id": KEY, "name": "one"}, other])
    form = open_form(change('{"s":"a/b","number":7}'))
    form["place-number"], form["name"] = "8", "two"
    response = form.submit()
    assert "Stock with this Place already exists." in response
    assert list(mongo.stock.find().sort("_id")) == [
        {"_id": KEY, "name": "one"},
        other,
    ]


def test_changing_a_declared_text_key(open_form, mongo):
    mongo.slugged.insert_one({"_id": "old", "name": "one", "odd": 1})
    form = open_form("/admin/tests/slugged/old/change/", "slugged")
    form["slug"] = "new"
    submit(form)
    assert list(mongo.slugged.find().sort("_id")) == [
        {"_id": "new", "name": "one", "odd": 1},
        {"_id": "old", "name": "one", "odd": 1},
    ]


def test_changing_a_text_key_to_one_that_is_taken(open_form, mongo):
    mongo.slugged.insert_many([{"_id": "old"}, {"_id": "new", "name": "new"}])
    form = open_form("/admin/tests/slugged/old/change/", "slugged")
    form["slug"], form["name"] = "new", "overwritten"
    assert "Slugged with this Slug already exists." in form.submit()
    assert mongo.slugged.find_one("new") == {"_id": "new", "name": "new"}


def test_saving_as_new_needs_another_key(open_form, mongo):
    mongo.stock.insert_one({"_id": KEY, "name": "one"})
    form = open_form(change('{"s":"a/b","number":7}'))
    assert "already exists" in form.submit("_saveasnew")
    form["place-number"], form["name"] = "9", "two"
    submit(form, "_saveasnew")
    assert mongo.stock.find_one({"name": "two"})["_id"] == KEY | {"number": 9}
    assert mongo.stock.count_documents({}) == 2


def test_a_compound_key_of_another_order_and_other_fields_stays(open_form, mongo):
    key = SON([("number", Int64(7)), ("s", "x"), ("more", 1)])
    mongo.stock.insert_one({"_id": key, "name": "one"})
    text = '{"number":{"$numberLong":"7"},"s":"x","more":{"$numberInt":"1"}}'
    form = open_form(change(text))
    assert form["place-shop"].value == "x"
    form["name"] = "two"
    submit(form)
    son = mongo.stock.find_one()
    assert (list(son["_id"]), son["name"]) == (["number", "s", "more"], "two")


INLINE = "/admin/tests/holder/a_2Fb/change/"


def test_rows_of_an_inline_with_compound_keys(open_form, mongo):
    mongo.holders.insert_one({"_id": "a/b"})
    mongo.stock.insert_many([
        {"_id": SON([("s", "x"), ("number", n)]), "name": f"n{n}", "holder": "a/b"}
        for n in (1, 2, 3)
    ])
    form = open_form(INLINE, "holder")
    form["stock_set-0-name"] = "changed"
    form["stock_set-1-DELETE"] = True
    form["stock_set-3-place-shop"] = "y"
    form["stock_set-3-place-number"] = "4"
    form["stock_set-3-name"] = "new"
    submit(form)
    rows = [(son["_id"]["number"], son["name"]) for son in mongo.stock.find()]
    assert sorted(rows) == [(1, "changed"), (3, "n3"), (4, "new")]
    new = mongo.stock.find_one({"name": "new"})
    assert new == {"_id": {"s": "y", "number": 4}, "holder": "a/b", "name": "new"}
    assert "inlinechangelink" in open_form(INLINE, "holder").text


def test_an_untouched_inline_with_odd_keys_writes_nothing(
    open_form, mongo, mongo_commands
):
    mongo.holders.insert_one({"_id": "a/b"})
    mongo.stock.insert_many([
        {"_id": key, "name": "one", "holder": "a/b"}
        for key in (KEY, SON([("number", 7), ("s", "x")]), "text", 5, {"z": 1})
    ])
    form = open_form(INLINE, "holder")
    with mongo_commands() as commands:
        submit(form)
    assert not commands.writes


def test_changing_the_rows_of_an_inline_with_odd_keys(open_form, mongo):
    mongo.holders.insert_one({"_id": "a/b"})
    keys = ["text", 5, SON([("z", 1)])]
    mongo.stock.insert_many([{"_id": key, "holder": "a/b"} for key in keys])
    form = open_form(INLINE, "holder")
    for number in range(3):
        form[f"stock_set-{number}-name"] = f"n{number}"
    submit(form)
    rows = list(mongo.stock.find())
    assert [son["_id"] for son in rows] == keys
    assert sorted(son["name"] for son in rows) == ["n0", "n1", "n2"]


def test_several_compound_keys_in_one_raw_id_input(open_form, mongo):
    keys = [SON([("s", "a,b"), ("number", n)]) for n in (1, 2)]
    mongo.placed.insert_many([{"_id": key, "name": "n"} for key in [*keys, "x,y"]])
    mongo.holders.insert_one({"_id": "a/b", "in": keys})
    form = open_form(INLINE, "holder")
    texts = '{"s":"a,b","number":1},{"s":"a,b","number":2}'
    assert form["stored_in"].value == texts
    form["stored_in"] = f'{texts},["x,y"]'
    submit(form)
    assert mongo.holders.find_one()["in"] == [*keys, "x,y"]
