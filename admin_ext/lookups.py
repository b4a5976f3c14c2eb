"""Django lookup path and value → mongoengine Q.

Only declared fields and the lookups named here are accepted, values are coerced by
the field, text is escaped: nothing from a URL reaches an operator of MongoDB.
"""

import operator
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

import bson
from bson import DBRef, ObjectId
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils import timezone
from mongoengine import Q
from mongoengine.base import BaseDocument
from mongoengine.queryset.transform import MATCH_OPERATORS

from .compat import QUERY_ERRORS
from .ejson import CODEC
from .exceptions import UnsupportedLookup
from .fields import EmbeddedField, ListField, ValueField, id_of, is_key

TEXT_LOOKUPS = frozenset({
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
})
# What isnull takes, from code and from a URL.
TRUE = (True, "True", "true", "1")
FALSE = (False, "False", "false", "0")

COMPARISONS = frozenset({"gt", "gte", "lt", "lte"})
DATE_PARTS = frozenset({"year", "date"})
LOOKUPS = TEXT_LOOKUPS | COMPARISONS | DATE_PARTS | {"exact", "in", "range", "isnull"}

TEXT_FIELDS = (models.CharField, models.TextField, ValueField)

# A path into a reference first asks the other collection. More matches than this
# are refused: the second query would carry them all.
MAX_JOINED = 10_000

# The server compiles at most 32,764 bytes of a pattern; a character takes up to four,
# and up to two when escaped.
MAX_TEXT = 4_000  # characters

# Matches no document; MongoDB answers it without reading any.
NOTHING = {"pk__in": ()}


@dataclass(frozen=True)
class Path:
    """A lookup path taken apart.

    ``fields``: the Django field of every step (None for a key inside a free value);
    ``names``: their names; ``joins``: how many steps lead up to and include the first
    reference that the path goes on from, 0 when it stays in its own document.
    """

    fields: tuple
    names: tuple[str, ...]
    lookup: str
    joins: int = 0

    @property
    def field(self):
        """The last declared field of the path."""
        return next(field for field in reversed(self.fields) if field is not None)


def resolve(document: Any, path: str) -> Path:
    """Take ``path`` apart. Raise UnsupportedLookup for an unknown field or lookup."""
    parts, fields, names, joins = path.split(LOOKUP_SEP), [], [], 0
    opts = document._meta
    while parts:
        field = _field(opts, parts[0]) if opts else None
        if field is None:
            break
        parts.pop(0)
        if joins == 0 and fields and fields[-1].is_relation:
            joins = len(fields)
        fields.append(field)
        names.append(field.name)
        opts = _options_behind(field)
    if not fields:
        raise UnsupportedLookup(f"{path} is not a field of {document._meta.label}.")
    lookup = parts.pop() if parts and parts[-1] in LOOKUPS else "exact"
    if parts and not _takes_keys(fields[-1], parts):
        raise UnsupportedLookup(
            f"“{LOOKUP_SEP.join(parts)}” is not a lookup of {fields[-1].name}."
        )
    names.extend(parts)
    fields.extend(None for _ in parts)
    return Path(tuple(fields), tuple(names), lookup, joins)


def _options_behind(field):
    """Return the ``_meta`` that a path through ``field`` goes on with, or None."""
    if isinstance(field, ValueField):
        return None
    return field.path_infos[-1].to_opts if hasattr(field, "path_infos") else None


def _field(opts, name):
    try:
        return opts.pk if name == "pk" else opts.get_field(name)
    except FieldDoesNotExist:
        return None


def _takes_keys(field, parts: Iterable[str]) -> bool:
    """Tell whether ``parts`` may be keys of a free value, such as a DictField's."""
    return isinstance(field, ValueField) and all(map(is_key, parts))


def q_for_lookup(document: Any, path: str, value: Any) -> Q:
    """Return the Q of one lookup.

    Raise UnsupportedLookup for a path that cannot be asked, ValidationError
    (Django's) for a value that the field cannot hold.
    """
    found = resolve(document, path)
    try:
        condition = _joined(found, value) if found.joins else _q(found, value)
        bson.encode(condition.to_query(document), codec_options=CODEC)
    except QUERY_ERRORS as error:
        raise ValidationError(
            f"“{str(value)[:100]}” cannot be looked up in {found.field.name}."
        ) from error
    return condition


def _joined(found: Path, value: Any) -> Q:
    """Ask the referenced collection first: MongoDB's find has no joins."""
    reference = found.fields[found.joins - 1]
    rest = found.names[found.joins :]
    target = reference.remote_field.model
    before = (found.fields[: found.joins], found.names[: found.joins])
    if rest == (target._meta.pk.name,) and found.lookup not in TEXT_LOOKUPS:
        return _q(Path(*before, found.lookup), value)
    path = LOOKUP_SEP.join((*rest, found.lookup))
    matches = target._default_manager.filter(q_for_lookup(target, path, value))
    ids = [
        item["_id"] for item in matches.only("pk").limit(MAX_JOINED + 1).as_pymongo()
    ]
    if len(ids) > MAX_JOINED:
        raise UnsupportedLookup(
            f"{LOOKUP_SEP.join(found.names)} matches more than {MAX_JOINED:,} "
            f"{target._meta.verbose_name_plural}; make it narrower."
        )
    condition = _q(Path(*before, "in"), ids)
    if found.lookup == "isnull" and value in TRUE:
        # Nothing is referred to: there is no name either.
        return condition | _q(Path(*before, "isnull"), True)
    return condition


def _q(found: Path, value: Any) -> Q:
    lookup, field = found.lookup, found.field
    if lookup == "isnull":
        return _is_null(found, value)
    if lookup in TEXT_LOOKUPS:
        return _text(found, value)
    if lookup in DATE_PARTS:
        return _period(found, value)
    if lookup in ("in", "range"):
        values = value.split(",") if isinstance(value, str) else list(value)
        values = [coerce(field, item) for item in values]
        if lookup == "in":
            return Q(**{_key(found, "in"): values})
        first, last = values
        return Q(**{_key(found, "gte"): first}) & Q(**{_key(found, "lte"): last})
    if lookup in COMPARISONS:
        return Q(**{_key(found, lookup): coerce(field, value)})
    if found.fields[-1] is None and isinstance(value, str):
        return Q(**{_key(found, "in"): readings(value)})
    return Q(**{_key(found): coerce(field, value)})


def readings(text: str) -> list[Any]:
    """Return what ``text`` may stand for where a value of any type is stored."""
    found: list[Any] = [text]
    if text in ("True", "False"):
        found.append(text == "True")
    if ObjectId.is_valid(text):
        found.append(ObjectId(text))
    with suppress(ValueError):
        # MongoDB compares numbers of all types by value.
        found.append(float(text) if "." in text else int(text))
    return found


def _key(found: Path, operator_name: str = "") -> str:
    """Return mongoengine's key; a trailing "__" keeps a name from being an operator."""
    parts = [*found.names, operator_name] if operator_name else [*found.names]
    if not operator_name and len(parts) > 1 and parts[-1] in MATCH_OPERATORS:
        parts.append("")
    return LOOKUP_SEP.join(parts)


def _is_null(found: Path, value: Any) -> Q:
    """Missing and null are one thing to Django's isnull; an empty list is neither.

    {field: null} matches both: https://www.mongodb.com/docs/manual/tutorial/query-for-null-fields/
    """
    if value in TRUE:
        return Q(**{_key(found): None})
    if value in FALSE:
        return Q(**{_key(found, "ne"): None})
    raise ValidationError(f"“{value}” is neither true nor false.")


def _text(found: Path, value: Any) -> Q:
    """Text lookups on text; on anything else the term must be the value itself."""
    field = found.field
    if len(str(value)) > MAX_TEXT:
        raise ValidationError(f"A text of at most {MAX_TEXT:,} characters is expected.")
    if isinstance(field, ListField):
        field = field.item
    if isinstance(field, TEXT_FIELDS) or found.fields[-1] is None:
        return Q(**{_key(found, found.lookup): str(value)})
    try:
        return Q(**{_key(found): coerce(field, value)})
    except ValidationError:
        return Q(**NOTHING)


def _period(found: Path, value: Any) -> Q:
    """A year or a day as the half-open range that MongoDB can look up in an index."""
    try:
        if found.lookup == "year":
            first = date(int(value), 1, 1)
            last = date(int(value) + 1, 1, 1)
        else:
            first = value if type(value) is date else date.fromisoformat(str(value))
            last = first + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise ValidationError(f"“{value}” is not a {found.lookup}.") from error
    first, last = (coerce(found.field, _midnight(day)) for day in (first, last))
    return Q(**{_key(found, "gte"): first}) & Q(**{_key(found, "lt"): last})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def coerce(field: Any, value: Any) -> Any:
    """Return ``value`` as ``field`` holds it. Raise Django's ValidationError if not."""
    if isinstance(value, BaseDocument | DBRef):
        return id_of(value)
    if field.is_relation:
        field = field.remote_field.model._meta.pk
    if isinstance(field, EmbeddedField):
        raise UnsupportedLookup(f"{field.name} is an embedded document; name a field.")
    if value is None:
        return None
    if isinstance(value, dict) and any(str(key).startswith("$") for key in value):
        raise ValidationError(f"An operator cannot be looked up in {field.name}.")
    if isinstance(field, models.CharField | models.TextField):
        return field.to_python(value)
    if value == "" and not isinstance(field, ValueField):
        raise ValidationError(f"An empty value cannot be looked up in {field.name}.")
    if not isinstance(value, datetime):
        value = field.to_python(value)
    if isinstance(field, models.DateTimeField) and timezone.is_naive(value):
        return timezone.make_aware(value)
    return value


def q_for(document: Any, condition: Any) -> Q | None:
    """Translate a Django Q of any shape; None when it holds no condition.

    A mongoengine Q is returned as it is.
    """
    if not isinstance(condition, models.Q):
        return condition
    parts = []
    for child in condition.children:
        if isinstance(child, models.Q):
            part = q_for(document, child)
        elif isinstance(child, tuple):
            part = q_for_lookup(document, *child)
        else:
            raise UnsupportedLookup(f"{child!r} cannot be asked of MongoDB.")
        if part is not None:
            parts.append(part)
    if not parts:
        return None
    joined = reduce(
        operator.or_ if condition.connector == "OR" else operator.and_, parts
    )
    return negated(document, joined) if condition.negated else joined


def negated(document: Any, condition: Q) -> Q:
    """Return the opposite of ``condition``; mongoengine's Q has none of its own."""
    return Q(__raw__={"$nor": [condition.to_query(document)]})
