"""What references are checked in: keys of any type, views, subclasses, no database."""

import mongoengine as me


class Wreck(me.Document):
    """It is in a database that is configured nowhere."""

    next = me.ReferenceField("self")

    meta = {"db_alias": "nowhere"}


class Anchor(me.Document):
    """Its keys are of any type."""

    id = me.DynamicField(primary_key=True)
    next = me.ReferenceField("self")

    meta = {"collection": "anchors"}


class AnchorView(me.Document):
    """A view, with several documents of one key."""

    id = me.DynamicField(primary_key=True)
    next = me.ReferenceField(Anchor)

    meta = {"collection": "anchor_view"}


class Buoy(me.Document):
    name = me.StringField()
    anchor = me.ReferenceField(Anchor)

    meta = {"collection": "buoys", "allow_inheritance": True}


class LightBuoy(Buoy):
    keeper = me.ReferenceField(Anchor)
