"""Documents with places, at the top, in lists and in embedded documents."""

import mongoengine as me


class Location(me.EmbeddedDocument):
    city = me.StringField()
    geo = me.PointField()

    meta = {"strict": False}


class Theater(me.Document):
    name = me.StringField(max_length=50)
    corner = me.GeoPointField()
    location = me.EmbeddedDocumentField(Location)
    stops = me.ListField(me.PointField())
    route = me.LineStringField()
    exits = me.MultiPointField()
    ground = me.PolygonField(help_text="What is rented.")
    paths = me.MultiLineStringField()
    grounds = me.MultiPolygonField()

    meta = {"collection": "theaters", "strict": False}

    def __str__(self):
        return self.name or "?"
