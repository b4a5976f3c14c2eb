"""Text that is no UTF-8, as other drivers store it: pages open, edits leave it."""

import bson
import pytest
from bson.raw_bson import RawBSONDocument
from django.urls import reverse

from admin_ext import history
from admin_ext.models import Change

from .odd_documents import Tree
from .stored import RAW, Stored
from .submission import draw, sent
from .test_odd_pages import KEY, LIST, PAGES

pytestmark = pytest.mark.django_db

INVALID = b"\xff\xfe"
PLACES = {
    "root": {"name": "Grün"},
    "branches": [{"name": "Grün"}],
    "leaves": ["Grün", "x"],
    "free": {"a": ["Grün"]},
    "unknown": "Grün",
}


def invalid(son):
    """Return a document whose every letter ü is two bytes that are no UTF-8."""
    return RawBSONDocument(bson.encode(son).replace("ü".encode(), INVALID))


@pytest.fixture(params=PLACES)
def odd(request, mongo, rf, admin_user):
    http = rf.get("/")
    http.user = admin_user
    son = {"_id": KEY, "name": "Tree", request.param: PLACES[request.param]}
    it = Stored(Tree, mongo, http, son)
    mongo.trees.delete_one({"_id": KEY})
    mongo.trees.insert_one(invalid(son))
    assert INVALID in it.raw()
    mongo.trees.insert_many([{"name": "plain"}, {"name": "other"}])
    return it


def test_every_page_opens(odd, admin_client):
    for name, (view, query) in PAGES.items():
        args = [] if view == LIST else [KEY]
        response = admin_client.get(reverse(view, args=args) + query)
        assert response.status_code == 200, name


def test_an_edit_of_another_field_leaves_it_alone(odd):
    before = odd.raw()
    form = odd.form(sent(draw(odd.form()), name="Born"))
    assert form.is_valid(), form.errors
    form.save()
    assert odd.raw() == before.replace(b"Tree", b"Born")


def test_it_can_be_replaced(mongo, admin_client):
    son = {"_id": KEY, "name": "Grün"}
    mongo.trees.insert_one(invalid(son))
    url = reverse("admin:tests_tree_change", args=[KEY])
    data = sent(admin_client.get(url).content.decode(), name="Green")
    answer = admin_client.post(url, dict(data.lists()))
    assert answer.status_code == 302, answer.context["errors"]
    assert mongo.trees.find_one(KEY)["name"] == "Green"


def test_it_can_be_the_label_of_what_others_refer_to(mongo, admin_client):
    mongo.authors.insert_one(invalid({"_id": "a1", "name": "Grün"}))
    mongo.books.insert_one({"title": "Book", "author": "a1"})
    for url in (
        reverse("admin:tests_book_changelist"),
        reverse("admin:tests_book_changelist") + "?_facets=True",
        reverse("admin:tests_book_change", args=[mongo.books.find_one()["_id"]]),
        reverse("admin:tests_author_delete", args=["a1"]),
    ):
        assert admin_client.get(url).status_code == 200, url
    assert INVALID in mongo.authors.with_options(RAW).find_one().raw


def test_it_is_deleted_and_restored_but_for_what_is_no_text(mongo, admin_client):
    mongo.trees.insert_one(invalid({"_id": KEY, "name": "Grün", "leaves": ["x"]}))
    delete = reverse("admin:tests_tree_delete", args=[KEY])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302
    assert mongo.trees.count_documents({}) == 0
    undo = reverse("admin:tests_tree_undo", args=[Change.objects.get().pk])
    assert admin_client.post(undo).status_code == 302
    stored = mongo.trees.find_one()
    assert stored == {"_id": KEY, "name": "Gr\ufffd\ufffdn", "leaves": ["x"]}


def test_it_is_changed_by_code_while_somebody_is_at_work(mongo, admin_user):
    mongo.trees.insert_one(invalid({"_id": KEY, "name": "Grün"}))
    with history.recording(admin_user):
        Tree.objects(pk=KEY).update(push__leaves="x")
        Tree._get_collection().update_one({"_id": KEY}, {"$set": {"name": "New"}})
    assert [each.state for each in Change.objects.all()] == ["done", "done"]
    assert mongo.trees.find_one() == {"_id": KEY, "name": "New", "leaves": ["x"]}
