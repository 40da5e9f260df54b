"""Addresses of expunging. A request is addressed by its reference, a child by its opaque one: nothing in them tells who a child is."""

from django.urls import path

from . import asking, deciding, listing, naming

app_name = "expunging"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("ask/", naming.by_name, name="ask"),
    path("ask/child/<slug:child>/", asking.of_child, name="ask_child"),
    path("ask/submission/<slug:submission>/", asking.of_submission, name="ask_submission"),
    path("<slug:ref>/", deciding.decide, name="request"),
    path("<slug:ref>/now/", deciding.now, name="now"),
]
