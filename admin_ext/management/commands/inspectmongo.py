"""Print Documents, or their admins, that fit what is stored in a MongoDB."""

import sys
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

import pymongo
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils.text import Truncator
from pymongo.errors import OperationFailure, PyMongoError
from tqdm import tqdm

from admin_ext.compat import CONNECTION_ERRORS
from admin_ext.introspection.batches import MAX_TIME
from admin_ext.introspection.connecting import (
    CannotConnect,
    connected,
    database_names,
)
from admin_ext.introspection.inspecting import Inspection
from admin_ext.introspection.kinds import UNAUTHORIZED, collections_of
from admin_ext.introspection.packages import Package, Refused
from admin_ext.introspection.reading import SAMPLE
from admin_ext.introspection.writing import admin_source, documents_source
from admin_ext.introspection.writing.layout import visible
from admin_ext.management.base import (
    UNFINISHED,
    USAGE,
    check_numbers,
    interruptible,
    put,
    reason_of,
    suggestion,
)
from admin_ext.meta import document_classes


class Command(BaseCommand):
    help = (
        "Reads a database and prints a module of Documents that fit what is stored. "
        "Nothing is written to MongoDB. Exits 2 when it was called wrongly, 3 when it "
        "did not come to the end."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--uri",
            help="The connection string of the server, if it is not a configured one.",
        )
        parser.add_argument(
            "--database",
            metavar="NAME",
            help=(
                "An alias of MONGODB_DATABASES, or the name of a database; without "
                "it, that of --uri or of the default alias."
            ),
        )
        parser.add_argument(
            "--collection",
            action="append",
            default=[],
            metavar="PATTERN",
            help="Read only these, as notes or log_*; may be repeated.",
        )
        parser.add_argument(
            "--exclude",
            action="append",
            default=[],
            metavar="PATTERN",
            help="Leave these out, as tmp_*; may be repeated.",
        )
        amount = parser.add_mutually_exclusive_group()
        amount.add_argument(
            "--sample",
            type=int,
            default=SAMPLE,
            metavar="N",
            help=f"Documents to read of each collection; {SAMPLE:,} if not given.",
        )
        amount.add_argument("--full", action="store_true", help="Read all documents.")
        output = parser.add_mutually_exclusive_group()
        output.add_argument(
            "--admin", action="store_true", help="Print the matching admin.py instead."
        )
        output.add_argument(
            "--into",
            type=Path,
            metavar="FOLDER",
            help="Write documents.py and admin.py there, as a Django app.",
        )
        parser.add_argument(
            "--force", action="store_true", help="Let --into overwrite these."
        )
        parser.add_argument(
            "--choices",
            action="store_true",
            help="Give fields of few different texts choices, instead of a comment.",
        )
        parser.add_argument(
            "--alias",
            help=(
                "The alias that the Documents name as their database; without it, "
                "that of --database, or the default one."
            ),
        )
        parser.add_argument(
            "--max-time",
            type=int,
            default=MAX_TIME,
            metavar="MS",
            help=f"For each command; {MAX_TIME:,} if not given.",
        )
        parser.add_argument(
            "--secondary",
            action="store_true",
            help="Read from a secondary where there is one.",
        )

    # What is printed is Python, with comments in one language.
    @no_translations
    def handle(self, *args, **options):
        check_numbers(options, sample=1, max_time=1)
        if options["force"] and options["into"] is None:
            raise CommandError("--force is of --into only.", returncode=USAGE)
        secondary = pymongo.ReadPreference.SECONDARY_PREFERRED
        read_preference = secondary if options["secondary"] else None
        watch = Watch(self.stderr, options["verbosity"])
        with interruptible(), failing():
            package = package_for(options)
            with connected(
                options["uri"], options["database"], read_preference
            ) as place:
                database = inspected(place, options, watch)
            documents, admin = documents_source(database), admin_source(database)
            if package is None:
                self.put(admin if options["admin"] else documents)
                return
            written = package.write(documents, admin)
        is_configured = place.alias == database.alias
        for line in next_steps(package, written, database, is_configured):
            watch.tell(line)

    def put(self, text):
        """Print Python, which is UTF-8 wherever it goes."""
        with suppress(AttributeError):
            self.stdout.reconfigure(encoding="utf-8")
        put(self.stdout, [text])


class Watch:
    """What is said on standard error while collections are read.

    A bar where that is a terminal, a line for each collection where it is none, or
    with a ``verbosity`` of 2; nothing at all with 0.
    """

    def __init__(self, stderr, verbosity):
        self.stderr = stderr
        self.is_terminal = stderr.isatty()
        self.is_silent = verbosity == 0
        self.is_told_each = verbosity > 1 or not self.is_terminal
        self.started = time.monotonic()

    def tell(self, line):
        """Say a line; names in it may hold anything, but not control a terminal."""
        if not self.is_silent:
            self.stderr.write(visible(line), str)

    def read(self, inspection, found):
        """Have a collection read."""
        reading = inspection.reading(found)
        with tqdm(
            total=reading.expected,
            desc=Truncator(visible(found.name)).chars(40),
            unit=" documents",
            file=sys.stderr,
            leave=False,
            disable=not self.is_terminal or self.is_silent,
        ) as bar:
            for number in inspection.look(found, reading):
                bar.update(number)
        read = inspection.read.get(found.name)
        if read is None:
            self.tell(f"{found.name}: left out. {inspection.skipped[-1].reason}")
        elif self.is_told_each:
            is_all = reading.is_whole or reading.read == reading.size
            of = "" if is_all else f" of {about(reading.size)}"
            number = f"{reading.read:,}{of}"
            self.tell(
                f"{found.name}: {counted(number, 'document')} in {read.seconds:.1f} s"
            )

    @contextmanager
    def working(self, what):
        """Show a word on what is done meanwhile, where that is a terminal."""
        with tqdm(
            desc=what,
            bar_format="{desc}…",
            file=sys.stderr,
            leave=False,
            disable=not self.is_terminal or self.is_silent,
        ):
            yield

    def sum_up(self, database):
        documents = [each for each in database.documents if each.parent is None]
        read = sum(each.read for each in documents)
        seconds = time.monotonic() - self.started
        self.tell(
            f"{counted(len(database.documents), 'Document')} of "
            f"{counted(len(documents), 'collection')}, "
            f"{counted(len(database.embedded), 'embedded class', 'es')}, "
            f"{counted(database.doubts, 'doubt')}; "
            f"{counted(f'{read:,}', 'document')} read, {seconds:.1f} s in all."
        )


def counted(number, noun, ending="s"):
    return f"{number} {noun}{'' if str(number) == '1' else ending}"


def about(size):
    return "?" if size is None else f"about {size:,}"


@contextmanager
def failing():
    """Turn what may go wrong into a CommandError with its exit code."""
    try:
        yield
    except (CannotConnect, Refused) as error:
        raise CommandError(str(error), returncode=USAGE) from error
    except OSError as error:
        raise CommandError(
            f"The files could not be written: {error}", returncode=UNFINISHED
        ) from error
    except (KeyboardInterrupt, PyMongoError, *CONNECTION_ERRORS) as error:
        raise CommandError(reason_of(error), returncode=UNFINISHED) from error


def package_for(options):
    """Return the Package to write, None for none. Raise Refused if it must not be."""
    if options["into"] is None:
        return None
    package = Package(options["into"])
    package.check(force=options["force"])
    return package


def inspected(place, options, watch):
    """Return the models of a database. Raise CommandError if there are none."""
    found, skipped = chosen(place.database, options)
    inspection = Inspection(
        place.database,
        alias=options["alias"] or place.alias or "default",
        skipped=skipped,
        sample=options["sample"],
        full=options["full"],
        max_time=options["max_time"],
        ask_choices=options["choices"],
    )
    for each in found:
        watch.read(inspection, each)
    with watch.working("Inferring Documents, looking up references"):
        database = inspection.models()
    if not database.documents:
        reasons = [f"  {each.collection}: {each.reason}" for each in database.skipped]
        lines = ["There is nothing to infer Documents from.", *map(visible, reasons)]
        raise CommandError("\n".join(lines), returncode=UNFINISHED)
    watch.sum_up(database)
    return database


def chosen(database, options):
    """Return the collections to read, and those that are left out for a reason.

    Raise CommandError for a name that no collection has.
    """
    try:
        found, skipped = collections_of(database, max_time=options["max_time"])
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        raise CommandError(
            "The MongoDB user may not see the collections of the database "
            f"“{visible(database.name)}”.",
            returncode=UNFINISHED,
        ) from error
    names = [*(each.name for each in found), *(each.collection for each in skipped)]
    if not names:
        others = database_names(database.client)
        raise CommandError(
            f"The database “{visible(database.name)}” has no collections."
            f"{suggestion(database.name, others)}",
            returncode=USAGE,
        )
    for pattern in options["collection"]:
        if not meant(pattern, names):
            raise CommandError(
                f"“{visible(pattern)}” is no collection of the database "
                f"“{visible(database.name)}”.{suggestion(pattern, names)}",
                returncode=USAGE,
            )

    wanted = {*names}
    if options["collection"]:
        wanted = {name for each in options["collection"] for name in meant(each, names)}
    wanted -= {name for each in options["exclude"] for name in meant(each, names)}
    return (
        [each for each in found if each.name in wanted],
        [each for each in skipped if each.collection in wanted],
    )


def meant(pattern, names):
    """Return the one of ``names`` that is ``pattern``, or those that match it."""
    if pattern in names:
        return [pattern]
    return [name for name in names if fnmatchcase(name, pattern)]


def next_steps(package, written, database, is_configured):
    """Yield what is left to do after files were written."""
    yield f"Written: {', '.join(map(shown, written))}."
    if not package.is_importable:
        yield f"{package.folder.parent} must be among the folders of PYTHONPATH."
    if not package.is_installed:
        yield f'Add "{package.name}" to INSTALLED_APPS.'
    if not is_configured:
        yield (
            f"In MONGODB_DATABASES “{database.alias}” must lead to the database "
            f"“{database.name}”."
        )
    for module, names in sorted(doubles(package, database).items()):
        yield (
            f"{module} has classes of these names too: {', '.join(sorted(names))}. Of "
            "two mongoengine knows one: rename them, or take one of the apps out of "
            "INSTALLED_APPS."
        )
    yield "Then run: manage.py migrate (it makes permissions, in SQL only)."


def shown(path):
    """Return how a file is called from here."""
    return str(path.relative_to(Path.cwd()) if Path.cwd() in path.parents else path)


def doubles(package, database):
    """Return {other module: names of classes that both have}."""
    own = {each.name for each in (*database.documents, *database.embedded)}
    found = defaultdict(set)
    for document in document_classes(embedded=True):
        name, module = document.__name__, document.__module__
        if name in own and module != f"{package.name}.documents":
            found[module].add(name)
    return found
