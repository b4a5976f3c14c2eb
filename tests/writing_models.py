"""Models as inference makes them, built by hand, to write modules from."""

from datetime import datetime

from bson import ObjectId

from admin_ext.introspection.models import (
    Database,
    Field,
    Index,
    Meaning,
    Model,
    Reference,
)
from admin_ext.introspection.profile import Profile

KEY = ObjectId("5c2aad8064656d6f01fffc18")


def profile(*values):
    """Return the Profile of some values."""
    result = Profile()
    for each in values:
        result.add(each, KEY)
    return result


def field(name, kind="StringField", *, stored=None, values=(), **more):
    """Return a Field of a Document; ``kind`` without "Field" will do."""
    kind = kind if kind.endswith("Field") else f"{kind}Field"
    stored = stored or name
    return Field(name, stored, (stored,), kind, profile(*values), **more)


def reference(name, collection, **more):
    found = Reference(collection, looked_up=100, found=100)
    return field(name, "ReferenceField", reference=found, **more)


def listed(name, member, kind="ListField", **more):
    return field(name, kind, member=member, **more)


def embedded(name, model, **more):
    return field(name, "EmbeddedDocumentField", embedded=model, **more)


def index(*keys, line=..., **more):
    """Return an Index on stored paths; "-" and "$" before them as mongoengine has."""
    kinds = {"-": -1, "$": "text"}
    found = [(key[key[0] in kinds :], kinds.get(key[0], 1)) for key in keys]
    line = (keys[0] if len(keys) == 1 else keys) if line is ... else line
    name = "_".join(f"{path}_{kind}" for path, kind in found)
    return Index(name, found, line=line, **more)


def shop():
    """Return a Database with something of everything that is common."""
    line = Model(
        "OrderLine",
        [
            field("sku", values=["A-1"]),
            field("quantity", "Int"),
            field("price", "Float"),
        ],
    )
    address = Model(
        "Address",
        [field("street", values=["5 High Street"]), field("city", values=["Leeds"])],
        label="city",
    )
    customer = Model(
        "Customer",
        [
            field("name", values=["Ann"], options={"required": True}),
            field("email", "Email", values=["ann@example.org"]),
            field(
                *("password_hash", "String"),
                stored="passwordHash",
                meaning=Meaning.SECRET,
            ),
            field("is_active", "Boolean", stored="isActive"),
            embedded("address", address, doubts=["Missing in 3 % of the documents."]),
            reference("referrer", "customers", stored="referrerId", share=0.2),
        ],
        collection="customers",
        label="name",
        indexes=[
            index("name"),
            index("email", line={"fields": ["email"], "unique": True}),
        ],
        size=2_000,
    )
    order = Model(
        "Order",
        [
            reference("customer", "customers", stored="customerId"),
            field("status", values=["paid"], choices=["paid", "sent", "lost"]),
            field("note", meaning=Meaning.LONG_TEXT, share=0.3),
            listed("lines", field("line", "EmbeddedDocument", embedded=line)),
            field("created_at", "DateTime", values=[datetime(2024, 5, 17)]),
            field("total", "Float"),
        ],
        collection="orders",
        indexes=[
            index("-created_at"),
            index("customerId", "-created_at", line=["customer", "-created_at"]),
        ],
        size=50_000,
    )
    return Database("shop", [order, customer], [line, address])


__all__ = [
    *("Database", "Field", "Index", "Meaning", "Model", "Reference"),
    *("embedded", "field", "index", "listed", "profile", "reference", "shop"),
]
