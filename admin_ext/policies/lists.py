"""The hooks of an admin that say what its lists show, and what may be asked of them."""

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from django.db.models.constants import LOOKUP_SEP
from django.utils.inspect import func_supports_parameter

from admin_ext.declared import TEXT, code_of, reads_of
from admin_ext.hooks import replace_hook
from admin_ext.lookups import LOOKUPS

from .access import Access
from .deciding import policy_for
from .paths import path_of
from .queries import access_to, allowed_order, may_query
from .redaction import limits_of

# What Django has before an entry of search_fields, and the lookup that each is for.
SEARCH_PREFIXES = {"^": "istartswith", "=": "iexact", "@": "search"}


def enforce(admin: Any) -> None:
    """Have the hooks for lists leave out what a person may not have."""
    if not hasattr(admin, "get_field_access"):
        # That of a model, or of another package.
        return
    replace_hook(admin, "get_list_display", _list_display)
    replace_hook(admin, "get_list_display_links", _list_display_links)
    replace_hook(admin, "get_sortable_by", _sortable_by)
    replace_hook(admin, "get_ordering", _ordering)
    replace_hook(admin, "get_list_filter", _list_filter)
    replace_hook(admin, "get_search_fields", _search_fields)
    replace_hook(admin, "lookup_allowed", _lookup_allowed)
    # Django (5.2) asks an override that takes no request without one, and so past this.
    admin.lookup_allowed.__signature__ = signature(_lookup_allowed)
    replace_hook(admin, "get_changelist_formset", _changelist_formset)
    replace_hook(admin, "has_collection_permission", _has_collection_permission)


def access_to_column(admin: Any, request: Any, name: Any) -> Access:
    """Return how much of a column may be had, of code by ``access_of_code``."""
    ask = partial(access_to, admin, request)
    if isinstance(name, str) and is_path(admin, name):
        return ask(name)
    return access_of_code(admin, admin.model, name, ask)


def access_of_code(
    options: Any, document: type, name: Any, ask: Callable[[str], Access]
) -> Access:
    """Return how much may be had of what code says that it reads: the most of it.

    It reads redacted documents: without any of it, it would say that nothing is stored.
    EDIT for code that says nothing, and for what is no code.
    """
    paths = reads_of(code_of(name, options, document)) or {}
    return Access.EDIT if not paths or TEXT in paths else max(map(ask, paths))


def is_path(admin: Any, name: str) -> bool:
    """Tell whether an entry of list_display names a value, and no code."""
    if name in admin.model._fields or name == "pk":
        return True
    return not (hasattr(admin, name) or hasattr(admin.model, name))


def _list_display(admin, own, request):
    found = own(request)
    kept = [each for each in found if access_to_column(admin, request, each)]
    return found if len(kept) == len(found) else kept or ["__str__"]


def _list_display_links(admin, own, request, list_display):
    links = own(request, list_display)
    if not links:
        return links
    kept = [each for each in links if each in list_display]
    return links if len(kept) == len(links) else kept or [*list_display][:1]


def _sortable_by(admin, own, request):
    found = own(request)
    if found is None:
        return None
    return [
        each for each in found if access_to_column(admin, request, each) >= Access.VIEW
    ]


def _ordering(admin, own, request):
    ordering = own(request)
    kept = allowed_order(admin, request, ordering or ())
    return ordering if kept == [*(ordering or ())] else kept


def _list_filter(admin, own, request):
    found = own(request)
    kept = [
        each
        for each in found
        if not isinstance(path := path_of_filter(each), str)
        or may_query(admin, request, path)
    ]
    return found if len(kept) == len(found) else kept


def path_of_filter(entry: Any) -> Any:
    """Return the path of an entry of list_filter, or the class that it is."""
    return entry[0] if isinstance(entry, list | tuple) else entry


def searched_path(entry: Any) -> str:
    """Return the lookup path of an entry of search_fields, without what is usual."""
    name = str(entry)
    if name[:1] not in SEARCH_PREFIXES:
        return name
    path = name[1:]
    has_lookup = path.rpartition(LOOKUP_SEP)[2] in LOOKUPS
    return path if has_lookup else f"{path}{LOOKUP_SEP}{SEARCH_PREFIXES[name[0]]}"


def _search_fields(admin, own, request):
    found = own(request)
    kept = [each for each in found if may_query(admin, request, searched_path(each))]
    return found if len(kept) == len(found) else kept


def _lookup_allowed(admin, own, lookup, value, request=None):
    if request is not None and not may_query(admin, request, lookup):
        return False
    if request is not None and func_supports_parameter(own, "request"):
        return own(lookup, value, request)
    return own(lookup, value)


def editable_columns(admin: Any, request: Any, names: Any) -> Any:
    """Return those of ``list_editable`` that a person may see and edit as a whole."""
    policy = policy_for(request, admin.model, admin)
    if not policy.has_field_limits:
        return names
    return [each for each in names if policy.is_whole((each,), Access.EDIT)]


def _changelist_formset(admin, own, request, **options):
    """Have the rows' forms know no field that may not be edited."""
    formset = own(request, **options)
    names = admin.list_editable
    allowed = editable_columns(admin, request, names)
    denied = {*names} - {*allowed}
    if denied:
        form = formset.form
        form.base_fields = {
            name: field
            for name, field in form.base_fields.items()
            if name not in denied
        }
        form._meta.fields = [each for each in names if each not in denied]
    return formset


def _has_collection_permission(admin, own, request, queryset):
    limits = policy_for(request, admin.model, admin).rows("view", "change")
    return limits is None and own(request, queryset)


def reads_masked(document: Any, name: Any, options: Any) -> bool:
    """Tell whether code reads what is masked in a document, and nothing shown."""
    limits = limits_of(document)
    if limits is None or name in document._fields:
        return False
    policy, place = limits

    def ask(path):
        return policy.access((*place, *path_of(path)))

    return access_of_code(options, type(document), name, ask) == Access.MASKED
