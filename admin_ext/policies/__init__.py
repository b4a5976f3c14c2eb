"""Who may see which documents, and which fields of them: one policy for every way out.

- ``access``: hidden, masked, view, edit.
- ``models``: what admin users say about groups, in SQL.
- ``found``, ``grants``, ``deciding``: what gives a person what, and how far.
- ``paths``: the fields that rules are about.
- ``policy``: the object that decides.
- ``rows``: the documents, as a condition. ``redaction``: documents without values;
  ``whole``: with them again, while they are saved.
- ``forms``, ``limited``: forms without fields.
- ``standing``: what may be done with which; ``admission``: what may be stored.
- ``entries``: Django's log as it may be shown.
- ``admins``: the hooks of registered admins under it; ``objects``: those for one
  document.
"""

from .access import MASK, Access
from .admins import enforce, limited_queryset
from .admission import admit, admit_son, ask_for_all, expect, may_change, stored_names
from .choices import seen_by
from .deciding import grants_for, is_limiting, policy_for, sources_of
from .entries import shown_entries
from .lists import reads_masked
from .paths import canonical
from .policy import Policy
from .redaction import (
    forget_withheld,
    is_masked,
    limits_of,
    masked,
    may_edit_key,
    redact,
    show_links,
    stands_masked,
    steps_in,
)
from .standing import ask, is_limited, known, may
from .whole import whole, withheld_texts, without_quotes

__all__ = [
    "MASK",
    "Access",
    "Policy",
    "admit",
    "admit_son",
    "ask",
    "ask_for_all",
    "canonical",
    "enforce",
    "expect",
    "forget_withheld",
    "grants_for",
    "is_limited",
    "is_limiting",
    "is_masked",
    "known",
    "limited_queryset",
    "limits_of",
    "masked",
    "may",
    "may_change",
    "may_edit_key",
    "policy_for",
    "reads_masked",
    "redact",
    "seen_by",
    "show_links",
    "shown_entries",
    "sources_of",
    "stands_masked",
    "steps_in",
    "stored_names",
    "whole",
    "withheld_texts",
    "without_quotes",
]
