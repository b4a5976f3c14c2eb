"""How many instructions of the processor a page takes, told by valgrind.

Unlike times they are the same on a busy machine; the kernel's, and the server's, are
not among them. https://valgrind.org/docs/manual/cl-manual.html
"""

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import cases
from .profiling import asked
from .servers import NOWHERE, Site, environment
from .visitor import Visitor

WARM_UP, TIMES = 4, 10


def count(store, name, is_django):
    """Print the instructions of a page, of ours or of Django's."""
    if not shutil.which("valgrind"):
        sys.exit("make bench: --instructions needs valgrind, which is not installed.")
    case = next(each for each in cases.CASES if each.name == name)
    kind = "django" if is_django else "ours"
    with store.mongo as server, TemporaryDirectory() as folder:
        uri = NOWHERE if is_django else server.uri
        with Site(kind, store, uri) as site:
            path, session = case.find(Visitor(site), store), site.session
        out = Path(folder) / "counted"
        done = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--instr-atstart=no"),
                *(f"--callgrind-out-file={out}", sys.executable),
                *("-m", __name__, path, session),
            ],
            # The order of sets, and what the names of a page collide with, are chance.
            env=environment(kind, store, uri) | {"PYTHONHASHSEED": "0"},
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            sys.exit(f"make bench: {done.stderr[-2000:]}")
        lines = out.read_text().splitlines()
    total = next(each for each in lines if each.startswith("totals: "))
    millions = int(total.split()[1]) / TIMES / 1e6
    print(f"{path}: {millions:.1f} million instructions")


def main(path, session):
    """Ask for a page, counted but for the first few times."""
    ask = asked(path, session)
    for _time in range(WARM_UP):
        ask()
    gc.collect()
    gc.freeze()
    switch("on")
    for _time in range(TIMES):
        ask()
    switch("off")


def switch(state):
    command = ["callgrind_control", "-i", state, str(os.getpid())]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
