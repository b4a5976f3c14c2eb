"""How Documents are written while somebody is at work in the admin."""

from contextlib import nullcontext
from types import SimpleNamespace

from django.contrib.admin import options
from django.db import router, transaction
from mongoengine import Document

NO_DATABASE = object()


def record_writes(recorded):
    """Have ``recorded(collection, cls)`` give the collection that writes go to.

    Whatever code writes asks ``_get_collection`` of mongoengine (0.29) for it.
    """
    own = Document._get_collection.__func__

    def _get_collection(cls):
        return recorded(own(cls), cls)

    Document._get_collection = classmethod(_get_collection)


def hold_no_transaction_for_documents():
    """Have Django's views (5.2) open no transaction in SQL for a Document.

    It would hold back what is recorded of a write until that has happened, and take
    it away where something else fails: MongoDB takes nothing back.
    """

    def db_for_write(model, **hints):
        is_document = isinstance(model, type) and issubclass(model, Document)
        return NO_DATABASE if is_document else router.db_for_write(model, **hints)

    def atomic(using=None, **kwargs):
        if using is NO_DATABASE:
            return nullcontext()
        return transaction.atomic(using=using, **kwargs)

    options.router = SimpleNamespace(db_for_write=db_for_write)
    options.transaction = SimpleNamespace(atomic=atomic)
