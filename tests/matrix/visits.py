"""Requests of the matrix, and what they left behind."""

import json

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection

from admin_ext.models import Change, FieldLimit, GroupLimit
from tests.submission import sent

from .cases import CASES
from .cells import key_of
from .rules import Place, expected

# What no request that is refused may add to or take away from.
TABLES = (LogEntry, Change, User, Group, GroupLimit, FieldLimit)

ACTION = {"action": "delete_selected", "index": "0", "post": "yes"}
# What pages without a form of their own are sent, were they to listen.
ANYTHING = {"post": "yes", "_save": "1", "q": "seen"}

# What a view is asked for that answers nobody without it.
QUERIES = {
    "autocomplete": "?app_label=documents&model_name=note&field_name=parent&term=a"
}


class Store:
    """The documents of the matrix, and whether they are as they were."""

    def __init__(self, mongo):
        self.mongo = mongo
        self.put()
        self.first = self.now()

    def put(self):
        """Have the documents as they were at the beginning."""
        for case in CASES:
            self.mongo[case.collection].delete_many({})
            self.mongo[case.collection].insert_many(case.sons())

    def is_forged(self):
        """Tell whether a hidden field is not what it was, of a row that is left."""
        return any(
            self.mongo[case.collection].count_documents({
                "_id": son["_id"],
                name: {"$ne": son.get(name)},
            })
            for case in CASES
            for name in [case.document._fields[case.withheld].db_field]
            for son in case.sons()
        )

    def now(self):
        """Return {collection: the server's hash of all bytes in it}."""
        return self.mongo.command("dbHash")["collections"]


def rows_in_sql():
    """Return what tells whether rows of TABLES came or went, asked by one query."""
    tables = [model._meta.db_table for model in TABLES]
    asked = ", ".join(
        f"(SELECT COUNT(*) FROM {each}), (SELECT MAX(id) FROM {each})"
        for each in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return cursor.fetchone()


def forms_of(client):
    """Return {(Document, kind, row): what somebody sends who changed something}."""
    found = {}
    for case in CASES:
        meta = case.document._meta
        base = f"/admin/{meta.app_label}/{meta.model_name}/"
        if "add" not in case.never:
            page = client.get(f"{base}add/").text
            found[case.document, "add", ""] = sent(page, **case.new)
        for row in ("allowed", "denied"):
            url = f"{base}{key_of(case, row)}/"
            page = client.get(f"{url}change/").text
            found[case.document, "change", row] = sent(page, **case.changed)
            page = client.get(f"{url}raw/").text
            found[case.document, "raw", row] = _with_a_key(sent(page))
    return found


def _with_a_key(data):
    if "document" in data:
        data["document"] = json.dumps(json.loads(data["document"]) | {"added": 1})
    return data


def otherwise(wanted, response):
    """Return what was answered where it is not what was expected, or ""."""
    leads_to = response.get("Location", "")
    is_right = response.status_code in wanted.statuses
    if is_right and leads_to.startswith(wanted.leads_to):
        return ""
    return f"{response.status_code} {leads_to}"


class Visit:
    """What one person asks for; ``wrong`` tells each answer that was not expected."""

    def __init__(self, visitor, store, forms, keys):
        self.role, self.client, self.store = visitor.role, visitor.client, store
        self.forms, self.keys, self.wrong = forms, keys, []
        self.rows = rows_in_sql()

    def ask(self, place: Place, *, is_post: bool) -> None:
        """Send a request, and compare what it answers and does."""
        url = place.view.url(self._values(place)) + QUERIES.get(place.view.kind, "")
        if is_post:
            response = self.client.post(url, self._body(place))
        else:
            response = self.client.get(url)
        wanted = expected(self.role, place, is_post=is_post)
        found = otherwise(wanted, response)
        if is_post:
            found += self._written(wanted)
        if found:
            method = "POST" if is_post else "GET"
            self.wrong.append(f"{method} {place}: {found}, expected {wanted}")

    def _written(self, wanted):
        """Return what a POST did to either database, where it should not have."""
        found, rows = "", rows_in_sql()
        is_written = self.store.now() != self.store.first
        if is_written:
            if self.role.limits == "fields" and self.store.is_forged():
                found = " a field that is hidden"
            self.store.put()
            # It would be told that somebody else wrote what was put back.
            Change.objects.exclude(pk=self.keys[Change]).delete()
        if is_written != wanted.writes:
            found += " written" if is_written else " not written"
        if not (wanted.writes or wanted.is_logged) and rows != self.rows:
            found += " rows in SQL"
        self.rows = rows_in_sql() if is_written else rows
        return found

    def _values(self, place):
        values = {
            **{"app_label": "documents", "model_name": "note", "alias": "default"},
            **{"name": "notes", "key": key_of(CASES[0], "allowed"), "path": "none"},
            **{
                "content_type_id": "1",
                "change_id": "0",
                "url": "no/such/page",
                "object_id": "1",
            },
            **dict.fromkeys(("pk", "user_id"), str(self.keys[User])),
        }
        if place.case:
            values["object_id"] = key_of(place.case, place.row or "allowed")
        elif place.view.model:
            values["id"] = values["object_id"] = str(self.keys[place.view.model])
        return values

    def _body(self, place):
        kind, case = place.view.kind, place.case
        if case and kind == "changelist":
            key = dict(zip(("allowed", "denied"), case.keys, strict=True))[place.row]
            return ACTION | {"_selected_action": str(key)}
        if case:
            data = self.forms.get((case.document, kind, place.row), ANYTHING)
            is_forger = self.role.limits == "fields" and kind in ("add", "change")
            forged = {case.withheld: case.forged} if is_forger else {}
            return {**data, **forged}
        # A superuser would delete an account.
        is_left_alone = place.view.model and self.role.is_superuser
        return {} if is_left_alone else ANYTHING
