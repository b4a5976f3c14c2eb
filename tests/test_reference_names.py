"""Which collections the name of a field speaks of."""

import pytest

from admin_ext.introspection.references.names import (
    AGREES,
    is_amount,
    similarity,
    singular,
    speaks_of_own,
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("users", "user"),
        ("categories", "category"),
        ("companies", "company"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("movies", "movie"),
        ("people", "person"),
        ("children", "child"),
        ("status", "status"),
        ("address", "address"),
        ("analysis", "analysis"),
        ("user", "user"),
    ],
)
def test_words_in_the_singular(word, expected):
    assert singular(word) == expected


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        (("user",), "users"),
        (("userId",), "users"),
        (("user_id",), "users"),
        (("userid",), "users"),
        (("UserID",), "User"),
        (("user",), "app_users"),
        (("billingUser",), "users"),
        (("user", "_id"), "users"),
        (("user", "$id"), "users"),
        (("tags", "[]"), "note_tags"),
        (("items", "[]", "productId"), "products"),
        (("votes", "*"), "votes"),
        (("blogPostId",), "blogposts"),
        (("blog_post",), "blog.posts"),
        (("author",), "users"),
        (("createdBy",), "users"),
        (("assigned_to",), "people"),
        (("ownerUid",), "accounts"),
        (("parent",), "notes"),
        (("prev",), "notes"),
        (("ancestors", "[]"), "notes"),
    ],
)
def test_a_name_agrees_with_a_collection(path, collection):
    assert similarity(path, "notes", collection) >= AGREES


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        (("user",), "tags"),
        (("country_name",), "countries"),
        (("student_rank",), "students"),
        (("created",), "users"),
        (("to",), "users"),
        (("age",), "agents"),
        (("parent",), "users"),
        (("_id",), "users"),
        (("paid",), "users"),
        (("🙂",), "users"),
        (("user",), "🙂"),
    ],
)
def test_a_name_does_not_agree_with_a_collection(path, collection):
    assert similarity(path, "notes", collection) < AGREES


def test_the_beginning_of_a_name_only_says_where_to_ask_first():
    assert 0 < similarity(("org",), "notes", "organizations") < AGREES


def test_the_better_name_has_the_greater_similarity():
    names = ["users", "old_users", "people", "tags"]
    found = [similarity(("user",), "notes", name) for name in names]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("order",), True),
        (("comments",), True),
        (("orderId",), False),
        (("comments", "[]"), False),
        (("user",), False),
    ],
)
def test_what_numbers_count(path, expected):
    assert is_amount(path) is expected


def test_names_of_what_is_in_the_same_collection():
    assert speaks_of_own(("parentId",))
    assert speaks_of_own(("thread", "replies", "[]"))
    assert not speaks_of_own(("userId",))
