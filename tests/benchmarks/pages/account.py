"""Make the tables and a superuser of a site, and print a session that is signed in.

DJANGO_SETTINGS_MODULE=… python -m tests.benchmarks.pages.account
"""

import django
from django.core.management import call_command


def main():
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    call_command("migrate", verbosity=0, run_syncdb=True)
    users = get_user_model().objects
    user = users.filter(username="bench").first()
    client = Client()
    client.force_login(user or users.create_superuser("bench"))
    print(client.session.session_key)


if __name__ == "__main__":
    main()
