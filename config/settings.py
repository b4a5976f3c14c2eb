"""Settings, all from environment variables (README.md lists them)."""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.databases import LISTS_ALIAS, mongodb_databases
from config.mongodb import default_uri
from config.paths import BASE_DIR, DATA_DIR, EMBEDDED_MONGODB_DIR

env = environ.Env()
# An empty variable counts as unset, as compose files and make leave them.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}

DEBUG = env.bool("DEBUG", default=False)
PRODUCTION = not DEBUG


# Security

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to a long random string (or DEBUG=1 for "
            "development)."
        )
    SECRET_KEY = "django-insecure-for-development-only"

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# https is the rule in production; each can be switched off for plain http.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=PRODUCTION)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=PRODUCTION)

# An hour, so that a mistake is forgotten by browsers soon. Raise it to a year
# (31536000) once https is known to stay.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600 * PRODUCTION)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool(
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", default=PRODUCTION
)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=PRODUCTION)

# Behind a proxy that sets the header itself: HTTP_X_FORWARDED_PROTO,https
SECURE_PROXY_SSL_HEADER = env.tuple("SECURE_PROXY_SSL_HEADER", default=()) or None
if SECURE_PROXY_SSL_HEADER and len(SECURE_PROXY_SSL_HEADER) != 2:
    raise ImproperlyConfigured(
        "SECURE_PROXY_SSL_HEADER must be a header and its value, as in "
        "HTTP_X_FORWARDED_PROTO,https."
    )

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Everything from this site, and nothing written into a page. Named as in Django 6.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],  # icons within style sheets
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
ADMIN_EXT_PERMISSIONS_POLICY = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
)

DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reports.ReporterFilter"


# Application

INSTALLED_APPS = [
    "admin_ext.signin",  # its templates add to those of the admin
    "admin_ext",  # templates, static files, commands, checks
    "admin_ext.apps.AdminConfig",  # stands for "django.contrib.admin"
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",  # lockout; docs/sign-in.md
    "django_otp",  # one-time codes; docs/sign-in.md
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_mongoengine",  # reads MONGODB_DATABASES
    "documents",
]

MIDDLEWARE = [
    "admin_ext.middleware.FramesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "admin_ext.protection.middleware.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "admin_ext.signin.middleware.SessionAgeMiddleware",
    "admin_ext.signin.middleware.OneTimeCodeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "admin_ext.protection.middleware.ReadOnlyMiddleware",
    "admin_ext.protection.middleware.RateLimitMiddleware",
    "admin_ext.middleware.MongoDBUnavailableMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LOGIN_URL = "admin:login"

# Forms of large documents are longer than Django takes; docs/production.md.
ADMIN_EXT_MAX_FIELDS = env.int("ADMIN_EXT_MAX_FIELDS", default=50_000)
ADMIN_EXT_MAX_MEMORY_SIZE = env.int(  # bytes
    "ADMIN_EXT_MAX_MEMORY_SIZE", default=64 * 1024 * 1024
)

# The whole site can be looked at only; docs/production.md.
ADMIN_EXT_READ_ONLY = env.bool("READ_ONLY", default=False)

# Changes of documents are kept so many days, 0 for ever; docs/history.md.
ADMIN_EXT_HISTORY_DAYS = env.int("HISTORY_DAYS", default=0)

# Of one person, with other pages that cost much; 0 for none; docs/production.md.
ADMIN_EXT_SEARCHES_PER_MINUTE = env.int("SEARCHES_PER_MINUTE", default=120)
# And with masked values that are revealed; docs/access.md.
ADMIN_EXT_REVEALS_PER_MINUTE = env.int("REVEALS_PER_MINUTE", default=10)

# How long a page may ask MongoDB; docs/production.md.
ADMIN_EXT_MAX_TIME_MS = env.int("ADMIN_EXT_MAX_TIME_MS", default=5_000)
ADMIN_EXT_MAX_SIDE_TIME_MS = env.int("ADMIN_EXT_MAX_SIDE_TIME_MS", default=1_000)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Lockout; docs/sign-in.md

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = env.int("LOCKOUT_FAILURES", default=5)
AXES_LOCK_OUT_AT_FAILURE = AXES_FAILURE_LIMIT > 0
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOCKOUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # both together
AXES_VERBOSE = False  # no line about itself at the start of every command
AXES_RESET_ON_SUCCESS = True
# Trying on does not lengthen the lock, so that the page can say when it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken", "code"]
AXES_CLIENT_IP_CALLABLE = "admin_ext.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "admin_ext.signin.lockout.locked_out"
# How many proxies of ours append to X-Forwarded-For.
ADMIN_EXT_TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)


# One-time codes; docs/sign-in.md

ADMIN_EXT_REQUIRE_TOTP = env.list("REQUIRE_TOTP", default=[])  # "all", or groups
OTP_TOTP_ISSUER = env.str("TOTP_ISSUER", default="MongoDB administration")


# Sessions; docs/sign-in.md

SESSION_ENGINE = "admin_ext.signin.sessions"
ADMIN_EXT_SESSION_SECONDS = 3600 * env.int("SESSION_HOURS", default=14 * 24)
SESSION_IDLE_SECONDS = 60 * env.int("SESSION_IDLE_MINUTES", default=0)
# Each page postpones the end of a session only if idle ones shall end.
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS or ADMIN_EXT_SESSION_SECONDS
SESSION_SAVE_EVERY_REQUEST = SESSION_IDLE_SECONDS > 0
SESSION_EXPIRE_AT_BROWSER_CLOSE = env.bool("SESSION_ENDS_WITH_BROWSER", default=False)


# Databases: people in SQL, collections in MongoDB

DATABASES = {
    "default": env.db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
    )
}
if not DATABASES["default"].get("ENGINE"):
    raise ImproperlyConfigured(
        "DATABASE_URL must name a database, as in postgres://user:password@host/name "
        "or sqlite:////folder/file."
    )
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers do not wait for the writer, and writers wait for one another
    # instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds
        **DATABASES["default"].get("OPTIONS", {}),
    }
    if "DATABASE_URL" not in env.ENVIRON:
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)  # seconds
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MONGODB_DATABASES = mongodb_databases(env.ENVIRON, default_uri(EMBEDDED_MONGODB_DIR))

# From where lists are read; docs/production.md.
ADMIN_EXT_LIST_DB_ALIASES = (
    {"default": LISTS_ALIAS} if LISTS_ALIAS in MONGODB_DATABASES else {}
)
ADMIN_EXT_LIST_READ_PREFERENCE = env.str("MONGODB_LISTS_READ_PREFERENCE", default="")
ADMIN_EXT_LIST_READ_CONCERN = env.str("MONGODB_LISTS_READ_CONCERN", default="")


# Language and time

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True


# Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}


# Logging: to standard error, where servers expect it

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        # Below WARNING the driver writes whole commands, with people's data.
        "pymongo": {"level": "WARNING"},
    },
}
