"""Lockout and one-time codes with a real browser."""

from base64 import b32decode

import pytest
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice

from tests.browser.conftest import look

PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
PASSWORD = "a-Long-one-7"


@pytest.fixture
def ann(django_user_model):
    return django_user_model.objects.create_superuser("ann", password=PASSWORD)


def sign_in(page, password=PASSWORD):
    page.goto("/admin/login/")
    page.get_by_label("Username:").fill("ann")
    page.get_by_label("Password:").fill(password)
    page.get_by_role("button", name="Log in").click()


def assert_narrow(page):
    """Assert that nothing is wider than the window."""
    width = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(width) <= 0


@pytest.mark.parametrize("context_options", [{}, PHONE], ids=["desktop", "phone"])
def test_a_lockout_is_told_in_words(page, ann, expected_problems, context_options):
    expected_problems.append("429")
    for _number in range(5):
        sign_in(page, "wrong")
    page.get_by_text("Too many failed attempts").wait_for()
    look(page, f"signin-locked-{'phone' if context_options else 'desktop'}")
    assert_narrow(page)
    sign_in(page)
    page.get_by_text("Too many failed attempts").wait_for()


@pytest.mark.parametrize("context_options", [{}, PHONE], ids=["desktop", "phone"])
def test_codes_are_set_up_and_asked_for(page, ann, settings, context_options):
    settings.ADMIN_EXT_REQUIRE_TOTP = ["all"]
    kind = "phone" if context_options else "desktop"
    sign_in(page)
    page.get_by_role("img", name="QR code").wait_for()
    look(page, f"signin-set-up-{kind}")
    assert_narrow(page)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(
        f"{TOTP(b32decode(secret)).token():06}"
    )
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("they are not shown again").wait_for()
    look(page, f"signin-backup-{kind}")
    backup = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="Go on").click()
    page.get_by_role("link", name="Sign-in").click()
    page.get_by_role("heading", name="Your sign-in").wait_for()
    look(page, f"signin-account-{kind}")
    assert_narrow(page)
    page.get_by_role("button", name="Log out").click()
    sign_in(page)
    page.get_by_role("textbox", name="Code").fill("00000000")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("This code is not right").wait_for()
    look(page, f"signin-code-{kind}")
    assert_narrow(page)
    StaticDevice.objects.update(throttling_failure_timestamp=None)
    page.get_by_role("textbox", name="Code").fill(backup)
    page.get_by_role("textbox", name="Code").press("Enter")
    page.get_by_role("link", name="Groups", exact=True).first.wait_for()
