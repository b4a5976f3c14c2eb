"""System checks of the settings of the history."""

from django.conf import settings
from django.core import checks

from .values import BOUNDS


def check_history(app_configs, **kwargs):
    """Look at the bounds, and at how long changes are kept."""
    return [*_wrong_bounds(), *_wrong_days()]


def _wrong_bounds():
    for name, usual in BOUNDS.items():
        value = getattr(settings, name, usual)
        if type(value) is not int or value < 0:
            yield checks.Error(
                f"The value of '{name}' must be a number of bytes, not {value!r}.",
                hint=f"Without it, it is {usual}.",
                id="admin_ext.E046",
            )


def _wrong_days():
    value = getattr(settings, "ADMIN_EXT_HISTORY_DAYS", None)
    if value is not None and (type(value) is not int or value < 0):
        yield checks.Error(
            f"The value of 'ADMIN_EXT_HISTORY_DAYS' must be a number of days, not "
            f"{value!r}.",
            hint="None and 0 keep changes for ever.",
            id="admin_ext.E047",
        )
