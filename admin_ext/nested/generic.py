"""An embedded document of any class, which it names itself, as a form in the form."""

from django.utils.translation import gettext as _
from mongoengine import EmbeddedDocument

from admin_ext.ejson import extended_json

from .embedded import EmbeddedBoundField, EmbeddedFormField


class GenericEmbeddedBoundField(EmbeddedBoundField):
    """One embedded document, of a class that is chosen; or something odd."""

    @property
    def is_present(self):
        """Tell whether a document of a class that is known is stored here."""
        return isinstance(self.live, EmbeddedDocument)

    @property
    def reason(self):
        """Why it can only be looked at: no class has the fields of what is stored."""
        if not self.is_odd:
            return super().reason
        if not isinstance(self.stored, dict):
            return _("Something else than an embedded document is stored here.")
        if "_cls" not in self.stored:
            return _("What is stored here does not say of which class it is.")
        return _("The class “%(name)s” of what is stored here is not known.") % {
            "name": self.stored["_cls"]
        }

    @property
    def stored_text(self):
        return extended_json(self.stored)

    @property
    def can_be_removed(self):
        is_optional = not self.field.required and not self.field.is_row
        is_there = self.was_present or bool(self.reason)
        return is_there and is_optional and not self.field.disabled


class GenericEmbeddedFormField(EmbeddedFormField):
    """An embedded document of a class that is chosen. Cleans to it, or to None."""

    is_chosen = True

    def get_bound_field(self, form, field_name):
        return GenericEmbeddedBoundField(form, self, field_name)
