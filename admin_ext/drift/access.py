"""Which findings may be told to whom: none about what a policy denies."""

from typing import Any

from .problems import Finding, Problem

# Stands for a key that no rule names.
ANY = "…"


def may_tell(policy: Any, finding: Finding) -> bool:
    """Tell whether somebody may know of a problem, and of which documents have it."""
    path = tuple(each.key for each in finding.place.chain if each.key is not None)
    if finding.problem is Problem.EXTRA:
        if finding.key is not None:
            return policy.is_whole((*path, finding.key))
        # Any key: also one of those that rules name.
        below = [each for each in policy.rules if each[: len(path)] == path]
        paths = [(*path, ANY), *below]
        return all(map(policy.may_view, paths))
    return not path or policy.is_whole(path)
