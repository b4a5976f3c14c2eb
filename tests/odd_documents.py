"""Documents of shapes that a bookshop does not have; none is in the shop's way."""

import enum

import django_mongoengine
import mongoengine as me
from django.utils.translation import gettext_lazy as _


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Part(me.EmbeddedDocument):
    label = me.StringField(db_field="lbl")
    weight = me.FloatField()
    since = me.DateTimeField()


class Vehicle(me.Document):
    """The base of a hierarchy in one collection, told apart by ``_cls``."""

    name = me.StringField()

    meta = {"collection": "vehicles", "allow_inheritance": True}

    def __str__(self):
        return self.name or "?"


class Lorry(Vehicle):
    axles = me.IntField()


class Stamped(me.Document):
    """Abstract: has no collection."""

    stamped = me.DateTimeField()

    meta = {"abstract": True, "ordering": ["-stamped"]}


class Letter(Stamped):
    subject = me.StringField()

    meta = {
        "collection": "letters",
        "verbose_name": _("post item"),
        "verbose_name_plural": _("post"),
    }


class Loose(me.DynamicDocument):
    name = me.StringField()

    meta = {"collection": "loose"}


class Parcel(me.Document):
    number = me.IntField(primary_key=True)
    size = me.EnumField(Size)


class Token(me.Document):
    uuid = me.UUIDField(primary_key=True, binary=True)
    holder = me.StringField()

    meta = {"app_label": "sessions"}


class Coupon(me.Document):
    number = me.SequenceField(primary_key=True)
    line = me.StringField()


class Depot(me.Document):
    """Not registered with any admin site."""

    place = me.StringField()

    def __str__(self):
        return self.place or "?"


class Leaflet(me.Document):
    """Declares a text index, which a test builds, or does not."""

    title = me.StringField()
    body = me.StringField(db_field="bodyText")
    number = me.IntField()
    about = me.ReferenceField("self")
    parts = me.ListField(me.EmbeddedDocumentField(Part))

    meta = {"collection": "leaflets", "indexes": [("$body",)]}

    def __str__(self):
        return self.title or "?"


class ParcelQuerySet(me.QuerySet):
    def heavy(self):
        return self.filter(kilos__gte=10)


class Load(me.Document):
    """Has a queryset class and a filtering manager of its own."""

    kilos = me.FloatField()
    depot = me.ReferenceField(Depot)
    lost = me.BooleanField()

    meta = {"queryset_class": ParcelQuerySet}

    @me.queryset_manager
    def objects(cls, queryset):
        return queryset.filter(lost__ne=True)


class Everything(me.Document):
    """A field of every class that mongoengine has.

    Except CachedReferenceField and ImageField, which need blinker and Pillow.
    """

    string = me.StringField(max_length=50)
    text = me.StringField()
    email = me.EmailField()
    url = me.URLField()
    integer = me.IntField()
    long = me.LongField()
    float = me.FloatField()
    decimal = me.DecimalField(precision=2)
    decimal128 = me.Decimal128Field()
    boolean = me.BooleanField()
    checked = me.BooleanField(default=False)
    date_time = me.DateTimeField()
    complex_date_time = me.ComplexDateTimeField()
    date = me.DateField()
    uuid = me.UUIDField()
    object_id = me.ObjectIdField()
    size = me.EnumField(Size)
    sequence = me.SequenceField()
    binary = me.BinaryField()
    file = me.FileField()
    reference = me.ReferenceField(Depot)
    dbref = me.ReferenceField(Depot, dbref=True)
    lazy_reference = me.LazyReferenceField(Depot)
    generic_reference = me.GenericReferenceField(choices=(Depot, Vehicle))
    generic_lazy_reference = me.GenericLazyReferenceField()
    embedded = me.EmbeddedDocumentField(Part)
    generic_embedded = me.GenericEmbeddedDocumentField(choices=(Part,))
    embedded_list = me.EmbeddedDocumentListField(Part)
    list = me.ListField(me.StringField())
    numbers = me.SortedListField(me.IntField())
    bare_list = me.ListField()
    nested_list = me.ListField(me.ListField(me.IntField()))
    references = me.ListField(me.ReferenceField(Depot))
    lazy_references = me.ListField(me.LazyReferenceField(Depot))
    dict = me.DictField()
    map = me.MapField(me.IntField())
    dynamic = me.DynamicField()
    geo_point = me.GeoPointField()
    point = me.PointField()
    line = me.LineStringField()
    polygon = me.PolygonField()
    multi_point = me.MultiPointField()
    multi_line = me.MultiLineStringField()
    multi_polygon = me.MultiPolygonField()

    meta = {"collection": "everything"}

    def __str__(self):
        return self.string or "?"


class Branch(me.EmbeddedDocument):
    """Embeds itself, once and in a list."""

    name = me.StringField()
    child = me.EmbeddedDocumentField("self")
    children = me.ListField(me.EmbeddedDocumentField("self"))
    free = me.DictField()


class Tree(me.Document):
    name = me.StringField()
    root = me.EmbeddedDocumentField(Branch)
    branches = me.ListField(me.EmbeddedDocumentField(Branch))
    leaves = me.ListField(me.StringField())
    free = me.DictField()

    meta = {"collection": "trees"}

    def __str__(self):
        return self.name or "?"


class Meeting(django_mongoengine.Document):
    """For dates: days and years depend on a time zone."""

    starts = me.DateTimeField(db_field="startsAt")
    day = me.DateField()
    parts = me.ListField(me.EmbeddedDocumentField(Part))
    main = me.EmbeddedDocumentField(Part)
    extra = me.DictField()
    room = me.ReferenceField(Vehicle)

    meta = {"collection": "meetings"}


class Van(Vehicle):
    """A subclass without an admin of its own."""

    doors = me.IntField()


class Wheel(me.EmbeddedDocument):
    size = me.IntField(required=True)

    meta = {"allow_inheritance": True}

    def __str__(self):
        return f"wheel of {self.size}"


class SpareWheel(Wheel):
    place = me.StringField()


class Sticker(me.DynamicEmbeddedDocument):
    text = me.StringField(required=True)


class Wagon(me.Document):
    name = me.StringField()
    wheels = me.ListField(me.EmbeddedDocumentField(Wheel))
    stickers = me.ListField(me.EmbeddedDocumentField(Sticker))

    meta = {
        "collection": "wagons",
        "strict": False,
        "allow_inheritance": True,
    }


class TankWagon(Wagon):
    owner = me.ReferenceField("Book")
    litres = me.IntField()


class Numbered(me.Document):
    id = me.SequenceField(primary_key=True)
    title = me.StringField(required=True)
