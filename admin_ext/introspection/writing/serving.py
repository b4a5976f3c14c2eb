"""What the indexes of a collection can be asked for quickly."""

from collections.abc import Iterator

from django.conf import settings

from admin_ext.introspection.models import Field, Index, Meaning, Model
from admin_ext.plans import LARGE

DATES = {"DateTimeField", "DateField", "ComplexDateTimeField"}

# Words by which people look for the newest, the best first.
_NEWEST = ("created", "added", "posted", "published", "placed", "ordered", "start")
_NEWEST += ("date", "time", "timestamp", "updated", "modified", "changed", "last")
_OTHERS = ("birth", "born", "expire", "expiry", "deleted", "end", "until")
OTHER = 99


def is_large(model: Model) -> bool:
    """Tell whether reading all documents takes long."""
    large = getattr(settings, "ADMIN_EXT_LARGE_COLLECTION", LARGE)
    return model.size > (LARGE if large is None else large)


def index_of(model: Model, stored: str, *, is_whole: bool = False) -> Index | None:
    """Return an index that begins with a stored path and answers for all documents.

    ``is_whole``: also for those without a value.
    """
    for each in _indexes(model):
        is_whole_enough = not (is_whole and each.sparse)
        if _is_plain(each) and each.keys[0][0] == stored and is_whole_enough:
            return each
    return None


def _indexes(model: Model | None) -> Iterator[Index]:
    """Yield the indexes of a collection, which the class at the top has."""
    while model is not None:
        yield from model.indexes
        model = model.parent


def _is_plain(index: Index) -> bool:
    is_odd = {"partialFilterExpression", "collation", "hidden"} & index.options.keys()
    kinds = all(kind in (1, -1) for _path, kind in index.keys)
    return bool(index.keys) and kinds and not is_odd


def is_served(model: Model, stored: str) -> bool:
    """Tell whether documents are found by a path at once: by an index, or being few."""
    return not is_large(model) or index_of(model, stored) is not None


def text_index(model: Model) -> Index | None:
    """Return the text index of a collection that is asked by words alone."""
    found = (each for each in _indexes(model) if each.keys)
    return next((each for each in found if each.keys[0][1] == "text"), None)


def date_rank(field: Field) -> int:
    """Return how well people find the newest by a date: the less the better."""
    words = field.name.lower().split("_")
    if any(word.startswith(_OTHERS) for word in words):
        return OTHER
    ranks = (n for n, each in enumerate(_NEWEST) if _begins(words, each))
    return next(ranks, len(_NEWEST))


def _begins(words: list[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)


def default_order(model: Model) -> str:
    """Return the order that people expect and an index has, "" where there is none."""
    dates = [each for each in model.fields if each.kind in DATES]
    for each in sorted(dates, key=date_rank):
        if date_rank(each) < OTHER and index_of(model, each.stored, is_whole=True):
            return f"-{each.name}"
    label = model.field_named(model.label) if model.label else None
    if label is None or label.meaning is Meaning.SECRET or label.member is not None:
        return ""
    return label.name if index_of(model, label.stored, is_whole=True) else ""
