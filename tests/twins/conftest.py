"""The fixture of the twin tests, and how many requests they sent."""

import pytest
from django.conf.urls.i18n import is_language_prefix_patterns_used

from . import rows
from .shop import Twins

COUNT = "twin_requests"
counted = pytest.StashKey[int]()


@pytest.fixture
def twins(db, mongo, settings, django_app_factory):
    """Both twins with the rows of the record shop."""
    rows.load()
    yield Twins(settings, django_app_factory)
    # Django keeps what this knows of each module of URLs, and with it the sites.
    is_language_prefix_patterns_used.cache_clear()


def pytest_collection_modifyitems(items):
    """Mark these tests: nulls sort elsewhere in Postgres than in SQLite and MongoDB."""
    for item in items:
        if "twins" in item.fixturenames:
            item.add_marker("twins")


def pytest_sessionfinish(session):
    """Tell the main process how many requests this worker sent."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[COUNT] = Twins.requests
    else:
        sent = session.config.stash.get(counted, 0)
        session.config.stash[counted] = sent + Twins.requests


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Add what a worker of pytest-xdist sent."""
    sent = node.config.stash.get(counted, 0)
    node.config.stash[counted] = sent + getattr(node, "workeroutput", {}).get(COUNT, 0)


def pytest_terminal_summary(terminalreporter, config):
    sent = config.stash.get(counted, 0)
    if sent:
        terminalreporter.write_line(f"{sent} requests sent to both twins")
