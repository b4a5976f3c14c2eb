"""References of every kind, alone, in lists and in embedded documents."""

import mongoengine as me


class NamedMixin:
    def __str__(self):
        return self.name or "?"


class Town(NamedMixin, me.Document):
    name = me.StringField(db_field="townName")
    people = me.IntField()
    region = me.StringField()

    meta = {"collection": "towns"}


class Ship(NamedMixin, me.Document):
    """Its key is a text; told apart by ``_cls`` from its subclasses."""

    code = me.StringField(primary_key=True)
    name = me.StringField()

    meta = {"collection": "ships", "allow_inheritance": True}


class Ferry(Ship):
    cars = me.IntField()


class Leg(me.EmbeddedDocument):
    """mongoengine allows no CachedReferenceField here."""

    plain = me.ReferenceField(Town)
    dbref = me.ReferenceField(Town, dbref=True)
    lazy = me.LazyReferenceField(Town)
    lazy_dbref = me.LazyReferenceField(Town, dbref=True)
    generic = me.GenericReferenceField(choices=(Town, Ship))
    generic_lazy = me.GenericLazyReferenceField(choices=(Town, "Ship"))
    plains = me.ListField(me.ReferenceField(Town))
    generics = me.ListField(me.GenericReferenceField(choices=(Town, Ship)))


class Trip(me.Document):
    title = me.StringField()
    plain = me.ReferenceField(Town, db_field="plainTown")
    dbref = me.ReferenceField(Town, dbref=True)
    cached = me.CachedReferenceField(Town, fields=["name", "people"])
    lazy = me.LazyReferenceField(Town)
    lazy_dbref = me.LazyReferenceField(Town, dbref=True)
    generic = me.GenericReferenceField(choices=(Town, Ship))
    generic_lazy = me.GenericLazyReferenceField(choices=(Town, "Ship"))
    anything = me.GenericReferenceField()
    plains = me.ListField(me.ReferenceField(Town))
    dbrefs = me.ListField(me.ReferenceField(Town, dbref=True))
    cacheds = me.ListField(me.CachedReferenceField(Town, fields=["name", "people"]))
    lazies = me.ListField(me.LazyReferenceField(Town))
    lazy_dbrefs = me.ListField(me.LazyReferenceField(Town, dbref=True))
    generics = me.ListField(me.GenericReferenceField(choices=(Town, Ship)))
    generic_lazies = me.ListField(me.GenericLazyReferenceField(choices=(Town, Ship)))
    tables = me.ListField(me.ListField(me.ReferenceField(Town)))
    plain_map = me.MapField(me.ReferenceField(Town))
    lazy_map = me.MapField(me.LazyReferenceField(Town, dbref=True))
    generic_map = me.MapField(me.GenericReferenceField(choices=(Town, Ship)))
    leg = me.EmbeddedDocumentField(Leg)
    legs = me.ListField(me.EmbeddedDocumentField(Leg))

    meta = {"collection": "trips"}

    def __str__(self):
        return self.title or "?"
