"""One-time codes at sign-in: who is asked, what is accepted, and no URL without one."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils.timezone import now
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from admin_ext.signin import codes
from tests.signin import (
    ACCOUNT,
    CODE,
    SET_UP,
    ann,
    bob,
    code_of,
    device,
    is_signed_in,
    sign_in,
)

__all__ = ["ann", "bob", "device"]

pytestmark = pytest.mark.django_db


def wait(model=TOTPDevice):
    """Let the time pass that must pass after a failure."""
    model.objects.update(throttling_failure_timestamp=now() - timedelta(days=1))


def urls(patterns=None, start="/"):
    """Yield a path for every pattern of the URL configuration."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        text = str(each.pattern)
        text = re.sub(r"\(\?P<app_label>(\w+)[^)]*\)", r"\1", text)
        text = re.sub(r"\(\?P<url>\.\*\)", "nowhere/", text)
        text = start + re.sub(r"<[^>]+>", "1", text).strip("^$").lstrip("/")
        if isinstance(each, URLResolver):
            yield from urls(each.url_patterns, text)
        else:
            yield text


def assert_nothing_is_open(client, page):
    """Assert that every URL, but those to sign in and out, leads to the page."""
    walked = [url for url in urls() if url not in {page, "/admin/logout/"}]
    assert len(walked) > 100
    for url in walked:
        for answer in (client.get(url), client.post(url)):
            if url == "/admin/login/" and answer.status_code == 200:
                continue
            assert answer.status_code == 302, url
            where = answer["Location"].partition("?")[0]
            assert where == page or url == "/admin/login/", url


def test_no_url_is_open_before_the_code(client, device):
    sign_in(client)
    assert_nothing_is_open(client, CODE)
    assert not is_signed_in(client)


def test_no_url_is_open_before_codes_are_set_up(client, ann, settings):
    settings.ADMIN_EXT_REQUIRE_TOTP = ["all"]
    sign_in(client)
    assert_nothing_is_open(client, SET_UP)
    assert not TOTPDevice.objects.exists()


def test_a_code_signs_in_and_leads_to_the_page(client, device):
    sign_in(client)
    answer = client.get("/admin/auth/group/?q=x")
    assert answer["Location"] == f"{CODE}?next=%2Fadmin%2Fauth%2Fgroup%2F%3Fq%3Dx"
    before = client.session.session_key
    answer = client.post(answer["Location"], {"code": code_of(device)})
    assert answer["Location"] == "/admin/auth/group/?q=x"
    assert client.session.session_key != before
    assert is_signed_in(client)


def test_another_host_is_no_next_page(client, device):
    sign_in(client)
    url = f"{CODE}?next=https://evil.example/"
    assert client.post(url, {"code": code_of(device)})["Location"] == "/admin/"


def test_a_code_is_taken_once(client, device):
    sign_in(client)
    code = code_of(device)
    client.post(CODE, {"code": code})
    other = Client()
    sign_in(other)
    assert "it was used already" in other.post(CODE, {"code": code}).text
    assert not is_signed_in(other)


@pytest.mark.parametrize("steps, is_taken", [(-2, 0), (-1, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_a_step_wrong(client, device, steps, is_taken):
    sign_in(client)
    client.post(CODE, {"code": code_of(device, steps)})
    assert is_signed_in(client) == bool(is_taken)


def test_after_a_wrong_code_the_right_one_must_wait(client, device):
    sign_in(client)
    assert "This code is not right" in client.post(CODE, {"code": "000 000"}).text
    assert "Too many wrong codes" in client.post(CODE, {"code": code_of(device)}).text
    assert not is_signed_in(client)
    wait()
    client.post(CODE, {"code": code_of(device)})
    assert is_signed_in(client)


def test_wrong_codes_lock_out_as_wrong_passwords_do(client, device):
    sign_in(client)
    for _number in range(4):
        assert client.post(CODE, {"code": "000000"}).status_code == 200
        wait()
    assert client.post(CODE, {"code": "000000"}).status_code == 429
    assert "_auth_user_id" not in client.session
    assert sign_in(client).status_code == 429


def test_a_backup_code_works_once(client, device):
    code = StaticToken.objects.first().token
    for expected in (True, False):
        client.logout()
        sign_in(client)
        client.post(CODE, {"code": code.upper()})
        assert is_signed_in(client) is expected
    assert codes.backup_codes_left(device.user) == codes.BACKUP_CODES - 1


def test_codes_of_another_person_are_refused(client, device, bob):
    codes.confirm(codes.new_device(bob))
    sign_in(client, "bob")
    client.post(CODE, {"code": code_of(device)})
    client.post(CODE, {"code": StaticToken.objects.filter(device__user=device.user)[0]})
    assert not is_signed_in(client)


def test_who_must_is_led_through_setting_up(client, ann, settings):
    settings.ADMIN_EXT_REQUIRE_TOTP = ["Editors"]
    ann.groups.add(Group.objects.create(name="Editors"))
    sign_in(client)
    page = client.get(SET_UP)
    device = TOTPDevice.objects.get()
    assert not device.confirmed
    assert "This site asks you for one-time codes" in page.text
    assert "<svg" in page.text
    assert " style=" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "not right" in client.post(SET_UP, {"code": "000000"}).text
    wait()
    shown = client.post(SET_UP, {"code": code_of(device)}).text
    tokens = StaticToken.objects.values_list("token", flat=True)
    assert [token in shown for token in tokens] == [True] * codes.BACKUP_CODES
    assert is_signed_in(client)
    assert "Backup codes" not in client.get(SET_UP, follow=True).text


def test_the_rest_need_no_code(client, ann, settings):
    settings.ADMIN_EXT_REQUIRE_TOTP = ["Editors"]
    sign_in(client)
    assert is_signed_in(client)
    assert client.get(CODE)["Location"] == "/admin/"


def test_a_session_from_before_is_asked_once_codes_are_set_up(client, ann):
    client.force_login(ann)
    codes.confirm(codes.new_device(ann))
    assert client.get("/admin/")["Location"].startswith(CODE)
    assert client.get(SET_UP)["Location"].startswith(CODE)


def test_own_codes_are_changed_with_a_code_only(client, device):
    sign_in(client)
    client.post(CODE, {"code": code_of(device)})
    old = set(StaticToken.objects.values_list("token", flat=True))
    for button in ("new_backup_codes", "remove", "reset"):
        client.post(ACCOUNT, {button: "1"})
        client.post(ACCOUNT, {button: "1", "code": "000000"})
        wait()
    assert set(StaticToken.objects.values_list("token", flat=True)) == old
    data = {"new_backup_codes": "1", "code": code_of(device, 1)}
    assert StaticToken.objects.first().token not in client.get(ACCOUNT).text
    shown = client.post(ACCOUNT, data).text
    new = set(StaticToken.objects.values_list("token", flat=True))
    assert not new & old
    assert all(token in shown for token in new)
    client.post(ACCOUNT, {"remove": "1", "code": new.pop()})
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()


def test_a_superuser_resets_another_person(client, device, bob):
    client.force_login(bob)
    url = f"/admin/sign-in/people/{device.user.pk}/"
    page = client.get(f"/admin/auth/user/{device.user.pk}/change/").text
    assert f'href="{url}"' in page
    assert "Reset one-time codes" in client.get(url).text
    assert client.post(url, {"reset": "1"}, follow=True).status_code == 200
    assert not codes.has_device(device.user)
    history = client.get(f"/admin/auth/user/{device.user.pk}/history/").text
    assert "One-time codes were removed." in history


def test_others_do_not_see_the_sign_in_of_another(client, device, bob):
    bob.is_superuser = False
    bob.save()
    client.force_login(bob)
    url = f"/admin/sign-in/people/{device.user.pk}/"
    assert client.get(url).status_code == client.post(url).status_code == 403
    assert client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize("key", ["0", "nobody", "1e400"])
def test_a_person_who_is_not_there_is_404(admin_client, key):
    assert admin_client.get(f"/admin/sign-in/people/{key}/").status_code == 404


def test_a_forged_reset_is_refused(device, bob):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    url = f"/admin/sign-in/people/{device.user.pk}/"
    assert client.post(url, {"reset": "1"}).status_code == 403
    assert codes.has_device(device.user)


def test_secrets_have_no_page_in_the_admin(admin_client):
    assert "otp_totp" not in admin_client.get("/admin/").text
    assert admin_client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert admin_client.get("/admin/otp_static/staticdevice/").status_code == 404
