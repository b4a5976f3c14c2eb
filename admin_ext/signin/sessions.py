"""Sessions in SQL that can be found by person, and ended; a SESSION_ENGINE.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

import time

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

STARTED = "admin_ext_signed_in"  # seconds since 1970


class SessionStore(db.SessionStore):
    """Keeps beside each session whose it is."""

    @classmethod
    def get_model_class(cls):
        from .models import PersonSession

        return PersonSession

    def create_model_instance(self, data):
        instance = super().create_model_instance(data)
        instance.person = data.get(SESSION_KEY)
        return instance


def sessions_of(user):
    """Return the sessions of a user that are not over, a queryset."""
    return SessionStore.get_model_class().objects.filter(
        person=user._meta.pk.value_to_string(user), expire_date__gt=timezone.now()
    )


def end_sessions(user):
    """Sign the user out everywhere; return of how many sessions.

    A request that is being answered at this moment cannot bring its session back:
    Django updates the row of a session and does not write it anew.
    """
    return sessions_of(user).delete()[0]


def remember_start(sender, request, user, **kwargs):
    """Keep in the session when the person signed in; for user_logged_in."""
    request.session[STARTED] = int(time.time())


def is_over(session, seconds):
    """Return whether the person signed in longer ago, or nobody knows when."""
    return time.time() - session.get(STARTED, 0) > seconds
