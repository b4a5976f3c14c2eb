"""The page that shows a masked value, once, to who gives a reason; it is recorded."""

from .views import RevealMixin

__all__ = ["RevealMixin"]
