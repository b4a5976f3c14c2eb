"""Embedded documents, maps, shapes in several places, recursion and hierarchies."""

from uuid import uuid4

import pytest
from bson import ObjectId

from tests.inferred import database_of, field_of, kind_of, kinds_of, model_of

# (objects that are stored, the class expected)
MAPS = [
    ([{str(ObjectId()): 1, str(ObjectId()): 2}], "MapField(IntField)"),
    ([{uuid4().hex: 1.5}], "MapField(FloatField)"),
    ([{str(uuid4()): "a"}], "MapField(StringField)"),
    ([{"2024-05-17": 3, "2024-05-18": 4}], "MapField(IntField)"),
    ([{"2024-05": 3}, {"2024-06": 4}], "MapField(IntField)"),
    ([{"1": "a", "2": "b"}], "MapField(StringField)"),
    ([{"ann@example.org": True}], "MapField(BooleanField)"),
    ([{"en": "Hello", "de": "Hallo", "fr": "Salut"}], "MapField(StringField)"),
    ([{"en-US": "Hi", "pt-BR": "Oi", "de": "Hallo"}], "MapField(StringField)"),
    ([{"EUR": 1.5, "USD": 2.5, "GBP": 3.5}], "MapField(FloatField)"),
    ([{f"w{n}": n} for n in range(40)], "MapField(IntField)"),
    ([{f"w{n}": [n]} for n in range(40)], "MapField(ListField(IntField))"),
    ([{str(n): {"a": n, "b": "x"}} for n in range(5)],
     "MapField(EmbeddedDocumentField(Value))"),
    ([{f"w{n}": {"a": n, "b": "x"}} for n in range(40)],
     "MapField(EmbeddedDocumentField(Value))"),
    ([{"2024": {"05": 1}}, {"2023": {"06": 1}}], "MapField(MapField(IntField))"),
    ([{"1": {"a": 1}, "2": "b"}], "DictField"),
    ([{"V1StGXR8Z5jdHi6B": 1, "Uakgb47J5m9g0JDM": 2}], "MapField(IntField)"),
    ([{"availability_365": 1, "availability_30": "x"}],
     "EmbeddedDocumentField(Value)"),
    ([{"to": "a", "id": "b"}], "EmbeddedDocumentField(Value)"),
    ([{"clicks": 1, "views": 2}], "EmbeddedDocumentField(Value)"),
    ([{"name": "a", f"o{n % 25}": n} for n in range(50)],
     "EmbeddedDocumentField(Value)"),
    ([{f"w{n}": n if n % 2 else "x"} for n in range(40)], "DictField"),
    ([{f"w{n}": "x"} for n in range(9)], "EmbeddedDocumentField(Value)"),
    ([{f"w{n}": n} for n in range(12)], "MapField(IntField)"),
    ([{f"w{n}": n if n % 2 else "x"} for n in range(29)],
     "EmbeddedDocumentField(Value)"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "expected"), MAPS)
def test_keys_that_are_data_make_a_map(values, expected):
    assert kind_of(field_of(values)) == expected


def test_more_keys_than_are_told_apart_make_a_map():
    field = field_of([{f"word{n}": n} for n in range(1_200)])
    assert kind_of(field) == "MapField(IntField)"
    assert sum(field.member.profile.types.values()) == 1_200


def test_values_of_a_map_are_summed_up():
    field = field_of([{"2024": None, "2025": 1}, {"2026": 2}])
    assert field.member.path == ("value", "*")
    assert field.member.profile.types == {"null": 1, "int": 2}


def test_keys_of_a_map_that_mongoengine_refuses_are_told():
    field = field_of([{"ann@example.org": True}])
    assert field.doubts == ['Keys that mongoengine refuses to save: "…".']


def test_mixed_values_make_a_dict_with_a_doubt():
    field = field_of([{f"w{n}": n if n % 2 else "x"} for n in range(40)])
    assert field.doubts == [
        "Mixed types: int 20 of 40, string 20 of 40, for example _id 1."
    ]


def test_optional_keys_of_an_embedded_document():
    field = field_of([{"a": 1}] * 20 + [{"a": 1, "b": "x"}] * 5)
    a, b = field.embedded.fields
    assert (a.share, b.share) == (1, 0.2)
    assert (a.options, b.options) == ({"required": True}, {})
    assert b.path == ("value", "b")


def test_shapes_of_lists_and_single_documents_are_one_class():
    person = {"name": "Ann", "email": "ann@example.org"}
    database = database_of(
        notes=[{"author": person, "readers": [person, {**person, "since": 1}]}],
        users=[{"author": person}],
    )
    (model,) = database.embedded
    assert [each.stored for each in model.fields] == ["name", "email", "since"]
    assert kinds_of(database.model_of("users"))["author"] == (
        f"EmbeddedDocumentField({model.name})"
    )


def address(**more):
    return {"street": "x", "city": "y", "zip": "z", "country": "c", **more}


def test_a_shared_class_has_the_word_that_its_keys_have_in_common():
    database = database_of(
        orders=[{"billingAddress": address(), "shipping_address": address()}]
    )
    assert [each.name for each in database.embedded] == ["Address"]


def test_a_shared_class_of_few_keys_has_their_names():
    price = {"amount": 1.5, "currency": "EUR"}
    database = database_of(orders=[{"net": price, "tax": price}])
    assert [each.name for each in database.embedded] == ["AmountCurrency"]


def test_a_shared_class_without_a_common_name_is_a_doubt():
    database = database_of(orders=[{"home": address(), "office": address()}])
    assert database.embedded[0].doubts == [
        'Stored as "home", "office": which name fits them all?'
    ]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (address(), address(zip=12345)),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}),
        ({"view": True}, {"edit": True}),
        ({"a": 1, "b": {"c": 1, "d": 2}}, {"a": 1, "b": {"e": 1, "f": 2}}),
    ],
    ids=["types", "keys", "single keys", "below"],
)
def test_shapes_in_conflict_are_kept_apart(one, two):
    database = database_of(orders=[{"first": one, "second": two}])
    first, second = database.model_of("orders").fields[-2:]
    assert first.embedded is not second.embedded


def test_numbers_of_two_places_join():
    database = database_of(
        rows=[{"one": {"name": "a", "size": 1}, "two": {"name": "b", "size": 1.5}}]
    )
    (model,) = database.embedded
    assert kinds_of(model) == {"name": "StringField", "size": "FloatField"}


def test_single_keys_are_shared_under_one_name():
    database = database_of(
        notes=[{"sharing": {"view": True}}], tags=[{"sharing": {"view": False}}]
    )
    assert [each.name for each in database.embedded] == ["Sharing"]


def comment(*replies):
    return {"author": "Ann", "text": "Hello", "replies": [*replies]}


def test_comments_with_replies_are_one_class():
    model = model_of([{"comments": [comment(comment(comment())), comment()]}])
    found = model.field_named("comments").member.embedded
    assert kinds_of(found)["replies"] == "ListField(EmbeddedDocumentField(Comment))"
    assert found.field_named("replies").member.embedded is found
    assert [each.name for each in model.all_fields()].count("author") == 1


def test_parts_that_only_look_like_the_whole_are_classes_of_their_own():
    model = model_of([{"tree": {"name": "a", "size": 1, "leaf": {"name": "b"}}}])
    assert kinds_of(model.field_named("tree").embedded)["leaf"] == (
        "EmbeddedDocumentField(Leaf)"
    )


SHAPES = [
    {"_cls": "Shape.Circle", "colour": "red", "radius": 1.5},
    {"_cls": "Shape.Square", "colour": "red", "side": 2.5},
    {"_cls": "Shape.Square.Cube", "colour": "red", "side": 2.5, "depth": 1},
]


def test_a_hierarchy_of_documents():
    database = database_of(figures=SHAPES)
    found = {each.cls: [f.stored for f in each.fields] for each in database.documents}
    assert found == {
        "Shape": ["_id", "colour"],
        "Shape.Circle": ["radius"],
        "Shape.Square": ["side"],
        "Shape.Square.Cube": ["depth"],
    }
    shape, circle, square, cube = database.documents
    assert (circle.parent, square.parent, cube.parent) == (shape, shape, square)
    assert {each.collection for each in database.documents} == {"figures"}
    assert all(each.has_subclasses for each in database.documents)


def test_a_hierarchy_of_embedded_documents():
    database = database_of(drawings=[{"shapes": SHAPES}, {"shapes": []}])
    assert [each.name for each in database.embedded] == [
        *("Shape", "Circle", "Square", "Cube")
    ]
    assert kind_of(database.model_of("drawings").field_named("shapes")) == (
        "ListField(EmbeddedDocumentField(Shape))"
    )


def test_one_hierarchy_in_two_places_is_one():
    database = database_of(first=[{"shape": SHAPES[0]}], second=[{"form": SHAPES[1]}])
    names = [each.name for each in database.embedded]
    assert sorted(names) == ["Circle", "Shape", "Square"]


def test_types_that_differ_between_subclasses_stay_in_these():
    rows = [{"_cls": "Shape.Circle", "size": 1}, {"_cls": "Shape.Square", "size": "L"}]
    shape, circle, square = database_of(figures=rows).documents
    assert [each.stored for each in shape.fields] == ["_id"]
    assert kinds_of(circle) == {"size": "IntField"}
    assert kinds_of(square) == {"size": "StringField"}


def test_a_single_class_allows_inheritance():
    (model,) = database_of(people=[{"_cls": "User", "name": "Ann"}]).documents
    assert (model.name, model.cls, model.has_subclasses) == ("User", "User", True)


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        (
            [{"_cls": "com.example.Note"}],
            '_cls, left as it is: it holds "com.example.Note", which are no names of '
            "classes.",
        ),
        (
            [{"_cls": "Circle"}, {"_cls": "Square"}],
            '_cls, left as it is: it holds "Circle", "Square", which have no base '
            "class in common.",
        ),
        (
            [{"_cls": "Shape.Circle"}, {"a": 1}],
            '_cls, left as it is: it holds "Shape.Circle", but 1 of 2 of the '
            "documents have none and would be hidden.",
        ),
        ([{"_cls": 1}], "_cls, left as it is: it holds no names of classes."),
        (
            [{"_cls": "Shape.Warning"}],
            '_cls, left as it is: it holds "Shape.Warning", and classes of these '
            "names cannot stand in one module.",
        ),
    ],
)
def test_what_makes_no_hierarchy_is_kept_as_data(rows, doubt):
    model = model_of(rows)
    assert model.doubts == [doubt]
    assert model.cls is None
    assert "_cls" not in kinds_of(model)


def test_two_hierarchies_of_the_same_names_cannot_both_be():
    database = database_of(first=SHAPES, second=SHAPES[:1])
    model = database.model_of("second")
    assert model.name == "Second"
    assert model.doubts == [
        '_cls, left as it is: it holds "Shape", the name of another class.'
    ]
    assert kinds_of(model).keys() == {"_id", "colour", "radius"}


def test_the_same_documents_give_the_same_classes():
    rows = [{"comments": [comment(comment())], "where": address()}] * 3
    first, second = (
        [
            (each.name, kinds_of(each), each.label, each.doubts)
            for each in (*database.documents, *database.embedded)
        ]
        for database in (database_of(notes=rows), database_of(notes=rows))
    )
    assert first == second


def test_keys_that_hardly_any_document_has_are_told():
    model = model_of([{"a": 1}] * 2_000 + [{"a": 1, "b": 2}] * 3)
    assert model.field_named("a").doubts == []
    assert model.field_named("b").doubts == [
        "Stored in 0.15 % only, for example _id 2001."
    ]


def test_very_many_rare_keys_are_left_out_and_told():
    model = model_of([{"a": 1, f"k{n // 2}": n} for n in range(400)])
    assert [each.stored for each in model.fields] == ["_id", "a"]
    assert model.doubts == [
        "200 keys are left out that less than 1 % of the documents have: "
        '"k0", "k1", "k2" and others.'
    ]


@pytest.mark.parametrize(
    "parts",
    [[{"_cls": "Bolt", "a": 1}, {"_cls": "Nut", "b": 1}], [{"_cls": "a.B", "a": 1}]],
)
def test_embedded_documents_of_classes_that_cannot_be_are_dicts(parts):
    field = field_of([parts])
    assert kind_of(field) == "ListField(DictField)"
    assert field.member.doubts[0].startswith("_cls, left as it is: ")


def test_embedded_documents_of_classes_with_taken_names_are_dicts():
    database = database_of(drawings=[{"front": SHAPES[0]}], figures=SHAPES)
    assert kinds_of(database.model_of("drawings"))["front"] == "DictField"
    assert database.embedded == []


def test_one_odd_class_changes_nothing():
    rows = [{"a": number, "b": 1} for number in range(99)]
    field = field_of([*rows, {"_cls": "a.B", "a": 1, "b": 1}])
    assert kind_of(field) == "EmbeddedDocumentField(Value)"
    assert field.embedded.doubts == [
        '_cls, left as it is: it holds "a.B", which are no names of classes.'
    ]
