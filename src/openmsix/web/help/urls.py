"""Addresses of help and of the dictionary. Open to everyone: nothing here is about a child."""

from django.urls import path

from . import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("about", views.about, name="about"),
    path("elements", views.elements, name="elements"),
    path("elements/<slug:key>", views.record_type, name="record_type"),
    path("schema.xsd", views.xml_schema, name="xml_schema"),
    path("schema.json", views.json_schema, name="json_schema"),
    path("codes", views.codes, name="codes"),
    path("checks", views.checks, name="checks"),
    path("<slug:key>", views.topic, name="topic"),
]
