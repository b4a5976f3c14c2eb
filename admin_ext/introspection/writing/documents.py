"""Models → the text of a module of Documents."""

from collections.abc import Iterator
from typing import Any

from admin_ext.introspection.bson_types import NULL
from admin_ext.introspection.inference.dates import date_format
from admin_ext.introspection.inference.personal import is_personal
from admin_ext.introspection.inference.words import STORED_IN, percent
from admin_ext.introspection.models import (
    Database,
    Field,
    Index,
    Kind,
    Meaning,
    Model,
)

from .comments import comment
from .keys import is_drawn_key
from .labels import HELPERS, label_lines
from .layout import (
    STEP,
    Call,
    Items,
    Node,
    Pairs,
    Str,
    Text,
    class_line,
    lines,
    visible,
)
from .literals import literal
from .modules import Imports, docstring
from .naming import plural_name, said, verbose_name, words
from .ordering import REFERENCES, in_order, target_of
from .serving import default_order

READ_ONLY = {
    Kind.VIEW: "A view: MongoDB computes it, and nothing can be written to it.",
    Kind.TIME_SERIES: (
        "A time-series collection: MongoDB lets nobody change single documents."
    ),
    Kind.CAPPED: (
        "A capped collection: MongoDB drops the oldest documents, and none may grow."
    ),
    Kind.GRIDFS_FILES: "The files of GridFS: their contents are in another collection.",
}

# Numbers of milliseconds since 1970 are larger, those of seconds are smaller.
MILLISECONDS = 100_000_000_000

# Limits of texts of one line: twice what was seen fits.
LIMITS = (100, 200, 500)


def documents_source(database: Database) -> str:
    """Return the text of a module of the Documents of a database."""
    return "\n".join([*_Module(database).lines()]) + "\n"


class _Module:
    """What the classes of one module have in common."""

    def __init__(self, database: Database):
        self.database = database
        # In the body of a class its fields hide what has the same name.
        self.imports = Imports(frozenset(_field_names(database)))
        self.helpers: set[str] = set()
        self.known: set[int] = set()
        self.constants: set[str] = set()
        self.current: Model | None = None

    def lines(self) -> Iterator[str]:
        name = visible(self.database.name)
        body: list[str] = []
        for model in in_order(self.database):
            body += ["", "", *self.class_lines(model)]
        skipped = [
            line
            for each in self.database.skipped
            for line in comment(f"Left out: “{each.collection}”. {each.reason}")
        ]
        body += ["", "", *skipped] if skipped else []
        yield from docstring(
            f"The collections of the database “{name}” as Documents.",
            "`manage.py inspectmongo` wrote this from what it found stored. It is "
            "yours to edit: comments ask for a decision. Nothing here creates an "
            "index, and keys that no field declares are kept.",
        )
        if self.imports.names:
            yield from ["", *self.imports.source()]
        for helper, text in HELPERS.items():
            if helper in self.helpers:
                yield from ["", "", *text.splitlines()]
        yield from body

    def class_lines(self, model: Model) -> list[str]:
        """Return the lines of a class, and of constants before it."""
        before: list[str] = []
        self.current = model
        fields = [line for each in model.fields for line in self.field(each, before)]
        blocks = [
            [f'{STEP}"""{READ_ONLY[model.kind]}"""'] if model.kind in READ_ONLY else [],
            [line for each in model.doubts for line in comment(each, STEP)],
            fields,
            self.meta(model),
            self.label(model),
        ]
        self.known.add(id(model))
        # A comment about the class is not one about its first field.
        body = [line for each in blocks if each for line in ["", *each]][1:]
        if not any(line.strip() and line.strip()[0] != "#" for line in body):
            body.append(f"{STEP}pass")
        return [*before, *class_line(model.name, [self.base(model)]), *body]

    def base(self, model: Model) -> str:
        if model.parent is not None:
            return model.parent.name
        name = "EmbeddedDocument" if model.is_embedded else "Document"
        self.imports.add("django_mongoengine", name)
        return name

    # Fields

    def field(self, field: Field, before: list[str]) -> Iterator[str]:
        """Yield the lines of a field; its constants are put ``before`` the class."""
        told = [
            each for one in _chain(field) for each in (*one.doubts, *self.remarks(one))
        ]
        if not any(each.startswith(STORED_IN) for each in told):
            told = [*_presence(field), *told]
        for each in told:
            yield from comment(each, STEP)
        if _is_automatic_key(field):
            # mongoengine declares it itself.
            return
        call = self.call(field, before, is_whole=True)
        yield from lines(f"{STEP}{field.name} = ", call, "", STEP)

    def remarks(self, field: Field) -> Iterator[str]:
        """Yield what is told of a field beside what was found doubtful."""
        if field.choices and not field.options.get("choices"):
            values = [_as_text(each) for each in field.choices]
            yield f"The values seen: {', '.join(values)}."
        if field.kind in REFERENCES and not target_of(field, self.database):
            name = field.reference.collection if field.reference else ""
            yield f"It leads to “{name}”, which no Document here is about."

    def call(self, field: Field, before: list[str], *, is_whole: bool = False) -> Call:
        """Return the expression of a field; ``is_whole``: not one of members."""
        self.imports.add("django_mongoengine", "fields")
        kind, arguments = field.kind, [*self.positional(field, before)]
        if kind in REFERENCES and not arguments:
            kind = "ObjectIdField"
        options = dict(self.options(field, before, is_whole=is_whole))
        if kind in REFERENCES and field.reference and field.reference.is_dbref:
            options["dbref"] = Text("True")
        return Call(f"fields.{kind}", [*arguments, *options.items()])

    def positional(self, field: Field, before) -> Iterator[tuple[str, Node]]:
        if field.kind in REFERENCES:
            target = target_of(field, self.database)
            if target is not None:
                is_own = target is self.current
                yield "", Str("self") if is_own else self.named(target)
        elif field.embedded is not None and field.member is None:
            yield "", self.named(field.embedded)
        elif field.member is not None:
            yield "", self.call(field.member, before)

    def named(self, model: Model) -> Node:
        """Return the name of a class, in quotes where it is not known yet."""
        return Text(model.name) if id(model) in self.known else Str(model.name)

    def options(self, field, before, *, is_whole) -> Iterator[tuple[str, Node]]:
        given = {**field.options}
        is_key = bool(given.get("primary_key"))
        if is_whole and field.stored != field.name and not is_key:
            yield "db_field", Str(field.stored)
        choices = given.pop("choices", None)
        for name, value in given.items():
            yield name, literal(value, self.imports)
        if choices:
            yield "choices", Text(self.constant(field, choices, before))
        if not is_whole:
            return
        is_limited = choices or "max_length" in given
        length = 0 if is_limited else _length(field)
        if length:
            yield "max_length", Text(str(length))
        if "verbose_name" not in given and verbose_name(field):
            yield "verbose_name", Str(verbose_name(field))
        if is_drawn_key(field, self.current):
            self.imports.add("bson", "ObjectId")
            yield "default", Text("ObjectId")
        if "help_text" not in given and _help(field):
            yield "help_text", Str(_help(field))
        if _is_secret(field) and "editable" not in field.options:
            yield "editable", Text("False")

    def constant(self, field: Field, choices: list[Any], before: list[str]) -> str:
        """Put the choices of a field ``before`` the class; return their name."""
        base = name = f"{_upper(field)}_CHOICES"
        number = 1
        while name in self.constants:
            number += 1
            name = f"{base}_{number}"
        self.constants.add(name)
        pairs = [
            Items("()", [literal(value, self.imports), Str(_choice(text))])
            for value, text in map(_pair, choices)
        ]
        before += [*lines(f"{name} = ", Items("()", pairs)), "", ""]
        return name

    # meta

    def meta(self, model: Model) -> list[str]:
        entries: dict[str, Node] = {}
        if model.parent is None:
            entries = dict(self.entries(model))
        remarks = [
            line
            for each in model.indexes
            for text in _index_remarks(each)
            for line in comment(text, STEP)
        ]
        if not entries:
            return remarks
        pairs = Pairs([(Str(name), value) for name, value in entries.items()])
        broken = lines(f"{STEP}meta = ", pairs, "", STEP)
        return [*remarks, *broken]

    def entries(self, model: Model) -> Iterator[tuple[str, Node]]:
        inheritance = (
            {"allow_inheritance": Text("True")} if model.has_subclasses else {}
        )
        if model.is_embedded:
            yield from {**inheritance, "strict": Text("False")}.items()
            return
        yield "collection", Str(model.collection or "")
        yield from inheritance.items()
        if self.database.alias != "default":
            yield "db_alias", Str(self.database.alias)
        yield "strict", Text("False")
        yield "auto_create_index", Text("False")
        if model.has_subclasses:
            yield "index_cls", Text("False")
        declared = [each.line for each in model.indexes if each.line is not None]
        if declared:
            entries = [literal(each, self.imports) for each in declared]
            yield "indexes", Items("[]", entries)
        order = default_order(model)
        if order:
            yield "ordering", Items("[]", [Str(order)])
        if plural_name(model):
            yield "verbose_name_plural", Str(plural_name(model))

    def label(self, model: Model) -> list[str]:
        return label_lines(model, self.imports, self.helpers)


def _field_names(database: Database) -> Iterator[str]:
    for model in (*database.documents, *database.embedded):
        yield from (each.name for each in model.fields)


def _chain(field: Field) -> Iterator[Field]:
    while field is not None:
        yield field
        field = field.member


def _is_automatic_key(field: Field) -> bool:
    is_plain = field.kind == "ObjectIdField" and field.name == "id"
    return field.stored == "_id" and is_plain and field.path in ((), ("_id",))


def _is_secret(field: Field) -> bool:
    return any(each.meaning is Meaning.SECRET for each in _chain(field))


def _presence(field: Field) -> Iterator[str]:
    """Yield in which part of the documents a key is, where these are not all."""
    count, nulls = field.profile.count, field.profile.types[NULL]
    parts = []
    if count and field.share < 1:
        parts.append(f"{STORED_IN} {percent(count, round(count / field.share))}")
    if nulls:
        share = percent(nulls, count)
        parts.append(f"null in {share} of these" if parts else f"Null in {share}")
    if parts:
        yield f"{', '.join(parts)}."


def _length(field: Field) -> int:
    """Return a generous limit for texts of a line, whose form has one then; or 0."""
    profile = field.profile
    longest = profile.high.get("length", 0)
    is_line = not any("\n" in each for each in profile.sample if isinstance(each, str))
    is_kept = field.kind == "StringField" and not _is_secret(field)
    if not (longest and is_line and is_kept) or field.meaning is Meaning.LONG_TEXT:
        return 0
    return next((limit for limit in LIMITS if longest <= limit / 2), 0)


def _as_text(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


def _upper(field: Field) -> str:
    """Return the name of a field for a constant; members have that of their list."""
    steps = (each for each in reversed(field.path) if each not in ("[]", "*"))
    name = field.name or "_".join(words(next(steps, "")))
    name = name.strip("_").upper()
    return name if name.isidentifier() else "FIELD"


def _pair(choice: Any) -> tuple[Any, Any]:
    return choice if isinstance(choice, tuple) else (choice, choice)


def _choice(value: Any) -> str:
    """Return what people read in place of a value: "task complete"."""
    text = str(value)
    is_name = text.isascii() and text.replace("_", "").isalnum() and "_" in text
    return said(text) if is_name else text


def _help(field: Field) -> str:
    """Return how a date that is stored as something else has to look."""
    innermost = field.innermost()
    if innermost.meaning is Meaning.EPOCH:
        high = innermost.profile.high.get("number", 0)
        unit = "Milliseconds" if high > MILLISECONDS else "Seconds"
        return f"{unit} since 1970."
    if innermost.meaning is Meaning.DATE_TEXT:
        texts = [each for each in innermost.profile.sample if isinstance(each, str)]
        if is_personal(innermost.path):
            return f"A date as text: {date_format(texts)}."
        return f"A date as text, like {min(texts)}." if texts else "A date as text."
    return ""


def _index_remarks(index: Index) -> Iterator[str]:
    seconds = index.options.get("expireAfterSeconds")
    if seconds is not None:
        path = index.keys[0][0]
        yield f"MongoDB itself deletes documents {seconds:,} s after their “{path}”."
    if index.line is None:
        keys = ", ".join(f"{path}: {kind}" for path, kind in index.keys)
        yield (
            f"The index “{index.name}” ({keys}) is on the server as well; mongoengine "
            "cannot declare it."
        )
