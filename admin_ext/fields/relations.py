"""References to other Documents as Django's foreign keys and many-to-many fields."""

import copy
from collections import defaultdict
from typing import Any

from bson import SON, DBRef
from django.db import models
from django.utils.functional import cached_property
from mongoengine import CASCADE, DENY, DO_NOTHING, NULLIFY, PULL, Document
from mongoengine import fields as me

from admin_ext import formfields
from admin_ext.changesets import MISSING, merged_values
from admin_ext.hydration import stored_son
from admin_ext.keys import Key, foreign_place, key_of, stored_key
from admin_ext.visibility import visible

from .base import DocumentField, path_to
from .values import ValueField

# A filter lists at most this many documents or values; the sidebar is no list page.
MAX_CHOICES = 100


# Django's name for each reverse_delete_rule. The admin asks it where it offers to
# delete what a form refers to; what deleting does is admin_ext.deletion's.
ON_DELETE = {
    DO_NOTHING: models.DO_NOTHING,
    NULLIFY: models.SET_NULL,
    CASCADE: models.CASCADE,
    DENY: models.PROTECT,
    PULL: models.DO_NOTHING,
}


class RelationMixin(DocumentField):
    """Shared by the references below; ``reference`` is mongoengine's field of one."""

    reference: Any

    @property
    def _is_cached(self):
        return isinstance(self.reference, me.CachedReferenceField)

    @property
    def key_within(self) -> tuple[str, ...]:
        """The path to the key in what is stored: a cached reference is a document."""
        return (self.remote_field.model._meta.pk.name,) if self._is_cached else ()

    def key_of(self, value: Any) -> Any:
        """Return the key that a reference holds, in whatever form it has."""
        if self._is_cached:
            value = _own_key(value)
        return key_of(self.remote_field.model, value)

    def one_bson(self, value: Any, stored: Any) -> Any:
        """Return a reference for MongoDB, as an id or a DBRef as ``stored`` is one."""
        if self._is_cached and _can_be_cached(self.reference, value):
            return _cached_bson(self.reference, value)
        new, target = self.reference.to_mongo(value), self.remote_field.model
        if isinstance(stored, DBRef) and not isinstance(new, DBRef | dict):
            is_own = not foreign_place(target, stored)
            return DBRef(stored.collection, new, stored.database) if is_own else new
        is_plain = isinstance(new, DBRef) and not new.as_doc().keys() - {"$ref", "$id"}
        return new.id if is_plain and type(stored) is type(new.id) else new

    def formfield(self, **kwargs):
        return self._told_of_keys(super().formfield(**kwargs))

    def _told_of_keys(self, field):
        """Return a form field that knows what the stored references are."""
        if isinstance(field, formfields.StoredReferences):
            field.key_of = self.key_of
        return field

    @property
    def path_infos(self):
        return path_to(self.remote_field.model)

    @cached_property
    def as_cell(self):
        """This field for a list cell: Django would fetch, or follow, the relation."""
        plain = copy.copy(self)
        plain.remote_field = None
        return plain

    def get_choices(self, include_blank=True, limit_choices_to=None, ordering=()):
        """Return the first documents of the referenced collection as choices.

        Overrides Field.get_choices (5.2), which has no bound; filters call it.
        """
        found = self.choice_documents(limit_choices_to, ordering)
        blank = models.fields.BLANK_CHOICE_DASH if include_blank else []
        return [*blank, *((each.pk, str(each)) for each in found)]

    def choice_documents(self, limit_choices_to=None, ordering=()):
        """Return the documents of ``get_choices``."""
        queryset = visible(self.remote_field.model).all()
        if limit_choices_to:
            queryset = queryset.complex_filter(limit_choices_to)
        if ordering:
            queryset = queryset.order_by(*ordering)
        return [*queryset[:MAX_CHOICES]]


class ForeignKey(models.ForeignKey):
    """Django's, which makes a queryset also for a form field that has one (5.2)."""

    def formfield(self, *, using=None, **kwargs):
        if "queryset" not in kwargs:
            return super().formfield(using=using, **kwargs)
        defaults = {"to_field_name": self.remote_field.field_name, **kwargs}
        defaults |= {"blank": self.blank}
        return super(models.ForeignKey, self).formfield(**defaults)


class ReferenceField(RelationMixin, ForeignKey):
    """One reference. ``to`` is the referenced Document, presented to Django."""

    attname_suffix = "_id"

    def __init__(self, document_field, *, to, **options):
        super().__init__(
            document_field,
            to,
            ON_DELETE[getattr(document_field, "reverse_delete_rule", DO_NOTHING)],
            db_constraint=False,
            limit_choices_to=getattr(document_field, "limit_choices_to", None),
            **options,
        )

    @property
    def reference(self):
        return self.document_field

    def initial_for(self, value):
        return self.key_of(value)

    def bson_for(self, value, stored):
        if value is None:
            return super().bson_for(value, stored)
        return self.one_bson(value, stored)

    def save_form_data(self, instance, data):
        """Set the reference; a new parent of an inline is not compared with the old.

        mongoengine compares keys, and a SequenceField draws one to be compared.
        """
        if isinstance(data, Document) and data._created:
            instance._data[self.name] = data
        else:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs):
        return super().formfield(
            **{"form_class": formfields.DocumentChoiceField} | kwargs
        )


class GenericReferenceField(ValueField):
    """A reference to a document of one of several classes: ``{_cls: …, _ref: DBRef}``.

    ``present`` gives a class that somebody chooses a ``_meta``.
    """

    formfield_class = formfields.GenericReferenceField

    def __init__(self, document_field, *, present, **options):
        self.present = present
        super().__init__(document_field, **options)

    def get_internal_type(self):
        return "GenericReferenceField"

    def initial_for(self, value):
        is_document = isinstance(value, Document)
        return self._bson(value) if is_document else super().initial_for(value)

    def bson_for(self, value, stored):
        if value is None:
            return super().bson_for(value, stored)
        return self._bson(value)

    def _bson(self, value):
        """Return the reference; to a loaded document by its key as it is stored."""
        if isinstance(value, Document) and stored_son(value) is not None:
            return formfields.generic_bson(value)
        return self.document_field.to_mongo(value)

    def formfield(self, **kwargs):
        form_class = kwargs.get("form_class", self.formfield_class)
        if issubclass(form_class, formfields.GenericReferenceField):
            kwargs["names"] = self.document_field.choices or ()
            kwargs["present"] = self.present
        return super().formfield(**kwargs)


class ReferenceListRel(models.ManyToManyRel):
    """``remote_field`` of a list of references."""

    @property
    def field_name(self):
        return self.model._meta.pk.name

    def get_related_field(self):
        """Return the referenced key. Django looks for it in the table between."""
        return self.model._meta.pk


class ReferenceListField(RelationMixin, models.ManyToManyField):
    """A list of references, as Django's many-to-many without a table between."""

    rel_class = ReferenceListRel

    def __init__(self, document_field, *, to, **options):
        options = {
            key: options[key]
            for key in ("verbose_name", "blank", "help_text", "editable", "db_column")
        }
        super().__init__(
            document_field,
            to,
            through=AutoThrough,
            limit_choices_to=_limit_of_members(document_field),
            **options,
        )

    def initial_for(self, value):
        """Return the ids; what is no list counts as its only member."""
        members = value if isinstance(value, list | tuple | None) else [value]
        return [self.key_of(item) for item in members or ()]

    @property
    def reference(self):
        return self.document_field.field

    def key_of(self, value):
        """Return the key of a member; null and the empty text are two."""
        key = super().key_of(value)
        return Key(key) if key is None or key == "" else key

    def bson_for(self, value, stored):
        """Return the members for MongoDB; each that was stored as it was stored."""
        if not isinstance(value, list | tuple):
            return super().bson_for(value, stored)
        before, loaded = _members(stored), _members(self._loaded_members(stored))
        if len(loaded) != len(before):
            loaded = before
        known = defaultdict(list)
        for old, item in zip(before, loaded, strict=True):
            known[formfields.text_for(self.key_of(item))].append(old)
        like = next((each for each in before if each not in (None, "")), MISSING)
        return [self._member_bson(item, known, like) for item in _members(value)]

    def merged(self, value, base, stored):
        """Keep what both added, and leave out what either removed."""
        bson = merged_values(base, self.exact_bson(value, base), stored)
        return None if bson is None else (_members(self._loaded_members(bson)), bson)

    def _loaded_members(self, stored):
        # mongoengine would fetch each document of cached references.
        return stored if self._is_cached else self.loaded(stored)

    def _member_bson(self, item, known, like):
        stored = known[formfields.text_for(self.key_of(item))]
        if stored:
            return stored.pop(0)
        return None if item is None else self.one_bson(item, like)

    def formfield(self, **kwargs):
        defaults = {
            "form_class": formfields.DocumentMultipleChoiceField,
            "queryset": self.remote_field.model._default_manager,
            "limit_choices_to": self.remote_field.limit_choices_to,
        }
        field = models.Field.formfield(self, **defaults | kwargs)
        if isinstance(field.initial, list | tuple):
            field.initial = self.initial_for(field.initial)
        field.is_sorted = isinstance(self.document_field, me.SortedListField)
        return self._told_of_keys(field)

    @property
    def target_field(self):
        return self.remote_field.model._meta.pk

    def to_python(self, value):
        return self.target_field.to_python(value)


def _members(value: Any) -> list:
    """Return the members of a list as they are; any other value is the only one."""
    if value is None or value is MISSING:
        return []
    if isinstance(value, list):
        # A list of mongoengine's own would fetch what its members refer to.
        return [*list.__iter__(value)]
    return [*value] if isinstance(value, tuple) else [value]


def _own_key(value: Any) -> Any:
    """Return what a stored cached reference, ``{_id: …, cached fields}``, refers to."""
    is_cached = isinstance(value, dict) and "_id" in value
    return value["_id"] if is_cached else value


def _can_be_cached(reference: Any, value: Any) -> bool:
    """Tell whether the cached fields are whole ones, of a document that was loaded."""
    is_stored = isinstance(value, Document) and stored_son(value) is not None
    return is_stored and not any("." in name for name in reference.fields)


def _cached_bson(reference: Any, document: Document) -> SON:
    """Return ``{_id: …, cached fields}`` as they are stored in ``document``.

    What CachedReferenceField.to_mongo (mongoengine 0.29) makes of the loaded document
    has lost the number types, and raises for a value that its field cannot hold. The
    keys are its own, in its order: without names, those of all fields.
    """
    stored, found = stored_son(document), SON(_id=stored_key(document))
    if "_cls" in stored and type(document)._meta.get("allow_inheritance"):
        found["_cls"] = stored["_cls"]
    for name in type(document)._fields_ordered:
        field = type(document)._fields[name]
        is_cached = name in reference.fields or not reference.fields
        if is_cached and stored.get(field.db_field) is not None:
            found[field.db_field] = stored[field.db_field]
    return found


def _limit_of_members(document_field):
    """Return limit_choices_to of a list, or of the reference that is its member."""
    limit = getattr(document_field, "limit_choices_to", None)
    return limit or getattr(document_field.field, "limit_choices_to", None)


class AutoThrough:
    """Stands where Django expects the model of a many-to-many table.

    Auto-created, so that the checks and the form take the field for editable.
    """

    class _meta:
        auto_created = True
        label = "admin_ext.AutoThrough"
        local_fields = ()
        object_name = "AutoThrough"
