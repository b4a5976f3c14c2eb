"""A beginning in upper or lower case, as patterns that an index can look up."""

import re

import pytest
from bson import Regex
from bson.codec_options import CodecOptions

from admin_ext import plans
from admin_ext.beginnings import MAX_PATTERNS, patterns
from tests.documents import Book

KELVIN = "\N{KELVIN SIGN}"


@pytest.fixture
def books(mongo):
    titles = ["Kiosk", "kiss", f"{KELVIN}ino", "baking", "skill", "a.b", "aab", "Ärger"]
    mongo.books.insert_many([{"title": title} for title in titles])
    mongo.books.create_index("title")
    yield mongo.books
    plans.forget()


def found(**lookup):
    queryset = Book._default_manager.filter(**lookup)
    assert not plans.plan_for(queryset, []).scans
    return sorted(book.title for book in queryset)


def test_a_beginning_in_any_case_is_looked_up(books):
    assert found(title__istartswith="KI") == ["Kiosk", "kiss", f"{KELVIN}ino"]
    assert found(title__istartswith="äR") == ["Ärger"]


def test_a_beginning_in_this_case_is_looked_up(books):
    assert found(title__startswith="Ki") == ["Kiosk"]


def test_a_text_in_any_case_is_looked_up(books):
    assert found(title__iexact="KISS") == ["kiss"]
    assert found(title__iexact="KIS") == []


def test_what_means_something_in_a_pattern_is_a_letter(books):
    assert found(title__istartswith="A.") == ["a.b"]
    assert found(title__startswith="a.b") == ["a.b"]


def read(mongo, beginning):
    """Return how many documents and keys of the index are read."""
    # Where a range ends in the middle of a letter, so does its text.
    options = CodecOptions(unicode_decode_error_handler="replace")
    query = Book._default_manager.filter(title__istartswith=beginning)._query
    explained = mongo.books.with_options(options).find(query).explain()
    stats = explained["executionStats"]
    return stats["totalDocsExamined"], stats["totalKeysExamined"]


def test_few_keys_are_read_for_a_beginning(books, mongo):
    assert read(mongo, "kis")[0] == 1
    assert read(mongo, "kis")[1] < 8


def test_what_begins_alike_is_told_apart(mongo, books):
    mongo.books.insert_many([{"title": f"user{n:05d}"} for n in range(2_000)])
    assert read(mongo, "USER0012")[0] == 10
    assert read(mongo, "USER0012")[1] < 50


def test_an_empty_beginning_finds_everything(books):
    queryset = Book._default_manager.filter(title__istartswith="")
    assert len(queryset) == 8


def test_what_begins_so_is_excluded(books):
    queryset = Book._default_manager.exclude(title__istartswith="k")
    assert len(queryset) == 5


def test_all_spellings_are_patterns():
    assert patterns("a1") == [Regex("^A1"), Regex("^a1")]
    assert patterns("東") == [Regex("^東")]
    assert patterns("") == []


def test_a_long_text_has_no_more_patterns():
    beginnings = patterns("international")
    assert 1 < len(beginnings) <= MAX_PATTERNS
    assert all(re.match(r"\^..", each.pattern) for each in beginnings)


@pytest.mark.parametrize("letter", [*"AksßIıİÅµΣДﬁ"])
def test_the_server_takes_no_other_letters_for_alike(mongo, letter):
    letters = [chr(n) for n in range(1, 0x2200)] + ["ﬁ"]
    mongo.letters.insert_many([{"_id": each} for each in letters])
    pattern = {"$regex": f"^{letter}", "$options": "iu"}
    alike = {each["_id"] for each in mongo.letters.find({"_id": pattern})}
    assert letter in alike
    assert {f"^{each}" for each in alike} <= {each.pattern for each in patterns(letter)}
