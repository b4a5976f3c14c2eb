"""Who may what, at every URL: roles, Documents, expectations, and what may not leak.

- ``views``: every view of the URL configuration.
- ``people``: roles. ``cases``: Documents, each with an allowed row and a denied one.
- ``rules``: what is expected, from the permissions that Django documents.
- ``cells``: all of it multiplied. ``python -m tests.matrix`` counts.
- ``test_leaks``: walks the site twice. ``walk``: its requests; ``hospital`` and
  ``remembered``: its data; ``normalised``: answers that can be compared;
  ``known_leaks``: what is not mended.
"""
