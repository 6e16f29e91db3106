"""Starts the site: one process that answers, one that works, nothing else to install."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType
from typing import Any, cast

import uvicorn

from lyceum.config import Settings
from lyceum.errors import ConfigError
from lyceum.library import Library
from lyceum.server.access import check_access
from lyceum.server.desk import Desk, put_away, put_up
from lyceum.server.protection import Application, Doorkeeper, Receive, Scope, Send
from lyceum.server.worker import Worker

_GRACE = 10
_WAITING = "/v1/"
"""What waits for a model and tells of it meanwhile: no thread is kept for it."""
_BACKLOG = 128


def serve(settings: Settings, *, host: str, port: int, told: Callable[[str, str], None]) -> None:
    """Serves until it is interrupted or terminated.

    `told` gets the site's address when it is ready, and the path that creates the administrator, empty where there
    is one.

    Raises ConfigError where it may or can not listen there.
    """
    check_access(host, settings)
    with contextlib.suppress(KeyboardInterrupt), _ending_on_signals(), _listening(host, port) as listener:
        application = make_application(settings, host)
        first = _first_path()
        with Library.open(settings) as library, _at_work(settings):
            desk = Desk(library, settings)
            desk.warm()
            put_up(desk)
            try:
                address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
                _Server(application, lambda: told(address, first)).run(sockets=[listener])
            finally:
                put_away()


def make_application(settings: Settings, host: str) -> Application:
    """The whole site as one ASGI application, its own tables up to date."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lyceum.server.settings"
    os.environ["LYCEUM_HOME"] = str(settings.home)
    from django.conf import settings as of_django  # noqa: PLC0415  (its settings are read while it is loaded)
    from django.core.asgi import get_asgi_application  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from lyceum.server.api.mcp import http_application  # noqa: PLC0415

    if host not in of_django.ALLOWED_HOSTS and host not in ("0.0.0.0", "::"):  # noqa: S104  (these are no names)
        of_django.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
    site = get_asgi_application()
    call_command("migrate", verbosity=0, interactive=False)
    from lyceum.server.answering import Answering  # noqa: PLC0415  (it reads Django's settings)

    tools, whole = http_application(), Answering()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        # The tools' own application has the lifespan; Django has none.
        if scope["type"] == "lifespan" or scope["path"] == "/mcp":
            await tools(scope, receive, send)
        elif scope["path"].startswith(_WAITING):
            await site(cast("Any", scope), cast("Any", receive), cast("Any", send))
        else:
            await whole(scope, receive, send)

    return Doorkeeper(application, hosts=of_django.ALLOWED_HOSTS)


def _first_path() -> str:
    from lyceum.server.accounts.actions import first_link  # noqa: PLC0415  (Django must be set up)

    key = first_link(datetime.now(UTC))
    return f"join/{key}" if key else ""


class _Server(uvicorn.Server):
    """Tells when it is ready."""

    def __init__(self, application: Application, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                lifespan="on",
                log_config=None,
                access_log=False,  # an address may hold a question
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
                backlog=_BACKLOG,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The place is taken first: nothing is loaded where another site stands already."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = found[0]
        listener = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"The site cannot listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}.",
            hint="Choose another with --host and --port; another site may stand there already.",
            code="address_unusable",
        ) from error
    with listener:
        yield listener


@contextlib.contextmanager
def _at_work(settings: Settings) -> Iterator[None]:
    worker = Worker(settings)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextlib.contextmanager
def _ending_on_signals() -> Iterator[None]:
    """SIGTERM ends the site as Ctrl-C does, at whatever it is."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
