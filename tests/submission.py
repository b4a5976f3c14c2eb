"""What a browser sends for a form that nobody touched, or that somebody changed.

Follows https://html.spec.whatwg.org/#constructing-entry-list and the sanitization of
values there, closer than webtest does: newlines, NUL, number inputs, selects.
"""

import re
from html.parser import HTMLParser

from django.http import QueryDict

NUMBER = re.compile(r"-?(\d+|\d*\.\d+)([eE][-+]?\d+)?")

# Inputs that send nothing by themselves.
SILENT = {"submit", "button", "image", "reset", "file"}


class Submission(HTMLParser):
    """Reads HTML; ``pairs`` are the (name, value) that a browser would send.

    Character references are resolved as in a page, where U+0000 becomes U+FFFD.
    """

    def __init__(self, html: str):
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._textarea = self._select = None
        self._templates = 0
        # The parser of a browser normalizes newlines before anything else.
        self.feed(
            re.sub(r"\r\n?", "\n", html).replace("\0", "\N{REPLACEMENT CHARACTER}")
        )

    def handle_starttag(self, tag, attrs):
        attrs = {name: "" if value is None else value for name, value in attrs}
        if tag == "template":
            self._templates += 1
        if self._templates or "disabled" in attrs and tag != "option":
            return
        if tag == "input":
            self._input(attrs)
        elif tag == "textarea":
            self._textarea = (attrs.get("name", ""), [])
        elif tag == "select":
            self._select = {"attrs": attrs, "options": []}
        elif tag == "option" and self._select is not None:
            self._select["options"].append([attrs, ""])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_data(self, data):
        if self._textarea is not None:
            self._textarea[1].append(data)
        elif self._select is not None and self._select["options"]:
            self._select["options"][-1][1] += data

    def handle_endtag(self, tag):
        if tag == "template":
            self._templates -= 1
        elif tag == "textarea" and self._textarea is not None:
            name, parts = self._textarea
            self._add(name, "".join(parts).removeprefix("\n"))
            self._textarea = None
        elif tag == "select" and self._select is not None:
            self._end_select()

    def _input(self, attrs):
        kind, name = attrs.get("type", "text").lower(), attrs.get("name", "")
        if kind in SILENT:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in attrs:
                self._add(name, attrs.get("value", "on"))
            return
        value = attrs.get("value", "")
        if kind == "number":
            value = value if NUMBER.fullmatch(value) else ""
        elif kind != "hidden":
            value = value.replace("\n", "")
            if kind in ("email", "url"):
                value = value.strip(" \t\f")
        self._add(name, value)

    def _end_select(self):
        attrs, options = self._select["attrs"], self._select["options"]
        chosen = [option for option in options if "selected" in option[0]]
        if "multiple" not in attrs:
            enabled = [option for option in options if "disabled" not in option[0]]
            chosen = chosen[-1:] or enabled[:1]
        for option, text in chosen:
            self._add(
                attrs.get("name", ""), option.get("value", " ".join(text.split()))
            )
        self._select = None

    def _add(self, name, value):
        if name:
            self.pairs.append((name, value.replace("\n", "\r\n")))


def sent(html: str, **changes: str | list | None) -> QueryDict:
    """Return what is sent for the form in ``html`` after ``changes`` were entered.

    None leaves a name out, such as a box that is not ticked.
    """
    data = QueryDict(mutable=True)
    for name, value in Submission(html).pairs:
        data.appendlist(name, value)
    for name, value in changes.items():
        data.pop(name, None)
        if value is not None:
            data.setlist(name, value if isinstance(value, list) else [value])
    return data


def draw(form) -> str:
    """Return the HTML of a form's fields and errors."""
    return "".join(f"{bound.errors}{bound}" for bound in form)
