"""Addresses of help and of the dictionary. Open to everyone: nothing here is about a child."""

from django.urls import path

from . import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("about", views.about, name="about"),
    path("elements", views.elements, name="elements"),
    path("elements/<slug:key>", views.record_type, name="record_type"),
    path("codes", views.codes, name="codes"),
    path("checks", views.checks, name="checks"),
    path("<slug:key>", views.topic, name="topic"),
]
