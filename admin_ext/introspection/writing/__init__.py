"""Models → Python: the text of a module of Documents, and of one with their admins.

- ``layout``: expressions as text, broken into lines as Black does.
- ``literals``: values → expressions, with the imports that they need.
- ``comments``: any text as comment lines that no linter takes for code.
- ``modules``: what is imported, and how a module begins and ends.
- ``naming``: words for people.
- ``documents``: the module of Documents.
- ``choices``: which fields a list shows, filters and searches by.
- ``admins``: the module of admins.
"""

from .admins import admin_source
from .documents import documents_source

__all__ = ["admin_source", "documents_source"]
