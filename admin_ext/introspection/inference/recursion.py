"""Embedded documents within others of the same shape, as replies to comments."""

from admin_ext.introspection.models import Model
from admin_ext.introspection.profile import Profile

# The part of the keys that both must have. The innermost has no key that goes on.
ALIKE = 0.8


def same_around(profile: Profile, within: tuple[Model, ...]) -> Model | None:
    """Return the innermost class around a place whose shape its objects have."""
    return next(
        (model for model in reversed(within) if _is_same(profile, model.profile)), None
    )


def _is_same(inner: Profile, outer: Profile | None) -> bool:
    if outer is None or len(outer.keys) < 2:
        return False
    if not {*inner.keys} <= {*outer.keys}:
        return False
    # A key of which all the rest is made is in every one.
    always = {key for key in outer.keys if outer.share(key) > ALIKE}
    common = {*inner.keys} & always
    return len(common) >= 2 and len(common) >= ALIKE * len(always)
