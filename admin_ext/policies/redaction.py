"""Documents without the values that a person may not see.

They are taken out of the object when it is loaded, so that no ``__str__``, column or
template can tell them, whoever wrote it. The object keeps what was stored for the
engine that writes, and the values for the code of the Document while it is saved.
"""

from collections.abc import Callable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from mongoengine import EmbeddedDocument, SequenceField

from admin_ext.changesets import MISSING
from admin_ext.hydration import MASKED, POLICY, SHOWN, stored_son
from admin_ext.stored_paths import class_at, declared_fields, member_field

from .access import MASK, Access
from .paths import is_copy, path_of
from .policy import Path, Policy

# Where an object keeps what was taken out of it: {name: (value, what was left in its
# place)}, either may be MISSING.
WITHHELD = "_withheld"
# And a weak reference to the form that knows where the pages are that reveal one; with
# the document of a page, what returns the URL for a path of it.
LINKS = "_reveal_links"
REVEALED_AT = "_revealed_at"


def redact(policy: Policy, document: Any, path: Path = ()) -> Any:
    """Take out of a loaded document what the policy does not show; return it.

    ``path``: of an embedded document in the whole.
    """
    withheld, masked = {}, set()
    for name in {**document._fields, **document._data}.keys() - {"_cls"}:
        below = (*path, *steps_in(document, name))
        if policy.access(below) < Access.VIEW:
            withheld[name] = (held(document, name), _left(document, name))
            if policy.is_masked(below):
                masked.add(name)
        elif not (policy.is_whole(below) or is_copy(document._fields.get(name))):
            value = held(document, name)
            shown = redacted_value(policy, value, below)
            if shown is not value:
                withheld[name] = (value, shown)
    for name, (_value, left) in withheld.items():
        put(document, name, left)
    document.__dict__[WITHHELD], document.__dict__[MASKED] = withheld, frozenset(masked)
    document.__dict__[POLICY] = (policy, path)
    stored = stored_son(document)
    if stored is not None:
        document.__dict__[SHOWN] = redacted_son(policy, type(document), stored, path)
    return document


def steps_in(holder: Any, key: str) -> tuple[str, ...]:
    """Return the steps of a name, or of a key that nobody declares.

    Such a key may be written as a path is: a rule of that path is about it too.
    """
    is_declared = holder is not None and key in holder._fields
    return (key,) if is_declared else path_of(key)


def _left(document: Any, name: str) -> Any:
    """Return what stands for a value: to look for a missing number would draw one."""
    is_drawn = isinstance(document._fields.get(name), SequenceField)
    return "" if is_drawn else MISSING


def held(document: Any, name: str) -> Any:
    """Return a value as the object holds it, or MISSING."""
    return dict.get(document._data, name, MISSING)


def put(document: Any, name: str, value: Any) -> None:
    """Set a value without a trace; MISSING takes it out."""
    places = [document._data]
    if name not in document._fields:
        # mongoengine keeps what is dynamic as an attribute, too.
        places.append(document.__dict__)
    for place in places:
        if value is MISSING:
            dict.pop(place, name, None)
        else:
            dict.__setitem__(place, name, value)


def redacted_value(policy: Policy, value: Any, path: Path) -> Any:
    """Return a value without what is not shown; an embedded document is the same."""
    if isinstance(value, EmbeddedDocument):
        return redact(policy, value, path)
    if isinstance(value, dict):
        kept = {
            key: redacted_value(policy, item, (*path, *path_of(key)))
            for key, item in dict.items(value)
            if policy.may_view((*path, *path_of(key)))
        }
        same = len(kept) == len(value) and all(
            dict.get(value, key) is item for key, item in kept.items()
        )
        return value if same else kept
    if isinstance(value, list):
        members = [*list.__iter__(value)]
        kept_members = [redacted_value(policy, item, path) for item in members]
        same = all(a is b for a, b in zip(members, kept_members, strict=True))
        return value if same else kept_members
    return value


def redacted_son(policy: Policy, cls: Any, son: dict, path: Path = ()) -> dict:
    """Return a stored document without the values that the policy does not show.

    ``cls``: its class, or None for what no field declares.
    """
    fields = {} if cls is None else dict(declared_fields(cls))
    names = {} if cls is None else cls._reverse_db_field_map
    shown = {}
    for key, value in son.items():
        below = (*path, *steps_in(cls, names.get(key, key)))
        if key == "_id" and not path or key == "_cls" or policy.may_view(below):
            shown[key] = _shown(policy, fields.get(key), value, below)
    return shown


def _shown(policy: Policy, field: Any, value: Any, path: Path) -> Any:
    if isinstance(value, dict):
        return redacted_son(policy, class_at(field, value), value, path)
    if isinstance(value, list):
        member = member_field(field) if field is not None else None
        return [_shown(policy, member, item, path) for item in value]
    return value


def is_masked(document: Any, name: str) -> bool:
    """Tell whether a field of a loaded document is masked: MASK stands for it."""
    return name in document.__dict__.get(MASKED, ())


def is_partial(document: Any, name: str) -> bool:
    """Tell whether a value was replaced by a copy that lacks a part of it."""
    withheld = document.__dict__.get(WITHHELD, {}) if document is not None else {}
    left = withheld.get(name, (MISSING, MISSING))[1]
    return isinstance(left, dict | list)


def forget_withheld(document: Any, name: str) -> None:
    """Let a value be as it was just set: somebody had it as a whole."""
    document.__dict__.get(WITHHELD, {}).pop(name, None)


def limits_of(document: Any) -> tuple[Policy, Path] | None:
    """Return the policy under which a document was loaded, and its path, or None."""
    return document.__dict__.get(POLICY)


def may_edit_key(document: Any, key: str) -> bool:
    """Tell whether a key of a document, and all that is in it, may be edited."""
    limits = limits_of(document)
    return limits is None or limits[0].is_whole(
        (*limits[1], *steps_in(document, key)), Access.EDIT
    )


def no_form() -> None:
    """Stand for the form of a document that is on no form."""


def show_links(document: Any, url_for: Callable[[tuple], str]) -> None:
    """Have masked values of a page's document link to where they are revealed."""
    document.__dict__[REVEALED_AT] = url_for


def stands_masked(document: Any, name: Any) -> bool:
    """Tell whether a name, or a path of names, of a document is masked."""
    limits = limits_of(document)
    if limits is None or not isinstance(name, str):
        return False
    policy, path = limits
    steps = name.split("__")
    return steps[0] in document._fields and policy.is_masked((*path, *steps))


def masked(document: Any, name: str) -> SafeString:
    """Return what stands for a masked value, with a link to its page for who has it."""
    form = document.__dict__.get(LINKS, no_form)()
    url = form.reveal_url(name) if form else ""
    if not url:
        return format_html("{}", MASK)
    link = '{} <a href="{}" class="admin-ext reveal" aria-label="{}">{}</a>'
    label = _("Reveal %(field)s") % {"field": _label(document, name)}
    return format_html(link, MASK, url, label, _("Reveal"))


def _label(document: Any, name: str) -> Any:
    field = document._fields.get(name)
    return getattr(field, "verbose_name", None) or name.replace("_", " ")
