"""The documents that a schema page reads: a random part of what the person may see."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bson.errors import BSONError
from django.utils.translation import gettext as _
from pymongo.command_cursor import CommandCursor

from admin_ext.counting import Count, counts, is_for_pipelines
from admin_ext.cuts import bounded, decoded, is_whole
from admin_ext.ejson import CODEC
from admin_ext.failures import FAILURES, told
from admin_ext.introspection.profile import Profile
from admin_ext.limits import TIMEOUTS, max_side_time, max_time, within

# Documents that are read at most, and at once: what came before the limit is shown.
# Of large ones a few may take all the time, so the first batches are small.
MAX_DOCUMENTS = 1_000
FIRST_BATCH, BATCH = 16, 256

# Of a collection of more than so many samples the server picks documents at random;
# of a smaller one, or of a part, it reads all and sorts them, cut before that.
# https://www.mongodb.com/docs/manual/reference/operator/aggregation/sample/
PICKED_FROM = 20

# What is no UTF-8, or was, is read as far as it is.
OPTIONS = CODEC.with_options(unicode_decode_error_handler="replace")


@dataclass
class Sample:
    """What was read. ``seconds`` it took; ``in_part``: documents that were cut.

    ``size``: how many documents there are to be read, None where MongoDB did not tell.
    ``way``: which of them these are. ``problems``: what was not read, in sentences.
    """

    profile: Profile = field(default_factory=Profile)
    size: Count | None = None
    seconds: float = 0.0
    in_part: int = 0
    way: str = "random"
    problems: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.profile.count

    @property
    def is_all(self) -> bool:
        return self.size is not None and self.read >= self.size


def sample_of(queryset: Any, *, most: int = MAX_DOCUMENTS) -> Sample:
    """Return at most ``most`` of the documents of an admin's ``queryset``, summed up.

    What takes too long, or is refused, is a sentence of ``problems``. Then the newest
    documents are read, which an index finds.
    """
    begun = monotonic()
    sample = Sample(size=_size(queryset))
    if sample.size != 0:
        sample.way = _way(queryset, sample.size, most)
        _take(sample, queryset, most, max_time() / 2)
        if not sample.read and sample.problems and sample.way == "random":
            sample.way = "newest"
            _take(sample, queryset, most, max_time() / 4)
    sample.seconds = monotonic() - begun
    return sample


def _size(queryset: Any) -> Count | None:
    try:
        with within(max_side_time()):
            return counts([queryset], 10 * MAX_DOCUMENTS)[0]
    except FAILURES:
        return None


def _way(queryset: Any, size: int | None, most: int) -> str:
    if queryset.is_more_than_a_query or not is_for_pipelines(queryset):
        return "first"
    return "all" if size is not None and size <= most else "random"


def _take(sample: Sample, queryset: Any, most: int, ms: float) -> None:
    """Add documents to ``sample`` until there are ``most``, or the time is over."""
    try:
        with within(ms), closing(_cursor(sample, queryset, most)) as cursor:
            for row in _growing(cursor):
                document = decoded(row["d"])
                sample.in_part += not is_whole(row["d"])
                sample.profile.add(document, document.get("_id"))
    except (*FAILURES, BSONError) as error:
        problem = _problem(sample, queryset, error, ms)
        if problem not in sample.problems:
            sample.problems.append(problem)


def _problem(sample: Sample, queryset: Any, error: Exception, ms: float) -> str:
    """Return what was not read, and why, in sentences."""
    why = told(queryset.model._meta.label, error, int(ms))
    if isinstance(error, BSONError):
        return _("A document cannot be read: it is no valid BSON.")
    if isinstance(error, TIMEOUTS):
        texts = {
            "random": _("The random documents were not all read."),
            "newest": _("The newest documents were not all read."),
        }
        text = texts.get(sample.way, _("The documents were not all read."))
    else:
        text = _("The documents could not be read.")
    return f"{text} {why}"


def _growing(cursor: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a cursor, in batches that grow from the first to BATCH."""
    size = left = FIRST_BATCH
    for row in cursor:
        yield row
        left -= 1
        # What find returns cannot be changed once it is open.
        if not left and isinstance(cursor, CommandCursor):
            size = left = min(2 * size, BATCH)
            cursor.batch_size(size)


def _cursor(sample: Sample, queryset: Any, most: int) -> Iterator[dict[str, Any]]:
    """Return the cursor of ``{d: node of a document}`` (admin_ext.cuts)."""
    collection = queryset._collection.with_options(codec_options=OPTIONS)
    if sample.way == "first":
        return _first(collection, queryset, most)
    options = {"batchSize": FIRST_BATCH, "collation": queryset._collation}
    if queryset._hint != -1:
        options["hint"] = queryset._hint
    return collection.aggregate(_stages(sample, queryset._query, most), **options)


def _stages(sample: Sample, condition: dict[str, Any], most: int) -> list[dict]:
    """Return the stages that read; the condition stands before whatever picks."""
    match = [{"$match": condition}] if condition else []
    cut = {"$replaceWith": {"d": bounded()}}
    if sample.way == "all":
        return [*match, {"$limit": most}, cut]
    if sample.way == "newest":
        return [*match, {"$sort": {"_id": -1}}, {"$limit": most}, cut]
    pick = {"$sample": {"size": most}}
    is_large = sample.size is not None and sample.size > PICKED_FROM * most
    if is_large and not match:
        return [pick, cut]
    return [*match, cut, pick]


def _first(collection: Any, queryset: Any, most: int) -> Iterator[dict[str, Any]]:
    """Read what no pipeline can ask: a part of a list, or a condition in JavaScript."""
    query = {**queryset._query}
    if queryset._none or queryset._empty:
        query = {"$nor": [{}]}
    if queryset._where_clause:
        query = {"$and": [query, {"$where": queryset._where_clause}]}
    limit = min(most, queryset._limit or most)
    return collection.find(
        query,
        {"_id": 0, "d": bounded()},
        skip=queryset._skip or 0,
        limit=limit,
        sort=queryset.sort_keys or None,
        batch_size=BATCH // 4,
        collation=queryset._collation,
        hint=None if queryset._hint == -1 else queryset._hint,
    )
