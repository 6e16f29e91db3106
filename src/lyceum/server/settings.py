"""Django's settings, made of the library's own: nothing is set here that `lyceum.toml` does not know."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from lyceum import config
from lyceum.errors import unwritable
from lyceum.server.files import compiled, digest_of

_HERE = Path(__file__).parent
LYCEUM = config.load(None, os.environ)


def _secret_key(path: Path) -> str:
    """The key with which the site signs, made at the first start and then kept for its user alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(made, "w", encoding="ascii") as file:
            key = secrets.token_urlsafe(50)
            file.write(key)
    except OSError as error:
        raise unwritable(f"The site's key {path}", error) from error
    return key


def _database() -> dict[str, Any]:
    """Where the site keeps its own rows: beside the archive's."""
    if not LYCEUM.shared:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": LYCEUM.home / "site.sqlite3",
            "CONN_MAX_AGE": None,  # each thread keeps its own
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # What is erased is overwritten in the file too.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
            },
        }
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  (only a shared home has it installed)

    said = conninfo_to_dict(LYCEUM.database_url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {name: str(said.pop(key, "") or "") for name, key in names.items()}
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return {"ENGINE": "django.db.backends.postgresql", **known, **kept, "OPTIONS": said}


SECRET_KEY = LYCEUM.secret_key or _secret_key(LYCEUM.home / "secret-key")
DEBUG = False
ALLOWED_HOSTS = [
    "localhost", "127.0.0.1", "[::1]", *(host.strip() for host in LYCEUM.hosts.split(",") if host.strip()),
]  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "lyceum.server.accounts",
    "lyceum.server.reading",
    "lyceum.server.notebook",
    "lyceum.server.ledger",
    "lyceum.server.hall",
    "lyceum.server.deciding",
    "lyceum.server.learning",
    "lyceum.server.web",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "lyceum.server.failures.in_words",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lyceum.server.web.layers.Page",
    "lyceum.server.web.layers.Throttle",
]
ROOT_URLCONF = "lyceum.server.urls"
APPEND_SLASH = False
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "web" / "templates"],  # before allauth's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lyceum.server.web.layers.around",
            ]
        },
    }
]

# Served by ourselves and kept by browsers for good: the address changes with what stands there.
STATIC_URL = f"/static/{digest_of(_HERE / 'web' / 'static')}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 24 * 3_600

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "lyceum.server.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Accounts come from invitations, which whoever invites hands over.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = LYCEUM.archive_name or "Lyceum"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

USE_TZ = True
TIME_ZONE = "UTC"  # pages say so where they tell a time
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français"), ("ar", "العربية")]
LOCALE_PATHS = [compiled(_HERE / "web" / "locale", LYCEUM.cache / "locale")]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# A name means a proxy that encrypts; this machine's own address has no certificate.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(LYCEUM.hosts)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
CSRF_FAILURE_VIEW = "lyceum.server.web.layers.forged"

# Refusals are told to who asked; the log is for what is wrong with the site.
LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"django.request": {"level": "ERROR"}}}
