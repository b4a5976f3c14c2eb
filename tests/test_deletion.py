"""What the confirmation page promises, and what a deletion then does."""

import mongoengine as me
import pytest
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.urls import reverse

from admin_ext.deletion import MAX_DEPTH, MAX_LISTED, get_deleted_objects
from admin_ext.meta import present

from .documents import Book, Chapter, Publisher

pytestmark = pytest.mark.django_db


class Link(me.Document):
    after = me.ReferenceField("self", reverse_delete_rule=me.CASCADE)
    meta = {"collection": "links"}


@pytest.fixture
def tree(rf, admin_user):
    """Return the deletion tree of documents, as the default site shows it."""

    def collect(*documents, user=admin_user, site=admin.site):
        request = rf.get("/")
        request.user = user
        return get_deleted_objects(documents, request, site)

    return collect


def test_cascade_is_listed_with_links_and_counts(mongo, tree):
    publisher = Publisher(name="P").save()
    book = Book(title="B", publisher=publisher).save()
    nested, counts, denied, protected = tree(publisher)
    url = reverse("admin:tests_book_change", args=[book.pk])
    assert nested[1] == [f'Book: <a href="{url}">B</a>']
    assert counts == {"publishers": 1, "books": 1}
    assert (denied, protected) == (set(), [])


def test_nullify_says_what_will_be_emptied(mongo, tree):
    book = Book(title="B").save()
    Book(title="Second", sequel_of=book).save()
    nested, counts, _denied, _protected = tree(book)
    assert "Second</a> (“sequel of” will be emptied)" in nested[1][0]
    assert counts == {"books": 1}


def test_deny_protects(mongo, tree):
    book = Book(title="B").save()
    Chapter(book=book, heading="One").save()
    *_rest, protected = tree(book)
    assert "One" in protected[0]


def test_a_loop_of_cascades_ends(mongo, tree):
    publisher = Publisher(name="P").save()
    book = Book(title="B", publisher=publisher).save()
    book.sequel_of = book
    book.save()
    _nested, counts, _denied, _protected = tree(publisher)
    assert counts == {"publishers": 1, "books": 1}


def test_a_large_tree_is_cut(mongo, tree):
    publisher = Publisher(name="P").save()
    mongo.books.insert_many(
        {"title": str(n), "publisher": publisher.pk} for n in range(MAX_LISTED + 20)
    )
    nested, counts, _denied, _protected = tree(publisher)
    assert len(nested[1]) == MAX_LISTED + 1
    assert counts["books"] == MAX_LISTED + 20
    assert nested[1][-1] == "…and 20 more books"


def test_permission_of_what_goes_along_is_needed(mongo, tree, client):
    user = User.objects.create_user("clerk", is_staff=True)
    names = ("delete_publisher", "view_publisher")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    publisher = Publisher(name="P").save()
    Book(title="B", publisher=publisher).save()
    assert tree(publisher, user=user)[2] == {"book"}
    client.force_login(user)
    url = reverse("admin:tests_publisher_delete", args=[publisher.pk])
    assert (
        "permission to delete the following types" in client.get(url).content.decode()
    )
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert mongo.publishers.count_documents({}) == mongo.books.count_documents({}) == 1


def test_documents_of_no_admin_need_their_permission_too(mongo, tree):
    publisher = Publisher(name="P").save()
    Book(title="B", publisher=publisher).save()
    site = AdminSite(name="admin")
    assert tree(publisher, user=AnonymousUser(), site=site)[2] == {"publisher", "book"}


def test_deleting_many_does_what_the_page_says(mongo, admin_client):
    publisher = Publisher(name="P").save()
    first = Book(title="1", publisher=publisher).save()
    Book(title="2", sequel_of=first).save()
    data = {
        "action": "delete_selected",
        "_selected_action": [str(publisher.pk)],
        "post": "yes",
    }
    admin_client.post(reverse("admin:tests_publisher_changelist"), data)
    assert [book["title"] for book in mongo.books.find()] == ["2"]
    assert "sequel_of" not in mongo.books.find_one()


def test_a_denied_selection_deletes_nothing(mongo, admin_client):
    book = Book(title="B").save()
    Chapter(book=book).save()
    data = {"action": "delete_selected", "_selected_action": [str(book.pk)]}
    url = reverse("admin:tests_book_changelist")
    page = admin_client.post(url, data).content.decode()
    assert "would require deleting the following protected related objects" in page
    admin_client.post(url, data | {"post": "yes"})
    assert mongo.books.count_documents({}) == 1


def test_mongoengine_still_denies_by_itself(mongo):
    book = Book(title="B").save()
    Chapter(book=book).save()
    with pytest.raises(me.OperationError):
        book.delete()


def test_a_long_chain_of_cascades_is_cut(mongo, tree):
    first = previous = Link().save()
    for _number in range(80):
        previous = Link(after=previous).save()
    _nested, counts, _denied, _protected = tree(present(Link).objects.get(pk=first.pk))
    assert counts == {"links": MAX_DEPTH + 1}
