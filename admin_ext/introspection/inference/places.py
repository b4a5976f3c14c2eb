"""Where in the documents of a collection something stands."""

from dataclasses import dataclass

from admin_ext.introspection.models import Model

# Steps of a path that are no keys: members of arrays, values of maps.
MEMBERS, VALUES = "[]", "*"


@dataclass
class Place:
    """Where a profile stands: the key that leads to it, and what is around it.

    ``within``: the embedded classes around it, the innermost last; ``is_many``: it is
    a member of a list or a map.
    """

    key: str
    path: tuple[str, ...]
    within: tuple[Model, ...] = ()
    is_many: bool = False

    @property
    def is_member(self) -> bool:
        """Whether these are members of a list, or values of a map."""
        return self.path[-1:] in ((MEMBERS,), (VALUES,))

    def below(self, step: str) -> "Place":
        """Return the place of the members of a list or of the values of a map."""
        return Place(self.key, (*self.path, step), self.within, is_many=True)
