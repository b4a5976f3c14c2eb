"""References of a page: one query per collection, marks, links by permission."""

import re

import pytest
from bson import DBRef, ObjectId, Regex
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User

from admin_ext.meta import present
from admin_ext.references import PageReferences, reference_fields, references_of
from tests.documents import Author, Book
from tests.odd_documents import Depot, Everything

pytestmark = pytest.mark.django_db

LIST = "/admin/tests/book/"


@pytest.fixture
def books(mongo):
    mongo.authors.insert_many([{"_id": f"a{n}", "name": f"A{n}"} for n in range(9)])
    mongo.books.insert_many([
        {"title": f"t{n}", "author": f"a{n}", "others": ["a1", "a2", f"a{n}"]}
        for n in range(9)
    ])
    return mongo


def cells(response, css_class):
    text = response.content.decode()
    start = f'<td class="{css_class}'
    return [part.partition("</td>")[0] for part in text.split(start)[1:]]


def test_list_fetches_references_in_one_query_per_collection(
    admin_client, books, mongo_commands
):
    with mongo_commands() as commands:
        response = admin_client.get(LIST, {"all": ""})
    assert response.status_code == 200
    fetched = [
        command.document
        for command in commands
        if command.name == "find" and "$in" in str(command.document["filter"])
    ]
    assert [document["find"] for document in fetched] == ["authors"]
    assert len(fetched[0]["filter"]["_id"]["$in"]) == 9


def test_references_are_links_to_what_one_may_view(admin_client, books):
    (first, *_) = cells(admin_client.get(LIST), "field-author")
    link = '<a class="admin-ext reference-link" href="/admin/tests/author/a8/change/">'
    assert f"A8{link}" in first
    (first, *_) = cells(admin_client.get(LIST), "field-others")
    assert first.count("<a class=") == 3


def test_references_are_texts_without_permission(client, books):
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.add(
        Permission.objects.get(codename="view_book", content_type__app_label="tests")
    )
    client.force_login(user)
    (first, *_) = cells(client.get(LIST), "field-author")
    assert first.endswith(">A8")


GONE = "There is no such document"
OF_TYPE = "Stored as %s, which is not what this field holds"


@pytest.mark.parametrize(
    ("stored", "text", "title"),
    [
        ("gone", "gone", GONE),
        ("", "(empty text)", OF_TYPE % "str"),
        (7, "7", OF_TYPE % "int"),
        (["a1"], "[&quot;a1&quot;]", OF_TYPE % "list"),
        ({"x": 1}, "{&quot;x&quot;: 1}", OF_TYPE % "dict"),
        ({"$gt": 1}, "{&quot;$gt&quot;: 1}", OF_TYPE % "dict"),
        ("<b>", "&lt;b&gt;", GONE),
        (DBRef("authors", "gone"), "gone", GONE),
        (DBRef("books", "a1"), "a1", "leads to books"),
        (DBRef("authors", "a1", "elsewhere"), "a1", "leads to elsewhere.authors"),
    ],
)
def test_a_reference_that_leads_nowhere_is_marked(
    admin_client, mongo, stored, text, title
):
    mongo.books.insert_one({"title": "t", "author": stored})
    (cell,) = cells(admin_client.get(LIST), "field-author")
    assert f'class="admin-ext odd-value" title="{title}"' in cell
    assert f">{text}</span>" in cell


def test_dangling_members_of_a_list_are_marked_in_their_place(admin_client, books):
    books.books.delete_many({})
    books.books.insert_one({"title": "t", "others": ["a1", "gone", None, "a2"]})
    (cell,) = cells(admin_client.get(LIST), "field-others")
    names = re.findall(r"A1<|gone<|A2<", cell)
    assert names == ["A1<", "gone<", "A2<"]


def test_a_list_field_that_holds_something_else_is_marked(admin_client, mongo):
    mongo.books.insert_one({"title": "t", "others": "a1"})
    assert admin_client.get(LIST).status_code == 200


def test_missing_reference_is_the_empty_value(admin_client, mongo):
    mongo.books.insert_one({"title": "t"})
    (cell,) = cells(admin_client.get(LIST), "field-author")
    assert cell.endswith(">-")


def test_a_document_on_no_page_fetches_its_own_references_once(books, mongo_commands):
    book = present(Book)._default_manager.get(title="t3")
    with mongo_commands() as commands:
        page = references_of(book)
        assert page.label(Author, "a3") == "A3"
        assert references_of(book) is page
    assert commands.names == ["find"]


def test_references_in_every_stored_form(mongo):
    depot = Depot(place="Kiel").save()
    key = depot.pk
    mongo.everything.insert_many([
        {"reference": key, "references": [key, DBRef("depot", key)]},
        {"dbref": DBRef("depot", key), "lazy_reference": key},
        {"reference": DBRef("depot", key), "lazy_references": [key, None, "odd"]},
    ])
    documents = list(present(Everything)._default_manager)
    page = PageReferences()
    page.fetch(documents, reference_fields(Everything._meta.fields))
    assert list(page.documents) == [(Depot, key)]
    assert page.label(Depot, DBRef("depot", key)) == "Kiel"
    assert page.label(Depot, depot) == "Kiel"


def test_what_no_key_can_be_is_not_asked_for(mongo, mongo_commands):
    mongo.everything.insert_many([
        {"reference": value} for value in ("", None, [1], Regex("."), {"$gt": 1})
    ])
    documents = list(present(Everything)._default_manager)
    page = PageReferences()
    with mongo_commands() as commands:
        page.fetch(documents, reference_fields(Everything._meta.fields))
    assert commands.names == []


def test_no_link_for_a_document_without_admin(admin_client, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    page = PageReferences(admin_site=site, request=request)
    assert page.url(present(Depot)(id=ObjectId())) == ""
    assert page.url(Author(code="a/b")) == "/admin/tests/author/a_2Fb/change/"
