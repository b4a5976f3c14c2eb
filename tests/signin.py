"""Signing in with a password and a code, as tests do it."""

import pytest
from django_otp.oath import TOTP

from admin_ext.signin import codes

ACCOUNT = "/admin/sign-in/"
CODE = f"{ACCOUNT}code/"
SET_UP = f"{ACCOUNT}set-up/"
PASSWORD = "a-Long-one-7"


@pytest.fixture
def ann(django_user_model):
    return django_user_model.objects.create_superuser("ann", password=PASSWORD)


@pytest.fixture
def bob(django_user_model):
    return django_user_model.objects.create_superuser("bob", password=PASSWORD)


@pytest.fixture
def device(ann):
    device = codes.new_device(ann)
    codes.confirm(device)
    return device


def sign_in(client, name="ann", password=PASSWORD, **headers):
    data = {"username": name, "password": password, "next": "/admin/"}
    return client.post("/admin/login/", data, **headers)


def code_of(device, steps=0):
    """Return the code of now, or of some steps of 30 s later."""
    return f"{TOTP(device.bin_key, drift=steps).token():06}"


def is_signed_in(client):
    return client.get("/admin/").status_code == 200
