"""The pages where rules about groups are made, and where they are explained.

- ``texts``: lookups as lines, fields and rows in words.
- ``forms``, ``admins``: the limits of groups in the admin, beside the group or alone.
- ``explaining``, ``page``: what a person may, and why, for superusers.
"""
