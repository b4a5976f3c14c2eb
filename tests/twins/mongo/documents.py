"""What the models of tests.twins.sql are in MongoDB; both flavours of classes."""

import uuid

import django_mongoengine
import mongoengine as me
from django.contrib import admin
from django.core.exceptions import ValidationError
from django_mongoengine import fields as dm


class Genre(me.Document):
    id = me.SequenceField(primary_key=True, sequence_name="genres")
    name = me.StringField(required=True, max_length=40, unique=True)

    meta = {"collection": "genres"}

    def __str__(self):
        return self.name


class Label(django_mongoengine.Document):
    id = dm.SequenceField(primary_key=True, sequence_name="labels")
    name = dm.StringField(required=True, max_length=40)
    city = dm.StringField(max_length=40)

    meta = {
        "collection": "labels",
        "ordering": ["name"],
        "verbose_name": "record label",
    }

    def __str__(self):
        return self.name


class Home(me.EmbeddedDocument):
    street = me.StringField(required=True, max_length=40)
    city = me.StringField(max_length=40)

    def __str__(self):
        return self.street


class Artist(me.Document):
    code = me.StringField(primary_key=True, max_length=20)
    name = me.StringField(required=True, max_length=40)
    born = me.DateField()
    home = me.EmbeddedDocumentField(Home)

    meta = {"collection": "artists"}

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"/artists/{self.code}/"


class Sleeve(me.EmbeddedDocument):
    colour = me.StringField(max_length=20)
    designer = me.ReferenceField(Artist)


class Credit(django_mongoengine.EmbeddedDocument):
    name = dm.StringField(required=True, max_length=40)
    role = dm.StringField(
        max_length=10,
        choices=[("drums", "Drums"), ("bass", "Bass"), ("voice", "Voice")],
    )
    artist = dm.ReferenceField(Artist)
    share = dm.IntField()

    def __str__(self):
        return self.name


class Album(django_mongoengine.Document):
    id = dm.SequenceField(primary_key=True, sequence_name="albums")
    title = dm.StringField(
        required=True,
        max_length=60,
        verbose_name="album title",
        help_text="As printed.",
    )
    code = dm.StringField(max_length=20, unique=True, sparse=True)
    slug = dm.StringField(max_length=60)
    artist = dm.ReferenceField(Artist, reverse_delete_rule=me.DENY)
    label = dm.ReferenceField(Label, reverse_delete_rule=me.CASCADE)
    reissue_of = dm.ReferenceField("self", reverse_delete_rule=me.NULLIFY)
    genres = dm.ListField(dm.ReferenceField(Genre, reverse_delete_rule=me.PULL))
    kind = dm.StringField(
        max_length=10,
        choices=[("lp", "Long player"), ("ep", "Extended play"), ("single", "Single")],
    )
    year = dm.IntField()
    price = dm.DecimalField(precision=2)
    rating = dm.FloatField()
    available = dm.BooleanField(default=True)
    signed = dm.BooleanField()
    released = dm.DateTimeField()
    recorded = dm.DateField(verbose_name="recorded on", db_field="recordedOn")
    notes = dm.StringField()
    website = dm.URLField(max_length=200)
    contact = dm.EmailField()
    sleeve = dm.EmbeddedDocumentField(Sleeve)
    credits = dm.ListField(dm.EmbeddedDocumentField(Credit))

    meta = {"collection": "albums", "strict": False}

    def __str__(self):
        return self.title

    @property
    @admin.display(description="Short title", ordering="title", boolean=False)
    def short(self):
        return self.title[:5]

    @admin.display(boolean=True, description="Has a code")
    def has_code(self):
        return bool(self.code)


class Track(me.Document):
    id = me.SequenceField(primary_key=True, sequence_name="tracks")
    album = me.ReferenceField(Album, required=True, reverse_delete_rule=me.CASCADE)
    number = me.IntField(required=True, unique_with="album")
    title = me.StringField(required=True, max_length=60)
    seconds = me.IntField()

    meta = {"collection": "tracks", "ordering": ["number"]}

    def __str__(self):
        return self.title


class Concert(me.Document):
    id = me.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = me.ReferenceField(Artist, reverse_delete_rule=me.CASCADE)
    place = me.StringField(required=True, max_length=40)
    starts = me.DateTimeField()
    day = me.DateField()

    meta = {"collection": "concerts", "ordering": ["place"]}

    def __str__(self):
        return self.place


def not_upside_down(value):
    if value and value == value[::-1]:
        raise me.ValidationError("This reads the same from both ends.")


class Ticket(me.Document):
    id = me.SequenceField(primary_key=True, sequence_name="tickets")
    number = me.StringField(
        required=True, max_length=8, min_length=4, regex=r"^[A-Z]+-\d+$", unique=True
    )
    serial = me.StringField(max_length=20)
    holder = me.StringField(max_length=20, validation=not_upside_down)
    seat = me.IntField(min_value=1, max_value=500)
    price = me.DecimalField(precision=2, min_value=1)
    rate = me.FloatField(max_value=1.5)
    tier = me.StringField(
        required=True,
        choices=[("floor", "Floor"), ("box", "Box")],
        default="floor",
    )
    email = me.EmailField(max_length=254)
    link = me.URLField(max_length=200)
    concert = me.ReferenceField(
        Concert,
        reverse_delete_rule=me.CASCADE,
        limit_choices_to={"artist": "ada"},
    )
    genres = me.ListField(
        me.ReferenceField(Genre, reverse_delete_rule=me.PULL),
        limit_choices_to={"name__contains": "o"},
    )

    meta = {"collection": "tickets"}

    def __str__(self):
        return self.number

    def clean(self):
        if self.seat == 13:
            raise ValidationError({"seat": "Nobody wants this seat."})
        if self.seat == 14:
            wrong = me.ValidationError("Nobody wants this seat either.")
            raise me.ValidationError("Wrong seat.", errors={"seat": wrong})
        if self.seat == 15:
            raise ValidationError("The floor is wet.")
        if self.seat == 16:
            raise me.ValidationError("The floor is gone.")


class Pass(me.Document):
    code = me.StringField(primary_key=True, max_length=20)
    holder = me.ReferenceField(Artist, required=True, reverse_delete_rule=me.CASCADE)
    guest = me.ReferenceField(Artist, reverse_delete_rule=me.CASCADE)
    concert = me.ReferenceField(Concert, reverse_delete_rule=me.DENY)

    meta = {
        "collection": "passes",
        "ordering": ["code"],
        "verbose_name_plural": "passes",
    }

    def __str__(self):
        return self.code
