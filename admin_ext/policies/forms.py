"""The forms of registered admins and their inlines under the policy.

What is hidden is on no form, whoever names it; what is masked, and what may only be
viewed, is read-only; nothing that is sent for it is taken.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from mongoengine import EmbeddedDocument, ListField
from mongoengine import fields as me

from admin_ext.compat.inlines import reference_to_parent
from admin_ext.hooks import replace_hook
from admin_ext.registry import nearest_admin

from . import choices
from .access import Access
from .deciding import policy_for
from .limited import limited_form
from .lists import access_of_code
from .paths import is_copy, path_of
from .policy import Path, Policy
from .redaction import is_partial


def enforce(admin: Any) -> None:
    """Have the forms of a registered admin heed the policy."""
    choices.enforce(admin)
    _enforce(admin, partial(_limits_of_admin, admin))
    replace_hook(admin, "get_form", _form)
    replace_hook(admin, "get_changelist_form", _list_form)
    replace_hook(admin, "get_inlines", _inlines)
    replace_hook(admin, "get_inline_instances", _inline_instances)
    replace_hook(admin, "get_changeform_initial_data", _initial)


def _enforce(options: Any, limits_of: Any) -> None:
    hooks = {
        "get_fields": _fields,
        "get_fieldsets": _fieldsets,
        "get_readonly_fields": _readonly,
        "get_prepopulated_fields": _prepopulated,
    }
    for name, answer in hooks.items():
        replace_hook(options, name, partial(_limited, limits_of, answer))


class Limits:
    """What a policy says of the names on one form.

    ``path``: of the document of the form in the whole; ``obj``: the loaded one;
    ``actions``: "add", "change" or both.
    """

    def __init__(
        self,
        policy: Policy,
        cls: type,
        path: Path = (),
        obj: Any = None,
        actions: tuple[str, ...] = ("change",),
    ):
        self.policy, self.cls, self.path, self.obj = policy, cls, path, obj
        self.actions = actions

    def within(self, cls: type, path: Path, obj: Any) -> "Limits":
        """Return what is said of the names on a form within the form."""
        return Limits(self.policy, cls, path, obj, self.actions)

    def may_edit(self, path: Path) -> bool:
        return all(self.policy.may_edit(path, each) for each in self.actions)

    def is_hidden(self, name: Any) -> bool:
        """Tell whether a name on a form leads to a hidden field."""
        if not self._is_field(name):
            return False
        path = (*self.path, *name.split("__"))
        return self.policy.access(path) == Access.HIDDEN

    def is_open(self, name: Any) -> bool:
        """Tell whether a field may be edited, at least in part."""
        if not self._is_field(name):
            return True
        path = (*self.path, name)
        if is_partial(self.obj, name) or not self.may_edit(path):
            return False
        field = self.cls._fields.get(name)
        is_apart = is_declared(field) or is_copy(field)
        return is_apart or self.policy.is_whole(path, Access.EDIT)

    def _is_field(self, name: Any) -> bool:
        return isinstance(name, str) and name.split("__")[0] in self.cls._fields


def is_declared(field: Any) -> bool:
    """Tell whether the parts of a value have fields of their own on the form."""
    if isinstance(field, me.EmbeddedDocumentField):
        return field.document_type is not EmbeddedDocument
    return isinstance(field, ListField) and is_declared(field.field)


def _limits_of_admin(admin: Any, request: Any, obj: Any) -> Limits | None:
    policy = policy_for(request, admin.model, admin)
    cls = admin.model if obj is None else type(obj)
    actions = ("add",) if obj is None else ("change",)
    return Limits(policy, cls, (), obj, actions) if policy.has_field_limits else None


def _limits_of_rows(admin: Any, inline: Any, request: Any, obj: Any) -> Limits | None:
    """Return those of the rows of an inline of embedded documents."""
    policy = policy_for(request, admin.model, admin)
    if not policy.has_field_limits:
        return None
    actions = ("add",) if obj is None else ("change",)
    return Limits(policy, inline.model, (inline.field_name,), None, actions)


def _limits_of_inline(inline: Any, request: Any, _parent: Any) -> Limits | None:
    policy = policy_for(request, inline.model, inline)
    if not policy.has_field_limits:
        return None
    # Rows are changed and added on one page.
    return Limits(policy, inline.model, actions=("change", "add"))


def _limited(limits_of, answer, options, own, request, obj=None):
    found = own(request, obj)
    limits = limits_of(request, obj)
    return found if limits is None else answer(options, limits, found, request, obj)


def _readonly(options, limits, found, request, obj):
    """Return the project's, and every field that it offers and the person may see."""
    names = _visible(options, limits, found)
    return [*names, *_closed(options, limits, {*names}, request, obj)]


def _closed(options, limits, names, request, obj) -> Iterable[str]:
    excluded = options.get_exclude(request, obj)
    if excluded is None:
        excluded = getattr(getattr(options.form, "_meta", None), "exclude", None)
    for field in options.opts.fields:
        is_offered = field.editable and field.name not in (excluded or ())
        is_known = not is_offered or field.name in names or limits.is_open(field.name)
        if not is_known and not limits.is_hidden(field.name):
            yield field.name


def _fields(options, limits, found, request, obj):
    names = _visible(options, limits, found)
    wanted = getattr(getattr(options.form, "_meta", None), "fields", None)
    if options.fields or not isinstance(wanted, list | tuple):
        return names
    # The form chooses its fields itself, which makes the others no less read-only.
    own = {*wanted, *options.readonly_fields, *options.form.declared_fields}
    return [name for name in names if name in own or limits.is_open(name)]


def _visible(options, limits, names):
    """Return names, in lines or not, without hidden fields and code that reads them."""
    found = [
        _visible(options, limits, name) if isinstance(name, list | tuple) else name
        for name in names
        if not limits.is_hidden(name) and not _reads_hidden(options, limits, name)
    ]
    return [name for name in found if name != []]


def _reads_hidden(options, limits, name) -> bool:
    if isinstance(name, list | tuple) or name in limits.cls._fields:
        return False

    def ask(path):
        return limits.policy.access((*limits.path, *path_of(path)))

    return access_of_code(options, limits.cls, name, ask) == Access.HIDDEN


def _fieldsets(options, limits, found, request, obj):
    shown = [
        (label, {**part, "fields": _visible(options, limits, part["fields"])})
        for label, part in found
    ]
    return [
        each
        for each, (_label, before) in zip(shown, found, strict=True)
        if each[1]["fields"] or not before["fields"]
    ]


def _prepopulated(options, limits, found, request, obj):
    return {
        name: sources
        for name, sources in found.items()
        if all(map(limits.is_open, (name, *sources)))
    }


def _form(admin, own, request, obj=None, *args, **kwargs):
    form = own(request, obj, *args, **kwargs)
    limits = _limits_of_admin(admin, request, obj)
    return form if limits is None else limited_form(form, limits)


def _list_form(admin, own, request, **kwargs):
    """Return the form of the rows of a list, without cells that may not be edited."""
    form, policy = own(request, **kwargs), policy_for(request, admin.model, admin)
    if not policy.has_field_limits:
        return form
    return limited_form(form, Limits(policy, admin.model))


def _initial(admin, own, request):
    """Return what the URL fills in, of fields that the person may edit."""
    found, limits = own(request), _limits_of_admin(admin, request, None)
    if limits is None:
        return found
    return {name: value for name, value in found.items() if limits.is_open(name)}


def _inlines(admin, own, request, obj):
    """Return the inlines; what is no longer shown in rows is a field like any other."""
    limits = _limits_of_admin(admin, request, obj)
    return [
        each
        for each in own(request, obj)
        if limits is None
        or not hasattr(each, "field_name")
        or limits.policy.may_view((each.field_name,))
    ]


def _inline_instances(admin, own, request, obj=None):
    inlines = own(request, obj)
    for each in inlines:
        if hasattr(each.model, "_fields"):
            choices.enforce(each)
        if hasattr(each, "field_name"):
            _enforce_rows(admin, each)
        elif hasattr(each.model, "_fields"):
            _enforce_inline(each, partial(_limits_of_inline, each))
            replace_hook(each, "has_add_permission", _may_refer)
            if not each.has_add_permission(request, obj):
                # As Django does (5.2), which has asked before.
                each.max_num = 0
    return [each for each in inlines if _is_shown(admin, each, request)]


def _is_shown(admin, inline, request) -> bool:
    if hasattr(inline, "field_name"):
        policy = policy_for(request, admin.model, admin)
        return policy.may_view((inline.field_name,))
    policy = _policy_of_rows(inline, request)
    # Which rows there are is what the field holds that leads here.
    return policy is None or policy.may_view((reference_to_parent(inline),))


def _policy_of_rows(inline, request) -> Policy | None:
    """Return the policy of an inline's Document, apart from what the inline says.

    None where it limits no field. An inline may well hide the field that leads here.
    """
    if not hasattr(inline.model, "_fields"):
        return None
    own = nearest_admin(inline.admin_site, inline.model)
    policy = policy_for(request, inline.model, own)
    return policy if policy.has_field_limits else None


def _may_refer(inline, own, request, obj=None) -> bool:
    """Refuse new rows where the person may not say what they refer to."""
    policy = _policy_of_rows(inline, request)
    may_add = policy is None or policy.may_edit((reference_to_parent(inline),), "add")
    return may_add and own(request, obj)


def _enforce_rows(admin, inline):
    """Have the rows be read-only where their field is."""
    _enforce_inline(inline, partial(_limits_of_rows, admin, inline))

    def may(options, own, request, obj=None):
        limits = _limits_of_admin(admin, request, obj)
        is_open = limits is None or limits.is_open(inline.field_name)
        return is_open and own(request, obj)

    for action in ("add", "change", "delete"):
        replace_hook(inline, f"has_{action}_permission", may)


def _enforce_inline(inline, limits_of):
    _enforce(inline, limits_of)

    def formset(options, own, request, obj=None, **kwargs):
        made = own(request, obj, **kwargs)
        limits = limits_of(request, obj)
        if limits is not None:
            made.form = limited_form(made.form, limits)
        return made

    replace_hook(inline, "get_formset", formset)
