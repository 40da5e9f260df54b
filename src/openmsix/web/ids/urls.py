"""Addresses of the ID changes."""

from django.urls import path

from . import views

app_name = "ids"
urlpatterns = [path("", views.changes, name="changes"), path("changes.csv", views.as_csv, name="csv")]
