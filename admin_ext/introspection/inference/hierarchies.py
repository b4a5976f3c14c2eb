"""Classes that documents name in ``_cls``, as mongoengine does where they inherit.

Its value is the names of the classes from the base on, "Shape.Circle", so that the
classes have these names and no others. A base that allows inheritance finds only the
documents whose ``_cls`` it knows: one that has none would be hidden.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.models import Field, Model
from admin_ext.introspection.profile import Profile, merged

from .lattice import DYNAMIC, MAIN_SHARE, join
from .names import OF_MODULES, names_of_keys
from .places import Place
from .words import percent, quoted

if TYPE_CHECKING:
    from .building import Builder

CLS = "_cls"
# Where more are named, they are data.
MAX_CLASSES = 100
# Embedded documents without _cls are of the base class.
LEAST_EMBEDDED = 0.5

_NAMES = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*")


@dataclass
class Node:
    """A class: ``profile`` of the documents that are of it and of no subclass."""

    cls: str
    profile: Profile | None = None
    children: list["Node"] = field(default_factory=list)

    def profiles(self) -> list[Profile]:
        """Return the profiles of this class and of all below."""
        found = [self.profile] if self.profile else []
        return found + [each for child in self.children for each in child.profiles()]


def add_subclasses(
    builder: "Builder", model: Model, profile: Profile, place: Place
) -> bool:
    """Make ``model`` the base of the classes that are named; else return False.

    Say why not, where the values are no names of classes that could be declared.
    """
    if CLS not in profile.keys:
        return False
    problem = _problem(model, profile)
    if problem:
        model.doubts.append(problem)
        return False
    names = names_of_keys(profile.keys, is_embedded=model.is_embedded)
    _declare(_Tree(builder, place, names), model, _root(profile), {*names})
    return True


def is_named(profile: Profile) -> bool:
    """Tell whether embedded documents name classes: not just an odd one does."""
    return profile.share(CLS) > 1 - MAIN_SHARE


def keep_as_data(field: Field, doubt: str) -> None:
    """Declare embedded documents as dicts: mongoengine looks for no class of these.

    It loads no embedded document of a class that it does not find.
    """
    field.kind, field.embedded = "DictField", None
    field.doubts.append(doubt)


def taken(model: Model) -> str:
    """Return the doubt about a hierarchy whose names another one has."""
    names = quoted([model.cls])
    return f"_cls, left as it is: it holds {names}, the name of another class."


def _problem(model: Model, profile: Profile) -> str | None:
    """Return why mongoengine could not make these classes, or None."""
    found, named = profile.keys[CLS], [*profile.classes]
    words = f"_cls, left as it is: it holds {quoted(named)}"
    if found.types[STRING] < found.count or not named:
        return "_cls, left as it is: it holds no names of classes."
    is_few = len(named) <= MAX_CLASSES and not found.uncounted
    if not is_few or not all(map(_NAMES.fullmatch, named)):
        return f"{words}, which are no names of classes."
    if len({each.split(".")[0] for each in named}) > 1:
        return f"{words}, which have no base class in common."
    nodes = _prefixes(named)
    last = {each.rsplit(".", 1)[-1].lower() for each in nodes}
    reserved = {each.rsplit(".", 1)[-1] for each in nodes} & OF_MODULES
    if len(last) < len(nodes) or reserved:
        return f"{words}, and classes of these names cannot stand in one module."
    least = LEAST_EMBEDDED * profile.objects if model.is_embedded else profile.objects
    if found.count < least:
        share = percent(profile.objects - found.count, profile.objects)
        return f"{words}, but {share} of the documents have none and would be hidden."
    return None


def _prefixes(named: list[str]) -> list[str]:
    """Return the names of all classes, "A" and "A.B" for "A.B", bases first."""
    found = set()
    for each in named:
        parts = each.split(".")
        found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return sorted(found)


def _root(profile: Profile) -> Node:
    nodes: dict[str, Node] = {}
    for cls in _prefixes([*profile.classes]):
        nodes[cls] = Node(cls, profile.classes.get(cls))
        base = cls.rpartition(".")[0]
        if base:
            nodes[base].children.append(nodes[cls])
    return nodes[min(nodes)]


@dataclass
class _Tree:
    builder: "Builder"
    place: Place
    names: dict[str, str]


def _declare(tree: _Tree, model: Model, node: Node, keys: set[str]) -> None:
    """Declare ``keys`` in ``model`` or its subclasses, which are made."""
    model.name, model.cls = node.cls.rpartition(".")[2], node.cls
    model.has_subclasses = True
    own = {key for key in keys if _is_own(node, key)}
    names = {key: tree.names[key] for key in model.profile.keys if key in own}
    tree.builder.fill(model, model.profile, tree.place, names)
    for child in node.children:
        below = Model("", collection=model.collection, kind=model.kind, parent=model)
        below.profile = merged(child.profiles())
        model.subclasses.append(below)
        _declare(tree, below, child, (keys - own) & {*below.profile.keys})


def _is_own(node: Node, key: str) -> bool:
    """Tell whether a class declares a key itself, rather than its subclasses do.

    It does where documents of its own have it, or all its subclasses, of one type;
    and where none that names its class has it.
    """
    if not node.children:
        return True
    found = [
        merged([each.keys[key] for each in child.profiles() if key in each.keys])
        for child in node.children
        if any(key in each.keys for each in child.profiles())
    ]
    if node.profile is not None:
        return key in node.profile.keys or not found
    if len(found) < len(node.children):
        return not found
    kinds = {join(each).kind for each in found}
    return len(kinds) == 1 or (
        join(merged(found)).kind != DYNAMIC and DYNAMIC not in kinds
    )
