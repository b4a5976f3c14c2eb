"""The two sites, each served by gunicorn with one worker, as in production."""

import os
import subprocess
import sys
import time
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path

from config.mongodb import free_ports, spawn

START_TIMEOUT = 60  # seconds
SETTINGS = {
    "ours": "tests.benchmarks.pages.ours.settings",
    "django": "tests.benchmarks.pages.sql.settings",
}


def environment(kind, store, mongodb_uri):
    """Return the environment of a site's processes: production, but over http."""
    database = store.people if kind == "ours" else store.sqlite
    return {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": SETTINGS[kind],
        "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
        "DATABASE_URL": f"sqlite:///{database}",
        "MONGODB_URI": mongodb_uri,
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
        "SECURE_SSL_REDIRECT": "0",
        "SECURE_HSTS_SECONDS": "0",
        "SESSION_COOKIE_SECURE": "0",
        "CSRF_COOKIE_SECURE": "0",
        "STATIC_ROOT": str(store.folder),
        "BENCH_FRAMES": os.environ.get("BENCH_FRAMES", ""),
    }


NOWHERE = "mongodb://127.0.0.1:1/nowhere"


def sign_in(kind, store, mongodb_uri=NOWHERE):
    """Bring a site's SQL database up to date and return the key of a session."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.pages.account"],
        env=environment(kind, store, mongodb_uri),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class Site:
    """A served site, as a context manager. ``kind`` is "ours" or "django".

    Without a ``session`` its SQL database is brought up to date first.
    """

    def __init__(self, kind, store, mongodb_uri=NOWHERE, session=None):
        self.kind, self.store, self.mongodb_uri = kind, store, mongodb_uri
        self.session = session
        self.port = self._process = None

    def __enter__(self):
        if self.session is None:
            self.session = sign_in(self.kind, self.store, self.mongodb_uri)
        self.port = free_ports(1)[0]
        log = self.store.folder / f"{self.kind}.log"
        log.write_text("")
        self._process = spawn(
            sys.executable,
            [
                *("-m", "gunicorn", "config.wsgi", "--workers", "1"),
                *("--bind", f"127.0.0.1:{self.port}", "--error-logfile", str(log)),
                # A page of Django's over ten million rows takes minutes.
                *("--timeout", "3600", "--graceful-timeout", "1"),
                "--no-control-socket",
            ],
            environment(self.kind, self.store, self.mongodb_uri),
        )
        try:
            self._wait(log)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, log):
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self._process.poll() is None:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT)
            try:
                connection.request("GET", "/admin/login/")
                if connection.getresponse().status == 200:
                    return
            except ConnectionError:
                time.sleep(0.05)
            finally:
                connection.close()
        raise RuntimeError(f"The site does not answer:\n{log.read_text()[-2000:]}")

    @cached_property
    def worker(self):
        """The folder in which Linux tells about the worker."""
        (pid,) = children(self._process.pid)
        return Path(f"/proc/{pid}")

    def resident(self):
        """Return the resident memory of the worker in bytes."""
        lines = (self.worker / "status").read_text().splitlines()
        line = next(each for each in lines if each.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def cpu(self):
        """Return how long the worker has been on a processor, in ms.

        https://docs.kernel.org/scheduler/sched-stats.html
        """
        return int((self.worker / "schedstat").read_text().split()[0]) / 1e6


def children(pid):
    """Return the ids of a process's children. Linux only."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        # Behind the name, which may hold anything: state, parent.
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(folder.name))
    return found
