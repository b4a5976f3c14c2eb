"""A hospital's Documents, with something in every place that a limit may be about."""

import mongoengine as me


class Ward(me.Document):
    name = me.StringField()
    floor = me.IntField()
    code = me.StringField()

    meta = {"collection": "wards"}

    def __str__(self):
        return f"{self.name} {self.code or ''}"


class Dwelling(me.EmbeddedDocument):
    city = me.StringField()
    street = me.StringField()

    meta = {"strict": False}

    def __str__(self):
        return f"{self.city}, {self.street}"


class Visit(me.EmbeddedDocument):
    day = me.StringField()
    finding = me.StringField()

    def __str__(self):
        return f"{self.day}: {self.finding}"


class Patient(me.Document):
    """Tells in its own text what a limit may hide."""

    name = me.StringField()
    number = me.IntField()
    note = me.StringField(db_field="noteText")
    phone = me.StringField()
    kind = me.StringField()
    born = me.DateTimeField()
    home = me.EmbeddedDocumentField(Dwelling)
    past = me.ListField(me.EmbeddedDocumentField(Visit))
    visits = me.ListField(me.EmbeddedDocumentField(Visit))
    facts = me.DictField()
    ward = me.ReferenceField(Ward)
    friend = me.ReferenceField("self")
    friends = me.ListField(me.ReferenceField("self"))
    seal = me.BinaryField()
    scan = me.FileField()

    meta = {"collection": "patients", "strict": False}

    def __str__(self):
        return f"{self.name} ({self.note}, {self.phone})"


class Stay(me.Document):
    patient = me.ReferenceField(Patient, reverse_delete_rule=me.CASCADE)
    day = me.StringField()
    bill = me.StringField()

    meta = {"collection": "stays"}

    def __str__(self):
        return f"{self.day} {self.bill}"
