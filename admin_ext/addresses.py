"""From where a request comes."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address


def client_address(request):
    """Return the address of the client, a string, or None if it is not known.

    Each trusted proxy appends the address that it was asked from to X-Forwarded-For;
    what stands before those was written by the client and is worth nothing.
    """
    proxies = getattr(settings, "ADMIN_EXT_TRUSTED_PROXIES", 0)
    address = request.META.get("REMOTE_ADDR")
    if proxies:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        # Fewer than expected: the request came around the proxies.
        if len(hops) >= proxies:
            address = hops[-proxies].strip()
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return None
    return address
