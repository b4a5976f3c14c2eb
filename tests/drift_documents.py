"""Documents of which every kind of path can drift."""

import enum
from datetime import date

import mongoengine as me


class Grade(enum.Enum):
    FINE = "fine"
    POOR = "poor"


class Rivet(me.EmbeddedDocument):
    size = me.IntField(required=True, choices=[1, 2, 3])
    label = me.StringField(db_field="lbl", max_length=3)
    secret = me.StringField(choices=["x"], editable=False)

    meta = {"allow_inheritance": True, "strict": False}


class LongRivet(Rivet):
    length = me.FloatField(required=True)


class Gasket(me.EmbeddedDocument):
    width = me.FloatField()


class Shim(me.DynamicEmbeddedDocument):
    width = me.FloatField()


class Yard(me.Document):
    name = me.StringField(primary_key=True)


class Hull(me.Document):
    """A hierarchy, whose subclasses declare one key differently."""

    name = me.StringField(required=True, max_length=5)
    grade = me.EnumField(Grade)
    weight = me.DecimalField()
    built = me.DateTimeField()
    yard = me.ReferenceField(Yard)
    other = me.GenericReferenceField()
    rivet = me.EmbeddedDocumentField(Rivet)
    rivets = me.EmbeddedDocumentListField(Rivet)
    rows = me.ListField(me.ListField(me.EmbeddedDocumentField(Gasket)), max_length=2)
    parts = me.ListField(me.GenericEmbeddedDocumentField(choices=(Rivet, Gasket, Shim)))
    by_side = me.MapField(me.EmbeddedDocumentField(Gasket), db_field="bySide")
    marks = me.MapField(me.ListField(me.IntField()))
    tags = me.ListField(me.StringField(), choices=["a", "b"])
    shim = me.EmbeddedDocumentField(Shim)
    extra = me.DictField()
    vault = me.EmbeddedDocumentField(Gasket, editable=False)

    meta = {"collection": "hulls", "allow_inheritance": True, "strict": False}


class SteelHull(Hull):
    plates = me.IntField(required=True)
    finish = me.StringField()


class WoodHull(Hull):
    finish = me.IntField()


class PlainHull(me.Document):
    """Over the same collection, without classes."""

    name = me.StringField(required=True)
    tags = me.ListField(me.StringField())

    meta = {"collection": "hulls", "strict": False}


class LooseHull(me.DynamicDocument):
    name = me.StringField(required=True)
    weight = me.FloatField()

    meta = {"collection": "hulls"}


class Sounding(me.Document):
    """Groups its choices."""

    depth = me.IntField(choices=[("low", [(1, "1 m"), (2, "2 m")]), (9, "deep")])
    seen = me.DateField(choices=[(date(2020, 1, 1), "first")])

    meta = {"collection": "soundings"}
