"""References that name a class, as mongoengine's GenericReferenceField stores them."""

from admin_ext.introspection.bson_types import DBREF
from admin_ext.introspection.profile import Profile

KIND = "GenericReferenceField"


def is_generic_reference(profile: Profile) -> bool:
    """Tell whether all objects are ``{_cls: name of a class, _ref: DBRef}``."""
    if {*profile.keys} != {"_cls", "_ref"} or profile.rest is not None:
        return False
    return {*profile.keys["_ref"].types} == {DBREF}
