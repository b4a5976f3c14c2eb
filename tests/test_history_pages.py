"""The history of a document with values, and the list of all changes."""

import uuid
from datetime import timedelta

import pytest
from bson import Decimal128, Int64, ObjectId
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils import timezone

from admin_ext.history.reveals import record_reveal
from admin_ext.models import Change, FieldLimit, GroupLimit
from tests.documents import Author, Book
from tests.histories import MISSING, record
from tests.key_documents import Freely

KEY = ObjectId("5f0000000000000000000001")
OLD = {"_id": KEY, "title": "Old", "pages": Int64(3)}
NEW = {"_id": KEY, "title": "New", "pages": 4, "kind": "novel"}
HISTORY = reverse("admin:tests_book_history", args=[KEY])
AUDIT = reverse("admin:admin_ext_change_changelist")


@pytest.fixture
def book(mongo):
    mongo.books.insert_one(NEW)
    return NEW


def texts(response):
    return " ".join(response.content.decode().split())


def lines(response, entry=0):
    """Return (label, before, after) of an entry of a history page."""
    found = response.context["changes"].entries[entry].differences
    return [(each.label, each.before, each.after) for each in found]


def test_the_history_tells_values_with_labels_and_types(book, admin_client, admin_user):
    record(admin_user, Book, OLD, NEW)
    page = admin_client.get(HISTORY)
    found = {label: (before, after) for label, before, after in lines(page)}
    assert found["Book title"] == ("Old", "New")
    assert found["Kind"] == ("(not stored)", "novel")
    before, after = found["Pages"]
    assert "64-bit number" in before
    assert "whole number" in after
    text = texts(page)
    assert "by admin" in text
    assert "by way of: form" in text
    assert 'href="/admin/tests/book/undo/' in text


def test_djangos_own_list_stays(book, admin_client, admin_user, rf):
    record(admin_user, Book, OLD, NEW)
    options = admin.site._registry[Book]
    request = rf.get("/")
    request.user = admin_user
    options.log_change(request, Book.objects.get(), "Shelved.")
    page = texts(admin_client.get(HISTORY))
    assert page.count('id="change-history"') == 1
    assert "Shelved." in page
    assert page.count('<section class="admin-ext changes"') == 1


def test_it_is_not_said_that_there_is_no_history_below_one(
    book, admin_client, admin_user
):
    nothing = "This object doesn’t have a change history."
    assert nothing in texts(admin_client.get(HISTORY))
    record(admin_user, Book, OLD, NEW)
    assert nothing not in texts(admin_client.get(HISTORY))


def test_rows_of_inlines_are_named_and_told_one_by_one(mongo, admin_client, admin_user):
    rows = [{"text": "one", "stars": 1}, {"text": "two"}]
    before = {"_id": KEY, "title": "T", "reviews": rows}
    after = before | {"reviews": [rows[0] | {"stars": 2}, rows[1], {"text": "three"}]}
    mongo.books.insert_one(after)
    record(admin_user, Book, before, after)
    found = lines(admin_client.get(HISTORY))
    assert [label for label, *_values in found] == [
        "Reviews › Review #1 › Stars",
        "Reviews › Review #3",
    ]
    assert found[1][1] == "(not stored)"


def test_large_values_are_told_by_size_and_secrets_by_nothing(
    mongo, admin_client, admin_user, settings
):
    settings.ADMIN_EXT_HISTORY_MAX_VALUE = 100
    before = {"_id": KEY, "title": "long " * 99, "apiToken": "geheim"}
    after = before | {"title": "T", "apiToken": "other-geheim"}
    mongo.books.insert_one(after)
    record(admin_user, Book, before, after)
    page = admin_client.get(HISTORY)
    found = {label: before for label, before, _after in lines(page)}
    assert "(large, not kept)" in found["Book title"]
    assert found["apiToken"] == "(a secret, not kept)"
    section = texts(page).partition('id="change-history"')[0]
    assert "geheim" not in section


def test_states_and_undone_changes_say_so(book, admin_client, admin_user):
    first = record(admin_user, Book, OLD, NEW)
    record(admin_user, Book, NEW, OLD, undoes=first)
    record(admin_user, Book, OLD, NEW, state=Change.State.INTENDED)
    record(admin_user, Book, OLD, NEW, state=Change.State.FAILED)
    page = texts(admin_client.get(HISTORY))
    assert "Not known to be written" in page
    assert "Not written" in page
    assert "Undone by admin" in page
    assert "Redo" in page
    assert page.count('class="undolink"') == 1


def test_changes_are_filtered_by_person_and_date(book, admin_client, admin_user):
    other = User.objects.create_user("ben")
    record(admin_user, Book, OLD, NEW)
    record(other, Book, OLD, NEW, made_at=timezone.now() - timedelta(days=9))
    since = (timezone.now() - timedelta(days=3)).date().isoformat()
    for query, names in (
        ({}, ["admin", "ben"]),
        ({"person": "ben"}, ["ben"]),
        ({"since": since}, ["admin"]),
        ({"until": since}, ["ben"]),
        ({"since": "nonsense", "until": "99999-1-1"}, ["admin", "ben"]),
    ):
        found = admin_client.get(HISTORY, query).context["changes"]
        assert [each.change.username for each in found.entries] == names


@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "person=~"])
def test_the_ends_of_the_calendar_are_dates(book, admin_client, query, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert admin_client.get(f"{HISTORY}?{query}").status_code == 200


def test_many_changes_are_on_several_pages(book, admin_client, admin_user):
    for _number in range(27):
        record(admin_user, Book, OLD, NEW)
    page = admin_client.get(HISTORY, {"page": 2, "person": "admin"})
    assert len(page.context["changes"].entries) == 2
    assert "?person=admin&amp;page=1" in texts(page)


@pytest.mark.parametrize("key", ["a/b c", 5, {"a": 1, "b": "x"}, True, Decimal128("1")])
def test_documents_of_any_key_have_a_history(mongo, admin_client, admin_user, key):
    son = {"_id": key, "name": "new"}
    mongo[Freely._get_collection_name()].insert_one(son)
    change = record(admin_user, Freely, {"_id": key, "name": "old"}, son)
    from django.contrib.admin.utils import quote

    url = reverse("admin:tests_freely_history", args=[quote(change.object_id)])
    entry = admin_client.get(url).context["changes"].entries[0]
    assert entry.change == change
    assert admin_client.get(entry.undo_url).status_code == 200


@pytest.fixture
def clerk(client, db):
    """A person of a group that may view books, and all changes: clerk(**limits)."""
    user = User.objects.create_user("ben", is_staff=True)
    group = Group.objects.create(name="clerks")
    user.groups.add(group)
    names = ("view_book", "change_book", "add_book", "view_change")
    group.permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    def limited(rows=None, **fields):
        limit = GroupLimit(group=group, document="tests.book", rows=rows or {})
        limit.save()
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)

    return limited


def test_hidden_values_are_left_out_and_masked_ones_are_dots(
    book, client, clerk, admin_user
):
    clerk(pages=0, kind=1)
    record(admin_user, Book, OLD | {"kind": "poems"}, NEW)
    for page in (client.get(HISTORY), _audit_page(client)):
        section = texts(page).partition('id="change-history"')[0]
        assert "••••" in section
        for word in ("poems", "novel", "Pages", "64-bit"):
            assert word not in section
        assert "Book title" in section


def test_a_change_of_hidden_fields_alone_says_no_more(book, client, clerk, admin_user):
    clerk(pages=0)
    record(admin_user, Book, NEW | {"pages": 3}, NEW)
    section = texts(client.get(HISTORY)).partition('id="change-history"')[0]
    assert "Other fields were changed." in section
    assert "Pages" not in section
    assert "/undo/" not in section


def _audit_page(client):
    return client.get(
        reverse("admin:admin_ext_change_change", args=[Change.objects.get().pk])
    )


def test_the_name_of_a_document_may_tell_what_is_withheld(
    book, client, clerk, admin_user
):
    clerk(title=1)
    record(admin_user, Book, OLD, NEW)
    page = texts(client.get(AUDIT))
    assert str(KEY) in page
    assert "New" not in page.partition("result_list")[2]


@pytest.mark.parametrize(
    ("access", "told"), [(None, "Pages"), (1, "Pages"), (0, "Other fields")]
)
def test_a_reveal_tells_which_field(book, client, clerk, admin_user, access, told):
    if access is None:
        client.force_login(admin_user)
    else:
        clerk(pages=access)
    record_reveal(admin_user, Book, KEY, ("pages",), "The printer asked for it")
    section = texts(client.get(HISTORY)).partition('id="change-history"')[0]
    assert told in section
    assert "Before" not in section
    assert ("Pages" in texts(_audit_page(client))) == (access != 0)
    for text in (section, texts(_audit_page(client))):
        assert ("The printer asked" in text) == (access != 0)


def test_the_page_of_a_change_has_no_withheld_name(book, client, clerk, admin_user):
    clerk(title=1)
    record(admin_user, Book, OLD, NEW)
    change = Change.objects.get()
    Change.objects.update(object_repr="The name it had")
    for page in ("change", "history"):
        url = reverse(f"admin:admin_ext_change_{page}", args=[change.pk])
        text = texts(client.get(url))
        assert f"Changed: {KEY}" in text
        assert "The name it had" not in text


@pytest.mark.parametrize(
    "lookup", ["paths__icontains", "object_repr__startswith", "image__icontains"]
)
def test_values_of_changes_are_not_asked_for(book, admin_client, admin_user, lookup):
    record(admin_user, Book, OLD, NEW)
    assert admin_client.get(AUDIT, {lookup: "N"}).status_code == 400


def test_the_list_of_all_changes_is_searched_and_filtered(
    book, admin_client, admin_user
):
    record(admin_user, Book, OLD, NEW)
    record(admin_user, Author, MISSING, {"_id": "a", "name": "Ann"})
    page = admin_client.get(AUDIT)
    assert page.context["cl"].result_count == 2
    for query in (
        {"q": str(KEY)},
        {"document": "tests.book"},
        {"kind__exact": "change"},
        {"q": str(KEY), "state__exact": "done", "user__id__exact": admin_user.pk},
    ):
        found = admin_client.get(AUDIT, query).context["cl"]
        assert [each.document for each in found.result_list] == ["tests.book"]


def test_nobody_adds_changes_or_deletes_a_change(book, admin_client, admin_user):
    change = record(admin_user, Book, OLD, NEW)
    url = reverse("admin:admin_ext_change_change", args=[change.pk])
    assert "Book title" in texts(admin_client.get(url))
    assert admin_client.post(url, {"username": "x"}).status_code == 403
    for name, args in (("add", []), ("delete", [change.pk])):
        view = reverse(f"admin:admin_ext_change_{name}", args=args)
        assert admin_client.post(view, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in texts(admin_client.get(AUDIT))
    assert Change.objects.count() == 1


def test_documents_beyond_the_rows_of_a_person_are_in_no_list_of_changes(
    book, client, clerk, admin_user
):
    clerk(rows={"kind": "poems"})
    change = record(admin_user, Book, OLD, NEW)
    assert client.get(AUDIT).context["cl"].result_count == 0
    url = reverse("admin:admin_ext_change_change", args=[change.pk])
    assert client.get(url).status_code == 302
    assert client.get(HISTORY).status_code == 302


def test_changes_of_documents_that_may_not_be_viewed_are_not_listed(
    book, client, clerk, admin_user
):
    record(admin_user, Author, MISSING, {"_id": "a", "name": "Ann"})
    page = client.get(AUDIT)
    assert page.context["cl"].result_count == 0
    assert "tests.author" not in texts(page)


def test_one_click_that_changed_several_documents_is_offered_as_one(
    book, admin_client, admin_user
):
    operation = uuid.uuid4()
    record(admin_user, Book, OLD, NEW, operation=operation)
    record(admin_user, Author, MISSING, {"_id": "a"}, operation=operation)
    page = texts(admin_client.get(HISTORY))
    assert "Undo with 1 other document of the same click" in page
