"""The command that makes a Document for a collection, ready to be copied."""

import re
import shlex

from .listing import Collection


def command_for(alias: str, described: Collection) -> str:
    """Return the line for a shell, with every name quoted as it needs."""
    name = described.name
    parts = ["python", "manage.py", "inspectmongo"]
    if alias != "default":
        parts += ["--database", alias]
    # What begins with a dash would be taken for an option.
    parts += [f"--collection={name}"] if name[:1] == "-" else ["--collection", name]
    parts += ["--into", _folder(name)]
    return shlex.join(parts)


def _folder(name: str) -> str:
    """Return a name that a Python package can have."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return words if words[:1].isalpha() else f"collection_{words}".rstrip("_")
