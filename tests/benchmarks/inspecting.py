"""What `manage.py inspectmongo --full` costs: time, and the memory of its process.

    python -m tests.benchmarks.inspecting [number of notes, 100,000 if not said]

The notes are those of the benchmark of pages, in a MongoDB of their own; in BENCH_DATA
they are kept and taken from there the next time. The command is run for a sample and
for all documents, each time in a process of its own. CPU is that of the process alone.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from pymongo import MongoClient

from config.mongodb import DATABASE, EmbeddedMongoDB
from config.paths import BASE_DIR
from tests.benchmarks.pages.stores import fill_mongo

# In /proc the largest resident memory of a process is called so; kB.
PEAK = "VmHWM:"


def main(count=100_000):
    with ExitStack() as stack:
        kept = os.environ.get("BENCH_DATA")
        folder = kept or stack.enter_context(TemporaryDirectory())
        server = stack.enter_context(EmbeddedMongoDB(Path(folder) / "mongo"))
        with MongoClient(server.uri) as client:
            if not client[DATABASE].notes.estimated_document_count():
                fill_mongo(client[DATABASE], count)
        for options in ([], ["--full"]):
            seconds, (cpu, peak), said = inspected(server.uri, *options)
            print(" ".join(["inspectmongo", *options]))
            print(
                f"  {seconds:.1f} s, {cpu:.1f} s of CPU, {peak / 1_000:.0f} MB "
                "resident at most"
            )
            print("  " + said.strip().replace("\n", "\n  "))


def inspected(uri, *options):
    """Run the command; return (seconds, (seconds of CPU, kB), what it said)."""
    started = perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "inspectmongo", *options],
        env=os.environ | {"MONGODB_URI": uri, "DEBUG": "1"},
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _out, said = process.communicate()
    seconds = perf_counter() - started
    *lines, last = said.splitlines()
    cpu, _name, peak, _unit = last.split()
    return seconds, (float(cpu), int(peak)), "\n".join(lines)


RUN = f"""\
import os, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
lines = open("/proc/self/status").read().splitlines()
peak = next(line for line in lines if line.startswith("{PEAK}"))
print(time.process_time(), peak, file=sys.stderr)
"""

if __name__ == "__main__":
    main(*(int(each.replace(",", "")) for each in sys.argv[1:2]))
