"""What docs/inspectmongo.md says of the command is so."""

import ast
import re
import shlex
from io import StringIO
from pathlib import Path

import mongoengine
import pytest
from bson.json_util import loads
from django.core.management import call_command, get_commands, load_command_class

from config.paths import BASE_DIR

PAGE = (Path(BASE_DIR) / "docs/inspectmongo.md").read_text()
LINES = re.findall(r"^manage\.py (inspectmongo .*)$", PAGE, re.M)
DATA = Path(BASE_DIR).parent / "shared" / "data"


def printed(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_table_has_every_option():
    command = load_command_class(get_commands()["inspectmongo"], "inspectmongo")
    base = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback"}
    base |= {"--no-color", "--force-color", "--help", "--skip-checks"}
    parser = command.create_parser("manage.py", "inspectmongo")
    options = {name for each in parser._actions for name in each.option_strings}
    told = re.findall(r"^\| `(--[a-z-]+)` \|", PAGE, re.M)
    assert {each for each in options if each.startswith("--")} - base == {*told}
    assert len(told) == len({*told})


@pytest.fixture
def archive(bare_mongo, other_mongo, settings):
    """Collections of the names that the page has, and an alias "archive"."""
    for name in ("orders", "log_new", "log_old"):
        bare_mongo[name].insert_one({"name": name})
    other_mongo.orders.insert_one({"name": "old"})
    options = settings.MONGODB_DATABASES["other"]
    databases = {**settings.MONGODB_DATABASES, "archive": {**options, "name": "x"}}
    settings.MONGODB_DATABASES = databases
    mongoengine.register_connection("archive", **options)
    yield
    mongoengine.disconnect("archive")


@pytest.mark.parametrize("line", LINES)
def test_each_command_runs(archive, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    arguments = shlex.split(line.partition(" >")[0])
    text = printed(*arguments)
    if "--into" in arguments:
        text = (tmp_path / "archive/documents.py").read_text()
        assert '"db_alias": "archive"' in text
    elif "--exclude" in arguments:
        found = [each.name for each in ast.parse(text).body if hasattr(each, "bases")]
        assert found == ["LogNew", "Order"]
    assert ast.parse(text).body


def test_the_page_has_commands():
    assert len(LINES) == 4


def test_the_example_is_what_is_printed(bare_mongo):
    files = sorted(DATA.glob("analytics.*.json"))
    if not files:
        pytest.skip(f"There are no files {DATA}/analytics.*.json.")
    for file in files:
        rows = [loads(line) for line in file.read_text().splitlines()]
        bare_mongo[file.stem.split(".")[1]].insert_many(rows)
    text = printed("inspectmongo").replace(f"“{bare_mongo.name}”", "“analytics”")
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert example == text
