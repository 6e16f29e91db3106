"""Django's settings, made of the library's own: nothing is set here that `lyceum.toml` does not know."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from lyceum import config
from lyceum.errors import unwritable

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
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  (only a shared home has it installed)

    said = conninfo_to_dict(LYCEUM.database_url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {name: str(said.pop(key, "") or "") for name, key in names.items()}
    return {"ENGINE": "django.db.backends.postgresql", **known, "OPTIONS": said}


SECRET_KEY = LYCEUM.secret_key or _secret_key(LYCEUM.home / "secret-key")
DEBUG = False
ALLOWED_HOSTS = [
    "localhost", "127.0.0.1", "[::1]", *(host.strip() for host in LYCEUM.hosts.split(",") if host.strip()),
]  # fmt: skip

# No app of users yet: a project must not begin with Django's own user and change it later.
INSTALLED_APPS = ["django.contrib.sessions"]
MIDDLEWARE = ["lyceum.server.failures.in_words", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "lyceum.server.urls"
APPEND_SLASH = False
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
LANGUAGE_CODE = "en"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Refusals are told to who asked; the log is for what is wrong with the site.
LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"django.request": {"level": "ERROR"}}}
