"""The folders of this installation."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# The SQLite file, the embedded MongoDB and what the demo remembers.
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").absolute()
EMBEDDED_MONGODB_DIR = DATA_DIR / "mongodb"
