"""What is kept of no document: fields of ``editable=False``, and names of secrets."""

from typing import Any

from admin_ext.secret_names import is_secret_name
from admin_ext.stored_paths import class_at, declared_fields, member_field

Path = tuple[str | int, ...]


def is_secret(field: Any, key: Any) -> bool:
    """Tell whether nothing may be kept of what is stored under ``key``."""
    if not isinstance(key, str) or key == "_id":
        return False
    return not getattr(field, "editable", True) or is_secret_name(key)


def without_secrets(cls: Any, son: dict) -> tuple[dict, list[Path]]:
    """Return a stored document without its secrets, and the paths that were left out.

    ``cls``: its class, or None for what no field declares. What has no secrets is the
    same object.
    """
    left_out: list[Path] = []
    return _document(cls, son, (), left_out), left_out


def secret_within(
    cls: Any, son: dict, path: Path, value: Any
) -> tuple[bool, Any, list[Path]]:
    """Return (is the path a secret, its value without secrets, what was left out).

    ``son``: the whole document that ``path`` is of, which tells the classes of its
    parts.
    """
    field: Any = None
    holder: Any = cls
    for step in path:
        if holder is not None:
            field = dict(declared_fields(holder)).get(step)
        else:
            field = member_field(field) if field is not None else None
        if is_secret(field, step):
            return True, None, []
        try:
            son = son[step]  # type: ignore[index]
        except (LookupError, TypeError):
            son = None  # type: ignore[assignment]
        holder = class_at(field, son) if field is not None else None
    left_out: list[Path] = []
    return False, _value(field, value, path, left_out), left_out


def _document(cls: Any, son: dict, path: Path, left_out: list) -> dict:
    fields = {} if cls is None else dict(declared_fields(cls))
    kept, is_same = {}, True
    for key, value in son.items():
        if is_secret(fields.get(key), key):
            left_out.append((*path, key))
            is_same = False
            continue
        kept[key] = _value(fields.get(key), value, (*path, key), left_out)
        is_same = is_same and kept[key] is value
    return son if is_same else kept


def _value(field: Any, value: Any, path: Path, left_out: list) -> Any:
    if isinstance(value, dict):
        cls = class_at(field, value) if field is not None else None
        member = member_field(field) if field is not None else None
        if cls is None and member is not None:
            return _map(member, value, path, left_out)
        return _document(cls, value, path, left_out)
    if isinstance(value, list):
        member = member_field(field) if field is not None else None
        kept = [
            _value(member, item, (*path, index), left_out)
            for index, item in enumerate(value)
        ]
        is_same = all(a is b for a, b in zip(kept, value, strict=True))
        return value if is_same else kept
    return value


def _map(member: Any, value: dict, path: Path, left_out: list) -> dict:
    """Return a map, whose keys are data and may yet be names of secrets."""
    secret = [key for key in value if is_secret(member, key)]
    left_out.extend((*path, key) for key in secret)
    kept = {
        key: _value(member, item, (*path, key), left_out)
        for key, item in value.items()
        if key not in secret
    }
    is_same = not secret and all(kept[key] is value[key] for key in kept)
    return value if is_same else kept
