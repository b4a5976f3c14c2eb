"""Pages: a code at sign-in, setting codes up, and one's own or another's sign-in."""

from base64 import b32encode

import django_otp
import segno
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import REDIRECT_FIELD_NAME, get_user_model, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from . import attempts, codes
from .forms import CodeForm, FirstCodeForm
from .sessions import end_sessions, sessions_of

QR_SCALE = 4  # px of one square


def page(request, template, title, **context):
    """Return a page in the admin's look, without its navigation."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "next": next_url(request),
        **context,
    }
    return render(request, f"admin_ext/signin/{template}.html", context)


def next_url(request):
    """Return where the person wanted to go, on this host only."""
    url = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME))
    is_safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_safe else reverse("admin:index")


@never_cache
def code(request):
    """Ask for a code after the password."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if request.user.is_verified() or not codes.has_device(request.user):
        return HttpResponseRedirect(next_url(request))
    form = CodeForm(request, request.POST or None)
    if form.is_valid():
        # What was known of the session before is worth nothing now.
        request.session.cycle_key()
        django_otp.login(request, form.device)
        attempts.keep_code(request)
        return HttpResponseRedirect(next_url(request))
    name = request.user.get_username()
    if getattr(request, "axes_locked_out", False):
        logout(request)
    return page(request, "code", _("Enter a code"), form=form, name=name)


@never_cache
def set_up(request):
    """Show the secret of a new device until a code proves that an app knows it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if codes.has_device(request.user):
        return HttpResponseRedirect(reverse("sign_in:account"))
    device = codes.new_device(request.user)
    form = FirstCodeForm(request, request.POST or None)
    if form.is_valid():
        backup = codes.confirm(form.device)
        request.session.cycle_key()
        django_otp.login(request, form.device)
        return page(request, "backup_codes", _("Backup codes"), codes=backup)
    qr = segno.make(device.config_url, error="m")
    return page(
        request,
        "set_up",
        _("Set up one-time codes"),
        form=form,
        is_required=codes.is_required(request.user),
        name=request.user.get_username(),
        secret=in_fours(b32encode(device.bin_key).decode().rstrip("=")),
        # Of squares only: no text of a person is in it.
        qr=mark_safe(qr.svg_inline(scale=QR_SCALE, dark="#000", light="#fff")),
    )


def in_fours(text):
    """Return the text in groups of four characters, for typing."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@never_cache
def account(request):
    """Show what protects one's own sign-in; change it with a code."""
    if "sign_out" in request.POST:
        end_sessions(request.user)
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request, request.POST or None, auto_id="own_%s")
    form.fields["code"].widget.attrs.pop("autofocus")
    if "code" in request.POST and form.is_valid():
        if "new_backup_codes" in request.POST:
            backup = codes.new_backup_codes(request.user)
            return page(request, "backup_codes", _("Backup codes"), codes=backup)
        codes.reset(request.user)
        said = _("One-time codes were removed.")
        log(request, request.user, said)
        messages.success(request, said)
        return HttpResponseRedirect(reverse("sign_in:account"))
    return account_page(request, request.user, _("Your sign-in"), form=form)


@never_cache
def person(request, pk):
    """Show a superuser what protects the sign-in of somebody; act on it."""
    if not request.user.is_superuser:
        raise PermissionDenied
    user = person_or_404(pk)
    if user.pk == request.user.pk:
        return HttpResponseRedirect(reverse("sign_in:account"))
    for button, act, said in (
        ("reset", codes.reset, _("One-time codes were removed.")),
        ("sign_out", end_sessions, _("Signed out everywhere.")),
        ("unlock", attempts.unlock, _("Failed attempts were forgotten.")),
    ):
        if button in request.POST:
            act(user)
            log(request, user, said)
            messages.success(request, said)
            return HttpResponseRedirect(request.path)
    title = _("Sign-in of %(name)s") % {"name": user.get_username()}
    return account_page(request, user, title)


def person_or_404(pk):
    """Return the user with that key, a text from a URL. Raise Http404 without one."""
    try:
        return get_object_or_404(get_user_model(), pk=pk)
    except (ValueError, ValidationError) as error:
        raise Http404 from error


def log(request, user, message):
    """Keep in the history of a user what was done about the sign-in."""
    LogEntry.objects.log_actions(
        request.user.pk, [user], CHANGE, message, single_object=True
    )


def account_page(request, user, title, **context):
    """Return the page about the sign-in of a user."""
    return page(
        request,
        "account",
        title,
        person=user,
        is_own=user.pk == request.user.pk,
        has_device=codes.has_device(user),
        is_required=codes.is_required(user),
        backup_codes_left=codes.backup_codes_left(user),
        sessions=sessions_of(user).count(),
        has_failures=attempts.has_failures(user),
        last_sign_ins=attempts.last_sign_ins(user),
        **context,
    )
