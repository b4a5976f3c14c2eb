"""The requests of a walk through a site, which looks for what may not be told."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import product
from json import dumps, loads
from urllib.parse import urlencode, urljoin, urlsplit

from django.contrib.contenttypes.models import ContentType

from tests.guarded_documents import Patient, Stay, Ward
from tests.submission import sent

from . import hospital
from .hospital import MARKED_YEAR, MARKER
from .normalised import text_of
from .remembered import FIRST_CHANGE
from .views import views

KEYS = {
    Patient: (
        *(hospital.PATIENT, hospital.FRIEND, hospital.LONELY),
        *(hospital.DENIED_PATIENT, hospital.UNREFERRED, hospital.MISSING_KEY),
    ),
    Ward: (hospital.WARD, hospital.DENIED_WARD, hospital.MISSING_KEY),
    Stay: (
        *(hospital.STAY, hospital.OTHER_STAY),
        *(hospital.DENIED_STAY, hospital.MISSING_KEY),
    ),
}

# Paths of fields, through references and embedded documents, that a URL may name.
PATHS = {
    Patient: (
        *("name", "note", "noteText", "phone", "kind", "born", "home", "home__street"),
        *("past__finding", "visits", "visits__finding", "facts", "facts__closed"),
        *("legacy", "ward", "ward__code", "ward__name", "friend", "friend__note"),
        *("friends", "friends__phone", "friend__ward__code", "seal", "scan", "pk"),
    ),
    Ward: ("name", "floor", "code"),
    Stay: (
        *("day", "bill", "patient", "patient__note", "patient__phone"),
        *("patient__ward__code", "patient__friend__note", "patient__name"),
    ),
}
VALUES = {
    **dict.fromkeys(("exact", "icontains", "startswith", "in"), MARKER),
    **{"isnull": "True", "gt": "A", "lt": "z", "regex": MARKER, "year": MARKED_YEAR},
    **{"isempty": "1", "referencestate": "dangling", "id__exact": hospital.UNREFERRED},
}
LINK = re.compile(r'\b(?:href|src|data-ajax--url)="([^"]*)"')
# Where files, and masked values, may be.
PLACES = ("scan", "seal", "phone", "noteText", "past.0.finding", "facts.closed", "bill")
# Of the history: those of denied rows have the last numbers.
CHANGES = tuple(FIRST_CHANGE + number for number in (1, 2, 3, 4, 9))
DRIFTS = ("type", "missing", "extra")
NOT_FOLLOWED = ("/admin/logout/", "/admin/jsi18n/", "/static/", "/admin/sign-in/")


@dataclass(frozen=True)
class Asked:
    """A request: GET, or POST of ``data``."""

    url: str
    data: tuple | None = None

    def __str__(self):
        return f"{'GET' if self.data is None else 'POST'} {self.url}"

    def has(self, text):
        """Tell whether the person sent a text."""
        sent_texts = (self.url, *(str(each) for _name, each in self.data or ()))
        return any(text in each for each in sent_texts)

    def sent_by(self, client):
        """Return the response."""
        if self.data is None:
            return client.get(self.url)
        return client.post(self.url, urlencode(self.data), FORM)


FORM = "application/x-www-form-urlencoded"


def base_of(document: type) -> str:
    return f"/admin/tests/{document.__name__.lower()}/"


def known() -> list[Asked]:
    """Return the requests that a person can think of."""
    urls = [*_views(), *_lists(), *_site(), *_adding()]
    return [Asked(url) for url in dict.fromkeys(urls)]


def _views() -> Iterator[str]:
    """Yield the URLs of views, for each key that there is and is not.

    Those of other Documents, which nobody here may see, are the matrix's.
    """
    for view in views():
        if view.model is None:
            yield from _view_of_site(view)
        elif view.model in KEYS:
            for key in KEYS[view.model]:
                yield from _of_document(view, str(key))
        elif not view.parameters and not hasattr(view.model, "_fields"):
            yield view.url({})


def _of_document(view, key):
    is_patient = view.model is Patient
    places = PLACES[:4] if is_patient else PLACES[-1:]
    paths = places if "path" in view.parameters else ("",)
    changes = CHANGES if "change_id" in view.parameters else (0,)
    for path, change in product(paths, changes):
        yield view.url({"object_id": key, "path": path, "change_id": str(change)})


def _view_of_site(view):
    values = {
        **{"alias": "default", "name": "patients", "key": str(hospital.PATIENT)},
        **{
            "pk": "1",
            "user_id": "1",
            "url": "none",
            "app_label": "tests",
            "model_name": "patient",
            "change_id": str(FIRST_CHANGE + 1),
        },
    }
    if view.kind in ("logout", "login"):
        return
    if "content_type_id" not in view.parameters:
        yield view.url(values)
        return
    for document, keys in KEYS.items():
        of_type = ContentType.objects.get_for_model(document).pk
        for key in keys:
            yield view.url({"content_type_id": str(of_type), "object_id": str(key)})


def _lists() -> Iterator[str]:
    for document, paths in PATHS.items():
        base = base_of(document)
        for query in _queries():
            yield f"{base}?{query}"
        for number, path in enumerate(paths):
            # Each lookup with some paths: all with all are too many.
            for lookup in ("icontains", [*VALUES][number % len(VALUES)]):
                yield f"{base}?{urlencode({f'{path}__{lookup}': VALUES[lookup]})}"
            kind = DRIFTS[number % len(DRIFTS)]
            yield f"{base}?{urlencode({'_drift': f'{kind}:{path}'})}"


def _queries() -> Iterator[str]:
    for number in range(1, 9):
        yield f"o={number}" if number % 2 else f"o=-{number}"
    for words in (MARKER, "Ann", "North", "code", "phone", hospital.UNREFERRED):
        yield urlencode({"q": words})
    for path in ("id", "note", "phone", "name"):
        yield urlencode({"_popup": 1, "_to_field": path})
    yield from ("_facets=True", "all=", "p=1", "p=2", "_count=exact", "e=1")
    yield from ("_anyway=sort", f"_from={MARKER}", f"_from={MARKED_YEAR}", "_at=x")
    yield from ("o=2&_from=a", f"born__year={MARKED_YEAR}", "born__year=1888")


def _site() -> Iterator[str]:
    everything = {key for keys in KEYS.values() for key in keys}
    for words in (*sorted(everything), MARKER, "Ann"):
        yield f"/admin/go-to/?{urlencode({'q': words})}"
    fields = {"patient": ("friend", "friends", "ward"), "stay": ("patient",)}
    for name, names in fields.items():
        for field_name in names:
            for term in ("", MARKER, "Ann", "code"):
                query = {"app_label": "tests", "model_name": name}
                query |= {"field_name": field_name, "term": term}
                yield f"/admin/autocomplete/?{urlencode(query)}"


def _adding() -> Iterator[str]:
    for document in KEYS:
        base = f"{base_of(document)}add/"
        for key in (hospital.DENIED_PATIENT, hospital.UNREFERRED, hospital.PATIENT):
            query = {"friend": key, "patient": key, "friends": key, "note": "x"}
            yield f"{base}?{urlencode(query)}"
        for key in (hospital.DENIED_WARD, hospital.WARD, hospital.MISSING_KEY):
            yield f"{base}?{urlencode({'ward': key, 'code': 'x', 'bill': 'x'})}"


def crawl(client, asked: list[Asked], most: int) -> dict[Asked, str]:
    """Return {request: answer} of these, and of the links that the answers have.

    ``most``: so many requests; links are followed breadth first.
    """
    answers, queue = {}, [*asked]
    seen = {*asked}
    while queue:
        each = queue.pop(0)
        response = each.sent_by(client)
        answers[each] = text_of(response)
        for url in links_of(response, each.url):
            new = Asked(url)
            if new not in seen and len(seen) < most:
                seen.add(new)
                queue.append(new)
    return answers


def links_of(response, url: str) -> Iterable[str]:
    """Return the URLs of this site that a page links to, or has pictures from."""
    if response.get("Location"):
        targets = [response["Location"]]
    elif "html" in response.get("Content-Type", ""):
        targets = map(unescape, LINK.findall(response.content.decode()))
    else:
        targets = []
    for target in targets:
        parts = urlsplit(urljoin(url, target))
        is_here = not parts.netloc and parts.path.startswith("/admin/")
        if is_here and not parts.path.startswith(NOT_FOLLOWED):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def posted(client) -> list[Asked]:
    """Return the forms that a person sends: as they are, changed, and odd ones."""
    found = []
    for document, keys in KEYS.items():
        base = base_of(document)
        for key in keys:
            for path in ("delete", "raw", "change"):
                found.append(Asked(f"{base}{key}/{path}/", ()))
            found.append(Asked(f"{base}{key}/delete/", (("post", "no"),)))
        selected = [("_selected_action", str(key)) for key in keys]
        action = [("action", "delete_selected"), ("index", "0"), *selected]
        found.append(Asked(base, tuple(action)))
        found.append(Asked(base, (*action, ("select_across", "1"))))
        found += _forms(client, document)
    found += _raw_pages(client)
    return found


def _raw_pages(client) -> Iterator[Asked]:
    """Yield raw pages with rows that were edited, moved, and deleted.

    In the other hospital somebody has changed what is withheld of them meanwhile.
    """
    changes = (
        lambda rows: rows[0].update(day="sun"),
        lambda rows: rows.reverse(),
        lambda rows: rows.pop(0),
        lambda rows: rows.insert(0, {"day": "sun"}),
        lambda rows: rows.append(rows[0]),
    )
    for key, change in product((hospital.PATIENT, hospital.FRIEND), changes):
        url = f"{base_of(Patient)}{key}/raw/"
        data = sent(client.get(url).content.decode())
        document = loads(data["document"])
        for name in ("visits", "past"):
            change(document[name])
        data["document"] = dumps(document)
        yield Asked(url, tuple(data.items()))


def _forms(client, document):
    base = base_of(document)
    changes = {
        "": {},
        "name": {"name": "Anna"},
        "refused": {"number": "none", "floor": "none", "day": "mon"},
        "denied": {"friend": str(hospital.UNREFERRED), "note": "x", "phone": "x"},
        "ward": {"ward": str(hospital.DENIED_WARD), "bill": "x", "code": "x"},
        "as_new": {"_saveasnew": "1", "number": "none"},
    }
    urls = [f"{base}{key}/change/" for key in KEYS[document][:2]]
    for url in (f"{base}add/", *urls, base):
        page = client.get(url).content.decode()
        for change in changes.values():
            data = sent(page, **change)
            if url == base:
                data["_save"] = "Save"
            pairs = [(name, each) for name, all in data.lists() for each in all]
            yield Asked(url, tuple(pairs))


def answered(client, asked: Iterable[Asked], before) -> dict[Asked, str]:
    """Return {request: answer}; ``before`` is called before each that may write."""
    found = {}
    for each in asked:
        if each.data is not None:
            before()
        found[each] = text_of(each.sent_by(client))
    return found
