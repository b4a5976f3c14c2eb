"""What the Documents of tests.twins.mongo would be in SQL."""

import uuid

from django.contrib import admin
from django.core import validators
from django.core.exceptions import ValidationError
from django.db import models


class URLField(models.URLField):
    def formfield(self, **kwargs):
        # As every Django from 6.0 on; until then the choice must be made.
        return super().formfield(**{"assume_scheme": "https"} | kwargs)


class Genre(models.Model):
    name = models.CharField(max_length=40, unique=True)

    def __str__(self):
        return self.name


class Label(models.Model):
    name = models.CharField(max_length=40)
    city = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "record label"

    def __str__(self):
        return self.name


class Artist(models.Model):
    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=40)
    born = models.DateField(null=True, blank=True)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"/artists/{self.code}/"


class Home(models.Model):
    """Embedded in an artist, where MongoDB can."""

    artist = models.OneToOneField(Artist, models.CASCADE, related_name="home")
    street = models.CharField(max_length=40)
    city = models.CharField(max_length=40, blank=True)

    def __str__(self):
        return self.street


class Sleeve(models.Model):
    """Embedded in an album, where MongoDB can."""

    colour = models.CharField(max_length=20, blank=True)
    designer = models.ForeignKey(
        Artist, models.SET_NULL, null=True, blank=True, related_name="+"
    )


class Album(models.Model):
    title = models.CharField("album title", max_length=60, help_text="As printed.")
    code = models.CharField(max_length=20, unique=True, null=True, blank=True)
    slug = models.CharField(max_length=60, blank=True)
    artist = models.ForeignKey(Artist, models.PROTECT, null=True, blank=True)
    label = models.ForeignKey(Label, models.CASCADE, null=True, blank=True)
    reissue_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)
    genres = models.ManyToManyField(Genre, blank=True)
    kind = models.CharField(
        max_length=10,
        blank=True,
        choices=[("lp", "Long player"), ("ep", "Extended play"), ("single", "Single")],
    )
    year = models.IntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    rating = models.FloatField(null=True, blank=True)
    available = models.BooleanField(default=True)
    signed = models.BooleanField(null=True, blank=True)
    released = models.DateTimeField(null=True, blank=True)
    recorded = models.DateField("recorded on", null=True, blank=True)
    notes = models.TextField(blank=True)
    website = URLField(blank=True)
    contact = models.EmailField(blank=True)
    sleeve = models.OneToOneField(Sleeve, models.CASCADE, null=True, blank=True)

    def __str__(self):
        return self.title

    @property
    @admin.display(description="Short title", ordering="title", boolean=False)
    def short(self):
        return self.title[:5]

    @admin.display(boolean=True, description="Has a code")
    def has_code(self):
        return bool(self.code)


class Credit(models.Model):
    """A row of an album's list of credits, embedded where MongoDB can."""

    album = models.ForeignKey(Album, models.CASCADE, related_name="credits")
    name = models.CharField(max_length=40)
    role = models.CharField(
        max_length=10,
        blank=True,
        choices=[("drums", "Drums"), ("bass", "Bass"), ("voice", "Voice")],
    )
    artist = models.ForeignKey(Artist, models.SET_NULL, null=True, blank=True)
    share = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name


class Track(models.Model):
    album = models.ForeignKey(Album, models.CASCADE)
    number = models.IntegerField()
    title = models.CharField(max_length=60)
    seconds = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        unique_together = [("album", "number")]

    def __str__(self):
        return self.title


class Concert(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artist = models.ForeignKey(Artist, models.CASCADE, null=True, blank=True)
    place = models.CharField(max_length=40)
    starts = models.DateTimeField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["place"]

    def __str__(self):
        return self.place


def not_upside_down(value):
    if value and value == value[::-1]:
        raise ValidationError("This reads the same from both ends.")


class Ticket(models.Model):
    """What every kind of validation has something to say about."""

    number = models.CharField(
        max_length=8,
        unique=True,
        validators=[
            validators.MinLengthValidator(4),
            validators.RegexValidator(r"^[A-Z]+-\d+$"),
        ],
    )
    serial = models.CharField(max_length=20, unique=True, null=True, blank=True)
    holder = models.CharField(max_length=20, blank=True, validators=[not_upside_down])
    seat = models.IntegerField(
        null=True,
        blank=True,
        validators=[
            validators.MinValueValidator(1),
            validators.MaxValueValidator(500),
        ],
    )
    price = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[validators.MinValueValidator(1)],
    )
    rate = models.FloatField(
        null=True, blank=True, validators=[validators.MaxValueValidator(1.5)]
    )
    tier = models.CharField(
        max_length=5,
        choices=[("floor", "Floor"), ("box", "Box")],
        default="floor",
    )
    email = models.EmailField(blank=True)
    link = URLField(blank=True)
    concert = models.ForeignKey(
        Concert,
        models.CASCADE,
        null=True,
        blank=True,
        limit_choices_to={"artist": "ada"},
    )
    genres = models.ManyToManyField(
        Genre, blank=True, limit_choices_to={"name__contains": "o"}
    )

    def __str__(self):
        return self.number

    def clean(self):
        if self.seat == 13:
            raise ValidationError({"seat": "Nobody wants this seat."})
        if self.seat == 14:
            raise ValidationError({"seat": "Nobody wants this seat either."})
        if self.seat == 15:
            raise ValidationError("The floor is wet.")
        if self.seat == 16:
            raise ValidationError("The floor is gone.")


class Pass(models.Model):
    """Has two references to the same model; a concert with passes is protected."""

    code = models.CharField(primary_key=True, max_length=20)
    holder = models.ForeignKey(Artist, models.CASCADE)
    guest = models.ForeignKey(
        Artist, models.CASCADE, null=True, blank=True, related_name="guest_passes"
    )
    concert = models.ForeignKey(Concert, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name_plural = "passes"
        ordering = ["code"]

    def __str__(self):
        return self.code
