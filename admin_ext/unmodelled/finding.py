"""Documents by their ``_id`` in all collections without a Document."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import PyMongoError

from admin_ext.aggregations import Batch
from admin_ext.keys import undeclared_spellings

from .entries import Entry, all_entries, document_url, without_document
from .listing import Whole

# So many collections of a database are searched, by their names.
MAX_SEARCHED = 100


@dataclass
class Found:
    """``hits``: (collection, ``_id``, URL); ``searched``: names of collections.

    ``is_complete``: false when not all could be searched.
    """

    hits: list[tuple[Entry, Any, str]] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    is_complete: bool = True


def keys_found(admin_site: Any, text: str, *, max_found: int, max_time: int) -> Found:
    """Return the documents whose key ``text`` spells, by one aggregation a database.

    ``max_found``: so many of one collection; ``max_time``: ms for a database. Where no
    index has the keys nothing is searched. Never raise.
    """
    entries, found = all_entries(admin_site), Found()
    found.is_complete = not entries.notes
    groups: dict[str, list[Entry]] = defaultdict(list)
    for each in without_document(entries.entries):
        if each.described.has_keys and each.url:
            groups[each.alias].append(each)
    wanted = undeclared_spellings(text)
    stages = [
        {"$match": {"_id": {"$in": wanted}}},
        {"$limit": max_found},
        {"$group": {"_id": None, "keys": {"$push": "$_id"}}},
    ]
    for group in groups.values():
        if len(group) > MAX_SEARCHED:
            found.is_complete = False
        _search(admin_site, group[:MAX_SEARCHED], stages, max_time, found)
    return found


def _search(admin_site, group, stages, max_time, found: Found) -> None:
    batch = Batch(max_time)
    for each in group:
        batch.add(Whole(each.collection), stages)
    try:
        rows = batch.rows()
    except PyMongoError:
        found.is_complete = False
        return
    found.searched += [each.described.name for each in group]
    for at, row in sorted(rows.items()):
        for key in row["keys"]:
            found.hits.append((
                group[at],
                key,
                document_url(admin_site, group[at], key),
            ))
