"""The SQL tables of this package on Django's own site; found by its autodiscovery.

A project's own admin of groups is left as it is: it takes GroupLimitsMixin.
"""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group

from .history.models import Change
from .policies.models import GroupLimit
from .rules.admins import GroupLimitAdmin, with_limits
from .undoing.audit import ChangeAdmin

admin.site.register(Change, ChangeAdmin)
admin.site.register(GroupLimit, GroupLimitAdmin)
if admin.site.is_registered(Group):
    found = admin.site.get_model_admin(Group)
    if type(found) is GroupAdmin:
        with_limits(found)
