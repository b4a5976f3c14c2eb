"""What the server tells of a collection as a whole: its kind, its bytes, its rules."""

from dataclasses import dataclass, field
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from admin_ext.ejson import extended_json
from admin_ext.failures import FAILURES, told
from admin_ext.limits import max_side_time, within

VIEW, TIME_SERIES = "view", "timeseries"


@dataclass
class Storage:
    """``kind``: "collection", "view", "timeseries", or "" where it is not known.

    ``figures``: [(what, how much)], in words. ``options``: the collection's, as
    listCollections has them. ``index_sizes``: {name: bytes}. ``problems``: what
    MongoDB did not tell, in sentences.
    """

    kind: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)
    index_sizes: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[tuple[str, str]]:
        return [*_figures(self)]

    @property
    def validator(self) -> str:
        """The rules that the server checks what is written by, as Extended JSON."""
        rules = self.options.get("validator")
        return extended_json(rules)[:10_000] if rules else ""

    @property
    def pipeline(self) -> str:
        """What a view is made by, as Extended JSON."""
        stages = self.options.get("pipeline") if self.kind == VIEW else None
        return extended_json(stages)[:10_000] if stages else ""


def storage_of(collection: Any) -> Storage:
    """Ask the server about a collection, with two commands."""
    storage = Storage()
    _ask_kind(collection, storage)
    if storage.kind == VIEW:
        text = _("This is a view: it stores nothing, and has the indexes of “%(on)s”.")
        storage.problems.append(text % {"on": storage.options.get("viewOn", "?")})
    elif storage.kind:
        _ask_stats(collection, storage)
    else:
        storage.problems.append(_("There is no such collection yet."))
    return storage


def _ask_kind(collection: Any, storage: Storage) -> None:
    try:
        with within(max_side_time()):
            found = [
                *collection.database.list_collections(filter={"name": collection.name})
            ]
    except FAILURES as error:
        text = _("MongoDB did not tell what kind of collection this is.")
        storage.problems.append(
            f"{text} {told(collection.full_name, error, max_side_time())}"
        )
        storage.kind = "collection"
        return
    if found:
        storage.kind = found[0].get("type", "collection")
        storage.options = found[0].get("options", {})


def _ask_stats(collection: Any, storage: Storage) -> None:
    """Add up what each shard tells.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/
    """
    pipeline = [
        {"$collStats": {"storageStats": {}}},
        {"$unset": ["storageStats.wiredTiger", "storageStats.indexDetails"]},
    ]
    try:
        with within(max_side_time()):
            shards = [*collection.aggregate(pipeline)]
    except FAILURES as error:
        text = _("MongoDB did not tell how much is stored.")
        storage.problems.append(
            f"{text} {told(collection.full_name, error, max_side_time())}"
        )
        return
    for each in shards:
        _add(storage, each.get("storageStats", {}))


def _add(storage: Storage, stats: dict[str, Any]) -> None:
    for name, size in stats.get("indexSizes", {}).items():
        storage.index_sizes[name] = storage.index_sizes.get(name, 0) + size
    for name in SUMMED:
        if isinstance(stats.get(name), int | float):
            storage.stats[name] = storage.stats.get(name, 0) + stats[name]
    buckets = stats.get("timeseries", {}).get("bucketCount")
    if buckets is not None:
        storage.stats["buckets"] = storage.stats.get("buckets", 0) + buckets


# Bytes on disk.
LITTLE = 100_000

SUMMED = ("count", "size", "storageSize", "freeStorageSize", "totalIndexSize")


def _figures(storage: Storage):
    """Yield (what, how much), both in words; nothing of what is not known."""
    stats, options = storage.stats, storage.options
    count, size = stats.get("count"), stats.get("size")
    kept = stats.get("storageSize")
    if count is not None:
        yield _("Documents"), _number(count)
    if "buckets" in stats:
        yield _("Buckets of the time series"), _number(stats["buckets"])
    if count and size:
        yield _("Average size of a document"), filesizeformat(size / count)
    if size is not None:
        yield _("Size of the data"), filesizeformat(size)
    if kept is not None:
        yield _("On disk"), filesizeformat(kept)
    if stats.get("freeStorageSize"):
        yield _("Of this to be used again"), filesizeformat(stats["freeStorageSize"])
    # Of little data most is not on the disk yet, or it takes a block that is not full.
    if size and kept and kept > LITTLE:
        ratio = number_format(size / kept, 1)
        yield _("Compression"), _("%(ratio)s to 1") % {"ratio": ratio}
    if "totalIndexSize" in stats:
        yield _("Size of the indexes"), filesizeformat(stats["totalIndexSize"])
    yield from _rules(storage.kind, options)


def _rules(kind: str, options: dict[str, Any]):
    """Yield what the collection was made to be."""
    if options.get("capped"):
        yield _("Capped at"), filesizeformat(options.get("size", 0))
        if options.get("max"):
            yield _("Capped at documents"), _number(options["max"])
    if kind == TIME_SERIES:
        series = options.get("timeseries", {})
        yield _("Time series by"), str(series.get("timeField", "?"))
        if series.get("metaField"):
            yield _("Described by"), str(series["metaField"])
    if options.get("expireAfterSeconds"):
        seconds = _number(options["expireAfterSeconds"])
        yield _("Documents expire after"), _("%(seconds)s s") % {"seconds": seconds}
    collation = options.get("collation", {}).get("locale")
    if collation:
        yield _("Collation"), str(collation)
    if options.get("validator"):
        action = options.get("validationAction", "error")
        level = options.get("validationLevel", "strict")
        yield (
            _("Rules for what is written"),
            _("yes, level “%(level)s”, action “%(action)s”")
            % {"level": level, "action": action},
        )


def _number(value: float) -> str:
    return number_format(int(value), force_grouping=True)
