"""The addresses of the home page and of what is done on it."""

from django.urls import path

from . import operating, views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("operating/<slug:ref>/retry/", operating.retry, name="retry"),
]
