"""The hospital twice: with what a person may not know, and without it or otherwise.

What the person may see is the same in both, so all that differs on a page is a leak.
"""

from datetime import datetime

from bson import Binary, ObjectId

from admin_ext.policies import Access

# Stands in every value that is withheld; in no page otherwise.
MARKER = "ZqxvjHush"
# The same for numbers and dates.
MARKED_YEAR = 1907


def key(number: int) -> ObjectId:
    return ObjectId(f"5f{number:022x}")


# Of the first two kinds of rows that may be seen, and of those that may not.
PATIENT, FRIEND, LONELY = key(0x11), key(0x12), key(0x13)
WARD, OTHER_WARD, STAY, OTHER_STAY = key(0x21), key(0x22), key(0x31), key(0x33)
DENIED_PATIENT, DENIED_WARD = key(0xDEAD0001), key(0xDEAD0002)
DENIED_STAY, UNREFERRED = key(0xDEAD0003), key(0xDEAD0004)
MISSING_KEY = key(0xFFFF)
# Deleted by somebody; both are in the history only.
GONE, GONE_DENIED = key(0x14), key(0xDEAD0005)
# What no row that may be seen refers to: only a leak tells it.
DENIED_KEYS = (DENIED_STAY, UNREFERRED, GONE_DENIED)

# The limits, of a group in SQL or of everybody in code; some of them masks.
FIELDS = {
    "patient": {
        "note": Access.HIDDEN,
        "phone": Access.MASKED,
        "kind": Access.HIDDEN,
        "born": Access.MASKED,
        "home__street": Access.HIDDEN,
        "visits__finding": Access.HIDDEN,
        "past__finding": Access.MASKED,
        "facts__closed": Access.HIDDEN,
        "legacy": Access.HIDDEN,
        "seal": Access.HIDDEN,
        "scan": Access.MASKED,
    },
    "ward": {"code": Access.HIDDEN},
    "stay": {"bill": Access.MASKED},
}
ROWS = {"patient": {"ward__floor": 1}, "ward": {"floor": 1}, "stay": {"day": "mon"}}
MASKED_IN_CODE = {
    name: {
        path: "masked" if path in ("phone", "born", "bill", "code") else "hidden"
        for path in fields
    }
    for name, fields in FIELDS.items()
}


class Hospital:
    """What is stored; ``has_secrets`` or others, ``has_denied`` rows or none."""

    def __init__(self, *, has_secrets: bool, has_denied: bool):
        self.has_secrets, self.has_denied = has_secrets, has_denied

    def collections(self) -> dict[str, list]:
        """Return {collection: stored documents}."""
        found = {"patients": self._patients(), "wards": self._wards()}
        found["stays"] = self._stays()
        return found

    def put(self, mongo) -> None:
        """Store it all in place of what is there."""
        for name, sons in self.collections().items():
            mongo[name].delete_many({})
            mongo[name].insert_many(sons)

    def secret(self, name: str) -> str:
        return f"{MARKER}-{name}" if self.has_secrets else f"{name} without any of it"

    def _patients(self):
        sons = [
            self.patient(PATIENT, "Ann", 1, DENIED_PATIENT),
            self.patient(FRIEND, "Bob", 2, PATIENT),
            {"_id": LONELY, "name": "Cid", "number": 3, "ward": WARD},
        ]
        if self.has_secrets:
            sons[-1] |= {"noteText": self.secret("only"), "legacy": self.secret("l")}
        if self.has_denied:
            sons += [
                {
                    **self.patient(each, f"{MARKER}-name", 4, UNREFERRED),
                    "ward": DENIED_WARD,
                    "number": MARKED_YEAR,
                }
                for each in (DENIED_PATIENT, UNREFERRED)
            ]
        return sons

    def patient(self, pk, name, number, friend):
        secret = self.secret
        return {
            "_id": pk,
            "name": name,
            "number": number,
            "noteText": secret(f"note{9 - number if self.has_secrets else number}"),
            "phone": secret("phone"),
            "kind": secret("kind"),
            "born": datetime(MARKED_YEAR if self.has_secrets else 1888, 5, number),
            "home": {"city": "Rome", "street": secret("street"), "code": 1},
            "past": [{"day": "fri", "finding": secret("past")}],
            "visits": [
                {"day": "mon", "finding": secret("finding")},
                {"day": "tue", "finding": secret("finding")},
            ],
            "facts": {"open": "yes", "closed": secret("fact")},
            "ward": WARD,
            "friend": friend,
            "friends": [DENIED_PATIENT, FRIEND],
            "seal": Binary(secret("seal").encode()),
            "legacy": secret("legacy"),
            "other": "undeclared",
        }

    def _wards(self):
        sons = [
            {"_id": WARD, "name": "North", "floor": 1, "code": self.secret("code")},
            {"_id": OTHER_WARD, "name": "West", "floor": 1, "code": "x"},
        ]
        if self.has_denied:
            denied = {"_id": DENIED_WARD, "name": f"{MARKER}-ward"}
            sons.append({**denied, "floor": 2, "code": self.secret("code")})
        return sons

    def _stays(self):
        bill = {"bill": self.secret("bill")}
        sons = [
            {"_id": STAY, "patient": PATIENT, "day": "mon", **bill},
            {"_id": OTHER_STAY, "patient": DENIED_PATIENT, "day": "mon", **bill},
        ]
        if self.has_denied:
            denied = {"_id": DENIED_STAY, "patient": PATIENT, "day": f"{MARKER}-day"}
            sons.append(denied | bill)
        return sons
