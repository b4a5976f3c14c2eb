"""Forms longer than Django takes: from staff who may write the Document, and nobody."""

import io

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from django.urls import reverse

from tests.admin import AuthorAdmin
from tests.documents import Author, Publisher

pytestmark = pytest.mark.django_db

ROWS = 90
ADD = "/admin/tests/author/add/"
LONG = {f"x{number}": "" for number in range(2000)}


def staff(*codenames):
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def browser(admin_user):
    """Return a client whose requests are checked, as those of browsers are."""

    def client_for(user=admin_user):
        client = Client(enforce_csrf_checks=True)
        if user:
            client.force_login(user)
        return client

    return client_for


def post(client, url, data, page=ADD, **options):
    """Send a form with the token of a page."""
    client.get(page, follow=True)
    token = client.cookies["csrftoken"].value
    return client.post(url, {"csrfmiddlewaretoken": token} | data, **options)


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").select_one("main").text


@pytest.fixture
def publisher(mongo):
    rows = [{"street": f"{n} High St", "city": "X", "since": n} for n in range(ROWS)]
    document = {"name": "P", "offices": rows, "unknown": 1}
    return mongo.publishers.insert_one(document).inserted_id


def opened(django_app, admin_user, pk):
    django_app.set_user(admin_user)
    url = reverse("admin:tests_publisher_change", args=[pk])
    return django_app.get(url).forms["publisher_form"]


def test_a_form_with_more_inputs_than_django_takes_is_saved(
    django_app, admin_user, mongo, publisher, mongo_commands, settings
):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
    before = mongo.publishers.find_one(publisher)
    form = opened(django_app, admin_user, publisher)
    assert len(form.submit_fields()) > 300
    with mongo_commands() as commands:
        assert form.submit().status_code == 302
    assert not commands.writes
    form["offices-17-city"] = "Y"
    assert form.submit().status_code == 302
    before["offices"][17]["city"] = "Y"
    assert mongo.publishers.find_one(publisher) == before


def test_a_text_above_the_limit_of_django_is_saved(django_app, admin_user, mongo):
    text = "ä" * 1_300_000
    key = mongo.books.insert_one({"title": "T", "blurbText": "x"}).inserted_id
    django_app.set_user(admin_user)
    page = django_app.get(reverse("admin:tests_book_change", args=[key]))
    form = page.forms["book_form"]
    form["title"] = "U"
    form["blurb"] = text
    assert form.submit().status_code == 302
    stored = mongo.books.find_one(key)
    assert stored == {"_id": key, "title": "U", "blurbText": text}


def test_a_long_list_is_saved(browser, mongo, monkeypatch):
    monkeypatch.setattr(AuthorAdmin, "list_per_page", 1_000)
    names = [f"a{number:03}" for number in range(400)]
    mongo.authors.insert_many({"_id": name, "name": name} for name in names)
    client = browser()
    page = BeautifulSoup(client.get("/admin/tests/author/").content, "html.parser")
    inputs = page.select("#changelist-form input[name^=form-]")
    data = {each["name"]: each.get("value", "") for each in inputs}
    assert len(data) > 1_000
    data |= {"form-399-name": "New", "_save": "Save"}
    assert post(client, "/admin/tests/author/", data).status_code == 302
    assert mongo.authors.find_one({"_id": data["form-399-code"]})["name"] == "New"
    assert mongo.authors.count_documents({"name": "New"}) == 1


def multipart(data, files, name="x.txt"):
    """Return the body of a form as browsers send it: with each input of a file."""
    body = io.BytesIO()
    for key, value in data.items():
        body.write(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'
            f"{value}\r\n".encode()
        )
    for number in range(files):
        body.write(
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
            f'name="file{number}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n\r\n".encode()
        )
    return body.getvalue() + f"--{BOUNDARY}--\r\n".encode()


def send_files(client, files, name):
    client.get(ADD)
    token = client.cookies["csrftoken"].value
    data = {"code": "a", "name": "A", "csrfmiddlewaretoken": token}
    body = multipart(data, files, name)
    return client.generic("POST", ADD, body, MULTIPART_CONTENT)


def test_inputs_of_files_left_empty_do_not_count(browser, mongo):
    assert send_files(browser(), 500, "").status_code == 302
    assert mongo.authors.find_one() == {"_id": "a", "name": "A"}


def test_too_many_files_are_refused_in_words(browser, mongo, mongo_commands):
    with mongo_commands() as commands:
        response = send_files(browser(), 101, "x.txt")
    assert response.status_code == 400
    assert "It has more than 100 files. Nothing was saved." in text_of(response)
    assert not commands.writes
    assert send_files(browser(), 100, "x.txt").status_code == 302


def test_a_form_above_the_own_limit_is_refused_in_words(
    browser, settings, mongo_commands
):
    settings.ADMIN_EXT_MAX_FIELDS = 1_500
    data = LONG | {"code": "a", "name": "A"}
    client = browser()
    with mongo_commands() as commands:
        response = post(client, ADD, data)
    assert response.status_code == 400
    assert "It has more than 1500 inputs. Nothing was saved." in text_of(response)
    settings.USE_THOUSAND_SEPARATOR = True
    assert "more than 1,500 inputs" in text_of(post(client, ADD, data))
    assert not commands.writes
    encoded = "application/x-www-form-urlencoded"
    body = "&".join(f"{name}=" for name in LONG)
    response = client.post(ADD, body, content_type=encoded)
    assert "more than 1,500 inputs" in text_of(response)


@pytest.mark.parametrize("kind", ["multipart", "application/x-www-form-urlencoded"])
def test_a_text_above_the_own_limit_is_refused_in_words(
    browser, settings, mongo_commands, kind
):
    settings.ADMIN_EXT_MAX_MEMORY_SIZE = 3 * 1024 * 1024
    text = "x" * 4 * 1024 * 1024
    with mongo_commands() as commands:
        client = browser()
        if kind == "multipart":
            response = post(client, ADD, {"code": "a", "name": text})
        else:
            client.get(ADD)
            response = client.post(ADD, f"code=a&name={text}", content_type=kind)
    assert response.status_code == 400
    assert "It has more than 3.0\xa0MB of text." in text_of(response)
    assert not commands.writes


def test_the_limit_of_django_counts_where_it_is_higher(browser, settings, mongo):
    settings.ADMIN_EXT_MAX_FIELDS = 10
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    data = LONG | {"code": "a", "name": "A"}
    assert post(browser(), ADD, data).status_code == 302
    assert mongo.authors.count_documents({}) == 1


def test_only_who_may_write_sends_long_forms(browser, mongo_commands):
    anonymous = browser(user=None)
    with mongo_commands() as commands:
        assert post(anonymous, ADD, LONG).status_code == 400
        viewer = browser(staff("view_author", "change_book"))
        assert post(viewer, ADD, LONG, page="/admin/").status_code == 400
    assert not commands.writes


def test_who_may_not_log_in_to_the_admin_sends_no_long_form(browser):
    user = staff("change_author", "add_author")
    User.objects.update(is_staff=False)
    assert post(browser(user), ADD, LONG, page="/admin/login/").status_code == 400


@pytest.mark.parametrize("data", [{}, LONG], ids=["short", "long"])
@pytest.mark.parametrize("token", [{}, {"csrfmiddlewaretoken": "x" * 64}])
def test_forged_requests_are_refused(browser, mongo_commands, data, token):
    client = browser()
    client.get(ADD)
    values = {"code": "a", "name": "A"} | data | token
    with mongo_commands() as commands:
        assert client.post(ADD, values).status_code == 403
    foreign = {"HTTP_ORIGIN": "https://example.org"}
    with mongo_commands() as more:
        assert post(client, ADD, values, **foreign).status_code == 403
    assert not commands.writes + more.writes


def forms_of_documents():
    for document in (Author, Publisher):
        name = f"admin:tests_{document._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for view in ("change", "delete", "raw", "history"):
            yield reverse(f"{name}_{view}", args=["a"])


def test_every_page_is_protected_against_forged_requests(browser, mongo):
    mongo.authors.insert_one({"_id": "a", "name": "A"})
    client = browser()
    for url in forms_of_documents():
        assert client.post(url, {"post": "yes"}).status_code == 403, url
    assert mongo.authors.count_documents({}) == 1


@pytest.mark.parametrize(
    "url", ["/admin/login/", "/admin/auth/group/add/", "/admin/password_change/"]
)
def test_pages_of_people_keep_the_limit_of_django(browser, url):
    assert post(browser(), url, LONG).status_code == 400


def test_the_higher_limit_ends_with_the_request(browser, mongo):
    client = browser()
    data = LONG | {"code": "a", "name": "A"}
    assert post(client, ADD, data).status_code == 302
    assert post(client, "/admin/auth/group/add/", LONG).status_code == 400
    mongo.authors.delete_many({})
