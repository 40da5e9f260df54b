"""Addresses of the tasks."""

from django.urls import path

from . import deciding, merges, splits, views

app_name = "tasks"
urlpatterns = [
    path("", views.listing, name="list"),
    path("merges/", merges.listing, name="merges"),
    path("merges/<slug:ref>/", merges.merge, name="merge"),
    path("split/<slug:child>/", splits.propose, name="split"),
    path("<int:number>/", deciding.decide, name="decide"),
]
