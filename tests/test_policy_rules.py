"""How rules and permissions of several sources combine, for any of them."""

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from admin_ext.meta import present
from admin_ext.policies import Access, Policy
from admin_ext.policies.access import REST
from admin_ext.policies.grants import ACTIONS, Grant, access_by
from admin_ext.policies.policy import VIEWING
from admin_ext.policies.redaction import redacted_son

from .documents import Publisher
from .properties import times

present(Publisher)
PATHS = [
    *(("name",), ("address",), ("address", "city"), ("address", "street")),
    *(("offices",), ("offices", "city"), ("free",), ("free", "a"), ("free", "b")),
]
ROWS = ("", "Swedish", "new")
STORED = {
    "_id": 1,
    "name": "n",
    "address": {"city": "c", "street": "s"},
    "offices": [{"city": "c"}, {"street": "s", "more": 1}],
    "free": {"a": 1, "b": {"deep": 2}},
}

rules = st.dictionaries(
    st.sampled_from([*PATHS, (REST,)]), st.sampled_from(Access), max_size=4
)
some_actions = st.frozensets(st.sampled_from(ACTIONS))
grants = st.builds(
    Grant, st.just("some"), some_actions, rows=st.sampled_from(ROWS), fields=rules
)
policies = st.builds(Policy, st.just(Publisher), st.lists(grants, max_size=4), rules)
paths = st.sampled_from(PATHS)


def shown_rows(policy):
    """Yield the limits of rows that some document that may be viewed is within."""
    every = (combinations(ROWS[1:], size) for size in range(len(ROWS)))
    giving = policy._giving(VIEWING)
    for within in chain.from_iterable(every):
        if any(each.rows in ("", *within) for each in giving):
            yield within


@times(100)
@given(policies, paths)
def test_what_is_open_is_open_in_every_document_that_may_be_shown(policy, path):
    for within in shown_rows(policy):
        giving = [
            each for each in policy._giving(VIEWING) if each.rows in ("", *within)
        ]
        assert policy.access(path) <= max(each.access(path) for each in giving)


@times(100)
@given(policies, paths, some_actions)
def test_a_group_without_limits_takes_nothing_away(policy, path, actions):
    other = Grant("unlimited", actions)
    more = Policy(Publisher, [*policy.grants, other], policy.code)
    assert more.access(path) >= policy.access(path)
    for action in ACTIONS:
        assert more.may_edit(path, action) >= policy.may_edit(path, action)
        assert more.rows(action) in (None, policy.rows(action))


@times(100)
@given(policies, paths)
def test_no_rule_opens_what_code_closes(policy, path):
    assert policy.access(path) <= access_by(policy.code, path)
    if policy.may_edit(path):
        assert access_by(policy.code, path) == Access.EDIT


@times(100)
@given(policies, paths)
def test_nothing_is_more_open_than_what_holds_it(policy, path):
    assert policy.access(path) <= policy.access(path[:1])
    assert policy.is_whole(path) <= policy.may_view(path)


@times(80)
@given(policies, paths)
def test_of_a_whole_field_everything_is_open(policy, path):
    for least in (Access.VIEW, Access.EDIT):
        if policy.is_whole(path, least):
            below = [each for each in PATHS if each[: len(path)] == path]
            for each in (*below, (*path, "undeclared"), (*path, "un", "declared")):
                assert policy.access(each) >= Access.VIEW
                assert policy.may_edit(each) or least == Access.VIEW


@times(80)
@given(policies, paths)
def test_nobody_edits_what_is_not_shown(policy, path):
    for action in ("add", "change"):
        assert policy.may_edit(path, action) <= policy.may_view(path)


def leaves(value, path=()):
    """Yield (path without places in lists, value) of what holds nothing."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, value


@times(100)
@given(policies)
def test_a_redacted_document_has_what_may_be_viewed_and_nothing_else(policy):
    found = [*leaves(redacted_son(policy, Publisher, STORED))]
    wanted = [
        (path, value)
        for path, value in leaves(STORED)
        if path == ("_id",) or policy.may_view(path)
    ]
    assert found == wanted
