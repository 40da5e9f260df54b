"""The addresses that machines ask, as pages with a name and a rule."""

from django.urls import path

from . import probes
from .addresses import ALIVE, METRICS, READY

app_name = "watching"
urlpatterns = [
    path(ALIVE.lstrip("/"), probes.alive, name="alive"),
    path(READY.lstrip("/"), probes.ready, name="ready"),
    path(METRICS.lstrip("/"), probes.metrics, name="metrics"),
]
