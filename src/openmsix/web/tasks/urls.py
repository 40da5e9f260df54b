"""Addresses of the tasks."""

from django.urls import path

from . import decided, deciding, joining, merges, passing, splits, undoing, views

app_name = "tasks"
urlpatterns = [
    path("", views.listing, name="list"),
    path("merges/", merges.listing, name="merges"),
    path("merges/<slug:ref>/", merges.merge, name="merge"),
    path("merges/<slug:ref>/undo/", undoing.propose, name="undo"),
    path("decided/", decided.listing, name="decided"),
    path("split/<slug:child>/", splits.propose, name="split"),
    path("merge/<slug:child>/", joining.choose, name="join"),
    path("merge/<slug:child>/<slug:other>/", joining.propose, name="join_two"),
    path("<int:number>/", deciding.decide, name="decide"),
    path("<int:number>/pass/", passing.pass_on, name="pass"),
]
