"""What the log says of documents of a hierarchy."""

import pytest
from bson import ObjectId
from django.contrib.admin.models import LogEntry
from django.urls import reverse

KEY = ObjectId("5f0000000000000000000001")
CHANGE = reverse("admin:tests_vehicle_change", args=[KEY])


@pytest.fixture
def lorry(mongo):
    mongo.vehicles.insert_one({"_id": KEY, "_cls": "Vehicle.Lorry", "name": "Old"})


def test_a_change_is_in_the_history_of_the_admin_that_made_it(lorry, admin_client):
    assert admin_client.post(CHANGE, {"name": "New"}).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.content_type.model, entry.object_repr) == ("vehicle", "New")
    assert entry.get_admin_url() == CHANGE
    page = admin_client.get(reverse("admin:tests_vehicle_history", args=[KEY]))
    assert len(page.context["action_list"]) == 1


def test_a_deletion_too(lorry, mongo, admin_client):
    url = reverse("admin:tests_vehicle_delete", args=[KEY])
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.content_type.model, entry.object_id) == ("vehicle", str(KEY))
    assert mongo.vehicles.count_documents({}) == 0
