"""What the history has of the hospital when a walk begins."""

from datetime import UTC, datetime
from uuid import UUID

from django.contrib.admin.models import CHANGE, LogEntry

from admin_ext.history import recording
from admin_ext.models import Change
from tests.guarded_documents import Patient

from .hospital import (
    DENIED_PATIENT,
    DENIED_WARD,
    GONE,
    GONE_DENIED,
    PATIENT,
    WARD,
    Hospital,
)

FIRST_CHANGE = 1_000_000


def remember(hospital: Hospital, mongo, user) -> None:
    """Have changes in the history that a person without limits made.

    Their numbers and times are the same each time; those of denied rows come last.
    """
    Change.objects.all().delete()
    LogEntry.objects.all().delete()
    denied = [(GONE_DENIED, DENIED_WARD)] if hospital.has_denied else []
    for gone, ward in [(GONE, WARD), *denied]:
        with recording(user, via="delete"):
            son = hospital.patient(gone, "Dan", 5, PATIENT) | {"ward": ward}
            mongo.patients.insert_one(son)
            Patient.objects(pk=gone).delete()
    patients = [PATIENT, DENIED_PATIENT] if hospital.has_denied else [PATIENT]
    for pk in patients:
        with recording(user, via="form"):
            patient = Patient.objects.get(pk=pk)
            patient.note, patient.number = hospital.secret("later"), 7
            patient.facts["closed"] = hospital.secret("later")
            patient.visits[0].finding = hospital.secret("later")
            patient.save()
        LogEntry.objects.log_actions(
            user.pk, [patient], CHANGE, [{"changed": {"fields": ["Note", "Number"]}}]
        )
    _number(patients)


def _number(patients):
    changes = sorted(
        Change.objects.all(),
        key=lambda each: (
            each.object_id in (str(GONE_DENIED), str(DENIED_PATIENT)),
            each.pk,
        ),
    )
    for number, each in enumerate(changes, start=1):
        Change.objects.filter(pk=each.pk).update(
            id=FIRST_CHANGE + number,
            operation=UUID(int=number),
            made_at=datetime(2026, 1, number, tzinfo=UTC),
        )
    LogEntry.objects.update(action_time=datetime(2026, 1, 1, tzinfo=UTC))
