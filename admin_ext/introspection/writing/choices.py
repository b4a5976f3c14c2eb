"""Which fields of a Document a list shows, filters and searches by."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from admin_ext.introspection.inference.personal import is_personal
from admin_ext.introspection.models import Database, Field, Kind, Meaning, Model

from .labels import LONG
from .naming import MONGOOSE, called, enumerated, said, words
from .ordering import own, target_of
from .serving import DATES, OTHER, date_rank, index_of, is_large, is_served, text_index

TEXTS = {"StringField", "EmailField", "URLField"}
NUMBERS = {"IntField", "LongField", "FloatField", "DecimalField", "Decimal128Field"}
SCALARS = {*TEXTS, *NUMBERS, *DATES, "BooleanField", "UUIDField", "ObjectIdField"}

# Beside the filters there is less room.
COLUMNS, COLUMNS_BESIDE_FILTERS = 6, 5
FILTERS = 5
SEARCHED = 4

# A value that few documents have makes an empty column.
MOSTLY = 0.5

# Texts up to so many characters fit a cell; those of a word or two are read at once.
CELL, WORDS = 60, 30

# A filter lists so few different values, each of which so many documents have.
FEW_TEXTS, FEW_NUMBERS, FEW_TARGETS, EACH_SEEN = 60, 10, 30, 10

# Embedded documents are looked into so deep.
DEPTH = 3

# Columns say no more than what is directly embedded.
DEEPEST_COLUMN = 1

# What people look for among the numbers.
AMOUNTS = {"total", "amount", "price", "sum", "balance", "quantity", "rating", "score"}

# Names of fields of no more letters tell nothing by themselves.
LEAST_WORD = 2

# What people are called by.
NAMES = {"name", "firstname", "lastname", "surname", "fullname", "username"}

# What GridFS keeps of each file says how, and not what it stores.
HOW_STORED = {"chunkSize", "md5"}
MEASURED = {*HOW_STORED, "length"}

# What says nothing to people.
_MEANINGLESS = {Meaning.SECRET, Meaning.LONG_TEXT, Meaning.FILE_ID}


@dataclass(frozen=True)
class Place:
    """A field of a Document or of what is embedded in it once.

    ``name``: its lookup path; ``stored``: its dotted stored path; ``share``: of the
    documents that have it.
    """

    field: Field
    name: str
    stored: str
    share: float
    depth: int = 0


def places(model: Model, before: Place | None = None) -> Iterator[Place]:
    """Yield the fields that paths of lookups lead to, but for those in lists."""
    for field in model.fields:
        if field.stored in ("_id", MONGOOSE) or field.meaning is Meaning.SECRET:
            continue
        place = _place(field, before)
        # A dot within a key is no step of a path.
        if "." in field.stored or field.stored.startswith("$") or "__" in field.name:
            continue
        yield place
        is_single = field.kind == "EmbeddedDocumentField" and field.embedded is not None
        if is_single and place.depth + 1 < DEPTH:
            yield from places(field.embedded, place)


def _place(field: Field, before: Place | None) -> Place:
    share = field.share * (1 - field.nulls)
    if before is None:
        return Place(field, field.name, field.stored, share)
    return Place(
        field,
        f"{before.name}__{field.name}",
        f"{before.stored}.{field.stored}",
        before.share * share,
        before.depth + 1,
    )


class Choices:
    """What suits the admin of a Document."""

    def __init__(self, model: Model, database: Database, searched: set[int]):
        """``searched``: ids of the models whose admins can be searched."""
        self.model, self.database, self._searchable = model, database, searched
        self.fields = [*_inherited(model.parent), *model.fields]

    @cached_property
    def places(self) -> list[Place]:
        found = places(self.model)
        if self.model.parent is not None:
            return [*places(self.model.parent), *found]
        return [*found]

    @cached_property
    def secrets(self) -> list[tuple[str, Field]]:
        """Lookup paths and fields of what must not be seen."""
        return [*_secrets(self.fields)]

    # The list

    @cached_property
    def title(self) -> str:
        """The first column, which links to the document."""
        label = self.model.label
        field = self.field_named(label) if label else None
        if field is not None and field.kind in SCALARS and not is_long(field):
            return field.name
        if field is None and self.key is not None and self.key.kind in SCALARS:
            return self.key.name
        return "__str__"

    @cached_property
    def key(self) -> Field | None:
        """The field of a key that is no ObjectId."""
        return next(
            (
                each
                for each in self.fields
                if each.stored == "_id" and each.options.get("primary_key")
            ),
            None,
        )

    @cached_property
    def columns(self) -> list[str]:
        label = self.model.label
        scored = [
            (self._score(each), -number, each.name)
            for number, each in enumerate(self.places)
            if each.name not in (self.title, label)
        ]
        first = [self.title]
        if self.key is not None and self.key.kind in SCALARS:
            first = [*dict.fromkeys([self.title, self.key.name])]
        best = sorted((each for each in scored if each[0] > 0), reverse=True)
        most = COLUMNS_BESIDE_FILTERS if self.filters else COLUMNS
        chosen = {name for _score, _number, name in best[: most - len(first)]}
        return [*first, *(p.name for p in self.places if p.name in chosen)]

    def _score(self, place: Place) -> float:
        """Return how useful a column is, 0 for none."""
        field = place.field
        if place.share < MOSTLY or field.meaning in _MEANINGLESS or is_long(field):
            return 0
        if place.depth > DEEPEST_COLUMN:
            return 0
        if self.model.kind is Kind.GRIDFS_FILES and field.stored in HOW_STORED:
            return 0
        return place.share * self._worth(place) / (1 + place.depth / 4)

    def _worth(self, place: Place) -> float:
        field = place.field
        if self.is_reference(field) or place.name == self.date:
            return 5
        if self._is_filter(place):
            return 3 if field.kind == "BooleanField" else 4
        if field.kind in TEXTS:
            is_name = not NAMES.isdisjoint(words(field.name)[-1:])
            return _worth_of_text(field) + is_name
        if field.kind in NUMBERS:
            is_amount = not AMOUNTS.isdisjoint(words(field.name))
            return 1 if field.meaning is Meaning.EPOCH else 4 if is_amount else 2.5
        return 1.5 if field.kind in DATES else 0

    @cached_property
    def sortable(self) -> list[str] | None:
        """Columns that an index sorts by; None where all may be."""
        if not is_large(self.model):
            return None
        stored = {each.name: each.stored for each in self.places}
        if self.key is not None:
            stored[self.key.name] = "_id"
        found = [
            name
            for name in self.columns
            if name in stored and self._is_sorted(stored[name])
        ]
        named = [name for name in self.columns if name != "__str__"]
        return None if found == named else found

    def _is_sorted(self, stored: str) -> bool:
        return stored == "_id" or bool(index_of(self.model, stored, is_whole=True))

    # Filters

    @cached_property
    def filters(self) -> list[str]:
        found = [
            each
            for each in sorted(self.places, key=lambda each: each.depth)
            if self._is_filter(each) and is_served(self.model, each.stored)
        ]
        return [each.name for each in found[:FILTERS]]

    def _is_filter(self, place: Place) -> bool:
        """Tell whether a field has few different values."""
        field = place.field
        if field.kind == "BooleanField" or field.options.get("choices"):
            return True
        target = target_of(field, self.database)
        if target is not None:
            return 0 < target.size <= FEW_TARGETS
        if field.meaning is not Meaning.PLAIN or field.name == self.model.label:
            return False
        if self.model.kind is Kind.GRIDFS_FILES and field.stored in MEASURED:
            return False
        if field.kind not in ("StringField", "IntField", "FloatField"):
            return False
        seen = field.profile.values
        # Who looks for a person types the name.
        if field.kind in TEXTS and is_personal(field.path, (v for _, v in seen)):
            return False
        few = FEW_TEXTS if field.kind in TEXTS else FEW_NUMBERS
        is_few = len(seen) <= few and not field.profile.uncounted
        return bool(field.choices) or (
            is_few and len(seen) > 1 and sum(seen.values()) >= EACH_SEEN * len(seen)
        )

    @cached_property
    def date(self) -> str:
        """The date by which lists are drilled down, "" for none."""
        found = [
            each
            for each in self.places
            if each.field.kind in ("DateTimeField", "DateField")
            and each.share >= MOSTLY
            and date_rank(each.field) < OTHER
            and is_served(self.model, each.stored)
        ]
        best = min(found, key=lambda each: (each.depth, self._rank(each)), default=None)
        return best.name if best else ""

    def _rank(self, place: Place) -> tuple[bool, int]:
        return not index_of(self.model, place.stored), date_rank(place.field)

    # Search

    @cached_property
    def search(self) -> list[tuple[str, str]]:
        """Entries of ``search_fields``, and what each is called, the best first."""
        found = [*self._words()]
        texts = [each for each in self.texts if each.stored not in self._indexed_words]
        best = [each for each in texts if self._is_best(each)]
        for each in [*self.numbers, *best]:
            found += self._entry(each)
        if self.key is not None and self.key.kind in TEXTS:
            found.append((f"^{self.key.name}", called(self.key)))
        found += self._search_of_targets()
        # Without an index each of these is one more thing to read everything for.
        if not self._indexed_words:
            for each in texts:
                found += [] if each in best else self._entry(each)
        return found[:SEARCHED]

    def _is_best(self, place: Place) -> bool:
        is_label = place.name == self.model.label
        return is_label or index_of(self.model, place.stored) is not None

    @cached_property
    def _indexed_words(self) -> set[str]:
        """The stored paths in the text index."""
        index = text_index(self.model)
        keys = index.keys if index else ()
        found = {path for path, kind in keys if kind == "text"}
        return {each.stored for each in self.texts} if "$**" in found else found

    def _words(self) -> Iterator[tuple[str, str]]:
        """Yield the entry that asks the text index, which is asked as a whole."""
        found = [each for each in self.texts if each.stored in self._indexed_words]
        if found:
            names = [_searched(each) for each in found]
            yield f"@{found[0].name}", f"words of the {enumerated(names, 'and')}"

    def _entry(self, place: Place) -> Iterator[tuple[str, str]]:
        """Yield how a text or number is searched, if that does not read too much."""
        is_indexed = index_of(self.model, place.stored) is not None
        if is_large(self.model) and not is_indexed:
            return
        prefix = "=" if place.field.kind not in TEXTS else ""
        if is_large(self.model) and not prefix:
            prefix = "^"
        is_label = place.name == self.model.label
        if is_label or is_indexed or place.share >= MOSTLY:
            yield f"{prefix}{place.name}", _searched(place)

    @cached_property
    def numbers(self) -> list[Place]:
        """The label, where it is a number."""
        kinds = ("IntField", "LongField")
        found = (each for each in self.places if each.name == self.model.label)
        return [each for each in found if each.field.kind in kinds]

    @cached_property
    def texts(self) -> list[Place]:
        """Places of texts that people type, the label first."""
        odd = (Meaning.SECRET, Meaning.DATE_TEXT, Meaning.FILE_ID)
        found = [
            each
            for each in self.places
            if each.field.kind in TEXTS
            and each.field.meaning not in odd
            and not self._is_filter(each)
        ]
        return sorted(found, key=lambda each: each.name != self.model.label)

    def _search_of_targets(self) -> Iterator[tuple[str, str]]:
        """Yield the labels of what is referred to: orders are found by a customer."""
        for each in self.places:
            target = target_of(each.field, self.database)
            if target is None or target is self.model or not target.label:
                continue
            label = next((p for p in places(target) if p.name == target.label), None)
            if label is None or label.field.kind not in TEXTS:
                continue
            if is_served(self.model, each.stored) and is_served(target, label.stored):
                prefix = "^" if is_large(target) else ""
                name = f"{prefix}{each.name}__{label.name}"
                yield name, f"{called(label.field)} of the {called(each.field)}"

    # References and embedded documents

    def is_reference(self, field: Field) -> bool:
        return target_of(field, self.database) is not None

    @cached_property
    def autocomplete(self) -> list[str]:
        return [*self.autocompleted(self.fields)]

    def autocompleted(self, fields: list[Field]) -> Iterator[str]:
        """Yield the references, and lists of such, whose targets can be searched."""
        for each in fields:
            innermost = each.innermost()
            depth = len([*own(each)])
            target = target_of(innermost, self.database)
            is_list = depth == 2 and each.kind in ("ListField", "SortedListField")
            is_searched = target is not None and id(target) in self._searchable
            if is_searched and (depth == 1 or is_list):
                yield each.name

    @cached_property
    def inlines(self) -> list[tuple[Field, Model]]:
        """Lists of embedded documents, with their classes."""
        found = []
        for each in self.fields:
            inner = each.member or each
            is_list = each.kind in ("ListField", "EmbeddedDocumentListField")
            is_of_rows = inner.kind in ("EmbeddedDocumentField", each.kind)
            if is_list and is_of_rows and inner.embedded is not None:
                found.append((each, inner.embedded))
        return found

    def field_named(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)


def _inherited(model: Model | None) -> list[Field]:
    return [*_inherited(model.parent), *model.fields] if model is not None else []


def _secrets(fields: list[Field], before: str = "", depth: int = 0):
    for each in fields:
        name = f"{before}{each.name}"
        if any(one.meaning is Meaning.SECRET for one in own(each)):
            yield name, each
        embedded = each.innermost().embedded
        if embedded is not None and depth < DEPTH:
            yield from _secrets(embedded.fields, f"{name}__", depth + 1)


def _searched(place: Place) -> str:
    """Return what a search calls a field: "name en", which "en" alone does not tell."""
    text = called(place.field)
    if place.depth and len(text) <= LEAST_WORD:
        return " ".join(map(said, place.name.split("__")))
    return text


def _worth_of_text(field: Field) -> float:
    if field.meaning in (Meaning.OBJECT_ID_TEXT, Meaning.UUID_TEXT):
        return 0
    length = field.profile.high.get("length", 0)
    return (3 if length <= WORDS else 2) if length <= CELL else 0


def is_long(field: Field) -> bool:
    """Tell whether a value is more than a cell should show."""
    is_text = field.meaning is Meaning.LONG_TEXT
    return is_text or field.profile.high.get("length", 0) > LONG
