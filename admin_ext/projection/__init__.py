"""What a list fetches of its rows: no more than its columns need.

``projection_for(changelist)`` tells it; ``.fields`` is what MongoDB's find takes, and
``.document(son)`` makes the row of what it yields.
"""

from .changelist import ProjectionMixin
from .columns import projection_for
from .rows import Projection

__all__ = ["Projection", "ProjectionMixin", "projection_for"]
