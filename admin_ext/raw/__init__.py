"""The page that shows a document as it is stored, and edits it with its types kept.

https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/
"""

from .views import RawViewMixin

__all__ = ["RawViewMixin"]
