"""Addresses of the tasks."""

from django.urls import path

from . import deciding, views

app_name = "tasks"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:number>/", deciding.decide, name="decide"),
]
