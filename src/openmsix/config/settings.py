"""Django's settings. What differs between installations comes from the environment; see docs/operating.md."""

import os
import sys
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from openmsix.logs.configure import configuration

from . import database, environment, home

PACKAGE = Path(__file__).resolve().parent.parent

DEMO = os.environ.get("OPENMSIX_DEMO") == "1"
DEBUG = False
HOME = home.home()
SECRET_KEY = home.secret_key()
ALLOWED_HOSTS = os.environ.get("OPENMSIX_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
CSRF_TRUSTED_ORIGINS = os.environ.get("OPENMSIX_ORIGINS", "").split()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "openmsix.audit",
    "openmsix.places",
    "openmsix.accounts",
    "openmsix.worklist",
    "openmsix.intake",
    "openmsix.records",
    "openmsix.identity",
    "openmsix.students",
    "openmsix.notices",
    "openmsix.reports",
    "openmsix.expunge",
    "openmsix.web",
    "openmsix.api",
    "openmsix.ops",
]

MIDDLEWARE = [
    "openmsix.web.watching.requests.WatchMiddleware",
    "openmsix.web.watching.probes.ProbesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "openmsix.web.static_files.StaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "openmsix.api.middleware.ApiMiddleware",  # before sessions, cookies and forms: the API has none
    "openmsix.web.methods.MethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "openmsix.web.access.AccessMiddleware",
    "openmsix.web.errors.WrongMethodMiddleware",
    "openmsix.web.uploads.SizeMiddleware",
]

# Whether merges and splits that nobody answered are approved by the clock, as the real system does. Why not: docs/operating.md.
APPROVES_UNANSWERED = os.environ.get("OPENMSIX_APPROVE_UNANSWERED") == "1"

METRICS_TOKEN = os.environ.get("OPENMSIX_METRICS_TOKEN", "").strip()

ROOT_URLCONF = "openmsix.config.urls"
WSGI_APPLICATION = "openmsix.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],  # before those of packages, so that ours replace theirs
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openmsix.web.shell.context",
            ]
        },
    }
]

_owner = database.owner()
_application = database.application(_owner)
DATABASES = {
    "default": _application.django(
        ATOMIC_REQUESTS=True,
        CONN_MAX_AGE=300,
        CONN_HEALTH_CHECKS=True,
        OPTIONS={
            "options": database.session_options(_application),
            # psycopg shall keep the plans of those queries only for which it is asked to (`staging.read_planned`).
            "prepare_threshold": sys.maxsize,
        },
        TEST={"NAME": os.environ.get("OPENMSIX_TEST_DB")},
    ),
    "owner": _owner.django(TEST={"MIRROR": "default"}),
}
PROCRASTINATE_IMPORT_PATHS = ["openmsix.ops.jobs"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
# A school or a district comes from one address, and a training day signs in a whole room at once: only wrong
# passwords are counted strictly, by address and by account (the library's defaults).
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = environment.count("OPENMSIX_PROXIES")
ACCOUNT_ADAPTER = "openmsix.web.sign_in.Adapter"
MFA_ADAPTER = "openmsix.web.sign_in.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# The API's tokens: opaque, short-lived, and only for clients that show a secret.
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 15 * 60
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
API_CALLS_A_MINUTE = environment.count("OPENMSIX_API_CALLS_A_MINUTE") or 600  # of one client

SESSION_ENGINE = "openmsix.web.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 8
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("OPENMSIX_HTTPS") == "1"
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
FORMAT_MODULE_PATH = ["openmsix.config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = (
    r"^/static/(vendor/[a-z]+-[0-9.]+|own-[0-9a-f]{12})/"  # by version, by content
)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(home.home() / "files")},
    },
    "kept": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(home.home() / "kept")},
    },
    "staticfiles": {"BACKEND": "openmsix.web.static_files.NamedByContent"},
}
FILE_KEYS = home.file_keys()
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
CSRF_FAILURE_VIEW = "openmsix.web.errors.form_expired"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# Mails carry links by which passwords are chosen: they go to a mail server or nowhere, and only the demo prints them.
EMAIL_HOST = os.environ.get("OPENMSIX_EMAIL_HOST", "")
EMAIL_PORT = environment.count("OPENMSIX_EMAIL_PORT") or 587
EMAIL_HOST_USER = os.environ.get("OPENMSIX_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("OPENMSIX_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = True
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("OPENMSIX_EMAIL_FROM", "openmsix@localhost")
SENDS_MAIL = bool(EMAIL_HOST) or DEMO
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console' if DEMO else 'dummy'}.EmailBackend"
)

LOGGING = configuration(
    form=environment.one_of("OPENMSIX_LOG_FORMAT", ("", "json", "plain")),
    level=environment.log_level("OPENMSIX_LOG_LEVEL", "WARNING"),
    refusals="openmsix.web.refusals.PlainRefusals",
)
