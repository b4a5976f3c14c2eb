"""Parts of forms drawn without a template, where that would be Django's own (5.2).

A change form has some fifty of them, each of two to five templates: that is half of its
time. What is drawn is the same to the byte; a template that the project overrides, any
other renderer, and DEBUG, in which templates come and go, are left to Django.
"""

import hashlib
import html
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import Storage
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.template import Context, Node, Template
from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString
from django.utils.timezone import template_localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Whose templates are known.
FOLDERS = (Path(django.__file__).parent, Path(__file__).parent)

INPUT = "django/forms/widgets/input.html"
ATTRS = "django/forms/widgets/attrs.html"
OPTION = "django/forms/widgets/select_option.html"

# What a template writes as Python does; None too.
PLAIN = (str, int, float, Promise, type(None))


class StandInNode(Node):
    """Draws the template that would be used if there were not the one it stands in.

    ``template``: the name of both; ``digest``: SHA-256 of the one that is known, any
    other draws itself.
    """

    template: str
    digest: str

    # Known once it was looked up: a node, like its template, is of one engine.
    _next: tuple[Template, bool] | None = None

    def render(self, context):
        if self._next is None:
            self._next = self._find(context.template.engine)
        template, is_known = self._next
        if is_known:
            return self.render_known(template, context)
        return template.render(context)

    def render_known(self, template: Template, context: Context) -> str:
        """Return what the template that is known draws."""
        raise NotImplementedError

    def _find(self, engine: Any) -> tuple[Template, bool]:
        """Return the template that follows in the engine's order, and if it is known.

        What comes before may extend the one in which this stands.
        """
        skip = []
        while self.origin not in skip:
            skip.append(engine.find_template(self.template, skip=skip)[1])
        template = engine.find_template(self.template, skip=skip)[0]
        digest = hashlib.sha256(template.source.encode()).hexdigest()
        return template, digest == self.digest


class Unusual(Exception):
    """Raised for what a template would make something else of."""


def text(value: Any) -> str:
    """Return a value as ``{{ value }}`` writes it."""
    if type(value) is str:
        return html.escape(value)
    if isinstance(value, SafeString):
        return value
    if value is None or callable(value):
        raise Unusual
    value = localize(template_localtime(value))
    return conditional_escape(value if isinstance(value, str) else str(value))


def as_text(value: Any) -> str:
    """Return a value as ``{{ value|stringformat:"s" }}`` writes it."""
    if not isinstance(value, PLAIN) or callable(value):
        raise Unusual
    is_safe = isinstance(value, SafeData)
    return f"{value}" if is_safe else html.escape(f"{value}")


def as_safe(value: Any) -> str:
    """Return a value as ``{{ value|safe }}`` writes it."""
    if callable(value):
        raise Unusual
    return str(value)


def attributes(attrs: Mapping[str, Any] | None) -> str:
    drawn = []
    for name, value in (attrs or {}).items():
        if value is True:
            drawn.append(f" {text(name)}")
        elif value is not False:
            drawn.append(f' {text(name)}="{as_text(value)}"')
    return "".join(drawn)


def label(context: Mapping[str, Any]) -> str:
    if not context["use_tag"]:
        return text(context["label"])
    tag = text(context["tag"])
    attrs = attributes(context["attrs"])
    return f"<{tag}{attrs}>{text(context['label'])}</{tag}>"


def errors(context: Mapping[str, Any]) -> str:
    if context["errors"]:
        raise Unusual
    return ""


def input_of(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    kind, name = text(widget["type"]), text(widget["name"])
    value = widget["value"]
    given = "" if value is None else f' value="{as_text(value)}"'
    return f'<input type="{kind}" name="{name}"{given}{attributes(widget["attrs"])}>'


def textarea(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    name, attrs = text(widget["name"]), attributes(widget["attrs"])
    value = text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{name}"{attrs}>\n{value}</textarea>'


def select(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    drawn = [f'<select name="{text(widget["name"])}"{attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            drawn.append(f'\n  <optgroup label="{text(group)}">')
        drawn.extend(f"\n  {_option(each)}\n" for each in options)
        if group:
            drawn.append("\n  </optgroup>")
    return "".join((*drawn, "\n</select>"))


def _option(option: Mapping[str, Any]) -> str:
    if option["template_name"] != OPTION:
        raise Unusual
    value, attrs = as_text(option["value"]), attributes(option["attrs"])
    return f'<option value="{value}"{attrs}>{text(option["label"])}</option>'


def quick_select(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    name, attrs = text(widget["name"]), attributes(widget["attrs"])
    return f'<select name="{name}"{attrs}>{text(widget["options"])}</select>'


def split_datetime(context: Mapping[str, Any]) -> str:
    day, time = (_input_within(each) for each in context["widget"]["subwidgets"])
    return (
        f'<p class="datetime">\n  {text(context["date_label"])} {day}\n<br>\n'
        f"  {text(context['time_label'])} {time}\n\n</p>"
    )


def _input_within(widget: Mapping[str, Any]) -> str:
    if DRAWN.get(widget["template_name"]) is not INPUTS:
        raise Unusual
    return input_of({"widget": widget}) + "\n"


def related(context: Mapping[str, Any]) -> str:
    """Draw a select with the links of Django's wrapper beside it."""
    model = "" if context["model_has_limit_choices_to"] else _model_ref(context)
    links = "" if context["is_hidden"] else _links(context)
    return (
        f'<div class="related-widget-wrapper" {model}>\n'
        f"    {text(context['rendered_widget'])}\n    \n        {links}\n    \n</div>"
    )


def _model_ref(context: Mapping[str, Any]) -> str:
    return f'data-model-ref="{text(context["model_name"])}"'


def _links(context: Mapping[str, Any]) -> str:
    given = text(context["name"]), text(context["model"]), tuple(_urls(context))
    if has_constant_urls():
        return _drawn_links(*given, (get_language(), used_storage()))
    return _drawn_links.__wrapped__(*given, None)


def _urls(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what each link is for, and its URL."""
    asked = text(context["url_params"])
    if context["can_change_related"]:
        yield "change", f"{text(context['change_related_template_url'])}?{asked}"
    if context["can_add_related"]:
        yield "add", f"{text(context['add_related_url'])}?{asked}"
    if context["can_delete_related"]:
        yield "delete", f"{text(context['delete_related_template_url'])}?{asked}"
    if context["can_view_related"]:
        asked = text(context["view_related_url_params"])
        yield "view", f"{text(context['change_related_template_url'])}?{asked}"


@lru_cache(maxsize=1_000)
def _drawn_links(name: str, model: str, urls: tuple, _place: Any) -> str:
    """``_place``: what else they are made of; they are the same in each form."""
    titles = {
        "change": _("Change selected %(model)s"),
        "add": _("Add another %(model)s"),
        "delete": _("Delete selected %(model)s"),
        "view": _("View selected %(model)s"),
    }
    return "".join(
        _link(kind, name, url, titles[kind] % {"model": model}) for kind, url in urls
    )


def _link(kind: str, name: str, url: str, title: str) -> str:
    if kind == "view":
        return _view_link(name, url, title)
    href = f'{"href" if kind == "add" else "data-href-template"}="{url}"'
    popup = 'data-popup="yes"'
    first, second = (popup, href) if kind == "add" else (href, popup)
    return (
        f'<a class="related-widget-wrapper-link {kind}-related" id="{kind}_id_{name}"\n'
        f"            {first}\n            {second}\n"
        f'            title="{title}">{_image(kind)}</a>'
    )


def _view_link(name: str, url: str, title: str) -> str:
    return (
        f'<a class="related-widget-wrapper-link view-related" id="view_id_{name}"\n'
        f'             data-href-template="{url}"\n'
        f'             title="{title}">{_image("view")}</a>'
    )


def _image(kind: str) -> str:
    icon = "changelink" if kind == "change" else f"{kind}link"
    url = conditional_escape(static_url(f"admin/img/icon-{icon}.svg"))
    return f'<img src="{url}" alt="" width="24" height="24">'


def static_url(name: str) -> str:
    """Return the URL of a static file; a page asks for the same icons many times."""
    if has_constant_urls():
        return _constant_url(used_storage(), name)
    return static(name)


def used_storage() -> Any:
    """Return the storage itself, None where something else answers for it.

    Django's stand-in is equal to itself when the settings name another.
    """
    return getattr(staticfiles_storage.url, "__self__", None)


def has_constant_urls() -> bool:
    """Tell whether a static file always has the same URL."""
    is_used = apps.is_installed("django.contrib.staticfiles")
    return is_used and _has_constant_urls(type(used_storage()))


@lru_cache
def _has_constant_urls(storage_class: type) -> bool:
    """Hashed names may be those of a storage that signs their URLs (super().url)."""
    own = (each for each in storage_class.__mro__ if not is_constant(each))
    is_own = any(URL_MAKERS & vars(each).keys() for each in own)
    return issubclass(storage_class, Storage) and not is_own


# What a storage makes a URL of (5.2).
URL_MAKERS = {"url", "_url", "base_url", "stored_name", "hashed_name", "clean_name"}


def is_constant(storage_class: type) -> bool:
    """Tell whether a class of storages always gives a name the same URL.

    Another may sign it, or ask whose page it is for.
    """
    return storage_class.__module__.partition(".")[0] in {"django", "whitenoise"}


@lru_cache
def _constant_url(storage: Any, name: str) -> str:
    return storage.url(name)


def reference(context: Mapping[str, Any]) -> str:
    """Draw what stands beside the select of references; see selects."""
    widget = context["widget"]
    typed = _typed(widget) if widget["typed_label"] else ""
    order = _order(widget["members"]) if widget["members"] else ""
    return f"{text(widget['select'])}\n{typed}{order}\n"


def _typed(widget: Mapping[str, Any]) -> str:
    name, typed = text(widget["name"]), text(widget["typed"])
    return (
        '\n<noscript class="admin-ext"><label class="typed-keys">'
        f'{text(widget["typed_label"])} <input type="text" name="{name}-typed" '
        f'value="{typed}" class="vTextField" autocomplete="off"></label></noscript>'
    )


def _order(members: list[Mapping[str, Any]]) -> str:
    up, down, order = _("Move up"), _("Move down"), _("Order")
    moved = _("Moved to place {place} of {count}")
    rows = "".join(map(_place, members))
    return (
        f'\n<ol class="admin-ext reference-order" aria-label="{order}" '
        f'data-up="{up}" data-down="{down}" data-moved="{moved}">{rows}\n</ol>'
    )


def _place(member: Mapping[str, Any]) -> str:
    key, name, place, label = map(text, (member[each] for each in PLACE))
    return (
        f'\n<li data-key="{key}"><label><input type="number" class="list-order" '
        f'min="1" name="{name}" value="{place}"> '
        f'<span class="reference-order-label">{label}</span></label></li>'
    )


PLACE = ("key", "name", "place", "label")


class Drawing(NamedTuple):
    """What draws a template, and what else must be Django's, or ours, for that."""

    draw: Callable[[Mapping[str, Any]], str]
    others: tuple[str, ...] = ()


ERRORS = "django/forms/errors/list/ul.html"
INPUTS = Drawing(input_of, (INPUT, ATTRS))
SELECT = Drawing(select, (OPTION, ATTRS))
KINDS = ("text", "number", "email", "url", "hidden", "checkbox", "date", "time")
DRAWN = {
    "django/forms/label.html": Drawing(label, ("django/forms/attrs.html",)),
    ERRORS: Drawing(errors),
    "django/forms/errors/list/default.html": Drawing(errors, (ERRORS,)),
    INPUT: INPUTS,
    **{f"django/forms/widgets/{kind}.html": INPUTS for kind in KINDS},
    "django/forms/widgets/textarea.html": Drawing(textarea, (ATTRS,)),
    "django/forms/widgets/select.html": SELECT,
    "admin_ext/widgets/select.html": Drawing(quick_select, (ATTRS,)),
    "admin/widgets/split_datetime.html": Drawing(split_datetime, (INPUT, ATTRS)),
    "admin/widgets/related_widget_wrapper.html": Drawing(related),
    "admin_ext/widgets/reference.html": Drawing(reference),
}


class Renderer(DjangoTemplates):
    """Django's, except for what is drawn here."""

    def __init__(self):
        super().__init__()
        # {name: Drawing, or None where the project has a template of its own}
        self._drawings = {
            name: drawing if self._is_ours(name, *drawing.others) else None
            for name, drawing in DRAWN.items()
        }

    def render(self, template_name, context, request=None):
        drawing = self._drawings.get(template_name)
        if drawing is not None:
            try:
                return drawing.draw(context).strip()
            except Unusual:
                pass
        return super().render(template_name, context, request)

    def _is_ours(self, *names: str) -> bool:
        paths = (Path(self.get_template(name).origin.name) for name in names)
        return all(any(map(path.is_relative_to, FOLDERS)) for path in paths)


def renderer() -> Any:
    """Return what draws forms: Django's own unless that is its usual one."""
    found = get_default_renderer()
    is_usual = type(found) is DjangoTemplates and not settings.DEBUG
    return _own_renderer() if is_usual else found


@lru_cache
def _own_renderer() -> Renderer:
    return Renderer()
