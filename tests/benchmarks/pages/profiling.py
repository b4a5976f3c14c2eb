"""Where the time of a page goes, by the standard library's profiler."""

import cProfile
import os
import pstats
from contextlib import contextmanager

from . import cases
from .servers import NOWHERE, Site, environment
from .visitor import Visitor

TIMES = 20


@contextmanager
def found(store, name, is_django):
    """Find a page on the served site; yield what a process needs to answer it.

    That is its path, the key of a session, and an environment.
    """
    case = next(each for each in cases.CASES if each.name == name)
    kind = "django" if is_django else "ours"
    with store.mongo as server:
        uri = NOWHERE if is_django else server.uri
        with Site(kind, store, uri) as site:
            path, session = case.find(Visitor(site), store), site.session
        yield path, session, environment(kind, store, uri)


def profile(store, name, is_django):
    """Print the functions in which a page spends its time, of ours or of Django's.

    The page is found on the served site, then asked for in this process.
    """
    with found(store, name, is_django) as (path, session, own):
        os.environ.update(own)
        ask = asked(path, session)
        ask()
        profiler = cProfile.Profile()
        profiler.enable()
        for _time in range(TIMES):
            ask()
        profiler.disable()
    print(f"{path}, {TIMES} times")
    for order in ("tottime", "cumtime"):
        pstats.Stats(profiler).sort_stats(order).print_stats(40)


def asked(path, session):
    """Return a function that asks for a page, signed in by a session."""
    import django

    django.setup()
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies["sessionid"] = session

    def ask():
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}.")

    return ask
