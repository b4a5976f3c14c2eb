"""What was found where → which collection a field refers to, or a doubt."""

from typing import Any, NamedTuple

from admin_ext.introspection.bson_types import STRING
from admin_ext.introspection.inference.words import percent

from .candidates import MAX_ODD, Candidate
from .names import AGREES, is_amount, speaks_of_own, subject_of
from .targets import Target

# Values that two collections do not share by chance need no name that agrees, where
# this share of them is found.
PROOF = 0.5

# Numbers and words need a name that agrees, and nearly all must be found; where the
# name says in so many words that it leads there, as "user_id", more may be deleted.
NEARLY_ALL = 0.9

# Values that only another collection has are too many to pass over from here on; from
# where on one collection has nearly all that were found.
RIVAL = 0.05
MAIN = 0.75


class Lead(NamedTuple):
    """A target in which values of a field were looked up.

    ``found``: the identities of those that are there; ``score``: how well the name
    fits, from 0 to 1.
    """

    target: Target
    found: frozenset[Any]
    looked_up: int
    score: float

    @property
    def share(self) -> float:
        return len(self.found) / self.looked_up if self.looked_up else 0.0

    @property
    def agrees(self) -> bool:
        return self.score >= AGREES

    @property
    def order(self) -> tuple:
        """Order by what is found, then by the name; ids before other keys."""
        return (len(self.found), self.score, self.target.key == "_id")


class Decision(NamedTuple):
    """Where a field leads: ``lead`` None where several collections may be meant."""

    lead: Lead | None
    doubts: list[str]


def decide(candidate: Candidate, leads: list[Lead]) -> Decision | None:
    """Return where a field leads; None for nowhere."""
    leads = [lead for lead in leads if lead.found]
    if not candidate.is_proof:
        leads = [lead for lead in leads if is_convincing(candidate, lead)]
        best = max(leads, key=lambda lead: (lead.score, *lead.order), default=None)
        return Decision(best, missing(best)) if best else None
    by_id = [lead for lead in leads if lead.target.key == "_id"]
    leads = sorted(by_id or leads, key=lambda lead: lead.order, reverse=True)
    return _of_proofs(leads) if leads else None


def may_be_copy(candidate: Candidate, target: Target) -> bool:
    """Tell whether a field may only repeat the key of its own document."""
    is_own = (target.collection, target.key) == (candidate.collection, "_id")
    return is_own and candidate.is_distinct and not speaks_of_own(candidate.field.path)


def is_convincing(candidate: Candidate, lead: Lead) -> bool:
    """Tell whether numbers or words lead to a collection of such keys."""
    path = candidate.field.path
    if not lead.agrees or candidate.odd > MAX_ODD:
        return False
    _words, is_leading = subject_of(path)
    if STRING not in candidate.types and is_amount(path):
        return False
    is_own = lead.target.collection == candidate.collection
    if is_own and not is_leading and path[-1] != "parent":
        # "previous" and "original" are values as well.
        return False
    return lead.share >= (PROOF if is_leading and lead.score >= 1 else NEARLY_ALL)


def _of_proofs(leads: list[Lead]) -> Decision:
    """Decide between collections that have some of the values: never by chance."""
    best, twins = leads[0], []
    for lead in leads[1:]:
        if len(lead.found & best.found) >= NEARLY_ALL * len(best.found):
            twins.append(lead)
    if twins:
        # Documents that belong together share a key: only the name tells.
        named = max([best, *twins], key=lambda lead: lead.score)
        if sum(lead.score == named.score for lead in (best, *twins)) > 1:
            return Decision(None, [_alike([best, *twins])])
        best = named
    rivals = [lead for lead in leads if lead is not best and lead not in twins]
    rivals = [lead for lead in rivals if lead.target is not best.target]
    union = frozenset().union(*(lead.found for lead in leads))
    rivals = [
        lead for lead in rivals if len(lead.found - best.found) > RIVAL * len(union)
    ]
    is_main = len(best.found) >= MAIN * len(union)
    if rivals and not (is_main and best.agrees and not any(r.agrees for r in rivals)):
        return Decision(None, [_several([best, *rivals])])
    if not best.agrees and best.share < PROOF:
        return Decision(None, [_few(best)])
    doubts = missing(best)
    if rivals:
        doubts = [_several([best, *rivals])]
    return Decision(best, doubts)


def values(count: int, of: int) -> str:
    """Return "3 of 50 values", or "3 % of the values" where there are more."""
    text = percent(count, of)
    return f"{text} of the values" if text.endswith("%") else f"{text} values"


def missing(lead: Lead) -> list[str]:
    """Return the doubt about values that lead to no document, if there are any."""
    number = lead.looked_up - len(lead.found)
    if not number:
        return []
    where = lead.target.collection
    return [f"Looked up, {values(number, lead.looked_up)} lead to nothing in {where}."]


def _several(leads: list[Lead]) -> str:
    places = ", ".join(
        f"{lead.target.collection} ({values(len(lead.found), lead.looked_up)})"
        for lead in leads
    )
    return f"Leads to several collections: {places}."


def _alike(leads: list[Lead]) -> str:
    names = " and of ".join(lead.target.collection for lead in leads)
    return f"Keys of {names} alike: which is meant?"


def _few(lead: Lead) -> str:
    found = values(len(lead.found), lead.looked_up)
    return f"Looked up, {found} are found in {lead.target.collection}."
