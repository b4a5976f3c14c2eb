"""The URLs about signing in; include them before those of the admin."""

from django.contrib import admin
from django.urls import path

from . import views

app_name = "sign_in"
urlpatterns = [
    path("", admin.site.admin_view(views.account), name="account"),
    path("code/", views.code, name="code"),
    path("set-up/", views.set_up, name="set_up"),
    path("people/<str:pk>/", admin.site.admin_view(views.person), name="person"),
]
