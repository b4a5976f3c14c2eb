"""Models → the text of a module of Documents, which is run."""

import ast
import re
import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest
from bson import Regex
from hypothesis import given
from hypothesis import strategies as st
from mongoengine.base.common import _document_registry

from admin_ext.introspection.inference import infer_database
from admin_ext.introspection.models import Code, Kind, Skipped
from admin_ext.introspection.profile import profile_of
from admin_ext.introspection.writing import admin_source, documents_source
from tests.properties import times
from tests.ruff import complaints
from tests.test_writing_layout import HOSTILE
from tests.writing_models import (
    Database,
    Index,
    Meaning,
    Model,
    embedded,
    field,
    index,
    listed,
    reference,
    shop,
)

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)

SHOP = '''\
"""The collections of the database “shop” as Documents.

`manage.py inspectmongo` wrote this from what it found stored. It is yours to edit:
comments ask for a decision. Nothing here creates an index, and keys that no field
declares are kept.
"""

from django_mongoengine import Document, EmbeddedDocument, fields


def first_line(value):
    """Return the first line of a value of any type, "" where there is none."""
    text = "" if value is None else str(value).strip()
    line = text.partition("\\n")[0]
    return line if len(line) <= 80 else f"{line[:79]}…"


def joined(*values):
    """Return the first lines of those values that are there."""
    return ", ".join(filter(None, map(first_line, values)))


def short_id(document):
    """Return the end of a document's key, enough to tell rows apart."""
    return str(document.pk)[-6:]


class Address(EmbeddedDocument):
    street = fields.StringField(max_length=100)
    city = fields.StringField(max_length=100)

    meta = {"strict": False}

    def __str__(self):
        return first_line(self.city)


class Customer(Document):
    name = fields.StringField(required=True, max_length=100)
    email = fields.EmailField(verbose_name="e-mail")
    password_hash = fields.StringField(db_field="passwordHash", editable=False)
    is_active = fields.BooleanField(db_field="isActive")
    # Missing in 3 % of the documents.
    address = fields.EmbeddedDocumentField(Address)
    referrer = fields.ReferenceField("self", db_field="referrerId")

    meta = {
        "collection": "customers",
        "strict": False,
        "auto_create_index": False,
        "indexes": ["name", {"fields": ["email"], "unique": True}],
        "ordering": ["name"],
    }

    def __str__(self):
        return first_line(self.name) or f"customer {short_id(self)}"


class OrderLine(EmbeddedDocument):
    sku = fields.StringField(max_length=100, verbose_name="SKU")
    quantity = fields.IntField()
    price = fields.FloatField()

    meta = {"strict": False}

    def __str__(self):
        return joined(self.sku, self.quantity)


class Order(Document):
    customer = fields.ReferenceField(Customer, db_field="customerId")
    # The values seen: “paid”, “sent”, “lost”.
    status = fields.StringField(max_length=100)
    note = fields.StringField()
    lines = fields.ListField(fields.EmbeddedDocumentField(OrderLine))
    created_at = fields.DateTimeField()
    total = fields.FloatField()

    meta = {
        "collection": "orders",
        "strict": False,
        "auto_create_index": False,
        "indexes": ["-created_at", ["customer", "-created_at"]],
        "ordering": ["-created_at"],
    }

    def __str__(self):
        return f"order {short_id(self)}"
'''


@pytest.fixture
def run():
    """Run the text of a module: run(text) returns it. Its classes are forgotten."""
    before = {**_document_registry}

    def run(text):
        module = ModuleType("written")
        exec(compile(text, "written.py", "exec"), module.__dict__)
        return module

    yield run
    _document_registry.clear()
    _document_registry.update(before)


def written(*fields, **more):
    """Return the text of the one class of a database."""
    model = Model("Thing", [*fields], **{"collection": "things", **more})
    text = documents_source(Database("db", [model]))
    assert complaints(text) == ""
    return text[text.index("class Thing") :]


def test_a_whole_module():
    text = documents_source(shop())
    assert text == SHOP
    assert complaints(text) == ""


def test_documents_that_refer_to_one_another_are_quoted(run):
    one = Model("One", [reference("two", "twos")], collection="ones")
    two = Model("Two", [reference("one", "ones")], collection="twos")
    text = documents_source(Database("db", [one, two]))
    assert text.index("class Two") < text.index("class One")
    assert 'fields.ReferenceField("One")' in text
    assert "fields.ReferenceField(Two)" in text
    module = run(text)
    assert module.Two.one.document_type is module.One


def test_a_reference_without_a_document_is_an_id_with_a_comment():
    text = written(reference("owner", "strangers"))
    assert "# It leads to “strangers”, which no Document here is about." in text
    assert "owner = fields.ObjectIdField()" in text


def test_choices_that_were_asked_for_are_a_constant(run):
    kind = field("kind", options={"choices": ["task_done", "a, b", 5]})
    model = Model("Thing", [kind], collection="things")
    text = documents_source(Database("db", [model]))
    constant = 'KIND_CHOICES = (("task_done", "task done"), ("a, b", "a, b"), (5, "5"))'
    assert constant in text
    assert "kind = fields.StringField(choices=KIND_CHOICES)" in text
    assert complaints(text) == ""
    assert run(text).Thing.kind.choices == run(text).KIND_CHOICES


def test_choices_of_the_members_of_a_list_have_its_name():
    member = field("", options={"choices": ["a", "b"]})
    member.path = ("tags", "[]")
    model = Model("Thing", [listed("tags", member)], collection="things")
    text = documents_source(Database("db", [model, _copy(model)]))
    assert 'TAGS_CHOICES = (("a", "a"), ("b", "b"))' in text
    assert "fields.ListField(fields.StringField(choices=TAGS_CHOICES_2))" in text
    assert complaints(text) == ""


def _copy(model):
    return Model("Other", model.fields, collection="others")


def test_dates_that_are_no_dates_say_what_they_are():
    epoch = field(
        *("at", "Int"), meaning=Meaning.EPOCH, values=[datetime(2024, 1, 1).timestamp()]
    )
    text = field("day", meaning=Meaning.DATE_TEXT, values=["2024-05-17"])
    found = written(epoch, text)
    assert 'help_text="Seconds since 1970."' in found
    assert 'help_text="A date as text, like 2024-05-17."' in found


def test_a_key_of_another_type_is_declared():
    found = written(field("id", "Int", stored="_id", options={"primary_key": True}))
    assert 'id = fields.IntField(primary_key=True, verbose_name="ID")' in found
    assert 'return f"thing {self.pk}"' in found


def test_a_key_that_mongoengine_declares_is_not():
    key = field("id", "ObjectId", stored="_id", doubts=["Some are texts."])
    found = written(key, field("a"))
    assert "ObjectIdField" not in found
    assert "# Some are texts." in found


def test_indexes_that_cannot_be_declared_are_told():
    wild = Index("all", [("$**", 1)], line=None)
    ttl = index("at", options={"expireAfterSeconds": 3600})
    partial = {"fields": ["a"], "partialFilterExpression": {"a": Regex("^x", "i")}}
    since = {"fields": ["at"], "since": NEW_YEAR}
    found = written(
        *(field("a"), field("at", "DateTime")),
        indexes=[wild, ttl, index("a", line=partial), index("at", line=since)],
    )
    assert "# The index “all” ($**: 1) is on the server as well; mongoengine" in found
    assert "# MongoDB itself deletes documents 3,600 s after their “at”." in found
    assert 'Regex("^x", 2)' in found
    assert "datetime(2024, 1, 1, tzinfo=UTC)" in found


@pytest.mark.parametrize(
    ("fields", "indexes", "order"),
    [
        ([field("born_date", "DateTime")], [index("born_date")], None),
        ([field("updated", "DateTime")], [index("updated")], "-updated"),
        ([field("updated", "DateTime")], [], None),
        ([field("name")], [index("name", "updated")], "name"),
        ([field("name")], [index("name", sparse=True)], None),
        ([field("name")], [index("name", options={"collation": {}})], None),
        ([field("name")], [index("$name")], None),
    ],
)
def test_the_order_is_one_that_an_index_has(fields, indexes, order):
    found = written(*fields, indexes=indexes, label="name")
    assert (f'"ordering": ["{order}"]' in found) == bool(order)
    assert ("ordering" in found) == bool(order)


def test_what_a_collection_is_to_the_server_is_told():
    view = written(field("a"), kind=Kind.VIEW)
    assert (
        '"""A view: MongoDB computes it, and nothing can be written to it."""' in view
    )


def test_hierarchies_share_a_collection(run):
    base = Model("Vehicle", [field("name")], collection="vehicles", label="name")
    base.has_subclasses = True
    car = Model("Car", [field("doors", "Int")], collection="vehicles", parent=base)
    bus = Model("Bus", [], collection="vehicles", parent=base, doubts=["Why?"])
    text = documents_source(Database("db", [base, car, bus]))
    assert complaints(text) == ""
    module = run(text)
    assert module.Car._class_name == "Vehicle.Car"
    assert module.Car._get_collection_name() == "vehicles"
    assert module.Vehicle._meta["index_cls"] is False
    assert str(module.Bus(name="x")) == "x"


def test_a_field_may_be_called_as_what_an_index_needs(run):
    line = {"fields": ["datetime"], "partialFilterExpression": {"datetime": NEW_YEAR}}
    found = field("datetime", "DateTime"), index("datetime", line=line)
    model = Model("Thing", [found[0]], collection="things", indexes=[found[1]])
    text = documents_source(Database("db", [model]))
    assert "DatetimeMS(1704067200000)" in text
    assert complaints(text) == ""
    assert run(text).Thing.datetime


def test_an_alias_that_is_not_the_default_is_named():
    database = Database("db", [Model("Thing", [field("a")], collection="things")])
    database.alias = "archive"
    assert '"db_alias": "archive"' in documents_source(database)
    assert "db_alias" not in written(field("a"))


def test_names_that_people_would_not_say_get_one():
    found = written(
        field("home_url", "URL", stored="homeUrl"),
        field("class_field", stored="class"),
        field("created_at", "DateTime", stored="createdAt"),
        listed("tag_ids", reference("", "things"), stored="tagIds"),
    )
    assert 'verbose_name="home URL"' in found
    assert 'verbose_name="class"' in found
    assert 'created_at = fields.DateTimeField(db_field="createdAt")' in found
    assert 'verbose_name="tags"' in found


def test_plurals_are_those_of_the_collection():
    model = Model("Category", [field("a")], collection="categories")
    assert '"verbose_name_plural": "categories"' in documents_source(
        Database("db", [model])
    )
    assert "verbose_name_plural" not in written(field("a"))


def test_what_was_left_out_is_told():
    database = Database("db", [], skipped=[Skipped("old", "It is empty.")])
    text = documents_source(database)
    assert text.endswith("# Left out: “old”. It is empty.\n")
    assert complaints(text) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "thing fffc18"), (5, "5"), (" a\nb", "a"), ([], "[]")],
)
def test_the_text_of_a_document_takes_any_value(run, value, text):
    model = Model("Thing", [field("name")], collection="things", label="name")
    thing = run(documents_source(Database("db", [model]))).Thing
    document = thing(id="5c2aad8064656d6f01fffc18")
    document._data["name"] = value
    assert str(document) == text


def test_a_long_text_is_read_in_part_for_the_text_of_a_document():
    found = written(field("body", meaning=Meaning.LONG_TEXT), label="body")
    assert '    @reads("body", whole=False)\n    def __str__(self):' in found


def test_code_of_options_stands_as_it_is():
    kind = field("kind", options={"default": Code("uuid4", {"uuid": ("uuid4",)})})
    text = documents_source(Database("db", [Model("A", [kind], collection="a")]))
    assert "from uuid import uuid4" in text
    assert "fields.StringField(default=uuid4)" in text


def hostile(text):
    """Return a Database in which a text stands wherever data can."""
    # mongoengine takes no others, and inference declares no others.
    key = re.sub(r"[.$\0]", "", text) or "a"
    inner = Model("Inner", [field("x", stored=key)], doubts=[text])
    fields = [
        field("a", stored=key, doubts=[text], choices=[text], values=[text]),
        field("b", stored=f"b{key}", options={"choices": [text], "default": text}),
        embedded("c", inner, stored=f"c{key}"),
        field("d", meaning=Meaning.DATE_TEXT, values=[text]),
    ]
    line = {"fields": ["a"], "partialFilterExpression": {text: text}, "name": text}
    indexes = [index("a", line=line), Index(text, [(text, text)])]
    model = Model("Thing", fields, collection=text or "x", doubts=[text], label="a")
    model.indexes = indexes
    database = Database(text or "x", [model], skipped=[Skipped(text, text)])
    return database


def check_hostile(text):
    """Run what is written of a text; nothing but classes and names comes of it."""
    source = documents_source(hostile(text))
    kinds = {type(each) for each in ast.parse(source).body}
    expected = {ast.Expr, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign}
    assert kinds == expected
    assert complaints(source) == ""
    assert complaints(admin_source(hostile(text))) == ""
    return source


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_is_data(text, run):
    source = check_hostile(text)
    try:
        module = run(source)
    except UnicodeEncodeError:
        # A lone surrogate, which MongoDB cannot hold.
        assert text == "\ud800"
        return
    assert "os" not in vars(module)
    assert module.Thing.a.db_field == (re.sub(r"[.$\0]", "", text) or "a")
    assert module.Thing._get_collection_name() == (text or "x")
    assert module.B_CHOICES[0][0] == text


@times(10)
@given(st.text(max_size=150))
def test_any_data_is_data(text):
    check_hostile(text)


@pytest.mark.parametrize("letter", ["long_", "Long", "語", "é"])
def test_long_names_are_cut_and_their_lines_broken(letter):
    name = letter * 40
    inner = {name: "a", f"{name}2": [1]}
    row = {name: "x", f"{name}3": inner, f"{name}4": [inner, inner]}
    row[f"{name} password"] = row[f"password{name}"] = "$2b$12$" + "a1" * 26
    rows = [{"_id": number, **row} for number in range(3)]
    database = infer_database("db", {name: profile_of(rows), "x": profile_of(rows)})
    database.documents[0].kind = Kind.VIEW
    assert complaints(documents_source(database)) == ""
    assert complaints(admin_source(database)) == ""


keys = st.sampled_from(["a", "b c", "type", "class", "_id", "$x", "a.b", "日本", "id"])
stored = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=5)
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=8,
)


@times(10)
@given(st.lists(st.dictionaries(keys, stored, max_size=6), min_size=1, max_size=6))
def test_what_is_inferred_of_any_documents_is_formatted_and_runs(found):
    rows = [{"_id": number, **each} for number, each in enumerate(found)]
    database = infer_database("db", {"things": profile_of(rows)})
    before = {**_document_registry}
    try:
        text = documents_source(database)
        exec(compile(text, "written.py", "exec"), {"__name__": "written"})
    finally:
        _document_registry.clear()
        _document_registry.update(before)
    assert complaints(text) == ""
    assert complaints(admin_source(database)) == ""
    assert "written" not in sys.modules
