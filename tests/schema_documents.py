"""Documents for the schema page: secrets, maps, and indexes that the server lacks."""

import django_mongoengine
import mongoengine as me
from django_mongoengine import fields as dm


class Measure(django_mongoengine.EmbeddedDocument):
    at = dm.DateTimeField()
    value = dm.FloatField()
    seal = dm.StringField(editable=False)


class Sensor(django_mongoengine.Document):
    name = dm.StringField(required=True, unique=True)
    serial = dm.StringField(editable=False)
    note = dm.StringField()
    level = dm.IntField()
    seen = dm.DateTimeField()
    parent = dm.ReferenceField("self")
    measures = dm.ListField(dm.EmbeddedDocumentField(Measure))
    labels = me.MapField(me.StringField())
    free = dm.DictField()
    never = dm.FloatField()

    meta = {
        "collection": "sensors",
        "strict": False,
        "indexes": ["level", {"fields": ["-seen"], "expireAfterSeconds": 3600}],
    }

    def __str__(self):
        return str(self.name)
