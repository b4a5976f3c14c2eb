"""Go to ID finds documents of collections without a Document, for superusers."""

import pytest
from django.contrib.auth.models import User

from admin_ext import memory
from tests import mongodb
from tests.test_unmodelled_pages import KEY, text, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]


@pytest.fixture
def mongo(bare_mongo):
    memory.forget()
    yield bare_mongo
    mongodb.drop(bare_mongo)
    memory.forget()


def test_go_to_id_finds_what_has_no_document(mongo, admin_client, mongo_commands):
    mongo.orders.insert_one({"_id": KEY})
    mongo["a/b"].insert_one({"_id": "x/1"})
    for typed, url in (
        (str(KEY), url_of("orders", KEY)),
        (f'ObjectId("{KEY}")', url_of("orders", KEY)),
        ("x/1", url_of("a/b", "x/1")),
    ):
        memory.forget()
        with mongo_commands() as commands:
            response = admin_client.get("/admin/go-to/", {"q": typed})
        assert (response.status_code, response["Location"]) == (302, url)
        asked = [each for each in commands if "orders" in str(each.document)]
        assert [each.name for each in asked] == ["aggregate"]


def test_go_to_id_lists_both_kinds(mongo, admin_client):
    mongo.orders.insert_one({"_id": KEY})
    mongo.notes.insert_one({"_id": KEY, "body": "A note"})
    response = admin_client.get("/admin/go-to/", {"q": str(KEY)})
    assert f"Note: A note Collection “orders”: {KEY}" in text(response)


def test_go_to_id_of_others_knows_nothing_of_it(mongo, client):
    mongo.orders.insert_one({"_id": KEY})
    client.force_login(User.objects.create_user("staff", is_staff=True))
    response = client.get("/admin/go-to/", {"q": str(KEY)})
    assert "No document that you may view has the ID" in text(response)
    assert "orders" not in text(response)


def test_go_to_id_says_what_could_not_be_searched(mongo, admin_client, mongo_faults):
    mongo.orders.insert_one({"_id": KEY})
    with mongo_faults("orders", errorCode=mongodb.UNAUTHORIZED):
        response = admin_client.get("/admin/go-to/", {"q": str(KEY)})
    assert "The collections could not all be searched." in text(response)
