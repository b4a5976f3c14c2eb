"""manage.py checkreferences: what it prints, where it stops, how it is resumed."""

import errno
import json
import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO

import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command
from pymongo import ReadPreference
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, OperationFailure

from admin_ext.management.base import interruptible, reason_of
from admin_ext.meta import present
from admin_ext.references import checking
from admin_ext.references.checking import Check, sources_of
from admin_ext.references.progress import Tally, load, save
from admin_ext.references.states import State
from tests.check_documents import Anchor, AnchorView, Buoy, LightBuoy
from tests.reference_documents import Trip
from tests.terminals import read_until, terminals

KIEL, GONE = ObjectId("5f0000000000000000000001"), ObjectId("5f00000000000000000000ff")


@pytest.fixture(autouse=True)
def presented():
    for document in (Anchor, AnchorView, Buoy, LightBuoy, Trip):
        present(document)


@pytest.fixture
def towns(mongo):
    mongo.towns.insert_one({"_id": KIEL, "townName": "Kiel"})
    mongo.ships.insert_one({"_id": "k1", "name": "Karl", "_cls": "Ship"})
    return mongo


def run(*arguments):
    """Return (exit code, what the command printed)."""
    out = StringIO()
    try:
        call_command("checkreferences", *arguments, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def counts(*arguments):
    """Return {path: {state: number, not 0}} and the whole answer."""
    _code, text = run("--json", *arguments)
    answer = json.loads(text)
    states = [state.value for state in State]
    return {
        each["path"]: {name: each[name] for name in states if each[name]}
        for each in answer["paths"]
    }, answer


def test_the_table_names_paths_numbers_and_samples(towns):
    towns.trips.insert_many([
        {"_id": KIEL, "plainTown": GONE},
        {"_id": GONE, "plainTown": ""},
        {"plainTown": KIEL},
    ])
    code, text = run("tests.Trip", "--path", "plain", "--path", "legs__plain")
    assert code == 1
    head, plain, legs, total = text.splitlines()
    assert head.split() == [
        *("path", "checked", "null", "missing", "empty"),
        *("malformed", "dangling", "samples"),
    ]
    assert plain.split() == [
        *("tests.Trip.plain", "3", "0", "0", "0", "1", "1"),
        *("malformed:", str(GONE), "dangling:", str(KIEL)),
    ]
    assert legs.split() == ["tests.Trip.legs__plain", "3", "0", "3", "0", "0", "0"]
    assert total.startswith("3 documents in ")


def test_nothing_odd_is_exit_0(towns):
    towns.trips.insert_one({"plainTown": KIEL})
    assert run("tests.Trip")[0] == 0


def test_an_empty_database_has_nothing_to_complain_of(bare_mongo, other_mongo):
    code, text = run()
    assert code == 0
    assert "documents.Note.parent" in text
    assert "0 documents in" in text


def test_a_document_without_references_is_no_error(mongo):
    assert run("tests.Town") == (0, run("tests.Town")[1])
    assert run("tests.Town")[1].splitlines()[1].startswith("0 documents")


def test_documents_of_every_database_are_checked(mongo, other_mongo):
    mongo.shelves.insert_one({"warehouse": KIEL, "spares": [GONE]})
    other_mongo.warehouses.insert_one({"_id": KIEL})
    other_mongo.crates.insert_one({"shelf": GONE})
    found, answer = counts("tests.Rack", "tests.Crate")
    assert answer["documents"] == 2
    assert found["warehouse"] == {"ok": 1}
    assert found["spares"] == found["shelf"] == {"dangling": 1}
    found, answer = counts("tests.Rack", "tests.Crate", "--database", "other")
    assert [*found] == ["shelf"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tests.Nothing"], "There is no Document “tests.Nothing”."),
        (["tests.Trip", "--path", "titel"], "“titel” is no path of references"),
        (["tests.Trop"], "Did you mean “tests.Trip”?"),
        (["trip"], "Did you mean “tests.Trip”?"),
        (["tests.Trip", "--path", "plan"], "Did you mean “plain”?"),
        (["--database", "nowhere"], "No Document is in the database “nowhere”."),
        (["--database", "defalt"], "Did you mean “default”?"),
        (["--batch", "0"], "--batch must be at least 1 and at most 2147483647."),
        (["--max-time", "9" * 20], "--max-time must be at least 1 and at most"),
        (["--resume", "/nowhere/state.json"], "No such file"),
        (["--resume", "README.md"], "is no state of checkreferences"),
    ],
)
def test_a_wrong_call_is_exit_2(mongo, settings, monkeypatch, arguments, message):
    monkeypatch.chdir(settings.BASE_DIR)
    with pytest.raises(CommandError, match=re.escape(message)) as raised:
        run(*arguments)
    assert raised.value.returncode == 2


@pytest.mark.parametrize("options", [{}, {"documents": [], "all": False}])
def test_a_state_without_all_options_is_refused(mongo, tmp_path, options):
    file = tmp_path / "state.json"
    save(file, checking.Progress(), options)
    with pytest.raises(CommandError, match="no state of checkreferences"):
        run("--resume", str(file))


def test_a_state_of_another_database_is_refused(mongo, tmp_path):
    file = tmp_path / "state.json"
    progress = Check(sources_of([present(Buoy)])).progress
    progress = replace(progress, places=("default:elsewhere.buoys",))
    chosen = {"documents": ["tests.Buoy"], "all": False, "path": [], "database": None}
    save(file, progress, chosen)
    with pytest.raises(CommandError, match="default:elsewhere.buoys") as raised:
        run("--resume", str(file))
    assert raised.value.returncode == 2


def test_a_state_that_cannot_be_written_is_told(
    mongo, monkeypatch, tmp_path, mongo_faults
):
    mongo.tags.insert_many([{"user": ObjectId()} for _ in range(9)])
    monkeypatch.chdir(tmp_path)
    # What root may not do either.
    monkeypatch.setattr("tempfile.mkstemp", unwritable)
    with (
        mongo_faults("users", mode={"skip": 2}, closeConnection=True),
        pytest.raises(CommandError, match="could not be written: .*Read-only"),
    ):
        run("documents.Tag", "--batch", "3")


def unwritable(**_options):
    raise OSError(errno.EROFS, "Read-only file system")


def test_of_the_drivers_words_only_the_reason_is_told():
    lost = AutoReconnect(
        "a:1: refused (configured timeouts: x), Timeout: 1.0s, Topology Description: y"
    )
    assert reason_of(lost) == "MongoDB cannot be reached: a:1: refused"
    assert reason_of(OperationFailure("no, full error: {}")) == "no"


def test_a_state_is_not_taken_for_another_check(mongo, tmp_path):
    file = tmp_path / "state.json"
    save(file, checking.Progress(), {"documents": ["tests.Trip"]})
    with pytest.raises(CommandError, match="the state of another check"):
        run("tests.Town", "--resume", str(file))


def test_a_lost_connection_leaves_a_state(mongo, tmp_path, monkeypatch, mongo_faults):
    monkeypatch.chdir(tmp_path)
    mongo.tags.insert_many([{"user": ObjectId()} for _ in range(10)])
    with (
        mongo_faults("users", mode={"skip": 2}, closeConnection=True),
        pytest.raises(CommandError, match="MongoDB cannot be reached") as raised,
    ):
        run("documents.Tag", "--batch", "3")
    assert raised.value.returncode == 3
    (file,) = tmp_path.iterdir()
    assert f"--resume {file}" in str(raised.value)
    assert load(file)[0].documents == 6
    found, answer = counts("--resume", str(file))
    assert (answer["documents"], found["user"]) == (10, {"dangling": 10})


def test_a_server_that_never_answered_leaves_no_state(
    mongo, tmp_path, monkeypatch, mongo_faults
):
    monkeypatch.chdir(tmp_path)
    with (
        mongo_faults("tags", closeConnection=True),
        pytest.raises(CommandError, match="MongoDB cannot be reached") as raised,
    ):
        run("documents.Tag")
    assert raised.value.returncode == 3
    assert not [*tmp_path.iterdir()]


def test_reads_may_go_to_a_secondary(mongo, monkeypatch):
    # A lone server is sent another preference than the collection's.
    mongo.tags.insert_one({"user": GONE})
    seen, own = [], Collection.find

    def find(self, *args, **kwargs):
        seen.append(self.read_preference)
        return own(self, *args, **kwargs)

    monkeypatch.setattr(Collection, "find", find)
    run("documents.Tag", "--secondary")
    assert seen == [ReadPreference.SECONDARY_PREFERRED] * 2


def test_a_state_of_other_paths_is_refused(mongo, tmp_path):
    file = tmp_path / "state.json"
    progress = checking.Progress(tallies={"documents.Tag.owner": Tally()})
    chosen = {"documents": ["documents.Tag"], "all": False, "path": []}
    save(file, progress, {**chosen, "database": None})
    with pytest.raises(CommandError, match="declare other references") as raised:
        run("--resume", str(file))
    assert raised.value.returncode == 2


def test_a_database_that_is_not_configured_is_told(mongo):
    with pytest.raises(CommandError, match="nowhere") as raised:
        run("tests.Wreck")
    assert raised.value.returncode == 3


@pytest.fixture
def start(mongo, settings, tmp_path):
    """Start the command on a terminal of its own. See tests.terminals."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MONGODB_URI": settings.MONGODB_DATABASES["default"]["host"],
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x" * 50,
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    with terminals("checkreferences", environment, tmp_path) as start:
        yield start


def test_ctrl_c_leaves_a_state_from_which_it_goes_on(
    mongo, start, tmp_path, mongo_profile
):
    mongo.tags.insert_many([{"name": "x", "user": GONE} for _ in range(3_000)])
    with mongo_profile() as operations:
        process, terminal = start("documents.Tag", "--batch", "1")
        read_until(terminal, "[1-9][0-9]*/3000.* documents/s")
        process.send_signal(signal.SIGINT)
        assert "Go on with" in read_until(terminal, r"\.json")
        assert process.wait(10) == 3
        (file,) = tmp_path.glob("checkreferences-*.json")
        assert 0 < load(file)[0].documents < 3_000
        process, terminal = start("--resume", str(file), "--json")
        answer = json.loads(process.communicate(timeout=20)[0])
    assert process.returncode == 1
    assert answer["documents"] == 3_000
    (user,) = answer["paths"]
    assert (user["checked"], user["dangling"], user["ok"]) == (3_000, 3_000, 0)
    assert not operations.writes


@pytest.fixture
def default_signals():
    """Have this process take signals as one does that a person started."""
    handlers = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {each: signal.signal(each, handler) for each, handler in handlers.items()}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_interruption_does_not_spoil_the_state(number, default_signals):
    with pytest.raises(SystemExit), interruptible() as hold:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        hold()
        signal.raise_signal(number)
        sys.exit(3)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_what_was_ignored_is_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_may_call_it(mongo):
    mongo.tags.insert_one({"user": GONE})
    with ThreadPoolExecutor() as pool:
        assert pool.submit(run, "documents.Tag").result()[0] == 1


def test_ctrl_c_in_the_first_batch_is_one_word(mongo, start, tmp_path, mongo_faults):
    mongo.tags.insert_one({"user": GONE})
    with mongo_faults("tags", blockConnection=True, blockTimeMS=1_500):
        process, terminal = start("documents.Tag")
        read_until(terminal, "0.*/s")
        process.send_signal(signal.SIGINT)
        shown = read_until(terminal, r"\.")
        assert process.wait(10) == 3
    assert "Interrupted." in shown
    assert not [*tmp_path.glob("checkreferences-*")]
