"""The pages of what was done to documents, and what puts it back.

- ``options``: what DocumentAdmin adds, ``entries``: changes as pages list them.
- ``access``: who may look at a change, and undo it.
- ``recorded``, ``shown``, ``differences``: its values, and what a person sees of them.
- ``plans``, ``rows_in_place``, ``writing``: what undoing it writes.
- ``views``: undoing, and what was deleted. ``audit``: all changes of the site.
"""

from .options import HistoryMixin

__all__ = ["HistoryMixin"]
