"""Models → the text of a module of their admins."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from admin_ext.introspection.models import Database, Field, Kind, Model

from .choices import NUMBERS, TEXTS, Choices, is_long
from .keys import is_drawn_key
from .layout import (
    STEP,
    Items,
    Node,
    Pairs,
    Str,
    Text,
    call,
    class_line,
    lines,
    visible,
)
from .modules import Imports, docstring
from .naming import MONGOOSE, called, enumerated, said
from .ordering import in_order, own
from .serving import DATES

READ_ONLY = '''\
class ReadOnlyMixin:
    """For collections in which single documents cannot, or must not, be changed."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False'''

CONSTANT = 'MASK = "••••••••"'

SECRETS = '''\
class SecretsMixin:
    """Refuses filters on `secrets`, by which they could be guessed letter by letter."""

    secrets = ()

    def lookup_allowed(self, lookup, value, request):
        if any(f"{lookup}__".startswith(f"{each}__") for each in self.secrets):
            return False
        return super().lookup_allowed(lookup, value, request)'''

# Forms of more fields are divided.
MANY = 9

REFERENCES, DATED, DETAILS = "References", "Dates", "Details"

# Rows of more fields, or of long ones, are forms of their own.
COLUMNS = 5


def admin_source(database: Database, documents_module: str = "documents") -> str:
    """Return the text of a module of the admins of a database's Documents.

    It imports these from ``documents_module`` beside it.
    """
    return "\n".join([*_Module(database, documents_module).lines()]) + "\n"


class _Module:
    """What the admins of one module have in common."""

    def __init__(self, database: Database, documents_module: str):
        self.database, self.documents_module = database, documents_module
        self.imports = Imports()
        self.names = {each.name for each in (*database.documents, *database.embedded)}
        self.needs: set[str] = set()
        searched: set[int] = set()
        self.choices = {
            id(each): Choices(each, database, searched) for each in database.documents
        }
        searched |= {key for key, each in self.choices.items() if each.search}

    def lines(self) -> Iterator[str]:
        body: list[str] = []
        for model in in_order(self.database):
            if not model.is_embedded:
                body += self.admin(model, self.choices[id(model)])
        name = visible(self.database.name)
        yield from docstring(
            f"The collections of the database “{name}” in the admin.",
            "`manage.py inspectmongo` wrote this; it is yours to edit.",
        )
        if self.imports.names:
            yield from ["", *self.imports.source()]
        if SECRETS in self.needs:
            yield from ["", *CONSTANT.splitlines()]
        for text in (READ_ONLY, SECRETS):
            if text in self.needs:
                yield from ["", "", *text.splitlines()]
        yield from body

    def use(self, model: Model) -> str:
        self.imports.add(f".{self.documents_module}", model.name)
        return model.name

    def free(self, name: str) -> str:
        """Return a name that no class has yet."""
        found, number = name, 1
        while found in self.names:
            number += 1
            found = f"{name}{number}"
        self.names.add(found)
        return found

    # An admin

    def admin(self, model: Model, choices: Choices) -> list[str]:
        """Return the lines of an admin's class, and of its inlines before it."""
        inlines = [self.inline(*each, choices) for each in choices.inlines]
        secrets = self.secret_columns(choices)
        options = dict(self.options(model, choices, [*secrets]))
        if inlines:
            options["inlines"] = _tuple(Text(name) for name, _lines in inlines)
        body = _assignments(options)
        for method in secrets.values():
            body += ["", *method]
        name = self.free(f"{model.name}Admin")
        return [
            *(line for _name, each in inlines for line in each),
            *("", ""),
            *lines("@", call("admin.register", Text(self.use(model)))),
            *class_line(name, self.bases(model, choices)),
            *(body or [f"{STEP}pass"]),
        ]

    def bases(self, model: Model, choices: Choices) -> Iterator[str]:
        if _is_read_only(model):
            self.needs.add(READ_ONLY)
            yield "ReadOnlyMixin"
        if choices.secrets:
            self.needs.add(SECRETS)
            yield "SecretsMixin"
        self.imports.add("django.contrib", "admin")
        self.imports.add("admin_ext", "DocumentAdmin")
        yield "DocumentAdmin"

    def options(
        self, model: Model, choices: Choices, secrets: list[str]
    ) -> Iterator[tuple[str, Node]]:
        """Yield the options; ``secrets``: names of what stands for these."""
        if choices.secrets:
            yield "secrets", _strings(name for name, _field in choices.secrets)
        if choices.columns != ["__str__"]:
            yield "list_display", _strings(choices.columns)
        if choices.sortable is not None:
            yield "sortable_by", _strings(choices.sortable)
        if choices.filters:
            yield "list_filter", _strings(choices.filters)
        if choices.date:
            yield "date_hierarchy", Str(choices.date)
        if choices.search:
            yield "search_fields", _strings(name for name, _text in choices.search)
            yield "search_help_text", Str(_search_help(choices))
        if choices.autocomplete and not _is_read_only(model):
            yield "autocomplete_fields", _strings(choices.autocomplete)
        # Whoever counts it relies on it.
        counted = [each.name for each in choices.fields if each.stored == MONGOOSE]
        if counted or secrets:
            yield "readonly_fields", _strings([*counted, *secrets])
        groups = _groups(choices, secrets)
        if groups:
            yield "fieldsets", groups

    def secret_columns(self, choices: Choices) -> dict[str, list[str]]:
        """Return {name: lines of a method} that show dots for secrets that are there.

        Of the Document itself; those of embedded ones are not shown at all.
        """
        found = {}
        for name, field in choices.secrets:
            if "__" in name:
                continue
            self.imports.add("admin_ext", "reads")
            method = f"masked_{name.strip('_')}"
            shown = {"description": Str(called(field)), "empty_value": Str("none")}
            found[method] = [
                *lines(f"{STEP}@", call("admin.display", **shown), "", STEP),
                *lines(f"{STEP}@", call("reads", Str(name)), "", STEP),
                f"{STEP}def {method}(self, obj):",
                f"{STEP * 2}return MASK if obj.{name} else None",
            ]
        return found

    def inline(
        self, field: Field, embedded: Model, choices: Choices
    ) -> tuple[str, list[str]]:
        """Return the name of an inline's class, and its lines."""
        kind = "Tabular" if _is_row(embedded) else "Stacked"
        base = f"Embedded{kind}Inline"
        self.imports.add("admin_ext", base)
        name = self.free(f"{embedded.name}Inline")
        options: dict[str, Node] = {
            "model": Text(self.use(embedded)),
            "field_name": Str(field.name),
        }
        if called(field) != f"{said(embedded.name)}s":
            options["verbose_name_plural"] = Str(called(field))
        options["extra"] = Text("1")
        drawn = [each.name for each in embedded.fields if is_drawn_key(each, embedded)]
        if drawn:
            options["exclude"] = _strings(drawn)
        found = [*choices.autocompleted(embedded.fields)]
        if found:
            options["autocomplete_fields"] = _strings(found)
        return name, ["", "", *class_line(name, [base]), *_assignments(options)]


def _assignments(options: dict[str, Node]) -> list[str]:
    return [
        line
        for option, node in options.items()
        for line in lines(f"{STEP}{option} = ", node, "", STEP)
    ]


def _is_read_only(model: Model) -> bool:
    return model.kind is not Kind.PLAIN


def _tuple(nodes: Any) -> Items:
    return Items("()", [*nodes])


def _strings(names: Any) -> Items:
    return _tuple(Str(each) for each in names)


def _search_help(choices: Choices) -> str:
    """Return in words what the search looks at."""
    wholes = [name for entry, name in choices.search if entry[0] != "^"]
    beginnings = [name for entry, name in choices.search if entry[0] == "^"]
    parts = [f"the {each}" for each in wholes]
    parts += [f"the beginning of the {each}" for each in beginnings]
    return f"Search by {enumerated(parts)}."


def _is_row(model: Model) -> bool:
    fields = [each for each in model.fields if not is_drawn_key(each, model)]
    kinds = {*TEXTS, *NUMBERS, *DATES, "BooleanField", "ReferenceField"}
    is_plain = all(each.kind in kinds and not is_long(each) for each in fields)
    return is_plain and len(fields) <= COLUMNS


def _groups(choices: Choices, secrets: list[str]) -> Node | None:
    """Return the fieldsets of a form with many fields, None where one will do."""
    rows = {field.name for field, _model in choices.inlines}
    hidden = {name for name, _field in choices.secrets}
    fields = [
        each
        for each in choices.fields
        if each.name not in rows | hidden and not _is_fixed(each)
    ]
    if len(fields) + len(secrets) <= MANY:
        return None
    titles = {each.name: _group_of(each, choices) for each in fields}
    counts = Counter(titles.values())
    groups: dict[str | None, list[str]] = {}
    for name, title in titles.items():
        # A title of its own for one field is more than it needs.
        groups.setdefault(title if counts[title] > 1 else None, []).append(name)
    groups.setdefault(None, []).extend(secrets)
    order = [title for title in (None, REFERENCES, DATED, DETAILS) if groups.get(title)]
    if order == [None]:
        return None
    return _tuple(_fieldset(title, groups[title]) for title in order)


def _is_fixed(field: Field) -> bool:
    return field.stored == "_id" and field.kind == "ObjectIdField"


def _group_of(field: Field, choices: Choices) -> str | None:
    if field is choices.key:
        return None
    if choices.is_reference(field.innermost()):
        return REFERENCES
    if field.kind in DATES:
        return DATED
    is_nested = len([*own(field)]) > 1 or field.embedded is not None
    odd = ("DynamicField", "DictField", "BinaryField", "ListField", "MapField")
    return DETAILS if is_nested or field.kind in odd else None


def _fieldset(title: str | None, names: list[str]) -> Node:
    options: list[tuple[Node, Node]] = [(Str("fields"), _strings(names))]
    if title == DETAILS:
        options.append((Str("classes"), _strings(["collapse"])))
    return _tuple([Str(title) if title else Text("None"), Pairs(options)])
