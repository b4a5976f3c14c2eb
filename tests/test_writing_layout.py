"""Any value as Python, and any text as a comment, as this project's linter wants it."""

import ast
import tokenize
from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

import pytest
from bson import Binary, Decimal128, MinKey, ObjectId, Regex, Timestamp
from hypothesis import given
from hypothesis import strategies as st

from admin_ext.introspection.writing.comments import comment
from admin_ext.introspection.writing.layout import lines, quoted, width
from admin_ext.introspection.writing.literals import literal
from admin_ext.introspection.writing.modules import Imports, docstring
from tests.properties import times
from tests.ruff import complaints

KEY = ObjectId("5f0000000000000000000001")

HOSTILE = (
    "x = 1\nimport os",
    '"""',
    "'''",
    "\\",
    '\\"',
    "a\u2028b\u2029c\x85d",
    "\u202eright to left\u2066",
    "NUL \0, bell \a",
    "{User} {fields} {__class__}",
    "# noqa",
    "fmt: off",
    "type: ignore",
    "-*- coding: latin-1 -*-",
    "else: os.system('true')",
    "import os",
    "return",
    '{"a": 1}',
    "[12]",
    "日本語の名前" * 30,
    "নাম" * 60,
    "🏳️‍🌈" * 40,
    "\ud800",
    "long" * 200,
    "two words " * 40,
    "https://example.org/" + "path/" * 40,
    "",
    "​",
)

texts = st.text(max_size=120) | st.sampled_from(HOSTILE)
scalars = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.binary(max_size=80),
    st.just(KEY),
    st.just(Decimal128("1.50")),
    st.builds(Regex, st.text(max_size=60), st.sampled_from([0, 2, 8])),
    st.datetimes(min_value=datetime(1, 1, 2)).map(lambda d: d.replace(tzinfo=UTC)),
    st.datetimes(),
    st.uuids(),
    st.just(Timestamp(5, 1)),
    st.just(MinKey()),
    st.binary(max_size=20).map(lambda each: Binary(each, 5)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(texts, inner, max_size=4),
    ),
    max_leaves=12,
)


def module(found):
    """Return the text of a module with values in it, at two depths."""
    imports = Imports()
    nodes = [*enumerate(literal(each, imports) for each in found)]
    body = [line for n, node in nodes for line in lines(f"VALUE_{n} = ", node)]
    inner = [
        line
        for n, node in nodes
        for line in lines(f"    value_{n} = ", node, "", "    ")
    ]
    begin = [*docstring("A module."), "", *imports.source()]
    begin += [""] if imports.names else []
    return "\n".join([*begin, *body, "", "", "class Inner:", *inner]) + "\n"


def run(text):
    """Return the names of a module that is run."""
    names = {}
    exec(compile(text, "module.py", "exec"), names)
    return names


@times(25)
@given(st.lists(values, min_size=1, max_size=12))
def test_values_are_what_they_were_and_formatted(found):
    text = module(found)
    names = run(text)
    assert [names[f"VALUE_{n}"] for n in range(len(found))] == found
    assert complaints(text) == ""


def test_hostile_texts_are_texts():
    text = module([*HOSTILE, {each: [each, each] for each in HOSTILE}])
    names = run(text)
    assert [names[f"VALUE_{n}"] for n in range(len(HOSTILE))] == [*HOSTILE]
    assert complaints(text) == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('say "hi"', "'say \"hi\"'"),
        ("it's", '"it\'s"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("{User}", '"\\x7bUser}"'),
        (b"\x00\xff'", 'b"\\x00\\xff\'"'),
    ],
)
def test_quotes_are_those_that_need_fewer_escapes(value, written):
    assert quoted(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime(2024, 5, 17, tzinfo=UTC), "datetime(2024, 5, 17, tzinfo=UTC)"),
        (Regex("^a", "i"), 'Regex("^a", 2)'),
        (UUID(int=5), 'UUID("00000000-0000-0000-0000-000000000005")'),
        (float("inf"), 'float("inf")'),
    ],
)
def test_values_of_bson_bring_their_imports(value, written):
    imports = Imports()
    assert lines("", literal(value, imports)) == [written]
    assert run("\n".join([*imports.source(), f"value = {written}"]))["value"] == value


def test_what_python_cannot_spell_is_an_error():
    with pytest.raises(TypeError, match="object has no literal in Python"):
        literal(object(), Imports())


@times(40)
@given(st.lists(texts, min_size=1, max_size=20))
def test_comments_are_comments_and_nothing_else(found):
    before = [line for each in found for line in comment(each)]
    inside = [line for each in found for line in comment(each, "    ")]
    first = [*docstring("A module.", *found), "", *before, "", ""]
    text = "\n".join([*first, "class Inner:", *inside, "    pass"])
    tree = ast.parse(text)
    assert [type(each) for each in tree.body] == [ast.Expr, ast.ClassDef]
    assert complaints(f"{text}\n") == ""


def test_hostile_comments_are_comments():
    for each in HOSTILE:
        text = "\n".join(comment(each)) + "\n"
        kinds = {
            token.type for token in tokenize.generate_tokens(StringIO(text).readline)
        }
        assert kinds <= {tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER}
    long = [line for each in HOSTILE for line in ["", *comment(each)]]
    assert complaints("\n".join([*docstring("A module."), *long, ""])) == ""
    assert max(map(width, long)) <= 88


def test_imported_names_of_other_scripts_are_in_the_order_of_isort():
    imports = Imports()
    imports.add("x", *("AB", "A", "É2", "É", "XY", "Xx", "Xy1", "b", "日本"))
    assert imports.source() == ["from x import AB, XY, É, É2, A, Xx, Xy1, b, 日本"]
