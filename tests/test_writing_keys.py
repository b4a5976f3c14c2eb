"""Keys of embedded documents, which programs draw and nobody types."""

from bson import ObjectId

from admin_ext.introspection.writing import admin_source, documents_source
from tests.inferred import database_of


def rows(key=ObjectId, least=20):
    """Orders as Mongoose keeps them: each item has a key of its own."""
    item = {"sku": "a1", "count": 2, "price": 1.5, "unit": "kg", "note": "x"}
    return [{"items": [{"_id": key(), **item}]} for _ in range(least)]


def test_an_item_that_is_added_gets_a_key_as_mongoose_gives_one():
    source = documents_source(database_of(orders=rows()))
    assert "from bson import ObjectId\n" in source
    assert 'verbose_name="ID", default=ObjectId' in source


def test_rows_of_items_ask_for_no_key():
    source = admin_source(database_of(orders=rows()))
    assert "class ItemInline(EmbeddedTabularInline):" in source
    assert '    exclude = ("id",)\n' in source


def test_keys_that_are_no_object_ids_are_typed():
    database = database_of(orders=rows(key=lambda: "a"))
    assert "default=" not in documents_source(database)
    assert "exclude" not in admin_source(database)


def test_where_few_were_seen_no_key_is_drawn():
    assert "default=" not in documents_source(database_of(orders=rows(least=3)))


def test_texts_of_programs_are_no_labels():
    texts = [f'{{"cookie": {{"maxAge": {n}}}}}' for n in range(30)]
    database = database_of(sessions=[{"session": each} for each in texts])
    assert database.model_of("sessions").label is None


def test_a_text_of_few_kinds_is_no_label_whoever_it_is_about():
    rows = [
        {"text": f"Review {n}. " * 20, "authorName": f"Ann {n % 3}"} for n in range(60)
    ]
    assert database_of(reviews=rows).model_of("reviews").label == "text"


def test_searches_of_localized_texts_say_what_is_localized():
    rows = [{"name": {"en": f"Shoe {n}", "de": f"Schuh {n}"}} for n in range(60)]
    source = admin_source(database_of(goods=rows))
    assert "Search by the name en or the name de." in source


def test_columns_are_not_taken_from_deep_within():
    week = {day: {"open": "09:00", "close": "18:00"} for day in ("mon", "tue")}
    rows = [{"name": f"Shop {n}", "opening": week} for n in range(60)]
    listed = admin_source(database_of(shops=rows)).partition("list_filter")[0]
    assert "opening__" not in listed.partition("search_fields")[0]


def test_lists_of_persons_show_their_names():
    rows = [
        {
            "email": f"u{n}@example.org",
            "lastName": f"Braun {n}",
            **{f"flag{k}": n % 2 for k in range(9)},
        }
        for n in range(60)
    ]
    listed = admin_source(database_of(users=rows)).partition("list_filter")[0]
    assert '"last_name"' in listed
