"""Collections without a Document: which there are, and their documents to look at.

For superusers; nothing here writes. ``databases`` and ``listing`` find the collections
and cost two commands for each database once a minute; ``rows`` reads a page of one.
"""

from .finding import keys_found
from .views import CollectionsMixin

__all__ = ["CollectionsMixin", "keys_found"]
