"""How long changes are kept."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from .entries import changes

BATCH = 1_000


def days() -> int | None:
    """Return the setting ADMIN_EXT_HISTORY_DAYS; None for ever."""
    return getattr(settings, "ADMIN_EXT_HISTORY_DAYS", None) or None


def clear(older_than: int) -> int:
    """Delete changes that are older than so many days; return how many they were.

    In batches, so that nobody who saves meanwhile waits for long.
    """
    model, limit = changes(), timezone.now() - timedelta(days=older_than)
    count = 0
    while True:
        found = model.objects.filter(made_at__lt=limit).order_by("pk")
        keys = [*found.values_list("pk", flat=True)[:BATCH]]
        if not keys:
            return count
        model.objects.filter(pk__in=keys).delete()
        count += len(keys)
