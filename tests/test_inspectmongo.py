"""manage.py inspectmongo: what it prints and writes, what it leaves out, and why."""

import ast
import re
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError
from gridfs import GridFS

from admin_ext.introspection.inspecting import Inspection
from admin_ext.introspection.kinds import Found
from admin_ext.introspection.models import Kind
from tests import mongodb
from tests.inspecting import classes, fill_shop, refused, run, uri_of


@pytest.fixture
def shop(bare_mongo):
    """Customers and their orders."""
    return fill_shop(bare_mongo)


def test_standard_output_is_a_module_of_documents_and_nothing_else(shop):
    text, said = run()
    assert classes(text) == ["Customer", "Line", "Order"]
    assert '"collection": "orders"' in text
    assert "ReferenceField(Customer" in text
    assert said.splitlines()[:2] == [
        f"customers: 50 documents in {said.split()[4]} s",
        f"orders: 120 documents in {said.split()[10]} s",
    ]
    summary = r"2 Documents of 2 collections, 1 embedded class, \d+ doubts; 170 documen"
    assert re.match(summary, said.splitlines()[2])


def test_admin_prints_the_admins_of_these(shop):
    text, _said = run("--admin")
    assert "from .documents import Customer, Line, Order" in text
    assert "@admin.register(Order)" in text


def test_nothing_is_said_with_verbosity_0(shop):
    assert run("-v", "0")[1] == ""


def test_only_reads_arrive(shop, mongo_profile):
    for options in ([], ["--full"], ["--sample", "20"]):
        with mongo_profile() as operations:
            run(*options)
        assert not operations.writes
        assert {"find", "aggregate"} & {*operations.names}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--collection", "orders"], ["Line", "Order"]),
        (["--collection", "ord*", "--collection", "customers"], 3),
        (["--exclude", "o*"], ["Customer"]),
        (["--collection", "*", "--exclude", "customers"], ["Line", "Order"]),
    ],
)
def test_collections_are_chosen_by_name_and_pattern(shop, arguments, expected):
    found = classes(run(*arguments)[0])
    assert len(found) == expected if expected == 3 else found == expected


def test_a_name_that_looks_like_a_pattern_is_a_name(bare_mongo):
    for name in ("log*", "logs", "log[1]"):
        bare_mongo[name].insert_one({"x": 1})
    for name in ("log*", "log[1]"):
        _text, said = run("--collection", name)
        assert said.startswith(f"{name}: 1 document in")
        assert len(said.splitlines()) == 2


def test_a_collection_that_is_not_there_is_named(shop):
    assert refused("--collection", "order") == (
        2,
        f"“order” is no collection of the database “{shop.name}”. Did you mean "
        "“orders”?",
    )


def test_a_database_is_an_alias_or_a_name(shop, other_mongo):
    other_mongo.planes.insert_one({"wings": 2})
    text, _said = run("--database", "other")
    assert classes(text) == ["Plane"]
    assert '"db_alias": "other"' in text
    assert run("--database", other_mongo.name)[0] == text
    assert '"db_alias"' not in run("--database", other_mongo.name, "--alias", "default")


def test_a_connection_string_leads_to_a_database_that_is_not_configured(shop):
    text, _said = run("--uri", uri_of(shop, shop.name))
    assert text == run()[0]
    assert run("--uri", uri_of(shop), "--database", shop.name)[0] == text
    code, message = refused("--uri", uri_of(shop))
    assert code == 2
    assert message.startswith(
        "--uri names no database; name one with --database. There are: "
    )
    assert shop.name in message


@pytest.mark.parametrize(
    "uri",
    [
        *("mongodb://user:s3cret/pass@host/x", "mongodb://user:s3cr@et@host/x"),
        *("user:s3cret@host", "mongodb://", "mongodb://user:s3cret@host:99999/x"),
        "mongodb+srv://user:s3cret@host:1/x",
    ],
)
def test_no_message_holds_a_connection_string(uri):
    code, message = refused("--uri", uri)
    assert code == 2
    assert message == (
        "--uri must be a connection string such as "
        "mongodb://user:password@host:27017/database (write @ : / in the password as "
        "%40 %3A %2F)."
    )


def test_a_wrong_password_is_not_shown(shop):
    host = uri_of(shop).removeprefix("mongodb://")
    code, message = refused("--uri", f"mongodb://joe:s3cret@{host}{shop.name}")
    assert (code, message) == (3, "Authentication failed.")


def test_a_server_that_is_not_there_is_named():
    uri = "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=200"
    code, message = refused("--uri", uri)
    assert code == 3
    assert message.startswith("MongoDB cannot be reached: 127.0.0.1:1")


def test_a_database_without_collections_may_be_another(bare_mongo):
    name = bare_mongo.name
    assert refused("--database", "zzz") == (
        2,
        "The database “zzz” has no collections.",
    )
    bare_mongo.client[f"{name}_other"].planes.insert_one({})
    try:
        code, message = refused("--database", f"{name}_othr")
    finally:
        bare_mongo.client.drop_database(f"{name}_other")
    assert message.endswith(f"Did you mean “{name}_other”?")


def test_who_may_not_even_see_names_is_told_so(shop):
    with mongodb.refusals(shop, mongodb.UNAUTHORIZED, {"times": 2}):
        answer = refused()
    assert answer == (
        3,
        f"The MongoDB user may not see the collections of the database “{shop.name}”.",
    )


@pytest.mark.parametrize(
    "arguments", [["--sample", "0"], ["--max-time", "0"], ["--sample", "9999999999"]]
)
def test_numbers_have_bounds(arguments):
    code, message = refused(*arguments)
    assert code == 2
    assert message == f"{arguments[0]} must be at least 1 and at most 2147483647."


@pytest.mark.parametrize(
    "arguments", [["--full", "--sample", "5"], ["--admin", "--into", "x"]]
)
def test_options_that_exclude_one_another(arguments):
    with pytest.raises(CommandError, match="not allowed with"):
        run(*arguments)


# Kinds of collections


def test_every_kind_of_collection_is_read(bare_mongo):
    bare_mongo.plain.insert_many([{"name": f"n{n}"} for n in range(5)])
    bare_mongo.create_collection("events", capped=True, size=100_000)
    bare_mongo.events.insert_one({"what": "login"})
    bare_mongo.create_collection(
        "names", viewOn="plain", pipeline=[{"$project": {"name": 1}}]
    )
    bare_mongo.create_collection("weather", timeseries={"timeField": "at"})
    bare_mongo.weather.insert_one({"at": datetime(2024, 1, 1, tzinfo=UTC), "rain": 1})
    GridFS(bare_mongo, "media").put(b"x" * 300_000, filename="a.txt")
    for options in ([], ["--full"]):
        text, said = run(*options)
        assert classes(text) == ["Event", "MediaFile", "Name", "Plain", "Weather"]
        assert "A view: MongoDB computes it" in text
        assert "A time-series collection" in text
        assert "A capped collection" in text
        assert "The files of GridFS" in text
        assert "media.files: 1 document in" in said
        comments = " ".join(re.findall("# (.*)", text))
        assert "Left out: “media.chunks”. It holds the contents of the f" in comments
        assert "Left out: “system.views”. It is MongoDB's own." in comments


def test_what_cannot_be_read_is_left_out_with_the_reason(shop, mongo_faults):
    shop.create_collection("empty")
    shop.create_collection(
        "broken", viewOn="orders", pipeline=[{"$project": {"x": {"$divide": [1, 0]}}}]
    )
    with mongo_faults("customers", errorCode=mongodb.UNAUTHORIZED):
        text, said = run()
    assert classes(text) == ["Line", "Order"]
    lines = said.splitlines()
    assert lines[0].startswith("broken: left out. MongoDB refused it (")
    assert lines[1:3] == [
        "customers: left out. The MongoDB user of this site lacks the permission.",
        "empty: left out. It is empty: there is nothing to infer.",
    ]
    assert "# Left out: “empty”. It is empty: there is nothing to infer." in text


def test_nothing_that_can_be_read_is_an_error(bare_mongo):
    bare_mongo.create_collection("empty")
    assert refused() == (
        3,
        "There is nothing to infer Documents from.\n"
        "  empty: It is empty: there is nothing to infer.",
    )


NAMES = [
    *("a.b.c", "a-b", "été 2024", "日本", "-", "1", "class", "a\nimport os", 'a"""b'),
    *("__x", "Document", "\x1b[31mred", "a'b\\", "%(x)s {x}"),
]


def test_names_may_be_anything(bare_mongo):
    for name in NAMES:
        bare_mongo[name].insert_one({"x": 1})
    text, said = run()
    named = {
        key.value
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.Dict)
        for key in each.values
        if isinstance(key, ast.Constant)
    }
    assert {*NAMES} <= named
    assert len(classes(text)) == len(NAMES)
    assert "import os" not in text.splitlines()
    assert "\x1b" not in said + text
    ast.parse(run("--admin")[0])


def test_a_view_that_is_only_partly_read_says_so(shop, mongo_faults):
    shop.create_collection("mirror", viewOn="customers", pipeline=[])
    inspection = Inspection(shop, full=True, batch=20, max_time=900)
    found = Found("mirror", Kind.VIEW)
    later = {"failCommands": ["getMore"], "mode": {"skip": 1}}
    with mongo_faults("mirror", **later, errorCode=mongodb.TIME_LIMIT):
        assert [*inspection.look(found, inspection.reading(found))] == [20]
    (model,) = inspection.models().documents
    doubt = "Only 20 documents were read: It took longer than 0.9 s."
    assert doubt in model.doubts


# Files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project's folder, in which Python looks."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names_in(path):
    return sorted(each.name for each in path.iterdir())


def test_into_writes_an_app(shop, folder):
    out, said = run("--into", "retail")
    assert out == ""
    assert names_in(folder / "retail") == [
        *("__init__.py", "admin.py", "apps.py", "documents.py")
    ]
    assert (folder / "retail/documents.py").read_text() == run()[0]
    assert (folder / "retail/admin.py").read_text() == run("--admin")[0]
    assert 'name = "retail"' in (folder / "retail/apps.py").read_text()
    assert said.splitlines()[3:] == [
        "Written: retail/documents.py, retail/admin.py, retail/__init__.py, "
        "retail/apps.py.",
        'Add "retail" to INSTALLED_APPS.',
        *[each for each in said.splitlines()[3:] if "mongoengine knows one" in each],
        "Then run: manage.py migrate (it makes permissions, in SQL only).",
    ]


def test_what_is_there_is_overwritten_with_force_only(shop, folder, mongo_commands):
    (folder / "retail").mkdir()
    (folder / "retail/__init__.py").write_text("# mine\n")
    (folder / "retail/admin.py").write_text("# mine\n")
    with mongo_commands() as commands:
        code, message = refused("--into", "retail")
    # Before anything is read.
    assert not commands
    assert (code, message) == (
        2,
        f"{folder}/retail/admin.py would be overwritten; --force does so.",
    )
    assert names_in(folder / "retail") == ["__init__.py", "admin.py"]
    run("--into", "retail", "--force")
    assert names_in(folder / "retail") == ["__init__.py", "admin.py", "documents.py"]
    assert (folder / "retail/__init__.py").read_text() == "# mine\n"
    assert "@admin.register" in (folder / "retail/admin.py").read_text()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("json", "“json” is the name of a Python module already"),
        ("3x", "“3x” is none."),
        ("class", "“class” is none."),
        ("documents", "“documents” is the label of the app documents already"),
        (".", "is where Python looks for modules; name a folder in it."),
        ("file.txt/x", "file.txt is a file, not a folder."),
    ],
)
def test_folders_that_cannot_be_apps(shop, folder, name, reason):
    (folder / "file.txt").write_text("")
    code, message = refused("--into", name)
    assert code == 2
    assert reason in message
    assert names_in(folder) == ["file.txt"]


def test_an_app_deep_in_the_project_has_its_whole_name(shop, folder):
    _out, said = run("--into", "apps/retail")
    assert 'Add "apps.retail" to INSTALLED_APPS.' in said
    assert 'name = "apps.retail"' in (folder / "apps/retail/apps.py").read_text()


def test_a_database_that_is_not_configured_is_to_be(shop, folder):
    _out, said = run("--uri", uri_of(shop, shop.name), "--into", "a", "--alias", "old")
    assert (
        f"In MONGODB_DATABASES “old” must lead to the database “{shop.name}”." in said
    )
    assert '"db_alias": "old"' in (folder / "a/documents.py").read_text()


def test_a_folder_that_cannot_be_written_leaves_nothing(shop, folder):
    (folder / "retail").mkdir()
    (folder / "retail/admin.py").mkdir()
    code, message = refused("--into", "retail", "--force")
    assert code == 3
    assert message.startswith("The files could not be written: ")
    assert names_in(folder / "retail") == ["admin.py"]


def test_names_that_other_apps_have_are_told(bare_mongo, folder):
    bare_mongo.notes.insert_one({"x": 1})
    _out, said = run("--into", "retail")
    assert "documents.documents has classes of these names too: Note. Of two" in said


def test_choices_are_options_when_asked_for(bare_mongo):
    bare_mongo.jobs.insert_many([
        {"state": state} for state in ("new", "done", "failed") for _n in range(100)
    ])
    assert "choices=" not in run()[0]
    assert "choices=" in run("--choices")[0]


def test_force_without_a_folder_is_a_wrong_call(shop):
    assert refused("--force") == (2, "--force is of --into only.")
