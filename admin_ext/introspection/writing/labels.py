"""The text of a document: ``__str__`` that takes whatever is stored."""

from admin_ext.introspection.models import Field, Meaning, Model

from .layout import STEP, WIDTH, Text, call, lines, quoted, width
from .modules import Imports
from .naming import said

FIRST_LINE = '''\
def first_line(value):
    """Return the first line of a value of any type, "" where there is none."""
    text = "" if value is None else str(value).strip()
    line = text.partition("\\n")[0]
    return line if len(line) <= 80 else f"{line[:79]}…"'''

JOINED = '''\
def joined(*values):
    """Return the first lines of those values that are there."""
    return ", ".join(filter(None, map(first_line, values)))'''

SHORT_ID = '''\
def short_id(document):
    """Return the end of a document's key, enough to tell rows apart."""
    return str(document.pk)[-6:]'''

HELPERS = {"first_line": FIRST_LINE, "joined": JOINED, "short_id": SHORT_ID}

# What is told in a word or two.
SHORT = {
    *("StringField", "EmailField", "URLField", "IntField", "LongField", "FloatField"),
    *("DateTimeField", "DateField", "DecimalField", "Decimal128Field"),
}
LONG = 200  # characters; lists fetch the beginning only


def label_lines(model: Model, imports: Imports, helpers: set[str]) -> list[str]:
    """Return the lines of ``__str__``, [] where that of the parent will do."""
    field = model.field_named(model.label) if model.label else None
    if field is None and model.parent is not None:
        return []
    found = _embedded(model, field) if model.is_embedded else _document(model, field)
    if not found:
        return []
    helpers |= {each for each in HELPERS if f"{each}(" in found}
    if "joined" in helpers:
        helpers.add("first_line")
    before = []
    if field is not None and _is_long(field) and not model.is_embedded:
        imports.add("admin_ext", "reads")
        before = [f"{STEP}@reads({quoted(field.name)}, whole=False)"]
    return [*before, f"{STEP}def __str__(self):", *_returned(found)]


def _returned(text: str) -> list[str]:
    """Return the lines that return the value of an expression, a or b at most."""
    inner, deeper = STEP * 2, STEP * 3
    line = f"{inner}return {text}"
    first, separator, second = text.partition(" or ")
    if width(line) <= WIDTH:
        return [line]
    if not separator:
        function, _bracket, rest = text.partition("(")
        return lines(f"{inner}return ", call(function, Text(rest[:-1])), "", inner)
    whole = f"{deeper}{text}"
    parts = [f"{deeper}{first}", f"{deeper}or {second}"]
    body = [whole] if width(whole) <= WIDTH else parts
    return [f"{inner}return (", *body, f"{inner})"]


def _document(model: Model, field: Field | None) -> str:
    text = f'f"{said(model.name)} {{{_key(model)}}}"'
    return f"first_line(self.{field.name}) or {text}" if field else text


def _key(model: Model) -> str:
    """Return the expression of what is told of a key."""
    key = next((each for each in model.fields if each.stored == "_id"), None)
    if key is None or key.kind == "ObjectIdField":
        return "short_id(self)"
    is_compound = key.kind == "EmbeddedDocumentField"
    return f"self.{key.name}" if is_compound else "self.pk"


def _embedded(model: Model, field: Field | None) -> str:
    if field is not None:
        return f"first_line(self.{field.name})"
    names = [each.name for each in model.fields if _is_short(each)][:2]
    if not names:
        names = [each.name for each in model.fields if _has_text(each)][:1]
    values = ", ".join(f"self.{each}" for each in names)
    if not values:
        return ""
    return f"joined({values})" if len(names) > 1 else f"first_line({values})"


def _has_text(field: Field) -> bool:
    """Tell whether what is embedded has a text of its own."""
    embedded = field.embedded if field.kind == "EmbeddedDocumentField" else None
    return embedded is not None and bool(embedded.label)


def _is_short(field: Field) -> bool:
    odd = (Meaning.SECRET, Meaning.LONG_TEXT, Meaning.FILE_ID, Meaning.OBJECT_ID_TEXT)
    return field.kind in SHORT and field.meaning not in odd and not _is_long(field)


def _is_long(field: Field) -> bool:
    is_text = field.meaning is Meaning.LONG_TEXT
    return is_text or field.profile.high.get("length", 0) > LONG
