"""What is stored, found out by reading it: profiles of values, and models of them.

- ``connecting``: the database that is meant.
- ``kinds``: which collections there are, what each is to the server, what is left out.
- ``batches``, ``reading``: a sample of a collection, or all of it, within time limits.
- ``profile``: the values at every path of many documents, summed up.
- ``models``: the Documents that a person might have declared for them.
- ``inference``, ``server_indexes``, ``references``: profiles and the server → models.
- ``writing``, ``packages``: models → Python, and the app that it is written into.
- ``inspecting``: all of it for one database, as ``manage.py inspectmongo`` does.
"""
