"""Parameters in the URL of a list that are no lookups."""

import pytest
from django.http import QueryDict

from admin_ext.parameters import NO_LOOKUPS, OF_ONE_PAGE, of_all_pages

BOOKS = "/admin/tests/book/"


@pytest.mark.parametrize("name", sorted(NO_LOOKUPS))
def test_none_of_them_filters(admin_client, mongo, name):
    mongo.books.insert_one({"title": "Red house"})
    response = admin_client.get(BOOKS, {name: ""})
    assert response.status_code == 200
    assert response.context["cl"].result_count == 1


@pytest.mark.parametrize("name", sorted(OF_ONE_PAGE))
def test_a_link_to_another_page_has_none_of_this_one(admin_client, mongo, name):
    response = admin_client.get(BOOKS, {name: "", "title": "Red house"})
    changelist = response.context["cl"]
    assert changelist.get_query_string({"p": 2}) == "?p=2&title=Red+house"
    assert changelist.params == {"title": "Red house"}


def test_all_values_of_the_others_stay():
    query = QueryDict("a=1&a=2&_at=x")
    assert of_all_pages(dict(query.lists())) == {"a": ["1", "2"]}
