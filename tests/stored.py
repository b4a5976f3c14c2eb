"""One stored document and its form, for tests that open and send many."""

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from django.contrib import admin

RAW = CodecOptions(
    document_class=RawBSONDocument,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)


class Stored:
    """A stored document, alone in its collection, and the form that the admin makes."""

    def __init__(self, document, mongo, request, son):
        self.request, self.key = request, son["_id"]
        self.admin = admin.site.get_model_admin(document)
        self.collection = mongo[document._get_collection_name()]
        self.collection.delete_many({})
        self.collection.insert_one(son)

    def replace(self, son):
        """Store another document under the same key, as the application might."""
        self.collection.replace_one({"_id": self.key}, son)

    def raw(self) -> bytes:
        """Return what is stored, byte for byte."""
        return self.collection.with_options(RAW).find_one({"_id": self.key}).raw

    def parts(self) -> dict:
        """Return what is stored, {key: value}, documents within it as their bytes."""
        return dict(bson.decode(self.raw(), RAW))

    def form(self, data=None):
        """Return the form of the page, unbound or with what a browser sent."""
        found = self.admin.get_object(self.request, str(self.key))
        form_class = self.admin.get_form(self.request, found, change=True)
        files = None if data is None else {}
        return form_class(data, files, instance=found)
