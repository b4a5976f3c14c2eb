"""Documents with dicts, maps and embedded documents of several classes."""

import mongoengine as me

from .documents import Publisher


class Shelf(me.EmbeddedDocument):
    title = me.StringField(db_field="ttl", max_length=50)
    width = me.IntField()
    scan = me.FileField()


class Price(me.EmbeddedDocument):
    title = me.StringField(max_length=50)
    amount = me.FloatField(required=True)


class Handle(me.EmbeddedDocument):
    colour = me.StringField(max_length=50)

    meta = {"allow_inheritance": True}


class Knob(Handle):
    size = me.IntField()


class Drawer(me.EmbeddedDocument):
    title = me.StringField(max_length=50)
    counts = me.MapField(me.IntField())
    inside = me.GenericEmbeddedDocumentField(choices=(Shelf, Price))


class Cabinet(me.Document):
    name = me.StringField(max_length=50)
    free = me.DictField()
    numbers = me.MapField(me.IntField(), db_field="nums")
    texts = me.MapField(me.StringField(max_length=50))
    shelves = me.MapField(me.EmbeddedDocumentField(Shelf))
    publishers = me.MapField(me.ReferenceField(Publisher))
    lists = me.MapField(me.ListField(me.IntField()))
    maps = me.MapField(me.MapField(me.StringField(max_length=50)))
    files = me.MapField(me.FileField())
    inside = me.GenericEmbeddedDocumentField(choices=(Shelf, Price))
    anything = me.GenericEmbeddedDocumentField()
    things = me.ListField(me.GenericEmbeddedDocumentField(choices=(Shelf, Price)))
    named = me.MapField(me.GenericEmbeddedDocumentField(choices=(Shelf, Price)))
    drawer = me.EmbeddedDocumentField(Drawer)
    drawers = me.ListField(me.EmbeddedDocumentField(Drawer))
    rows = me.EmbeddedDocumentListField(Drawer)
    handle = me.EmbeddedDocumentField(Handle)

    meta = {"collection": "cabinets", "strict": False}

    def __str__(self):
        return self.name or "?"
