"""What tests of conflicts share: a page, and what somebody else stores meanwhile."""

import pytest
from django.urls import reverse


@pytest.fixture
def app(django_app, admin_user):
    django_app.set_user(admin_user)
    return django_app


COLLECTIONS = {"everything": "everything"}


@pytest.fixture
def opened(app, mongo):
    """Store a document and open its page; return (form, stored document's getter)."""

    def open_page(model="book", **values):
        collection = mongo[COLLECTIONS.get(model, f"{model}s")]
        pk = collection.insert_one(values).inserted_id
        page = app.get(reverse(f"admin:tests_{model}_change", args=[pk]))

        def stored():
            found = collection.find_one(pk)
            del found["_id"]
            return found

        def other(update):
            collection.update_one({"_id": pk}, update)

        return page.forms[f"{model}_form"], stored, other

    return open_page


def saved(response):
    assert response.status_code == 302, response.html.select(".errorlist")
    return response


def asked(response):
    """Return the form that came back, and the text of its conflicts."""
    assert response.status_code == 200
    conflicts = [
        each.get_text(" ", strip=True) for each in response.html.select(".conflict")
    ]
    assert conflicts, response.html.select(".errorlist")
    return next(
        f
        for n, f in response.forms.items()
        if str(n).endswith("_form") and n != "logout-form"
    ), conflicts
