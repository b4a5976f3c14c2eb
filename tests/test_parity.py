"""Every public name of Django's admin is tested on Documents, or says why not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.contrib import admin

from tests.parity import GROUPS, NOT_TESTED, named_tests

TWINS = Path(__file__).parent / "twins"


def public(*classes):
    """Return the public names of classes and of what they inherit from."""
    bases = {base for cls in classes for base in cls.__mro__} - {object}
    return {name for base in bases for name in vars(base) if not name.startswith("_")}


FOUND = {
    "ModelAdmin": public(admin.ModelAdmin),
    "InlineModelAdmin": public(admin.TabularInline, admin.StackedInline),
    "AdminSite": public(admin.AdminSite),
    "admin": set(admin.__all__),
    "ListFilter": public(admin.SimpleListFilter, admin.FieldListFilter),
}


@cache
def source_of(file):
    return (TWINS / file).read_text()


@cache
def names_of_tests(file):
    functions = ast.walk(ast.parse(source_of(file)))
    return {node.name for node in functions if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("group", FOUND)
def test_every_name_of_django_is_in_the_table(group):
    told = {**GROUPS[group], **NOT_TESTED.get(group, {})}
    assert sorted(FOUND[group] - told.keys()) == [], "new in Django"
    assert sorted(told.keys() - FOUND[group]) == [], "no longer in Django"


@pytest.mark.parametrize("group", FOUND)
def test_what_is_tested_has_no_excuse(group):
    excused = NOT_TESTED.get(group, {})
    assert not excused.keys() & GROUPS[group].keys()
    assert all(reason.endswith(".") for reason in excused.values())


@pytest.mark.parametrize("group", GROUPS)
def test_every_named_test_exists(group):
    missing = [
        f"{file}::{test}"
        for _name, file, test in named_tests(group)
        if test not in names_of_tests(file)
    ]
    assert missing == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_file_of_the_tests_names_what_they_test(group):
    named = {
        name
        for name, file, _test in named_tests(group)
        if re.search(rf"\b{re.escape(name.split('.')[-1])}\b", source_of(file))
    }
    assert sorted(GROUPS[group].keys() - named) == []
