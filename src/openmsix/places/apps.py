"""The room as Django sees it."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "openmsix.places"
    label = "places"
    verbose_name = "Places"
