"""Sessions that end, everywhere or by time, and the last sign-ins of a person."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils.dateparse import parse_datetime

from admin_ext.signin.models import PersonSession
from admin_ext.signin.sessions import STARTED
from tests.signin import (
    ACCOUNT,
    CODE,
    ann,
    bob,
    code_of,
    device,
    is_signed_in,
    sign_in,
)

__all__ = ["ann", "bob", "device"]

pytestmark = pytest.mark.django_db


def signed_in(user, **kwargs):
    client = Client(**kwargs)
    client.force_login(user)
    return client


def test_one_signs_out_everywhere(ann, bob):
    here, there, other = signed_in(ann), signed_in(ann), signed_in(bob)
    assert "2 browsers are signed in" in here.get(ACCOUNT).text
    assert here.post(ACCOUNT, {"sign_out": "1"})["Location"] == "/admin/login/"
    assert not is_signed_in(here)
    assert not is_signed_in(there)
    assert is_signed_in(other)
    assert PersonSession.objects.get().person == str(bob.pk)


def test_a_superuser_signs_another_person_out(ann, bob):
    theirs, ours = signed_in(ann), signed_in(bob)
    url = f"/admin/sign-in/people/{ann.pk}/"
    assert "1 browser is signed in" in ours.get(url).text
    assert (
        "Signed out everywhere." in ours.post(url, {"sign_out": "1"}, follow=True).text
    )
    assert not is_signed_in(theirs)
    assert is_signed_in(ours)
    assert "Signed out" in ours.get(f"/admin/auth/user/{ann.pk}/history/").text


def test_a_forged_sign_out_is_refused(ann):
    client = signed_in(ann, enforce_csrf_checks=True)
    assert client.post(ACCOUNT, {"sign_out": "1"}).status_code == 403
    assert is_signed_in(client)


def test_a_request_under_way_does_not_bring_a_session_back(ann):
    client = signed_in(ann)
    under_way = client.session
    under_way["late"] = True
    client.post(ACCOUNT, {"sign_out": "1"})
    with pytest.raises(UpdateError):
        under_way.save()
    assert not PersonSession.objects.exists()


def test_a_session_ends_by_its_age_however_busy(ann, settings):
    settings.ADMIN_EXT_SESSION_SECONDS = 3600
    client = signed_in(ann)
    for age, expected in ((3500, True), (3700, False)):
        session = client.session
        session[STARTED] = int(time.time()) - age
        session.save()
        assert is_signed_in(client) is expected
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_an_idle_session_is_prolonged_by_each_page(ann, settings):
    settings.SESSION_COOKIE_AGE = 600
    settings.SESSION_SAVE_EVERY_REQUEST = True
    client = signed_in(ann)
    cookie = client.get("/admin/").cookies["sessionid"]
    assert cookie["max-age"] == 600
    over = parse_datetime("2020-01-01T00:00:00Z")
    PersonSession.objects.update(expire_date=over)
    assert not is_signed_in(client)


def test_the_last_sign_ins_are_told(client, device, bob):
    sign_in(client, password="wrong", REMOTE_ADDR="192.0.2.7")
    sign_in(client)
    client.post(CODE, {"code": code_of(device)}, headers={"user-agent": "<b>Fox"})
    page = client.get(ACCOUNT).text
    told = ("Wrong password", "192.0.2.7", "Signed in", "Code accepted", "&lt;b&gt;Fox")
    assert [text for text in told if text not in page] == []
    assert page.index("Code accepted") < page.index("Wrong password")
    ours = signed_in(bob)
    assert "Code accepted" not in ours.get(ACCOUNT).text
    assert "Code accepted" in ours.get(f"/admin/sign-in/people/{device.user.pk}/").text


def test_a_superuser_forgets_the_failures_of_a_person(client, ann, bob):
    for _number in range(5):
        sign_in(client, password="wrong")
    url = f"/admin/sign-in/people/{ann.pk}/"
    ours = signed_in(bob)
    assert "Wrong password, locked out" in ours.get(url).text
    assert "Forget failed attempts" in ours.get(url).text
    ours.post(url, {"unlock": "1"})
    assert sign_in(client).status_code == 302


def test_views_are_given_the_person_and_no_stand_in(client, ann):
    assert type(client.get(ACCOUNT).wsgi_request.user) is AnonymousUser
    user = signed_in(ann).get(ACCOUNT).wsgi_request.user
    assert type(user) is type(ann)
    assert (user, user.is_verified()) == (ann, False)


def test_views_are_given_nobody_once_a_session_is_too_old(ann, settings):
    client = signed_in(ann)
    client.get(ACCOUNT)
    settings.ADMIN_EXT_SESSION_SECONDS = 0
    request = client.get(ACCOUNT).wsgi_request
    assert type(request.user) is AnonymousUser
