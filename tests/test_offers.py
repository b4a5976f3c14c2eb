"""How many documents a form reads to offer them, and what stands beyond the bound."""

import mongoengine as me
import pytest
from bs4 import BeautifulSoup
from bson import DBRef, ObjectId
from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.test import RequestFactory

from admin_ext import DocumentAdmin
from admin_ext.checks import DocumentAdminChecks
from admin_ext.sites import AdminSite
from tests.documents import Book
from tests.reference_documents import Town, Trip
from tests.submission import sent

pytestmark = pytest.mark.django_db

BOOKS, TRIPS = "/admin/tests/book/", "/admin/tests/trip/"
TOWNS = [ObjectId(f"5f{n:022x}") for n in range(101)]


class Janitor(me.Document):
    name = me.StringField()

    meta = {"collection": "janitors"}

    def __str__(self):
        return self.name


class Locker(me.Document):
    janitor = me.ReferenceField(Janitor)
    other = me.GenericReferenceField(choices=(Janitor,))

    meta = {"collection": "lockers"}

    def __str__(self):
        return f"{self.janitor}, {self.other}"


class Coat(me.Document):
    locker = me.ReferenceField(Locker)

    meta = {"collection": "coats"}


@pytest.fixture
def coats(mongo, admin_user):
    """The admin of coats, whose lockers read two references each; and a request."""
    for n in range(9):
        mongo.janitors.insert_one({"_id": n, "name": f"J{n}"})
        other = {"_cls": "Janitor", "_ref": DBRef("janitors", n)}
        mongo.lockers.insert_one({"_id": n, "janitor": n, "other": other})
    own = AdminSite(name="admin")
    own.register([Janitor, Locker], DocumentAdmin)
    own.register(Coat, DocumentAdmin, list_filter=["locker"])
    request = RequestFactory().get("/")
    request.user = admin_user
    return own.get_model_admin(Coat), request


def test_references_in_texts_of_a_select_are_fetched_together(coats, mongo_commands):
    admin, request = coats
    with mongo_commands() as commands:
        form = admin.get_form(request)()
        labels = [str(label) for _key, label in form.fields["locker"].choices]
    assert labels[1:] == [f"J{n}, J{n}" for n in range(9)]
    assert commands.names == ["aggregate", "find"]


def test_references_in_texts_of_a_filter_are_fetched_together(coats, mongo_commands):
    admin, request = coats
    with mongo_commands() as commands:
        (spec,) = admin.get_changelist_instance(request).filter_specs
    assert spec.lookup_choices[8][1] == "J8, J8"
    reads = [each for each in commands if "janitors" in each.document.values()]
    assert len(reads) == 1


@pytest.fixture
def towns(mongo):
    """A hundred towns, and one more when it is called."""
    rows = [{"_id": key, "townName": f"Town {n}"} for n, key in enumerate(TOWNS)]
    mongo.towns.insert_many(rows[:100])
    return lambda: mongo.towns.insert_one(rows[100])


@pytest.fixture
def trip(mongo):
    leg = {"plain": TOWNS[5], "plains": [TOWNS[6], TOWNS[7]]}
    return mongo.trips.insert_one({
        "title": "t",
        "plainTown": TOWNS[1],
        "dbref": ObjectId(),
        "plains": [TOWNS[2], TOWNS[3]],
        "legs": [leg | {"lazy": TOWNS[8 + n]} for n in range(8)],
        "generics": [{"_cls": "Town", "_ref": TOWNS[n]} for n in range(8)],
    }).inserted_id


def read(commands, collection):
    """Return the queries of a collection: what each asked for."""
    return [
        each.document
        for each in commands
        if each.name in {"find", "aggregate"} and each.document[each.name] == collection
    ]


def page_of(client, url):
    return BeautifulSoup(client.get(url).content, "html.parser")


def widget(page, name):
    """Return what stands for a reference: select, autocomplete or input."""
    found = page.select_one(f"[name={name}]")
    is_search = "admin-autocomplete" in found.get("class", ())
    return "autocomplete" if is_search else found.name


def test_a_select_holds_a_hundred_and_no_more(admin_client, towns, trip):
    page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    select = page.select_one("[name=plain]")
    assert len(select.select("option")) == 101
    assert "admin-autocomplete" not in select.get("class", ())
    towns()
    select = page_of(admin_client, f"{TRIPS}{trip}/change/").select_one("[name=plain]")
    assert "admin-autocomplete" in select["class"]
    assert [each.text for each in select.select("option")] == ["", "Town 1"]
    assert select["data-field-name"] == "plain"


def test_all_references_of_a_page_are_asked_in_one_query(
    admin_client, towns, trip, mongo_commands
):
    with mongo_commands() as commands:
        page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    assert len(page.select("select")) > 50
    bounded, *others = read(commands, "towns")
    assert bounded["pipeline"][1] == {"$limit": 101}
    assert others == []


def test_beyond_the_bound_the_labels_take_one_query_more(
    admin_client, towns, trip, mongo_commands
):
    towns()
    with mongo_commands() as commands:
        page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    assert len(page.select("select.admin-autocomplete")) > 40
    bounded, labels = read(commands, "towns")
    assert bounded["pipeline"][1] == {"$limit": 101}
    assert set(TOWNS[1:8]) <= {*labels["filter"]["_id"]["$in"]}


def test_rows_of_a_list_share_their_choices(
    admin_client, mongo, mongo_commands, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Book), "list_display", ("id", "author"))
    monkeypatch.setattr(site.get_model_admin(Book), "list_editable", ("author",))
    monkeypatch.setattr(site.get_model_admin(Book), "list_filter", ())
    mongo.authors.insert_many({"_id": f"a{n}", "name": f"A {n}"} for n in range(100))
    mongo.books.insert_many(
        {"_id": n, "title": f"b{n}", "author": f"a{n}" if n else "gone"}
        for n in range(40)
    )
    for count in (100, 101):
        with mongo_commands() as commands:
            page = page_of(admin_client, BOOKS)
        assert len(page.select("select[name$=-author]")) == 40
        # The column of the list itself asks once, whether it is edited or not.
        assert len(read(commands, "authors")) == (2 if count == 100 else 3)
        data = {
            each["name"]: each.get("value", "")
            for each in page.select("input[name^=form-]")
        }
        data |= {f"form-{n}-author": f"a{n + 1}" for n in range(40)}
        with mongo_commands() as commands:
            response = admin_client.post(BOOKS, data | {"_save": "Save"})
        assert response.status_code == 302
        assert len(read(commands, "authors")) <= 2
        if count == 100:
            mongo.authors.insert_one({"_id": "a100", "name": "A 100"})
            mongo.books.update_many({}, {"$set": {"author": "a50"}})


@pytest.mark.parametrize("registered", [True, False])
def test_who_may_not_view_the_documents_types_an_id(
    client, towns, trip, registered, monkeypatch
):
    towns()
    codenames = ["change_trip", *([] if registered else ["view_town"])]
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    if not registered:
        monkeypatch.delitem(site._registry, Town)
    page = page_of(client, f"{TRIPS}{trip}/change/")
    assert page.select_one("input[name=plain]")["value"] == str(TOWNS[1])
    keys = f"{TOWNS[2]},{TOWNS[3]}"
    assert page.select_one("input[name=plains]")["value"] == keys
    assert "Town 1" not in page.text
    assert not page.select("a.related-lookup[id$=plain]")


def test_an_admin_says_how_many_a_select_may_offer(
    admin_client, towns, trip, monkeypatch
):
    trips = site.get_model_admin(Trip)
    monkeypatch.setattr(trips, "reference_max_choices", 99)
    url = f"{TRIPS}{trip}/change/"
    assert widget(page_of(admin_client, url), "plain") == "autocomplete"
    monkeypatch.setattr(trips, "get_reference_max_choices", lambda request: 100)
    assert widget(page_of(admin_client, url), "plain") == "select"


@pytest.mark.parametrize("value", [-1, "100", None, True, 1.5])
def test_a_bound_must_be_a_number(monkeypatch, value):
    trips = site.get_model_admin(Trip)
    monkeypatch.setattr(trips, "reference_max_choices", value)
    (error,) = DocumentAdminChecks().check(trips)
    assert error.id == "admin_ext.E014"
    assert (
        error.msg
        == "The value of 'reference_max_choices' must be an integer, 0 or more."
    )


def test_a_form_that_narrows_its_choices_has_a_select(
    admin_client, towns, trip, monkeypatch
):
    towns()
    trips = site.get_model_admin(Trip)

    class NarrowForm(trips.form):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            field = self.fields["plain"]
            field.queryset = field.queryset.filter(name__in=["Town 1", "Town 2"])

    monkeypatch.setattr(trips, "form", NarrowForm)
    page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    options = [each.text for each in page.select("[name=plain] option")]
    assert options == ["---------", "Town 1", "Town 2"]
    assert widget(page, "lazy") == "autocomplete"


def filled(client, url, **changes):
    """Return what a browser sends for a page, as lists."""
    data = sent(client.get(url).content.decode(), **changes)
    return dict(data.lists())


@pytest.mark.parametrize("bound", [100, 0])
def test_what_many_rows_choose_is_validated_at_once(
    admin_client, towns, trip, bound, mongo, mongo_commands, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Trip), "reference_max_choices", bound)
    url = f"{TRIPS}{trip}/change/"
    changes = {
        f"legs-{n}-value-{name}{'' if bound else '-typed'}": str(TOWNS[20 + n])
        for n in range(8)
        for name in ("plain", "lazy_dbref")
    }
    data = filled(admin_client, url, **changes)
    data |= {f"generics-{n}-value_1": [str(TOWNS[60 + n])] for n in range(8)}
    with mongo_commands() as commands:
        response = admin_client.post(url, data)
    assert response.status_code == 302
    stored = mongo.trips.find_one(trip)
    assert [each["plain"] for each in stored["legs"]] == TOWNS[20:28]
    assert [each["_ref"].id for each in stored["generics"]] == TOWNS[60:68]
    assert len(read(commands, "towns")) <= 2
    assert len(commands.writes) == 1


def test_inlines_share_their_choices(admin_client, mongo, mongo_commands):
    mongo.authors.insert_many({"_id": f"a{n}", "name": f"A {n}"} for n in range(101))
    reviews = [{"text": "t", "by": f"a{n}"} for n in range(20)]
    book = {"title": "T", "author": "a1", "reviews": reviews, "others": ["a2", "a3"]}
    key = mongo.books.insert_one(book).inserted_id
    mongo.chapters.insert_many({"book": key, "number": n} for n in range(20))
    with mongo_commands() as commands:
        page = page_of(admin_client, f"{BOOKS}{key}/change/")
    assert widget(page, "reviews-19-by") == "autocomplete"
    assert "A 19" in page.select_one("[name=reviews-19-by]").text
    assert widget(page, "others") == "autocomplete"
    assert len(read(commands, "authors")) == 2
    changes = {f"reviews-{n}-by-typed": f"a{n + 50}" for n in range(20)}
    data = filled(admin_client, f"{BOOKS}{key}/change/", **changes)
    with mongo_commands() as commands:
        response = admin_client.post(f"{BOOKS}{key}/change/", data)
    assert response.status_code == 302
    assert mongo.books.find_one()["reviews"][19]["by"] == "a69"
    assert len(read(commands, "authors")) <= 2


def test_two_boxes_hold_as_much_as_a_select(admin_client, mongo):
    mongo.authors.insert_many({"_id": f"a{n}", "name": f"A {n}"} for n in range(100))
    page = page_of(admin_client, f"{BOOKS}add/")
    assert "selectfilter" in page.select_one("[name=others]")["class"]
    assert len(page.select("[name=others] option")) == 100
    assert "Hold down" in page.select_one("#id_others_helptext").text
    mongo.authors.insert_one({"_id": "a100", "name": "A 100"})
    page = page_of(admin_client, f"{BOOKS}add/")
    assert widget(page, "others") == "autocomplete"
    assert not page.select("#id_others_helptext")


def test_a_queryset_of_mongoengine_is_bounded_too(
    admin_client, towns, trip, monkeypatch
):
    towns()
    base = site.get_model_admin(Trip).formfield_for_foreignkey

    def formfield_for_foreignkey(db_field, request, **kwargs):
        if db_field.name == "plain":
            kwargs["queryset"] = Town.objects.filter(name__in=["Town 1", "Town 2"])
        if db_field.name == "lazy":
            kwargs["queryset"] = Town.objects
        return base(db_field, request, **kwargs)

    trips = site.get_model_admin(Trip)
    monkeypatch.setattr(trips, "formfield_for_foreignkey", formfield_for_foreignkey)
    page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    options = [each.text for each in page.select("[name=plain] option")]
    assert options == ["---------", "Town 1", "Town 2"]
    assert widget(page, "lazy") == "autocomplete"


def test_no_order_of_a_large_collection_is_asked_for(
    admin_client, towns, trip, mongo_commands, monkeypatch
):
    monkeypatch.setattr(site.get_model_admin(Town), "ordering", ("-name",))
    with mongo_commands() as commands:
        page = page_of(admin_client, f"{TRIPS}{trip}/change/")
    (bounded,) = read(commands, "towns")
    stages = [next(iter(stage)) for stage in bounded["pipeline"]]
    assert stages == ["$match", "$limit", "$sort"]
    assert page.select("[name=plain] option")[1].text == "Town 99"
