"""Documents of two databases that refer to each other."""

import mongoengine as me


class Warehouse(me.Document):
    """In the other database."""

    name = me.StringField(required=True, unique=True)
    opened = me.DateTimeField()

    meta = {"collection": "warehouses", "db_alias": "other"}

    def __str__(self):
        return self.name or "?"


class Rack(me.Document):
    """In the default database, referring to the other."""

    label = me.StringField()
    warehouse = me.ReferenceField(Warehouse, reverse_delete_rule=me.CASCADE)
    formerly = me.ReferenceField(Warehouse, dbref=True, reverse_delete_rule=me.NULLIFY)
    spares = me.ListField(me.ReferenceField(Warehouse, reverse_delete_rule=me.PULL))

    meta = {"collection": "shelves"}

    def __str__(self):
        return self.label or "?"


class Crate(me.Document):
    """In the other database, referring to the default one."""

    mark = me.StringField()
    shelf = me.ReferenceField(Rack, reverse_delete_rule=me.DENY)

    meta = {"collection": "crates", "db_alias": "other"}

    def __str__(self):
        return self.mark or "?"
