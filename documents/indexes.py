"""The indexes that the notes service itself keeps, by collection.

Each is written as mongoengine writes it: a field or a list of fields, "-" for
descending, or a dict with "fields" and options. The Documents only describe them;
nothing builds them except the demo data, which stands in for the service.
"""

INDEXES = {
    "users": [{"fields": ["username"], "unique": True}, "email"],
    "notes": [
        ["user", "-start"],
        ["type", "-start"],
        "-start",
        "tags",
        "parent",
        "prev",
    ],
    "tags": [["user", "name"], "name"],
    "widgets": ["user", "name", "filter.tags"],
    "keys": ["user", {"fields": ["key"], "unique": True}],
}


def index_keys(spec):
    """Return an entry of INDEXES as pymongo takes it: ([(key, ±1), …], options)."""
    options = {}
    if isinstance(spec, dict):
        options = {name: value for name, value in spec.items() if name != "fields"}
        spec = spec["fields"]
    names = [spec] if isinstance(spec, str) else spec
    keys = [(n[1:], -1) if n.startswith("-") else (n, 1) for n in names]
    return keys, options
