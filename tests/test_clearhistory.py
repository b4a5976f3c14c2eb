"""How long changes are kept."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from admin_ext.history import retention
from admin_ext.history.checks import check_history
from admin_ext.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def changes(monkeypatch):
    """One change a day, of the last five."""
    monkeypatch.setattr(retention, "BATCH", 2)
    for days in range(5):
        made_at = timezone.now() - timedelta(days=days, minutes=1)
        Change.objects.create(operation=uuid.uuid4(), object_id="1", made_at=made_at)


def test_what_is_older_is_deleted(changes):
    out = StringIO()
    call_command("clearhistory", "--days=2", stdout=out)
    assert Change.objects.count() == 2
    assert out.getvalue() == "3 changes deleted, older than 2 days.\n"


def test_the_setting_says_how_many_days(changes, settings):
    settings.ADMIN_EXT_HISTORY_DAYS = 4
    call_command("clearhistory", stdout=StringIO())
    assert Change.objects.count() == 4


def test_without_either_nothing_is_deleted(changes):
    with pytest.raises(CommandError, match="ADMIN_EXT_HISTORY_DAYS or --days"):
        call_command("clearhistory")
    assert Change.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MAX_VALUE", "1 MB", "must be a number of bytes, not '1 MB'."),
        ("DAYS", -1, "must be a number of days, not -1."),
    ],
    ids=["bytes", "days"],
)
def test_wrong_settings_are_told(settings, name, value, message):
    setattr(settings, f"ADMIN_EXT_HISTORY_{name}", value)
    (error,) = check_history(None)
    assert error.msg == f"The value of 'ADMIN_EXT_HISTORY_{name}' {message}"
