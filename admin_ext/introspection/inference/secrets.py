"""Which values are secrets: by the names of their keys, and by how they look."""

import re
from collections.abc import Callable

from admin_ext.introspection.bson_types import NUMBERS, STRING
from admin_ext.introspection.profile import Profile
from admin_ext.secret_names import is_secret_name, words_of

from .lattice import FITTING

# What hashes of passwords and the keys of well-known services begin with.
_LOOK = re.compile(
    r"""
      \$(?:2[abxy]?|argon2\w*|scrypt|pbkdf2[\w-]*|[156]|y|7)\$
    | (?:pbkdf2_sha\d+|argon2|bcrypt(?:_sha256)?|scrypt|md5|sha1)\$
    | \{S?(?:SHA|MD5|CRYPT)\d*\}
    | eyJ[\w-]{10,}\.eyJ
    | (?:sk|pk|rk|whsec)_(?:live|test)_ | sk-\w{16} | gh[pousr]_\w{20} | xox[abprs]-
    | AKIA[0-9A-Z]{12} | AIza[\w-]{20} | -----BEGIN[ ](?:\w+[ ])*PRIVATE[ ]KEY
    """,
    re.VERBOSE,
)

# Text that nobody chose: letters and digits in one, of at least so many characters.
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{20,}")

# Words that are as often names of something; a secret where the values are random.
_KEYS = frozenset({"key", "keys", "code", "sid", "auth", "nonce", "seed", "bearer"})


# Of these numbers are secret as well; "tokens" may be counted.
_NUMBERS = frozenset({"password", "passcode", "pwd", "pin", "otp", "cvv", "cvc", "ssn"})


# Words that with another one are as often about something public: "commitHash".
_DOUBTFUL = frozenset({"hash", "signature", "cookie", "cookies", "pin"})


def is_secret(key: str, profile: Profile) -> bool:
    """Tell whether the texts, the bytes or the numbers at a key are secret."""
    texts = [each for each in profile.sample if isinstance(each, str) and each]
    if texts and _most(_LOOK.match, texts):
        return True
    last = frozenset(words_of(key)[-1:])
    types = {name for name, count in profile.types.items() if count}
    if is_secret_name(key):
        return not types.isdisjoint({STRING, "binData"}) or (
            not types.isdisjoint(NUMBERS) and not last.isdisjoint(_NUMBERS)
        )
    return (
        bool(texts) and not last.isdisjoint(_KEYS) and _most(_RANDOM.fullmatch, texts)
    )


def is_doubtful(key: str) -> bool:
    """Tell whether only one word of several in a key makes a secret of it."""
    words = words_of(key)
    others = [each for each in words if each not in _DOUBTFUL]
    return 0 < len(others) < len(words) and not is_secret_name("_".join(others))


def _most(fits: Callable[[str], object], texts: list[str]) -> bool:
    return sum(map(bool, map(fits, texts))) >= FITTING * len(texts)
