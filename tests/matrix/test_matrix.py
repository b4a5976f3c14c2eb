"""Every role at every view of the site, by GET and POST."""

import logging
from uuid import UUID

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from admin_ext.models import Change, GroupLimit

from .cases import ALLOWED, CASES
from .cells import places_for
from .people import ROLES, person
from .rules import OUTSIDE, rule_for
from .views import views
from .visits import Store, Visit, forms_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_log():
    """Have thousands of refusals not be told with where they come from."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def forms():
    """{(Document, kind, row): what its form sends}, filled by the first test."""
    return {}


@pytest.fixture
def keys():
    """{model in SQL: the key of a row}."""
    rows = {
        User: {"username": "somebody"},
        Group: {"name": "some"},
        AccessAttempt: {"failures_since_start": 1},
        AccessLog: {},
        AccessFailureLog: {"attempt_time": timezone.now()},
        Change: {
            **{"operation": UUID(int=1), "document": "documents.note"},
            **{"object_id": str(ALLOWED), "kind": Change.Kind.CHANGE},
        },
    }
    keys = {model: model.objects.create(**row).pk for model, row in rows.items()}
    limit = {"group_id": keys[Group], "document": "documents.tag"}
    return keys | {GroupLimit: GroupLimit.objects.create(**limit).pk}


def test_every_view_has_an_expectation():
    unknown = []
    for view in views():
        try:
            if view.kind not in OUTSIDE:
                rule_for(view)
        except KeyError:
            unknown.append(view.name or view.route)
    assert unknown == [], "Say in rules.py who may see these views, and send to them."


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_view_answers_a_role_as_expected(role, mongo, settings, forms, keys):
    store = Store(mongo)
    if not forms:
        client = Client()
        client.force_login(User.objects.create_superuser("filler"))
        forms |= forms_of(client)
    visitor = person(role, CASES, settings)
    if role.limits == "fields":
        # What is hidden is on no page of theirs.
        forms = forms_of(visitor.client)
    visit = Visit(visitor, store, forms, keys)
    for place in places_for(role):
        for is_post in (False, True):
            visit.ask(place, is_post=is_post)
    assert store.now() == store.first
    assert not visit.wrong, "\n".join(visit.wrong)
