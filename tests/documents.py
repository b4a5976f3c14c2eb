"""Documents of the tests' own: a bookshop, both flavours of mongoengine classes."""

import enum

import django_mongoengine
import mongoengine as me
from django_mongoengine import fields as dm


class Language(enum.Enum):
    ENGLISH = "en"
    GREEK = "el"


class Author(me.Document):
    """A plain mongoengine Document, registered unchanged; its key is a string."""

    code = me.StringField(primary_key=True, max_length=20)
    name = me.StringField(required=True, max_length=50)
    born = me.DateField()

    meta = {"collection": "authors"}

    def __str__(self):
        return self.name or "?"


class Address(me.EmbeddedDocument):
    street = me.StringField()
    city = me.StringField(max_length=40)

    def __str__(self):
        return self.city or "?"


class Publisher(django_mongoengine.Document):
    name = dm.StringField(required=True, unique=True, max_length=50)
    address = dm.EmbeddedDocumentField(Address)
    offices = dm.ListField(dm.EmbeddedDocumentField(Address))

    meta = {"collection": "publishers", "ordering": ["name"], "strict": False}

    def __str__(self):
        return str(self.name)


class Review(django_mongoengine.EmbeddedDocument):
    text = dm.StringField(required=True, max_length=200)
    stars = dm.IntField(min_value=1, max_value=5)
    by = dm.ReferenceField("Author")

    meta = {"strict": False}

    def __str__(self):
        return self.text or "?"


class Book(django_mongoengine.Document):
    title = dm.StringField(required=True, max_length=100, verbose_name="book title")
    isbn = dm.StringField(unique=True, sparse=True, max_length=13)
    author = dm.ReferenceField(Author)
    publisher = dm.ReferenceField(Publisher, reverse_delete_rule=me.CASCADE)
    sequel_of = dm.ReferenceField("self", reverse_delete_rule=me.NULLIFY)
    others = dm.ListField(dm.ReferenceField(Author))
    kind = dm.StringField(choices=(("novel", "Novel"), ("poems", "Poems")))
    pages = dm.IntField(min_value=1)
    price = dm.DecimalField(precision=2)
    rating = dm.FloatField()
    in_print = dm.BooleanField(default=True)
    signed = dm.BooleanField()
    published = dm.DateTimeField()
    language = me.EnumField(Language)
    keywords = dm.ListField(dm.StringField())
    extra = dm.DictField()
    reviews = dm.ListField(dm.EmbeddedDocumentField(Review))
    blurb = dm.StringField(db_field="blurbText")

    meta = {"collection": "books", "strict": False}

    def __str__(self):
        return str(self.title)


class Chapter(me.Document):
    """Strict: an unknown key makes mongoengine's own loading raise."""

    book = me.ReferenceField(Book, reverse_delete_rule=me.DENY)
    number = me.IntField()
    heading = me.StringField(max_length=60)

    meta = {"collection": "chapters"}

    def __str__(self):
        return self.heading or "?"
