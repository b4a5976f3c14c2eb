"""Count the cells; with ``--walk`` look for leaks, and count the requests as well.

``DJANGO_SETTINGS_MODULE=tests.settings python -m tests.matrix [--walk]``
"""

import sys
from pathlib import Path

import django
import pytest


def main():
    # First, since the tests look at every connection from its start.
    failed = walk() if "--walk" in sys.argv else 0
    django.setup()
    from .cells import size

    tell(size())
    return failed


def tell(figures):
    sys.stdout.writelines(f"{number:6} {name}\n" for name, number in figures.items())


def walk():
    """Return the exit code of the walks."""
    leaks = Path(__file__).with_name("test_leaks.py")
    return pytest.main(["-q", str(leaks)], plugins=[Figures()])


class Figures:
    """Tells how many requests each walk made."""

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            of = report.nodeid.rpartition("::")[2]
            figures = dict(report.user_properties)
            tell({f"{name}: {of}": number for name, number in figures.items()})


if __name__ == "__main__":
    sys.exit(main())
