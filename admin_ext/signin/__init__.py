"""Signing in: lockout, one-time codes and sessions; an app of its own, to be installed.

It needs django-axes, django-otp and segno, which the rest of admin_ext does not.
"""
