"""What this project's linter says of a text."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def complaints(text):
    """Return what ruff would change in a module, and what it finds wrong; "" if none.

    As if the module were in a package of this project.
    """
    checked = _ruff(text, "check", "--quiet", "--output-format=concise")
    return checked + _ruff(text, "format", "--quiet", "--diff")


def _ruff(text, *arguments):
    command = [sys.executable, "-m", "ruff", *arguments]
    command += ["--no-cache", "--stdin-filename", "generated/module.py", "-"]
    options = {"capture_output": True, "cwd": ROOT, "encoding": "utf-8"}
    found = subprocess.run(command, input=text, **options)
    return found.stdout + found.stderr
