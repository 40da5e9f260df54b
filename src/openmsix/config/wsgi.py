"""The site as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from openmsix.logs.configure import catch_the_rest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmsix.config.settings")
application = get_wsgi_application()
catch_the_rest()
