"""Addresses of search and of a child's pages. None of them holds anything about a child but its opaque reference."""

from django.urls import path

from openmsix.web.children import forms_out, purpose, record, search

app_name = "children"
urlpatterns = [
    path("search/", search.ask, name="search"),
    path("search/<slug:token>/", search.results, name="results"),
    path("purpose/", purpose.choose, name="purpose"),
    path("<slug:ref>/", record.arrival, name="record"),
    path("<slug:ref>/print/", forms_out.print_record, name="print"),
    path("<slug:ref>/record.json", forms_out.record_as_json, name="json"),
    path("<slug:ref>/sources/", record.sources, name="sources"),
    path("<slug:ref>/access/", record.access, name="access"),
    path("<slug:ref>/picture/<slug:name>-<slug:digest>.svg", record.picture, name="picture"),
    path("<slug:ref>/<slug:part>/", record.section, name="section"),
]
