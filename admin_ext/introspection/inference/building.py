"""Profiles → fields and classes, from the root of a document to its leaves."""

from collections.abc import Iterator
from itertools import filterfalse

from admin_ext.introspection.bson_types import ARRAY, NULL, OBJECT, STRING
from admin_ext.introspection.models import Field, Meaning, Model
from admin_ext.introspection.profile import Profile, merged

from . import hierarchies, recursion
from .choices import add_choices
from .class_names import class_name
from .dates import epoch_unit
from .generic_references import KIND as GENERIC
from .generic_references import is_generic_reference
from .lattice import NUMBER, doubts_of_members, join
from .maps import is_map
from .names import names_of_keys
from .places import MEMBERS, VALUES, Place
from .points import PAIR, geojson_kind, is_pair, is_pair_object
from .primary_keys import primary_key
from .requirement import RARE, add_rarity, add_requirement, rare_keys
from .secrets import is_doubtful, is_secret
from .texts import describe_texts
from .words import quoted


def is_declarable(key: str) -> bool:
    """Tell whether mongoengine takes a key as ``db_field``."""
    return bool(key) and "." not in key and "\0" not in key and not key.startswith("$")


class Builder:
    """Makes the fields and classes of one collection."""

    def __init__(self, *, ask_choices: bool = False):
        self.ask_choices = ask_choices
        # {id of an embedded class: (the class, where it was met first)}
        self._places: dict[int, tuple[Model, Place]] = {}

    def document(self, name: str, profile: Profile, collection: str) -> Model:
        """Return the Document of a collection, with its subclasses, if it has any."""
        model = Model(name, collection=collection, profile=profile)
        if not hierarchies.add_subclasses(self, model, profile, Place("", ())):
            self.fill(model, profile, Place("", ()))
        primary_key(self, model, profile)
        return model

    def fill(
        self,
        model: Model,
        profile: Profile,
        place: Place,
        names: dict[str, str] | None = None,
    ) -> None:
        """Declare what is stored in a class: a field for each key.

        ``names``: {key: name of the field} of those to declare; None for all.
        """
        if names is None:
            names = names_of_keys(profile.keys, is_embedded=model.is_embedded)
        refused = [*filterfalse(is_declarable, names)]
        rare = rare_keys(names, profile)
        left_out = {*refused, *rare}
        for key, name in names.items():
            if key not in left_out:
                model.fields.append(self.of_key(name, key, profile, place))
        model.doubts += _doubts_of_keys(profile, refused, rare)

    def place_of(self, model: Model) -> Place:
        """Return where an embedded class was met first."""
        return self._places[id(model)][1]

    def fill_again(self, model: Model) -> None:
        """Declare what is stored in an embedded class anew, from its profile."""
        model.fields, model.doubts, model.subclasses = [], [], []
        place = self.place_of(model)
        if not hierarchies.add_subclasses(self, model, model.profile, place):
            self.fill(model, model.profile, place)

    def flatten(self, model: Model) -> None:
        """Make one Document of a hierarchy whose names are those of another."""
        doubt = hierarchies.taken(model)
        model.name = class_name(model.collection)
        model.cls, model.has_subclasses, model.subclasses = None, False, []
        key = [each for each in model.fields if each.options.get("primary_key")]
        model.fields, model.doubts = key, []
        self.fill(model, model.profile, Place("", ()))
        model.doubts.append(doubt)

    def of_key(self, name: str, key: str, profile: Profile, place: Place) -> Field:
        """Return the field for a key of objects."""
        found = profile.keys[key]
        field = self.field(name, found, Place(key, (*place.path, key), place.within))
        field.stored = key
        field.share = profile.share(key)
        add_requirement(field, profile.objects)
        add_rarity(field, profile.objects)
        return field

    def field(self, name: str, profile: Profile, place: Place) -> Field:
        """Return the field for the values at a place."""
        joined = join(profile)
        field = Field(name, place.key, place.path, joined.kind, profile)
        field.doubts += joined.doubts
        if place.is_member:
            field.doubts += doubts_of_members(joined, profile)
        field.nulls = profile.types[NULL] / profile.count if profile.count else 0.0
        if is_secret(place.key, profile):
            field.meaning = Meaning.SECRET
            if is_doubtful(place.key):
                field.doubts.append("Taken for a secret because of its name.")
        if joined.main == OBJECT:
            self._object(field, profile, place)
        elif joined.main == ARRAY:
            self._array(field, profile, place)
        elif field.meaning is Meaning.PLAIN and joined.main == STRING:
            describe_texts(field)
            add_choices(field, asked=self.ask_choices)
        elif joined.main == NUMBER:
            _add_epoch(field, profile, place)
        return field

    def _array(self, field: Field, profile: Profile, place: Place) -> None:
        if is_pair(place.key, profile):
            field.kind = PAIR
            return
        if profile.members is None or not profile.members.count:
            field.doubts.append("Every list is empty: what are their members?")
            return
        field.member = self.field("", profile.members, place.below(MEMBERS))

    def _object(self, field: Field, profile: Profile, place: Place) -> None:
        geojson = geojson_kind(profile)
        if geojson is not None:
            field.kind, doubts = geojson
            field.doubts += doubts
        elif is_pair_object(profile):
            field.kind = PAIR
        elif is_generic_reference(profile):
            field.kind = GENERIC
        elif not profile.keys:
            field.doubts.append(
                "Every object is empty: which keys has it?"
                if profile.rest is None
                else "The database has more keys than are told apart."
            )
        elif is_map(profile):
            self._map(field, profile, place)
        else:
            self._embedded(field, profile, place)

    def _map(self, field: Field, profile: Profile, place: Place) -> None:
        values = merged(
            [*profile.keys.values()] + ([profile.rest] if profile.rest else [])
        )
        member = self.field("", values, place.below(VALUES))
        if member.kind != "DynamicField":
            field.kind, field.member = "MapField", member
        else:
            field.doubts += member.doubts
        refused = [key for key in profile.keys if not is_declarable(key)]
        if refused:
            words = f"Keys that mongoengine refuses to save: {quoted(refused)}."
            field.doubts.append(words)

    def _embedded(self, field: Field, profile: Profile, place: Place) -> None:
        keys = [key for key in profile.keys if key != "_cls"]
        if not any(map(is_declarable, keys)):
            field.doubts.append(
                f"No key can be declared: {quoted(keys or [hierarchies.CLS])}."
            )
            return
        field.kind = "EmbeddedDocumentField"
        outer = recursion.same_around(profile, place.within)
        if outer is not None:
            field.embedded = outer
            return
        model = Model(class_name(place.key, is_plural=place.is_many), profile=profile)
        field.embedded = model
        inner = Place(place.key, place.path, (*place.within, model), place.is_many)
        self._places[id(model)] = model, inner
        self.fill_again(model)
        if model.cls is None and hierarchies.is_named(profile):
            hierarchies.keep_as_data(field, model.doubts[0])


def _add_epoch(field: Field, profile: Profile, place: Place) -> None:
    unit = epoch_unit(place.key, profile)
    if unit:
        field.meaning = Meaning.EPOCH
        field.doubts.append(f"Dates kept as {unit} since 1970.")


def _doubts_of_keys(
    profile: Profile, refused: list[str], rare: list[str]
) -> Iterator[str]:
    """Yield sentences about keys for which no field is declared."""
    if refused:
        yield f"Keys that mongoengine cannot declare: {quoted(refused)}."
    if rare:
        few = f"less than {RARE:.0%} of the documents".replace("%", " %")
        yield f"{len(rare)} keys are left out that {few} have: {quoted(rare)}."
    if profile.rest is not None:
        yield f"More keys than are told apart: {quoted(profile.rest_keys)}."
