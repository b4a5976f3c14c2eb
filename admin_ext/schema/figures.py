"""The values of a path in pictures: bars of the most frequent, or a histogram.

What is drawn are numbers of SVG's own units; words stand beside them as text.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bson import Decimal128
from bson.datetime_ms import DatetimeMS
from django.utils import timezone
from django.utils.formats import date_format, localize, number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.bars import WIDTH, percent, scale
from admin_ext.free_values import plain_text
from admin_ext.introspection.bson_types import NUMBERS, STRING, bson_type
from admin_ext.introspection.profile import Profile
from admin_ext.marks import absence

# Values that get a bar, characters of one, and columns of a histogram.
MAX_BARS = 10
MAX_VALUE = 60
BINS = 20

# Dates so many seconds apart need no time of the day; beyond so much numbers are not
# told apart.
LONG = 2 * 24 * 60 * 60
MAX_WHOLE = 2**53

# So many values have a bar each, though each is there only once.
FEW = 3

# Of many values those of a smaller part are not worth a bar.
LEAST = 0.02

# The height of a histogram, in the units in which it is WIDTH wide.
HEIGHT = 40

# Controls that would not be seen, or would turn what stands around them.
UNSEEN: dict[int, str | None] = {
    **{code: chr(0x2400 + code) for code in range(32)},
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}


def text_of(value: Any) -> str:
    """Return a value in words of the language and the time zone, cut where long."""
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        return absence(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _date_text(value)
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, DatetimeMS):
        return _("%(ms)s ms since 1970") % {"ms": int(value)}
    if not isinstance(value, str):
        value = plain_text(value) if isinstance(value, bytes | dict) else str(value)
    return cut(value, MAX_VALUE)


def cut(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters that cannot disturb the page."""
    line = " ".join(text[: 4 * most].split())
    return Truncator(line.translate(UNSEEN)).chars(most)


def _date_text(value: datetime) -> str:
    try:
        return str(localize(timezone.template_localtime(value)))
    except (OverflowError, ValueError):
        return value.isoformat()


def _number_text(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        # As many digits as tell it from its neighbours on a page.
        return str(localize(float(f"{value:.6g}")))
    return str(localize(int(value) if abs(value) < 1e15 else value))


@dataclass(frozen=True)
class Bar:
    """A value, how often it is there, as a share of all, and the width of its bar."""

    text: str
    mark: str
    count: int
    share: str
    width: str


@dataclass(frozen=True)
class Column:
    """A column of a histogram: what it counts, in words, and where it stands."""

    text: str
    count: int
    share: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Histogram:
    """``low``, ``high``: the edges, in words; ``beyond``: values that have no place."""

    columns: Sequence[Column]
    low: str
    high: str
    label: str
    beyond: int = 0


def bars(profile: Profile, names: Callable[[str], str], types: set[str]) -> list[Bar]:
    """Return the most frequent values of some types, where this says something.

    ``names``: BSON type → what it is called, for values of several types.
    """
    found = Counter({
        key: count for key, count in profile.values.items() if key[0] in types
    })
    top = [(key, count) for key, count in found.most_common(MAX_BARS)]
    total = profile.count - profile.types["null"]
    if not top or not total:
        return []
    if top[0][1] == 1 and len(found) > FEW:
        return []
    if len(found) > MAX_BARS or (profile.uncounted and STRING in types):
        top = [(key, count) for key, count in top if count >= LEAST * total]
    is_mixed = len({kind for kind, _value in found}) > 1
    return [
        Bar(
            text_of(value),
            names(kind) if is_mixed else "",
            count,
            percent(count / total),
            scale(count / total),
        )
        for (kind, value), count in top
    ]


def others(profile: Profile, shown: list[Bar], types: set[str]) -> int:
    """Return how many values of some types there are beside those that have a bar."""
    counted = sum(
        count for (kind, _v), count in profile.values.items() if kind in types
    )
    is_text = STRING in types and STRING in profile.types
    left = counted - sum(bar.count for bar in shown)
    return left + (profile.uncounted if is_text else 0)


def examples(profile: Profile, number: int) -> list[str]:
    """Return some of the texts, in words."""
    # Code is a str as well, and no key of a dict.
    texts = (each for each in profile.sample if bson_type(each) == STRING)
    found = (each for each in texts if each.strip())
    return [text_of(each) for each in islice(dict.fromkeys(found), number)]


def variety(profile: Profile) -> list[str]:
    """Return how many different values there are, as a sentence where that is known."""
    number = len(profile.values)
    if profile.uncounted or not number:
        return []
    if number == sum(profile.values.values()):
        return [_("all different")] if number > 1 else []
    if number <= MAX_BARS:
        return []
    text = _("%(count)s different values")
    return [text % {"count": number_format(number, force_grouping=True)}]


def is_drawable(profile: Profile, types: Iterable[str]) -> bool:
    """Tell whether a histogram says more of the values of some types than bars do."""
    wanted = {*types}
    found = [count for (kind, _v), count in profile.values.items() if kind in wanted]
    return len(found) > MAX_BARS or (len(found) > FEW and max(found) == 1)


def histogram_of_numbers(profile: Profile) -> Histogram | None:
    """Return how the numbers of a path are distributed over equal bins."""
    values, beyond = [], 0
    for value, times in _values(profile, {*NUMBERS}):
        number = _as_float(value)
        if math.isfinite(number):
            values.append((number, times))
        else:
            beyond += times
    is_whole = all(number.is_integer() for number, _times in values)
    return _histogram(values, _number_text, beyond, is_whole=is_whole)


def histogram_of_dates(profile: Profile) -> Histogram | None:
    """Return how the dates of a path are distributed over equal bins."""
    values, beyond = [], 0
    for value, times in _values(profile, {"date"}):
        if isinstance(value, datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            values.append(((aware - EPOCH).total_seconds(), times))
        else:
            beyond += times
    seconds = [value for value, _times in values]
    is_long = bool(seconds) and max(seconds) - min(seconds) > BINS * LONG
    return _histogram(values, _day_text if is_long else _moment_text, beyond)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment_text(seconds: float) -> str:
    try:
        moment = EPOCH + timedelta(seconds=round(seconds))
    except OverflowError:
        return _number_text(seconds)
    return _date_text(moment)


def _day_text(seconds: float) -> str:
    try:
        moment = timezone.template_localtime(EPOCH + timedelta(seconds=seconds))
        return date_format(moment, "DATE_FORMAT")
    except (OverflowError, ValueError):
        return _moment_text(seconds)


def _as_float(value: Any) -> float:
    try:
        return float(value.to_decimal() if isinstance(value, Decimal128) else value)
    except (OverflowError, ValueError):
        return math.inf


def _values(profile: Profile, types: set[str]) -> list[tuple[Any, int]]:
    """Return [(value, how often)]: of all, or of a random part where these are many."""
    counted = [
        (value, times)
        for (kind, value), times in profile.values.items()
        if kind in types
    ]
    # Decimals, and dates beyond the calendar's years, are in the random part only.
    if profile.uncounted or not counted or "decimal" in profile.types:
        return [(each, 1) for each in profile.sample if bson_type(each) in types]
    return counted


def _histogram(
    values: list[tuple[float, int]],
    text: Callable[[float], str],
    beyond: int,
    *,
    is_whole: bool = False,
) -> Histogram | None:
    if not values:
        return None
    low, high = min(values)[0], max(values)[0]
    if not math.isfinite(high - low):
        return None
    if low == high:
        return None
    # Whole numbers have columns of whole numbers, few of them one each.
    is_whole = is_whole and high - low < MAX_WHOLE
    size = math.ceil((high - low + 1) / BINS) if is_whole else (high - low) / BINS
    number = math.ceil((high - low + 1) / size) if is_whole else BINS
    counts = [0] * number
    for value, times in values:
        counts[min(int((value - low) / size), number - 1)] += times
    total, most = sum(counts), max(counts)
    columns = [
        Column(
            text=_bin_text(low + place * size, size - 1 if is_whole else size, text),
            count=count,
            share=percent(count / total),
            width=f"{WIDTH / number * 0.9:.4g}",
            x=f"{WIDTH / number * (place + 0.05):.4g}",
            height=scale(count / most, HEIGHT),
            y=f"{HEIGHT - float(scale(count / most, HEIGHT)):.4g}",
        )
        for place, count in enumerate(counts)
    ]
    busiest = columns[counts.index(most)]
    label = _("From %(low)s to %(high)s; most values, %(share)s, are %(range)s.") % {
        "low": text(low),
        "high": text(high),
        "share": busiest.share,
        "range": busiest.text,
    }
    return Histogram(columns, text(low), text(high), label, beyond)


def _bin_text(low: float, size: float, text: Callable[[float], str]) -> str:
    """Return the edges of a column in words; ``size``: how far they are apart."""
    edges = {"low": text(low), "high": text(low + size)}
    if edges["low"] == edges["high"]:
        return edges["low"]
    return _("%(low)s to %(high)s") % edges


def lengths(profile: Profile) -> list[str]:
    """Return how long texts and lists are, in sentences."""
    found = []
    if "length" in profile.low and STRING in profile.types:
        low, high = profile.low["length"], profile.high["length"]
        text = ngettext(
            "texts of %(range)s character", "texts of %(range)s characters", high
        )
        found.append(text % {"range": _range(low, high)})
    if "size" in profile.low:
        low, high = profile.low["size"], profile.high["size"]
        text = ngettext("lists of %(range)s member", "lists of %(range)s members", high)
        found.append(text % {"range": _range(low, high)})
    return found


def _range(low: Any, high: Any) -> str:
    low, high = text_of(low), text_of(high)
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
