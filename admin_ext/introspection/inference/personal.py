"""Which values are about persons: no module quotes them, whoever reads the code."""

import re
from collections.abc import Iterable, Sequence

from .names import words_of

# Words in the names of what is known of a person.
_WORDS = frozenset((
    *("firstname", "lastname", "middlename", "surname", "forename", "familyname"),
    *("fullname", "realname", "nickname", "username", "maidenname", "vorname"),
    *("nachname", "email", "mail", "mails", "emails", "phone", "mobile", "fax"),
    *("telephone", "tel", "cellphone", "street", "street1", "street2", "address"),
    *("addresses", "iban", "passport", "ip", "ips", "ipaddress", "birthday"),
    *("birthdate", "dob", "born", "birth", "patient", "religion", "diagnosis"),
))

# Two words that are one of these; "name" alone is as often that of a thing.
_PAIRS = frozenset((
    *(("first", "name"), ("last", "name"), ("middle", "name"), ("full", "name")),
    *(("given", "name"), ("family", "name"), ("real", "name"), ("nick", "name")),
    *(("user", "name"), ("maiden", "name"), ("birth", "name"), ("legal", "name")),
))

# Who has a name: "authorName", "customer_name".
_PERSONS = frozenset((
    *("author", "customer", "user", "person", "contact", "owner", "sender"),
    *("recipient", "employee", "driver", "guest", "patient", "member", "manager"),
    *("reviewer", "client", "student", "teacher", "doctor", "agent", "assignee"),
    *("buyer", "seller", "creator", "editor", "reporter", "cardholder"),
    *("holder", "actor", "subscriber", "friend", "parent", "child", "spouse"),
))
_OF_PERSONS = frozenset({"name", "names"})

# Persons themselves, by their names in text.
_BY_NAME = frozenset((
    *("author", "authors", "sender", "recipient", "recipients", "assignee", "reviewer"),
    *("creator", "cardholder", "employee", "student", "teacher", "doctor", "reporter"),
))

# Addresses of e-mail and of the internet, numbers of phones and of accounts.
_LOOK = re.compile(
    r"""
      [^@\s]+@[^@\s]+\.\w
    | \b\d{1,3}(?:\.\d{1,3}){3}\b
    | (?:^|\s)\+\d[\d\s()/-]{6,}
    | \b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,}
    """,
    re.VERBOSE,
)


def is_personal(path: Sequence[str], values: Iterable[object] = ()) -> bool:
    """Tell whether values are about persons, by their key or by how one of them looks.

    ``path``: the stored one; "[]" and "*" are no keys.
    """
    keys = [words_of(step) for step in path if step not in ("[]", "*")]
    words = keys[-1] if keys else []
    if len(keys) > 1 and {*words} <= _OF_PERSONS:
        # "author.name"
        words = [*keys[-2], *words]
    pairs = {*zip(words, words[1:], strict=False)}
    if not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairs):
        return True
    if any(
        who.removesuffix("s") in _PERSONS and what in _OF_PERSONS for who, what in pairs
    ):
        return True
    if words and words[-1] in _BY_NAME:
        return True
    return any(map(looks_personal, values))


def looks_personal(value: object) -> bool:
    """Tell whether a text is, or holds, an address or a number of a person."""
    return isinstance(value, str) and _LOOK.search(value) is not None
