"""Whether a generated app leaves alone what is stored: loaded, opened, sent, saved."""

from contextlib import contextmanager

import bson
import mongoengine as me
from django.contrib.admin.utils import quote

from admin_ext.introspection.inference import infer_database
from admin_ext.introspection.profile import profile_of
from admin_ext.introspection.references import find_references
from admin_ext.introspection.server_indexes import add_indexes
from admin_ext.keys import key_for
from tests.generated import installed
from tests.stored import RAW
from tests.submission import Submission


def modelled(mongo):
    """Return the Database of all that is stored, references and indexes included."""
    profiles = {
        name: profile_of(mongo[name].find())
        for name in sorted(mongo.list_collection_names())
        if not name.endswith((".files", ".chunks"))
    }
    database = infer_database(mongo.name, profiles)
    for model in database.documents:
        model.size = mongo[model.collection].estimated_document_count()
        add_indexes(model, mongo[model.collection])
    find_references(database, mongo)
    return database


@contextmanager
def generated(mongo, folder):
    """Install the app that models all that is stored."""
    with installed(modelled(mongo), folder) as app:
        yield app


def documents_of(app):
    """Return the Documents of an app, without subclasses."""
    return [
        each
        for each in vars(app.documents).values()
        if isinstance(each, type)
        and issubclass(each, me.Document)
        and each.__module__ == app.documents.__name__
        and each._class_name == each.__name__
    ]


def raw(collection):
    """Return {key: its document byte for byte}."""
    found = collection.with_options(RAW).find()
    return {str(each["_id"]): each.raw for each in found}


def saved_otherwise(app, mongo):
    """Load every document and save it; return the names of what is stored otherwise."""
    odd = []
    for document in documents_of(app):
        collection = mongo[document._get_collection_name()]
        before = raw(collection)
        for each in document.objects.no_cache():
            each.save(validate=False)
        after = raw(collection)
        odd += [(document.__name__, key) for key in before if after[key] != before[key]]
    return odd


def sent_otherwise(app, mongo, client, *, most=0, **edits):
    """Open and send the page of every document.

    Return [(Document, key, what was wrong)]; ``most``: so many of each Document, the
    last ones, 0 for all. ``edits``: {name of a field: what a person types}; nothing
    else may change.
    """
    odd = []
    for document in documents_of(app):
        collection = mongo[document._get_collection_name()]
        before = raw(collection)
        for son in collection.find({}, {"_id": 1}).sort("_id", -1).limit(most):
            key = str(key_for(document._meta.pk, son["_id"]))
            url = app.change_url(document.__name__, quote(key))
            page = client.get(url)
            if page.status_code != 200:
                odd.append((document.__name__, son["_id"], page.status_code))
                continue
            data = {}
            for name, value in form_of(page.content.decode()):
                data.setdefault(name, []).append(value)
            data.update({name: edits[name] for name in edits if name in data})
            answer = client.post(url, data)
            if answer.status_code != 302:
                errors = answer.context and answer.context.get("errors")
                odd.append((document.__name__, son["_id"], str(errors)))
        after = raw(collection)
        odd += [
            (document.__name__, key, name)
            for key, names in changed(before, after)
            for name in names - {*edits}
        ]
    return odd


def changed(before, after):
    """Yield (key, stored names whose bytes are others) of what ``raw`` returned."""
    for key in before:
        one, two = (dict(bson.decode(each[key], RAW)) for each in (before, after))
        if before[key] != after[key]:
            yield key, {n for n in {**one, **two} if one.get(n) != two.get(n)}


def form_of(html):
    """Return the (name, value) that the form of a change page sends by "Save"."""
    start = html.index("<form", html.index('id="content-main"'))
    form = html[start : html.index("</form>", start)]
    return [*Submission(form).pairs, ("_save", "Save")]
