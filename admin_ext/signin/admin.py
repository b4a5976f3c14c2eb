"""The admins of django-otp are taken away: they show the secrets of other people."""

from django.contrib import admin

# Imported here so that nothing registers them later.
from django_otp.plugins.otp_static import admin as static_admin
from django_otp.plugins.otp_totp import admin as totp_admin

for model in (static_admin.StaticDevice, totp_admin.TOTPDevice):
    admin.site.unregister(model)
