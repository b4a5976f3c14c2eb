"""Words for people, where the automatic ones would be poor."""

import re

from admin_ext.introspection.models import Field, Model

# How people write them.
ABBREVIATIONS = {
    **{each: each.upper() for each in ("api", "css", "csv", "gps", "html", "http")},
    **{each: each.upper() for each in ("iban", "id", "ip", "isbn", "json", "pdf")},
    **{each: each.upper() for each in ("sku", "sms", "ssn", "uri", "url", "uuid")},
    **{each: each.upper() for each in ("vat", "xml", "zip")},
    "ids": "IDs",
    "urls": "URLs",
    "email": "e-mail",
    "oauth": "OAuth",
}
del ABBREVIATIONS["zip"]

# The key in which Mongoose counts changes of lists.
# https://mongoosejs.com/docs/guide.html#versionKey
MONGOOSE = "__v"

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")


def words(name: str) -> list[str]:
    """Return the words of a name: userId, user_id and UserID are ["user", "id"]."""
    return [each.lower() for each in _BOUNDARY.split(name) if each]


def said(name: str) -> str:
    """Return a name as people write it: "user ID"."""
    return " ".join(ABBREVIATIONS.get(each, each) for each in words(name))


def verbose_name(field: Field) -> str:
    """Return what the form should call a field, "" where it does so anyway."""
    text = called(field)
    return "" if text == field.name.replace("_", " ") else text


def called(field: Field) -> str:
    """Return what people call a field."""
    if field.stored == MONGOOSE:
        return "version"
    innermost = field.innermost()
    # A name that Python or mongoengine keeps for itself got an ending.
    is_other = field.name.endswith("_field") and words(field.stored)[-1:] != ["field"]
    text = said(field.stored if is_other else field.name)
    is_reference = innermost.reference is not None or "Reference" in innermost.kind
    if is_reference and len(words(field.name)) > 1:
        # The reference is shown as the document, and not as its id.
        text = re.sub(r" ID(s?)$", r"\1", text)
    return text or field.name.replace("_", " ")


def plural_name(model: Model) -> str:
    """Return what lists should call the documents, "" where an "s" is right.

    The name of the collection, where that is the plural of the name of the class.
    """
    single, automatic = said(model.name), f"{said(model.name)}s"
    collection = said(model.collection or "")
    is_own = not model.parent and collection != single
    if is_own and collection[:3] == single[:3] and collection[:1].isalpha():
        return "" if collection == automatic else collection
    plural = _plural(single)
    return "" if plural == automatic else plural


def _plural(text: str) -> str:
    if re.search(r"[^aeiou]y$", text):
        return f"{text[:-1]}ies"
    if text.endswith(("ss", "sh", "ch", "x", "z")):
        return f"{text}es"
    return text if text.endswith("s") else f"{text}s"


def enumerated(parts: list[str], last: str = "or") -> str:
    """Return "a, b or c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
