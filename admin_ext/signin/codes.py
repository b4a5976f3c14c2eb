"""One-time codes: who needs one, and whether a code is right.

An app on a phone shows a code of six digits (TOTP, RFC 6238), which django-otp checks:
one step of 30 s early or late, each code once, after failures only 1, 2, 4… s later.
Backup codes stand for a lost phone, each once.
"""

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

EVERYBODY = "all"  # a group cannot be named so
BACKUP_CODES = 10
DIGITS = 6


class TooSoon(Exception):
    """Another code may be tried at the time that is the only argument."""


def is_required(user):
    """Return whether ADMIN_EXT_REQUIRE_TOTP names everybody or a group of the user."""
    names = settings.ADMIN_EXT_REQUIRE_TOTP
    if not names or EVERYBODY in names:
        return bool(names)
    return user.groups.filter(name__in=names).exists()


def has_device(user):
    """Return whether the user has set up codes."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).exists()


def new_device(user):
    """Return the device that the user is setting up, the same until it is confirmed."""
    devices = TOTPDevice.objects.devices_for_user(user, confirmed=False)
    return devices.first() or TOTPDevice.objects.create(
        user=user, name="app", confirmed=False
    )


def accepted(user, code, confirmed=True):
    """Return the device that takes the code, or None.

    Raise TooSoon if the device was given a wrong one a moment ago.
    """
    code = "".join(code.split()).lower()
    model = TOTPDevice if len(code) == DIGITS else StaticDevice
    with transaction.atomic():
        # The row is locked: a code that is sent twice at once counts once.
        devices = model.objects.devices_for_user(user, confirmed=confirmed)
        device = devices.select_for_update().first()
        if device is None:
            return None
        is_allowed, reason = device.verify_is_allowed()
        is_right = is_allowed and device.verify_token(code)
    if not is_allowed:
        raise TooSoon(reason["locked_until"])
    return device if is_right else None


def confirm(device):
    """Have the user need this device from now on; return new backup codes."""
    with transaction.atomic():
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return new_backup_codes(device.user)


def new_backup_codes(user):
    """Return new backup codes, a list of texts; the old ones are worth nothing."""
    with transaction.atomic():
        # The device stays: sessions that it verified go on.
        device, _is_new = StaticDevice.objects.get_or_create(user=user, name="backup")
        device.token_set.all().delete()
        codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
        for code in codes:
            device.token_set.create(token=code)
    return codes


def backup_codes_left(user):
    """Return how many backup codes the user has."""
    return StaticToken.objects.filter(device__user=user).count()


def reset(user):
    """Forget the devices and backup codes of a user."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
