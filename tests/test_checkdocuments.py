"""manage.py checkdocuments: what it prints, and how it ends."""

import json
from io import StringIO

import mongoengine as me
import pytest
from bson import Int64
from django.contrib import admin
from django.core.management import CommandError, call_command

from admin_ext import DocumentAdmin
from admin_ext.meta import present
from tests import mongodb

YARD = "tests.RiggingYard"


class RiggingLine(me.EmbeddedDocument):
    length = me.IntField(required=True)

    meta = {"strict": False}


class RiggingYard(me.Document):
    name = me.StringField(required=True, max_length=5)
    kind = me.StringField(choices=["big", "small"])
    key = me.StringField(choices=["x"], editable=False)
    lines = me.ListField(me.EmbeddedDocumentField(RiggingLine))

    meta = {"collection": "rigging_yards", "strict": False}


class RiggingCrew(me.Document):
    name = me.StringField()

    meta = {"collection": "rigging_crews", "allow_inheritance": True}


class RiggingMaster(RiggingCrew):
    rank = me.IntField()


class RiggingView(me.Document):
    name = me.StringField()

    meta = {"collection": "rigging_view", "strict": False}


@pytest.fixture
def yards(mongo):
    documents = (RiggingYard, RiggingCrew, RiggingMaster)
    for each in documents:
        admin.site.register(each, DocumentAdmin)
        present(each)
    yield mongo.rigging_yards
    admin.site.unregister(documents)


def run(*args):
    """Return (what was printed, the exit code)."""
    output = StringIO()
    try:
        call_command("checkdocuments", *args, stdout=output)
    except SystemExit as end:
        return output.getvalue(), end.code
    return output.getvalue(), 0


def lines(*args):
    """Return the cells of the printed table, and the exit code."""
    output, code = run(YARD, *args)
    table = [line for line in output.splitlines() if line.startswith(f"{YARD} ")]
    return [line.removeprefix(f"{YARD} ").split()[:2] for line in table], code


def test_documents_as_declared_are_no_drift(yards):
    yards.insert_one({"name": "a", "kind": "big", "lines": [{"length": Int64(5)}]})
    output, code = run(YARD)
    assert code == 0
    assert output == f"{YARD}: all 1 documents read, 0 with a problem.\n"


def test_every_problem_is_a_line_and_the_exit_code_is_one(yards):
    yards.insert_many([
        {"name": None, "kind": "old", "lines": [{"length": "5"}, {}]},
        {"name": "too long", "odd": 1, "lines": [{"length": 1, "unit": "m"}]},
        {"lines": {}},
    ])
    found, code = lines()
    assert code == 1
    assert found == [
        ["name", "missing"],
        ["name", "null"],
        ["name", "long"],
        ["kind", "choices"],
        ["lines", "type"],
        ["lines[].length", "missing"],
        ["lines[].length", "type"],
        ["lines[].unit", "extra"],
        ["odd", "extra"],
    ]


def test_a_line_tells_count_share_types_and_keys(yards):
    keys = yards.insert_many([{"name": n or "a"} for n in range(4)]).inserted_ids
    output, _code = run(YARD)
    line = next(line for line in output.splitlines() if " name " in line)
    samples = ", ".join(map(str, keys[1:]))
    cells = ["type", "3", "75.0 %", "int 3", "string", samples]
    assert [each.strip() for each in line.split("  ") if each][1:] == cells


def test_ignored_problems_are_no_drift(yards):
    yards.insert_one({"name": "a", "odd": 1})
    assert lines() == ([["odd", "extra"]], 1)
    assert lines("--ignore", "extra") == ([], 0)


def test_values_that_are_no_choice_are_told_but_for_secrets(yards):
    yards.insert_one({"name": "a", "kind": "odd one", "key": "hunter2"})
    for args in ((YARD,), (YARD, "--json")):
        output, code = run(*args)
        assert code == 1
        assert "odd one" in output
        assert "hunter2" not in output


def test_a_sample_says_that_it_is_one(yards):
    yards.insert_many([{"name": "a"} for _ in range(300)])
    output, _code = run(YARD, "--sample", "50")
    assert output == f"{YARD}: 50 of about 300 documents read, 0 with a problem.\n"


def test_full_reads_what_a_sample_would_miss(yards):
    yards.insert_many([{"name": "a"} for _ in range(300)])
    yards.update_one(yards.find_one(skip=150), {"$set": {"odd": 1}})
    assert lines("--full") == ([["odd", "extra"]], 1)


def test_json_is_the_same(yards):
    key = yards.insert_one({"name": 5}).inserted_id
    output, code = run(YARD, "--json")
    [told] = json.loads(output)["documents"]
    assert code == 1
    assert told["document"] == YARD
    assert (told["read"], told["odd"], told["is_whole"]) == (1, 1, True)
    assert told["problems"] == [
        {
            "path": "name",
            "problem": "type",
            "filter": "type:name",
            "documents": 1,
            "share": 1.0,
            "stored": {"int": 1},
            "declared": ["string"],
            "samples": [str(key)],
        }
    ]


def test_a_subclass_is_checked_with_its_base(yards, mongo):
    mongo.rigging_crews.insert_many([
        {"_cls": "RiggingCrew.RiggingMaster", "rank": "first"},
        {"_cls": "RiggingCrew", "rank": 1},
        {"_cls": "Gone"},
        {},
    ])
    output, code = run("--json")
    told = {each["document"]: each for each in json.loads(output)["documents"]}
    assert code == 1
    assert "tests.RiggingMaster" not in told
    problems = told["tests.RiggingCrew"]["problems"]
    assert [
        (each["path"], each["problem"], each["documents"]) for each in problems
    ] == [
        ("", "class", 2),
        ("rank", "type", 1),
        ("rank", "extra", 1),
    ]


def test_a_subclass_that_is_named_is_checked_alone(yards, mongo):
    mongo.rigging_crews.insert_many([
        {"_cls": "RiggingCrew.RiggingMaster", "rank": 1},
        {"_cls": "RiggingCrew", "odd": 1},
    ])
    output, code = run("tests.RiggingMaster")
    assert code == 0
    assert "all 1 documents read" in output


@pytest.mark.parametrize("args", [(), ("--full",), ("--sample", "3")])
def test_a_view_is_read_like_a_collection(yards, mongo, args):
    yards.insert_many([{"name": n} for n in range(5)])
    stages = [{"$project": {"name": 1}}]
    mongo.command("create", "rigging_view", viewOn="rigging_yards", pipeline=stages)
    try:
        output, code = run("tests.RiggingView", *args, "--json")
    finally:
        mongo.drop_collection("rigging_view")
    [told] = json.loads(output)["documents"]
    assert code == 1
    assert (told["read"], told["odd"]) == (
        (3, 3) if args[:1] == ("--sample",) else (5, 5)
    )


def test_what_is_excluded_is_not_read(yards):
    output, _code = run("--exclude", YARD, "--ignore", "extra")
    assert f"{YARD}:" not in output
    assert "tests.RiggingCrew:" in output


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ("tests.Riggingyard2",),
            "There is no Document “tests.Riggingyard2”. Did you ",
        ),
        (("--exclude", "x.Y"), "There is no Document “x.Y”."),
        (
            (YARD, "--sample", "0"),
            "--sample must be at least 1 and at most 2147483647.",
        ),
    ],
)
def test_a_wrong_call_exits_two(yards, args, message):
    with pytest.raises(CommandError, match=message) as caught:
        run(*args)
    assert caught.value.returncode == 2


def test_a_refusal_exits_three_and_tells_the_others(yards, mongo_faults):
    yards.insert_one({"name": "a"})
    output = StringIO()
    with (
        mongo_faults("rigging_yards", errorCode=mongodb.UNAUTHORIZED),
        pytest.raises(CommandError, match=f"Not all was read of {YARD}: ") as caught,
    ):
        call_command("checkdocuments", YARD, "tests.RiggingCrew", stdout=output)
    assert caught.value.returncode == 3
    assert "tests.RiggingCrew: all 0 documents read" in output.getvalue()
    assert "with a problem. Not all was read: " in output.getvalue()


def test_json_is_printed_whatever_fails(yards, mongo_faults):
    yards.insert_one({"name": "a"})
    output = StringIO()
    with (
        mongo_faults("rigging_yards", closeConnection=True, times=9),
        pytest.raises(CommandError) as caught,
    ):
        call_command("checkdocuments", YARD, json=True, stdout=output)
    assert caught.value.returncode == 3
    assert json.loads(output.getvalue())["documents"] == []


def test_json_tells_what_was_not_read(yards, mongo_faults):
    output = StringIO()
    yards.insert_one({"name": "a"})
    with (
        mongo_faults("rigging_yards", errorCode=mongodb.UNAUTHORIZED),
        pytest.raises(CommandError),
    ):
        call_command("checkdocuments", YARD, json=True, stdout=output)
    [found] = json.loads(output.getvalue())["documents"]
    assert found["stopped"] and not found["is_whole"]


def test_nothing_is_written(yards, mongo_commands):
    yards.insert_one({"name": 5})
    with mongo_commands() as commands:
        run(YARD, "--full")
    assert not commands.writes
