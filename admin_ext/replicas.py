"""From where lists are read: by which connection, from which servers, how surely.

Forms, and whatever is sent, read from the Document's own connection.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from mongoengine import get_db
from pymongo import read_preferences
from pymongo.read_concern import ReadConcern

from .limits import READING

# https://www.mongodb.com/docs/manual/core/read-preference/
PREFERENCES: dict[str, Any] = {
    "primary": read_preferences.Primary(),
    "primaryPreferred": read_preferences.PrimaryPreferred(),
    "secondary": read_preferences.Secondary(),
    "secondaryPreferred": read_preferences.SecondaryPreferred(),
    "nearest": read_preferences.Nearest(),
}

# https://www.mongodb.com/docs/manual/reference/read-concern/
CONCERNS = ("local", "available", "majority", "linearizable", "snapshot")


@dataclass(frozen=True)
class Reads:
    """How a list is read; None is as usual. ``aliases``: {a Document's: the list's}."""

    aliases: dict[str, str] = field(default_factory=dict)
    preference: Any = None
    concern: ReadConcern | None = None

    def of(self, document: type, collection: Any) -> Any:
        """Return ``collection`` of a Document as it is to be read."""
        own = document._meta.get("db_alias", "default")
        place = collection.database
        # A queryset may be of another database than its Document.
        if own in self.aliases and place == get_db(own):
            place = get_db(self.aliases[own])
        return place.get_collection(
            collection.name,
            codec_options=collection.codec_options,
            read_preference=self.preference or self._own(place, collection),
            read_concern=self.concern,
        )

    def _own(self, place, collection):
        return collection.read_preference if place == collection.database else None


# Where a collection keeps the one that reads what is no UTF-8.
LENIENT = "_admin_ext_lenient"


def leniently(collection: Any) -> Any:
    """Return ``collection`` as one whose text may be no UTF-8.

    MongoDB does not look at what a driver sends; characters that are none are read as
    the mark that stands for them.
    """
    options = collection.codec_options
    if options.unicode_decode_error_handler != "strict":
        return collection
    kept = vars(collection)
    if LENIENT not in kept:
        # A page asks for it some ten times, and a collection never changes.
        kept[LENIENT] = collection.with_options(
            codec_options=options.with_options(unicode_decode_error_handler="replace")
        )
    return kept[LENIENT]


_READS: ContextVar[Reads | None] = ContextVar("reads", default=None)


@contextmanager
def reading(reads: Reads) -> Iterator[None]:
    """Have what is read within read as ``reads`` says."""
    token = _READS.set(reads)
    try:
        yield
    finally:
        _READS.reset(token)


def as_read(document: type, collection: Any) -> Any:
    """Return ``collection`` of a Document as whatever is in work is to read it."""
    reads = _READS.get()
    return collection if reads is None else reads.of(document, collection)


def preference_for(value: Any) -> Any:
    """Return pymongo's read preference for one, for its name, or for nothing."""
    return PREFERENCES[value] if value and isinstance(value, str) else value or None


def concern_for(value: Any) -> ReadConcern | None:
    """Return pymongo's read concern for one, for its name, or for nothing."""
    return ReadConcern(value) if value and isinstance(value, str) else value or None


class ListReadsMixin:
    """Mixed in before ModelAdmin: from where the list is read, and autocomplete."""

    # The alias of a connection; a name of PREFERENCES or pymongo's; a name of CONCERNS
    # or pymongo's. None for what the settings ADMIN_EXT_LIST_… say.
    list_db_alias: str | None = None
    list_read_preference: Any = None
    list_read_concern: Any = None

    def get_list_db_alias(self, request):
        own = self.model._meta.get("db_alias", "default")
        aliases = getattr(settings, "ADMIN_EXT_LIST_DB_ALIASES", {})
        return self.list_db_alias or aliases.get(own)

    def get_list_read_preference(self, request):
        usual = getattr(settings, "ADMIN_EXT_LIST_READ_PREFERENCE", None)
        return self.list_read_preference or usual

    def get_list_read_concern(self, request):
        usual = getattr(settings, "ADMIN_EXT_LIST_READ_CONCERN", None)
        return self.list_read_concern or usual

    def reading_lists(self, request) -> AbstractContextManager[None]:
        """Return the context within which a list is read."""
        own = self.model._meta.get("db_alias", "default")
        aliases = dict(getattr(settings, "ADMIN_EXT_LIST_DB_ALIASES", {}))
        aliases[own] = self.get_list_db_alias(request) or own
        reads = Reads(
            {name: alias for name, alias in aliases.items() if alias != name},
            preference_for(self.get_list_read_preference(request)),
            concern_for(self.get_list_read_concern(request)),
        )
        return nullcontext() if reads == Reads() else reading(reads)

    def changelist_view(self, request, extra_context=None):
        """Read the list as it is set to be, the template's part included."""
        if request.method not in READING:
            return super().changelist_view(request, extra_context)
        with self.reading_lists(request):
            response = super().changelist_view(request, extra_context)
        if hasattr(response, "render"):
            response.render = self._rendering(request, response.render)
        return response

    def _rendering(self, request, render: Callable[[], Any]) -> Callable[[], Any]:
        @wraps(render)
        def render_as_read():
            with self.reading_lists(request):
                return render()

        return render_as_read
