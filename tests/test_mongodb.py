"""The embedded MongoDB, started, killed and started again for real."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pymongo import MongoClient

from config import mongodb
from config.mongodb import EmbeddedMongoDB, EmbeddedMongoDBError
from config.paths import BASE_DIR
from tests.mongodb import CommandRecorder, check_name, empty


@pytest.fixture
def port():
    """A port that is free now."""
    return mongodb.free_ports(1)[0]


def write_and_count(uri):
    """Write one document and return how many there are."""
    with MongoClient(uri) as client:
        client.notes.things.insert_one({})
        return client.notes.things.count_documents({})


def is_running(pid):
    """Return whether a process is there and not only waiting to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until_ended(pid, seconds=20):
    """Fail unless a process ends in time."""
    deadline = time.monotonic() + seconds
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} is still running"
        time.sleep(0.05)


def start_in_a_process(folder, port):
    """Start the server in a process of its own; return (that process, mongod's pid)."""
    code = (
        "import sys, time; from config.mongodb import EmbeddedMongoDB;"
        "server = EmbeddedMongoDB(sys.argv[1], int(sys.argv[2])); server.start();"
        "print(server.pid, flush=True); time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, folder, str(port)],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process.stdout:
        return process, int(process.stdout.readline())


def test_data_outlives_a_restart_on_another_port(tmp_path):
    ports = mongodb.free_ports(2)
    for count, port in enumerate(ports, start=1):
        with EmbeddedMongoDB(tmp_path, port) as server:
            assert write_and_count(server.uri) == count
            assert mongodb.default_uri(tmp_path) == server.uri
            pid = server.pid
        assert not is_running(pid)


def test_it_is_a_replica_set_on_the_loopback_interface_only(tmp_path, port):
    with EmbeddedMongoDB(tmp_path, port) as server, MongoClient(server.uri) as client:
        assert client.admin.command("hello")["setName"] == "embedded"
        options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == "127.0.0.1"
    assert options["storage"]["wiredTiger"]["engineConfig"]["cacheSizeGB"] == 0.5


def test_mongod_ends_with_a_killed_parent_and_the_next_run_recovers(tmp_path, port):
    process, pid = start_in_a_process(tmp_path, port)
    assert write_and_count(mongodb.uri_for_port(port)) == 1
    process.kill()
    process.wait()
    # At once: the mongod of the killed run may still hold the folder.
    with EmbeddedMongoDB(tmp_path, port) as server:
        assert not is_running(pid)
        assert write_and_count(server.uri) == 2


def test_a_killed_mongod_leaves_a_lock_that_does_not_matter(tmp_path, port):
    process, pid = start_in_a_process(tmp_path, port)
    os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    # Until then it holds its port.
    wait_until_ended(pid)
    assert (tmp_path / "mongod.lock").read_text().strip() == str(pid)
    with EmbeddedMongoDB(tmp_path, port) as server:
        assert write_and_count(server.uri) == 1


def test_another_process_with_the_recorded_pid_is_left_alone(tmp_path, port):
    with subprocess.Popen(["sleep", "60"]) as other:
        (tmp_path / "mongod.lock").write_text(f"{other.pid}\n")
        with EmbeddedMongoDB(tmp_path, port):
            assert other.poll() is None
        other.kill()


def test_a_folder_in_use_is_told_in_one_sentence(tmp_path, port):
    other = EmbeddedMongoDB(tmp_path)
    with EmbeddedMongoDB(tmp_path, port), pytest.raises(EmbeddedMongoDBError) as error:
        other.start()
    assert str(error.value) == (
        f"The embedded MongoDB of {tmp_path} is already running, started by "
        f"process {os.getpid()}."
    )


def test_a_wanted_port_in_use_is_told_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedMongoDBError) as error:
            EmbeddedMongoDB(tmp_path, port).start()
    assert str(error.value) == (
        f"Port {port}, wanted for the embedded MongoDB, is used by another program."
    )


def test_another_port_is_chosen_when_the_last_one_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (tmp_path / "port").write_text(str(taken.getsockname()[1]))
        with EmbeddedMongoDB(tmp_path) as server:
            assert server.port != taken.getsockname()[1]
            assert mongodb.recorded_port(tmp_path) == server.port


def test_a_mongod_that_ends_tells_the_last_lines_of_its_log(tmp_path, port):
    (tmp_path / "storage.bson").write_text("damaged")
    with pytest.raises(EmbeddedMongoDBError, match="ended with exit code") as error:
        EmbeddedMongoDB(tmp_path, port).start()
    assert len(str(error.value).splitlines()) > 1


def test_mongod_runs_without_the_libcurl_of_the_system(tmp_path):
    mongod, environment = mongodb.find_mongod(tmp_path)
    path = mongodb.bundled_libcurl(tmp_path)
    assert (tmp_path / "lib" / "libcurl.so.4").exists()
    environment = {**environment, "LD_LIBRARY_PATH": path, "LD_DEBUG": "libs"}
    result = subprocess.run(
        [mongod, "--version"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"calling init: {tmp_path}/lib/libcurl.so.4" in result.stderr


def test_a_binary_without_its_executable_bit_is_repaired(tmp_path):
    mongod = tmp_path / "mongod"
    mongod.touch(0o644)
    assert mongodb.executable(mongod, tmp_path) == mongod
    assert os.access(mongod, os.X_OK)


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ("libcurl.so.4: cannot open shared object file", "apt-get install libcurl4"),
        ("libssl.so.3: cannot open shared object file", "needs OpenSSL 3"),
        ("exit code -4", "needs a processor with AVX"),
        ("exec format error", "cannot be run here"),
    ],
)
def test_a_binary_that_cannot_run_is_told_in_one_sentence(problem, sentence):
    explanation = mongodb.explain(problem)
    assert sentence in explanation
    assert "MONGODB_URI" in explanation
    assert len(explanation.splitlines()) == 1


def test_the_data_folder_can_be_removed_after_the_end(tmp_path, port):
    folder = tmp_path / "data"
    with EmbeddedMongoDB(folder, port):
        pass
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "name", ["notes", "test", "test_mongoadmin", "xtest_mongoadmin_main"]
)
def test_the_tests_refuse_any_other_database(mongo, name):
    with pytest.raises(ValueError, match=f"must not touch the database '{name}'"):
        check_name(name)
    with pytest.raises(ValueError, match="must not touch"):
        empty(mongo.client[name], CommandRecorder())


def test_the_tests_ignore_the_mongodb_of_the_environment(tmp_path):
    code = "from tests import settings; print(settings.MONGODB_DATABASES)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "DATA_DIR": str(tmp_path),
            "MONGODB_URI": "mongodb://live.example.com/shop",
        },
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "mongodb://127.0.0.1:1/nowhere" in result.stdout
    assert "live" not in result.stdout


def test_commands_are_recorded_as_sent_and_as_run(mongo, mongo_commands, mongo_profile):
    with mongo_profile() as operations, mongo_commands() as commands:
        mongo.things.insert_one({"n": 1})
        mongo.things.find_one()
        mongo.things.delete_many({"n": 1})
    assert commands.names == ["insert", "find", "delete"]
    assert [command.name for command in commands.writes] == ["insert", "delete"]
    assert commands[0].document["documents"][0]["n"] == 1
    assert {"insert", "find", "delete"} <= set(operations.names)
    assert {"insert", "delete"} == {command.name for command in operations.writes}
