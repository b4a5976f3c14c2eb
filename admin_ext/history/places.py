"""By what the table of changes knows a document: its collection and its key."""

import hashlib
from typing import Any

from admin_ext.ejson import dumps
from admin_ext.keys import as_stored, key_for, own_key, to_python


def place_of(document: Any, key: Any) -> str:
    """Return ``Change.place`` of the document of that class with that stored ``_id``.

    The same for all classes of a collection.
    """
    alias = document._meta.get("db_alias", "default")
    name = f"{alias}/{document._get_collection_name()}/{dumps(key)}"
    return hashlib.sha256(name.encode()).hexdigest()


def key_text(document: Any, key: Any) -> str:
    """Return the text of a stored ``_id``, as URLs and Django's log have it."""
    return str(key_for(document._meta.pk, key))


def key_of_text(document: Any, text: str) -> Any:
    """Return the stored ``_id`` that ``Change.object_id`` spells."""
    pk = document._meta.pk
    value, field = to_python(pk, text), own_key(pk).document_field
    return as_stored(field, value if value is None else field.to_mongo(value))
