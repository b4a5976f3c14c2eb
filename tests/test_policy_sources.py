"""Who gives a person what: groups, own permissions, backends, code."""

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from admin_ext import DocumentTabularInline
from admin_ext.models import FieldLimit, GroupLimit
from admin_ext.policies import Access, Policy, grants_for, policy_for, sources_of
from admin_ext.policies.rows import condition

from .admin import BookAdmin
from .documents import Author, Book
from .odd_documents import Lorry, Vehicle

pytestmark = pytest.mark.django_db
PRICE = ("price",)


def permissions(*codenames):
    return [Permission.objects.get(codename=each) for each in codenames]


def group(named, *codenames, document="tests.book", rows=None, limited=True, **fields):
    made = Group.objects.create(name=named)
    made.permissions.add(*permissions(*codenames))
    if limited:
        limit = GroupLimit.objects.create(
            group=made, document=document, rows=rows or {}
        )
        for path, access in fields.items():
            FieldLimit.objects.create(limit=limit, path=path, access=access)
    return made


def person(*groups, codenames=(), **flags):
    made = User.objects.create_user("person", is_staff=True, **flags)
    made.groups.add(*groups)
    made.user_permissions.add(*permissions(*codenames))
    return User.objects.get(pk=made.pk)


def policy(user, document=Book):
    return Policy(document, grants_for(user, document))


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_a_group_that_may_only_add_opens_nothing_to_view():
    limited = group("a", "view_book", price=Access.HIDDEN)
    found = policy(person(limited, group("b", "add_book", limited=False)))
    assert found.access(PRICE) == Access.HIDDEN
    assert not found.may_edit(PRICE, "add")


def test_a_group_that_may_add_lets_nobody_change():
    limited = group("a", "view_book", "change_book", price=Access.VIEW)
    found = policy(person(limited, group("b", "add_book", limited=False)))
    assert not found.may_edit(PRICE)
    assert found.may_edit(PRICE, "add")


def test_own_permissions_have_no_limits():
    limited = group("a", "view_book", rows={"kind": "novel"}, price=Access.HIDDEN)
    found = policy(person(limited, codenames=["view_book"]))
    assert found.access(PRICE) == Access.EDIT
    assert found.rows("view") is None


def test_limits_hold_where_only_code_gives_the_permission():
    limited = group("a", rows={"kind": "novel"}, price=Access.HIDDEN)
    found = policy(person(limited))
    assert found.access(PRICE) == Access.HIDDEN
    assert found.rows("view") == [((Book, "kind", "novel"),)]


class Giving(BaseBackend):
    def has_perm(self, user_obj, perm, obj=None):
        return perm == "tests.view_book"


def test_what_another_backend_gives_has_no_limits(settings):
    settings.AUTHENTICATION_BACKENDS = [
        *("django.contrib.auth.backends.ModelBackend", f"{__name__}.Giving")
    ]
    found = policy(person(group("a", "change_book", price=Access.HIDDEN)))
    assert [str(each.source) for each in found.grants] == [
        *("group a", "an authentication backend")
    ]
    assert found.may_view(PRICE)
    assert not found.may_edit(PRICE)


def test_what_no_backend_gives_is_no_permission(settings):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Giving"]
    user = person(group("a", "view_book", "delete_book", limited=False))
    assert [each.actions for each in sources_of(user, Book)] == [{"view"}]


def test_limits_of_a_base_hold_for_its_subclasses():
    limited = group("a", "view_lorry", document="tests.vehicle", name=Access.MASKED)
    found = policy(person(limited), Lorry)
    assert found.is_masked(("name",))


def test_limits_of_both_classes_hold_at_once():
    limited = group("a", "view_lorry", document="tests.vehicle", rows={"name": "A"})
    GroupLimit.objects.create(group=limited, document="tests.lorry", rows={"name": "B"})
    found = condition(policy(person(limited), Lorry), "view").to_query(Lorry)
    assert found == {"$and": [{"name": "B"}, {"name": "A"}]}


def test_limits_of_a_subclass_hold_in_the_list_of_its_base(mongo):
    limited = group(
        "a", "view_vehicle", document="tests.lorry", rows={"axles": 2}, axles=0
    )
    for each in (Lorry(axles=2), Lorry(axles=3), Vehicle(name="bike")):
        each.save()
    found = policy(person(limited), Vehicle)
    names = {
        (type(each), each.axles if type(each) is Lorry else None)
        for each in Vehicle._default_manager.filter(condition(found, "view"))
    }
    assert names == {(Lorry, 2), (Vehicle, None)}
    assert not found.may_view(("axles",))


def test_a_limit_that_is_no_condition_any_more_shows_nothing():
    found = policy(person(group("a", "view_book", rows={"gone": 1})))
    query = condition(found, "view").to_query(Book)
    assert query == {"_id": {"$in": []}}


def test_rows_that_are_no_lookups_show_nothing():
    found = policy(person(group("a", "view_book", rows=["kind"])))
    assert condition(found, "view").to_query(Book) == {"_id": {"$in": []}}


def test_a_limit_of_a_class_that_is_gone_does_nothing():
    user = person(group("a", "view_book", document="tests.gone", price=0))
    assert grants_for(user, Book) == []


@pytest.mark.parametrize("flags", [{"is_superuser": True}, {"is_active": False}])
def test_who_may_all_or_nothing_has_no_limits(flags, django_assert_num_queries):
    user = person(group("a", "view_book", price=0), **flags)
    with django_assert_num_queries(0):
        assert grants_for(user, Book) == []


@pytest.mark.parametrize(
    "user",
    [
        *(None, AnonymousUser()),
        # As an AbstractBaseUser is.
        SimpleNamespace(pk=1, is_active=True, has_perm=lambda name: True),
        SimpleNamespace(pk=1, is_active=True, groups=User.objects),
    ],
    ids=["none", "anonymous", "without groups", "with other groups"],
)
def test_who_is_in_no_group_has_no_limits(user, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert grants_for(user, Book) == []


def test_a_person_without_limits_costs_one_query(django_assert_num_queries):
    user = person(group("a", "view_book", limited=False))
    with django_assert_num_queries(1):
        assert [grants_for(user, each) for each in (Book, Vehicle)] == [[], []]


def test_a_person_with_limits_costs_the_same_whatever_is_shown(
    django_assert_num_queries,
):
    user = person(
        group("a", "view_book", price=0),
        group("b", "view_vehicle", document="tests.vehicle", name=0),
    )
    # Limits and their fields, permissions of groups and own; and Django's own two.
    with django_assert_num_queries(6):
        for document in (Book, Vehicle, Lorry, Book):
            grants_for(user, document)


def test_the_next_request_sees_a_change_of_the_limits():
    user = person(group("a", "view_book", price=Access.HIDDEN))
    assert not policy_for(request_of(user), Book).may_view(PRICE)
    FieldLimit.objects.update(access=Access.VIEW)
    again = User.objects.get(pk=user.pk)
    assert policy_for(request_of(again), Book).may_view(PRICE)


class BookInline(DocumentTabularInline):
    model = Book


def test_code_limits_superusers_and_inlines_of_the_class_as_well():
    class Limited(BookAdmin):
        field_access = {"price": "masked"}

    site = admin.AdminSite()
    registered = Limited(Book, site)
    site._registry[Book] = registered
    inline = BookInline(Author, site)
    request = request_of(person(is_superuser=True))
    for each in (registered, inline):
        assert policy_for(request, Book, each).is_masked(PRICE)


def test_code_that_names_no_access_is_told():
    class Wrong(BookAdmin):
        def get_field_access(self, request):
            return {"price": "secret"}

    with pytest.raises(ImproperlyConfigured, match="must be one of 'hidden', 'masked'"):
        policy_for(request_of(person()), Book, Wrong(Book, admin.site))
