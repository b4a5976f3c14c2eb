"""The only home of patches and of private names of Django and mongoengine.

Each entry says why it is needed. ``apply()`` runs once, from admin_ext.apps.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

from bson import Binary, DBRef
from bson.errors import BSONError
from django.contrib.admin import actions, helpers
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.templatetags import admin_list
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django_mongoengine.forms.document_options import DocumentMetaWrapper
from django_mongoengine.mongo_admin.options import (
    DocumentAdmin as BaseAdapterDocumentAdmin,
)
from mongoengine import (
    BinaryField,
    CachedReferenceField,
    GenericReferenceField,
    LazyReferenceField,
    ReferenceField,
    SequenceField,
    errors,
    signals,
)
from mongoengine.base import BaseDocument, ComplexBaseField, ObjectIdField
from mongoengine.base.common import _document_registry
from mongoengine.connection import ConnectionFailure as MongoEngineConnectionFailure
from mongoengine.dereference import DeReference
from mongoengine.errors import (
    FieldDoesNotExist,
    InvalidDocumentError,
    NotRegistered,
)
from mongoengine.fields import ImageGridFsProxy
from mongoengine.queryset import visitor
from mongoengine.queryset.base import BaseQuerySet
from pymongo.errors import ConnectionFailure, InvalidName

from admin_ext.limits import max_time, within

from .binaries import leave_odd_old_binaries, leave_what_is_no_uuid
from .managers import clone_querysets_quickly
from .selection import look_for_servers_no_longer
from .uploads import let_views_have_upload_limits, upload_limits
from .writes import hold_no_transaction_for_documents, record_writes

__all__ = [
    "CONNECTION_ERRORS",
    "LOAD_ERRORS",
    "METHOD_ERRORS",
    "QUERY_ERRORS",
    "AdapterDocumentAdmin",
    "DocumentMetaWrapper",
    "all_document_classes",
    "apply",
    "as_admin_queryset",
    "fields_of_path",
    "has_delete_receivers",
    "is_plainly_made",
    "reading_no_cached_references",
    "queryset_key",
    "register_last_filter",
    "upload_limits",
]

# What MongoDB raises when no server answers. mongoengine's own error is no
# subclass of pymongo's.
CONNECTION_ERRORS = (ConnectionFailure, MongoEngineConnectionFailure)

# What mongoengine raises when a stored document does not fit its Document; an infinite
# number in an IntField is an ArithmeticError. The driver raises an InvalidName for a
# reference that names no collection, which a DynamicField looks for at once.
LOAD_ERRORS = (
    ArithmeticError,
    InvalidName,
    InvalidDocumentError,
    FieldDoesNotExist,
    NotRegistered,
    errors.ValidationError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

# What a Document's own method raises on a document of a shape that it did not expect.
METHOD_ERRORS = (*LOAD_ERRORS, errors.DoesNotExist)

# What mongoengine and the driver raise for a value that a query cannot hold: a text
# where a point is meant, a number of 65 bits, a NUL in a pattern.
QUERY_ERRORS = (
    errors.InvalidQueryError,
    errors.LookUpError,
    errors.ValidationError,
    BSONError,
    ArithmeticError,
    AttributeError,
    TypeError,
    ValueError,
)


class AdapterDocumentAdmin(BaseAdapterDocumentAdmin):
    """django-mongoengine's DocumentAdmin, able to stand behind Django's.

    Django's ``ModelAdmin.__init__`` ends in ``super().__init__()``; the adapter's
    wants the model and the site. Both have been set by then.
    """

    log = True

    def __init__(self, *args):
        pass


def all_document_classes():
    """Return every class that mongoengine knows, embedded and abstract ones too."""
    return list(_document_registry.values())


def has_delete_receivers(document):
    """Tell whether signals are sent when documents of this class are deleted."""
    return signals.signals_available and bool(
        signals.pre_delete.has_receivers_for(document)
        or signals.post_delete.has_receivers_for(document)
    )


def is_plainly_made(document):
    """Tell whether no code of a class, or of a signal, looks at documents being made.

    It would find nothing in the fields that were not fetched. What a dynamic class
    does not declare cannot be missed.
    """
    made_by = (document.__init__, document._from_son.__func__)
    libraries = {each.__module__.partition(".")[0] for each in made_by}
    is_received = signals.signals_available and any(
        signal.has_receivers_for(document)
        for signal in (signals.pre_init, signals.post_init)
    )
    is_plain = libraries <= {"mongoengine", "django_mongoengine"}
    return is_plain and not (is_received or document._dynamic or document.STRICT)


def fields_of_path(document, path):
    """Return mongoengine's fields of a path of names. The class may be any."""
    return document._lookup_field(path.split("__"))


def as_admin_queryset(queryset):
    """Return a queryset of mongoengine's as the admin's; anything else as it is."""
    if not isinstance(queryset, BaseQuerySet) or hasattr(queryset, "model"):
        return queryset
    manager = getattr(queryset._document, "_default_manager", None)
    return queryset if manager is None else manager.of(queryset)


def queryset_key(queryset):
    """Return what two querysets that find the same documents have in common.

    mongoengine's querysets compare as objects, and keep their parts to themselves.
    """
    collection = queryset._collection
    own = (queryset._document, collection.full_name, repr(queryset._query))
    return (*own, queryset._where_clause, queryset._skip, queryset._limit)


def index_keys(document, names):
    """Return the stored keys that an index on ``names`` in ``meta`` would have.

    Raise one of QUERY_ERRORS for what mongoengine (0.29) cannot declare.
    """
    spec = document._build_index_spec({"fields": [*names], "cls": False})
    return [key for key, _direction in spec["fields"]]


def make_missing_documents_known_to_django():
    """Let Django catch mongoengine's DoesNotExist as its own.

    The list and the read-only fields answer a dangling reference with the empty
    value, ModelChoiceField with a form error, get_object_or_404 with a 404: all by
    catching ObjectDoesNotExist, which mongoengine's class does not inherit.
    """
    for ours, django in (
        (errors.DoesNotExist, ObjectDoesNotExist),
        (errors.MultipleObjectsReturned, MultipleObjectsReturned),
    ):
        if not issubclass(ours, django):
            ours.__bases__ = (*ours.__bases__, django)


def keep_nulls():
    """Let a null in a list be null.

    ``ObjectIdField.to_python(None)`` is ``ObjectId(None)``, a new id (0.29.3): a list
    of references with a null in it would show, and write back, an id that nobody made.
    A SequenceField draws a number, and counts it in MongoDB.
    """
    for cls in (ObjectIdField, SequenceField):
        cls.to_python = _but_null(cls.to_python)


def _but_null(to_python):
    def to_python_or_none(self, value):
        return None if value is None else to_python(self, value)

    return to_python_or_none


def leave_odd_references():
    """Leave a list or dict as it is when mongoengine cannot look for references in it.

    It (0.29.3) collects the keys in a set, which holds no sub-document, and makes
    documents of what names a class, which may not be known: reading the field raises,
    and so does every save that changed it, when it has been stored already.
    """
    dereference = DeReference.__call__

    def dereference_or_leave(self, items, *args, **kwargs):
        members = items.values() if isinstance(items, dict) else items
        if isinstance(items, dict | list) and any(map(_is_compound, members)):
            return items
        try:
            return dereference(self, items, *args, **kwargs)
        except LOAD_ERRORS:
            return items

    DeReference.__call__ = dereference_or_leave


def _is_compound(reference):
    return isinstance(reference, DBRef) and isinstance(reference.id, dict)


def keep_kinds_of_binary_data():
    """Let binary data be stored with the subtype that they have.

    ``BinaryField.to_mongo`` (0.29.3) makes generic data of any: a copy of an MD5, or of
    what the application marks with a number of its own, would be another value.
    """
    to_mongo = BinaryField.to_mongo

    def to_mongo_as_it_is(self, value):
        return value if isinstance(value, Binary) else to_mongo(self, value)

    BinaryField.to_mongo = to_mongo_as_it_is


def keep_binary_data_in_dicts():
    """Let binary data in a dict, or in a list of anything, be binary data.

    ``ComplexBaseField`` (0.29.3) takes all that can be iterated for a list, and makes
    one of numbers of it, when it loads and when it stores.
    """
    load, store = ComplexBaseField.to_python, ComplexBaseField.to_mongo

    def to_python(self, value):
        return value if isinstance(value, bytes) else load(self, value)

    # mongoengine looks for these names among the arguments.
    def to_mongo(self, value, use_db_field=True, fields=None):
        is_binary = isinstance(value, bytes)
        return value if is_binary else store(self, value, use_db_field, fields)

    ComplexBaseField.to_python, ComplexBaseField.to_mongo = to_python, to_mongo


def delete_pictures_without_thumbnails():
    """Let a picture be deleted that another application has stored.

    ``ImageGridFsProxy.delete`` (0.29.3) asks the file for its ``thumbnail_id``, which
    only mongoengine's own have. A document that holds another could not be deleted.
    """
    delete = ImageGridFsProxy.delete

    def delete_any(self, *args, **kwargs):
        file = self.get()
        if file is None or hasattr(file, "thumbnail_id"):
            return delete(self, *args, **kwargs)
        return super(ImageGridFsProxy, self).delete()

    ImageGridFsProxy.delete = delete_any


def read_documents_through(module, lookup_field, display_for_field):
    """Have ``module`` of Django's admin read Documents with these functions.

    Both of Django's functions are called from inside ``items_for_result`` (the list)
    and ``AdminReadonlyField.contents``, which offer no hook: they dereference every
    reference one by one and raise on a value of a type that was not expected.
    Models are passed on to Django's own.
    """
    django_lookup, django_display = module.lookup_field, module.display_for_field

    def lookup(name, obj, model_admin=None):
        if isinstance(obj, BaseDocument):
            return lookup_field(name, obj, model_admin, django_lookup)
        return django_lookup(name, obj, model_admin)

    def display(value, field, empty_value_display, avoid_link=False):
        if hasattr(field, "document_field"):
            return display_for_field(value, field, empty_value_display, avoid_link)
        return django_display(value, field, empty_value_display, avoid_link)

    module.lookup_field, module.display_for_field = lookup, display


def make_cells_of_documents_with(cells):
    """Let the list make the cells of a Document with ``cells``.

    ``items_for_result`` makes them, and no hook sees them. It decides for each cell
    what is the same for the column, and draws a widget for each row.
    """
    items_for_result = admin_list.items_for_result

    @wraps(items_for_result)
    def items_of_any(cl, result, form):
        if isinstance(result, BaseDocument):
            return cells(cl, result, form, items_for_result)
        return items_for_result(cl, result, form)

    admin_list.items_for_result = items_of_any


def prepare_headers_of_the_list():
    """Let the header of a column say what sorting by it costs.

    ``result_headers`` makes the headers, and no hook sees them. A ChangeList may have
    ``prepare_header(header)``, which changes what the template is given.
    """
    result_headers = admin_list.result_headers

    def prepared_headers(cl):
        for header in result_headers(cl):
            if header["sortable"] and hasattr(cl, "prepare_header"):
                cl.prepare_header(header)
            yield header

    admin_list.result_headers = prepared_headers


def find_content_type_classes_among(document_for_label):
    """Let a ContentType of a Document find its class.

    ``ContentType.model_class`` asks the app registry, which holds models only. With
    None the labels of permissions are unreadable, log entries have no object, and
    ``remove_stale_contenttypes`` offers to delete them with their permissions.
    """
    # Models cannot be imported while this module is.
    from django.contrib.contenttypes.models import ContentType

    model_class = ContentType.model_class

    def model_class_or_document(self):
        return model_class(self) or document_for_label(self.app_label, self.model)

    ContentType.model_class = model_class_or_document


def count_documents_for_their_name():
    """Let the page about a selection say “track” for one and “tracks” for more.

    ``model_ngettext`` counts Django's querysets only; without a number it takes the
    plural, and ``delete_selected`` gives it none.
    """
    model_ngettext = actions.model_ngettext

    def model_or_document_ngettext(obj, n=None):
        if n is None and isinstance(obj, BaseQuerySet):
            with within(max_time()):
                n = obj.count()
        return model_ngettext(obj, n)

    actions.model_ngettext = model_or_document_ngettext


def register_last_filter(test, list_filter_class):
    """Register a filter behind Django's by type, before its catch-all.

    ``FieldListFilter.register`` offers the very first place, where the filter would
    take booleans, choices and dates too, or the last, which is never reached.
    """
    FieldListFilter._field_list_filters.insert(-1, (test, list_filter_class))


# Whether cached references are being loaded as what they are, references.
_reads_no_cached: ContextVar[bool] = ContextVar("reads_no_cached", default=False)


@contextmanager
def reading_no_cached_references():
    """Load documents meanwhile without what their cached references lead to.

    ``CachedReferenceField.to_python`` (mongoengine 0.29) fetches it, in one query for
    each reference of each document. When it is read, it is fetched all the same.
    """
    token = _reads_no_cached.set(True)
    try:
        yield
    finally:
        _reads_no_cached.reset(token)


def let_cached_references_be_unread():
    """Let ``reading_no_cached_references`` do what it says."""
    to_python = CachedReferenceField.to_python

    def to_reference(self, value):
        if _reads_no_cached.get() and isinstance(value, dict):
            target = self.document_type
            key = target.id.to_python(value["_id"])
            return DBRef(target._get_collection_name(), key)
        return to_python(self, value)

    CachedReferenceField.to_python = to_reference


def read_references_through(prepare):
    """Call ``prepare(document, name)`` before code reads a reference or a list.

    mongoengine's descriptors (0.29) fetch what one document refers to: one query for
    each row of a list.
    """
    classes = (ReferenceField, CachedReferenceField, GenericReferenceField)
    classes += (LazyReferenceField, ComplexBaseField)
    for cls in classes:
        cls.__get__ = _prepared(cls.__get__, prepare)


def _prepared(get, prepare):
    def get_prepared(self, instance, owner):
        if instance is not None:
            prepare(instance, self.name)
        return get(self, instance, owner)

    return get_prepared


def keep_raw_conditions():
    """Let raw conditions stand beside others on their field: mongoengine (0.29) merges
    what is joined by "and", and of ``pk__in`` and a raw ``_id`` keeps only the first.
    """
    merge = visitor.SimplificationVisitor._query_conjunction

    def merge_none_that_is_raw(self, queries):
        if any("__raw__" in query for query in queries):
            raise visitor.DuplicateQueryConditionsError
        return merge(self, queries)

    visitor.SimplificationVisitor._query_conjunction = merge_none_that_is_raw


def apply(*, values, cells, readonly, document_for_label, prepare, recorded):
    """Apply every patch of this module. Called once, when the apps are ready.

    ``values`` and ``readonly``: the functions (lookup_field, display_for_field) of the
    list and of read-only fields. ``cells``: what makes the cells of a row.
    ``prepare``: what is called before code reads a reference. ``recorded``: what
    returns the collection that a Document is written to.
    """
    make_missing_documents_known_to_django()
    keep_nulls()
    keep_raw_conditions()
    leave_odd_references()
    leave_what_is_no_uuid()
    leave_odd_old_binaries()
    keep_kinds_of_binary_data()
    keep_binary_data_in_dicts()
    delete_pictures_without_thumbnails()
    count_documents_for_their_name()
    let_views_have_upload_limits()
    look_for_servers_no_longer()
    clone_querysets_quickly()
    read_documents_through(admin_list, *values)
    read_documents_through(helpers, *readonly)
    make_cells_of_documents_with(cells)
    prepare_headers_of_the_list()
    find_content_type_classes_among(document_for_label)
    let_cached_references_be_unread()
    read_references_through(prepare)
    record_writes(recorded)
    hold_no_transaction_for_documents()
