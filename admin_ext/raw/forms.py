"""The form of the raw page: one text, through the change-set engine."""

from typing import Any

import bson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from admin_ext.changesets import (
    MISSING,
    BadBase,
    Base,
    Choice,
    Conflict,
    differences,
    merged_tree,
)
from admin_ext.changesets.diff import Path
from admin_ext.conflicts import conflict_error, kept_choices
from admin_ext.ejson import CODEC, JSON_ERRORS, dumps, loads
from admin_ext.forms import BASE, BASE_ATTRS, DAMAGED
from admin_ext.history import last_author
from admin_ext.hydration import remember_value, stored_son
from admin_ext.policies import canonical, forget_withheld
from admin_ext.sending import keep_exact, put_key
from admin_ext.undeclared import is_undeclared
from admin_ext.untouched import NEWLINES
from admin_ext.widgets import ExtendedJSONWidget

from .hidden import Hidden
from .restoring import unmasked
from .rows import Before, Page
from .validation import validate

# Names in the base of what the page showed, and of the seal of its rows.
DOCUMENT = "document"
ROWS = "rows"


class RawField(forms.CharField):
    """A whole document in canonical Extended JSON. Cleans to a dict."""

    widget = ExtendedJSONWidget
    default_error_messages = {
        "invalid": _("Enter valid Extended JSON: %(error)s."),
        "no_document": _("Enter one document, in braces."),
    }

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = loads(text)
            # What cannot be stored (a number of 65 bits, a key with NUL) raises here.
            bson.encode({"": found}, codec_options=CODEC)
        except JSON_ERRORS as error:
            raise self._error("invalid", error=str(error)[:200]) from error
        if not isinstance(found, dict):
            raise self._error("no_document")
        return found

    def _error(self, code, **params):
        return ValidationError(self.error_messages[code], code=code, params=params)


class RawForm(forms.Form):
    """Edits ``instance``, a loaded document, in place when it is found valid.

    ``hidden``: what is not shown. ``changed_data`` has the names of the fields, and the
    undeclared keys, that the person changed.
    """

    document = RawField(label=_("Document"))

    def __init__(self, data=None, *, instance: Any, hidden: Hidden):
        super().__init__(data)
        self.instance, self._policy = instance, hidden.policy
        self.stored = stored_son(instance)
        self.base, self.has_bad_base = Base(), False
        self._read_base()
        self.page = Page(type(instance), self.stored, hidden, self._before())
        self.shown = self.page.shown
        self.initial["document"] = dumps(
            self.base.get(DOCUMENT, self.shown), indent=2, ensure_ascii=False
        )
        self.changes: list = []
        self._changed: list = []
        self._questions: set[str] = set()

    @property
    def owner(self) -> tuple[str, Any]:
        return f"{type(self.instance)._meta.label} raw", self.stored["_id"]

    def _read_base(self) -> None:
        token = self.data.get(BASE)
        if not token:
            return
        try:
            self.base = Base.read(token, *self.owner)
        except BadBase:
            self.has_bad_base = True

    def _before(self) -> Before | None:
        """Return what the page showed, None for one that is just being made."""
        if not self.base.knows(DOCUMENT):
            return None
        return Before(self.base.get(DOCUMENT, {}), self.base.get(ROWS, ""))

    @property
    def has_handles(self) -> bool:
        return bool(self.page.members)

    def base_input(self) -> str:
        """Return the hidden input with what the page shows."""
        before = self._before() or Before(self.shown, self.page.seal())
        shown = {DOCUMENT: before.shown, ROWS: before.seal}
        token = Base(shown, self.base.seen, self.base.opened).token(*self.owner)
        html = forms.HiddenInput(BASE_ATTRS).render(BASE, token)
        kept = self.base.choices(self.data, Choice.MINE) - self._questions
        return html + kept_choices(dict.fromkeys(sorted(kept), Choice.MINE))

    @property
    def changed_data(self):
        names = type(self.instance)._reverse_db_field_map
        keys = dict.fromkeys(change.path[0] for change in self._changed)
        return [names.get(key, key) for key in keys]

    def has_changed(self):
        return bool(self.changes)

    def _is_untouched(self) -> bool:
        sent = NEWLINES.sub("\n", self.data.get("document", "")).strip()
        return sent == NEWLINES.sub("\n", self.initial["document"]).strip()

    def clean(self):
        if self.has_bad_base:
            raise ValidationError(DAMAGED)
        if "document" not in self.cleaned_data or self._is_untouched():
            return
        base, mine = self.base.get(DOCUMENT, self.shown), self.cleaned_data["document"]
        # What is hidden would be told by its digest: judged before anything is shown.
        value, conflicts = merged_tree(base, mine, self.shown)
        self._settle(value, conflicts)
        cls = type(self.instance)
        after = unmasked(cls, value, self.stored, self.page)
        # Of what the page shows: what else is stored must not decide.
        self._changed = differences(self.shown, value)
        self._refuse_closed()
        validate(cls, self.stored, after, self._policy)
        self.changes = differences(self.stored, after)
        self._apply(after)

    def _refuse_closed(self) -> None:
        """Raise ValidationError for changes of what the person may only view."""
        policy = self._policy
        for path, *_values in self._changed:
            names = canonical(type(self.instance), path)
            if len(names) > 1 and names[-1] == "_cls":
                # It says what the document is that holds it.
                names = names[:-1]
            below = (rule for rule in policy.rules if rule[: len(names)] == names)
            shown = [each for each in (names, *below) if policy.may_view(each)]
            if not all(map(policy.may_edit, shown)):
                raise ValidationError(
                    _("%(path)s: you may not edit this."),
                    code="closed",
                    params={"path": ".".join(map(str, path))},
                )

    def _settle(self, value: dict, conflicts: list[Conflict]) -> None:
        """Put what the person chose into ``value``. Raise ValidationError to ask."""
        choices = [*map(self._choice, conflicts)]
        if not all(choices):
            raise ValidationError([*map(self._question, conflicts, choices)])
        for conflict, choice in zip(conflicts, choices, strict=True):
            if choice == Choice.MINE:
                _put(value, conflict.path, conflict.mine)

    def _choice(self, conflict: Conflict) -> str:
        """Return how the person settled a conflict, "" for one that must be asked."""
        name = _name(conflict.path)
        choice = self.base.choice(name, self.data)
        is_mine = self.base.is_settled(name, conflict.stored, choice)
        return choice if is_mine or choice == Choice.STORED else ""

    def _question(self, conflict: Conflict, choice: str) -> ValidationError:
        name = _name(conflict.path)
        self._questions.add(name)
        self.base.show(name, conflict.stored)
        label = ".".join(map(str, conflict.path))
        field = type(self.instance)._reverse_db_field_map.get(conflict.path[0])
        author = None
        if field:
            verbose_name = self.instance._meta.get_field(field).verbose_name
            author = last_author(self.instance, verbose_name, since=self.base.opened)
        return conflict_error(
            name,
            label=label,
            base=conflict.base,
            mine=conflict.mine,
            stored=conflict.stored,
            author=author,
            choice=choice,
        )

    def _apply(self, after: dict) -> None:
        """Set what differs on the Document, with the BSON that was typed."""
        for key in dict.fromkeys(change.path[0] for change in self.changes):
            put(self.instance, key, after.get(key, MISSING))


def put(document: Any, key: str, bson_value: Any) -> None:
    """Set what is stored under ``key``, to the letter, and the attribute of it."""
    name = document._reverse_db_field_map.get(key)
    if name is None or is_undeclared(document, key) or key == "_cls":
        put_key(document, key, bson_value)
        return
    loaded = document._meta.get_field(name).loaded(bson_value)
    forget_withheld(document, name)
    document._data[name] = remember_value(loaded, bson_value)
    document._mark_as_changed(key)
    keep_exact(document, name, key, bson_value)


def _name(path: Path) -> str:
    """Return the name of a conflict on the page; a key may hold dots itself."""
    steps = (str(step).replace("\\", "\\\\").replace(".", "\\.") for step in path)
    return ".".join((DOCUMENT, *steps))


def _put(value: Any, path: Path, mine: Any) -> None:
    """Put a value at a path of a document; MISSING takes the key out."""
    for step in path[:-1]:
        value = value[step]
    if mine is MISSING:
        del value[path[-1]]
    else:
        value[path[-1]] = mine
