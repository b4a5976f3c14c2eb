"""Lockout after repeated failures, and whence a request comes."""

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory

from admin_ext.addresses import client_address

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def ann(django_user_model):
    return django_user_model.objects.create_superuser("ann", password="a-Long-one-7")


def attempt(client, password="wrong", name="ann", address="192.0.2.1"):
    data = {"username": name, "password": password, "next": "/admin/"}
    return client.post(LOGIN, data, REMOTE_ADDR=address)


def fail(client, times=5, **kwargs):
    """Return the status codes of so many failures."""
    return [attempt(client, **kwargs).status_code for _number in range(times)]


def test_the_fifth_failure_locks_out(client, ann):
    assert fail(client) == [200, 200, 200, 200, 429]
    answer = attempt(client, "a-Long-one-7")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Too many failed attempts" in answer.text
    assert "refused for 15 minutes" in answer.text
    assert "_auth_user_id" not in client.session


def test_a_name_that_nobody_has_is_locked_out_alike(client, ann):
    fail(client)
    fail(client, name="nobody")
    token = 'name="csrfmiddlewaretoken"'
    assert token not in attempt(client).text
    assert attempt(client).content == attempt(client, name="nobody").content


def test_others_sign_in_from_the_address_and_ann_from_another(
    client, ann, django_user_model
):
    django_user_model.objects.create_superuser("bob", password="b-Long-one-7")
    fail(client)
    assert attempt(Client(), "b-Long-one-7", "bob").status_code == 302
    assert attempt(client, "a-Long-one-7", address="192.0.2.2").status_code == 302


def test_a_lock_ends_with_its_time_and_trying_on_does_not_lengthen_it(
    client, ann, settings
):
    fail(client, 7)
    assert AccessAttempt.objects.get().failures_since_start == 5
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time
        - settings.AXES_COOLOFF_TIME
    )
    assert attempt(client, "a-Long-one-7").status_code == 302


def test_signing_in_forgets_the_failures(client, ann):
    fail(client, 4)
    assert attempt(client, "a-Long-one-7").status_code == 302
    assert fail(client, 4) == [200] * 4


def test_an_admin_unlocks_on_a_page(client, admin_client, ann):
    fail(client)
    lock = AccessAttempt.objects.get()
    url = f"/admin/axes/accessattempt/{lock.pk}/delete/"
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    assert attempt(client, "a-Long-one-7").status_code == 302


def test_no_password_is_kept(client, ann):
    attempt(client, "secret-typed-wrong")
    kept = AccessAttempt.objects.values().get()
    assert "secret-typed-wrong" not in str(kept)
    assert "csrfmiddlewaretoken=x" not in str(kept)


@pytest.mark.parametrize(
    "proxies, forwarded, expected",
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (2, "6.6.6.6, 198.51.100.9, 203.0.113.1", "198.51.100.9"),
        (2, "198.51.100.9", "192.0.2.1"),
        (1, "nonsense", None),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_the_hops_of_trusted_proxies_count(settings, proxies, forwarded, expected):
    settings.ADMIN_EXT_TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded
    )
    assert client_address(request) == expected


def test_the_limit_can_be_switched_off(client, ann, settings):
    settings.AXES_LOCK_OUT_AT_FAILURE = False
    assert fail(client, 7) == [200] * 7
