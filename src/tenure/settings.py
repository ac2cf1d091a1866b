"""Django's settings. What differs between installations comes from TENURE_* variables and the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from tenure.kit import home

WEB = Path(__file__).parent / "web"

SECRET_KEY = home.secret()
DEBUG = False
TENURE_ORIGINS = os.environ.get("TENURE_ORIGINS", "").replace(",", " ").split()
HOSTS = [host for origin in TENURE_ORIGINS if (host := urlsplit(origin).hostname)]
# Without origins any host is answered, so no link may be mailed: its host would be the sender's choice.
ALLOWED_HOSTS = [*HOSTS, "localhost", "127.0.0.1", "[::1]"] if HOSTS else ["*"]
CSRF_TRUSTED_ORIGINS = TENURE_ORIGINS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "tenure.kit",
    "tenure.workspaces",
    "tenure.accounts",
    "tenure.events",
    "tenure.revenue",
    "tenure.feedback",
    "tenure.conversations",
    "tenure.plans",
    "tenure.touchpoints",
    "tenure.metrics",
    "tenure.health",
    "tenure.insight",
    "tenure.renewals",
    "tenure.warnings",
    "tenure.desk",
    "tenure.sources",
    "tenure.mailing",
    "tenure.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenure.web.middleware.AccessMiddleware",
    "tenure.web.api.repeats.RepeatsMiddleware",
]

ROOT_URLCONF = "tenure.web.urls"
WSGI_APPLICATION = "tenure.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "templates"],
        "OPTIONS": {
            "environment": "tenure.web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "tenure.web.frame.frame",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home.app_db(),
        # Seconds. Opening one takes as long as a short page; statistics are those it was opened with.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        },
        "TEST": {"NAME": home.app_db()},
    }
}

AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = [
    "tenure.web.recognising.Members",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
CSRF_FAILURE_VIEW = "tenure.web.pages.errors.csrf_failed"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenure.web.signin.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people join by an invitation's link
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

MFA_ADAPTER = "tenure.web.second_factor.Adapter"
MFA_FORMS = {
    "authenticate": "tenure.web.second_factor.CodeForm",
    "reauthenticate": "tenure.web.second_factor.CodeAgainForm",
}
MFA_TOTP_ISSUER = "Tenure"
MFA_TOTP_TOLERANCE = 1  # who types slowly; a code counts once all the same
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people join by an invitation's link
MFA_RECOVERY_CODES_SHOW_ONCE = True

SESSION_ENGINE = "tenure.web.recognising"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_HTTPONLY = False  # htmx sends it as a header
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],  # a bar's length is its style attribute
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = WEB / "static"  # filled by the build of ui/, so there is nothing to collect
WHITENOISE_IMMUTABLE_FILE_TEST = r"-[A-Z0-9]{8}\.\w+$"  # the build's hash: may be kept for ever
WHITENOISE_MAX_AGE = 3600
CACHES = {
    # Marks that all processes of pages must agree on: used codes, tries at signing in.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_mark",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # what each may know for itself
}
EMAIL_BACKEND = os.environ.get("TENURE_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
SMTP = urlsplit(os.environ.get("TENURE_SMTP", "smtp://localhost"))  # smtp[s]://user:password@host:port
EMAIL_HOST, EMAIL_PORT = SMTP.hostname or "localhost", SMTP.port or (465 if SMTP.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(SMTP.username or ""), unquote(SMTP.password or "")
EMAIL_USE_SSL = SMTP.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL and bool(SMTP.username)  # a password never travels in the clear
EMAIL_TIMEOUT = 10
MAIL_IS_SET_UP = "TENURE_SMTP" in os.environ or "TENURE_EMAIL_BACKEND" in os.environ
DEFAULT_FROM_EMAIL = os.environ.get("TENURE_EMAIL_FROM", "Tenure <tenure@localhost>")

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TENURE_LOG", "WARNING")},
}
