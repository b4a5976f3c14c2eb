"""Ctrl-C ends a command wherever it is, and is told in one word."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError

from admin_ext.management.base import interruptible


@pytest.fixture(autouse=True)
def as_before():
    """Have handlers and hooks as they were."""
    told, handler = sys.unraisablehook, signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    sys.unraisablehook = told
    signal.signal(signal.SIGINT, handler)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


class Cursor:
    """One that Python clears up when Ctrl-C comes."""

    def __del__(self):
        interrupt()
        time.sleep(1)


class HalfMade:
    """One whose constructor was interrupted."""

    def __del__(self):
        raise AttributeError("there is no conn_mgr")


def test_an_interruption_that_python_drops_comes_again(capsys):
    with pytest.raises(KeyboardInterrupt), interruptible():
        Cursor()
        time.sleep(5)
        pytest.fail("Nothing has interrupted this.")
    assert capsys.readouterr().err == ""


def test_what_is_cleared_up_after_an_interruption_is_not_told(capsys):
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            interrupt()
        finally:
            HalfMade()
    HalfMade()
    assert capsys.readouterr().err == ""


def test_errors_of_a_driver_that_was_interrupted_are_an_interruption():
    told = pytest.raises(CommandError, match=r"^Interrupted\.$")
    with told as raised, interruptible():
        try:
            interrupt()
        finally:
            {}["missing"]
    assert raised.value.returncode == 3


def test_without_an_interruption_errors_are_what_they_are():
    with pytest.raises(KeyError), interruptible():
        {}["missing"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_reader_that_has_enough_is_no_traceback(tmp_path):
    with (tmp_path / "full").open("w") as file:
        code = (
            "import sys\n"
            "from admin_ext.management.base import put\n"
            "put(sys.stdout, ['caf\\u00e9 \\ud800\\n'] * 100_000)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=file,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        assert process.stdout.readline() == b"caf\\xe9 \\ud800\n"
        process.stdout.close()
        assert process.wait(20) == 3
    assert (tmp_path / "full").read_text() == ""
