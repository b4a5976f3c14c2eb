"""What the tests of files share: pictures, stored files, and forms as browsers send."""

import io

import gridfs
import pytest
from bs4 import BeautifulSoup
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.models import modelform_factory
from PIL import Image

from admin_ext.forms import DocumentForm
from admin_ext.meta import present

from .file_documents import Folder

BUCKETS = ("fs", "images")
RAW = CodecOptions(document_class=RawBSONDocument)


def picture(size=(30, 20), color="red", form="PNG"):
    """Return the bytes of a picture."""
    data = io.BytesIO()
    Image.new("RGB", size, color).save(data, form)
    return data.getvalue()


def upload(data=b"new", name="new.txt", kind="text/plain"):
    return SimpleUploadedFile(name, data, kind)


def put(mongo, data=b"old", bucket="fs", **names):
    """Store a file with the driver; return its id."""
    return gridfs.GridFS(mongo, bucket).put(data, **{"filename": "old.txt"} | names)


def files(mongo):
    """Return {id: contents} of all files, read raw; fail for chunks without a file."""
    found = {}
    for bucket in BUCKETS:
        chunks = [*mongo[bucket].chunks.find().sort([("files_id", 1), ("n", 1)])]
        ids = [file["_id"] for file in mongo[bucket].files.find()]
        assert {chunk["files_id"] for chunk in chunks} <= {*ids}
        for key in ids:
            own = [chunk["data"] for chunk in chunks if chunk["files_id"] == key]
            found[key] = b"".join(own)
    return found


def load(document, pk):
    return present(document)._default_manager.get(pk=pk)


def form_class(*names, document=Folder):
    """Return the form of these fields."""
    return modelform_factory(present(document), form=DocumentForm, fields=names)


def shown(form):
    """Return the inputs of a form that was drawn, {name: value}."""
    page = BeautifulSoup(form.as_div(), "html.parser")
    data = {}
    for each in page.select("input[name]"):
        is_box = each.get("type") == "checkbox"
        if each.get("type") != "file" and (not is_box or each.has_attr("checked")):
            data[each["name"]] = each.get("value", "on" if is_box else "")
    return data | {each["name"]: each.text for each in page.select("textarea")}


class Page:
    """The form of a stored document as a person opens, fills in and sends it."""

    def __init__(self, pk, *names, document=Folder):
        self.pk, self.document = pk, document
        self.form_class = form_class(*names, document=document)
        self.data = shown(self.form_class(instance=self.load()))

    def load(self):
        return load(self.document, self.pk)

    def send(self, uploads=None, **data):
        """Return the form as it was sent; saved, if it is valid."""
        form = self.form_class(self.data | data, uploads or {}, instance=self.load())
        if form.is_valid():
            form.save()
        return form


@pytest.fixture
def folder(mongo):
    """Store a folder; return (key, getter of what is stored)."""

    def store(**values):
        pk = mongo.folders.insert_one({"name": "F", **values}).inserted_id

        def stored():
            found = mongo.folders.find_one(pk)
            del found["_id"]
            return found

        return pk, stored

    return store


def saved(form):
    assert form.is_valid(), form.errors
    return form
