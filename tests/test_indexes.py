"""The indexes that a collection has on the server, and the line that declares one."""

import mongoengine as me
import pytest

from admin_ext.indexes import index_line, indexes_of, size_of
from admin_ext.meta import present
from tests.documents import Book, Publisher
from tests.mongodb import TIME_LIMIT


class Animal(me.Document):
    name = me.StringField()
    meta = {"collection": "animals", "allow_inheritance": True}


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ([("pages", 1)], 'meta = {"indexes": ["pages"]}'),
        ([("pages", -1)], 'meta = {"indexes": ["-pages"]}'),
        ([("kind", 1), ("pages", -1)], 'meta = {"indexes": [("kind", "-pages")]}'),
        ([("title", "text")], 'meta = {"indexes": ["$title"]}'),
        ([("blurbText", 1)], 'meta = {"indexes": ["blurb"]}'),
        ([("_id", 1)], 'meta = {"indexes": ["id"]}'),
        ([("reviews.author", 1)], 'meta = {"indexes": ["reviews.author"]}'),
        ([("extra.a", 1)], 'meta = {"indexes": ["extra.a"]}'),
        ([], ""),
    ],
)
def test_the_line_that_declares_an_index(keys, line):
    assert index_line(Book, keys) == line


@pytest.mark.parametrize(
    "keys", [[("kind", 1), ("pages", -1)], [("blurbText", 1)], [("title", "text")]]
)
def test_the_line_declares_just_that_index(keys):
    (spec,) = eval(index_line(Book, keys).removeprefix("meta = "))["indexes"]
    assert Book._build_index_spec(spec)["fields"] == keys


def test_an_index_of_a_hierarchy_has_no_class_before_it():
    line = 'meta = {"indexes": [{"fields": ["name"], "cls": False}]}'
    assert index_line(present(Animal), [("name", 1)]) == line


def test_what_mongoengine_cannot_declare_is_a_command_of_the_shell():
    line = 'db.publishers.createIndex({"old.name": 1, "town": -1})'
    assert index_line(Publisher, [("old.name", 1), ("town", -1)]) == line


def test_where_the_server_does_not_tell_the_last_answer_stands(mongo, mongo_faults):
    mongo.books.insert_one({"title": "Red house"})
    for ask, expected in ((size_of, 1), (indexes_of, mongo.books.index_information())):
        assert ask(mongo.books, max_age=60) == expected
        fault = {"failCommands": ["count", "listIndexes"], "errorCode": TIME_LIMIT}
        with mongo_faults("books", **fault):
            assert ask(mongo.books, max_age=-1) == expected
