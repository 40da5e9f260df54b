"""The site as a WSGI application."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from openmsix.logs.configure import catch_the_rest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmsix.config.settings")
application = get_wsgi_application()
catch_the_rest()
# All pages are loaded before the first request, so that a process which cannot show them ends and says why.
import_module(settings.ROOT_URLCONF)
