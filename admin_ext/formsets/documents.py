"""Formsets of Documents: the changelist's, and inlines that reference the parent."""

from django.core.exceptions import ValidationError
from django.forms.formsets import (
    DELETION_FIELD_NAME,
    INITIAL_FORM_COUNT,
    TOTAL_FORM_COUNT,
)
from django.forms.models import BaseInlineFormSet, BaseModelFormSet, ModelChoiceField
from django.http import QueryDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from admin_ext.history import by
from admin_ext.nested import EmbeddedFormField
from admin_ext.policies import ask_for_all, may_change

from .sent import SentRows


class DocumentFormSet(SentRows, BaseModelFormSet):
    """Forms over a queryset of Documents, which is read once.

    A mongoengine queryset asks the server for every index; Django's formsets index.
    """

    def get_queryset(self):
        if not hasattr(self, "_queryset"):
            queryset = self.queryset
            if queryset is None:
                queryset = self.model._default_manager.get_queryset()
            self._queryset = list(queryset)
        return self._queryset

    def add_fields(self, form, index):
        """Add what Django adds; a compound key that can be edited tells its row too.

        Django knows a row by the key's input, of which a compound key has several.
        """
        super().add_fields(form, index)
        key = form.fields.get(self._pk_field.name)
        if isinstance(key, EmbeddedFormField) and not form.instance._state.adding:
            key.identity = str(form.instance.pk)


class DocumentListFormSet(DocumentFormSet):
    """The rows of a list; those that were deleted meanwhile are left out, and named.

    Django's list would show an empty form for such a row, beside another's text.
    """

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.gone: list[str] = []
        if self.is_bound and self.management_form.is_valid():
            self._leave_out_what_is_gone()

    def _leave_out_what_is_gone(self) -> None:
        """Take the rows of missing documents out of the data, and close the gaps."""
        # The form may say any number of rows that were there.
        count = min(self.initial_form_count(), self.total_form_count())
        gone = [i for i in range(count) if self._is_gone(i)]
        if not gone:
            return
        self.gone = [self.data[self._key_name(i)] for i in gone]
        total = self.total_form_count()
        # {number of a row as it was sent: its new one}
        places = {
            str(i): i - sum(j < i for j in gone) for i in range(total) if i not in gone
        }
        data = QueryDict(mutable=True)
        for name, values in self.data.lists():
            prefix, _dash, rest = name.removeprefix(f"{self.prefix}-").partition("-")
            if name.startswith(f"{self.prefix}-") and prefix.isdecimal():
                if prefix not in places:
                    continue
                name = f"{self.add_prefix(places[prefix])}-{rest}"
            data.setlist(name, values)
        management = self.management_form
        for name in (TOTAL_FORM_COUNT, INITIAL_FORM_COUNT):
            number = management.cleaned_data[name] - len(gone)
            data[management.add_prefix(name)] = str(number)
        self.data = data
        del self.management_form

    def _key_name(self, index: int) -> str:
        return f"{self.add_prefix(index)}-{self.model._meta.pk.name}"

    def _is_gone(self, index: int) -> bool:
        key = self.data.get(self._key_name(index))
        if not key:
            return False
        try:
            return self._existing_object(self.model._meta.pk.to_python(key)) is None
        except ValidationError:
            return True

    def add_fields(self, form, index):
        """Add what Django adds, but let the key be found among the rows.

        Django asks the database for each row's key once more.
        """
        super().add_fields(form, index)
        field = form.fields[self._pk_field.name]
        if isinstance(field, ModelChoiceField) and not form.instance._state.adding:
            form.fields[self._pk_field.name] = RowKeyField(
                form.instance,
                initial=field.initial,
                required=field.required,
                widget=field.widget,
            )

    def clean(self):
        super().clean()
        if self.gone:
            raise ValidationError(self.messages_of_gone_rows())

    def messages_of_gone_rows(self) -> list[str]:
        message = _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?")
        name = self.model._meta.verbose_name
        return [message % {"name": name, "key": key} for key in self.gone]


class RowKeyField(ModelChoiceField):
    """The key of a row whose document has been read."""

    def __init__(self, document, **kwargs):
        super().__init__(type(document)._default_manager, **kwargs)
        self.document = document

    def to_python(self, value):
        if str(value) == str(self.document.pk):
            return self.document
        return super().to_python(value)


class DocumentInlineFormSet(DocumentFormSet, BaseInlineFormSet):
    """Documents that reference the parent through ``fk``.

    Those that the person may only look at have inputs that cannot be edited.
    """

    def get_queryset(self):
        is_read = hasattr(self, "_queryset")
        found = super().get_queryset()
        if not is_read:
            ask_for_all(self._queryset)
        return found

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if may_change(form.instance):
            return
        own = (self._pk_field.name, self.fk.name, DELETION_FIELD_NAME)
        for name in form.fields.keys() - {*own}:
            form.fields[name].disabled = True

    def _construct_form(self, i, **kwargs):
        """Follow BaseInlineFormSet._construct_form (5.2) with the reference itself.

        Django sets ``<fk>_id``, which is no attribute of a Document.
        """
        form = BaseModelFormSet._construct_form(self, i, **kwargs)
        if self.save_as_new:
            mutable = getattr(form.data, "_mutable", None)
            if mutable is not None:
                form.data._mutable = True
            form.data[form.add_prefix(self._pk_field.name)] = None
            form.data[form.add_prefix(self.fk.name)] = None
            if mutable is not None:
                form.data._mutable = mutable
        if form.instance._state.adding and self.instance.pk is not None:
            setattr(form.instance, self.fk.name, self.instance)
        return form

    def save(self, commit=True):
        """Save the rows; the history says that it was by an inline."""
        with by("inline"):
            return super().save(commit=commit)

    def save_new(self, form, commit=True):
        setattr(form.instance, self.fk.name, self.instance)
        return BaseModelFormSet.save_new(self, form, commit=commit)


def refuse_protected_deletion(form, find_protectors) -> None:
    """Raise ValidationError for a row to delete that other documents protect.

    Follows hand_clean_DELETE of InlineModelAdmin.get_formset (5.2) with its message.
    """
    is_deleted = form.cleaned_data.get(DELETION_FIELD_NAME, False)
    if not is_deleted or form.instance._state.adding:
        return
    names = find_protectors(form.instance)
    if not names:
        return
    message = _(
        "Deleting %(class_name)s %(instance)s would require "
        "deleting the following protected related objects: "
        "%(related_objects)s"
    )
    params = {
        "class_name": form.instance._meta.verbose_name,
        "instance": form.instance,
        "related_objects": get_text_list(names, _("and")),
    }
    raise ValidationError(message, code="deleting_protected", params=params)
