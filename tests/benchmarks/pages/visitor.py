"""Who is signed in at a site and asks for its pages, as a browser does."""

import re
from http.client import HTTPConnection
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode

from bs4 import BeautifulSoup

TOKEN = "b" * 32  # of CSRF; the cookie and the form hold the same
ROW = re.compile(rb'class="action-select"')
TIMEOUT = 3_600  # seconds


class Answer(NamedTuple):
    """``ms`` from the connection to the last byte."""

    status: int
    body: bytes
    ms: float

    @property
    def rows(self):
        """How many rows the list shows."""
        return len(ROW.findall(self.body))

    @property
    def soup(self):
        return BeautifulSoup(self.body, "html.parser")


class Visitor:
    """Signed in at a site by the key of a session."""

    def __init__(self, site):
        self.site = site
        cookies = f"sessionid={site.session}; csrftoken={TOKEN}"
        self.headers = {"Cookie": cookies, "Accept": "text/html,*/*"}

    def get(self, path):
        """Return the Answer. Raise RuntimeError unless it is a page."""
        answer = self.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{self.site.kind}: {path} answered {answer.status}")
        return answer

    def ask_or_send(self, path, values=None):
        """Return the Answer to a request, or to a form, a list of (name, value)."""
        if values is None:
            return self.ask("GET", path)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(values), kind)

    def ask(self, method, path, body=None, headers=()):
        started = perf_counter()
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, self.headers | dict(headers))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        ms = (perf_counter() - started) * 1_000
        return Answer(response.status, content, ms)


def sent_by(form):
    """Return what a browser would send of a form, a list of (name, value)."""
    values = []
    for each in form.find_all(["input", "textarea", "select"]):
        if not each.get("name") or each.has_attr("disabled"):
            continue
        values += [(each["name"], value) for value in values_of(each)]
    return values


def values_of(element):
    """Return the values that an input, textarea or select sends."""
    if element.name == "textarea":
        # The first line break of a textarea is not a part of its text.
        return [element.text.removeprefix("\n")]
    if element.name == "select":
        chosen = element.select("option[selected]")
        if not chosen and not element.has_attr("multiple"):
            chosen = element.select("option")[:1]
        return [each.get("value", each.text) for each in chosen]
    kind = element.get("type", "text")
    if kind in {"submit", "button", "reset", "file", "image"}:
        return []
    if kind in {"checkbox", "radio"} and not element.has_attr("checked"):
        return []
    return [element.get("value", "on" if kind == "checkbox" else "")]
