"""What lists show, and let be asked, of what a person may not see."""

import datetime

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import User

from admin_ext import DocumentAdmin
from admin_ext.models import FieldLimit
from admin_ext.policies import MASK
from admin_ext.policies.access import Access
from admin_ext.registry import may_look_up
from admin_ext.sites import AdminSite
from tests.documents import Book
from tests.groups import group_for, member_of

pytestmark = pytest.mark.django_db

HIDDEN, MASKED, VIEW = Access.HIDDEN, Access.MASKED, Access.VIEW

URL = "/admin/tests/book/"


def told(response):
    """Return all that a response tells: its headers, and its text."""
    return f"{response.headers}{response.text}"


@pytest.fixture
def options(monkeypatch):
    """Return a function that sets options of the admin of books."""
    admin = django_admin.site.get_model_admin(Book)

    def use(**values):
        for name, value in values.items():
            monkeypatch.setattr(admin, name, value)
        return admin

    return use


def houses_whose_name_is(access, **fields):
    """Return a group that may view publishers, with this access to their names."""
    group = group_for("publisher", "view", **fields)
    limit = group.document_limits.get()
    FieldLimit.objects.create(limit=limit, path="name", access=access)
    return group


def cells(html, name):
    return html.count(f'class="field-{name}')


def test_a_hidden_column_is_not_there(mongo, options):
    options(list_display=("title", "blurb"))
    mongo.books.insert_one({"title": "T", "blurbText": "Zanzibar"})
    text = told(member_of(group_for("book", "view", blurb=HIDDEN)).get(URL))
    assert not cells(text, "blurb")
    assert "Zanzibar" not in text


def test_a_masked_column_is_the_same_in_every_row(mongo, options):
    options(list_display=("title", "blurb", "signed"))
    mongo.books.insert_many([{"title": "T", "blurbText": "Zanzibar"}, {"title": "U"}])
    group = group_for("book", "view", blurb=MASKED, signed=MASKED)
    text = told(member_of(group).get(URL))
    assert text.count(f'class="field-blurb">{MASK}</td>') == 2
    assert text.count(f'class="field-signed">{MASK}</td>') == 2
    assert "Zanzibar" not in text


def test_a_masked_column_is_masked_in_rows_with_forms(mongo, options):
    options(list_display=("title", "blurb", "pages"), list_editable=("pages",))
    mongo.books.insert_many([{"title": "T", "blurbText": "Zanzibar"}, {"title": "U"}])
    group = group_for("book", "view", "change", blurb=MASKED)
    text = told(member_of(group).get(URL))
    assert text.count(MASK) == 2
    assert 'name="form-0-pages"' in text
    assert "Zanzibar" not in text


def test_where_the_link_was_is_hidden_the_next_column_has_it(mongo, options):
    options(list_display=("title", "pages"), list_display_links=("title",))
    mongo.books.insert_one({"title": "Zanzibar", "pages": 7})
    text = told(member_of(group_for("book", "view", title=HIDDEN)).get(URL))
    assert '<th class="field-pages"><a href' in text
    assert "Zanzibar" not in text


def test_code_reads_rows_without_what_is_denied(mongo, options):
    def shout(book):
        return f"{book.title}: {book.blurb} {book._data.get('blurb')}"

    options(list_display=("title", shout))
    mongo.books.insert_one({"title": "T", "blurbText": "Zanzibar"})
    text = told(member_of(group_for("book", "view", blurb=HIDDEN)).get(URL))
    assert "T: None None" in text
    assert "Zanzibar" not in text


def test_a_column_within_a_document_is_masked_alone(mongo, options):
    options(list_display=("title", "extra", "extra__a", "extra__b"))
    mongo.books.insert_one({"title": "T", "extra": {"a": "Zanzibar", "b": "Bora"}})
    text = told(member_of(group_for("book", "view", extra__a=MASKED)).get(URL))
    assert "Zanzibar" not in text
    assert f'class="field-extra__a">{MASK}' in text
    assert text.count("Bora") == 2


def test_a_column_behind_a_reference_asks_the_other_policy(mongo, options):
    options(list_display=("title", "publisher__name", "publisher__address__city"))
    house = {"name": "Zanzibar", "address": {"city": "Bora"}}
    key = mongo.publishers.insert_one(house).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    groups = (
        group_for("book", "view"),
        houses_whose_name_is(MASKED, address__city=HIDDEN),
    )
    text = told(member_of(*groups).get(URL))
    assert "Zanzibar" not in text
    assert "Bora" not in text
    assert f'class="field-publisher__name">{MASK}' in text
    assert not cells(text, "publisher__address__city")


def test_a_rule_may_be_about_what_is_behind_a_reference(mongo, options):
    options(list_display=("title", "publisher__name"), list_filter=("publisher__name",))
    key = mongo.publishers.insert_one({"name": "Zanzibar"}).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    client = member_of(group_for("book", "view", publisher__name=MASKED))
    text = told(client.get(URL))
    assert f'class="field-publisher__name">{MASK}' in text
    assert "Zanzibar" not in text
    assert client.get(URL, {"publisher__name": "Zanzibar"}).status_code == 302
    assert titles(client.get(URL, {"publisher__exact": str(key)})) == ["T"]


def test_a_denied_column_cannot_be_sorted_by(mongo, options):
    options(list_display=("title", "pages"))
    mongo.books.insert_many([{"title": f"T{9 - n}", "pages": n} for n in range(9)])
    client = member_of(group_for("book", "view", pages=MASKED))
    answers = [titles(client.get(f"{URL}?o={each}")) for each in ("2", "-2", "9")]
    assert answers[0] == answers[1] == answers[2]
    assert "?o=2" not in client.get(URL).text


def titles(response):
    return [book.title for book in response.context["cl"].result_list]


def test_a_method_does_not_sort_by_what_is_denied(mongo, options):
    options(list_display=("pages", "shout"))
    mongo.books.insert_many([{"title": f"T{9 - n}", "pages": n} for n in range(9)])
    client = member_of(group_for("book", "view", title=HIDDEN))
    one, other = (client.get(f"{URL}?o={each}") for each in ("2", "-2"))
    pages = [
        [each.pages for each in page.context["cl"].result_list] for page in (one, other)
    ]
    assert pages[0] == pages[1]


def test_the_order_of_the_admin_is_the_keys_where_it_is_denied(mongo, options):
    options(ordering=("-pages",), list_display=("title",))
    mongo.books.insert_many([{"title": f"T{n}", "pages": n * 7 % 5} for n in range(5)])
    client = member_of(group_for("book", "view", pages=HIDDEN))
    assert titles(client.get(URL)) == [f"T{4 - n}" for n in range(5)]


def test_a_form_of_a_row_has_no_field_that_may_not_be_edited(mongo, options):
    options(
        list_display=("title", "pages", "rating", "blurb"),
        list_editable=("pages", "rating", "blurb"),
    )
    book = {"title": "T", "pages": 5, "rating": 1.5, "blurbText": "Zanzibar"}
    key = mongo.books.insert_one(book).inserted_id
    group = group_for("book", "view", "change", rating=VIEW, blurb=MASKED)
    client = member_of(group)
    page = client.get(URL).text
    assert 'name="form-0-pages"' in page
    assert 'name="form-0-rating"' not in page
    assert 'name="form-0-blurb"' not in page
    form = client.get(URL).context["cl"].formset
    sent = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "form-0-id": str(key),
        "form-0-pages": 6,
        "form-0-rating": 4,
        "form-0-blurb": "B",
        "_save": "Save",
    }
    for each in form.forms[0].hidden_fields():
        sent.setdefault(each.html_name, each.value() or "")
    sent |= base_of(page)
    client.post(URL, sent)
    assert mongo.books.find_one() == {"_id": key, **book, "pages": 6}


def base_of(page):
    """Return the hidden inputs that tell what the page showed."""
    import re

    found = re.findall(r'name="([^"]*_base[^"]*)" value="([^"]*)"', page)
    return dict(found)


@pytest.mark.parametrize("lookup", ["pages", "pages__gt", "pages__isnull", "pages__in"])
@pytest.mark.parametrize("value", ["7", "8"])
def test_a_lookup_of_a_denied_field_is_that_of_no_field(mongo, options, lookup, value):
    mongo.books.insert_one({"title": "T", "pages": 7})
    client = member_of(group_for("book", "view", pages=HIDDEN))
    answer = client.get(URL, {lookup: value})
    unknown = client.get(URL, {"nowhere": value})
    assert (answer.status_code, answer.url) == (unknown.status_code, unknown.url)


def test_a_denied_field_is_no_filter_and_is_not_counted(mongo, options):
    options(list_filter=("pages", "kind"), show_facets=django_admin.ShowFacets.ALWAYS)
    mongo.books.insert_many([
        {"title": "T", "pages": 4711},
        {"title": "U", "kind": "novel"},
    ])
    text = told(member_of(group_for("book", "view", pages=MASKED)).get(URL))
    assert "4711" not in text
    assert "Novel (1)" in text


def test_a_filter_behind_a_reference_asks_the_other_policy(mongo, options):
    options(list_filter=("publisher__name", "kind"))
    key = mongo.publishers.insert_one({"name": "Zanzibar"}).inserted_id
    mongo.books.insert_one({"title": "T", "publisher": key})
    group = houses_whose_name_is(HIDDEN)
    client = member_of(group_for("book", "view"), group)
    assert "Zanzibar" not in told(client.get(URL))
    found = [client.get(URL, {"publisher__name": each}) for each in ("Zanzibar", "Y")]
    assert [each.status_code for each in found] == [302, 302]


def test_dates_of_a_denied_field_are_no_hierarchy(mongo, options):
    options(list_display=("title",), list_filter=())
    moments = [datetime.datetime(1987 + n, 1, 1) for n in range(3)]
    mongo.books.insert_many([{"title": "T", "published": each} for each in moments])
    client = member_of(group_for("book", "view", published=HIDDEN))
    assert "1988" not in told(client.get(URL))
    assert client.get(f"{URL}?published__year=1988").status_code == 302


def test_a_denied_field_is_not_searched(mongo, options):
    options(search_fields=("title", "blurb"))
    mongo.books.insert_one({"title": "T", "blurbText": "Zanzibar"})
    client = member_of(group_for("book", "view", blurb=HIDDEN))
    found = [client.get(f"{URL}?q={each}") for each in ("Zanzibar", "Nowhere")]
    assert [titles(each) for each in found] == [[], []]
    assert titles(client.get(f"{URL}?q=T")) == ["T"]


def test_a_text_index_with_a_denied_text_is_not_asked(mongo, options):
    options(search_fields=("@title",))
    mongo.books.create_index([("title", "text"), ("blurbText", "text")])
    mongo.books.insert_one({"title": "Here", "blurbText": "Zanzibar"})
    client = member_of(group_for("book", "view", blurb=HIDDEN))
    found = [client.get(f"{URL}?q={each}") for each in ("Zanzibar", "Nowhere")]
    assert titles(found[0]) == titles(found[1])
    assert "texts that you may not see" in found[0].text
    answer = client.get(URL, {"title__search": "Zanzibar"})
    assert answer.url == client.get(URL, {"title__search": "Nowhere"}).url


def test_rows_that_are_denied_are_in_no_count_choice_or_date(mongo, options):
    options(list_filter=("keywords", "kind"), list_display=("title",))
    options(show_facets=django_admin.ShowFacets.ALWAYS)
    seen = {"title": "Seen", "kind": "novel", "keywords": ["a", "b"]}
    unseen = {
        "title": "Zanzibar",
        "kind": "novel",
        "keywords": ["Bora"],
        "published": datetime.datetime(1987, 1, 1),
    }
    mongo.books.insert_many([seen, unseen])
    client = member_of(group_for("book", "view", rows={"title": "Seen"}))
    for query in ("", "?_count=exact", "?_count=alone", "?q=Zanzibar", "?kind=novel"):
        text = told(client.get(f"{URL}{query}"))
        assert "Bora" not in text
        assert "1987" not in text
        assert "2 books" not in text
    assert "Novel (1)" in client.get(URL).text


def test_a_lookup_through_a_reference_finds_no_denied_row(mongo, options):
    options(list_filter=("publisher__name",))
    keys = mongo.publishers.insert_many([{"name": "Seen"}, {"name": "Zanzibar"}])
    for key in keys.inserted_ids:
        mongo.books.insert_one({"title": f"T{key}", "publisher": key})
    group = group_for("publisher", "view", rows={"name": "Seen"})
    client = member_of(group_for("book", "view"), group)
    assert "Zanzibar" not in told(client.get(URL))
    assert len(titles(client.get(f"{URL}?publisher__name=Seen"))) == 1
    assert titles(client.get(f"{URL}?publisher__name=Zanzibar")) == []


def test_the_key_of_a_denied_row_finds_what_any_key_does(mongo, options):
    key = mongo.books.insert_one({"title": "Unseen"}).inserted_id
    mongo.books.insert_one({"title": f"Seen {key}"})
    client = member_of(group_for("book", "view", rows={"title__startswith": "Seen"}))
    assert titles(client.get(f"{URL}?q={key}")) == [f"Seen {key}"]


def test_who_has_no_limits_costs_no_more(
    mongo, options, mongo_commands, django_assert_max_num_queries
):
    mongo.books.insert_one({"title": "T", "pages": 7})
    client = member_of(group_for("book", "view", blurb=VIEW))
    client.get(URL)  # what metadata says is proven
    with mongo_commands() as limited:
        client.get(URL)
    client.user.groups.clear()
    client.user.is_superuser = True
    client.user.save()
    with mongo_commands() as commands:
        client.get(URL)
    assert commands.names == limited.names


def test_an_override_of_lookup_allowed_without_the_request_opens_nothing(mongo, rf):
    class OldAdmin(DocumentAdmin):
        def lookup_allowed(self, lookup, value):
            return True

    site = AdminSite()
    site.register(Book, OldAdmin)
    request = rf.get(URL)
    request.user = User.objects.create_user("old", is_staff=True)
    request.user.groups.add(group_for("book", "view", blurb=HIDDEN))
    asked = ("title__startswith", "blurb__startswith")
    old = site.get_model_admin(Book)
    assert [may_look_up(old, request, each, "Z") for each in asked] == [True, False]
