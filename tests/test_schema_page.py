"""The schema page: what is stored in a collection, beside what is declared."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from bson import Code, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from admin_ext import memory
from tests import mongodb
from tests.admin import ReviewInline
from tests.documents import Book
from tests.odd_documents import Loose, Vehicle
from tests.schema_documents import Sensor
from tests.test_raw import ODD

pytestmark = pytest.mark.django_db

KEY = ObjectId("5f0000000000000000000001")
URL = "/admin/tests/sensor/schema/"
DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def sensors(number=20):
    return [
        {
            "name": f"S{each}",
            "serial": f"secret-{each}",
            "note": f"aside-{each}",
            "level": each,
            "seen": DAY + timedelta(days=each),
            "parent": None if each % 2 else KEY,
            "measures": [{"at": DAY, "value": each / 2, "seal": "hushed"}],
            "labels": {f"2024-05-{each + 10}": "warm"},
            "free": {"colour": "red", "apiToken": "sesame"},
            "userPassword": "open-up",
            "extra": {"deep": [1, 2]},
        }
        for each in range(number)
    ]


@pytest.fixture(autouse=True)
def _forgotten():
    memory.forget()


@pytest.fixture
def stored(mongo):
    mongo.sensors.insert_many(sensors())
    return mongo


def staff(*codenames):
    user = User.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def soup_of(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def paths(soup):
    """Return {path: the words beside it}."""
    found = {}
    for each in soup.select(".schema-path"):
        for wbr in each.select("wbr"):
            wbr.extract()
        each.smooth()
        name = "".join(each.h3.get_text().split())
        found[name] = words(each).removeprefix(words(each.h3)).strip()
    return found


def intro(soup):
    return words(soup.select_one(".schema-page > p"))


def notices(soup):
    return [words(each) for each in soup.select(".notice")]


def test_the_list_leads_to_it(admin_client, stored):
    link = soup_of(admin_client.get("/admin/tests/sensor/")).select_one(".schemalink")
    assert link["href"] == URL
    assert link.parent["class"] == ["admin-ext"]
    assert intro(soup_of(admin_client.get(URL))).startswith("Read all 20 documents in")


def test_a_popup_does_not_lead_to_it(admin_client, stored):
    soup = soup_of(admin_client.get("/admin/tests/sensor/?_popup=1"))
    assert not soup.select(".schemalink")


def test_a_document_whose_key_is_the_address_has_its_page(admin_client, mongo):
    mongo.authors.insert_one({"_id": "schema", "name": "Ann"})
    url = reverse("admin:tests_author_change", args=["schema"])
    assert "Ann" in soup_of(admin_client.get(url)).text
    assert soup_of(admin_client.get("/admin/tests/author/schema/")).select(
        ".schema-page"
    )


def test_only_who_may_view_the_documents_may_open_it(client, stored):
    answers = {}
    for codename in ("view_book", "view_sensor", "change_sensor", "view_raw_sensor"):
        User.objects.all().delete()
        client.force_login(staff(codename))
        answers[codename] = client.get(URL).status_code
    assert answers == {
        "view_book": 403,
        "view_sensor": 200,
        "change_sensor": 200,
        "view_raw_sensor": 403,
    }


def test_it_only_reads(admin_client, stored, mongo_commands):
    assert admin_client.post(URL).status_code == 405
    with mongo_commands() as commands:
        assert admin_client.get(URL).status_code == 200
    assert not commands.writes
    assert commands.names == [
        *("listCollections", "aggregate"),  # its kind, its storage
        *("listIndexes", "aggregate"),  # and their use
        *("aggregate", "aggregate", "getMore"),  # how many documents, and these
    ]


def test_paths_with_types_shares_and_declared_classes(admin_client, stored):
    found = paths(soup_of(admin_client.get(URL)))
    assert found["level"].startswith("IntField in 100 % of all whole number")
    assert "ReferenceField(Sensor)" in found["parent"]
    assert "ObjectId objectId 50.0 % null null 50.0 %" in found["parent"]
    assert "double" in found["measures[].value"]
    assert "12 characters" not in found["name"]
    assert found["never"].startswith("FloatField Declared, and never seen here.")
    assert "Stored, and not declared." in found["extra"]
    assert "declared" not in found["free.colour"]


def test_keys_that_are_data_are_one_path(admin_client, stored):
    found = paths(soup_of(admin_client.get(URL)))
    assert [name for name in found if name.startswith("labels")] == [
        *("labels", "labels.*"),
    ]
    assert "20 different keys" in found["labels.*"]
    assert "warm 100 %" in found["labels.*"]


def test_numbers_and_dates_are_drawn(admin_client, stored):
    soup = soup_of(admin_client.get(URL))
    images = soup.select("svg[role=img]")
    labels = [each["aria-label"] for each in images]
    assert "Numbers. From 0 to 19; most values, 5.0 %, are 0." in labels
    assert any(each.startswith("Dates. From May 1, 2024, ") for each in labels)
    assert all(each.title and each.desc for each in images)
    assert not soup.select(".schema-page [style], .schema-page style")


def test_a_type_that_is_not_declared_is_told_with_a_document(admin_client, stored):
    stored.sensors.insert_one({"_id": KEY, "name": "odd", "level": "high"})
    soup = soup_of(admin_client.get(URL))
    note = "Declared as IntField, also stored as: text."
    assert note in paths(soup)["level"]
    link = soup.select_one(".schema-odd a")
    assert link["href"] == reverse("admin:tests_sensor_change", args=[KEY])


def test_a_required_value_that_is_not_there_is_told(admin_client, stored):
    stored.sensors.insert_many([{"level": 1}, {"name": None}])
    stored.sensors.drop_indexes()
    found = paths(soup_of(admin_client.get(URL)))
    assert "Required, and without a value in 9.1 %." in found["name"]


@pytest.mark.parametrize("codename", ["view_sensor", "superuser"])
def test_secrets_are_never_in_the_answer(client, stored, codename):
    user = staff(codename)
    user.is_superuser = codename == "superuser"
    user.save()
    client.force_login(user)
    response = client.get(URL)
    text = response.content.decode()
    for secret in ("secret-", "hushed", "open-up", "sesame"):
        assert secret not in text
    found = paths(soup_of(response))
    for path in ("serial", "measures[].seal", "userPassword", "free.apiToken"):
        assert "text string" in found[path]
        assert found[path].endswith("Its values are not shown.")


def test_what_no_page_shows_is_for_who_may_see_what_is_stored(client, stored):
    client.force_login(staff("view_sensor"))
    response = client.get(URL)
    assert "aside-" not in response.content.decode()
    assert paths(soup_of(response))["note"].endswith("Its values are not shown.")
    User.objects.all().delete()
    client.force_login(staff("view_sensor", "view_raw_sensor"))
    assert "aside-" in client.get(URL).content.decode()


def test_a_secret_is_known_by_its_look_too(admin_client, mongo):
    mongo.sensors.insert_one({"name": "a", "other": ["$2b$12$abcdefghijklmnopqrst"]})
    response = admin_client.get(URL)
    assert "$2b$" not in response.content.decode()
    assert paths(soup_of(response))["other[]"].endswith("Its values are not shown.")


@pytest.fixture
def limited(monkeypatch):
    """Have people see sensors below level 5 only."""
    own = admin.site.get_model_admin(Sensor)
    listed = own.get_queryset
    monkeypatch.setattr(
        own, "get_queryset", lambda request: listed(request).filter(level__lt=5)
    )


def test_what_rows_of_an_inline_leave_out_is_not_shown(client, mongo, monkeypatch):
    monkeypatch.setattr(ReviewInline, "fields", ("stars",))
    mongo.books.insert_one({"reviews": [{"text": "aside", "stars": 4}]})
    client.force_login(staff("view_book"))
    found = paths(soup_of(client.get("/admin/tests/book/schema/")))
    assert found["reviews[].text"].endswith("Its values are not shown.")
    assert "4 100 %" in found["reviews[].stars"]
    User.objects.all().delete()
    client.force_login(staff("view_book", "view_raw_book"))
    found = paths(soup_of(client.get("/admin/tests/book/schema/")))
    assert "aside" in found["reviews[].text"]


def test_documents_outside_of_the_list_are_not_read(client, stored, limited):
    client.force_login(staff("view_sensor"))
    response = client.get(URL)
    text = response.content.decode()
    soup = soup_of(response)
    assert intro(soup).startswith("Read all 5 documents in")
    assert intro(soup).endswith("Only documents of your list are read.")
    assert "Numbers. From 0 to 4; most values, 20.0 %, are 0." in text
    assert "S0" in text
    for hidden in ("S5", "S19", "May 6, 2024", "May 20, 2024", "19.5"):
        assert hidden not in text


def test_figures_of_the_whole_are_not_for_who_sees_a_part(
    client, stored, limited, mongo_commands
):
    client.force_login(staff("view_sensor"))
    with mongo_commands() as commands:
        soup = soup_of(client.get(URL))
    pipelines = [each.document.get("pipeline", []) for each in commands]
    assert not [each for each in pipelines if each and "$indexStats" in each[0]]
    assert not soup.select(".schema-figures")
    heads = [words(each) for each in soup.select("thead th")]
    assert "Used" not in heads
    User.objects.all().delete()
    client.force_login(staff("view_sensor", "view_raw_sensor"))
    soup = soup_of(client.get(URL))
    assert "also of documents that are not in your list" in words(soup)
    assert "Documents 20" in words(soup.select_one(".schema-figures"))


def test_hostile_values_are_only_text(admin_client, mongo):
    hostile = "<script>alert(1)</script>"
    odd = '"><svg onload=alert(1)>'
    mongo.sensors.insert_many([
        {"name": hostile, "free": {odd: odd}, odd: {"a.b": 1, "$c": hostile}}
        for _each in range(3)
    ])
    response = admin_client.get(URL)
    text = response.content.decode()
    assert hostile not in text
    assert odd not in text
    assert "&lt;script&gt;alert(1)" in text


def test_long_values_are_cut(admin_client, mongo):
    long = "x" * 5_000_000
    mongo.sensors.insert_many([
        {"name": long, "free": {"k" * 1_000: long}, "level": each} for each in range(3)
    ])
    response = admin_client.get(URL)
    assert "texts of 5000000 characters" in paths(soup_of(response))["name"]
    assert "x" * 100 not in response.content.decode()
    assert "3 are large: the beginnings of their values" in intro(soup_of(response))


def test_odd_documents_have_a_schema(admin_client, mongo):
    mongo.books.insert_many([
        {**ODD, "reviews": "none", "author": {"x": 1}, "publisher": [1]},
        {"_id": {"a": 1}, "reviews": [1, None, {"stars": "5"}], "extra": [1]},
        {"_id": float("nan"), "pages": float("inf"), "price": float("-inf")},
    ])
    found = paths(soup_of(admin_client.get("/admin/tests/book/schema/")))
    assert "also stored as: text" in found["reviews"]
    assert "Declared as StringField" not in found["title"]
    assert "_id.a" in found
    assert "infinity" not in found["pages"]
    assert "1 50.0 % -inf 50.0 %" in found["price"]


def test_code_among_the_texts_has_a_schema(admin_client, mongo):
    mongo.sensors.insert_one({"_id": Code("f()"), "_cls": Code("g()")})
    mongo.sensors.insert_many([{"_id": f"s{each}"} for each in range(9)])
    assert "code javascript" in paths(soup_of(admin_client.get(URL)))["_id"]


def test_a_key_that_has_no_room_in_an_address_has_no_link(admin_client, mongo):
    mongo.sensors.insert_one({"_id": "x" * 200_000, "level": "high"})
    response = admin_client.get(URL)
    assert len(response.content) < 50_000
    assert not soup_of(response).select(".schema-path a")


def test_an_empty_collection_has_what_is_declared(admin_client, mongo):
    soup = soup_of(admin_client.get(URL))
    assert "Nothing was read, so this is what the Document declares." in words(soup)
    assert paths(soup)["measures"] == "ListField(EmbeddedDocumentField(Measure))"


def test_a_collection_that_is_not_there_yet(admin_client, bare_mongo):
    soup = soup_of(admin_client.get(URL))
    assert "There is no such collection yet." in words(soup)
    assert "declared, not on the server" in words(soup)


def test_a_view_says_what_is_not_known(admin_client, bare_mongo):
    bare_mongo.machines.insert_one({"name": "m"})
    bare_mongo.create_collection("sensors", viewOn="machines", pipeline=[])
    soup = soup_of(admin_client.get(URL))
    text = "This is a view: it stores nothing, and has the indexes of “machines”."
    assert text in words(soup)
    assert "in 100 % of all" in paths(soup)["name"]
    bare_mongo.sensors.drop()


def test_a_capped_collection_tells_its_limits(admin_client, bare_mongo):
    options = {"capped": True, "size": 8192, "max": 5}
    bare_mongo.create_collection("sensors", validator={"level": 1}, **options)
    figures = words(soup_of(admin_client.get(URL)).select_one(".schema-figures"))
    assert "Capped at 8.0" in figures
    assert "Capped at documents 5" in figures
    assert "yes, level “strict”, action “error”" in figures
    bare_mongo.sensors.drop()


def test_a_time_series_has_a_schema(admin_client, bare_mongo):
    series = {"timeField": "seen", "metaField": "name"}
    bare_mongo.create_collection("sensors", timeseries=series)
    bare_mongo.sensors.insert_many([{"seen": DAY, "name": "a", "level": 1}] * 3)
    soup = soup_of(admin_client.get(URL))
    assert "in 100 % of all" in paths(soup)["level"]
    assert "Time series by seen" in words(soup)
    bare_mongo.sensors.drop()


def test_a_hierarchy_has_the_fields_of_its_classes(admin_client, mongo):
    mongo.vehicles.insert_many([
        {"_cls": "Vehicle.Lorry", "name": "l", "axles": 3},
        {"_cls": "Vehicle", "name": "v"},
    ])
    found = paths(soup_of(admin_client.get("/admin/tests/vehicle/schema/")))
    assert found["axles"].startswith("IntField in 50.0 % of all")
    found = paths(soup_of(admin_client.get("/admin/tests/lorry/schema/")))
    assert found["axles"].startswith("IntField in 100 % of all")


def test_a_dynamic_document_expects_more_keys(admin_client, mongo):
    mongo.loose.insert_one({"name": "a", "more": {"x": 1}})
    found = paths(soup_of(admin_client.get("/admin/tests/loose/schema/")))
    assert "not declared" not in " ".join(found.values())
    assert "whole number int" in found["more.x"]


@pytest.mark.usefixtures("default_limits")
@pytest.mark.parametrize("fault", ["refused", "stopped"])
def test_what_mongodb_does_not_answer_is_said(
    admin_client, stored, mongo_faults, fault
):
    code, why = {
        "refused": (mongodb.UNAUTHORIZED, "The MongoDB user of this site lacks"),
        "stopped": (mongodb.TIME_LIMIT, "It took longer than 1 s."),
    }[fault]
    commands = ["aggregate", "find", "listIndexes", "listCollections"]
    with mongo_faults("sensors", errorCode=code, failCommands=commands):
        soup = soup_of(admin_client.get(URL))
    text = words(soup.select_one(".schema-page"))
    assert why in text
    assert "MongoDB did not tell the indexes." in text
    assert "MongoDB did not tell how much is stored." in text
    assert intro(soup).startswith("Read 0")
    assert paths(soup)["level"].startswith("IntField")


def test_a_time_limit_is_said_and_the_rest_shown(admin_client, stored, mongo_timeout):
    with mongo_timeout("sensors"):
        soup = soup_of(admin_client.get(URL))
    assert notices(soup)[0].startswith("The random documents were not all read.")
    assert [words(each) for each in soup.select("tbody th")][0] == "_id_"


def test_the_documents_have_admins():
    for document in (Book, Loose, Vehicle, Sensor):
        assert admin.site.is_registered(document)
