"""What the table of changes keeps to the letter."""

import uuid

import pytest

from admin_ext.models import Change

pytestmark = pytest.mark.django_db


def test_values_keep_the_order_of_their_keys_and_any_character():
    before = {"b": "\0", "a": [{"$numberLong": "1"}]}
    paths = [{"path": ["extra"], "before": before}]
    Change.objects.create(operation=uuid.uuid4(), object_id="1", paths=paths)
    found = Change.objects.get().paths[0]["before"]
    assert found == before
    assert [*found] == ["b", "a"]
