"""What rules are about: attributes by any name, and keys that nobody declares."""

import pytest

from admin_ext.meta import present
from admin_ext.policies import Access, Policy
from admin_ext.policies.deciding import code_rules
from admin_ext.policies.paths import canonical, is_path, path_of, paths_of
from admin_ext.policies.redaction import redacted_son

from .documents import Book, Publisher
from .odd_documents import Loose, Meeting, Tree, Vehicle

for document in (Book, Publisher, Loose, Meeting, Tree, Vehicle):
    present(document)


def policy(document, **rules):
    return Policy(document, (), code_rules(document, rules))


@pytest.mark.parametrize(
    ("document", "text", "path"),
    [
        (Book, "blurbText", ("blurb",)),
        (Book, "reviews.text", ("reviews", "text")),
        (Book, "reviews__0__text", ("reviews", "text")),
        (Book, "pk", ("id",)),
        (Meeting, "main__lbl", ("main", "label")),
        (Vehicle, "axles", ("axles",)),
        (Book, "extra__0", ("extra", "0")),
    ],
)
def test_a_path_has_the_names_of_attributes(document, text, path):
    assert canonical(document, path_of(text)) == path


def test_a_rule_of_the_stored_name_is_about_the_field():
    found = policy(Book, blurbText="hidden")
    assert found.access(("blurb",)) == Access.HIDDEN
    assert redacted_son(found, Book, {"title": "t", "blurbText": "b"}) == {"title": "t"}


def test_of_two_rules_for_one_field_the_least_holds():
    found = policy(Book, blurbText="hidden", blurb="edit")
    assert found.access(("blurb",)) == Access.HIDDEN


def test_the_key_is_always_shown():
    found = policy(Book, **{"*": "hidden"})
    assert all(found.may_view((name,)) for name in ("pk", "id", "_id"))
    assert redacted_son(found, Book, {"_id": 1, "title": "t"}) == {"_id": 1}


def test_a_rule_is_about_an_undeclared_key_that_is_written_as_a_path():
    found = policy(Loose, secret__word="hidden")
    stored = {"_id": 1, "secret.word": 1, "secret__word": 2, "secrets": 3}
    assert redacted_son(found, Loose, stored) == {"_id": 1, "secrets": 3}


def test_the_way_to_an_open_field_is_open_and_nothing_beside_it():
    found = policy(Publisher, **{"*": "hidden", "address__city": "view"})
    stored = {"name": "n", "address": {"city": "c", "street": "s", "more": 1}}
    assert redacted_son(found, Publisher, stored) == {"address": {"city": "c"}}
    assert not found.may_query(("address",))


def test_what_a_class_does_not_declare_is_no_path():
    assert not is_path(Book, ("titel",))
    assert not is_path(Book, ("author", "name"))
    assert not is_path(Book, ("reviews", "texts"))
    assert is_path(Book, ("extra", "any", "thing"))
    assert is_path(Loose, ("anything",))
    assert is_path(Vehicle, ("axles",))


def test_paths_in_words_lead_into_embedded_documents():
    found = dict(paths_of(Book))
    assert found["title"] == "Book title"
    assert found["reviews__stars"] == "Reviews › Stars"
    assert "id" not in found


def test_documents_embedded_in_themselves_have_paths_as_well():
    assert max(text.count("__") for text, _words in paths_of(Tree)) <= 5
