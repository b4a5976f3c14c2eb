"""What commands share: Documents as arguments, ends that come early, exit codes."""

import os
import re
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from threading import Timer

from django.contrib.admin.sites import all_sites
from django.core.management.base import BaseCommand, CommandError
from mongoengine import Document
from pymongo.errors import ConnectionFailure

from admin_ext.meta import document_classes

# Exit codes: called wrongly, not come to the end. 1 is what a command looks for.
USAGE, UNFINISHED = 2, 3

# What ends a run early: Ctrl-C, a manager of processes, a terminal that is closed.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

# MongoDB takes no time limit beyond this.
MOST = 2**31 - 1


class DocumentsCommand(BaseCommand):
    """A command that reads the collections of some Documents, and writes nothing."""

    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "documents",
            nargs="*",
            metavar="app_label.Document",
            help="What to check; without any, all Documents of the admin.",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Check also Documents that are not registered with the admin.",
        )
        parser.add_argument("--database", metavar="ALIAS", help="Check this one only.")
        parser.add_argument(
            "--max-time",
            type=int,
            default=10_000,
            metavar="MS",
            help="For each command; beyond it, smaller batches are tried.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def documents(self, chosen):
        """Return the Documents to check. Raise CommandError for an unknown label."""
        known = {each._meta.label_lower: each for each in document_classes()}
        registered = {
            each
            for site in all_sites
            for each in site._registry
            if issubclass(each, Document)
        }
        if chosen["documents"]:
            documents = []
            for label in chosen["documents"]:
                if label.lower() not in known:
                    hint = suggestion(
                        label, [each._meta.label for each in known.values()]
                    )
                    raise CommandError(
                        f"There is no Document “{label}”.{hint}", returncode=USAGE
                    )
                documents.append(known[label.lower()])
        else:
            documents = [*known.values()] if chosen["all"] else [*registered]
        alias = chosen["database"]
        if alias is None:
            return documents
        aliases = [each._meta.get("db_alias", "default") for each in documents]
        if alias not in aliases:
            hint = suggestion(alias, aliases)
            raise CommandError(
                f"No Document is in the database “{alias}”.{hint}", returncode=USAGE
            )
        return [
            each for each, its in zip(documents, aliases, strict=True) if its == alias
        ]


def check_numbers(options, **least):
    """Raise CommandError for an option below its least value, or beyond MOST."""
    for name, least_value in least.items():
        if not least_value <= options[name] <= MOST:
            option = name.replace("_", "-")
            raise CommandError(
                f"--{option} must be at least {least_value} and at most {MOST}.",
                returncode=USAGE,
            )


@contextmanager
def interruptible():
    """Have each of SIGNALS raise KeyboardInterrupt within the block.

    Gives a function that has them ignored for the rest of it. What was ignored before,
    as by nohup, is so still; other threads than the main one get no signals.

    Wherever the driver is when it comes: what it was about to clear up then, and prints
    errors about, is not told, and where Python drops the exception, as in ``__del__``,
    it is raised once more.
    """
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [
        each
        for each in signal.Signals
        if is_main and each.name in SIGNALS
        if signal.getsignal(each) is not signal.SIG_IGN
    ]

    came = []
    told = sys.unraisablehook

    def interrupt(number, frame):
        came.append(number)
        raise KeyboardInterrupt

    def unraisable(dropped):
        if not came:
            told(dropped)
        elif issubclass(dropped.exc_type, KeyboardInterrupt):
            # Not from here: this is where exceptions are dropped.
            Timer(0.05, os.kill, (os.getpid(), came[-1])).start()

    def handle(handler):
        return {each: signal.signal(each, handler) for each in numbers}

    before = handle(interrupt)
    sys.unraisablehook = unraisable
    try:
        yield lambda: handle(signal.SIG_IGN)
    except Exception as error:
        if not came or isinstance(error, CommandError):
            raise
        # What the driver makes of being interrupted, as in the middle of a constructor.
        raise CommandError("Interrupted.", returncode=UNFINISHED) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        # The command ends: what is cleared up then is not told either.
        if not came:
            sys.unraisablehook = told


def put(stdout, lines):
    """Print lines; end quietly where nobody reads them, as head does after some.

    Raise CommandError where they cannot be written, as on a full disk.
    What the encoding of the terminal lacks is printed as Python spells it.
    """
    with suppress(AttributeError):
        stdout.reconfigure(errors="backslashreplace")
    try:
        for line in lines:
            stdout.write(line)
        stdout.flush()
    except OSError as error:
        # Python flushes standard output once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(UNFINISHED)
        raise CommandError(
            f"Standard output cannot be written: {error.strerror}.",
            returncode=UNFINISHED,
        ) from error


def reason_of(error):
    """Return why a run ended, without what the driver tells of itself."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted."
    technical = r" \(configured timeouts:|, Timeout: |, full error: "
    reason = re.split(technical, str(error))[0]
    is_lost = isinstance(error, ConnectionFailure)
    return f"MongoDB cannot be reached: {reason}" if is_lost else reason


def suggestion(name, names):
    """Return a sentence with the one of ``names`` that is most like ``name``, or ""."""
    known = {each.lower(): each for each in names}
    last = [each for each in known if each.rpartition(".")[2] == name.lower()]
    close = last or get_close_matches(name.lower(), known, n=1)
    return f" Did you mean “{known[close[0]]}”?" if close else ""
