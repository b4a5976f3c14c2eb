"""A Document's ``_meta`` as Django's Options, and what a model has beside it.

``present()`` is the door: after it, Django's views, forms, checks and templates take
the Document for a model.
"""

import logging
import re
from functools import partial, partialmethod, wraps
from typing import Any

from bson import DBRef
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import cached_property
from django.utils.text import Truncator, camel_case_to_spaces, format_lazy
from django.utils.translation import override
from mongoengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    SequenceField,
)

from . import keys
from .compat import METHOD_ERRORS, DocumentMetaWrapper, all_document_classes
from .fields import DocumentField, RowField, field_for
from .hydration import class_for, is_redacted, stored_son
from .querysets import QuerySetDescriptor, own_queryset

logger = logging.getLogger(__name__)

# A document is called by so many characters; every page repeats them.
MAX_TEXT = 1_000

# What Python writes for a value that is not there.
NO_VALUE = re.compile(r"\bNone\b")


class Options(DocumentMetaWrapper):
    """Answers what Django asks of ``Model._meta``; to mongoengine it stays its dict.

    Overrides django_mongoengine's DocumentMetaWrapper (0.6.0b5), which lacks half of
    the attributes, finds references under the wrong name and writes its own into
    mongoengine's dict.
    """

    abstract = auto_created = is_composite_pk = managed = proxy = swapped = False
    auto_field = order_with_respect_to = proxy_for_model = swappable = None
    default_permissions = ("add", "change", "delete", "view")
    # Never shared, never appended to.
    all_parents = constraints = indexes = local_many_to_many = many_to_many = ()
    private_fields = related_objects = total_unique_constraints = unique_together = ()
    parents: dict = {}

    def __init__(self, document):
        meta = document._meta
        self.__dict__.update(
            _meta=meta._meta if isinstance(meta, DocumentMetaWrapper) else meta,
            document=document,
            model=document,
            concrete_model=document,
            object_name=document.__name__,
            model_name=document.__name__.lower(),
            apps=apps,
        )
        self.__dict__["abstract"] = bool(self._meta.get("abstract"))
        self.__dict__["pk_name"] = self._meta.get("id_field")

    def __setattr__(self, name, value):
        # Not into mongoengine's dict, which subclasses inherit.
        self.__dict__[name] = value

    @cached_property
    def app_label(self):
        return app_label_for(self.document)

    @property
    def label(self):
        return f"{self.app_label}.{self.object_name}"

    @property
    def label_lower(self):
        return f"{self.app_label}.{self.model_name}"

    @property
    def verbose_name(self):
        name = self._meta.get("verbose_name")
        return name or camel_case_to_spaces(self.object_name)

    @property
    def verbose_name_plural(self):
        plural = self._meta.get("verbose_name_plural")
        return plural or format_lazy("{}s", self.verbose_name)

    @property
    def verbose_name_raw(self):
        with override(None):
            return str(self.verbose_name)

    @property
    def permissions(self):
        """Return those of the pages that a model does not have."""
        names = {
            raw_codename("view", self): "Can view raw %s",
            raw_codename("change", self): "Can change raw %s",
            health_codename(self): "Can view data health of %s",
            reveal_codename(self): "Can reveal masked values of %s",
        }
        return tuple(
            (codename, name % self.verbose_name_raw) for codename, name in names.items()
        )

    @property
    def ordering(self):
        return self._meta.get("ordering") or []

    @cached_property
    def fields(self) -> tuple[DocumentField, ...]:
        """Every declared field in its order, bound to the Document."""
        # mongoengine adds a field for _cls to every class with subclasses.
        names = [name for name in self.document._fields_ordered if name != "_cls"]
        return tuple(
            self.pk if name == self.pk_name else self._bind(name) for name in names
        )

    concrete_fields = local_fields = local_concrete_fields = property(
        lambda self: self.fields
    )

    @cached_property
    def pk(self) -> DocumentField | None:
        """The primary key. An embedded document has its place in the list instead."""
        if self.pk_name:
            return self._bind(self.pk_name)
        return RowField() if issubclass(self.document, EmbeddedDocument) else None

    def _bind(self, name):
        document_field = self.document._fields[name]
        field = field_for(document_field, name=name, present=present)
        field.bind(self.document, name)
        if name == self.pk_name:
            self._mark_as_primary_key(field, document_field)
        return field

    def _mark_as_primary_key(self, field, document_field):
        """The id that mongoengine adds is Django's AutoField: never in a form."""
        field.primary_key = field.unique = True
        field.null = False
        field.attname = field.name
        field.to_python = partial(keys.to_python, field)
        if not document_field.required or isinstance(document_field, SequenceField):
            field.auto_created, field.editable, field.blank = True, False, True
            if field.verbose_name == "id":
                field.verbose_name = "ID"

    @cached_property
    def _fields_by_name(self):
        return {field.name: field for field in self.fields}

    def get_field(self, field_name):
        try:
            return self._fields_by_name[field_name]
        except (KeyError, TypeError) as error:
            raise FieldDoesNotExist(
                f"{self.object_name} has no field named '{field_name}'"
            ) from error

    def get_fields(self, include_parents=True, include_hidden=False):
        return self.fields

    @property
    def related_fkey_lookups(self):
        """What limits the choices of references to this Document.

        The list that opens to look one up is filtered by it.
        """
        return [
            field.remote_field.limit_choices_to
            for document in document_classes()
            for field in document._meta.fields
            if field.is_relation
            and field.remote_field.model is self.document
            and field.remote_field.limit_choices_to
        ]

    def get_parent_list(self):
        return []

    def get_path_to_parent(self, parent):
        return []

    def can_migrate(self, connection):
        return False

    def __repr__(self):
        return f"<Options for {self.object_name}>"


def raw_codename(action: str, opts: Any) -> str:
    """Return the codename of the permission to view, or change, what is stored."""
    return f"{action}_raw_{opts.model_name}"


def health_codename(opts: Any) -> str:
    """Return the codename of the permission to see where documents drift."""
    return f"view_health_{opts.model_name}"


def reveal_codename(opts: Any) -> str:
    """Return the codename of the permission to see masked values for a reason."""
    return f"reveal_{opts.model_name}"


class DocumentState:
    """``_state`` of a Document, as Django's ModelState reads it.

    The adapter's own always says that the object is being added.
    """

    def __get__(self, instance, owner):
        return self if instance is None else _State(instance)

    def __set__(self, instance, value):
        """Ignore the adapter's; this one is derived."""


class _State:
    db = "default"

    def __init__(self, document):
        self.adding = getattr(document, "_created", True)


def present(document: Any) -> Any:
    """Make a Document or EmbeddedDocument class look like a model; return it.

    Idempotent, and cheap the second time. The class stays a mongoengine class in
    every respect but three: it no longer creates indexes by itself
    (https://docs.mongoengine.org/guide/defining-documents.html#indexes), ``__str__``
    does not raise, and ``delete()`` follows its rules as admin_ext.delete_rules does.
    """
    if isinstance(document.__dict__.get("_meta"), Options):
        return document
    document._meta = Options(document)
    document._state = DocumentState()
    document.serializable_value = _serializable_value
    document._get_unique_checks = _get_unique_checks
    document.__str__ = _text_or_key(document.__str__)
    _add_choice_labels(document)
    if issubclass(document, Document):
        document._meta["auto_create_index"] = False
        document._default_manager = document._base_manager = QuerySetDescriptor()
        document._qs = property(own_queryset)
        document._get_pk_val = _pk_value
        document._is_pk_set = _is_pk_set
        _present_key(document)
    return document


def presented_class_for(document: Any, son: dict[str, Any]) -> Any:
    """Return the class, presented, of what is stored in the collection of a class."""
    return present(class_for(document, son))


def _present_key(document: Any) -> None:
    """Have documents that the admin loaded known by the key that is stored.

    All others, such as those of ``Note.objects``, stay what they are.
    """
    name = document._meta.get("id_field")
    if name is None:
        return
    keys.accept_keys(document._fields[name])
    document.pk = property(_pk, Document.pk.fset)
    document._object_key = property(_object_key)
    document.to_dbref = _to_dbref


def _pk(self):
    """Return the key as Django is to write it: a plain value, or a keys.Key."""
    if stored_son(self) is None:
        return _own_pk(self)
    return keys.key_for(present(type(self))._meta.pk, keys.stored_key(self))


def _object_key(self):
    """Return mongoengine's conditions for this document, the stored key among them."""
    conditions = Document._object_key.fget(self)
    if stored_son(self) is not None:
        conditions["pk"] = keys.Key(keys.stored_key(self))
    return conditions


def _to_dbref(self):
    """Return a DBRef of the key as it is stored."""
    if stored_son(self) is None:
        return Document.to_dbref(self)
    return DBRef(self._get_collection_name(), keys.stored_key(self))


def _add_choice_labels(document):
    """Give the class the ``get_kind_display`` that mongoengine gives each object.

    Django asks the class whether there is a column of that name.
    """
    for name, field in document._fields.items():
        method = f"get_{name}_display"
        if field.choices and not hasattr(document, method):
            setattr(document, method, partialmethod(_choice_label, field_name=name))


def _choice_label(self, field_name):
    field = self._meta.get_field(field_name)
    value = field.value_from_object(self)
    return dict(field.flatchoices).get(value, value)


def app_label_for(document: type) -> str:
    """Return meta["app_label"], or the label of the app that the module is in.

    A class of no installed app gets the name of its top-level package.
    """
    if "app_label" in document._meta:
        return document._meta["app_label"]
    config = apps.get_containing_app_config(document.__module__)
    return config.label if config else document.__module__.partition(".")[0]


def _text_or_key(text):
    """Return ``__str__`` for odd documents too.

    Every page calls it, also those that only mention a document: one without a title
    must not take down the others.
    """
    if getattr(text, "never_raises", False):
        return text

    @wraps(text)
    def __str__(self):
        if is_redacted(self):
            return _text_in_part(self, text)
        try:
            # Postgres, where the log keeps this text, cannot store a NUL.
            whole = str(text(self)).replace("\0", "\N{SYMBOL FOR NULL}")
            is_short = len(whole) <= MAX_TEXT
            return whole if is_short else Truncator(whole).chars(MAX_TEXT)
        except (*METHOD_ERRORS, RecursionError) as error:
            # A document may be its own parent.
            logger.warning("%s.__str__: %r", type(self).__name__, error)
            return f"{type(self).__name__} object ({getattr(self, 'pk', None)})"

    __str__.never_raises = True
    return __str__


def _text_in_part(document, text):
    """Return the text of a document without values; its key if it is made of those.

    Whether there is a value where none is shown makes no difference.
    """
    try:
        shown = str(text(document)).replace("\0", "\N{SYMBOL FOR NULL}")
    except (*METHOD_ERRORS, RecursionError):
        shown = ""
    if shown.strip() and not NO_VALUE.search(shown):
        return Truncator(shown).chars(MAX_TEXT)
    name = f"{type(document).__name__} object"
    return str(document.pk) if isinstance(document, Document) else name


def _serializable_value(self, field_name):
    """Return what a form sends for ``field_name``: the id of a reference."""
    try:
        field = self._meta.get_field(field_name)
    except FieldDoesNotExist:
        return getattr(self, field_name)
    return self.pk if field.primary_key else field.value_from_object(self)


def unique_checks(document: Any) -> list[tuple[str, ...]]:
    """Return the names of fields that are declared to be unique, alone or together.

    What reaches into embedded documents is left to the server's index.
    """
    checks = {}
    for name, field in document._fields.items():
        together = field.unique_with or []
        together = {name, *([together] if isinstance(together, str) else together)}
        is_unique = field.unique or field.primary_key or field.unique_with
        check = in_order(document, together)
        if is_unique and len(check) == len(together):
            checks[check] = None
    return list(checks)


def in_order(document: Any, names: set[str]) -> tuple[str, ...]:
    """Return those of ``names`` that are fields, in the order of the Document."""
    return tuple(name for name in document._fields_ordered if name in names)


def _get_unique_checks(self, exclude=None, include_meta_constraints=False):
    """Return what must be unique among the forms of a formset, and nothing by date.

    Stands for Model._get_unique_checks (5.2). To a formset two embedded documents of
    one class are the same.
    """
    embedded = (
        name
        for name, field in self._fields.items()
        if isinstance(field, EmbeddedDocumentField)
    )
    excluded = {*(exclude or ()), *embedded}
    checks = [each for each in unique_checks(type(self)) if not excluded & {*each}]
    return [(type(self), each) for each in checks], []


def _own_pk(self):
    """Return the key, or None: to look at a new document's must not draw a number.

    ``SequenceField.__get__`` (mongoengine 0.29) counts up in MongoDB at a first look.
    A save draws the number by itself.
    """
    name = self._meta["id_field"]
    if name and isinstance(self._fields[name], SequenceField):
        return self._data.get(name)
    return getattr(self, name) if name else None


def _pk_value(self, meta=None):
    return self.pk


def _is_pk_set(self, meta=None):
    return self.pk is not None


def document_classes(*, embedded: bool = False) -> list[type]:
    """Return the concrete Document classes of the installed apps, presented.

    With ``embedded``, the embedded classes too.
    """
    wanted = (Document, EmbeddedDocument) if embedded else Document
    return [
        present(document)
        for document in all_document_classes()
        if issubclass(document, wanted) and _is_concrete(document)
    ]


def _is_concrete(document: type) -> bool:
    """Tell a class of an installed app from an abstract one and a library's base.

    The adapter's own base classes are not abstract; ``swap_base`` marks them.
    """
    if document._meta.get("abstract") or "swap_base" in vars(document):
        return False
    return app_label_for(document) in apps.app_configs


def document_for_label(app_label: str, model_name: str) -> type | None:
    """Return the Document class that a content type names, or None."""
    for document in document_classes():
        meta = document._meta
        if meta.model_name == model_name and meta.app_label == app_label:
            return document
    return None
