"""Django lookup path and value → mongoengine Q.

Only declared fields and the lookups named here are accepted, values are coerced by
the field, text is escaped: nothing from a URL reaches an operator of MongoDB.
"""

import operator
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

import bson
from bson import ObjectId
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.utils import timezone
from django.utils.translation import gettext
from mongoengine import Q
from mongoengine.queryset.base import BaseQuerySet
from mongoengine.queryset.transform import MATCH_OPERATORS

from . import beginnings, reference_lookups, textindex, values_as_text
from .compat import QUERY_ERRORS
from .ejson import CODEC
from .exceptions import TooManyMatches, UnsupportedLookup
from .fields import EmbeddedField, ListField, ValueField, dynamic_field, is_key
from .keys import Key, key_for
from .memory import remembered
from .visibility import visible, whose

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
LOOKUPS = (
    TEXT_LOOKUPS
    | COMPARISONS
    | DATE_PARTS
    | {"exact", "in", "range", "isnull", "isempty", "search"}
)

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

    @property
    def rest(self) -> str:
        """What is left of the path in the collection that the first join leads to."""
        return LOOKUP_SEP.join((*self.names[self.joins :], self.lookup))

    @property
    def target(self):
        """The Document that the first join leads to."""
        return self.fields[self.joins - 1].remote_field.model

    @property
    def stored(self) -> str:
        """The dotted path under which the value is stored."""
        return ".".join(
            field.document_field.db_field if field is not None else key
            for field, key in zip(self.fields, self.names, strict=True)
        )

    @property
    def lists(self) -> int:
        """How many declared lists the value is in, one within the other."""
        number = 0
        for field in self.fields:
            while isinstance(field, ListField):
                number, field = number + 1, field.item
        return number


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
        return dynamic_field(opts.model, name)


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
    target = found.target
    before = (found.fields[: found.joins], found.names[: found.joins])
    is_key = found.names[found.joins :] == (target._meta.pk.name,)
    if is_key and found.lookup not in TEXT_LOOKUPS:
        return _q(Path(*before, found.lookup), value)
    keys = _joined_keys(target, found.rest, value)
    condition = _q(Path(*before, "in"), keys)
    if found.lookup in ("isnull", "isempty") and value in TRUE:
        # Nothing is referred to: there is no name either.
        return condition | _q(Path(*before, "isnull"), True)
    return condition


def _joined_keys(target: Any, path: str, value: Any) -> list:
    def ask():
        return keys_of(visible(target).filter(q_for_lookup(target, path, value)))

    if not isinstance(value, str | int | ObjectId | None):
        return ask()
    return remembered((whose(), target, path, type(value), value), ask)


def keys_of(queryset: Any) -> list:
    """Return the keys of ``queryset``. Raise TooManyMatches for more than MAX_JOINED.

    A second query carries them all.
    """
    matches = queryset.order_by().only("pk").limit(MAX_JOINED + 1).as_pymongo()
    pk = getattr(queryset._document._meta, "pk", None)
    keys = [key_for(pk, item["_id"]) if pk else item["_id"] for item in matches]
    if len(keys) > MAX_JOINED:
        raise TooManyMatches(
            gettext(
                "More than %(limit)s %(name)s match. Ask for less, for example with "
                "one more word."
            )
            % {
                "limit": f"{MAX_JOINED:,}",
                "name": queryset._document._meta.verbose_name_plural,
            }
        )
    return keys


def _q(found: Path, value: Any) -> Q:
    lookup, field = found.lookup, found.field
    special = _SPECIAL.get(lookup)
    if special is not None:
        return special(found, value)
    if lookup in COMPARISONS:
        return Q(**{_key(found, lookup): coerce(field, value)})
    if reference_lookups.is_reference(field):
        return reference_lookups.condition(field, found.stored, [coerce(field, value)])
    if reference_lookups.is_generic(field):
        condition = reference_lookups.generic_condition(field, found.stored, value)
        if condition is not None:
            return condition
    is_free = isinstance(field, ValueField) and not field.primary_key
    if is_free and isinstance(value, str):
        return Q(__raw__={found.stored: {"$in": readings(value)}})
    value = coerce(field, value)
    if isinstance(value, Key):
        # A bare sub-document would be merged with other conditions on the field.
        return Q(**{_key(found, "in"): [value]})
    return Q(**{_key(found): value})


def _among(found: Path, value: Any) -> Q:
    if isinstance(value, BaseQuerySet) and not value._scalar:
        return _in_queryset(found, value)
    return _in_values(found, _values(found, value))


def _in_values(found: Path, values: list) -> Q:
    if reference_lookups.is_reference(found.field):
        return reference_lookups.condition(found.field, found.stored, values)
    return Q(**{_key(found, "in"): values})


def _between(found: Path, value: Any) -> Q:
    if isinstance(value, str):
        # A URL has no lists; Django does not take this text apart either.
        raise ValidationError(f"“{value}” is not a range.")
    first, last = _values(found, value)
    return Q(**{_key(found, "gte"): first}) & Q(**{_key(found, "lte"): last})


def _values(found, value) -> list:
    values = value.split(",") if isinstance(value, str) else list(value)
    return [coerce(found.field, item) for item in values]


def readings(text: str) -> list[Any]:
    """Return what ``text`` may stand for where a value of any type is stored."""
    found: list[Any] = [text]
    if text in ("True", "False"):
        found.append(text == "True")
    if ObjectId.is_valid(text):
        found.append(ObjectId(text))
    with suppress(ValueError):
        # MongoDB compares numbers of all types by value.
        number = float(text) if "." in text else int(text)
        if abs(number) < 2**63:
            found.append(number)
    return found


def _key(found: Path, operator_name: str = "", *, is_whole: bool = False) -> str:
    """Return mongoengine's key; a trailing "__" keeps a name from being an operator.

    ``is_whole``: of all that a reference holds, not of the key within it.
    """
    within = () if is_whole else getattr(found.fields[-1], "key_within", ())
    parts = [*found.names, *within, *([operator_name] if operator_name else ())]
    if not operator_name and len(parts) > 1 and parts[-1] in MATCH_OPERATORS:
        parts.append("")
    return LOOKUP_SEP.join(parts)


def _is_null(found: Path, value: Any) -> Q:
    """Missing and null are one thing to Django's isnull; an empty list is neither.

    {field: null} matches both: https://www.mongodb.com/docs/manual/tutorial/query-for-null-fields/
    """
    if value in TRUE:
        return Q(**{_key(found, is_whole=True): None})
    if value in FALSE:
        return Q(**{_key(found, "ne", is_whole=True): None})
    raise ValidationError(f"“{value}” is neither true nor false.")


def _is_empty(found: Path, value: Any) -> Q:
    """What holds nothing: null and missing, the empty text, list and document."""
    if value not in (*TRUE, *FALSE):
        raise ValidationError(f"“{value}” is neither true nor false.")
    operator_name = "$in" if value in TRUE else "$nin"
    return Q(__raw__={found.stored: {operator_name: [None, "", [], {}]}})


def _text(found: Path, value: Any) -> Q:
    """Text lookups on text, and on the text of numbers and dates as Django does.

    On anything else the term must be the value itself, as iexact always wants it:
    for a value an index can be used, for its text never.
    """
    field = found.field
    if len(str(value)) > MAX_TEXT:
        raise ValidationError(f"A text of at most {MAX_TEXT:,} characters is expected.")
    while isinstance(field, ListField):
        field = field.item
    if values_as_text.is_convertible(field):
        if found.lookup != "iexact":
            condition = values_as_text.condition(
                field, found.stored, found.lists, found.lookup, str(value)
            )
            return Q(__raw__=condition)
    elif isinstance(field, TEXT_FIELDS) or found.fields[-1] is None:
        return _text_or_number(found, str(value))
    try:
        return Q(**{_key(found): coerce(field, value)})
    except ValidationError:
        return Q(**NOTHING)


def _text_or_number(found: Path, value: str) -> Q:
    """A text that is stored as a number is found by that number."""
    condition = Q(**{_key(found, found.lookup): value}) & beginnings.q_for(found, value)
    numbers = [each for each in readings(value) if type(each) in (int, float)]
    if not numbers:
        return condition
    return condition | Q(__raw__={found.stored: {"$in": numbers}})


def _search(found: Path, value: Any) -> Q:
    """Ask the text index first; without one, read the text.

    A query takes one $text, none in $nor, and in $or only beside other indexes:
    as a list of keys it can stand anywhere.
    """
    document = found.fields[0].model
    if not textindex.is_indexed(document, found.stored):
        return _text(replace(found, lookup="icontains"), value)

    def ask():
        condition = Q(__raw__=textindex.text_query([str(value)]))
        # The queryset that this is a condition of says which may be had, by $text too.
        return keys_of(document._default_manager.filter(condition))

    return Q(pk__in=remembered(("$text", document, str(value)), ask))


def _in_queryset(found: Path, queryset: BaseQuerySet) -> Q:
    """A queryset of the same collection is asked within this query."""
    document = found.fields[0].model
    is_same = (
        found.fields == (document._meta.pk,)
        and queryset._document._get_collection_name() == document._get_collection_name()
    )
    is_empty = queryset._none or queryset._empty
    is_whole = queryset._limit is None and not queryset._skip and not is_empty
    if is_same and is_whole:
        return Q(__raw__=queryset._query)
    if is_whole:
        asked = ("keys", queryset._document, str(queryset._query))
        return _in_values(found, remembered(asked, lambda: keys_of(queryset)))
    return _in_values(found, [each.pk for each in queryset.only("pk")])


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


_SPECIAL = {
    "in": _among,
    "range": _between,
    "isnull": _is_null,
    "isempty": _is_empty,
    "search": _search,
    **dict.fromkeys(TEXT_LOOKUPS, _text),
    **dict.fromkeys(DATE_PARTS, _period),
}


def coerce(field: Any, value: Any) -> Any:
    """Return ``value`` as ``field`` holds it. Raise Django's ValidationError if not."""
    if field.is_relation or field.primary_key:
        return reference_lookups.coerce_key(field, value)
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
    parts, children = [], condition.children
    if condition.connector == models.Q.AND:
        children = _gathered(document, children)
    for child in children:
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


def _gathered(document: Any, children: list) -> Iterator[Any]:
    """Yield ``children``, with the lookups through one reference as one.

    In Django too they mean one and the same referenced document; and two halves of a
    range may each match far more documents than the range.
    """
    groups: dict[str, list] = {}
    for child in children:
        groups.setdefault(_reference_of(document, child), []).append(child)
    for reference, group in groups.items():
        if not reference or len(group) == 1:
            yield from group
            continue
        target = resolve(document, group[0][0]).target
        lookups = [(resolve(document, path).rest, value) for path, value in group]
        matches = visible(target).filter(models.Q(*lookups))
        yield f"{reference}{LOOKUP_SEP}in", matches


def _reference_of(document, child) -> str:
    """Return the path of the reference that a lookup asks through, or ""."""
    if not isinstance(child, tuple):
        return ""
    found = resolve(document, child[0])
    is_key = found.joins and found.rest.startswith(f"{found.target._meta.pk.name}__")
    if is_key or found.lookup in ("isnull", "isempty"):
        return ""
    return LOOKUP_SEP.join(found.names[: found.joins])


def negated(document: Any, condition: Q) -> Q:
    """Return the opposite of ``condition``; mongoengine's Q has none of its own."""
    return Q(__raw__={"$nor": [condition.to_query(document)]})
