"""A Ray cluster for tests, every node of it a network namespace of its own.

Ray listens on every interface. Here that is a bridge and its cables inside namespaces made for the test: no packet
of it can reach, or come from, the machine's own network.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PREFIX = "lyceum-test"
_RAY = Path(sys.executable).with_name("ray")
_PORT = 6379
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_enable_worker_prestart": "0",
    "RAY_prestart_worker_first_driver": "0",
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
    "OMP_NUM_THREADS": "1",
}


def why_not() -> str | None:
    """Why no cluster can be made here; None where one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need Linux and root"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    if not _RAY.exists():
        return "Ray is not installed (the extra `scale`)"
    tried = subprocess.run(["ip", "netns", "add", f"{_PREFIX}-try-{os.getpid()}"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", f"{_PREFIX}-try-{os.getpid()}"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "network namespaces cannot be made here"


@dataclass(slots=True)
class Cluster:
    """A hub, where databases and drivers run, and nodes, where shards do."""

    name: str
    folder: Path
    nodes: dict[int, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The hub's address, which only the nodes can reach."""
        return "10.77.0.1"

    @property
    def inside(self) -> list[str]:
        """What runs a command in the hub."""
        return ["ip", "netns", "exec", f"{self.name}-hub"]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all that runs here."""
        return {**os.environ, **_ENVIRONMENT, "RAY_TMPDIR": str(self.folder)}

    def start_hub(self) -> None:
        """Starts Ray's head, on which no shard is placed."""
        _ip("netns", "add", f"{self.name}-hub")
        for command in (
            "link set lo up", "link add br0 type bridge", f"addr add {self.host}/24 dev br0", "link set br0 up",
        ):  # fmt: skip
            _ip("-n", f"{self.name}-hub", *command.split())
        self._ray(
            f"{self.name}-hub", "--head", f"--port={_PORT}", f"--node-ip-address={self.host}", "--num-cpus=0",
            "--include-dashboard=false", f"--temp-dir={self.folder}",
        )  # fmt: skip

    def add_node(self, cpus: int) -> int:
        """Starts a node; returns its number."""
        number = max(self.nodes, default=0) + 1
        space, hub, address = f"{self.name}-{number}", f"{self.name}-hub", f"10.77.0.{10 + number}"
        self.nodes[number] = space
        _ip("netns", "add", space)
        _ip("link", "add", f"port{number}", "netns", hub, "type", "veth", "peer", "name", "eth0", "netns", space)
        _ip("-n", hub, "link", "set", f"port{number}", "master", "br0", "up")
        for command in ("link set lo up", f"addr add {address}/24 dev eth0", "link set eth0 up"):
            _ip("-n", space, *command.split())
        self._ray(space, f"--address={self.host}:{_PORT}", f"--node-ip-address={address}", f"--num-cpus={cpus}")
        return number

    def lose(self, number: int) -> None:
        """Takes a node away as a power cut would: its cable is dead and nothing of it runs."""
        space = self.nodes.pop(number)
        _ip("-n", space, "link", "set", "eth0", "down")
        _end(space)

    def end(self) -> None:
        """Ends everything that runs here, and takes the namespaces away."""
        for space in (*self.nodes.values(), f"{self.name}-hub"):
            _end(space)

    def _ray(self, space: str, *options: str) -> None:
        done = subprocess.run(
            ["ip", "netns", "exec", space, _RAY, "start", *options, "--object-store-memory=80000000",
             "--disable-usage-stats"],
            env=self.environment, capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"Ray did not start: {done.stdout[-1500:]}{done.stderr[-1500:]}")


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A hub without nodes yet; all of it is gone afterwards, whatever happens."""
    _sweep()
    name = f"{_PREFIX}-{os.getpid()}-{secrets.token_hex(2)}"
    # Unix sockets are named in here, and their names may not be long.
    folder = Path(tempfile.mkdtemp(prefix="lyr-", dir="/tmp"))
    made = Cluster(name, folder)
    try:
        made.start_hub()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Takes away what a killed test run has left."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        name = line.split(" ")[0]
        if name.startswith(f"{_PREFIX}-") and not _runs(name.split("-")[2]):
            _end(name)


def _end(space: str) -> None:
    for _ in range(50):
        found = subprocess.run(["ip", "netns", "pids", space], capture_output=True, text=True, check=False)
        if not found.stdout.split():
            break
        for process in found.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        time.sleep(0.1)
    subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def _runs(process: str) -> bool:
    return process.isdigit() and Path(f"/proc/{process}").exists()


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr}")


def python(code: str | Path, *arguments: object) -> Sequence[str]:
    """The command that runs a script with our interpreter."""
    return [sys.executable, str(code), *map(str, arguments)]
