"""What is measured, from environment variables."""

import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from config.paths import BASE_DIR

SIZES = (10_000, 1_000_000)
LARGE = 10_000_000
ROUNDS = 30


class Options(NamedTuple):
    """``pages`` are names of cases, all if empty. ``out``: where the report goes."""

    sizes: tuple[int, ...]
    rounds: int
    pages: tuple[str, ...]
    data: Path
    out: Path

    @property
    def is_complete(self):
        """Whether this is the measurement that the docs show."""
        return self.rounds >= 10 and not self.pages and {*SIZES} <= {*self.sizes}


def from_environment():
    """Return the Options. Leave with a sentence for what cannot be used."""
    sizes = [number(each) for each in listed("BENCH_SIZES")] or [*SIZES]
    if os.environ.get("BENCH_LARGE"):
        sizes.append(LARGE)
    data = os.environ.get("BENCH_DATA")
    data = Path(data or Path(tempfile.gettempdir()) / "mongoadmin-bench").absolute()
    out = os.environ.get("BENCH_OUT")
    options = Options(
        sizes=tuple(sorted({*sizes})),
        rounds=number(os.environ.get("BENCH_ROUNDS") or str(ROUNDS)),
        pages=tuple(listed("BENCH_PAGES")),
        data=data,
        out=Path(out).absolute() if out else BASE_DIR / "docs",
    )
    if not out and not options.is_complete:
        options = options._replace(out=data / "report")
    return options


def listed(variable):
    """Return the parts of a variable, which are divided by spaces or commas."""
    return os.environ.get(variable, "").replace(",", " ").split()


def number(text):
    """Return a positive whole number, which may be written as 1_000."""
    digits = text.replace("_", "")
    if digits.isascii() and digits.isdigit() and int(digits):
        return int(digits)
    return sys.exit(f"make bench: {text!r} must be a positive whole number.")
