"""Addresses of the quality of identity."""

from django.urls import path

from . import lists, views

app_name = "quality"
urlpatterns = [
    path("", views.page, name="page"),
    path("anew/", views.anew, name="anew"),
    path("children/", lists.merges, name="merges"),
    path("duplicates/", lists.duplicates, name="duplicates"),
    path("decided/", lists.decided, name="decided"),
    path("decisions/", lists.decisions, name="decisions"),
    path("near-matches/", lists.asked, name="asked"),
    path("linked/", lists.linked, name="linked"),
    path("picture/<slug:name>-<slug:digest>.svg", views.picture, name="picture"),
]
