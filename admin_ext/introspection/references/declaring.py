"""A field that leads somewhere → the field of mongoengine that says so.

It must load what is stored and save it as it was: a ReferenceField keeps any value that
the key of its Document keeps. Where none does, only a comment says where values lead.
"""

from admin_ext.introspection.bson_types import DBREF, NULL
from admin_ext.introspection.inference.generic_references import KIND as GENERIC
from admin_ext.introspection.models import Database, Field, Meaning, Reference

from .candidates import MAX_ODD, Candidate
from .deciding import Decision, Lead, missing, values

# What other classes of fields take does not fit a reference.
OPTIONS = {
    *("required", "null", "unique", "sparse", "help_text", "verbose_name", "editable"),
    "primary_key",
}


def declare(candidate: Candidate, decision: Decision, database: Database) -> None:
    """Say in a field where it leads."""
    each, lead = candidate.field, decision.lead
    if lead is None:
        each.doubts += decision.doubts
        return
    target = lead.target
    each.reference = reference_to(lead)
    found = values(len(lead.found), lead.looked_up)
    if target.bucket:
        _declare_file(candidate, lead)
    elif candidate.odd > MAX_ODD:
        each.doubts.append(f"Leads to {target.collection} ({found}).")
    elif target.key != "_id":
        each.doubts.append(
            f"Holds {target.key} of {target.collection} ({found}): a ReferenceField "
            "would lead to its _id."
        )
    elif candidate.is_text:
        each.doubts.append(
            f"Keys of {target.collection} as text ({found}): a ReferenceField would "
            "store ObjectIds."
        )
    elif database.model_of(target.collection) is None:
        each.doubts.append(
            f"Leads to {target.collection} ({found}), which has no Document here."
        )
    else:
        become(each, "ReferenceField")
        each.doubts += decision.doubts


def reference_to(lead: Lead, *, is_dbref: bool = False) -> Reference:
    """Return what a field says of the documents it leads to."""
    return Reference(
        lead.target.collection,
        lead.target.key,
        looked_up=lead.looked_up,
        found=len(lead.found),
        is_dbref=is_dbref,
    )


def become(each: Field, kind: str) -> None:
    """Make a field one of another class, without what only the old one takes."""
    each.kind, each.member, each.embedded = kind, None, None
    each.choices, each.meaning = [], Meaning.PLAIN
    each.options = {
        name: value for name, value in each.options.items() if name in OPTIONS
    }


def _declare_file(candidate: Candidate, lead: Lead) -> None:
    """Declare a file where mongoengine takes its id for one: an ObjectId, in no list.

    It stores the id alone, as others do.
    """
    each, bucket = candidate.field, lead.target.bucket
    is_alone = each.path[-1] not in ("[]", "*")
    if candidate.types == {"objectId"} and not candidate.is_text and is_alone:
        become(each, "FileField")
        if bucket != "fs":
            each.options["collection_name"] = bucket
        each.doubts += missing(lead)
    else:
        found = values(len(lead.found), lead.looked_up)
        each.doubts.append(f"Ids of files in {lead.target.collection} ({found}).")
    each.meaning = Meaning.FILE_ID


def declare_dbrefs(
    candidate: Candidate, leads: list[Lead], database: Database, own: str
) -> None:
    """Declare a field of DBRefs, which name the collections that they lead to.

    ``own``: the name of the database that is read.
    """
    each = candidate.field
    elsewhere = sorted({
        name for _, name in candidate.places if name not in (None, own)
    })
    names = sorted({name for name, _ in candidate.places})
    unknown = [name for name in names if database.model_of(name) is None]
    # A field of DBRefs cannot save a document in which it finds anything else.
    is_mixed = {*each.profile.types} - {DBREF, NULL}
    if elsewhere or unknown or is_mixed:
        become(each, "DynamicField")
        if elsewhere:
            each.doubts.append(f"References to databases {', '.join(elsewhere)}.")
        if unknown:
            each.doubts.append(
                f"References to {', '.join(unknown)}, which no Document describes."
            )
        if is_mixed and not (elsewhere or unknown):
            each.doubts.append(f"References to {', '.join(names)}, and other values.")
        return
    each.doubts += [doubt for lead in leads for doubt in missing(lead)]
    if len(names) > 1:
        become(each, GENERIC)
        each.doubts.append(
            f"References to {', '.join(names)} without _cls, which mongoengine adds to "
            "new ones."
        )
        return
    become(each, "ReferenceField")
    each.options["dbref"] = True
    each.reference = reference_to(leads[0], is_dbref=True)


def declare_generic(each: Field, leads: list[Lead], database: Database) -> None:
    """Declare objects of ``_cls`` and ``_ref``, as mongoengine stores references."""
    stored = {str(value) for _type, value in each.profile.keys["_cls"].values}
    declared = {model.cls or model.name for model in database.documents}
    unknown = sorted(stored - declared)
    if unknown:
        become(each, "DynamicField")
        each.doubts.append(
            f"References to the classes {', '.join(unknown)}, which are none of these."
        )
        return
    become(each, GENERIC)
    each.doubts += [doubt for lead in leads for doubt in missing(lead)]
