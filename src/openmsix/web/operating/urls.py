"""The addresses of the operator's page, beside the home page that it is."""

from django.urls import path

from . import views

app_name = "operating"
urlpatterns = [
    path("now/", views.now, name="now"),
    path("throughput-<slug:digest>.svg", views.throughput, name="throughput"),
]
