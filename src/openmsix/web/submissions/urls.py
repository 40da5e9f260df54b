"""Addresses of the submissions. A submission is addressed by its reference, which says nothing about a child."""

from django.urls import path

from . import comparing, deciding, downloading, listing, reading, sending

app_name = "submissions"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("send/", sending.send, name="send"),
    path("<slug:ref>/", reading.detail, name="detail"),
    path("<slug:ref>/progress", reading.progress, name="progress"),
    path("<slug:ref>/students/", reading.students, name="students"),
    path("<slug:ref>/changes/", comparing.compare, name="compare"),
    path("<slug:ref>/confirm/", deciding.decide, name="decide"),
    path("<slug:ref>/confirm/students.csv", deciding.closings_csv, name="closings_csv"),
    path("<slug:ref>/withdraw/", deciding.withdraw, name="withdraw"),
    path("<slug:ref>/receipt.csv", downloading.receipt_csv, name="receipt_csv"),
    path("<slug:ref>/receipt.json", downloading.receipt_json, name="receipt_json"),
]
