"""WSGI entry point, such as `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from .processes import collecting, leave_to_stay

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = collecting(get_wsgi_application())
leave_to_stay()
