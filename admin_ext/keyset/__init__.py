"""Pages by key: each begins behind the row where another ended, whatever came before.

A page is found in the order of an index and costs what the first one costs. MongoDB's
own sort tells each row's place in that order, so that null, missing values, arrays and
values of mixed types stand where it puts them.
"""

from .order import Order
from .pages import KeysetPage, walk_for
from .position import Position, PositionLost
from .rows import Rows
from .telling import may_tell
from .walks import Walk, Way

__all__ = [
    "KeysetPage",
    "Order",
    "Position",
    "PositionLost",
    "Rows",
    "Walk",
    "Way",
    "may_tell",
    "walk_for",
]
