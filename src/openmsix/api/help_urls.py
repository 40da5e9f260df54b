"""The address of the API's documentation, a page like the others."""

from django.urls import path

from openmsix.api import pages

app_name = "api_help"
urlpatterns = [path("", pages.page, name="page")]
