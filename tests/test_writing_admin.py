"""Models → the text of a module of admins, which is installed and opened."""

import pytest
from bson import ObjectId
from django.core.management import call_command

from admin_ext.introspection.models import Kind
from admin_ext.introspection.writing import admin_source
from tests.generated import installed
from tests.ruff import complaints
from tests.writing_models import (
    KEY,
    Database,
    Meaning,
    Model,
    embedded,
    field,
    index,
    listed,
    reference,
    shop,
)

SHOP = '''\
"""The collections of the database “shop” in the admin.

`manage.py inspectmongo` wrote this; it is yours to edit.
"""

from django.contrib import admin

from admin_ext import DocumentAdmin, EmbeddedTabularInline, reads

from .documents import Customer, Order, OrderLine

MASK = "••••••••"


class SecretsMixin:
    """Refuses filters on `secrets`, by which they could be guessed letter by letter."""

    secrets = ()

    def lookup_allowed(self, lookup, value, request):
        if any(f"{lookup}__".startswith(f"{each}__") for each in self.secrets):
            return False
        return super().lookup_allowed(lookup, value, request)


@admin.register(Customer)
class CustomerAdmin(SecretsMixin, DocumentAdmin):
    secrets = ("password_hash",)
    list_display = ("name", "email", "is_active", "address__street", "address__city")
    list_filter = ("is_active",)
    search_fields = ("name", "email", "address__street", "address__city")
    search_help_text = "Search by the name, the e-mail, the street or the city."
    autocomplete_fields = ("referrer",)
    readonly_fields = ("masked_password_hash",)

    @admin.display(description="password hash", empty_value="none")
    @reads("password_hash")
    def masked_password_hash(self, obj):
        return MASK if obj.password_hash else None


class OrderLineInline(EmbeddedTabularInline):
    model = OrderLine
    field_name = "lines"
    verbose_name_plural = "lines"
    extra = 1


@admin.register(Order)
class OrderAdmin(DocumentAdmin):
    list_display = ("__str__", "customer", "status", "created_at", "total")
    list_filter = ("status",)
    date_hierarchy = "created_at"
    search_fields = ("customer__name",)
    search_help_text = "Search by the name of the customer."
    autocomplete_fields = ("customer",)
    inlines = (OrderLineInline,)
'''

LARGE = 1_000_000


def written(*fields, others=(), **more):
    """Return the admin of a Document of some fields, as text."""
    model = Model("Thing", [*fields], **{"collection": "things", **more})
    text = admin_source(Database("db", [model, *others]))
    assert complaints(text) == ""
    return text


def test_a_whole_module():
    text = admin_source(shop())
    assert text == SHOP
    assert complaints(text) == ""


def test_a_small_document_has_a_small_admin():
    text = written(listed("numbers", field("", "Int")))
    assert text.endswith(
        "@admin.register(Thing)\nclass ThingAdmin(DocumentAdmin):\n    pass\n"
    )


def test_another_module_is_imported():
    text = admin_source(shop(), "models")
    assert "from .models import Customer, Order, OrderLine" in text


# Lists


def test_columns_are_short_and_mostly_there():
    text = written(
        field("name"),
        field("rare", share=0.1),
        field("empty", nulls=0.9),
        field("long", values=["x" * 300]),
        field("code", values=["abc"]),
        field("body", meaning=Meaning.LONG_TEXT),
        field("token", meaning=Meaning.SECRET),
        field("blob", "Binary"),
        listed("numbers", field("", "Int")),
        label="name",
    )
    assert 'list_display = ("name", "code")' in text


def test_a_key_that_says_something_is_a_column():
    key = field("id", "Int", stored="_id", options={"primary_key": True})
    assert 'list_display = ("name", "id")' in written(key, field("name"), label="name")
    assert 'list_display = ("id",)' in written(key)


def test_a_long_label_is_shown_by_its_first_line():
    body = field("body", meaning=Meaning.LONG_TEXT)
    text = written(body, field("at", "DateTime"), label="body")
    assert 'list_display = ("__str__", "at")' in text


def test_what_is_embedded_can_be_a_column_and_a_filter():
    inner = Model("Inner", [field("on", "Boolean"), field("city", values=["Bath"])])
    text = written(embedded("inner", inner))
    assert 'list_display = ("__str__", "inner__on", "inner__city")' in text
    assert 'list_filter = ("inner__on",)' in text
    assert 'search_fields = ("inner__city",)' in text


def test_fields_of_the_document_itself_are_filtered_by_first():
    inner = Model("Inner", [field(f"on{number}", "Boolean") for number in range(9)])
    text = written(embedded("inner", inner), field("on", "Boolean"))
    assert text.index('"on"') < text.index('"inner__on0"', text.index("list_filter"))
    assert "inner__on4" not in text.partition("list_filter")[2]


def test_a_key_with_a_dot_is_in_no_path():
    text = written(field("a_b", "Boolean", stored="a.b"))
    assert "list_filter" not in text


def test_large_collections_are_sorted_and_filtered_by_indexes_only():
    text = written(
        field("name"),
        field("kind", choices=["a", "b"]),
        field("is_new", "Boolean"),
        field("created", "DateTime"),
        field("updated", "DateTime"),
        label="name",
        size=LARGE,
        indexes=[index("kind", "name"), index("-updated")],
    )
    assert 'sortable_by = ("kind", "updated")' in text
    assert 'list_filter = ("kind",)' in text
    assert 'date_hierarchy = "updated"' in text
    assert "search_fields" not in text


def test_a_large_collection_without_indexes_cannot_be_sorted():
    assert "sortable_by = ()" in written(field("name"), label="name", size=LARGE)


def test_partial_indexes_answer_for_some_documents_only():
    partial = index("kind", options={"partialFilterExpression": {"a": 1}})
    kind = field("kind", choices=["a", "b"])
    assert "list_filter" not in written(kind, size=LARGE, indexes=[partial])


def test_few_different_values_are_a_filter():
    few = field("stars", "Int", values=[1, 2, 3] * 10)
    assert 'list_filter = ("stars",)' in written(few)
    assert "list_filter" not in written(field("stars", "Int", values=range(30)))


def test_a_reference_to_one_of_a_few_is_a_filter():
    for size, is_few in ((20, True), (0, False), (LARGE, False)):
        owner = Model("Owner", [field("name")], collection="owners", size=size)
        text = written(reference("owner", "owners"), others=[owner])
        assert ('list_filter = ("owner",)' in text) == is_few


def test_dates_of_birth_and_of_expiry_are_no_hierarchy():
    assert "date_hierarchy" not in written(field("birthday", "DateTime"))
    assert "date_hierarchy" not in written(field("expires_at", "DateTime"))


# Search


@pytest.mark.parametrize(
    ("size", "indexes", "expected"),
    [
        (10, [], '("name",)'),
        (10, [index("name")], '("name",)'),
        (LARGE, [index("name")], '("^name",)'),
        (LARGE, [index("$name")], '("@name",)'),
        (LARGE, [index("$$**")], '("@name",)'),
        (LARGE, [index("age", "$name")], None),
        (LARGE, [index("age", "name")], None),
    ],
)
def test_texts_are_searched_as_indexes_allow(size, indexes, expected):
    text = written(field("name"), label="name", size=size, indexes=indexes)
    assert (f"search_fields = {expected}" in text) == bool(expected)


def test_the_search_says_what_it_looks_at():
    text = written(
        *(field("first"), field("second")),
        size=LARGE,
        indexes=[index("first"), index("second")],
        label="second",
    )
    assert 'search_fields = ("^second", "^first")' in text
    assert (
        '"Search by the beginning of the second or the beginning of the first."' in text
    )


def test_a_number_that_documents_go_by_is_searched_as_a_whole():
    assert 'search_fields = ("=number",)' in written(
        field("number", "Int"), label="number"
    )


def test_documents_are_found_by_the_label_of_what_they_refer_to():
    owner = Model("Owner", [field("name")], collection="owners", label="name")
    text = written(reference("owner", "owners"), others=[owner])
    assert 'search_fields = ("owner__name",)' in text
    assert 'search_help_text = "Search by the name of the owner."' in text


# References and embedded documents


def test_only_what_can_be_searched_is_completed():
    named = Model("Named", [field("name")], collection="named", label="name")
    dumb = Model("Dumb", [field("on", "Boolean")], collection="dumb")
    text = written(
        reference("named", "named"),
        reference("dumb", "dumb"),
        reference("gone", "gone"),
        listed("several", reference("", "named")),
        others=[named, dumb],
    )
    assert 'autocomplete_fields = ("named", "several")' in text


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ([field("a"), field("b", "Int")], "Tabular"),
        ([field("a", values=["x" * 300])], "Stacked"),
        ([field(f"a{n}") for n in range(9)], "Stacked"),
        ([listed("a", field("", "Int"))], "Stacked"),
    ],
)
def test_rows_of_few_short_fields_are_a_table(fields, kind):
    row = Model("Row", fields)
    for rows in (
        listed("rows", field("", "EmbeddedDocument", embedded=row)),
        field("rows", "EmbeddedDocumentList", embedded=row),
    ):
        assert f"class RowInline(Embedded{kind}Inline):" in written(rows)


def test_rows_are_called_as_their_list():
    row = field("", "EmbeddedDocument", embedded=Model("Child", [field("a")]))
    assert 'verbose_name_plural = "children"' in written(listed("children", row))
    assert "verbose_name_plural" not in written(listed("childs", row))


def test_two_lists_of_one_class_have_inlines_of_their_own():
    row = Model("Row", [field("a")])
    member = field("", "EmbeddedDocument", embedded=row)
    text = written(listed("ones", member), listed("twos", member))
    assert "inlines = (RowInline, RowInline2)" in text


def test_a_class_whose_name_an_admin_would_have_keeps_it():
    other = Model("ThingAdmin", [field("a")], collection="thing_admins")
    text = written(field("a"), others=[other])
    assert "class ThingAdmin2(DocumentAdmin):" in text
    assert "class ThingAdminAdmin(DocumentAdmin):" in text


def test_many_fields_are_divided():
    text = written(
        *(field(f"a{number}") for number in range(8)),
        *(field("created", "DateTime"), field("updated", "DateTime")),
        listed("numbers", field("", "Int")),
        field("v", "Int", stored="__v"),
    )
    assert '("Dates", {"fields": ("created", "updated")})' in text
    assert '"Details"' not in text
    assert 'readonly_fields = ("v",)' in text


# What is not changed, and not seen


@pytest.mark.parametrize("kind", [each for each in Kind if each is not Kind.PLAIN])
def test_what_should_not_be_edited_cannot_be(kind):
    text = written(field("a"), kind=kind)
    assert "class ThingAdmin(ReadOnlyMixin, DocumentAdmin):" in text
    assert "def has_delete_permission(self, request, obj=None):" in text


def test_secrets_are_dots_and_no_filter():
    inner = Model("Inner", [field("token", meaning=Meaning.SECRET), field("a")])
    text = written(
        field("password", meaning=Meaning.SECRET),
        listed("inners", field("", "EmbeddedDocument", embedded=inner)),
    )
    assert 'secrets = ("password", "inners__token")' in text
    assert 'readonly_fields = ("masked_password",)' in text
    assert "return MASK if obj.password else None" in text
    assert '"password"' not in text.partition("list_display")[2]


# Installed


@pytest.fixture
def app(mongo, tmp_path):
    """The app of shop(), with a document of each collection, a secret in one."""
    mongo.customers.insert_one({"_id": KEY, "name": "Ann", "passwordHash": "hush"})
    order = {"customerId": KEY, "lines": [{"sku": "A-1", "quantity": 2}]}
    mongo.orders.insert_one({"_id": ObjectId(), **order})
    mongo.customers.create_index("name")
    mongo.customers.create_index("referrerId")
    mongo.orders.create_index("created_at")
    mongo.orders.create_index([("customerId", 1), ("created_at", -1)])
    with installed(shop(), tmp_path) as app:
        yield app


def test_an_installed_app_passes_the_system_checks(app):
    call_command("check", app.label)
    assert {*app.admins} == {"Customer", "Order"}


@pytest.mark.parametrize("name", ["Customer", "Order"])
def test_the_pages_of_a_generated_admin_open(app, admin_client, name, mongo):
    key = mongo[f"{name.lower()}s"].find_one()["_id"]
    for url in (
        app.list_url(name),
        f"{app.list_url(name)}?q=a",
        app.change_url(name, key),
        app.add_url(name),
    ):
        assert admin_client.get(url).status_code == 200, url


def test_a_secret_is_on_no_page(app, admin_client):
    page = admin_client.get(app.change_url("Customer", KEY)).content.decode()
    assert "••••••••" in page
    assert "hush" not in page
    url = f"{app.list_url('Customer')}?password_hash__startswith=h"
    assert admin_client.get(url).status_code == 400


def test_a_generated_admin_of_large_collections_needs_no_other_index(
    mongo, tmp_path, settings, capsys
):
    settings.ADMIN_EXT_LARGE_COLLECTION = 3
    mongo.customers.insert_many({"name": f"{n}"} for n in range(9))
    mongo.orders.insert_many({"status": "paid"} for n in range(9))
    for name, keys in (
        ("customers", [("name", 1)]),
        ("customers", [("email", 1)]),
        ("customers", [("referrerId", 1)]),
        ("orders", [("created_at", -1)]),
        ("orders", [("customerId", 1), ("created_at", -1)]),
    ):
        mongo[name].create_index(keys)
    with installed(shop(), tmp_path) as app:
        labels = [f"{app.label}.{name}" for name in ("Customer", "Order")]
        call_command("checkindexes", *labels, large=True)


def test_nothing_is_left_of_an_app_that_was_installed(mongo, tmp_path):
    with installed(shop(), tmp_path):
        pass
    with installed(shop(), tmp_path) as app:
        field = app.documents.Order.customer
        assert field.document_type is app.documents.Customer


def test_the_secret_of_a_subclass_is_on_no_page_of_its_base(
    mongo, tmp_path, admin_client
):
    base = Model("Vehicle", [field("name")], collection="vehicles", label="name")
    base.has_subclasses = True
    token = field("token", meaning=Meaning.SECRET)
    car = Model("Car", [token], collection="vehicles", parent=base)
    base.subclasses = [car]
    stored = {"_id": KEY, "_cls": "Vehicle.Car", "name": "Fast", "token": "hush"}
    mongo.vehicles.insert_one(stored)
    with installed(Database("db", [base, car]), tmp_path) as app:
        for name in ("Vehicle", "Car"):
            for url in (app.list_url(name), app.change_url(name, KEY)):
                page = admin_client.get(url).content.decode()
                assert "Fast" in page
                assert "hush" not in page
