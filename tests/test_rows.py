"""Cells that are decided once for a column, against Django's own decisions."""

import re
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils import dateformat, timezone, translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from admin_ext import DocumentAdmin
from admin_ext.rows import MomentFormat, ResultsNode, cells, marked
from tests.documents import Author, Book
from tests.odd_documents import Everything, Lorry, Vehicle

from .properties import times
from .test_properties import documents, values

pytestmark = pytest.mark.django_db

LIST = "/admin/tests/everything/"
KEY = ObjectId("5f0000000000000000000001")
NOON = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)


@admin.display(boolean=True)
def is_short(document):
    return {None: None, "": False}.get(document.string, True)


@admin.display(empty_value=mark_safe("<i>none</i>"))
def moment(document):
    return document.date_time


class EverythingAdmin(DocumentAdmin):
    list_display = (
        *("__str__", "id", *(name for name in Everything._fields if name != "id")),
        *("embedded__label", "embedded_list__weight", "references__place", "pk"),
        *(is_short, moment, "own", "get_size_display", lambda document: document.text),
    )

    @admin.display(description="<own>")
    def own(self, document):
        return document.string and mark_safe(f"<b>{document.string!r}</b>")


def changelist(model_admin, rf, user, url=LIST):
    request = rf.get(url)
    request.user = user
    return model_admin.get_changelist_instance(request)


def is_as_django(cl, document):
    """Compare the cells of a row with those that Django's function makes of it."""
    django = admin_list.items_for_result.__wrapped__
    own = [*cells(cl, document, None, django)]
    expected = [*marked(django(cl, document, None), document)]
    assert own == expected
    assert {*map(type, own)} == {*map(type, expected)}
    return own


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, ""),
        ({"list_display_links": None}, "?string=a%26b"),
        ({"list_display_links": ("string", is_short, "boolean")}, "?p=0"),
        ({"list_display_links": ("reference", "url", "references")}, "?_popup=1"),
        ({"actions": None, "empty_value_display": mark_safe("<i>?</i>")}, ""),
    ],
)
def test_cells_of_any_values_are_those_of_django(mongo, rf, admin_user, options, query):
    model_admin = type("Admin", (EverythingAdmin,), options)(Everything, admin.site)
    model_admin.search_fields = ()

    @times(6)
    @given(st.lists(documents(Everything), min_size=1, max_size=3), values)
    def check(sons, key):
        mongo.everything.delete_many({})
        for number, son in enumerate(sons):
            mongo.everything.insert_one(son | {"_id": number or KEY})
        cl = changelist(model_admin, rf, admin_user)
        cl.preserved_filters = (
            query.removeprefix("?") and f"_changelist_filters={query}"
        )
        cl.is_popup = "_popup" in query
        for document in cl.result_list:
            is_as_django(cl, document)

    check()


@pytest.mark.parametrize("links", [("title",), ("author",)])
def test_values_that_are_alike_and_shown_apart(mongo, rf, admin_user, links):
    mongo.authors.insert_one({"_id": "ada", "name": "Ada"})
    numbers = (0.0, -0.0, 1, True, "1")
    mongo.books.insert_many(
        {"title": "x" * 3_000, "author": "ada", "signed": each} for each in numbers
    )
    options = {"list_display": ("title", "author", "signed")}
    options["list_display_links"] = links
    model_admin = type("Admin", (DocumentAdmin,), options)(Book, admin.site)
    cl = changelist(model_admin, rf, admin_user, "/admin/tests/book/")
    rows = [is_as_django(cl, document) for document in cl.result_list]
    assert len({row[3] for row in rows}) == 5
    has_link = {"reference-link" in row[2] for row in rows}
    assert has_link == {links != ("author",)}


def test_rows_of_several_classes_are_shown_by_their_own_fields(mongo, rf, admin_user):
    mongo.vehicles.insert_many([
        {"_cls": "Vehicle.Lorry", "name": "l", "axles": 2},
        {"name": "of no class", "axles": 3},
        {"_cls": "Vehicle", "name": ""},
    ])
    options = {"list_display": ("name", "__str__")}
    model_admin = type("Admin", (DocumentAdmin,), options)(Vehicle, admin.site)
    cl = changelist(model_admin, rf, admin_user, "/admin/tests/vehicle/")
    assert {type(each) for each in cl.result_list} == {Vehicle, Lorry}
    shown = [is_as_django(cl, document) for document in cl.result_list]
    texts = [row[2].removeprefix('<td class="field-__str__">') for row in shown]
    assert texts == ["?</td>", "of no class</td>", "l</td>"]
    assert ["odd-document" in row[1] for row in shown] == [False, True, False]


@pytest.mark.parametrize("key", ["a/b", "ü ä", "<b>&", "", "x y", "a\nb", "%41", "5"])
def test_a_row_links_where_reverse_does(mongo, rf, admin_user, key):
    mongo.authors.insert_one({"_id": key, "name": "<Ada> & others"})
    model_admin = admin.site.get_model_admin(Author)
    cl = changelist(model_admin, rf, admin_user, "/admin/tests/author/")
    (document,) = cl.result_list
    (row,) = admin_list.results(cl)
    assert row == is_as_django(cl, document)
    url = reverse("admin:tests_author_change", args=[quote(document.pk)])
    assert cl.url_for_result(document) == url
    assert f'<a href="{url}">' in "".join(row)


def test_a_moment_is_told_in_the_language_and_zone_of_the_request(
    mongo, rf, admin_user
):
    mongo.books.insert_one({"title": "T", "published": datetime(2024, 3, 5, 23, 0)})
    options = {"list_display": ("published",)}
    model_admin = type("Admin", (DocumentAdmin,), options)(Book, admin.site)
    for language, zone, text in (
        ("en", UTC, "March 5, 2024, 11 p.m."),
        ("de", "Europe/Berlin", "6. März 2024 00:00"),
    ):
        with translation.override(language), timezone.override(zone):
            cl = changelist(model_admin, rf, admin_user, "/admin/tests/book/")
            assert text in "".join(is_as_django(cl, cl.result_list[0]))


@pytest.mark.parametrize("written", ["N j, Y, P", r"c \a\t e", "r", "jS F y T O U", ""])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_moments_are_written_as_by_django(written, zone):
    with timezone.override(zone):
        text = MomentFormat(written).text
        for moment in (NOON, NOON.replace(tzinfo=None), NOON.replace(month=7, hour=1)):
            local = timezone.template_localtime(moment)
            assert text(moment) == dateformat.format(local, written)


def test_one_check_box_is_drawn_for_all_rows(admin_client, mongo):
    mongo.chapters.insert_many({"heading": f"<{number}>"} for number in range(5))
    page = admin_client.get("/admin/tests/chapter/")
    names = [template.name for template in page.templates]
    assert names.count("django/forms/widgets/checkbox.html") == 1
    labels = {f"{page.content}".count(f"for an action - &lt;{n}&gt;") for n in range(5)}
    assert labels == {1}


def test_a_list_is_drawn_as_by_the_template_of_django(admin_client, mongo, monkeypatch):
    mongo.chapters.insert_many({"heading": f"<{number}>"} for number in range(5))
    drawn = admin_client.get("/admin/tests/chapter/").content.decode()
    given = []

    def one_by_one(_node, template, context):
        given.extend(map(len, context["results"]))
        return template.render(context)

    monkeypatch.setattr(ResultsNode, "render_known", one_by_one)
    whole = admin_client.get("/admin/tests/chapter/").content.decode()
    assert without_tokens(whole) == without_tokens(drawn)
    assert len(given) == drawn.count('<td class="action-checkbox">') == 5


def without_tokens(html):
    """Return a page without what is another at each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]*"', "", html)


def test_what_code_returns_and_nobody_can_show_takes_down_no_page(
    admin_client, mongo, monkeypatch
):
    mongo.books.insert_one({"title": "T", "published": datetime(1, 1, 1)})
    zoned = admin.display(lambda book: book.published.replace(tzinfo=UTC))
    monkeypatch.setattr(admin.site.get_model_admin(Book), "list_display", (zoned,))
    with timezone.override("America/New_York"):
        page = admin_client.get("/admin/tests/book/").content.decode()
    assert "cannot be shown" in page


def test_a_text_that_says_it_is_html_is_escaped_within_a_check_box(
    admin_client, mongo, monkeypatch
):
    mongo.everything.insert_one({"string": '"><b>'})
    monkeypatch.setattr(Everything, "__str__", lambda self: mark_safe(self.string))
    html = admin_client.get(LIST).content.decode()
    assert 'for an action - &quot;&gt;&lt;b&gt;"' in html


def test_a_text_that_cannot_be_made_takes_down_no_page(
    admin_client, mongo, monkeypatch
):
    mongo.everything.insert_one({"string": "s"})
    monkeypatch.setattr(Everything, "__str__", lambda self: self.no_such_field)
    response = admin_client.get(LIST)
    assert response.status_code == 200
    assert b"cannot be shown" in response.content
