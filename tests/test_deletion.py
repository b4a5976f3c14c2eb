"""What the confirmation page promises, and what a deletion then does."""

import re

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.template import Context, Template
from django.urls import reverse
from mongoengine import signals

from admin_ext import deletion
from admin_ext.deletion import (
    MAX_DEPTH,
    MAX_LISTED,
    get_deleted_objects,
    get_protectors,
)
from admin_ext.keys import Key
from admin_ext.meta import present

from .documents import Book, Chapter, Publisher

pytestmark = pytest.mark.django_db


KEY = ObjectId("5f0000000000000000000001")


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
    (line,) = nested
    added = BeautifulSoup(line, "html.parser").select_one("ul.admin-ext")
    assert added.text == "Book: Second (“sequel of” will be emptied)"
    assert counts == {"books": 1}


def test_what_is_emptied_beyond_what_is_named_is_counted(mongo, tree, monkeypatch):
    monkeypatch.setattr(deletion, "MAX_CHANGED", 2)
    book = Book(title="B").save()
    sequels = [{"title": str(n), "sequel_of": book.pk} for n in range(5)]
    mongo.books.insert_many(sequels)
    ((line,), *_rest) = tree(book)
    added = BeautifulSoup(line, "html.parser").select("ul.admin-ext li")
    assert len(added) == 3
    assert added[2].text == "…and 3 more books (“sequel of” will be emptied)"
    monkeypatch.setattr(deletion, "MAX_COUNTED", 4)
    assert "…and many more books (“sequel of” will be emptied)" in tree(book)[0][0]


def test_what_is_emptied_and_not_listed_for_a_person_is_not_counted(
    mongo, tree, hidden_books, monkeypatch
):
    monkeypatch.setattr(deletion, "MAX_CHANGED", 2)
    book = Book(title="B").save()
    titles = [*"xxxxBBB"]
    mongo.books.insert_many({"title": each, "sequel_of": book.pk} for each in titles)
    ((line,), *_rest) = tree(book)
    added = BeautifulSoup(line, "html.parser").select("ul.admin-ext li")
    emptied = "(“sequel of” will be emptied)"
    assert [each.text for each in added] == [
        *[f"Book: B {emptied}"] * 2,
        f"…and 1 more book {emptied}",
    ]


def test_what_is_deleted_itself_is_not_counted_as_emptied(mongo, tree, monkeypatch):
    monkeypatch.setattr(deletion, "MAX_CHANGED", 1)
    publisher = Publisher(name="P").save()
    book = Book(title="B", publisher=publisher).save()
    sequel = {"publisher": publisher.pk, "sequel_of": book.pk}
    mongo.books.insert_many({"title": str(n), **sequel} for n in range(3))
    assert "will be emptied" not in str(tree(publisher)[0])


@pytest.fixture
def hidden_books(monkeypatch):
    """Have the admin of books list nothing that is called "x"."""
    book_admin = admin.site.get_model_admin(Book)
    listed = book_admin.get_queryset
    monkeypatch.setattr(
        book_admin, "get_queryset", lambda request: listed(request).filter(title="B")
    )


def test_what_is_deleted_and_not_listed_for_a_person_is_only_counted(
    mongo, tree, hidden_books
):
    publisher = Publisher(name="P").save()
    for title in ("x", "B"):
        Book(title=title, publisher=publisher).save()
    nested, counts, *_rest = tree(publisher)
    assert [re.sub("<.*?>", "", each) for each in nested[1]] == ["Book: B"]
    assert nested[2] == '<span class="admin-ext">…and 1 more book</span>'
    assert counts["books"] == 2


def test_what_protects_and_may_not_be_viewed_is_only_counted(mongo, tree):
    user = User.objects.create_user("clerk", is_staff=True)
    book = Book(title="B").save()
    Chapter(book=book, heading="Secret").save()
    names = ("delete_book", "view_book", "delete_chapter")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    *_rest, denied, protected = tree(book, user=user)
    assert denied == set()
    assert protected == ['<span class="admin-ext">…and 1 more chapter</span>']


@pytest.mark.parametrize(
    ("codename", "name"),
    [("view_chapter", "chapter Secret"), ("view_book", "…and 1 more chapter")],
)
def test_an_error_of_a_row_names_only_what_may_be_viewed(mongo, rf, codename, name):
    request = rf.get("/")
    request.user = User.objects.create_user("clerk", is_staff=True)
    permissions = Permission.objects.filter(codename=codename)
    request.user.user_permissions.set(permissions)
    book = Book(title="B").save()
    Chapter(book=book, heading="Secret").save()
    assert get_protectors(book, request=request, admin_site=admin.site) == [name]


def test_nothing_is_told_of_what_is_emptied_and_may_not_be_viewed(mongo, tree):
    mongo.hens.insert_one({"_id": 1})
    mongo.farms.insert_one({"plan": {"hen": 1}})
    site = AdminSite(name="admin")
    site._registry[present(Farm)] = admin.site.get_model_admin(Book)
    hen = present(Hen)._default_manager.get(pk=1)
    assert tree(hen, user=AnonymousUser(), site=site)[0] == ["Hen: hen 1"]


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
    assert len(nested[1]) == MAX_LISTED - 1
    assert counts["books"] == MAX_LISTED + 20
    assert nested[2] == '<span class="admin-ext">…and 21 more books</span>'


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


def test_documents_of_no_admin_are_not_asked_about_as_in_django(mongo, tree):
    publisher = Publisher(name="P").save()
    Book(title="B", publisher=publisher).save()
    site = AdminSite(name="admin")
    nested, *_rest = parts = tree(publisher, user=AnonymousUser(), site=site)
    assert nested == ["Publisher: P", ["Book: B"]]
    assert parts[2] == set()


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


def chain(length):
    """Return the first of so many links, each deleted with the one before it."""
    first = previous = Link().save()
    for _number in range(length - 1):
        previous = Link(after=previous).save()
    return present(Link).objects.get(pk=first.pk)


def test_a_long_chain_of_cascades_is_counted(mongo, tree):
    nested, counts, _denied, _protected = tree(chain(80))
    assert counts == {"links": 80}
    assert (
        nested[-1] == f'<span class="admin-ext">…and {80 - MAX_DEPTH} more links</span>'
    )
    get_template = Template("{{ nested|unordered_list }}")
    assert (
        get_template.render(Context({"nested": nested})).count("<li>") == MAX_DEPTH + 1
    )


def test_a_chain_longer_than_pythons_stack_is_deleted(mongo):
    first = chain(1200)
    first.delete()
    assert mongo.links.count_documents({}) == 0


def test_too_large_a_tree_is_refused(mongo, tree, monkeypatch):
    monkeypatch.setattr(deletion, "MAX_DELETED", 5)
    *_rest, protected = tree(chain(6))
    assert protected == ["More than 5 documents, too many for one page"]
    assert tree(chain(5))[3] == []


class Hen(me.Document):
    """Goes with its egg, and its egg with it."""

    number = me.IntField(primary_key=True)
    egg = me.ReferenceField("Egg")
    mother = me.ReferenceField("self", reverse_delete_rule=me.CASCADE)
    meta = {"collection": "hens"}

    def __str__(self):
        return f"hen {self.number}"


class Egg(me.Document):
    number = me.IntField(primary_key=True)
    hen = me.ReferenceField(Hen, reverse_delete_rule=me.CASCADE)
    meta = {"collection": "eggs"}

    def __str__(self):
        return f"egg {self.number}"


Egg.register_delete_rule(Hen, "egg", me.CASCADE)


def test_documents_that_cascade_to_each_other_are_deleted(mongo, tree):
    mongo.hens.insert_many([{"_id": 1, "egg": 1}, {"_id": 2, "mother": 1}])
    mongo.eggs.insert_many([{"_id": 1, "hen": 1}, {"_id": 2, "hen": 2}])
    hen = present(Hen)._default_manager.get(pk=1)
    nested, counts, _denied, _protected = tree(hen)
    below = ["Hen: hen 2", ["Egg: egg 2"], "Egg: egg 1"]
    assert nested == ["Hen: hen 1", below]
    assert counts == {"hens": 2, "eggs": 2}
    hen.delete()
    assert mongo.hens.count_documents({}) == mongo.eggs.count_documents({}) == 0


def test_equal_keys_of_two_collections_are_two_documents(mongo):
    mongo.hens.insert_many([{"_id": 1}, {"_id": 2, "mother": 1}, {"_id": 3}])
    mongo.eggs.insert_many([{"_id": 1, "hen": 2}, {"_id": 3, "hen": 3}])
    present(Hen)._default_manager.filter(pk=1).delete()
    assert [row["_id"] for row in mongo.hens.find()] == [3]
    assert [row["_id"] for row in mongo.eggs.find()] == [3]


def test_a_document_of_an_odd_shape_is_deleted_with_what_refers_to_it(
    mongo, admin_client
):
    """mongoengine raises on unknown keys of a strict Document."""
    mongo.links.insert_one({"_id": KEY, "unknown": 1})
    mongo.links.insert_many([{"after": KEY, "unknown": 2}, {"after": KEY, "_id": "x"}])
    present(Link)._default_manager.get(pk=KEY).delete()
    assert mongo.links.count_documents({}) == 0


class Plan(me.EmbeddedDocument):
    hen = me.ReferenceField(Hen)
    spare = me.ListField(me.ReferenceField(Hen))


class Stall(me.EmbeddedDocument):
    hen = me.ReferenceField(Hen, db_field="henId", dbref=True)


class Farm(me.Document):
    plan = me.EmbeddedDocumentField(Plan)
    stalls = me.EmbeddedDocumentListField(Stall)
    meta = {"collection": "farms"}

    def __str__(self):
        return "Farm"


Hen.register_delete_rule(Farm, "plan__hen", me.NULLIFY)
Hen.register_delete_rule(Farm, "plan__spare", me.PULL)
Hen.register_delete_rule(Farm, "stalls__hen", me.NULLIFY)


def test_rules_inside_embedded_documents_are_shown_and_followed(mongo, tree):
    """mongoengine takes them by register_delete_rule only."""
    mongo.hens.insert_one({"_id": 1})
    stalls = [{"henId": DBRef("hens", number), "wide": True} for number in (1, 2)]
    plan = {"hen": 1, "spare": [1, 2], "else": 3}
    mongo.farms.insert_one({"plan": plan, "stalls": stalls})
    hen = present(Hen)._default_manager.get(pk=1)
    (line,), *_rest = tree(hen)
    added = [each.text for each in BeautifulSoup(line, "html.parser").select("li")]
    assert added == [
        "Farm: Farm (“plan hen” will be emptied)",
        "Farm: Farm (will be taken out of “plan spare”)",
        "Farm: Farm (“stalls hen” will be emptied)",
    ]
    hen.delete()
    farm = mongo.farms.find_one()
    assert farm["plan"] == {"spare": [2], "else": 3}
    assert farm["stalls"] == [{"wide": True}, stalls[1]]


def test_rules_are_followed_where_a_list_is_none_or_the_reverse(mongo):
    """MongoDB refuses $pull on a single value, for all documents of the update."""
    mongo.hens.insert_one({"_id": 1})
    mongo.farms.insert_many([
        {"_id": 1, "plan": {"spare": 1}, "stalls": {"henId": DBRef("hens", 1)}},
        {"_id": 2, "plan": [{"hen": 1, "spare": [1, 2]}, {"hen": 2}, "odd"]},
        {"_id": 3, "plan": {"spare": [2, 1]}, "stalls": [{"henId": DBRef("hens", 1)}]},
    ])
    present(Hen)._default_manager.get(pk=1).delete()
    assert [*mongo.farms.find()] == [
        {"_id": 1, "plan": {}, "stalls": {}},
        {"_id": 2, "plan": [{"spare": [2]}, {"hen": 2}, "odd"]},
        {"_id": 3, "plan": {"spare": [2]}, "stalls": [{}]},
    ]


def test_rules_reach_references_that_are_stored_in_the_other_form(mongo):
    mongo.hens.insert_many([{"_id": 1}, {"_id": 2, "mother": DBRef("hens", 1)}])
    mongo.eggs.insert_one({"_id": 1, "hen": DBRef("hens", 1, mongo.name)})
    plan = {"hen": DBRef("hens", 1), "spare": [DBRef("hens", 1), 1, 3]}
    mongo.farms.insert_one({"_id": 1, "plan": plan, "stalls": [{"henId": 1}]})
    present(Hen)._default_manager.get(pk=1).delete()
    assert mongo.hens.count_documents({}) == mongo.eggs.count_documents({}) == 0
    left = {"_id": 1, "plan": {"spare": [3]}, "stalls": [{}]}
    assert mongo.farms.find_one() == left


def test_what_refers_to_nothing_stays_when_a_document_without_a_key_goes(mongo):
    """MongoDB takes null for a key, and a missing reference for null."""
    mongo.hens.insert_many([{"_id": None}, {"_id": 2}, {"_id": 3, "mother": None}])
    mongo.farms.insert_one({"_id": 1, "plan": {"hen": None}})
    present(Hen)._default_manager.filter(pk=Key(None)).delete()
    assert mongo.hens.distinct("_id") == [2, 3]
    assert mongo.farms.find_one() == {"_id": 1, "plan": {"hen": None}}


def test_rules_leave_a_reference_to_another_collection_alone(mongo):
    mongo.hens.insert_one({"_id": 1})
    stalls = [{"henId": DBRef("ships", 1)}, {"henId": DBRef("hens", 1)}]
    mongo.farms.insert_one({"_id": 1, "stalls": stalls, "plan": "odd"})
    present(Hen)._default_manager.get(pk=1).delete()
    assert mongo.farms.find_one()["stalls"] == [stalls[0], {}]


@pytest.fixture
def received():
    """Collect the links that the signals name, in the order of their sending."""
    found = []

    def receive(sender, document):
        found.append(document.pk)

    signals.post_delete.connect(receive, sender=Link)
    yield found
    signals.post_delete.disconnect(receive, sender=Link)


def test_signals_are_sent_for_what_goes_along(mongo, received):
    first = chain(3)
    keys = [each.pk for each in Link.objects.order_by("pk")]
    first.delete()
    assert received == keys[::-1]


def test_a_large_tree_costs_a_bounded_number_of_commands(mongo, tree, mongo_commands):
    publisher = Publisher(name="P").save()
    mongo.books.insert_many(
        {"title": str(n), "publisher": publisher.pk} for n in range(3000)
    )
    with mongo_commands() as commands:
        tree(publisher)
    finds = [command for command in commands if command.name == "find"]
    assert len(finds) < 10
    with mongo_commands() as commands:
        publisher.delete()
    assert len(commands.writes) < 5
    assert mongo.books.count_documents({}) == 0


def test_what_is_loaded_does_not_grow_with_the_tree(mongo, tree, mongo_commands):
    publisher = Publisher(name="P").save()
    mongo.books.insert_many(
        {"title": "x" * 5_000, "publisher": publisher.pk} for _ in range(3000)
    )
    with mongo_commands() as commands:
        tree(publisher)
    whole = [
        command.document
        for command in commands
        if command.name == "find" and not command.document.get("projection")
    ]
    assert max(len(each["filter"]["_id"]["$in"]) for each in whole) <= MAX_LISTED


class Kept(me.QuerySet):
    def delete(self, *args, **kwargs):
        return self.update(gone=True)


class Parchment(me.Document):
    gone = me.BooleanField()
    meta = {"collection": "parchments", "queryset_class": Kept}


def test_a_querysets_own_delete_is_kept(mongo):
    Parchment().save()
    Parchment().save()
    present(Parchment)._default_manager.first().delete()
    assert mongo.parchments.count_documents({"gone": True}) == 1
    Parchment._default_manager.all().delete()
    assert mongo.parchments.count_documents({"gone": True}) == 2
