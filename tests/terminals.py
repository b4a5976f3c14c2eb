"""Commands of manage.py on a terminal of their own."""

import os
import pty
import re
import signal
import subprocess
import sys
import termios
from contextlib import contextmanager
from functools import partial

import pytest
from django.conf import settings


@contextmanager
def terminals(command, environment, folder):
    """Give start(*arguments, stdout=…), which returns (process, terminal)."""
    opened = []

    def start(*arguments, stdout=subprocess.PIPE):
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 200))
        program = [sys.executable, str(settings.BASE_DIR / "manage.py"), command]
        process = subprocess.Popen(
            [*program, *arguments],
            env=environment,
            cwd=folder,
            stdout=stdout,
            stderr=slave,
            text=True,
            # Who runs the tests behind a shell's "&" has them ignore Ctrl-C.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        os.close(slave)
        opened.append((process, master))
        return process, master

    yield start
    for process, master in opened:
        process.kill()
        process.communicate()
        os.close(master)


def read_until(terminal, pattern):
    """Return what a terminal shows, once a regular expression is found in it."""
    shown = ""
    while not re.search(pattern, shown):
        try:
            shown += os.read(terminal, 1_000).decode()
        except OSError:
            pytest.fail(f"The command has ended: {shown}")
    return shown
