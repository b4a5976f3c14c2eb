"""What people with limits may do with one document, and with several."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from admin_ext.policies import Access

from .groups import group_for, member_of, permitted
from .reference_documents import Town

pytestmark = pytest.mark.django_db

URL = "/admin/tests/town/"
SWEDEN = {"region": "SE"}


@pytest.fixture
def towns(mongo):
    """Return {name: key} of three towns, two of them in Sweden."""
    rows = [("Visby", "SE"), ("Lund", "SE"), ("Oslo", "NO")]
    sons = [{"townName": name, "region": region} for name, region in rows]
    mongo.towns.insert_many(sons)
    return {son["townName"]: son["_id"] for son in sons}


def change_url(key):
    return f"{URL}{key}/change/"


def clerk(**changes):
    """Return one who sees all towns and changes and deletes those of Sweden."""
    seeing = group_for("town", "view", name="seeing")
    changing = group_for(
        *("town", "view", "add", "change", "delete"), rows=SWEDEN, name="changing"
    )
    return member_of(seeing, changing)


def test_who_may_see_all_and_change_some_gets_forms_accordingly(towns):
    client = clerk()
    assert '<textarea name="name"' in client.get(change_url(towns["Lund"])).text
    html = client.get(change_url(towns["Oslo"])).text
    assert "Oslo" in html
    assert 'name="name"' not in html
    assert 'name="_save"' not in html


def test_a_change_of_a_row_outside_is_refused(mongo, towns):
    response = clerk().post(change_url(towns["Oslo"]), {"name": "X", "region": "SE"})
    assert response.status_code == 403
    assert mongo.towns.find_one({"_id": towns["Oslo"]})["townName"] == "Oslo"


def test_a_deletion_of_a_row_outside_is_refused(mongo, towns):
    client = clerk()
    url = f"{URL}{towns['Oslo']}/delete/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert mongo.towns.count_documents({}) == 3
    client.post(f"{URL}{towns['Lund']}/delete/", {"post": "yes"})
    assert mongo.towns.count_documents({}) == 2


def test_a_denied_row_answers_as_one_that_is_not_there(towns):
    client = member_of(group_for("town", "view", "change", "delete", rows=SWEDEN))
    missing = "0" * 24
    for page in ("change", "delete", "history", "raw"):
        denied = client.get(f"{URL}{towns['Oslo']}/{page}/", follow=True)
        gone = client.get(f"{URL}{missing}/{page}/", follow=True)
        assert denied.status_code == gone.status_code
        assert [*map(str, denied.context["messages"] if denied.context else ())] == [
            str(each).replace(missing, str(towns["Oslo"]))
            for each in (gone.context["messages"] if gone.context else ())
        ]


def test_a_change_that_moves_a_document_out_of_the_rows_is_refused(mongo, towns):
    sent = {"name": "Lund", "region": "DK"}
    html = clerk().post(change_url(towns["Lund"]), sent).text
    assert "You may not store this: you may not change such a document." in html
    assert ">\nDK</textarea>" in html
    assert mongo.towns.find_one({"_id": towns["Lund"]})["region"] == "SE"


def test_a_change_within_the_rows_is_written(mongo, towns):
    sent = {"name": "Lund", "region": "SE", "people": "5"}
    assert clerk().post(change_url(towns["Lund"]), sent).status_code == 302
    assert mongo.towns.find_one({"_id": towns["Lund"]})["people"] == 5


def test_adding_outside_of_the_rows_is_refused(mongo, towns):
    client = clerk()
    html = client.post(f"{URL}add/", {"name": "Bergen", "region": "NO"}).text
    assert "You may not store this: you may not add such a document." in html
    assert mongo.towns.count_documents({}) == 3
    client.post(f"{URL}add/", {"name": "Malmö", "region": "SE"})
    assert mongo.towns.count_documents({"townName": "Malmö"}) == 1


def test_code_that_moves_a_document_out_after_the_form_writes_nothing(
    mongo, towns, monkeypatch
):
    def save_model(request, obj, form, change):
        obj.region = "DK"
        obj.save()

    monkeypatch.setattr(admin.site.get_model_admin(Town), "save_model", save_model)
    html = clerk().post(change_url(towns["Lund"]), {"name": "L", "region": "SE"}).text
    assert "you may not change such a document" in html
    assert mongo.towns.find_one({"_id": towns["Lund"]})["townName"] == "Lund"


def test_delete_selected_leaves_out_what_may_not_be_deleted(mongo, towns):
    client = clerk()
    keys = [str(towns["Lund"]), str(towns["Oslo"])]
    sent = {"action": "delete_selected", "_selected_action": keys}
    asked = client.post(URL, sent)
    assert "1 document was left out: you may not do this to it." in asked.text
    assert "Lund" in asked.text
    assert "Oslo" not in asked.text
    client.post(URL, sent | {"post": "yes"})
    assert {each["townName"] for each in mongo.towns.find()} == {"Oslo", "Visby"}


def test_an_action_gets_the_rows_of_its_permission(towns, monkeypatch):
    done = []

    @admin.action(permissions=["change"], description="Grow")
    def grow(modeladmin, request, queryset):
        done.extend(each.name for each in queryset)

    monkeypatch.setattr(admin.site.get_model_admin(Town), "actions", [grow])
    keys = [str(key) for key in towns.values()]
    clerk().post(URL, {"action": "grow", "_selected_action": keys})
    assert sorted(done) == ["Lund", "Visby"]


def test_an_action_gets_no_withheld_value_however_it_reads(mongo, towns, monkeypatch):
    mongo.towns.update_many({}, {"$set": {"people": 9}})
    ways = {
        "plain": lambda found: [*found],
        "without a cache": lambda found: [*found.no_cache()],
        "with one again": lambda found: [*found.no_cache().cache()],
        "by key": lambda found: [*found.in_bulk([*towns.values()]).values()],
        "some fields": lambda found: [*found.only("name", "people")],
        "changed": lambda found: [found.modify(set__region="SE", new=True)],
        "columns": lambda found: [Town(people=each) for each in found.scalar("people")],
    }
    read = {}

    @admin.action(description="Read")
    def look(modeladmin, request, queryset):
        for name, way in ways.items():
            read[name] = {each.people for each in way(queryset.clone())}

    monkeypatch.setattr(admin.site.get_model_admin(Town), "actions", [look])
    keys = [str(key) for key in towns.values()]
    client = member_of(group_for("town", "view", "change", rows=SWEDEN, people=0))
    client.post(URL, {"action": "look", "_selected_action": keys})
    assert read == dict.fromkeys(ways, {None})


def test_cells_of_rows_that_may_not_be_changed_have_no_inputs(mongo):
    mongo.authors.insert_many([
        {"_id": "se", "name": "Selma"},
        {"_id": "no", "name": "Sigrid"},
    ])
    client = member_of(
        group_for("author", "view", name="seeing"),
        group_for("author", "change", rows={"code": "se"}, name="changing"),
    )
    html = client.get("/admin/tests/author/").text
    assert 'value="Selma"' in html
    assert "Sigrid" in html
    assert 'value="Sigrid"' not in html
    sent = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "2",
        "form-0-code": "se",
        "form-0-name": "S",
        "form-1-code": "no",
        "form-1-name": "T",
        "_save": "Save",
    }
    client.post("/admin/tests/author/", sent)
    assert [each["name"] for each in mongo.authors.find().sort("_id")] == [
        "Sigrid",
        "S",
    ]


def test_the_raw_page_is_open_as_far_as_the_rows_of_the_action(towns):
    client = permitted(clerk(), "view_raw_town", "change_raw_town")
    assert "<textarea" in client.get(f"{URL}{towns['Lund']}/raw/").text
    seen = client.get(f"{URL}{towns['Oslo']}/raw/").text
    assert "You may look at this, and not change it." in seen
    assert "Oslo" in seen


def test_a_raw_change_that_moves_a_document_out_is_refused(mongo, towns):
    client = permitted(clerk(), "view_raw_town", "change_raw_town")
    key = towns["Lund"]
    page = client.get(f"{URL}{key}/raw/")
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    (text,) = [name for name in sent if "SE" in str(sent[name])][:1]
    sent[text] = sent[text].replace('"SE"', '"DK"')
    html = client.post(f"{URL}{key}/raw/", sent).text
    assert "You may not store this" in html
    assert mongo.towns.find_one({"_id": key})["region"] == "SE"


def test_data_health_is_not_for_who_may_not_see_some_fields(towns):
    url = "/admin/data-health/tests/town/"
    seeing = group_for("town", "view", name="seeing")
    client = permitted(member_of(seeing), "view_health_town")
    assert client.get(url).status_code == 200
    limits = group_for("town", "view", people=Access.MASKED)
    client = permitted(member_of(limits), "view_health_town")
    assert client.get(url).status_code == 403


def test_one_query_answers_for_all_permissions_of_a_document(towns, mongo_commands):
    client = clerk()
    model_admin = admin.site.get_model_admin(Town)
    request = RequestFactory().get("/")
    request.user = client.user
    town = model_admin.get_object(request, str(towns["Oslo"]))
    with mongo_commands() as commands:
        assert model_admin.has_view_permission(request, town)
        assert not model_admin.has_change_permission(request, town)
        assert not model_admin.has_delete_permission(request, town)
    assert commands.names == ["aggregate"]


def test_without_limits_of_rows_no_permission_asks_mongodb(towns, mongo_commands):
    client = member_of(group_for("town", "view", "change", people=0))
    model_admin = admin.site.get_model_admin(Town)
    request = RequestFactory().get("/")
    request.user = client.user
    town = model_admin.get_object(request, str(towns["Oslo"]))
    with mongo_commands() as commands:
        assert model_admin.has_change_permission(request, town)
    assert commands == []


def test_a_hook_is_what_djangos_checks_take_it_for():
    found = admin.site.get_model_admin(Town).get_list_display
    assert found.__func__ is admin.ModelAdmin.get_list_display
