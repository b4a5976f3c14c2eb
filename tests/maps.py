"""What tests of maps share: the page of a stored cabinet, filled in and saved."""

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from django.urls import reverse

from admin_ext.ejson import CODEC

URL = "admin:tests_cabinet_change"


class Opened:
    """A stored document, its page's form, and what is stored by now."""

    def __init__(self, app, mongo, values):
        self.app, self.collection = app, mongo.cabinets
        self.key = self.collection.insert_one({**values}).inserted_id
        self.before = self.raw()
        self.form = self.get()

    def get(self):
        page = self.app.get(reverse(URL, args=[self.key]))
        return page.forms["cabinet_form"]

    def raw(self):
        options = CodecOptions(document_class=RawBSONDocument)
        return self.collection.with_options(options).find_one(self.key).raw

    def stored(self):
        found = self.collection.with_options(CODEC).find_one(self.key)
        del found["_id"]
        return found

    def other(self, update):
        self.collection.update_one({"_id": self.key}, update)

    def __setitem__(self, name, value):
        self.form[name] = value

    def save(self):
        response = self.form.submit()
        errors = [each.get_text() for each in response.html.select(".errorlist")]
        assert (response.status_code, errors) == (302, [])

    def refused(self):
        """Submit; return the texts of the errors. The form is the one that came back.

        What is stored must be what it was.
        """
        before = self.raw()
        response = self.form.submit()
        assert response.status_code == 200
        assert self.raw() == before
        self.form = response.forms["cabinet_form"]
        return [each.get_text(" ", strip=True) for each in response.html.select("li")]


@pytest.fixture
def opened(django_app, admin_user, mongo):
    django_app.set_user(admin_user)
    return lambda **values: Opened(django_app, mongo, values)


def asked(opened):
    texts = opened.refused()
    return [text for text in texts if "was changed by somebody else" in text]
