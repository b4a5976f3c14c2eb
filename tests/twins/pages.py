"""Pages of both twins in a form that can be compared line by line."""

import json
import re

from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from django.contrib.contenttypes.models import ContentType

# What is the name of one twin only: (pattern, what both are called).
NAMES = (
    (re.compile(r"(sql|mongo)twin"), "twin"),
    (re.compile(r"/(sql|mongo)/"), "/admin/"),
    (re.compile(r"\bada-(sql|mongo)\b"), "ada"),
)
CONTENT_TYPE = re.compile(r"/r/(\d+)/")
# What is left out of nearly every page; the rest takes a parser.
LEFT_OUT = re.compile(
    r'<link href="/static/admin_ext/[^>]*class="admin-ext"[^>]*>\n?|'
    r'<script src="/static/admin_ext/[^>]*class="admin-ext"[^>]*></script>\n?|'
    r'<input type="hidden"[^>]* class="admin-ext"[^>]*>|'
    r'<li class="admin-ext"><a [^>]*>[^<]*</a></li>|'
    r'<span class="admin-ext[^>]*>[^<]*</span>|'
    r'(?<=name="csrfmiddlewaretoken" value=")[^"]*'
)


def common(text: str) -> str:
    """Return ``text`` with the names of the twins made one."""
    for pattern, name in NAMES:
        text = pattern.sub(name, text)
    return CONTENT_TYPE.sub(_content_type, text)


def _content_type(match) -> str:
    return f"/r/{ContentType.objects.get_for_id(match[1]).model}/"


def lines(body: str) -> list[str]:
    """Return a page as lines: one for each tag with its attributes, one for each text.

    Left out: elements of class ``admin-ext``, the token against forged requests,
    comments, space.
    """
    soup = BeautifulSoup(common(body), "html.parser")
    for element in soup.select(".admin-ext"):
        element.decompose()
    for element in soup.select('input[name="csrfmiddlewaretoken"]'):
        element["value"] = ""
    soup.smooth()
    return list(_lines(soup))


def _lines(element: Tag):
    for child in element.children:
        if isinstance(child, Comment):
            continue
        if isinstance(child, NavigableString):
            text = " ".join(child.split())
            if text:
                yield text
        else:
            yield _tag(child)
            yield from _lines(child)
            yield f"</{child.name}>"


def _tag(element: Tag) -> str:
    attributes = (
        f' {name}="{" ".join(value) if isinstance(value, list) else value}"'
        for name, value in sorted(element.attrs.items())
    )
    return f"<{element.name}{''.join(attributes)}>"


def are_same(first, second) -> bool:
    """Tell two answers that are equal to the letter without reading them as HTML."""
    heads = [(each.status_int, each.content_type) for each in (first, second)]
    if heads[0] != heads[1] or heads[0][1] != "text/html":
        return False
    if "Location" in first.headers or "Location" in second.headers:
        return False
    # White space around what is left out is no difference.
    texts = [LEFT_OUT.sub("", common(each.text)).split() for each in (first, second)]
    return texts[0] == texts[1]


def comparable(response) -> list[str]:
    """Return status, target of a redirect and content of a webtest response."""
    head = [str(response.status_int)]
    if "Location" in response.headers:
        head.append(
            common(response.headers["Location"]).replace("http://testserver", "")
        )
    if response.content_type == "application/json":
        return head + json.dumps(response.json, indent=1).splitlines()
    if response.content_type == "text/html":
        return head + lines(response.text)
    return [*head, response.content_type]
