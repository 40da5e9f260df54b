"""All addresses, by journey."""

from django.urls import include, path

from openmsix.web.people.views import language

urlpatterns = [
    path("", include("openmsix.web.home.urls")),
    path("", include("openmsix.web.people.urls")),
    path("children/", include("openmsix.web.children.urls")),
    path("submissions/", include("openmsix.web.submissions.urls")),
    path("ids/", include("openmsix.web.ids.urls")),
    path("tasks/", include("openmsix.web.tasks.urls")),
    path("moves/", include("openmsix.web.moves.urls")),
    path("quality/", include("openmsix.web.quality.urls")),
    path("expunging/", include("openmsix.web.expunging.urls")),
    path("help/", include("openmsix.web.help.urls")),
    path("operating/", include("openmsix.web.operating.urls")),
    path("", include("openmsix.web.watching.urls")),
    path("language/", language, name="set_language"),
]
