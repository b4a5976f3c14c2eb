"""What the log says after every kind of edit, and where it is shown."""

import json

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType

from . import rows
from .shop import SIDES, stacked, tabular

NO_KEY = "embedded rows have no key"


def messages(side="sql"):
    return [entry[-1] for entry in rows.log_entries(f"ada-{side}")]


def test_labels_of_what_was_changed(twins):
    values = {"title": "Other", "year": "1971", "genres": ["3"], "released_0": ""}
    twins.submit("album/1/change/", **values, released_1="", kind="ep", signed="false")
    twins.get("album/1/history/")
    assert "Album title" in messages()[0]


def test_nothing_was_changed(twins):
    twins.submit("album/1/change/")
    assert messages() == ["[]"]
    twins.get("album/1/history/")


def test_added_changed_and_deleted(twins):
    twins.submit("genre/add/", name="Dub")
    twins.submit("genre/5/change/", name="Dub & <b>Bass</b>")
    twins.get("genre/5/history/")
    twins.post("genre/5/delete/", {"post": "yes"})
    twins.get("/")


def test_every_row_of_a_selection(twins):
    keys = {"action": "delete_selected", "_selected_action": ["1", "2"], "post": "yes"}
    twins.post("track/", keys)
    assert len(messages("mongo")) == 2


def test_cells_of_the_list(twins):
    twins.admin("Genre", list_display=("id", "name"), list_editable=("name",))
    values = {"form-1-name": "Ballad", "form-2-name": "Swing"}
    twins.submit("genre/", form="changelist-form", **values)
    assert len(messages("mongo")) == 2
    twins.get("genre/1/history/")
    twins.get("genre/2/history/")


def test_saved_as_new(twins):
    twins.admin("Album", save_as=True, fields=("title", "year"))
    twins.submit("album/1/change/", title="Copy", _saveasnew="1")
    twins.get("album/7/history/")


def test_added_and_changed_in_a_popup(twins):
    twins.submit("genre/add/?_popup=1", name="Dub")
    twins.submit("genre/1/change/?_popup=1", name="Beats")


def test_rows_of_inlines(twins):
    twins.admin("Album", fields=("title",), inlines=[tabular("Track")])
    values = {"track_set-0-title": "Noon", "track_set-1-DELETE": "on"}
    new = {"track_set-2-number": "7", "track_set-2-title": "New"}
    twins.submit("album/1/change/", title="Other", **values, **new)
    twins.get("album/1/history/")
    assert len(json.loads(messages("mongo")[0])) == 4


def test_rows_of_an_embedded_list(twins):
    twins.admin("Album", fields=("title",), inlines=[stacked("Credit", "credits")])
    values = {"credits-0-name": "Don", "credits-1-DELETE": "on"}
    new = {"credits-2-name": "Flo", "credits-2-role": "voice"}
    twins.submit("album/1/change/", differs=[NO_KEY], **values, **new)
    twins.get("album/1/history/")


KEYS = ["ada", "50_25_5F_3F_23_26", "a_2Fb c"]


@pytest.mark.parametrize("key", KEYS)
def test_odd_keys(twins, key):
    twins.submit(f"artist/{key}/change/", name="Other <i>name</i>")
    twins.get(f"artist/{key}/history/")
    twins.get("/")


def test_a_uuid_as_key(twins):
    key = "00000000-0000-4000-8000-000000000001"
    twins.submit(f"concert/{key}/change/", place="Ruin")
    twins.get(f"concert/{key}/history/")
    twins.get("/")
    twins.post(f"concert/{key}/delete/", {"post": "yes"})
    twins.get("/")


@pytest.mark.parametrize("key", ["99", "x"])
def test_history_of_what_is_not_there(twins, key):
    twins.get(f"album/{key}/history/")


def write(twins, count, **values):
    """Write log entries of album 1 for both."""
    for side in SIDES:
        cls = rows.model("Album") if side == "sql" else rows.document("Album")
        LogEntry.objects.bulk_create(
            LogEntry(
                user=twins.user(side),
                **{
                    "content_type": ContentType.objects.get_for_model(cls),
                    "object_id": "1",
                    "object_repr": f"Morning {number}",
                    "action_flag": CHANGE,
                    "change_message": f"Change number {number}.",
                }
                | values,
            )
            for number in range(count)
        )


def test_more_than_a_page_of_history(twins):
    assert twins.sites
    write(twins, 250)
    for query in ("", "?p=2", "?p=3", "?p=4", "?p=0", "?p=x"):
        twins.get(f"album/1/history/{query}")


@pytest.mark.parametrize("flag", [ADDITION, CHANGE, DELETION])
def test_recent_actions(twins, flag):
    assert twins.sites
    write(twins, 12, action_flag=flag)
    twins.get("/")


def test_recent_actions_on_what_is_gone_or_unknown(twins):
    assert twins.sites
    write(twins, 1, object_id="99")
    write(twins, 1, object_id="x/y")
    write(twins, 1, object_id=None)
    write(twins, 1, content_type=None)
    twins.get("/")


def test_entries_are_of_one_document_only(twins):
    assert twins.sites
    write(twins, 3)
    write(twins, 2, object_id="11")
    twins.get("album/1/history/")
    twins.get("album/2/history/")


def log(action):
    """Return a hook that writes a message of its own."""

    def log_action(self, request, obj, message):
        message = f"{action} {obj}: {json.dumps(message)}"
        return getattr(type(self).__mro__[1], f"log_{action}")(
            self, request, obj, message
        )

    return log_action


def test_hooks_of_additions_and_changes(twins):
    hooks = {f"log_{action}": log(action) for action in ("addition", "change")}
    twins.admin("Genre", **hooks)
    twins.submit("genre/add/", name="Dub")
    twins.submit("genre/1/change/", name="Beats")
    assert messages("mongo")[1].startswith("change Beats: ")
    twins.get("genre/1/history/")


def test_hook_of_deletions(twins):
    def log_deletions(self, request, queryset):
        entries = type(self).__mro__[1].log_deletions(self, request, queryset)
        for entry in entries:
            entry.change_message = f"{len(entries)} are gone"
            entry.save()

    twins.admin("Track", log_deletions=log_deletions)
    keys = {"action": "delete_selected", "_selected_action": ["1", "2"], "post": "yes"}
    twins.post("track/", keys)
    twins.post("track/3/delete/", {"post": "yes"})
    assert messages("mongo") == ["2 are gone", "2 are gone", "1 are gone"]


@pytest.mark.filterwarnings("ignore:The usage of log_deletion")
def test_the_older_hook_of_deletions(twins):
    def log_deletion(self, request, obj, object_repr):
        LogEntry.objects.log_actions(
            request.user.pk, [obj], DELETION, f"gone: {object_repr}"
        )

    twins.admin("Track", log_deletion=log_deletion)
    twins.post("track/3/delete/", {"post": "yes"})


def test_hook_of_the_message(twins):
    def construct_change_message(self, request, form, formsets, add=False):
        return [f"add={add}", sorted(form.changed_data), formsets and len(formsets)]

    twins.admin(
        "Genre",
        construct_change_message=construct_change_message,
        list_display=("id", "name"),
        list_editable=("name",),
    )
    twins.submit("genre/add/", name="Dub")
    twins.submit("genre/1/change/", name="Beats")
    twins.submit("genre/", form="changelist-form", **{"form-1-name": "Ballad"})


def test_an_own_message(twins):
    twins.admin("Genre", construct_change_message=lambda *args, **kwargs: "Own text")
    twins.submit("genre/1/change/", name="Beats")
    twins.get("genre/1/history/")
    twins.get("/")


def test_template_and_context_of_the_history(twins):
    def history_view(self, request, object_id, extra_context=None):
        context = {"title": "What was"}
        return type(self).__mro__[1].history_view(self, request, object_id, context)

    twins.admin("Track", object_history_template="twins/page.html")
    twins.get("track/1/history/")
    twins.admin("Track", history_view=history_view)
    twins.get("track/1/history/")


def test_history_in_another_language(twins):
    headers = {"Accept-Language": "de"}
    twins.submit("album/1/change/", title="Other", recorded="2001-01-01")
    twins.submit("album/1/change/", kind="ep")
    twins.get("album/1/history/", headers=headers)
    twins.get("/", headers=headers)


def test_preserved_filters(twins):
    twins.get("album/1/history/?_changelist_filters=year%3D1970")
