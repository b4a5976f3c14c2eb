"""The Django app that inspected Documents are written into.

Files are complete or not there: each is written beside its place and moved to it.
"""

import keyword
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.apps import apps

DOCUMENTS, ADMIN, INIT, APPS = "documents.py", "admin.py", "__init__.py", "apps.py"


class Refused(Exception):
    """Nothing is written there; the message says why in one sentence."""


class Package:
    """The folder of an app, which may be there already.

    ``name``: by which Python imports it, as in INSTALLED_APPS; ``is_importable``: the
    folder is below one of those in which Python looks.
    """

    def __init__(self, folder: Path):
        self.folder = Path(os.path.abspath(folder))
        self.name, self.is_importable = _dotted(self.folder)

    @property
    def label(self) -> str:
        return self.folder.name

    @property
    def is_installed(self) -> bool:
        """Whether INSTALLED_APPS has it already."""
        return any(
            Path(each.path) == self.folder.resolve() for each in apps.get_app_configs()
        )

    def check(self, *, force: bool = False) -> None:
        """Raise Refused unless the files may be written."""
        if not self.label.isidentifier() or keyword.iskeyword(self.label):
            raise Refused(
                f"The folder of --into must have a name that Python can import, as in "
                f"customers; “{self.label}” is none."
            )
        if self.folder in map(_absolute, sys.path):
            raise Refused(
                f"{self.folder} is where Python looks for modules; name a folder in it."
            )
        for each in (self.folder, *self.folder.parents):
            if each.exists() and not each.is_dir():
                raise Refused(f"{each} is a file, not a folder.")
        self._check_name()
        found = [each for each in (DOCUMENTS, ADMIN) if (self.folder / each).exists()]
        if found and not force:
            raise Refused(
                f"{' and '.join(str(self.folder / each) for each in found)} would be "
                "overwritten; --force does so."
            )

    def _check_name(self) -> None:
        """Raise Refused for a name by which Python or Django knows something else."""
        for each in apps.get_app_configs():
            is_same = Path(each.path) == self.folder.resolve()
            if each.label == self.label and not is_same:
                raise Refused(
                    f"“{self.label}” is the label of the app {each.name} already; give "
                    "the folder another name."
                )
        if self.is_importable and not self.folder.exists() and _exists(self.name):
            raise Refused(
                f"“{self.name}” is the name of a Python module already; give the "
                "folder another name."
            )

    def write(self, documents: str, admin: str) -> list[Path]:
        """Write the files, and what makes the folder an app; return which."""
        texts = {DOCUMENTS: documents, ADMIN: admin}
        if not (self.folder / INIT).exists():
            texts[INIT] = ""
            if not (self.folder / APPS).exists():
                texts[APPS] = self._apps()
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in texts:
            if (self.folder / name).is_dir():
                raise IsADirectoryError(f"{self.folder / name} is a folder.")
        written = {}
        try:
            for name, text in texts.items():
                written[name] = _beside(self.folder / name, text)
            for name, beside in written.items():
                os.replace(beside, self.folder / name)
        finally:
            for beside in written.values():
                with suppress(FileNotFoundError):
                    beside.unlink()
        return [self.folder / name for name in texts]

    def _apps(self) -> str:
        words = self.label.replace("_", " ").strip() or self.label
        name = "".join(map(str.capitalize, words.split())) or "Documents"
        return (
            '"""The Django app of these collections."""\n'
            "\n"
            "from django.apps import AppConfig\n"
            "\n"
            "\n"
            f"class {name}Config(AppConfig):\n"
            f'    name = "{self.name}"\n'
            f'    verbose_name = "{words[:1].upper()}{words[1:]}"\n'
        )


def _dotted(folder: Path) -> tuple[str, bool]:
    """Return (name by which Python imports a folder, whether it does so)."""
    for entry in sys.path:
        root = _absolute(entry)
        if root in folder.parents:
            parts = folder.relative_to(root).parts
            if all(each.isidentifier() for each in parts):
                return ".".join(parts), True
    return folder.name, False


def _absolute(entry: str) -> Path:
    """Return the folder of an entry of ``sys.path``."""
    return Path(os.path.abspath(entry or "."))


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def _beside(path: Path, text: str) -> Path:
    """Write a text beside its place, readable as what this user makes; return where."""
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        beside = Path(file.name)
        try:
            file.write(text)
            os.chmod(
                beside, path.stat().st_mode if path.exists() else 0o666 & ~_umask()
            )
        except BaseException:
            beside.unlink()
            raise
    return beside


def _umask() -> int:
    """Return the umask; there is no way to ask without setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
