"""Addresses of the moves."""

from django.urls import path

from . import views

app_name = "moves"
urlpatterns = [path("", views.listing, name="list")]
