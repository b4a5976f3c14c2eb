"""What Django's error reports hide."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ReporterFilter(SafeExceptionReporterFilter):
    """Hide connection strings too: they hold passwords."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern
        + "|URI|_URL$|MONGODB|^HOST$",
        re.IGNORECASE,
    )
