"""Responses without what differs between any two: tokens, times, and signatures."""

import re
from base64 import b64encode, urlsafe_b64decode
from html import escape, unescape
from json import dumps
from urllib.parse import quote, unquote
from zlib import decompress
from zlib import error as ZlibError

import bson
from bson.errors import BSONError

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
SECONDS = re.compile(r"\b\d+(?:\.\d+)? ?(?:s|ms)\b")
# Of Django's signing: a payload, perhaps the time, and the signature.
SIGNED = re.compile(r"(?<![\w.-])(\.?[\w-]{16,})(?::[\w-]{6})?:([\w-]{27,43})(?![\w-])")
# What nobody can read, another text each time: only its length is to be seen.
SEALED = re.compile(r"(?<=[\"']sealed:)[\w-]+=*(?=[\"'])")
NOW = {"opened"}
# What is made anew each time: keys, numbers of forms, and what the walk itself records.
NEW = (
    (re.compile(r"\b[67][0-9a-f]{23}\b"), "new key"),
    (re.compile(r'name="number" value="[\w-]{20}"'), 'name="number"'),
    (re.compile(r'id="change-\d+"'), 'id="change"'),
    (re.compile(r'<time datetime="(?!2026-01-)[^"]*">[^<]*</time>'), "<time>"),
)


def text_of(response) -> str:
    """Return all that a response tells, comparable with that of another time."""
    content = b"".join(response) if response.streaming else response.content
    text = content.decode("utf-8", "replace")
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("Content-Length", "Last-Modified", "Expires", "Date", "ETag")
    }
    cookies = {
        name: each.value
        for name, each in response.cookies.items()
        if name not in ("csrftoken", "sessionid")
    }
    whole = f"{response.status_code} {headers} {cookies}\n{text}"
    whole = SIGNED.sub(_opened, unquote(whole))
    whole = SEALED.sub(lambda found: str(len(found[0])), whole)
    for pattern, text in NEW:
        whole = pattern.sub(text, whole)
    return SECONDS.sub("0 s", TOKEN.sub("", whole))


def _opened(found: re.Match) -> str:
    """Return what was signed, as text; as it is where it cannot be read."""
    payload = found[1]
    try:
        data = urlsafe_b64decode(
            payload.lstrip(".") + "=" * (-len(payload.lstrip(".")) % 4)
        )
        data = decompress(data) if payload.startswith(".") else data
    except (ValueError, ZlibError):
        return found[0]
    try:
        content = bson.decode(data)
    except BSONError:
        return data.decode("utf-8", "replace")
    return repr({name: content[name] for name in content if name not in NOW})


def spellings(marker: str) -> set[str]:
    """Return a marker in every way in which a page might have it."""
    found = {marker, escape(marker), quote(marker), dumps(marker)[1:-1]}
    for pad in range(3):
        data = b"x" * pad + marker.encode()
        # Without the characters that have bits of its neighbours.
        whole = b64encode(data).decode().rstrip("=")
        found.add(whole[(0, 2, 3)[pad] : len(data) * 8 // 6])
    return found


def tells(text: str, markers: set[str]) -> str:
    """Return the first marker that a text has in any spelling, or ""."""
    plain = unescape(unquote(text))
    return next((each for each in sorted(markers) if each in plain), "")
