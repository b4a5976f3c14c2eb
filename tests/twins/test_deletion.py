"""The pages that ask before they delete, and what they then do."""

from contextlib import contextmanager

import mongoengine as me
import pytest
from django.db import models

from . import rows
from .shop import SIDES

LISTS = "rows of lists are part of the document"


def selected(*keys, **values):
    return {"action": "delete_selected", "_selected_action": list(keys)} | values


def test_one_document(twins):
    twins.submit("artist/50_25_5F_3F_23_26/delete/", post="yes")


def test_rows_that_go_along(twins):
    twins.submit("label/1/delete/", differs=[LISTS], post="yes")


def test_a_reference_that_is_emptied(twins):
    twins.submit("album/1/delete/", differs=[LISTS], post="yes")


def test_a_row_of_a_list_that_is_taken_out(twins):
    twins.submit("genre/1/delete/", differs=[LISTS], post="yes")


def test_protected_documents(twins):
    twins.get("artist/ada/delete/")
    twins.post("artist/ada/delete/", {"post": "yes"})


def test_a_row_without_anything_behind_it(twins):
    twins.submit("track/4/delete/", post="yes")
    twins.submit("concert/00000000-0000-4000-8000-000000000004/delete/", post="yes")


@pytest.mark.parametrize("key", ["99", "x", "1_2F2", "9" * 30, "-1", "1.0"])
def test_a_document_that_is_not_there(twins, key):
    twins.get(f"album/{key}/delete/")
    twins.post(f"album/{key}/delete/", {"post": "yes"})


def test_the_page_that_asks_about_a_selection(twins):
    twins.post("track/", selected(1, 2, 4))
    twins.post("album/", selected(1, 3), differs=[LISTS])
    twins.post("artist/", selected("ada", "50%_?#&"))


def test_a_selection_is_deleted(twins):
    twins.post("track/", selected(1, 2, post="yes"))
    twins.post("album/", selected(1, 3, 6, post="yes"))
    twins.post("artist/", selected("50%_?#&", post="yes"))


def test_a_protected_selection_stays(twins):
    twins.post("artist/", selected("ada", "50%_?#&", post="yes"))


def test_a_selection_of_what_cascades_to_itself(twins):
    twins.post("label/", selected(1, 2, 3), differs=[LISTS])
    twins.post("label/", selected(1, 2, 3, post="yes"))


def test_everything_that_is_found_is_selected(twins):
    twins.post("track/?q=", selected(1, select_across="1"))
    twins.admin("Track", list_per_page=2, list_filter=("album",))
    twins.post("track/?album__id__exact=1", selected(1, select_across="1"))
    data = selected(1, select_across="1", post="yes")
    twins.post("track/?album__id__exact=1", data)


def test_a_selection_in_which_some_are_gone(twins):
    twins.post("track/", selected(1, 99))
    twins.post("track/", selected(99))
    twins.post("track/", selected(1, 99, post="yes"))
    twins.post("track/", selected(99, post="yes"))


def test_the_page_is_posted_without_its_answer(twins):
    twins.post("track/1/delete/", {})
    twins.post("track/1/delete/", {"other": "1"})


def test_popup(twins):
    twins.get("track/1/delete/?_popup=1")
    twins.post("track/1/delete/?_popup=1", {"post": "yes", "_popup": "1"})
    twins.get("artist/zoe/delete/?_popup=1&_to_field=code")
    data = {"post": "yes", "_popup": "1", "_to_field": "code"}
    twins.post("artist/50_25_5F_3F_23_26/delete/", data)
    twins.get("artist/zoe/delete/?_popup=1&_to_field=name")


def test_preserved_filters(twins):
    query = "?_changelist_filters=q%3Dx"
    twins.get("track/1/delete/" + query)
    twins.post("track/1/delete/" + query, {"post": "yes"})


def test_what_is_deleted_without_permission(twins):
    codenames = ["view_label", "delete_label", "view_album", "delete_album"]
    twins.permit(*codenames)
    twins.get("label/1/delete/")
    twins.post("label/1/delete/", {"post": "yes"})
    twins.post("label/", selected(1))
    twins.post("label/", selected(1, post="yes"))


def test_what_has_no_admin_is_not_asked_about(twins):
    twins.unregister("Track")
    # Who may not view albums is told here how many go; Django names them.
    twins.permit("view_label", "delete_label", "view_album", "delete_album")
    twins.get("label/1/delete/", differs=[LISTS])
    twins.post("label/1/delete/", {"post": "yes"})


def test_protected_and_forbidden(twins):
    # Of several names Django makes a set, whose order is any.
    twins.unregister("Concert", "Ticket")
    twins.permit("view_artist", "delete_artist")
    twins.get("artist/ada/delete/")
    twins.post("artist/ada/delete/", {"post": "yes"})


def may_delete(self, request, obj=None):
    return obj is None or str(obj) not in ("Coffee", "Night Bus")


def test_one_of_the_selection_may_not_be_deleted(twins):
    twins.admin("Track", has_delete_permission=may_delete)
    twins.post("track/", selected(1, 2))
    twins.post("track/", selected(1, 2, post="yes"))
    twins.post("track/", selected(1, 3, post="yes"))
    twins.get("track/2/delete/")


def test_one_of_what_goes_along_may_not_be_deleted(twins):
    twins.admin("Album", has_delete_permission=may_delete)
    twins.get("label/2/delete/")
    twins.post("label/2/delete/", {"post": "yes"})
    twins.get("label/3/delete/", differs=[LISTS])


def delete_model(self, request, obj):
    obj.title = f"{obj.title} is gone"
    obj.save()


def delete_queryset(self, request, queryset):
    for obj in queryset:
        delete_model(self, request, obj)


def test_delete_model_is_overridden(twins):
    twins.admin("Track", delete_model=delete_model, delete_queryset=delete_queryset)
    twins.post("track/1/delete/", {"post": "yes"})
    twins.post("track/", selected(2, 3, post="yes"))


def get_deleted_objects(self, objs, request):
    named = [f"<{obj}>" for obj in objs]
    return named, {"things": len(named)}, set(), []


def test_get_deleted_objects_is_overridden(twins):
    twins.admin("Album", get_deleted_objects=get_deleted_objects)
    twins.get("album/1/delete/")
    twins.post("album/", selected(1, 2))
    twins.post("album/1/delete/", {"post": "yes"})


def refused(self, objs, request):
    return [str(obj) for obj in objs], {}, {"thing"}, ["this & that"]


def test_get_deleted_objects_refuses(twins):
    twins.admin("Album", get_deleted_objects=refused)
    twins.get("album/1/delete/")
    twins.post("album/1/delete/", {"post": "yes"})
    twins.post("album/", selected(1, post="yes"))


def response_delete(self, request, obj_display, obj_id):
    from django.http import HttpResponse

    return HttpResponse(f"{obj_display} was {obj_id!r}")


def test_response_delete_is_overridden(twins):
    twins.admin("Track", response_delete=response_delete)
    twins.post("track/1/delete/", {"post": "yes"})


def test_templates_of_the_admin(twins):
    twins.admin(
        "Track",
        delete_confirmation_template="twins/page.html",
        delete_selected_confirmation_template="twins/page.html",
    )
    twins.get("track/1/delete/")
    twins.post("track/", selected(1, 2))


def test_extra_context(twins):
    def delete_view(self, request, object_id, extra_context=None):
        context = {"title": "Away", "subtitle": "For good"}
        return type(self).__mro__[1].delete_view(self, request, object_id, context)

    twins.admin("Track", delete_view=delete_view)
    twins.get("track/1/delete/")


def test_no_action_of_deletion_without_permission(twins):
    twins.permit("view_track", "change_track")
    twins.get("track/")
    twins.post("track/", selected(1, post="yes"))


def test_the_action_is_disabled(twins):
    twins.admin("Track", actions=None)
    twins.get("track/")
    twins.post("track/", selected(1, post="yes"))


@pytest.fixture
def deleting(monkeypatch):
    """Override ``delete()`` of both twins' tracks, which ends in their base's."""
    called = []
    for cls in (rows.model("Track"), rows.document("Track")):

        def delete(self, *args, base=cls.delete, **kwargs):
            called.append(str(self))
            return base(self, *args, **kwargs)

        monkeypatch.setattr(cls, "delete", delete)
    return called


def test_delete_is_overridden(twins, deleting):
    """A selection is deleted at once, as Django's documentation says."""
    twins.post("track/1/delete/", {"post": "yes"})
    twins.post("track/", selected(2, 3, post="yes"))
    twins.post("album/2/delete/", {"post": "yes"})
    assert deleting == ["Dawn", "Dawn"]


def test_signals(twins):
    found = []

    def receive_sql(sender, instance, **kwargs):
        found.append(f"sql {instance}")

    def receive_mongo(sender, document, **kwargs):
        found.append(f"mongo {document}")

    track = {"sql": rows.model("Track"), "mongo": rows.document("Track")}
    with (
        connected(models.signals.post_delete, receive_sql, track["sql"]),
        connected(me.signals.post_delete, receive_mongo, track["mongo"]),
    ):
        twins.post("track/", selected(1, 2, post="yes"))
        twins.post("album/2/delete/", {"post": "yes"})
    titles = ["Coffee", "Dawn", "Dusk"]
    assert sorted(found) == [
        f"{side} {title}" for side in SIDES[::-1] for title in titles
    ]


@contextmanager
def connected(signal, receiver, sender):
    signal.connect(receiver, sender=sender)
    yield
    signal.disconnect(receiver, sender=sender)


def test_what_changed_since_the_page_was_opened(twins):
    """What is deleted with it is found again; what protects it stops it."""
    twins.get("artist/zoe/delete/")
    twins.get("label/3/delete/", differs=[LISTS])
    rows.model("Album").objects.filter(pk=4).update(artist_id="zoe", label_id=3)
    changed = {"artist": "zoe", "label": 3}
    me.get_db().albums.update_one({"_id": 4}, {"$set": changed})
    twins.post("artist/zoe/delete/", {"post": "yes"})
    twins.post("label/3/delete/", {"post": "yes"})
    assert [row["id"] for row in rows.mongo_rows()["Album"]] == [1, 2, 3, 5]
