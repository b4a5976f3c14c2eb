"""What tests of bad input share: pages, and how they may answer."""

import pytest
from django.urls import reverse


def url_of(document, view, *args):
    meta = document._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_{view}"
    return reverse(name, args=args)


@pytest.fixture
def refused(mongo_commands):
    """Call a view; fail unless it answers as it should and writes nothing."""

    def call(view, *args, accepts=(), **kwargs):
        with mongo_commands() as commands:
            response = view(*args, **kwargs)
        allowed = (200, 302, 400, 403, 404, 405, *accepts)
        assert response.status_code in allowed, args
        if response.status_code != 302:
            assert not commands.writes, args
        return response

    return call
