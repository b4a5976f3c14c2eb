"""The planner's answer, as the server tells it in one of its many forms → Plan.

https://www.mongodb.com/docs/manual/reference/explain-results/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Where one stage of a plan holds others. By name, so that nothing is taken for a stage
# that is part of a condition, such as the value of a field called "stage".
BELOW = (
    *("queryPlanner", "winningPlan", "queryPlan", "$cursor"),
    *("inputStage", "inputStages", "shards", "stages"),
    *("outerStage", "innerStage", "thenStage", "elseStage"),
)

# Of a text they read the keys of the asked words, whatever their bounds say.
TEXT_STAGES = {"TEXT", "TEXT_MATCH", "TEXT_OR"}

# The bounds of all values, of all texts (as the server writes them for a pattern that
# has no beginning), and both from the end.
ALL_VALUES = {"[MinKey, MaxKey]", "[MaxKey, MinKey]"}
ALL_TEXTS = {'["", {})', '({}, ""]'}


@dataclass(frozen=True)
class Plan:
    """What the planner would do.

    ``scans``: it reads all documents, or all keys of an index, to find which fulfil
    the condition. ``walks``: that in the order of the sort, so that a page may be full
    long before the end. ``sorts``: it sorts what it has found before the first is
    shown. ``index``: the name of the index that it begins with, or "".
    ``arrays``: the paths of that index in which some document holds an array.
    ``is_known``: False where the server did not tell.
    """

    scans: bool = False
    walks: bool = False
    sorts: bool = False
    index: str = ""
    arrays: frozenset[str] = frozenset()
    is_known: bool = True

    def has_order(self, sort: list[tuple[str, Any]]) -> bool:
        """Tell whether an index has each document once, in the order of ``sort``.

        An array stands in it once for each member: what is behind a document, whose
        place is that of its least or greatest member, is in no one range of it.
        """
        return not (self.sorts or self.arrays & {path for path, _way in sort})


UNKNOWN = Plan(is_known=False)


def plan_of(answer: dict[str, Any], *, has_sort: bool) -> Plan:
    """Return the Plan that ``explain`` tells; ``has_sort``: an order was asked for."""
    stages = [*_stages(answer)]
    if not stages:
        return UNKNOWN
    sorts = any(stage.get("stage") == "SORT" or "$sort" in stage for stage, _ in stages)
    scans = any(_is_scan(stage, is_filtered) for stage, is_filtered in stages)
    names = (stage["indexName"] for stage, _ in stages if "indexName" in stage)
    walks = scans and has_sort and not sorts
    arrays = {
        path
        for stage, _ in stages
        for path, within in stage.get("multiKeyPaths", {}).items()
        if within
    }
    return Plan(scans, walks, sorts, next(names, ""), frozenset(arrays))


def _stages(
    node: Any, is_filtered: bool = False
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield (stage, whether it or one after it leaves out what it has read)."""
    if isinstance(node, list):
        # The stages of an aggregation, or branches, of which none has a "$match".
        is_filtered = is_filtered or any("$match" in each for each in node)
        for each in node:
            yield from _stages(each, is_filtered)
    elif isinstance(node, dict):
        is_filtered = is_filtered or bool(node.get("filter"))
        if node.get("stage") in TEXT_STAGES:
            yield node, False
            return
        if "stage" in node or "$sort" in node:
            yield node, is_filtered
        for name in BELOW:
            below = node.get(name)
            # Of an aggregation the shards are told by name.
            is_named = name == "shards" and isinstance(below, dict)
            yield from _stages([*below.values()] if is_named else below, is_filtered)


def _is_scan(stage: dict[str, Any], is_filtered: bool) -> bool:
    """Tell whether a stage reads all there is, to leave most of it out."""
    if stage.get("stage") == "COLLSCAN":
        return is_filtered
    bounds = stage.get("indexBounds")
    if stage.get("stage") != "IXSCAN" or not isinstance(bounds, dict):
        return False
    return is_filtered and all(map(_is_open, bounds.values()))


def _is_open(bounds: Any) -> bool:
    """Tell whether the bounds of one key of an index leave nothing out, or no text."""
    if not isinstance(bounds, list):
        return False
    return not ALL_VALUES.isdisjoint(bounds) or not ALL_TEXTS.isdisjoint(bounds)
