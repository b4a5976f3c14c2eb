"""What is made of rows of which a part was fetched has nothing missing, nothing cut."""

import copy
import pickle

import mongoengine as me
import pytest
from bson import ObjectId
from django.contrib.admin import site

from admin_ext import DocumentAdmin, reads
from admin_ext.meta import present
from tests.documents import Book

from .test_projection import forget, listed

__all__ = ["forget", "listed"]

pytestmark = pytest.mark.django_db

WHOLE = {
    "title": "T",
    "keywords": ["k" * 50] * 500,
    "blurbText": "x" * 50_000,
    "pages": "many",
    "extra": {"a": ["x" * 9_000, 1]},
}


def save_new(book):
    book.title = "New"
    book.save(validate=False)


def reload_first(book):
    book.reload()
    save_new(book)


def look_at_all(book):
    assert book == Book.objects.get(pk=book.pk)
    assert [book[name] for name in book][:2] == [book.id, "T"]
    save_new(book)


WAYS = [
    save_new,
    reload_first,
    look_at_all,
    lambda book: book.update(set__title="New"),
    lambda book: book.modify(set__title="New"),
    lambda book: save_new(copy.copy(book)),
    lambda book: save_new(copy.deepcopy(book)),
    lambda book: save_new(pickle.loads(pickle.dumps(book))),
]


@pytest.mark.parametrize("write", WAYS)
def test_a_row_that_is_written_keeps_what_was_not_fetched(listed, mongo, write):
    mongo.books.insert_one({**WHOLE, "odd": 1})
    changelist = listed(Book, "blurb", "keywords", "extra__a").context["cl"]
    (row,) = changelist.result_list
    assert changelist.projection is not None
    write(row)
    found = mongo.books.find_one({}, {"_id": 0})
    assert found == {**WHOLE, "odd": 1, "title": "New"}


def test_a_row_that_gets_another_key_is_copied_whole(listed, mongo):
    mongo.books.insert_one({**WHOLE})
    (row,) = listed(Book, "blurb", "extra__a").context["cl"].result_list
    row.pk = ObjectId()
    row.save(validate=False, force_insert=True)
    first, second = mongo.books.find({}, dict.fromkeys(["_id"], 0))
    assert first == WHOLE == {key: second[key] for key in first}


@pytest.mark.parametrize("key", [None, ObjectId()])
def test_code_that_takes_beginnings_copies_whole_values(listed, mongo, key):
    mongo.books.insert_one({**WHOLE})

    @reads("blurb", "keywords", whole=False)
    def copies(book):
        assert len(book.blurb) == 2_001
        book.pk = key
        book.save(validate=False, force_insert=True)

    assert "cannot be shown" not in listed(Book, copies).content.decode()
    first, second = mongo.books.find({}, {"_id": 0})
    assert first == WHOLE == {key: second[key] for key in first}


def test_code_that_takes_beginnings_pickles_whole_values(listed, mongo):
    mongo.books.insert_one({**WHOLE})
    pickled = []

    @reads("blurb", "keywords", whole=False)
    def pickles(book):
        copied = pickle.loads(pickle.dumps(book))
        pickled.append((len(copied.blurb), len(copied.keywords), len(book.blurb)))

    listed(Book, pickles)
    assert pickled == [(50_000, 500, 2_001)]


def test_code_that_takes_beginnings_changes_none(listed, mongo):
    mongo.books.insert_one({**WHOLE})

    @reads("keywords", whole=False)
    def adds(book):
        book.keywords.append("more")
        book.save(validate=False)

    listed(Book, adds)
    assert mongo.books.find_one({}, {"_id": 0}) == WHOLE


class Mirrored(me.StringField):
    """Stands for a field that decrypts: the beginning of a value is nothing to it."""

    def to_python(self, value):
        return value[::-1]


class MirrorPart(me.EmbeddedDocument):
    text = Mirrored()
    part = me.EmbeddedDocumentField("self")


class MirrorHall(me.Document):
    texts = me.ListField(Mirrored())
    by_name = me.MapField(Mirrored())
    nested = me.ListField(me.ListField(Mirrored()))
    part = me.EmbeddedDocumentField(MirrorPart)
    parts = me.ListField(me.EmbeddedDocumentField(MirrorPart))
    any_part = me.GenericEmbeddedDocumentField(choices=("MirrorPart",))
    plain = me.ListField(me.StringField())


def test_what_holds_fields_that_convert_in_their_own_way_is_not_cut(rf, admin_user):
    class MirrorAdmin(DocumentAdmin):
        list_display = [name for name in MirrorHall._fields if name != "id"]

    request = rf.get("/")
    request.user = admin_user
    model_admin = MirrorAdmin(present(MirrorHall), site)
    projection = model_admin.get_changelist_instance(request).projection
    assert projection.cells == {"plain"}
