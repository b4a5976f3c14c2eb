"""Shares of a whole: as text, and as the width of a bar.

The bar itself is the template ``admin_ext/schema_bar.html``, 100 units wide.
"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

# The units of a drawing.
WIDTH = 100


def percent(share: float) -> str:
    """Return a share as text; what is not quite nothing, or all, does not say so."""
    if 0 < share < 0.001:
        return _("< %(percent)s %%") % {"percent": number_format(0.1)}
    if 0.999 < share < 1:
        return _("> %(percent)s %%") % {"percent": number_format(99.9)}
    value = share * 100
    decimals = 0 if value in (0, 100) else 1
    return _("%(percent)s %%") % {"percent": number_format(round(value, 1), decimals)}


def scale(share: float, whole: float = WIDTH) -> str:
    """Return a part of ``whole`` as SVG writes it; what is there can be seen."""
    return f"{max(share, 0.02 if share else 0) * whole:.4g}"
