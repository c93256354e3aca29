"""One settings file; every value an operator may change comes from the environment (`.env.example`)."""

from ipaddress import ip_network

from csp.constants import NONE, SELF, UNSAFE_EVAL
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from saas_tracker.api import settings as api
from saas_tracker.env import BASE_DIR, DATA_DIR, broker, database, embedded_secret_key, env
from saas_tracker.schedule import SCHEDULE
from saas_tracker.site import UNFOLD as UNFOLD

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or embedded_secret_key()
# What seals secret columns; the first one seals, all of them open.
SECRETS_KEYS = env.list("SECRETS_KEYS", default=[]) or [SECRET_KEY]
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=BASE_URL.startswith("https://"))

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.simple_history",
    "saas_tracker",
    "saas_tracker.accounts",
    "contracts",
    "metrics",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "simple_history",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "saas_tracker.urls"
WSGI_APPLICATION = "saas_tracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # It counts requests, no more: whoever waits for an answer must not wait for it.
        "OPTIONS": {
            "socket_connect_timeout": 0.1,
            "socket_timeout": 0.2,
            "retry": Retry(NoBackoff(), 0),
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
LANGUAGES = [("en-gb", _("English (United Kingdom)")), ("en", _("English (United States)"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Without STATIC_ROOT files are served from where they are; an image collects them there once.
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=50 * 1024 * 1024)

# Mail. Without SMTP_URL messages become files that the admin's outbox page shows.
SMTP_URL = env.str("SMTP_URL", default="")
OUTBOX_DIR = DATA_DIR / "outbox"
EMAIL_FILE_PATH = OUTBOX_DIR
EMAIL_TIMEOUT = 10
vars().update(
    env.email_url_config(SMTP_URL)
    if SMTP_URL
    else {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SaaS Tracker <tracker@localhost>")

# Security that holds in every installation; what needs TLS follows BASE_URL.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The admin theme's Alpine.js evaluates its attributes.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Celery. Without Redis the broker is a folder: doorbells only, emptied at each start of the worker.
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 10, "socket_connect_timeout": 5, "health_check_interval": 25}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

# The organisation's choices (the rules they belong to are in docs/domain.md).
HOME_CALENDAR = env.str("HOME_CALENDAR", default="")
BASE_CURRENCY = env.str("BASE_CURRENCY", default="EUR")
FISCAL_YEAR_START_MONTH = env.int("FISCAL_YEAR_START_MONTH", default=1)
ALERT_OFFSETS = env.list("ALERT_OFFSETS", cast=int, default=[120, 90, 60, 30, 14, 7, 1])
ALERT_ESCALATION_DAYS = env.int("ALERT_ESCALATION_DAYS", default=7)
REVIEW_MONTHS = env.int("REVIEW_MONTHS", default=6)
ALERT_LINK_DAYS = env.int("ALERT_LINK_DAYS", default=14)
REVIEW_BUFFER_DAYS = env.int("REVIEW_BUFFER_DAYS", default=10)
PRICE_FLAG_THRESHOLDS = env.list("PRICE_FLAG_THRESHOLDS", cast=int, default=[0, 5, 10, 20])
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=120)
DELIVERY_SEND_TIMEOUT_SECONDS = env.int("DELIVERY_SEND_TIMEOUT_SECONDS", default=20)
STORM_MESSAGES_PER_HOUR = env.int("STORM_MESSAGES_PER_HOUR", default=50)
WEBHOOK_PORTS = env.list("WEBHOOK_PORTS", cast=int, default=[80, 443, 8443])
WEBHOOK_ALLOWED_NETWORKS = env.list("WEBHOOK_ALLOWED_NETWORKS", cast=ip_network, default=[])
SCAN_STALE_MINUTES = env.int("SCAN_STALE_MINUTES", default=15)
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")

REST_FRAMEWORK = api.REST_FRAMEWORK
SPECTACULAR_SETTINGS = api.SPECTACULAR_SETTINGS
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {"secrets": {"()": "saas_tracker.logs.WithoutSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["secrets"],
        }
    },
    # Django's own handlers would write beside ours, and past the filter.
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
