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

from .profiling import asked, found

WARM_UP, TIMES = 4, 10


def count(store, name, is_django):
    """Print the instructions of a page, of ours or of Django's."""
    if not shutil.which("valgrind"):
        sys.exit("make bench: --instructions needs valgrind, which is not installed.")
    page, folder = found(store, name, is_django), TemporaryDirectory()
    with page as (path, session, own), folder as place:
        out = Path(place) / "counted"
        done = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--instr-atstart=no"),
                *(f"--callgrind-out-file={out}", sys.executable),
                *("-m", __name__, path, session),
            ],
            # The order of sets, and what the names of a page collide with, are chance.
            env=own | {"PYTHONHASHSEED": "0"},
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
