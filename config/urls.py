"""URLs: the admin, signing in, and the root redirected to the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/sign-in/", include("admin_ext.signin.urls")),
    path("admin/", admin.site.urls),
]
