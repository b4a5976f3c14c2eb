"""Logging in and out with a real browser."""

import pytest


@pytest.fixture
def ann(django_user_model):
    return django_user_model.objects.create_superuser("ann", password="a-Long-one-7")


def test_log_in_and_out(page, ann):
    page.goto("/")
    page.get_by_label("Username:").fill("ann")
    page.get_by_label("Password:").fill("a-Long-one-7")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Groups", exact=True).wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Logged out").first.wait_for()


def test_a_page_comes_with_its_styles(page, login, ann):
    login(page, ann)
    page.goto("/admin/")
    header = page.locator("#header")
    color = header.evaluate("element => getComputedStyle(element).backgroundColor")
    assert color != "rgba(0, 0, 0, 0)"


def test_a_refused_login_is_told_on_the_page(page, ann):
    page.goto("/admin/login/")
    page.get_by_label("Username:").fill("ann")
    page.get_by_label("Password:").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Please enter the correct username and password").wait_for()
