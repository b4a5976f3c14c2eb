"""Text that travels with a page and that nobody but the site itself can read."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signing import BadSignature
from django.utils.encoding import force_bytes

# No text that django.core.signing makes begins so.
MARK = "sealed:"
SALT = b"admin_ext.changesets.sealing"


def seal(data: bytes) -> str:
    """Return data encrypted and authenticated: another text each time.

    Its length tells the length of the data, to 16 bytes. https://github.com/fernet/spec
    """
    return MARK + _fernet().encrypt(data).decode()


def has_seal(text: str) -> bool:
    return text.startswith(MARK)


def unsealed(text: str) -> bytes:
    """Return what ``seal()`` was given. Raise BadSignature for any other text."""
    try:
        return _fernet().decrypt(text.removeprefix(MARK))
    except (InvalidToken, ValueError) as error:
        raise BadSignature("This was not sealed here.") from error


def _fernet() -> MultiFernet:
    """Seals with SECRET_KEY, and opens with SECRET_KEY_FALLBACKS, too."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(force_bytes(each))) for each in secrets])


def _key(secret: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=SALT).derive(secret)
    return urlsafe_b64encode(derived)
