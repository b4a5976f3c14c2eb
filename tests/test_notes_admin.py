"""Every page of the shipped admin on demo data, odd rows included."""

import pytest
from django.urls import reverse

from documents import demo
from documents.documents import Key, Note, Tag, User, Widget

pytestmark = pytest.mark.django_db

DOCUMENTS = (User, Note, Tag, Widget, Key)


@pytest.fixture
def demo_data(mongo):
    demo.load(mongo, users=20, notes=100, progress=False)
    return mongo


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_list_and_every_form_opens(admin_client, demo_data, document):
    name = document._meta.model_name
    response = admin_client.get(reverse(f"admin:documents_{name}_changelist"))
    assert response.status_code == 200
    for pk in demo_data[document._meta["collection"]].distinct("_id")[:25]:
        for view in ("change", "history", "delete"):
            url = reverse(f"admin:documents_{name}_{view}", args=[pk])
            assert admin_client.get(url).status_code == 200, (name, pk, view)
    expected = 403 if document is Key else 200
    added = admin_client.get(reverse(f"admin:documents_{name}_add"))
    assert added.status_code == expected
