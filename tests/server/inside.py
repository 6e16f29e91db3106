"""The site's own code in the process of the tests: Django set up once over a home that ends with the process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

HOME = Path(tempfile.mkdtemp(prefix="lyceum-inside-"))


def set_up() -> None:
    """Has Django know the site; the second call does nothing."""
    if settings.configured:
        return
    atexit.register(shutil.rmtree, HOME, ignore_errors=True)
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("LYCEUM_")}
    os.environ |= {"LYCEUM_HOME": str(HOME), "LYCEUM_CACHE": str(HOME / "cache")}
    os.environ["DJANGO_SETTINGS_MODULE"] = "lyceum.server.settings"
    try:
        django.setup()
    finally:
        for name in ("LYCEUM_HOME", "LYCEUM_CACHE", "DJANGO_SETTINGS_MODULE"):
            del os.environ[name]
        os.environ |= before


def make_tables() -> None:
    """Brings the tables of the site's database up to date."""
    call_command("migrate", verbosity=0, interactive=False)
