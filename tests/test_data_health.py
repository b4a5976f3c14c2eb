"""The pages of data health, and the lists that their figures lead to."""

from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from bson import Code
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client

from admin_ext import memory
from admin_ext.health import measuring
from tests import mongodb
from tests.drift_documents import Hull

# The summary reads all databases.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("other_mongo")]

SUMMARY, PAGE = "/admin/data-health/", "/admin/data-health/tests/hull/"
HULLS = "/admin/tests/hull/"
FIT = {"_cls": "Hull", "name": "a"}
SONS = [
    {**FIT, "yard": "mine"},
    {**FIT, "name": 5, "yard": "mine"},
    {**FIT, "name": None, "odd": 1},
    {**FIT, "grade": "worse", "rivet": {"size": 1, "secret": "hunter2"}},
    {**FIT, "rivets": [{"size": 7}], "bySide": {"l": {"width": "x"}}},
    {**FIT, "parts": [{"_cls": "Gone"}], "rows": [[{"a.b": 1, "$c": 2}]]},
    {"_cls": "Gone", "name": "far too long"},
]


@pytest.fixture
def hulls(mongo):
    mongo.hulls.insert_many([{**son} for son in SONS])
    return mongo.hulls


@pytest.fixture
def staff():
    """Return a function that logs in a person with these permissions."""

    def log_in(*codenames, username="ann"):
        user = User.objects.create_user(username, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def soup_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def rows_of(response):
    """Return {(path, problem): (count, URL of the list, what is stored)}."""
    found = {}
    for row in soup_of(response).select(".health-table tbody tr"):
        path, problem, count, _share, stored, _samples = row.find_all(["th", "td"])
        link = count.a
        number = link.find(string=True, recursive=False)
        words = problem.find(string=True, recursive=False).strip()
        texts = " ".join(stored.get_text(" ").split())
        found[path.get_text(), words] = (int(number), link["href"], texts)
    return found


def keys_in(client, url):
    """Return the keys of all rows of a list, page after page."""
    page = soup_of(client.get(url))
    boxes = page.select("#result_list tbody .action-select")
    return {each["value"] for each in boxes}


def lines_of(response):
    """Return {name of a Document: the text of its line in the summary}."""
    return {
        row.th.a.get_text(): " ".join(row.get_text(" ").split())
        for row in soup_of(response).select(".health-table tbody tr")
    }


def test_every_figure_leads_to_the_list_of_its_documents(hulls, admin_client):
    rows = rows_of(admin_client.get(PAGE))
    assert len(rows) == 12
    for (path, problem), (count, url, _stored) in rows.items():
        assert len(keys_in(admin_client, url)) == count, (path, problem)


def test_the_table_tells_what_is_stored(hulls, admin_client):
    rows = rows_of(admin_client.get(PAGE))
    found = {key: (count, stored) for key, (count, _url, stored) in rows.items()}
    assert found["name", "wrong type"] == (1, "whole number 1")
    assert found["grade", "not among the choices"] == (1, "“worse” 1")
    assert found["rows[][].a.b", "undeclared key"] == (1, "whole number 1")
    assert found["–", "unknown class"] == (1, "Gone 1")


def test_values_of_secrets_are_not_shown(hulls, admin_client):
    response = admin_client.get(PAGE)
    assert rows_of(response)["rivet.secret", "not among the choices"][0] == 1
    assert "hunter2" not in response.text


def test_what_a_secret_is_made_of_is_not_shown(mongo, admin_client):
    vault = {"_cls": "Sesame", "hunter2": 1}
    mongo.hulls.insert_one({**FIT, "vault": vault})
    response = admin_client.get(PAGE)
    assert set(rows_of(response)) == {
        *[("vault", "unknown class"), ("vault.…", "undeclared key")],
    }
    assert "hunter2" not in response.text
    assert "Sesame" not in response.text
    for key, status in (("", 200), (":hunter2", 302)):
        url = f"{HULLS}?_drift=extra:vault{key}"
        assert admin_client.get(url).status_code == status


def test_what_has_no_room_in_an_address_has_no_link(mongo, admin_client):
    mongo.hulls.insert_one({**FIT, "_id": "x" * 200_000, "k" * 300_000: 1})
    response = admin_client.get(PAGE)
    soup = soup_of(response)
    assert len(response.content) < 20_000
    assert not soup.select(".health-samples a")
    counts = [each.get_text(" ").split()[0] for each in soup.select(".health-count")]
    assert counts == ["1", "1"]
    assert len(soup.select(".health-count a")) == 1


def test_code_that_stands_for_a_class_is_none(mongo, admin_client):
    mongo.hulls.insert_one({**FIT, "_cls": Code("f()")})
    row = rows_of(admin_client.get(PAGE))["–", "unknown class"]
    assert row[::2] == (1, "f() 1")


def test_a_document_with_a_huge_list_takes_no_more_than_the_time(
    mongo, admin_client, settings
):
    settings.ADMIN_EXT_MAX_TIME_MS = 500
    rivets = [{"size": 9, "odd": each} for each in range(200_000)]
    mongo.hulls.insert_many([{**FIT, "rivets": rivets} for _ in range(2)])
    begun = monotonic()
    response = admin_client.get(PAGE)
    # Decoding takes some of it; all members would take ten.
    assert monotonic() - begun < 5
    assert ("rivets[].odd", "undeclared key") in rows_of(response)
    assert "1 of about 2 documents were read." in response.text
    assert "There was no time for more." in response.text


def test_samples_lead_to_the_documents(hulls, admin_client):
    key = hulls.find_one({"name": 5})["_id"]
    page = soup_of(admin_client.get(PAGE))
    urls = [each["href"] for each in page.select(".health-samples a")]
    assert f"{HULLS}{key}/change/" in urls
    assert admin_client.get(f"{HULLS}{key}/change/").status_code == 200


def test_the_page_says_how_many_documents_it_read(hulls, admin_client):
    text = soup_of(admin_client.get(PAGE)).select_one("#content-main").get_text(" ")
    assert "All 7 documents were read. 85.7 % of these have a problem." in text
    hulls.insert_many([{**FIT} for _ in range(1_500)])
    memory.forget()
    text = soup_of(admin_client.get(PAGE)).select_one("#content-main").get_text(" ")
    assert "1,000 of about 1,507 documents were read." in text
    assert "manage.py checkdocuments tests.Hull --full" in text


def test_a_person_learns_nothing_of_rows_that_are_not_in_the_list(hulls, staff):
    guest = staff("view_hull", "view_health_hull", username="guest")
    assert [*rows_of(guest.get(PAGE))] == [("name", "wrong type")]
    # What another was told is not told again.
    other = staff("view_hull", "view_health_hull", username="other")
    assert len(rows_of(other.get(PAGE))) == 12
    assert len(rows_of(guest.get(PAGE))) == 1


@pytest.mark.parametrize(
    ("codenames", "status"),
    [
        ((), 403),
        (("view_hull",), 403),
        (("view_health_hull",), 403),
        (("view_hull", "view_health_yard"), 403),
        (("view_hull", "view_health_hull"), 200),
        (("change_hull", "view_health_hull"), 200),
    ],
)
def test_it_takes_its_own_permission_and_that_to_view(hulls, staff, codenames, status):
    client = staff(*codenames)
    assert client.get(PAGE).status_code == status
    assert client.get(SUMMARY).status_code == status


def test_the_summary_has_what_one_may_see(hulls, staff):
    client = staff("view_hull", "view_health_hull", "view_yard", "view_book")
    assert [*lines_of(client.get(SUMMARY))] == ["Hulls"]


def test_the_summary_tells_problems_and_share(hulls, admin_client):
    lines = lines_of(admin_client.get(SUMMARY))
    assert lines["Hulls"] == "Hulls Tests 12 problems 85.7 % All 7 documents were read."
    assert lines["Yards"] == "Yards Tests There are no documents."


def test_links_are_there_for_who_may_follow_them(hulls, staff):
    may, may_not = (
        staff("view_hull", "view_health_hull"),
        staff("view_hull", username="b"),
    )
    for client, is_there in ((may, True), (may_not, False)):
        assert bool(soup_of(client.get("/admin/")).select(".health-link a")) is is_there
        assert bool(soup_of(client.get(HULLS)).select("a.healthlink")) is is_there


def test_what_is_no_document_has_no_page(admin_client):
    assert admin_client.get("/admin/data-health/tests/gone/").status_code == 404
    assert admin_client.get("/admin/data-health/auth/user/").status_code == 404
    assert admin_client.post(PAGE).status_code == 405


def test_the_list_says_what_it_shows_and_leads_back(hulls, admin_client):
    page = soup_of(admin_client.get(f"{HULLS}?_drift=type:name&o=2"))
    line = page.select_one(".admin-ext.drifted-to")
    text = " ".join(line.get_text(" ").split())
    assert text == "Only documents with a problem: name wrong type Show all"
    assert line.a["href"] == "?o=2"


def test_sorting_searching_and_paging_keep_it(hulls, admin_client):
    hulls.insert_many([{**FIT, "name": 5} for _ in range(12)])
    page = soup_of(admin_client.get(f"{HULLS}?_drift=type:name"))
    links = page.select('#result_list a[href^="?"], .paginator a')
    urls = [urlsplit(each["href"]).query for each in links]
    assert len(urls) > 4
    assert [url for url in urls if parse_qs(url).get("_drift") != ["type:name"]] == []
    field = page.select_one("#changelist-search input[name=_drift]")
    assert field["value"] == "type:name"
    assert len(keys_in(admin_client, f"{HULLS}?_drift=type:name&p=3")) == 3
    assert keys_in(admin_client, f"{HULLS}?_drift=type:name&q=nothing") == set()


@pytest.mark.parametrize(
    "value",
    [
        *(
            "type",
            "type:",
            "type:nothing",
            "gone:name",
            ":",
            "extra",
            "missing:built",
        ),
        *(
            "extra::name",
            "extra:nothing:odd",
            "extra:name:odd",
            "type:$where",
            "choices:name",
        ),
        *(
            "extra::_cls",
            "extra:shim:any",
            "type:name:odd",
            "extra::a\0b",
            "long:built",
        ),
        f"extra::{'x' * 1_001}",
    ],
)
def test_what_the_document_does_not_declare_is_a_bad_url(hulls, admin_client, value):
    response = admin_client.get(HULLS, {"_drift": value})
    assert (response.status_code, response["Location"]) == (302, f"{HULLS}?e=1")


@pytest.mark.parametrize("key", ["$where", "a.b", "$c", "x\n", "é", "'; drop", "odd:b"])
def test_an_undeclared_key_is_data_and_no_operator(hulls, admin_client, key):
    wanted = hulls.insert_one({**FIT, "shim": {}, "rivet": {"size": 1, key: 1}})
    response = admin_client.get(HULLS, {"_drift": f"extra:rivet:{key}"})
    boxes = soup_of(response).select("#result_list .action-select")
    assert [each["value"] for each in boxes] == [str(wanted.inserted_id)]


def test_the_list_takes_the_permission_as_well(hulls, staff):
    client = staff("view_hull")
    response = client.get(f"{HULLS}?_drift=type:name")
    assert response["Location"] == f"{HULLS}?e=1"


def test_a_large_collection_is_said_to_be_read(hulls, admin_client, settings):
    settings.ADMIN_EXT_LARGE_COLLECTION = 5
    page = soup_of(admin_client.get(f"{HULLS}?_drift=type:name"))
    notice = " ".join(page.select_one(".notice").get_text(" ").split())
    assert notice == "This filter may read about 7 hulls, as no index serves it."
    assert len(page.select("#result_list tbody tr")) == 1


def test_a_list_that_takes_too_long_says_so(hulls, admin_client, mongo_timeout):
    with mongo_timeout("hulls"):
        page = soup_of(admin_client.get(f"{HULLS}?_drift=type:name"))
    assert "The rows could not be read." in page.select_one(".notice").get_text()


def test_row_limits_hold_in_the_list(hulls, staff):
    guest = staff("view_hull", "view_health_hull", username="guest")
    page = soup_of(guest.get(f"{HULLS}?_drift=type:name"))
    assert len(page.select("#result_list tbody tr")) == 1
    page = soup_of(guest.get(f"{HULLS}?_drift=null:name"))
    assert not page.select("#result_list tbody tr")


def test_a_condition_of_the_same_operator_is_kept(hulls, admin_client, monkeypatch):
    hull_admin = admin.site.get_model_admin(Hull)
    rows, limit = hull_admin.get_queryset, {"$nor": [{"yard": "mine"}]}
    monkeypatch.setattr(
        hull_admin, "get_queryset", lambda request: rows(request).filter(__raw__=limit)
    )
    assert keys_in(admin_client, f"{HULLS}?_drift=type:name") == set()
    assert len(keys_in(admin_client, f"{HULLS}?_drift=null:name")) == 1
    assert ("name", "wrong type") not in rows_of(admin_client.get(PAGE))


def test_what_was_measured_is_known_for_a_minute(hulls, admin_client, mongo_commands):
    first = rows_of(admin_client.get(PAGE))
    with mongo_commands() as commands:
        assert rows_of(admin_client.get(PAGE)) == first
    assert commands.names == []


def test_few_lists_are_remembered(hulls, admin_client, monkeypatch):
    monkeypatch.setattr(measuring, "MAX_REMEMBERED", 2)
    admin_client.get(SUMMARY)
    assert len(measuring._memory()) == 2


def test_nothing_is_written(hulls, admin_client, mongo_commands):
    with mongo_commands() as commands:
        admin_client.get(SUMMARY)
        admin_client.get(PAGE)
    assert not commands.writes


@pytest.mark.usefixtures("default_limits")
def test_the_page_says_why_it_read_nothing(hulls, admin_client, mongo_timeout):
    with mongo_timeout("hulls"):
        text = soup_of(admin_client.get(PAGE)).select_one(".notice").get_text(" ")
    assert "No document could be read. It took longer than 5 s." in " ".join(
        text.split()
    )


def test_a_summary_without_an_answer_goes_on(hulls, admin_client, mongo_faults):
    with mongo_faults("hulls", errorCode=mongodb.UNAUTHORIZED):
        lines = lines_of(admin_client.get(SUMMARY))
    assert lines["Hulls"] == (
        "Hulls Tests The MongoDB user of this site lacks the permission."
    )
    assert "There are no documents." in lines["Yards"]


def test_a_failure_of_the_summary_is_asked_again_by_the_page(
    hulls, admin_client, mongo_timeout
):
    with mongo_timeout("hulls"):
        admin_client.get(SUMMARY)
    assert len(rows_of(admin_client.get(PAGE))) == 12


def test_without_time_documents_are_not_measured(hulls, admin_client, settings):
    settings.ADMIN_EXT_MAX_TIME_MS = 1
    response = admin_client.get(SUMMARY)
    lines = lines_of(response)
    assert "not measured" in lines["Yards"]
    assert soup_of(response).select_one(".notice a")["href"] == SUMMARY


def test_a_view_is_measured(mongo, hulls, admin_client):
    stages = [{"$match": {"yard": "mine"}}]
    mongo.drop_collection("hulls")
    mongo.hull_rows.insert_many([{**son} for son in SONS])
    mongo.command("create", "hulls", viewOn="hull_rows", pipeline=stages)
    try:
        response = admin_client.get(PAGE)
    finally:
        mongo.drop_collection("hulls")
    assert [*rows_of(response)] == [("name", "wrong type")]


def test_a_list_that_is_cut_is_read_as_it_is(hulls, admin_client, monkeypatch):
    hull_admin = admin.site.get_model_admin(Hull)
    rows = hull_admin.get_queryset
    monkeypatch.setattr(hull_admin, "get_queryset", lambda request: rows(request)[:2])
    response = admin_client.get(PAGE)
    assert [*rows_of(response)] == [("name", "wrong type")]
    assert "2 documents were read." in response.text


def test_pages_have_no_inline_styles_or_scripts(hulls, admin_client):
    for url in (SUMMARY, PAGE):
        page = soup_of(admin_client.get(url)).select_one("#content-main")
        assert "admin-ext" in page["class"]
        assert not page.select("[style], script, style")
        assert float(page.select_one("rect.schema-part")["width"]) > 0
