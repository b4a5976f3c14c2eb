"""A geometry as HTML: its coordinates, and a picture of where that is."""

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .kinds import Kind
from .picture import picture
from .texts import read_point, read_text, text_for

# Where it is not edited, a geometry is shown with so many lines.
MAX_LINES = 20
# More numbers than any position has.
ANY_NUMBER = 1_000


def drawn(kind: Kind, typed: str | list[str] | None) -> SafeString | str:
    """Return the picture of what is in the inputs; nothing for what cannot be read."""
    try:
        if isinstance(typed, list):
            texts = read_point(kind, typed, most=ANY_NUMBER)
        else:
            texts = read_text(kind, typed or "", most=ANY_NUMBER)
    except ValidationError:
        return ""
    return "" if texts is None else picture(kind, texts)


def shown(kind: Kind, coordinates: list) -> SafeString:
    """Return the coordinates, or the first of them, and the picture."""
    lines = text_for(kind, coordinates).split("\n")
    text = "\n".join(lines[:MAX_LINES]) + ("\n…" if len(lines) > MAX_LINES else "")
    return format_html(
        '<div class="admin-ext geo-text">{}</div>{}', text, picture(kind, coordinates)
    )
