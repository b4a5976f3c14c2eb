"""Documents made without ``__init__``, which looks at each field of the class twice."""

from datetime import datetime
from functools import partial

from bson import ObjectId
from bson.son import SON
from django.db.models.base import ModelState
from django_mongoengine.document import DjangoFlavor
from mongoengine.base import BaseField
from mongoengine.connection import DEFAULT_CONNECTION_NAME

# Values that are embedded documents, lists of these, or None take more.
PLAIN = frozenset({bool, int, float, str, datetime, ObjectId})

# mongoengine's own asks on each occasion for dynamic fields and shard keys.
_set = object.__setattr__


def made(cls, fields, values):
    """Return ``cls(__auto_convert=False, _created=False, **values)`` with few fields.

    Follows mongoengine.base.document.BaseDocument.__init__ (0.29) and that of
    django_mongoengine.document.DjangoFlavor (0.6), except that the fields of the class
    that are not in ``fields`` get no default. Of classes that is_plainly_made only.
    ``values``: {name: value}; each name is in ``fields``.
    """
    document = cls.__new__(cls)
    state = document.__dict__
    if issubclass(cls, DjangoFlavor):
        state["_state"] = ModelState()
        state["_state"].db = cls._meta.get("db_alias", DEFAULT_CONNECTION_NAME)
    _set(document, "_initialised", False)
    _set(document, "_created", True)
    _set(document, "_data", {})
    _set(document, "_dynamic_fields", SON())
    for name, field in fields.items():
        if name in values:
            value = values[name]
            if type(value) in PLAIN and type(field).__set__ is BaseField.__set__:
                # All that it would do.
                document._data[name] = value
            else:
                field.__set__(document, value)
        elif name != "_cls":
            field.__set__(document, getattr(document, name, None))
        if field.choices:
            # A private name of mongoengine's.
            show = document._BaseDocument__get_field_display
            state[f"get_{name}_display"] = partial(show, field=field)
    if "_cls" not in values:
        _set(document, "_cls", cls._class_name)
    _set(document, "_initialised", True)
    _set(document, "_created", False)
    return document
