"""All addresses of the site."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("openmsix.api.urls")),
    path("help/api", include("openmsix.api.help_urls")),
    path("", include("openmsix.web.urls")),
]
handler400 = "openmsix.web.errors.bad_request"
handler403 = "openmsix.web.errors.no_permission"
handler404 = "openmsix.web.errors.not_found"
handler500 = "openmsix.web.errors.server_error"
