"""Pages for documents that no list and no form has put on one."""

from typing import Any

from admin_ext.policies import is_limiting

from .access import Access
from .page import PageReferences


def put_on_pages(queryset: Any, request: Any, admin_site: Any) -> Any:
    """Return a queryset whose documents' code reads what the person may see.

    For who is limited in something; each gets a page of its own until a list, or a
    form, has one for all.
    """
    if not hasattr(queryset, "preparing") or not is_limiting(request, admin_site):
        return queryset
    access = Access(admin_site, request)

    def put(document: Any) -> None:
        PageReferences(owner=type(document), access=access).add([document])

    return queryset.preparing(put)
