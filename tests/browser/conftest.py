"""A real Chromium on the live server; a page that complains fails its test."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browser import chromium

ARGUMENTS = [
    "--no-sandbox",  # run as root, as on CI
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A machine that many share may stand still for half a minute.
TIMEOUT = 120_000  # ms
SCREENSHOTS = os.environ.get("SCREENSHOTS")


def look(page, name):
    """Keep a picture of the page when SCREENSHOTS names a folder."""
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
def browser():
    """A Chromium for the whole run."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's synchronous API runs an event loop in this thread, which
        # Django takes for asynchronous code that must not use the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def sidebar(monkeypatch):
    """Show the list of models beside each page, which other tests do without."""
    monkeypatch.setattr(site, "enable_nav_sidebar", True)


@pytest.fixture
def expected_problems():
    """Regular expressions of the complaints that a test causes on purpose."""
    return []


@pytest.fixture
def context_options():
    """How the page is shown: arguments of Playwright's Browser.new_context()."""
    return {}


@pytest.fixture
def page(browser, live_server, expected_problems, context_options):
    """An English page on the live server.

    Fails the test on an error in the console (a violated content security policy
    is one), an exception in a script, or a request to another host.
    """
    problems = []
    host = urlsplit(live_server.url).netloc

    def check_message(message):
        # The browser itself asks for the icon, not the page.
        is_icon = message.location.get("url", "").endswith("/favicon.ico")
        if message.type == "error" and not is_icon:
            problems.append(f"console: {message.text} ({message.location})")

    def check_request(request):
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.netloc != host:
            problems.append(f"request to another host: {request.url}")

    options = {"base_url": live_server.url, "locale": "en-US"} | context_options
    with browser.new_context(**options) as context:
        context.set_default_timeout(TIMEOUT)
        context.on("console", check_message)
        context.on("weberror", lambda error: problems.append(f"script: {error.error}"))
        context.on("request", check_request)
        yield context.new_page()
    unexpected = [
        problem
        for problem in problems
        if not any(re.search(expected, problem) for expected in expected_problems)
    ]
    assert not unexpected, "\n".join(unexpected)


@pytest.fixture
def login(live_server):
    """Log a user in without the login page: login(page, user)."""

    def log_in(page, user):
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
        page.context.add_cookies([{**cookie, "url": live_server.url}])

    return log_in


@pytest.fixture
def check(page, context_options):
    """Look at a page, which must be no wider than the window: check(name)."""
    width = context_options["viewport"]["width"]

    def check_page(name):
        look(page, f"{name}-{context_options['color_scheme']}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    return check_page
