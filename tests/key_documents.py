"""Documents with keys of every type, and references to them."""

import mongoengine as me


class KeyedMixin:
    def __str__(self):
        return f"the {self.name}"

    def get_absolute_url(self):
        return "/seen/"


class Slugged(KeyedMixin, me.Document):
    slug = me.StringField(primary_key=True)
    name = me.StringField()

    meta = {"collection": "slugged"}


class Counted(KeyedMixin, me.Document):
    number = me.IntField(primary_key=True, db_field="_id")
    name = me.StringField(db_field="nm")

    meta = {"collection": "counted"}


class Unique(KeyedMixin, me.Document):
    uuid = me.UUIDField(primary_key=True)
    name = me.StringField()

    meta = {"collection": "uniques"}


class Place(me.EmbeddedDocument):
    """A compound key; its order of fields is part of it."""

    shop = me.StringField(required=True, db_field="s")
    number = me.IntField(required=True)


class Placed(KeyedMixin, me.Document):
    place = me.EmbeddedDocumentField(Place, primary_key=True)
    name = me.StringField()

    meta = {"collection": "placed"}


class Freely(KeyedMixin, me.Document):
    key = me.DictField(primary_key=True)
    name = me.StringField()

    meta = {"collection": "freely"}


class Amount(KeyedMixin, me.Document):
    amount = me.Decimal128Field(primary_key=True)
    name = me.StringField()

    meta = {"collection": "amounts"}


class Moment(KeyedMixin, me.Document):
    at = me.DateTimeField(primary_key=True)
    name = me.StringField()

    meta = {"collection": "moments"}


class Plainly(KeyedMixin, me.Document):
    name = me.StringField()

    meta = {"collection": "plainly"}


class Pointer(me.Document):
    """References to documents with keys of every type."""

    slugged = me.ReferenceField(Slugged)
    numbered = me.ReferenceField(Counted, reverse_delete_rule=me.NULLIFY)
    unique = me.ReferenceField(Unique)
    placed = me.ReferenceField(Placed, reverse_delete_rule=me.CASCADE)
    freely = me.ReferenceField(Freely)
    amount = me.ReferenceField(Amount)
    moment = me.ReferenceField(Moment)
    plainly = me.ReferenceField(Plainly, reverse_delete_rule=me.CASCADE)
    many = me.ListField(me.ReferenceField(Placed))
    title = me.StringField()

    meta = {"collection": "pointers"}

    def __str__(self):
        return self.title or "?"


class Holder(KeyedMixin, me.Document):
    """The parent of documents with compound keys."""

    name = me.StringField(primary_key=True)
    note = me.StringField()
    stored_in = me.ListField(me.ReferenceField(Placed), db_field="in")

    meta = {"collection": "holders"}


class Stock(KeyedMixin, me.Document):
    place = me.EmbeddedDocumentField(Place, primary_key=True, required=True)
    holder = me.ReferenceField(Holder)
    name = me.StringField()
    code = me.StringField(unique=True, sparse=True)

    meta = {"collection": "stock", "strict": False}
