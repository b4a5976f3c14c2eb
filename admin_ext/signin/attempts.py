"""Sign-ins as django-axes keeps them: the last of a person, and those that count."""

from itertools import chain

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from axes.utils import reset
from django.urls import reverse
from django.utils.translation import gettext as _

SHOWN = 20


def last_sign_ins(user, count=SHOWN):
    """Return the last sign-ins of a user, good and bad, the newest first.

    A list of {"when": datetime, "address": text, "agent": text, "what": text,
    "is_refused": bool}.
    """
    named = {"username": user.get_username()}
    rows = chain(
        AccessLog.objects.filter(**named).order_by("-attempt_time")[:count],
        AccessFailureLog.objects.filter(**named).order_by("-attempt_time")[:count],
    )
    newest = sorted(rows, key=lambda row: row.attempt_time, reverse=True)[:count]
    return [
        {
            "when": row.attempt_time,
            "address": row.ip_address or "",
            "agent": row.user_agent,
            "what": outcome(row),
            "is_refused": isinstance(row, AccessFailureLog),
        }
        for row in newest
    ]


def outcome(row):
    """Return in words what came of an attempt."""
    is_code = row.path_info == reverse("sign_in:code")
    if isinstance(row, AccessLog):
        return _("Code accepted") if is_code else _("Signed in")
    said = _("Wrong code") if is_code else _("Wrong password")
    return _("%(failure)s, locked out") % {"failure": said} if row.locked_out else said


def keep_code(request):
    """Keep that a code was accepted, beside the sign-in with the password."""
    AxesProxyHandler.update_request(request)
    AccessLog.objects.create(
        username=request.user.get_username(),
        ip_address=request.axes_ip_address,
        user_agent=request.axes_user_agent,
        http_accept=request.axes_http_accept,
        path_info=request.axes_path_info,
    )


def has_failures(user):
    """Return whether failures of the user are counted at the moment."""
    return AccessAttempt.objects.filter(username=user.get_username()).exists()


def unlock(user):
    """Forget the failures of a user, from all addresses."""
    reset(username=user.get_username())
