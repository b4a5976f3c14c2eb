"""Which keys of documents have names under which applications keep secrets."""

import re

# Words that say it wherever they stand in a name; those of other languages too.
SECRET_WORDS = frozenset((
    *("password", "passwords", "passwd", "pwd", "passphrase", "passcode", "pass"),
    *("secret", "secrets", "token", "tokens", "jwt", "hash", "hashed", "salt"),
    *("apikey", "credential", "credentials", "otp", "totp", "mfa", "pin", "cvv", "cvc"),
    *("cookie", "cookies", "authorization", "ssn", "signature"),
    *("passwort", "kennwort", "senha", "contraseña", "contrasena", "motdepasse"),
))

# Words before "key" or "keys" that make a secret of it, and not a mere name.
KINDS_OF_KEYS = frozenset((
    *("api", "private", "access", "secret", "encryption", "signing", "master", "auth"),
    *("session", "ssh", "license", "licence", "recovery", "shared", "webhook"),
))

# What stands within a word where somebody wrote several as one: "accesstoken".
RUN_TOGETHER = re.compile(
    r"passwor[dt]|passwd|passphrase|secret(?!ar)|credential"
    r"|(?:access|refresh|auth|id|csrf|bearer|reset|session)token"
    r"|(?:api|private|access|secret|encryption)key"
)

# Last words of what is told about a secret, and is none: when it changed, its length.
ABOUT = frozenset((
    *("at", "on", "date", "time", "count", "counts", "number", "expires", "expired"),
    *("expiry", "expiration", "ttl", "length", "size", "type", "algorithm", "changed"),
    *("updated", "created", "enabled", "required", "attempts", "version", "policy"),
    *("strength", "used", "usage", "limit", "name", "valid", "verified", "set"),
))

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")


def words_of(name: str) -> list[str]:
    """Return the words of a key in lower case: "hashedPassword", "hashed_password"."""
    return [word.lower() for word in _WORD.findall(name)]


def is_secret_name(name: str) -> bool:
    """Tell whether a key has the name of a secret: a password, a token, a hash.

    By its words: "hashtag" is no hash, "passwordChangedAt" no password, and "key" alone
    is as often the name of something.
    """
    words = words_of(name)
    if not words or words[-1] in ABOUT:
        return False
    if SECRET_WORDS.intersection(words) or any(map(RUN_TOGETHER.search, words)):
        return True
    pairs = zip(words, words[1:], strict=False)
    return any(
        kind in KINDS_OF_KEYS and word in ("key", "keys") for kind, word in pairs
    )
