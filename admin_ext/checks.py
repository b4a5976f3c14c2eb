"""System checks: Django's admin checks on Documents, and our own."""

from django.conf import settings
from django.contrib.admin.checks import (
    InlineModelAdminChecks,
    ModelAdminChecks,
    must_be,
    must_inherit_from,
    refer_to_missing_field,
)
from django.contrib.admin.options import InlineModelAdmin
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db.models.base import ModelBase
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import F, OrderBy
from django.forms.models import BaseInlineFormSet
from mongoengine.base import BaseDocument

from . import textindex
from .declared import TEXT, code_of, reads_of
from .exceptions import UnsupportedLookup
from .fields import EmbeddedField, ListField, dynamic_field
from .filters import ReferenceStateFieldListFilter
from .forms import DocumentForm
from .formsets import DocumentInlineFormSet, EmbeddedFormSet
from .lookups import TEXT_FIELDS, resolve
from .pagination import KEYSET, NUMBERED
from .policies.checks import check_field_access
from .querysets import is_against_null_order
from .references.dangling import path_named
from .referrers import labels_to
from .replicas import CONCERNS, PREFERENCES
from .search import path_for

MIDDLEWARE = "admin_ext.middleware.MongoDBUnavailableMiddleware"


def must_be_whole(option, least, *, obj, id):
    """Return the error of an option that is no integer, or less than ``least``."""
    value = getattr(obj, option)
    if type(value) is int and value >= least:
        return []
    return must_be(f"an integer, {least} or more", option=option, obj=obj, id=id)


class DocumentChecks:
    """Mixed in before Django's checks of admins and of inlines."""

    def check(self, admin_obj, **kwargs):
        errors = super().check(admin_obj, **kwargs)
        return [*errors, *self._check_reference_max_choices(admin_obj)]

    def _check_reference_max_choices(self, obj):
        return must_be_whole("reference_max_choices", 0, obj=obj, id="admin_ext.E014")

    def _check_form(self, obj):
        errors = super()._check_form(obj)
        if errors or issubclass(obj.form, DocumentForm):
            return errors
        return must_inherit_from(
            parent="admin_ext.forms.DocumentForm",
            option="form",
            obj=obj,
            id="admin_ext.E007",
        )

    def _check_ordering_item(self, obj, field_name, label):
        errors = super()._check_ordering_item(obj, field_name, label)
        return errors or self._check_sort(obj, field_name, label)

    def _check_sort(self, obj, value, label):
        """Check a name, or an expression of Django's, that documents are sorted by."""
        expression, order = value, None
        if isinstance(value, OrderBy):
            expression, order = value.expression, value
        if isinstance(expression, F):
            expression = expression.name
        if not isinstance(expression, str):
            return cannot_sort(
                f"The value of '{label}' cannot be '{expression!r}': MongoDB's find "
                "sorts by stored values only.",
                hint="Name a field of the Document.",
                obj=obj,
                id="admin_ext.E004",
            )
        if order and is_against_null_order(order):
            return cannot_sort(
                f"The value of '{label}' cannot say where null is sorted: MongoDB "
                "sorts it below every other value.",
                hint="Leave out nulls_first and nulls_last.",
                obj=obj,
                id="admin_ext.E005",
            )
        return self._check_sort_path(obj, expression, label)

    def _check_sort_path(self, obj, field_name, label):
        if field_name == "?":
            return cannot_sort(
                f"The value of '{label}' cannot be '?': MongoDB's find has no random "
                "order.",
                hint="Name a field of the Document.",
                obj=obj,
                id="admin_ext.E001",
            )
        try:
            found = resolve(obj.model, field_name.lstrip("+-"))
        except UnsupportedLookup:
            return refer_to_missing_field(
                field=field_name, option=label, obj=obj, id="admin_ext.E006"
            )
        if not found.joins:
            return []
        return cannot_sort(
            f"The value of '{label}' cannot be '{field_name}', which is in another "
            "collection.",
            hint="Sort by the reference itself, or store the value in "
            f"'{obj.model._meta.label}'.",
            obj=obj,
            id="admin_ext.E002",
        )


def cannot_sort(message, *, hint, obj, id):
    """Return the error in a list, as the functions of Django's checks do."""
    return [checks.Error(message, hint=hint, obj=obj.__class__, id=id)]


class DocumentAdminChecks(DocumentChecks, ModelAdminChecks):
    """Django's checks, except where MongoDB allows more or less than SQL."""

    def check(self, admin_obj, **kwargs):
        return [
            *super().check(admin_obj, **kwargs),
            *self._check_referring_paths(admin_obj),
            *self._check_list_pages(admin_obj),
            *self._check_list_reads(admin_obj),
            *self._check_list_max_count(admin_obj),
            *self._check_health_sample(admin_obj),
            *self._check_protected(admin_obj),
            *check_field_access(admin_obj),
        ]

    def _check_list_pages(self, obj):
        if obj.list_pages in (None, NUMBERED, KEYSET):
            return []
        expected = f"None, '{NUMBERED}' or '{KEYSET}'"
        return must_be(expected, option="list_pages", obj=obj, id="admin_ext.E020")

    def _check_list_reads(self, obj):
        known = {
            "list_db_alias": ("admin_ext.E030", settings.MONGODB_DATABASES),
            "list_read_preference": ("admin_ext.E031", PREFERENCES),
            "list_read_concern": ("admin_ext.E032", CONCERNS),
        }
        for option, (id, names) in known.items():
            value = getattr(obj, option)
            if isinstance(value, str) and value not in names:
                expected = f"one of {', '.join(names)}, not {value!r}"
                yield from must_be(expected, option=option, obj=obj, id=id)

    def _check_referring_paths(self, obj):
        value, option = obj.referring_paths, "referring_paths"
        if value is None:
            return []
        if not isinstance(value, list | tuple | set | frozenset):
            return must_be(
                "None, a list, a tuple or a set",
                option=option,
                obj=obj,
                id="admin_ext.E015",
            )
        known = labels_to(obj.model, obj.admin_site) if value else ()
        return [
            checks.Error(
                f"The value of '{option}' cannot have '{label}': no such path leads "
                f"to '{obj.model._meta.label}'.",
                hint=f"There are {', '.join(known)}." if known else None,
                obj=obj.__class__,
                id="admin_ext.E015",
            )
            for label in value
            if label not in known
        ]

    def _check_list_max_count(self, obj):
        return must_be_whole("list_max_count", 1, obj=obj, id="admin_ext.E018")

    def _check_protected(self, obj):
        if isinstance(obj.protected, bool):
            return must_be_whole("protected_limit", 0, obj=obj, id="admin_ext.E037")
        return must_be("a boolean", option="protected", obj=obj, id="admin_ext.E036")

    def _check_health_sample(self, obj):
        return must_be_whole("health_sample", 1, obj=obj, id="admin_ext.E035")

    def _check_list_display_item(self, obj, item, label):
        # A list of references is one array here, fetched with the row; in SQL it
        # would be a query per row (admin.E109).
        errors = super()._check_list_display_item(obj, item, label)
        right = {"admin.E109"}
        if isinstance(item, str) and dynamic_field(obj.model, item):
            right.add("admin.E108")
        errors = [error for error in errors if error.id not in right]
        errors = errors or self._check_column_order(obj, item, label)
        return errors or self._check_reads(obj, item, label)

    def _check_reads(self, obj, item, label):
        """Check what @reads says of a column."""
        code = code_of(item, obj, obj.model)
        return [
            checks.Error(
                f"The value of '{label}' declares that it reads '{path}', which must "
                f"be a field of '{obj.model._meta.label}', or a path to one.",
                hint="Correct the name in @reads(…).",
                obj=obj.__class__,
                id="admin_ext.E017",
            )
            for path in reads_of(code) or ()
            if path != TEXT and not _is_path(obj.model, path)
        ]

    def _check_column_order(self, obj, item, label):
        """Check what @admin.display(ordering=…) says of a column.

        A path into another collection is right: the column gets no sort link.
        """
        column = item if callable(item) else None
        for holder in (obj, obj.model):
            column = column or getattr(holder, str(item), None)
        column = column.fget if isinstance(column, property) else column
        order = getattr(column, "admin_order_field", None)
        if not order:
            return []
        errors = self._check_sort(obj, order, f"{label}.admin_order_field")
        if isinstance(order, str):
            return [error for error in errors if error.id != "admin_ext.E002"]
        return errors

    def _check_ordering(self, obj):
        """Check the Document's own ordering where the admin has none."""
        if obj.ordering:
            return super()._check_ordering(obj)
        return [
            *super()._check_ordering(obj),
            *(
                error
                for index, name in enumerate(obj.model._meta.ordering)
                for error in self._check_sort(obj, name, f"meta['ordering'][{index}]")
            ),
        ]

    def _check_inlines_item(self, obj, inline, label):
        # Django asks for a subclass of Model (admin.E106).
        if not (isinstance(inline, type) and issubclass(inline, InlineModelAdmin)):
            return super()._check_inlines_item(obj, inline, label)
        model = inline.model
        if isinstance(model, type) and issubclass(model, BaseDocument):
            return self._check_inline_of_documents(obj, inline)
        if isinstance(model, ModelBase) and is_for_documents(inline):
            return must_be(
                "a Document",
                option=f"{inline.__module__}.{inline.__name__}.model",
                obj=obj,
                id="admin_ext.E012",
            )
        return super()._check_inlines_item(obj, inline, label)

    def _check_inline_of_documents(self, obj, inline):
        if inline.formset is BaseInlineFormSet:
            name = f"{inline.__module__}.{inline.__name__}"
            return [
                checks.Error(
                    f"'{name}' must inherit from an inline of 'admin_ext'.",
                    hint="Use DocumentTabularInline or DocumentStackedInline; for "
                    "embedded documents EmbeddedTabularInline or "
                    "EmbeddedStackedInline.",
                    obj=obj.__class__,
                    id="admin_ext.E009",
                )
            ]
        return inline(obj.model, obj.admin_site).check()

    def _check_list_filter_item(self, obj, item, label):
        errors = super()._check_list_filter_item(obj, item, label)
        if errors or not isinstance(item, list | tuple):
            return errors
        path, list_filter = item
        is_of_states = issubclass(list_filter, ReferenceStateFieldListFilter)
        if not is_of_states or path_named(obj.model, str(path)):
            return errors
        return [
            checks.Error(
                f"The value of '{label}[0]' cannot be '{path}', which is no reference "
                f"of '{obj.model._meta.label}'.",
                hint="Name a reference, or a list of references, of the Document or "
                "of what is embedded in it.",
                obj=obj.__class__,
                id="admin_ext.E016",
            )
        ]

    def _check_search_fields(self, obj):
        errors = super()._check_search_fields(obj)
        if errors:
            return errors
        items = enumerate(obj.search_fields)
        return [
            error
            for index, item in items
            for error in self._check_search_field(obj, item, f"search_fields[{index}]")
        ]

    def _check_search_field(self, obj, item, label):
        document, problem = obj.model, ""
        try:
            found = resolve(document, path_for(document, item))
            while found.joins:
                document, found = found.target, resolve(found.target, found.rest)
        except UnsupportedLookup as error:
            problem = str(error)
        else:
            field = _member(found.field)
            if isinstance(field, EmbeddedField):
                problem = f"{field.name} is an embedded document; name a field of it."
        if problem:
            return [
                checks.Error(
                    f"The value of '{label}' cannot be '{item}': {problem}",
                    hint="Name a field, and at most one lookup such as 'exact'.",
                    obj=obj.__class__,
                    id="admin_ext.E010",
                )
            ]
        if found.lookup == "search":
            return self._check_text_search(obj, item, label, document, found)
        return []

    def _check_text_search(self, obj, item, label, document, found):
        if not isinstance(_member(found.field), TEXT_FIELDS):
            return [
                checks.Error(
                    f"The value of '{label}' cannot be '{item}': {found.field.name} "
                    "is no text.",
                    hint="Leave out the '@', or use '='.",
                    obj=obj.__class__,
                    id="admin_ext.E011",
                )
            ]
        if textindex.is_declared(document, found.stored):
            return []
        return [
            checks.Warning(
                f"The value of '{label}' is '{item}', but no text index on "
                f"'{found.stored}' is declared in the meta of "
                f"'{document._meta.label}'.",
                hint="Declare it in meta['indexes']; the admin does not build it. "
                "While the server has none, all documents are read for a search.",
                obj=obj.__class__,
                id="admin_ext.W010",
            )
        ]


def _is_path(document, path):
    try:
        names = resolve(document, path).names
    except UnsupportedLookup:
        return False
    return len(names) == len(path.split(LOOKUP_SEP))


def _member(field):
    """Return the field of the members when ``field`` is a list, or lists in a list."""
    while isinstance(field, ListField):
        field = field.item
    return field


def is_for_documents(inline):
    """Tell whether ``inline`` is one of this package's."""
    return isinstance(inline.formset, type) and issubclass(
        inline.formset, DocumentInlineFormSet | EmbeddedFormSet
    )


class InlineChecks(DocumentChecks, InlineModelAdminChecks):
    """Shared by the inlines of both kinds."""

    formset: type

    def _check_formset(self, obj):
        errors = super()._check_formset(obj)
        if errors or issubclass(obj.formset, self.formset):
            return errors
        return must_inherit_from(
            parent=f"admin_ext.formsets.{self.formset.__name__}",
            option="formset",
            obj=obj,
            id="admin_ext.E008",
        )


class DocumentInlineChecks(InlineChecks):
    """Inlines of Documents that reference the parent."""

    formset = DocumentInlineFormSet


class EmbeddedInlineChecks(InlineChecks):
    """Inlines of embedded documents: a field of the parent instead of a foreign key."""

    formset = EmbeddedFormSet

    def _check_ordering_item(self, obj, field_name, label):
        errors = super()._check_ordering_item(obj, field_name, label)
        names = {field.name for field in obj.model._meta.fields}
        if errors or str(field_name).removeprefix("-") in names:
            return errors
        return cannot_sort(
            f"The value of '{label}' must be the name of a field of "
            f"'{obj.model.__name__}': embedded rows are sorted in memory.",
            hint="Name one of its own fields, with '-' for the other direction.",
            obj=obj,
            id="admin_ext.E013",
        )

    def _check_relation(self, obj, parent_model):
        try:
            field = parent_model._meta.get_field(obj.field_name)
        except FieldDoesNotExist:
            field = None
        item = field.item if isinstance(field, ListField) else field
        if isinstance(item, EmbeddedField) and issubclass(
            item.embedded_document, obj.model
        ):
            return []
        return [
            checks.Error(
                f"The value of 'field_name' must be a field of "
                f"'{parent_model._meta.label}' that holds '{obj.model.__name__}', "
                f"not '{obj.field_name}'.",
                obj=obj.__class__,
                id="admin_ext.E003",
            )
        ]

    def _check_exclude_of_parent_model(self, obj, parent_model):
        """Return nothing: an embedded row has no foreign key that could be missing."""
        return []


def check_middleware(app_configs, **kwargs):
    """Warn when an unreachable MongoDB would be a plain 500."""
    if MIDDLEWARE in settings.MIDDLEWARE:
        return []
    return [
        checks.Warning(
            f"'{MIDDLEWARE}' must be in MIDDLEWARE for an unreachable MongoDB to be "
            "answered with 503 and a clear page.",
            hint="Add it as the last entry of MIDDLEWARE.",
            id="admin_ext.W001",
        )
    ]


def check_settings(app_configs, **kwargs):
    """Look at the time limits, and at from where lists are read."""
    return [*_wrong_limits(), *_unknown_sources()]


def _wrong_limits():
    for name in ("ADMIN_EXT_MAX_TIME_MS", "ADMIN_EXT_MAX_SIDE_TIME_MS"):
        value = getattr(settings, name, 1)
        if not isinstance(value, int) or value < 1:
            yield checks.Error(
                f"The value of '{name}' must be milliseconds, not {value!r}.",
                hint="Every query has a limit; to MongoDB 0 would be none.",
                id="admin_ext.E033",
            )


def _unknown_sources():
    aliases = getattr(settings, "ADMIN_EXT_LIST_DB_ALIASES", {})
    preference = getattr(settings, "ADMIN_EXT_LIST_READ_PREFERENCE", None)
    concern = getattr(settings, "ADMIN_EXT_LIST_READ_CONCERN", None)
    for name, value, known in (
        *(
            ("DB_ALIASES", each, settings.MONGODB_DATABASES)
            for each in aliases.values()
        ),
        ("READ_PREFERENCE", preference, PREFERENCES),
        ("READ_CONCERN", concern, CONCERNS),
    ):
        if value and isinstance(value, str) and value not in known:
            yield checks.Error(
                f"The value of 'ADMIN_EXT_LIST_{name}' cannot be {value!r}.",
                hint=f"Known are {', '.join(known)}.",
                id="admin_ext.E034",
            )
