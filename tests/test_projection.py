"""What a list fetches of its rows: no more than its columns need."""

from functools import cached_property, partial

import pytest
from bson import ObjectId
from django.contrib import admin
from django.contrib.admin import site
from django.urls import reverse

from admin_ext import DocumentAdmin, reads
from admin_ext.declared import reads_of
from admin_ext.hydration import stored_son
from admin_ext.meta import present
from admin_ext.references import texts
from tests.documents import Book, Chapter
from tests.odd_documents import Everything, Loose, Lorry, Tree, Vehicle


@pytest.fixture(autouse=True)
def forget():
    """Know nothing of what other tests read."""
    texts.forget()


def column(book):
    return book.title


@pytest.mark.parametrize(
    "code",
    [
        reads("title")(lambda book: book.title),
        admin.display(description="T")(reads("title")(lambda book: book.title)),
        reads("title")(admin.display(description="T")(lambda book: book.title)),
        reads("title")(property(lambda book: book.title)),
        property(reads("title")(lambda book: book.title)),
        cached_property(reads("title")(lambda book: book.title)),
        staticmethod(reads("title")(lambda book: book.title)),
        partial(reads("title")(lambda site, book: book.title), site),
    ],
)
def test_code_of_any_kind_declares_what_it_reads(code):
    assert reads_of(code) == {"title": True}


def test_code_that_declares_nothing_is_told_from_code_that_reads_nothing():
    assert reads_of(column) is None
    assert reads_of(reads()(lambda book: "x")) == {}


def test_declarations_add_up():
    code = reads("title")(reads("blurb", whole=False)(lambda book: book.blurb))
    assert reads_of(code) == {"title": True, "blurb": False}


def test_what_a_column_declares_is_checked():
    right = ("title", "__str__", "author__name", "extra__a", "pk")
    (error,) = check(reads(*right, "titel")(lambda book: book.title))
    assert error.id == "admin_ext.E017"
    assert error.msg == (
        "The value of 'list_display[0]' declares that it reads 'titel', which must be "
        "a field of 'tests.Book', or a path to one."
    )


def test_a_lookup_is_no_field_that_a_column_reads():
    code = reads("title__icontains", "author__nmae")(lambda book: book.title)
    assert [error.id for error in check(code)] == ["admin_ext.E017"] * 2


def check(code):
    options = {"list_display": (code,)}
    return type("Declared", (DocumentAdmin,), options)(present(Book), site).check()


@pytest.fixture
def listed(admin_client, monkeypatch):
    """Ask for the list of a Document with these columns; return the response."""

    def get(document, *columns, **options):
        model_admin = site.get_model_admin(document)
        for name, value in {"list_display": columns, **options}.items():
            monkeypatch.setattr(model_admin, name, value, raising=False)
        url = reverse(f"admin:tests_{document._meta.model_name}_changelist")
        return admin_client.get(url)

    return get


def finds(commands, collection):
    return [
        each.document
        for each in commands
        if each.name == "find" and each.document["find"] == collection
    ]


def fetched(commands, collection):
    """Return the names that the find of a page asks for, but those of every page."""
    (found,) = finds(commands, collection)
    return asked_for(found["projection"])


def asked_for(projection):
    names = {*projection, *projection.get("_parts", {}).get("nodes", ())}
    return names - {"_id", "_cls", "_parts"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (("title", "pages"), {"pages"}),
        (("id", "pk"), set()),
        (("blurb",), {"blurbText"}),
        (("__str__",), set()),
        ((reads("blurb")(lambda book: book.blurb), "pages"), {"blurbText", "pages"}),
        ((reads("author__name")(lambda book: "x"),), {"author"}),
        ((reads("extra__a__b")(lambda book: "x"),), {"extra"}),
        ((reads("__str__")(lambda book: str(book)),), set()),
        ((reads()(lambda book: book.pk),), set()),
        (("author", "author__born"), {"author"}),
        (("get_kind_display",), {"kind"}),
    ],
)
def test_only_what_the_columns_need_is_fetched(
    listed, mongo, mongo_commands, columns, names
):
    mongo.books.insert_one({"title": "T"})
    with mongo_commands() as commands:
        listed(Book, *columns)
    # The check box of each row is labelled with its text.
    assert fetched(commands, "books") == {"title", *names}


@pytest.mark.django_db
@pytest.mark.parametrize("column", [column, "other_stored_fields", "author_and_title"])
def test_for_a_column_that_declares_nothing_all_is_fetched(
    listed, mongo, mongo_commands, column
):
    mongo.books.insert_one({"title": "T"})
    with mongo_commands() as commands:
        listed(Book, column, author_and_title=lambda book: "x")
    (found,) = finds(commands, "books")
    assert "projection" not in found


@pytest.mark.django_db
def test_of_a_path_only_its_end_is_fetched(listed, mongo):
    mongo.trees.insert_one({
        "root": {"name": "n", "free": {"a": 1}, "child": {"name": "c", "free": {}}},
        "branches": [{"name": "b", "free": {"big": 1}}],
        "free": {"a": {"b": 1, "c": 2}},
    })
    columns = ("root__child__name", "branches__name", "free__a__b")
    (row,) = listed(Tree, *columns).context["cl"].result_list
    assert stored_son(row).parts == {
        "root": {"child": {"name": "c"}},
        "branches": [{"name": "b"}],
        "free": {"a": {"b": 1}},
    }


@pytest.mark.django_db
def test_code_gets_whole_values_whatever_cells_show(listed, mongo, mongo_commands):
    mongo.books.insert_many([
        {"title": f"{n}", "blurbText": "x" * 50_000} for n in "ab"
    ])
    seen = []

    @reads("title")
    def sneaky(book):
        seen.append((len(book.blurb), book.to_mongo()["blurbText"] == book.blurb))

    with mongo_commands() as commands:
        html = listed(Book, "blurb", sneaky).content.decode()
    assert seen == [(50_000, True)] * 2
    assert "48.8\xa0KB" in html
    # One more query for all rows, and another for what to_mongo reads.
    assert len(finds(commands, "books")) <= 4


@pytest.mark.django_db
def test_what_code_was_seen_to_read_is_fetched_with_the_next_page(
    listed, mongo, mongo_commands
):
    mongo.books.insert_many([{"title": "T", "pages": n} for n in range(9)])
    column = reads("title")(lambda book: f"{book.pages} pages")
    assert "8 pages" in listed(Book, column).content.decode()
    with mongo_commands() as commands:
        assert "8 pages" in listed(Book, column).content.decode()
    assert fetched(commands, "books") == {"title", "pages"}


@pytest.mark.django_db
def test_code_that_says_so_gets_the_beginning(listed, mongo, mongo_commands):
    mongo.books.insert_one({"title": "T", "blurbText": "x" * 50_000})
    mongo.books.insert_one({"title": "T", "blurbText": "short"})
    seen = []

    @reads("blurb", whole=False)
    def beginning(book):
        seen.append(len(book.blurb))

    with mongo_commands() as commands:
        listed(Book, beginning)
    assert sorted(seen) == [5, 2_001]
    assert len(finds(commands, "books")) == 1


@pytest.mark.django_db
def test_a_beginning_is_never_stored(listed, mongo):
    whole = {"title": "T", "blurbText": "x" * 50_000, "odd": 1}
    mongo.books.insert_one(whole)

    @reads("blurb", whole=False)
    def writes(book):
        book.blurb += "!"
        book.save()

    assert "cannot be shown" in listed(Book, writes).content.decode()
    assert mongo.books.find_one() == whole


@pytest.mark.django_db
def test_a_column_that_saves_changes_nothing_else(listed, mongo):
    whole = {
        "title": "T",
        "blurbText": "x" * 50_000,
        "keywords": ["k"] * 500,
        "pages": "many",
        "odd": {"a": 1},
    }
    mongo.books.insert_one(whole)

    @reads("title")
    def saves(book):
        book.title = "New"
        book.save(validate=False)

    assert (
        "cannot be shown"
        not in listed(Book, "blurb", "keywords", "extra__a", saves).content.decode()
    )
    assert mongo.books.find_one() == {**whole, "title": "New"}


@pytest.mark.django_db
def test_a_value_that_code_has_set_is_shown(listed, mongo):
    mongo.books.insert_one({"blurbText": "x" * 50_000})

    @reads()
    def sets(book):
        book.blurb = "set by code"

    assert "set by code" in listed(Book, sets, "blurb").content.decode()


@pytest.mark.django_db
def test_a_list_with_cells_to_edit_has_whole_documents(listed, mongo):
    mongo.books.insert_one({"title": "T"})
    response = listed(Book, "id", "title", list_editable=("title",))
    assert response.context["cl"].projection is None


@pytest.mark.django_db
def test_a_dynamic_document_is_fetched_whole(listed, mongo):
    mongo.loose.insert_one({"name": "n", "other": "o"})
    response = listed(Loose, "name", "other")
    assert response.context["cl"].projection is None
    assert ">o</td>" in response.content.decode()


@pytest.mark.django_db
def test_rows_of_subclasses_have_their_own_fields(listed, mongo):
    mongo.vehicles.insert_many([
        {"_cls": "Vehicle", "name": "v"},
        {"_cls": "Vehicle.Lorry", "name": "l", "axles": 3},
    ])
    rows = listed(Vehicle, "name").context["cl"].result_list
    assert {type(row).__name__ for row in rows} == {"Vehicle", "Lorry"}
    assert [row.axles for row in rows if isinstance(row, Lorry)] == [3]


@pytest.mark.django_db
def test_the_list_tells_of_undeclared_keys_that_it_does_not_fetch(listed, mongo):
    mongo.chapters.insert_many([{"heading": "h"}, {"heading": "i", "<b>": 1}])
    response = listed(Chapter, "heading")
    html = response.content.decode()
    assert response.context["cl"].projection is not None
    assert html.count("Keys that are not declared: &lt;b&gt;.") == 1


@pytest.mark.django_db
def test_the_list_tells_how_large_a_cut_value_is(listed, mongo):
    mongo.books.insert_one({"blurbText": "x" * 2**21, "keywords": ["k"] * 2_000})
    html = listed(Book, "blurb", "keywords").content.decode()
    assert "blurb is large: 2.0\xa0MB." in html
    assert "keywords has 2000 members." in html


@pytest.mark.django_db
def test_of_a_long_list_of_references_the_number_is_told(listed, mongo):
    keys = [ObjectId() for _ in range(500)]
    mongo.everything.insert_one({"references": keys, "bare_list": ["x" * 9_000]})
    response = listed(Everything, "references")
    assert "…and 490 more" in response.content.decode()
    (row,) = response.context["cl"].result_list
    assert len(stored_son(row).parts["references"]) == 101


@pytest.mark.django_db
def test_what_code_reads_by_a_reference_comes_with_one_query(
    listed, mongo, mongo_commands
):
    mongo.authors.insert_many([{"_id": n, "name": f"A{n}", "born": n} for n in "abc"])
    mongo.books.insert_many([{"author": n} for n in "abc"])
    column = reads("author__born")(lambda book: f"born {book.author.born}")
    with mongo_commands() as commands:
        html = listed(Book, column).content.decode()
    assert [f"born {n}" in html for n in "abc"] == [True] * 3
    (found,) = (each for each in finds(commands, "authors") if each["filter"])
    assert "born" in found["projection"]


@pytest.mark.django_db
def test_a_page_that_is_found_by_key_fetches_no_more(listed, mongo, mongo_commands):
    mongo.books.insert_many([
        {"title": f"T{n}", "blurbText": f"{n}" * 9_000, "pages": n} for n in range(9)
    ])
    with mongo_commands() as commands:
        response = listed(Book, "title", "blurb", list_pages="keyset", list_per_page=3)
    (found,) = finds(commands, "books")
    names = asked_for(found["projection"])
    assert names == {"blurbText", "title", "_admin_place"}
    assert response.content.decode().count("8.8\xa0KB") == 3
    (row, *_rest) = response.context["cl"].result_list
    assert len(row.blurb) == 9_000
