"""Documents with files and binary data in every place that may hold them."""

import mongoengine as me


class Picture(me.EmbeddedDocument):
    title = me.StringField(max_length=50)
    image = me.ImageField(db_field="img")
    seal = me.BinaryField()

    def __str__(self):
        return self.title or "?"


class Folder(me.Document):
    name = me.StringField(max_length=50, unique=True)
    number = me.IntField(min_value=1)
    file = me.FileField(db_field="fileId")
    photo = me.ImageField(size=(300, 200, False), thumbnail_size=(40, 40, False))
    seal = me.BinaryField(max_bytes=1000)
    cover = me.EmbeddedDocumentField(Picture)
    pictures = me.ListField(me.EmbeddedDocumentField(Picture))
    rows = me.EmbeddedDocumentListField(Picture)
    files = me.ListField(me.FileField())
    seals = me.ListField(me.BinaryField())
    secret = me.FileField()
    locked = me.FileField()

    meta = {"collection": "folders"}

    def __str__(self):
        return self.name or "?"


class Paper(me.Document):
    """Not registered: only an inline of folders shows it."""

    folder = me.ReferenceField(Folder)
    title = me.StringField(max_length=50)
    scan = me.FileField()
    note = me.FileField()

    meta = {"collection": "papers"}

    def __str__(self):
        return self.title or "?"


class Contract(me.Document):
    """Requires its file."""

    file = me.FileField(required=True)
    title = me.StringField(max_length=50)

    meta = {"collection": "contracts"}

    def __str__(self):
        return self.title or "?"


class Slip(me.Document):
    """Has a key that can be changed."""

    code = me.StringField(primary_key=True, max_length=20)
    title = me.StringField(max_length=50)
    file = me.FileField()
    files = me.ListField(me.FileField())

    meta = {"collection": "slips"}

    def __str__(self):
        return self.code or "?"


class Archive(me.Document):
    """Keeps its files in another database, and some by name."""

    name = me.StringField(max_length=50)
    scan = me.FileField(db_alias="other", collection_name="scans")
    parts = me.MapField(me.FileField())
    nested = me.ListField(me.ListField(me.FileField()))

    meta = {"collection": "archives"}
