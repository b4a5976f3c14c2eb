"""What deleting Documents will do, as Django's confirmation page shows it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import quote
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from mongoengine import PULL, Q

from .aggregations import counts
from .delete_rules import Collected, Node, Reach, Rule, batches
from .failures import FAILURES, told
from .hydration import class_for
from .identities import identity
from .keys import stored_key
from .limits import TIMEOUTS, WHOLE_PAGE, max_time, within
from .lookups import resolve
from .meta import present
from .policies import Policy, ask, is_limited, known, policy_for
from .querysets import by_keys, queryset_for
from .referrers import MAX_KEYS, Dangling, LeftDangling
from .registry import nearest_admin

# The page has a line for this many documents, those chosen first; the rest are counted.
MAX_LISTED = 500
# Lists within lists, as many as Django's template filter draws without harm.
MAX_DEPTH = 50
# Of what a rule changes in other documents the page names this many.
MAX_CHANGED = 100
# Beyond these it counts so many, for so many ms.
MAX_COUNTED = 1_000
MAX_TIME = 2_000
# Its query carries so many keys of what is deleted itself.
MAX_LEFT_OUT = 10_000
# More than this are not deleted from a page: nobody could read what it promises.
MAX_DELETED = 100_000


class DeletionTree:
    """What deleting ``chosen`` deletes, changes and is stopped by.

    Stands for django.contrib.admin.utils.NestedObjects (5.2) and what is around it.
    """

    def __init__(self, chosen, request, admin_site):
        self.request, self.admin_site = request, admin_site
        self.documents = {_node(document): document for document in chosen}
        self.collected = Collected(limit=MAX_DELETED)
        self.collected.collect(
            (type(document), stored_key(document)) for document in chosen
        )
        self.listed, self.children = self._outline()
        self._load(self.listed)
        self._ask_for_rows()
        self.protected = [*self._protected()]

    def _outline(self) -> tuple[set[Node], dict[Node | None, list[Node]]]:
        """Return what is listed, and below what, as NestedObjects.nested does."""
        found: list[tuple[int, Node | None, Node]] = []
        seen: set[Node] = set()
        edges = self.collected.edges
        stack = [(0, None, node) for node in reversed(edges[None])]
        while stack:
            depth, parent, node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            found.append((depth, parent, node))
            below = reversed(edges.get(node, ()))
            stack += [(depth + 1, node, each) for each in below]
        nearest = sorted(found, key=lambda line: line[0])[:MAX_LISTED]
        listed = {node for depth, _parent, node in nearest if depth < MAX_DEPTH}
        children = defaultdict(list)
        for _depth, parent, node in found:
            if node in listed:
                children[parent].append(node)
        return listed, children

    def _load(self, nodes: Iterable[Node]) -> None:
        wanted: dict[type, list] = defaultdict(list)
        for node in nodes:
            if node not in self.documents:
                key = self.collected.deleted[node.document][node.identity]
                wanted[node.document].append(key)
        for document, keys in wanted.items():
            for each in self._known(present(document), keys):
                self.documents[_node(each)] = each

    def _known(self, document: type, keys: list) -> Any:
        """Return the documents with these keys that the person may know of."""
        if not self._may_view(document):
            return []
        return self._rows(document).filter(Q(__raw__={"_id": {"$in": keys}}))

    @property
    def nested(self) -> list:
        """The lines, and lists of lines, that the template draws."""
        return [*self._lines(None), *self._rest(), *self._left_dangling()]

    def _lines(self, parent: Node | None) -> list:
        """Return the lines of what is deleted because of ``parent``.

        In place of what the person may not know of stands what is below it.
        """
        lines: list = []
        for node in self.children[parent]:
            changed, below = self.changed[node], self._lines(node)
            if node in self.documents:
                lines.append(self.label(self.documents[node]) + _list(changed))
                lines += [below] if below else []
            else:
                lines += [*changed, *below]
        return lines

    def _rest(self) -> Iterator[str]:
        """Yield the lines that stand for what is deleted and not listed."""
        listed = Counter(each.document for each in self.listed & self.documents.keys())
        for document, keys in self.collected.deleted.items():
            seen = len([*self._allowed(document, "view")])
            if more := seen - listed[document]:
                yield _added(_more(more, document))
            if seen < len(keys):
                yield _added(_unseen(document))

    def _policy(self, document: type) -> Policy | None:
        """Return what the person may have of the documents of a class."""
        admin = nearest_admin(self.admin_site, document)
        return None if admin is None else policy_for(self.request, admin.model, admin)

    def _ask_for_rows(self) -> None:
        """Find out at once what may be viewed and deleted of what would be."""
        for document, keys in self.collected.deleted.items():
            policy = self._policy(document)
            for batch in batches(keys.values()) if policy is not None else ():
                ask(policy, batch)

    def _allowed(self, document: type, action: str) -> Iterator:
        """Yield the identities of what is deleted of a class that an action is for."""
        policy, keys = self._policy(document), self.collected.deleted[document]
        if policy is None or not is_limited(policy, action):
            yield from keys
        else:
            answers = known(policy)
            yield from (each for each in keys if action in answers.get(each, ()))

    def _left_dangling(self) -> Iterator[str]:
        """Yield what will refer to nothing, as long as somebody is to read it."""
        is_confirmed = self.request.method == "POST" and "post" in self.request.POST
        if is_confirmed or self.protected_lines:
            return
        left = LeftDangling(self.collected, self.request, self.admin_site)
        lines = [line for each in left.found for line in self._dangling_lines(each)]
        if not left.is_complete:
            text = _("There may be more: only the first %(count)d were looked at.")
            lines.append(text % {"count": MAX_KEYS})
        if lines:
            title = _("Not deleted, and left pointing at nothing:")
            yield format_html('<div class="admin-ext">{}{}</div>', title, _list(lines))

    def _dangling_lines(self, each: Dangling) -> Iterator[str]:
        field = _("“%(field)s”") % {"field": each.referrer.path.verbose_name}
        for document in each.documents:
            yield format_html("{} ({})", self.label(document), field)
        if each.why:
            yield format_html("{} ({}): {}", capfirst(each.name), field, each.why)
        elif each.more:
            text = _("…and %(count)s more %(name)s")
            text = text if each.documents else "%(count)s %(name)s"
            number = f"{each.more:,}+" if each.is_capped else f"{each.more:,}"
            words = {"count": number, "name": each.name}
            yield format_html("{} ({})", text % words, field)

    @property
    def counts(self) -> dict[str, int]:
        """The summary: {plural name: number}."""
        counts: Counter = Counter()
        for document in self.collected.deleted:
            count = len([*self._allowed(document, "view")])
            counts[present(document)._meta.verbose_name_plural] += count
        return {name: count for name, count in counts.items() if count}

    @cached_property
    def changed(self) -> dict[Node, list[str]]:
        """What is changed because a document goes: {its node: lines}."""
        lines: dict[Node, list[str]] = defaultdict(list)
        for reach in self.collected.changed:
            if not self._may_know(present(reach.rule.owner), reach.rule.path):
                continue
            told = Q(__raw__=self._told(reach))
            found = reach.rule.referring(reach.keys).filter(told)
            sons = [*found.limit(MAX_CHANGED + 1)]
            for node, document in self._changed_by(reach, sons[:MAX_CHANGED]):
                label = self.label(document)
                lines[node].append(_changed_line(label, type(document), reach.rule))
            if len(sons) > MAX_CHANGED:
                first = self.collected.edges[None][0]
                lines[first].append(self._changed_more(reach))
        return lines

    def _told(self, reach: Reach) -> dict:
        """Return the query for what of a rule's documents is named or counted.

        That is what the person may know of and what is not deleted itself.
        """
        owner = reach.rule.owner
        gone = islice(self.collected.deleted.get(owner, {}).values(), MAX_LEFT_OUT)
        return {"$and": [self._rows(present(owner))._query, {"_id": {"$nin": [*gone]}}]}

    def _changed_more(self, reach: Reach) -> str:
        """Return the line for what a rule changes beyond MAX_CHANGED documents."""
        owner = present(reach.rule.owner)
        query = {"$and": [reach.rule.owners(reach.keys)._query, self._told(reach)]}
        rows = self._rows(owner).filter(Q(__raw__=query))
        try:
            (count,) = counts([rows], limit=MAX_COUNTED, max_time=MAX_TIME)
        except TIMEOUTS:
            count = MAX_COUNTED
        if count >= MAX_COUNTED:
            text = _("…and many more %(name)s") % {"name": _name(owner, count)}
        else:
            more = count - MAX_CHANGED
            words = {"count": more, "name": _name(owner, more)}
            text = _("…and %(count)d more %(name)s") % words
        return _changed_line(text, owner, reach.rule)

    def _changed_by(self, reach: Reach, sons: list[dict]) -> Iterator[tuple[Node, Any]]:
        """Yield what is listed with each document that refers to it and stays."""
        because: dict[Node, set] = {}
        keys: dict[type, list] = defaultdict(list)
        for son in sons:
            owner = class_for(reach.rule.owner, son)
            key = identity(son["_id"])
            if key not in self.collected.deleted.get(owner, ()):
                found = map(identity, reach.rule.referred(son))
                because[Node(owner, key)] = {
                    Node(reach.document, each) for each in found
                }
                keys[owner].append(son["_id"])
        for owner, wanted in keys.items():
            rows = self._rows(present(owner))
            for document in rows.filter(Q(__raw__={"_id": {"$in": wanted}})):
                for node in because.get(_node(document), set()) & self.listed:
                    yield node, document

    def _rows(self, document: type) -> Any:
        """Return the documents of a class that the person may know of."""
        admin = nearest_admin(self.admin_site, document)
        return admin.get_queryset(self.request) if admin else queryset_for(document)

    def _may_view(self, document: type) -> bool:
        """Tell whether the person may know of documents; of those without an admin
        everybody may.
        """
        admin = nearest_admin(self.admin_site, document)
        return not admin or admin.has_view_or_change_permission(self.request)

    def _may_know(self, document: type, path: str) -> bool:
        """Tell whether the person may know what documents refer to by a path."""
        policy = self._policy(document)
        steps = tuple(path.split("__"))
        return self._may_view(document) and (policy is None or policy.may_query(steps))

    def _protected(self) -> Iterator[Any]:
        """Yield documents that a rule protects from losing what they refer to."""
        for reach in self.collected.denied:
            found = reach.rule.referring(reach.keys).limit(MAX_LISTED)
            keys = [son["_id"] for son in found]
            yield from by_keys(present(reach.rule.owner), keys)

    @property
    def protected_lines(self) -> list[str]:
        """What stops the deletion; when there is none, it happens as shown."""
        if not self.collected.is_complete:
            text = _("More than %(count)d documents, too many for one page")
            return [text % {"count": MAX_DELETED}]
        lines: list[str] = []
        for shown, more in self.protecting():
            lines += map(self.label, shown)
            lines += [_added(more)] if more else []
        return lines[:MAX_LISTED]

    def protecting(self) -> Iterator[tuple[list, str]]:
        """Yield, for each class, what protects and what to say of the rest.

        These are the documents that the person may know of; the text counts others.
        """
        groups: dict[type, dict[Node, Any]] = defaultdict(dict)
        for each in self.protected:
            groups[type(each)][_node(each)] = stored_key(each)
        for document, keys in groups.items():
            shown = [*self._known(present(document), [*keys.values()])]
            more, policy = len(keys) - len(shown), self._policy(document)
            is_in_part = policy is not None and is_limited(policy, "view")
            rest = _unseen(document) if is_in_part else _more(more, document)
            yield shown, rest if more else ""

    @property
    def denied(self) -> set[str]:
        """The verbose names of what the person may not delete."""
        documents = [*self.documents.values(), *self._unlisted(), *self.protected]
        return self.denied_rows | {
            document._meta.verbose_name
            for document in documents
            if not self._may_delete(document)
        }

    @property
    def denied_rows(self) -> set[str]:
        """The verbose names of classes of which the person may delete others only."""
        return {
            present(document)._meta.verbose_name
            for document, keys in self.collected.deleted.items()
            if len([*self._allowed(document, "delete")]) < len(keys)
        }

    def _unlisted(self) -> Iterator[Any]:
        """Yield what is not listed and still has to be asked about, one by one."""
        for document, keys in self.collected.deleted.items():
            if _asks_per_object(nearest_admin(self.admin_site, document)):
                wanted = [
                    key
                    for each, key in keys.items()
                    if Node(document, each) not in self.documents
                ]
            elif any(Node(document, each) in self.documents for each in keys):
                continue
            else:
                wanted = [next(iter(keys.values()))]
            yield from by_keys(present(document), wanted)

    def _may_delete(self, document) -> bool:
        """As Django: what has no admin is not asked about."""
        admin = nearest_admin(self.admin_site, type(document))
        return not admin or admin.has_delete_permission(self.request, document)

    def label(self, document) -> str:
        """Return a line as Django's get_deleted_objects writes it."""
        name = capfirst(document._meta.verbose_name)
        admin = nearest_admin(self.admin_site, type(document))
        if admin is None:
            return format_html("{}: {}", name, document)
        meta = admin.opts
        try:
            url = reverse(
                f"{self.admin_site.name}:{meta.app_label}_{meta.model_name}_change",
                None,
                (quote(document.pk),),
            )
        except NoReverseMatch:
            return format_html("{}: {}", name, document)
        return format_html('{}: <a href="{}">{}</a>', name, url, document)


def _node(document: Any) -> Node:
    return Node(type(document), identity(stored_key(document)))


def _list(lines: list[str]) -> str:
    """Return what is added to a line of Django's page."""
    if not lines:
        return SafeString()
    rows = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="admin-ext">{}</ul>', rows)


def _changed_line(label: str, document: type, rule: Rule) -> str:
    text = (
        _("will be taken out of “%(field)s”")
        if rule.action == PULL
        else _("“%(field)s” will be emptied")
    )
    field = _verbose_name(document, rule.path)
    return format_html("{} ({})", label, text % {"field": field})


def _more(count: int, document: type) -> str:
    words = {"count": count, "name": _name(document, count)}
    return _("…and %(count)d more %(name)s") % words


def _unseen(document: type) -> str:
    words = {"name": present(document)._meta.verbose_name_plural}
    return _("…and %(name)s that you may not view") % words


def _added(text: str) -> str:
    """Return a line that is none of Django's."""
    return format_html('<span class="admin-ext">{}</span>', text)


def _name(document: type, count: int) -> str:
    """Return the name of documents, as many as they are."""
    meta = present(document)._meta
    return meta.verbose_name if count == 1 else meta.verbose_name_plural


def _verbose_name(document: type, path: str) -> str:
    """Return the name of the field that a rule's path leads to."""
    fields = resolve(document, path).fields
    return " ".join(str(field.verbose_name) for field in fields)


def _asks_per_object(admin: Any) -> bool:
    """Tell whether an admin has its own answer for each document."""
    own = getattr(type(admin), "has_delete_permission", None)
    return admin is not None and own is not BaseModelAdmin.has_delete_permission


def get_deleted_objects(documents, request, admin_site):
    """Return (tree, {name: count}, {names without permission}, [what protects]).

    Stands for django.contrib.admin.utils.get_deleted_objects (5.2), which asks SQL.
    Where MongoDB does not tell, that protects: nobody could confirm what is not shown.
    """
    limit = WHOLE_PAGE * max_time()
    try:
        with within(limit):
            tree = DeletionTree(list(documents), request, admin_site)
            return tree.nested, tree.counts, tree.denied, tree.protected_lines
    except FAILURES as error:
        text = _("What would be deleted could not be looked up.")
        return [], {}, set(), [f"{text} {told('Deletion', error, limit)}"]


def get_protectors(document, *, request, admin_site) -> list[str]:
    """Return the names of documents for which ``document`` may not be deleted.

    As hand_clean_DELETE of Django's InlineModelAdmin.get_formset (5.2) writes them.
    """
    names: list[str] = []
    tree = DeletionTree([document], request, admin_site)
    for shown, more in tree.protecting():
        for each in shown:
            words = {"class_name": each._meta.verbose_name, "instance": each}
            names.append(_("%(class_name)s %(instance)s") % words)
        names += [more] if more else []
    text = _("%(name)s that you may not delete")
    return names + [text % {"name": name} for name in sorted(tree.denied_rows)]
