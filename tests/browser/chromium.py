"""The Chromium of this machine; run as a program, say whether there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "chromium-browser",
)
PLAYWRIGHT_CACHE = Path(
    os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright"
)
MISSING = (
    "The browser tests need a Chromium: run `apt-get install chromium` as root on "
    "Debian; on Ubuntu, where that package is a stub, install Google Chrome or run "
    "`.venv/bin/playwright install chromium`."
)


def find():
    """Return the path of a Chromium that runs, or None."""
    named = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    cached = sorted(PLAYWRIGHT_CACHE.glob("chromium-*/chrome-linux*/chrome"))
    return next((str(path) for path in [*named, *cached] if path and runs(path)), None)


def runs(path):
    """Return whether a program is a browser, and not Ubuntu's stub for one."""
    try:
        result = subprocess.run(
            [path, "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(None if find() else MISSING)
