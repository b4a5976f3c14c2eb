"""Whether the site can only be looked at, and what is sent to it all the same."""

from django.conf import settings
from django.http import HttpRequest

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")

# What a person needs for signing in and out and for the own password; of the admin's
# views, of django.contrib.auth.urls and of admin_ext.signin.
OWN_VIEWS = frozenset(
    f"{app}{name}"
    for app in ("admin:", "")
    for name in (
        *("login", "logout", "password_change"),
        *("password_reset", "password_reset_confirm"),
    )
) | {
    *("admin_password_reset", "set_language"),
    *("sign_in:code", "sign_in:set_up", "sign_in:account"),
}

# The last part of the name of the page of a masked value, of each Document.
REVEALING = "_reveal"


def is_read_only() -> bool:
    """Tell whether the site can only be looked at (ADMIN_EXT_READ_ONLY)."""
    return bool(getattr(settings, "ADMIN_EXT_READ_ONLY", False))


def is_refused(request: HttpRequest) -> bool:
    """Tell whether a request could change something while the site is read-only."""
    if request.method in SAFE or not is_read_only():
        return False
    match = request.resolver_match
    # Another AdminSite has a name of its own, and the same views.
    name = ":".join([*match.app_names, match.url_name or ""])
    more = getattr(settings, "ADMIN_EXT_READ_ONLY_VIEWS", ())
    # What is revealed is recorded in SQL; nothing of the data is changed.
    is_reveal = match.app_names[:1] == ["admin"] and name.endswith(REVEALING)
    is_reveal = is_reveal and request.method == "POST"
    return not is_reveal and name not in OWN_VIEWS and match.view_name not in more
