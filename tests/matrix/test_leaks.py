"""No page tells what a person may not know, nor whether there is anything to know.

The same requests are sent to two databases, of which the person may see the same. What
differs is a leak, and so is a marker, which stands in all that may not be told.
"""

import logging

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User

from admin_ext import memory, plans
from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.references import texts
from tests.guarded_documents import Patient, Stay, Ward

from .hospital import DENIED_KEYS, FIELDS, MARKER, MASKED_IN_CODE, ROWS, Hospital
from .known_leaks import REFUSED_DELETIONS
from .normalised import spellings, tells
from .people import Visitor
from .remembered import remember
from .walk import KEYS, answered, crawl, known, posted

pytestmark = pytest.mark.django_db

ACTIONS = ("add", "change", "delete", "view", "view_raw", "change_raw", "view_health")
# Requests without forms, links among them; and how few would be no walk.
MOST, LEAST = 480, 500


@pytest.fixture(autouse=True)
def no_log():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def member():
    """Somebody of a group with limits of rows and fields, who may all else."""
    group = Group.objects.create(name="night shift")
    for document in KEYS:
        name = document.__name__.lower()
        codenames = [f"{action}_{name}" for action in (*ACTIONS, "reveal")]
        group.permissions.add(*Permission.objects.filter(codename__in=codenames))
        limit = GroupLimit.objects.create(
            group=group, document=f"tests.{name}", rows=ROWS[name]
        )
        for path, access in FIELDS[name].items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
    user = User.objects.create_user("member", password="p", is_staff=True)
    user.groups.add(group)
    return _signed_in(user)


@pytest.fixture
def superuser(monkeypatch):
    """A superuser of a site whose code limits everybody in fields."""
    for document in (Patient, Stay, Ward):
        rules = MASKED_IN_CODE[document.__name__.lower()]
        monkeypatch.setattr(admin.site._registry[document], "field_access", rules)
    return _signed_in(User.objects.create_superuser("head"))


def _signed_in(user):
    client = Visitor()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def walked(client, mongo, first, second):
    """Return {request: its answers} of a walk through both hospitals."""
    chief = User.objects.create_superuser("chief")
    begin(first, mongo, chief)
    answers = crawl(client, known(), MOST)
    forms = dict.fromkeys(posted(client))
    answers |= answered(client, forms, lambda: first.put(mongo))
    begin(second, mongo, chief)
    others = answered(client, answers, lambda: second.put(mongo))
    return {asked: (text, others[asked]) for asked, text in answers.items()}


def begin(hospital, mongo, chief):
    """Have everything as it is before a walk; nothing of another is in memory."""
    for each in (memory, plans, texts):
        each.forget()
    hospital.put(mongo)
    remember(hospital, mongo, chief)
    hospital.put(mongo)


def leaks(answers, keys=(), known_ones=()):
    """Return what is wrong with the answers, as text; of known leaks what is gone."""
    markers = spellings(MARKER) | {str(key) for key in keys}
    found, seen = [], set()
    for asked, (text, other) in answers.items():
        # What the person asked for may be said again.
        said = tells(text, {each for each in markers if not asked.has(each)})
        if said:
            found.append(f"{asked}: tells {said}")
        elif text != other:
            leak = next(
                (each for each in known_ones if each.is_it(asked, text, other)), 0
            )
            seen.add(leak)
            found += [] if leak else [f"{asked}: differs"]
    gone = [f"Is mended: {each.reason}" for each in known_ones if each not in seen]
    return "\n".join(found + gone)


def test_nothing_denied_to_a_group_is_told_anywhere(mongo, member, record_property):
    answers = walked(
        member,
        mongo,
        Hospital(has_secrets=True, has_denied=True),
        Hospital(has_secrets=False, has_denied=False),
    )
    record_property("requests", len(answers))
    assert len(answers) > LEAST
    assert not leaks(answers, DENIED_KEYS, (REFUSED_DELETIONS,))


def test_nothing_that_code_withholds_is_told_to_a_superuser(
    mongo, superuser, record_property
):
    answers = walked(
        superuser,
        mongo,
        Hospital(has_secrets=True, has_denied=False),
        Hospital(has_secrets=False, has_denied=False),
    )
    record_property("requests", len(answers))
    assert len(answers) > LEAST
    assert not leaks(answers)
