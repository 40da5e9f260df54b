"""All addresses, by journey."""

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("openmsix.web.home.urls")),
    path("", include("openmsix.web.people.urls")),
    path("children/", include("openmsix.web.children.urls")),
    path("submissions/", include("openmsix.web.submissions.urls")),
    path("ids/", include("openmsix.web.ids.urls")),
    path("tasks/", include("openmsix.web.tasks.urls")),
    path("help/", include("openmsix.web.help.urls")),
    path("language/", set_language, name="set_language"),
]
