"""The schema page of DocumentAdmin."""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from admin_ext.ejson import CODEC

from .access import Access
from .indexes import Indexes, indexes_of
from .page import Page
from .rows import MAX_ROWS, rows_of
from .sampling import sample_of
from .storage import VIEW, Storage, storage_of


class SchemaMixin:
    """Mixed into DocumentAdmin: a page of what is stored, beside what is declared."""

    schema_template = None

    def has_schema_permission(self, request):
        """Tell whether the person may see the schema page."""
        return self.has_view_or_change_permission(request)

    def has_collection_permission(self, request, queryset):
        """Tell whether the person may see figures of the collection as a whole.

        They count documents that are not in the list of who sees a part of it.
        """
        user = getattr(request, "user", None)
        is_superuser = bool(user and user.is_active and user.is_superuser)
        return (
            not is_part(queryset)
            or is_superuser
            or self.has_view_raw_permission(request)
        )

    def get_schema_url(self):
        """Return the address of the schema page."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_schema"
        return reverse(f"admin:{name}", current_app=self.admin_site.name)

    def _list_url(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return reverse(f"admin:{name}", current_app=self.admin_site.name)

    def get_urls(self):
        """Return Django's, and that of the schema page.

        A document whose key is "schema" has its pages below it, as one of "add".
        """
        view = self.admin_site.admin_view(self.schema_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_schema"
        return [path("schema/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Offer the schema page to who may see it."""
        own = {}
        if self.has_schema_permission(request):
            own["schema_url"] = self.get_schema_url()
        return super().changelist_view(request, own | (extra_context or {}))

    @method_decorator(require_safe)
    def schema_view(self, request, extra_context=None):
        """The 'schema' admin view: what is stored in the collection of the Document."""
        if not self.has_schema_permission(request):
            raise PermissionDenied
        with self.reading_lists(request):
            found = Schema(self, request)
            found.read()
        title = _("Schema of %(name)s") % {"name": self.opts.verbose_name_plural}
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": None,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "opts": self.opts,
            "media": self.media,
            "preserved_filters": self.get_preserved_filters(request),
            "schema": found,
            "list_url": self._list_url(),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        template = self.schema_template or "admin_ext/schema.html"
        return TemplateResponse(request, template, context)


def is_part(queryset):
    """Tell whether an admin's queryset leaves out documents of its collection.

    The condition on ``_cls`` of a class in a hierarchy is no limit of a person's.
    """
    condition = dict(queryset._query)
    if condition == queryset._cls_query:
        condition = {}
    return bool(condition or queryset.is_more_than_a_query or queryset._none)


@dataclass
class Schema:
    """What a schema page has; ``read`` asks MongoDB for it."""

    admin: SchemaMixin
    request: object
    sections: list = field(default_factory=list)
    is_cut: bool = False
    storage: Storage = field(default_factory=Storage)
    indexes: Indexes = field(default_factory=Indexes)

    def read(self):
        self.queryset = self.admin.get_queryset(self.request)
        collection = self.queryset._collection.with_options(codec_options=CODEC)
        self.storage = storage_of(collection)
        if self.storage.kind != VIEW:
            self.indexes = indexes_of(
                self.admin.model,
                collection,
                self.storage.index_sizes if self.has_whole else {},
                with_usage=self.has_whole,
                is_told=lambda path: self.access.is_whole((*path.split("."),)),
            )
        self.sample = sample_of(self.queryset)
        rows = rows_of(self.admin.model, self.sample.profile, self.access)
        page = Page(self.admin)
        self.sections = [page.section(row) for row in rows]
        for number, each in enumerate(self.sections, start=1):
            each.anchor = f"path-{number}"
        self.is_cut = len(rows) == MAX_ROWS

    @property
    def differences(self):
        """The sections of which the declaration and what is stored differ."""
        return [each for each in self.sections if each.notes]

    @cached_property
    def access(self):
        return Access(self.admin, self.request)

    @cached_property
    def has_whole(self):
        """Whether figures of the collection as a whole are shown.

        Sizes tell how long withheld values are, and rules name fields and values.
        """
        is_open = not self.access.policy.withholds
        return is_open and self.admin.has_collection_permission(
            self.request, self.queryset
        )

    @cached_property
    def is_part(self):
        return is_part(self.queryset)

    @property
    def reading(self):
        """What was read, how much there is, and how long it took, as a sentence."""
        sample = self.sample
        values = {
            "read": number_format(sample.read, force_grouping=True),
            "seconds": number_format(sample.seconds, 1 if sample.seconds > 0.1 else 2),
        }
        if sample.size is None:
            text = _("Read %(read)s documents in %(seconds)s s.")
        elif sample.is_all and sample.size == sample.read:
            text = _("Read all %(read)s documents in %(seconds)s s.")
        else:
            values["size"] = sample.size
            if getattr(sample.size, "is_exact", True):
                values["size"] = number_format(sample.size, force_grouping=True)
            text = _("Read %(read)s of %(size)s documents in %(seconds)s s.")
        return text % values

    @property
    def details(self):
        """Which documents these are, in sentences."""
        sample, found = self.sample, []
        if sample.read and not sample.is_all:
            found += {
                "random": [_("They were picked at random: shares are estimates.")],
                "newest": [_("These are the newest ones.")],
                "first": [_("These are the first ones of the list.")],
            }.get(sample.way, [])
        if self.is_part:
            found.append(_("Only documents of your list are read."))
        if sample.in_part:
            text = ngettext(
                "%(count)s is large: the beginnings of its values were read.",
                "%(count)s are large: the beginnings of their values were read.",
                sample.in_part,
            )
            found.append(text % {"count": number_format(sample.in_part)})
        return found
