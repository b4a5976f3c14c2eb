"""`make demo`'s program, run, used, stopped and killed for real."""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from pymongo import MongoClient

from config import mongodb
from config.paths import BASE_DIR
from tests.test_mongodb import wait_until_ended

SECONDS = 60  # for a first run on a busy machine


class Demo:
    """A running demo and what it printed before it served."""

    def __init__(self, folder, **environment):
        self.port = mongodb.free_ports(1)[0]
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            cwd=BASE_DIR,
            env=demo_environment(folder, self.port, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output = ""
        while "Stop it with Ctrl-C." not in self.output:
            line = self.process.stdout.readline()
            assert line, self.output
            self.output += line

    @property
    def mongod_pid(self):
        return mongodb.recorded_pid(self.folder / "mongodb")

    @property
    def database_uri(self):
        return mongodb.default_uri(self.folder / "mongodb")

    def end(self, sign):
        """Send a signal; return the exit code and what was printed since."""
        pid = self.mongod_pid
        self.process.send_signal(sign)
        rest, _ = self.process.communicate(timeout=SECONDS)
        if pid:
            wait_until_ended(pid)
        return self.process.returncode, rest

    def log_in(self):
        """Log in with the printed credentials; return the page that follows."""
        name, password = re.search(
            r"user name (\S+), password (\S+)", self.output
        ).groups()
        cookies = http.cookiejar.CookieJar()
        handler = urllib.request.HTTPCookieProcessor(cookies)
        opener = urllib.request.build_opener(handler)
        url = f"http://127.0.0.1:{self.port}/admin/login/?next=/admin/password_change/"
        opener.open(url).close()
        token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
        form = {"username": name, "password": password, "csrfmiddlewaretoken": token}
        with opener.open(url, urllib.parse.urlencode(form).encode()) as response:
            return response.url


def demo_environment(folder, port, **environment):
    """Return the environment of a small demo on its own folder and port."""
    inherited = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START")
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        "DATA_DIR": str(folder),
        "DEMO_PORT": str(port),
        "DEMO_USERS": "10",
        "DEMO_NOTES": "50",
        **environment,
    }


def run_to_the_end(folder, port, **environment):
    """Return the CompletedProcess of a demo that cannot run."""
    return subprocess.run(
        [sys.executable, "-m", "config.demo"],
        cwd=BASE_DIR,
        env=demo_environment(folder, port, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def start(tmp_path):
    """Start a demo in a folder of the test's own: start(**environment)."""
    demos = []

    def start_demo(**environment):
        demo = Demo(tmp_path, **environment)
        demos.append(demo)
        return demo

    yield start_demo
    for demo in demos:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)
        demo.process.stdout.close()


def test_first_run_prints_credentials_that_log_in(start):
    demo = start()
    assert f"http://127.0.0.1:{demo.port}/admin/" in demo.output
    assert demo.log_in().endswith("/admin/password_change/")
    password = demo.folder / "password"
    assert password.stat().st_mode & 0o777 == 0o600


def test_second_run_keeps_the_data_and_starts_in_seconds(start):
    first = start()
    with MongoClient(first.database_uri) as client:
        users = client.notes.users.count_documents({})
        client.notes.users.update_one({}, {"$set": {"edited": True}})
    assert users >= 10
    first.end(signal.SIGINT)
    started = time.monotonic()
    second = start()
    assert time.monotonic() - started < 15
    with MongoClient(second.database_uri) as client:
        assert client.notes.users.count_documents({}) == users
        assert client.notes.users.count_documents({"edited": True}) == 1
    assert second.log_in()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_stop_everything_without_a_traceback(start, sign):
    demo = start()
    code, output = demo.end(sign)
    assert code == 0
    assert "Traceback" not in output
    assert mongodb.is_port_free(demo.port)


def test_a_killed_demo_leaves_no_process_and_the_next_one_runs(start):
    demo = start()
    assert demo.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert start().log_in()


def test_a_used_port_is_told_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_to_the_end(tmp_path, port)
    assert result.returncode == 1
    assert result.stderr == (
        f"make demo: port {port} is used by another program; choose another one, as "
        f"in `make demo DEMO_PORT={port % 65535 + 1}`.\n"
    )
    assert mongodb.recorded_pid(tmp_path / "mongodb") is None


def test_a_second_demo_beside_the_first_says_so(start, tmp_path):
    demo = start()
    result = run_to_the_end(tmp_path, demo.port)
    assert result.returncode == 1
    assert f"is already running, started by process {demo.process.pid}." in (
        result.stderr
    )
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("value", ["many", "-1", "1e6"])
def test_a_number_that_is_none_is_told_in_one_sentence(tmp_path, value):
    result = run_to_the_end(tmp_path, value)
    assert result.stderr == (
        f"make demo: DEMO_PORT must be a whole number from 1 to 65535, not {value!r}.\n"
    )


def test_no_server_and_no_demo_data_with_a_mongodb_of_your_own(start, bare_mongo):
    host, port = bare_mongo.client.address
    uri = f"mongodb://{host}:{port}/{bare_mongo.name}?directConnection=true"
    before = set(bare_mongo.client.list_database_names())
    demo = start(MONGODB_URI=uri)
    assert demo.log_in()
    assert not (demo.folder / "mongodb").exists()
    assert bare_mongo.list_collection_names() == []
    assert set(bare_mongo.client.list_database_names()) <= before
    assert uri not in demo.output


def test_the_demo_ends_with_the_make_that_started_it(tmp_path):
    port = mongodb.free_ports(1)[0]
    code = (
        "import subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-m', 'config.demo']); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env=demo_environment(tmp_path, port, MAKELEVEL="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as make:
        wait_until_listening(port)
        pids = [mongodb.recorded_pid(tmp_path / "mongodb"), *children(make.pid)]
        make.kill()
    assert len(pids) == 2
    for pid in pids:
        wait_until_ended(pid)


def wait_until_listening(port):
    """Fail unless something listens on a port in time."""
    deadline = time.monotonic() + SECONDS
    while mongodb.is_port_free(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def children(pid):
    """Return the process ids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]
