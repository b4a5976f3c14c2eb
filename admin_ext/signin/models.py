"""The sessions table, which knows whose each session is."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class PersonSession(AbstractBaseSession):
    """A session of django.contrib.sessions with the key of the person signed in."""

    # A text, for any key of a user model; null before signing in.
    person = models.CharField(max_length=255, null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls):
        from .sessions import SessionStore

        return SessionStore
