"""The indexes of a collection: on the server, in use, and as Documents declare them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import localize, number_format
from django.utils.translation import gettext as _

from admin_ext.compat import all_document_classes
from admin_ext.ejson import extended_json
from admin_ext.failures import FAILURES, told
from admin_ext.indexes import index_line
from admin_ext.introspection.server_indexes import stored_keys
from admin_ext.limits import max_side_time, within

Keys = tuple[tuple[str, Any], ...]

# Options of which a declaration and the server must say the same.
COMPARED = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")

# Options that the line which declares an index names, and those of which it would have
# to say what hardly is a line.
LINED = ("unique", "sparse", "expireAfterSeconds")
UNLINED = ("partialFilterExpression", "collation")


@dataclass
class IndexRow:
    """An index. ``name``: "" for one that is not on the server.

    ``keys``: [(stored path, kind in words)]; ``properties``: words. ``size``, ``ops``,
    ``since``: "" where they are not known or not to be told. ``drift``: what differs
    between declaration and server, a sentence or "". ``line``: what would declare it.
    """

    name: str
    keys: list[tuple[str, str]]
    properties: list[str]
    size: str = ""
    ops: str = ""
    since: str = ""
    drift: str = ""
    line: str = ""


@dataclass
class Indexes:
    """``rows``: those on the server first; ``problems``: sentences."""

    rows: list[IndexRow] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def indexes_of(
    document: type,
    collection: Any,
    sizes: dict[str, int],
    *,
    with_usage: bool,
    is_told: Callable[[str], bool] = bool,
) -> Indexes:
    """Return the indexes of a collection, with two commands at most.

    ``sizes``: {name: bytes}, as far as they are known. ``is_told``: of which stored
    paths there may be told; an index with another is left out.
    """
    found = Indexes()
    try:
        with within(max_side_time()):
            real = collection.index_information()
    except FAILURES as error:
        text = _("MongoDB did not tell the indexes.")
        found.problems.append(
            f"{text} {told(collection.full_name, error, max_side_time())}"
        )
        return found
    usage = _usage(collection, found) if with_usage else {}
    declared = declared_indexes(document)
    for name, index in real.items():
        if not all(map(is_told, _paths_of(index))):
            continue
        row = _row(name, index, sizes, usage)
        row.drift, row.line = _drift(document, index, declared)
        found.rows.append(row)
    known = {keys_of(index) for index in real.values()}
    for keys, options in declared.items():
        is_missing = keys not in known and not _is_needless(keys, known)
        if is_missing and all(is_told(path) for path, _kind in keys):
            found.rows.append(_missing(keys, options))
    return found


def _paths_of(index: dict[str, Any]) -> Iterator[str]:
    """Yield the stored paths that an index, or the condition of one, names."""
    yield from (path for path, _kind in keys_of(index))
    yield from _paths_in(index.get("partialFilterExpression"))


def _paths_in(condition: Any) -> Iterator[str]:
    if isinstance(condition, list):
        for each in condition:
            yield from _paths_in(each)
    elif isinstance(condition, dict):
        for key, value in condition.items():
            if key.startswith("$"):
                yield from _paths_in(value)
            else:
                yield key


def _usage(collection: Any, found: Indexes) -> dict[str, tuple[int, datetime | None]]:
    """Return {name: (how often it was used, since when)}, of all servers together.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/indexStats/
    """
    try:
        with within(max_side_time()):
            stats = [*collection.aggregate([{"$indexStats": {}}])]
    except FAILURES as error:
        text = _("MongoDB did not tell how often the indexes are used.")
        found.problems.append(
            f"{text} {told(collection.full_name, error, max_side_time())}"
        )
        return {}
    usage: dict[str, tuple[int, datetime | None]] = {}
    for each in stats:
        accesses = each.get("accesses", {})
        ops, since = usage.get(each.get("name", ""), (0, None))
        moments = [each for each in (since, accesses.get("since")) if each]
        usage[each.get("name", "")] = (
            ops + int(accesses.get("ops", 0)),
            min(moments, default=None),
        )
    return usage


def keys_of(index: dict[str, Any]) -> Keys:
    """Return the keys of an index as declarations have them."""
    return tuple(stored_keys(index))


def declared_indexes(document: type) -> dict[Keys, dict[str, Any]]:
    """Return {keys: options} of what the Documents of a collection declare.

    ``unique=True`` of fields is among it: mongoengine makes an index of that.
    """
    found: dict[Keys, dict[str, Any]] = {}
    for cls in _sharing(document):
        for spec in cls._meta.get("index_specs") or ():
            options = {name: spec[name] for name in COMPARED if spec.get(name)}
            keys = tuple(spec["fields"])
            if keys != (("_id", 1),):
                found.setdefault(keys, options)
        is_base = cls._meta.get("allow_inheritance")
        if is_base and cls._meta.get("index_cls", True):
            found.setdefault((("_cls", 1),), {})
    return found


def _sharing(document: type) -> Iterable[type]:
    """Yield the Documents that are stored in the collection of one."""
    place = _place(document)
    return [
        cls
        for cls in all_document_classes()
        if hasattr(cls, "_get_collection_name") and _place(cls) == place
    ]


def _place(document: type) -> tuple[str, str | None]:
    meta = document._meta
    if meta.get("abstract"):
        return "", None
    return meta.get("db_alias", "default"), document._get_collection_name()


def _is_needless(keys: Keys, known: set[Keys]) -> bool:
    """Tell whether another index serves, as mongoengine takes it of ``_cls``."""
    return keys == (("_cls", 1),) and any(each[:1] == keys for each in known)


def _drift(
    document: type, index: dict[str, Any], declared: dict[Keys, dict[str, Any]]
) -> tuple[str, str]:
    keys = keys_of(index)
    if keys == (("_id", 1),):
        return "", ""
    if keys not in declared:
        return _("not declared"), _line(document, index)
    differences = [
        name
        for name in COMPARED
        if (declared[keys].get(name) or None) != (index.get(name) or None)
    ]
    if not differences:
        return "", ""
    names = ", ".join(differences)
    return _("declared otherwise: %(names)s") % {"names": names}, ""


def _line(document: type, index: dict[str, Any]) -> str:
    """Return the line that declares an index of the server, "" where none can."""
    keys = keys_of(index)
    options = {name: index[name] for name in LINED if index.get(name) is not None}
    is_plain = all(kind in (1, -1, "text") for _path, kind in keys)
    if not is_plain or any(index.get(name) for name in UNLINED):
        return ""
    line = index_line(document, keys, options)
    # What mongoengine cannot declare is there already.
    return line if line.startswith("meta") else ""


def _missing(keys: Keys, options: dict[str, Any]) -> IndexRow:
    return IndexRow(
        name="",
        keys=_in_words(keys),
        properties=[*_properties(options)],
        drift=_("declared, not on the server"),
    )


def _row(
    name: str,
    index: dict[str, Any],
    sizes: dict[str, int],
    usage: dict[str, tuple[int, datetime | None]],
) -> IndexRow:
    row = IndexRow(name, _in_words(keys_of(index)), [*_properties(index)])
    if name in sizes:
        row.size = filesizeformat(sizes[name])
    if name in usage:
        ops, since = usage[name]
        row.ops = number_format(ops, force_grouping=True)
        if since is not None:
            aware = timezone.make_aware(since) if timezone.is_naive(since) else since
            row.since = str(localize(timezone.template_localtime(aware)))
    return row


def _in_words(keys: Keys) -> list[tuple[str, str]]:
    kinds = {1: _("ascending"), -1: _("descending"), "text": _("text")}
    return [(path, str(kinds.get(kind, kind))) for path, kind in keys]


def _properties(index: dict[str, Any]):
    """Yield what is special about an index, in words."""
    if index.get("unique"):
        yield _("unique")
    if index.get("sparse"):
        yield _("sparse")
    if index.get("hidden"):
        yield _("hidden from queries")
    if index.get("clustered"):
        yield _("clustered")
    if index.get("expireAfterSeconds") is not None:
        seconds = number_format(index["expireAfterSeconds"], force_grouping=True)
        yield _("documents expire after %(seconds)s s") % {"seconds": seconds}
    if index.get("partialFilterExpression"):
        condition = extended_json(index["partialFilterExpression"], indent=None)
        yield _("only where %(condition)s") % {"condition": condition[:200]}
    if index.get("collation"):
        yield _("collation %(name)s") % {"name": index["collation"].get("locale", "?")}
    if index.get("default_language"):
        yield _("language %(name)s") % {"name": index["default_language"]}
