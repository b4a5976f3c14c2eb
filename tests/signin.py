"""Signing in with a password and a code, as tests do it."""

from django_otp.oath import TOTP

ACCOUNT = "/admin/sign-in/"
CODE = f"{ACCOUNT}code/"
SET_UP = f"{ACCOUNT}set-up/"
PASSWORD = "a-Long-one-7"


def sign_in(client, name="ann", password=PASSWORD, **headers):
    data = {"username": name, "password": password, "next": "/admin/"}
    return client.post("/admin/login/", data, **headers)


def code_of(device, steps=0):
    """Return the code of now, or of some steps of 30 s later."""
    return f"{TOTP(device.bin_key, drift=steps).token():06}"


def is_signed_in(client):
    return client.get("/admin/").status_code == 200
