"""ASGI entry point, such as `uvicorn config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from .processes import leave_to_stay

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
leave_to_stay()
