"""Pages of a list that is not all counted for them."""

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.core.paginator import EmptyPage, PageNotAnInteger

from admin_ext.counting import MoreThan, is_exact
from admin_ext.pagination import DocumentPaginator
from admin_ext.querysets import queryset_for
from tests.documents import Book


@pytest.fixture
def books(mongo):
    mongo.books.insert_many([{"title": f"t{number:02}"} for number in range(30)])
    return queryset_for(Book).order_by("title")


def paginator(queryset, max_count=20, per_page=7, **options):
    found = DocumentPaginator(queryset, per_page, **options)
    found.max_count = max_count
    return found


def titles(page):
    return [each.title for each in page]


def test_within_the_bound_pages_are_djangos(books):
    pages = paginator(books, 30)
    assert (pages.count, pages.num_pages, is_exact(pages.count)) == (30, 5, True)
    assert titles(pages.page(5)) == ["t28", "t29"]
    assert [*pages.get_elided_page_range(3)] == [1, 2, 3, 4, 5]
    assert len(titles(paginator(books, 30, orphans=2).page(4))) == 9


def test_beyond_it_a_page_is_whole(books):
    pages = paginator(books.filter(title__gte="t02"))
    assert str(pages.count) == "20+"
    assert titles(pages.page(3)) == [f"t{number}" for number in range(16, 23)]
    with pytest.raises(EmptyPage):
        pages.page(4)


def test_pages_of_many_are_elided(books):
    pages = paginator(books, 30, per_page=2)
    shown = [*map(str, pages.get_elided_page_range(8))]
    assert shown == [*"12", "…", *map(str, range(5, 12)), "…", "14", "15"]


@pytest.mark.parametrize(("number", "error"), [("x", PageNotAnInteger), (0, EmptyPage)])
def test_a_page_that_is_none(books, number, error):
    with pytest.raises(error):
        paginator(books).page(number)
    assert paginator(books).get_page(number)


def test_what_would_scan_is_read_for_one_row_more(books, settings, mongo_commands):
    settings.ADMIN_EXT_LARGE_COLLECTION = 20
    pages = paginator(books.filter(pages=None))
    with mongo_commands() as commands:
        assert str(pages.count) == "7+"
    assert commands[-1].document["limit"] == 8
    assert str(pages.looked_at(3).counted) == "21+"
    assert pages.looked_at(5).counted == 30
    assert is_exact(pages.looked_at(5).counted)


def test_who_has_counted_already_may_say_so(books, mongo_commands):
    pages = paginator(books)
    pages.count = MoreThan(7)
    with mongo_commands() as commands:
        assert pages.num_pages == 2
    assert not commands


@pytest.mark.django_db
def test_other_lists_are_counted_by_django(mongo_commands):
    with mongo_commands() as commands:
        assert paginator([1, 2, 3]).count == 3
        assert paginator(LogEntry.objects.order_by("pk")).count == 0
    assert not commands


def test_the_option_is_the_bound_but_never_less_than_a_page(rf, books, monkeypatch):
    book_admin = site.get_model_admin(Book)
    monkeypatch.setattr(book_admin, "list_max_count", 9)
    assert book_admin.get_paginator(rf.get("/"), books, 5).max_count == 9
    assert book_admin.get_paginator(rf.get("/"), books, 50).max_count == 50
