"""Writes what a plan says, as the change-set engine writes, and records it."""

from typing import Any
from uuid import UUID

import bson
from bson import UuidRepresentation
from django.core.exceptions import ValidationError
from django.forms import Form
from django.utils.translation import gettext as _
from mongoengine.errors import NotUniqueError, OperationError

from admin_ext import saving
from admin_ext.changesets import MISSING
from admin_ext.ejson import CODEC
from admin_ext.exceptions import SaveRejected
from admin_ext.fetching import load
from admin_ext.history.recording import recording
from admin_ext.policies import expect
from admin_ext.raw.forms import put

from .plans import AdditionPlan, ChangePlan, Plan, RestorePlan

# Binary values as they are: the driver writes no UUID that it does not know how.
PLAIN = CODEC.with_options(uuid_representation=UuidRepresentation.UNSPECIFIED)


class UndoForm(Form):
    """What an override of ``save_model`` finds as the form; it has no fields.

    ``instance``: the document; ``changed_data``: the names that are put back.
    """

    changed_data: list[str] = []

    def __init__(self, instance: Any, names: list[str]):
        super().__init__({})
        self.instance, self.changed_data = instance, names
        self.cleaned_data: dict = {}


def write(plan: Plan, operation: UUID) -> None:
    """Do what a plan says, and record it. Raise SaveRejected when it is refused."""
    user, change = plan.subject.request.user, plan.change
    with recording(user, "undo", undoes=change, operation=operation):
        WRITERS[type(plan)](plan)


def _change(plan: ChangePlan) -> None:
    request, admin = plan.subject.request, plan.subject.admin
    for key in plan.keys:
        put(plan.document, key, plan.after.get(key, MISSING))
    names = [plan.document._reverse_db_field_map.get(key, key) for key in plan.keys]
    expect(request, plan.document)
    saving.guard(plan.document, adding=False)
    form = UndoForm(plan.document, names)
    with saving.putting_back():
        admin.save_model(request, plan.document, form, True)
    labels = [str(plan.viewed.label((key,))) for key in plan.keys]
    admin.log_change(request, plan.subject.obj, [{"changed": {"fields": labels}}])


def _delete(plan: AdditionPlan) -> None:
    request, admin = plan.subject.request, plan.subject.admin
    admin.log_deletions(request, [plan.document])
    admin.delete_model(request, plan.document)


def _restore(plan: RestorePlan) -> None:
    request, admin = plan.subject.request, plan.subject.admin
    document = load(plan.cls, plan.son)
    document._created = True
    # To the byte: what the Document does not declare, and types it would not store.
    son = bson.decode(bson.encode(plan.son, codec_options=CODEC), codec_options=PLAIN)
    document.__dict__["to_mongo"] = lambda *args, **kwargs: son
    try:
        document.save(force_insert=True, validate=False)
    except NotUniqueError as error:
        raise _taken(plan, document, error) from error
    except OperationError as error:
        reason = ValidationError(saving.refusal(error))
        raise SaveRejected(reason, document, adding=True) from error
    finally:
        document.__dict__.pop("to_mongo", None)
    shown = plan.subject.admin.get_object(request, plan.change.object_id)
    admin.log_addition(request, shown or document, [{"added": {}}])


def _taken(plan: RestorePlan, document: Any, error: NotUniqueError) -> SaveRejected:
    pattern = (getattr(error.__context__, "details", None) or {}).get("keyPattern", {})
    names = ", ".join(str(key) for key in pattern) or "_id"
    text = _("Another document has the same %(names)s by now.") % {"names": names}
    return SaveRejected(ValidationError(text), document, adding=True)


WRITERS = {ChangePlan: _change, AdditionPlan: _delete, RestorePlan: _restore}
