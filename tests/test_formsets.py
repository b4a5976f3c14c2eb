"""Rows of inlines, down to the stored BSON."""

import pytest
from bson import Int64
from django.contrib.admin.models import LogEntry
from django.http import QueryDict

from admin_ext import DocumentAdmin, DocumentTabularInline, EmbeddedTabularInline
from admin_ext.meta import present
from admin_ext.sites import AdminSite

from .documents import Address, Book, Chapter, Publisher
from .odd_documents import Numbered, Sticker, TankWagon, Wagon, Wheel
from .test_options import app, book, change_form

__all__ = ["app"]

pytestmark = pytest.mark.django_db


class WheelInline(EmbeddedTabularInline):
    model = Wheel
    field_name = "wheels"
    ordering = ("-size",)


class StickerInline(EmbeddedTabularInline):
    model = Sticker
    field_name = "stickers"


class AddressInline(EmbeddedTabularInline):
    model = Address
    field_name = "address"


class TankWagonInline(DocumentTabularInline):
    model = TankWagon
    fields = ("name", "litres")


@pytest.fixture
def request_of(rf, admin_user):
    """Return a request of a superuser."""
    request = rf.get("/")
    request.user = admin_user
    return request


def formset(request, inline_class, pk, parent=Wagon, **values):
    """Return the inline's formset; bound with ``values`` entered when there are any."""
    site = AdminSite()
    site.register(parent, DocumentAdmin)
    admin = site._registry[present(parent)]
    obj = parent._default_manager.get(pk=pk)
    inline = inline_class(parent, site)
    kwargs = admin.get_formset_kwargs(request, obj, inline, "row")
    found = inline.get_formset(request, obj)(**kwargs | {"data": None})
    if not values:
        return found
    data = QueryDict(mutable=True)
    for form in (found.management_form, *found.forms):
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
    data.update({f"row-{name.replace('__', '-')}": v for name, v in values.items()})
    return inline.get_formset(request, obj)(**kwargs | {"data": data})


def save(bound):
    assert bound.is_valid(), (bound.errors, bound.non_form_errors())
    bound.save_parent() if hasattr(bound, "save_parent") else bound.save()


WHEELS = [
    {"_cls": "Wheel", "size": Int64(2), "odd": 1},
    {"_cls": "Wheel.SpareWheel", "size": 3, "place": "back"},
    {"_cls": "Wheel", "size": "big"},
    {"_cls": "Wheel"},
    "no wheel",
]


def test_rows_are_shown_in_order_and_stored_where_they_were(mongo, request_of):
    pk = mongo.wagons.insert_one({"_cls": "Wagon", "wheels": WHEELS}).inserted_id
    shown = formset(request_of, WheelInline, pk)
    sizes = [form.instance._data.get("size") for form in shown.initial_forms]
    assert sizes == ["big", 3, 2, None]
    save(formset(request_of, WheelInline, pk, **{"1__size": "4"}))
    changed = [*WHEELS[:1], WHEELS[1] | {"size": 4}, *WHEELS[2:]]
    assert mongo.wagons.find_one()["wheels"] == changed


def test_a_row_is_deleted_where_it_is_stored(mongo, request_of):
    pk = mongo.wagons.insert_one({"_cls": "Wagon", "wheels": WHEELS}).inserted_id
    values = {"1__DELETE": "on", "4__size": "9"}
    save(formset(request_of, WheelInline, pk, **values))
    stored = mongo.wagons.find_one()["wheels"]
    assert stored == [WHEELS[0], *WHEELS[2:], {"_cls": "Wheel", "size": 9}]
    assert isinstance(stored[0]["size"], Int64)


def test_rows_of_a_dynamic_class_keep_their_own_keys(mongo, request_of):
    stickers = [{"text": "a", "colour": "red"}, {"text": "b", "deep": {"n": 1}}]
    pk = mongo.wagons.insert_one({"_cls": "Wagon", "stickers": stickers}).inserted_id
    shown = formset(request_of, StickerInline, pk)
    assert "colour" in shown.forms[0].fields
    save(formset(request_of, StickerInline, pk, **{"0__text": "A"}))
    expected = [stickers[0] | {"text": "A"}, stickers[1]]
    assert mongo.wagons.find_one()["stickers"] == expected


def test_an_inline_of_a_subclass_finds_only_its_own(mongo, request_of):
    pk = book(mongo)
    mongo.wagons.insert_one({"_cls": "Wagon", "owner": pk, "name": "plain"})
    mongo.wagons.insert_one({"_cls": "Wagon.TankWagon", "owner": pk, "name": "tank"})
    values = {"0__litres": "5", "1__name": "new"}
    save(formset(request_of, TankWagonInline, pk, parent=Book, **values))
    rows = {row["name"]: row for row in mongo.wagons.find()}
    assert "litres" not in rows["plain"]
    assert rows["tank"]["litres"] == 5
    assert (rows["new"]["_cls"], rows["new"]["owner"]) == ("Wagon.TankWagon", pk)


@pytest.mark.parametrize("number", ["-1", "0", "1", "3", "x"])
def test_no_row_is_written_when_their_number_was_tampered_with(
    mongo, request_of, number
):
    pk = mongo.wagons.insert_one({"_cls": "Wagon", "wheels": WHEELS[:2]}).inserted_id
    values = {"0__size": "7", "INITIAL_FORMS": number}
    assert not formset(request_of, WheelInline, pk, **values).is_valid()
    assert mongo.wagons.find_one()["wheels"] == WHEELS[:2]


def test_a_row_is_edited_where_it_is_by_now(app, mongo):
    pk = book(mongo, reviews=[{"text": "one"}, {"text": "two"}])
    form = change_form(app, Book, pk)
    mongo.books.update_one({"_id": pk}, {"$pop": {"reviews": -1}})
    form["reviews-1-text"] = "second"
    assert form.submit().status_code == 302
    assert mongo.books.find_one(pk)["reviews"] == [{"text": "second"}]


def test_a_row_that_somebody_else_deleted_is_refused_as_django_does(app, mongo):
    pk = book(mongo)
    row = mongo.chapters.insert_one({"book": pk, "number": 1}).inserted_id
    form = change_form(app, Book, pk)
    mongo.chapters.delete_one({"_id": row})
    form["chapter_set-0-number"] = "2"
    # Django marks the hidden key as wrong, which no template shows.
    assert "Please correct the error below." in form.submit()
    assert mongo.chapters.count_documents({}) == 0


def test_a_row_that_somebody_else_added_is_left_alone(app, mongo):
    pk = book(mongo)
    row = mongo.chapters.insert_one({"book": pk, "number": 1}).inserted_id
    form = change_form(app, Book, pk)
    mongo.chapters.insert_one({"book": pk, "number": 2})
    form["chapter_set-0-number"] = "3"
    assert form.submit().status_code == 302
    numbers = [each["number"] for each in mongo.chapters.find().sort("number")]
    assert numbers == [2, 3]
    assert mongo.chapters.find_one(row)["number"] == 3


def test_a_row_that_went_to_another_parent_is_not_written(app, mongo):
    pk, other = book(mongo), book(mongo, title="Dubliners")
    row = mongo.chapters.insert_one({"book": pk, "number": 1}).inserted_id
    form = change_form(app, Book, pk)
    mongo.chapters.update_one({"_id": row}, {"$set": {"book": other}})
    form["chapter_set-0-number"] = "2"
    form["chapter_set-0-DELETE"] = True
    form.submit()
    stored = mongo.chapters.find_one(row)
    assert (stored["book"], stored["number"]) == (other, 1)


def test_no_key_is_drawn_before_a_document_is_saved(mongo, request_of, mongo_commands):
    form_class = DocumentAdmin(present(Numbered), AdminSite()).get_form(request_of)
    with mongo_commands() as commands:
        form = form_class({"title": ""})
        assert not form.is_valid()
        assert form.instance.pk is None
    assert not commands.writes
    assert LogEntry.objects.count() == 0
    assert Chapter.objects.count() == 0


@pytest.mark.parametrize("stored", ["text", [{"city": "Bonn"}, {"city": "Rome"}]])
def test_an_odd_value_is_not_replaced_by_a_row_unseen(request_of, mongo, stored):
    son = {"name": "P", "address": stored}
    pk = mongo.publishers.insert_one(son).inserted_id
    bound = formset(request_of, AddressInline, pk, Publisher, **{"0__city": "Oslo"})
    assert bound.non_form_errors() == [
        "A value is stored here already, which this page does not show."
    ]
    save(formset(request_of, AddressInline, pk, Publisher, **{"0__city": ""}))
    assert mongo.publishers.find_one()["address"] == stored
