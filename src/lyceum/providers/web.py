"""Fetches from the web, politely and within bounds, and never from where an archive has no business.

An address is refused where any of its host's addresses is not a public one, unless the operator allows that host by
name. The check is made on the very answer that the connection uses, so a name that answers differently a second
later gains nothing; every redirect is a new connection with the same check.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from protego import Protego

from lyceum._version import __version__
from lyceum.errors import InvalidValue, ReceiveFailed

__all__ = ["Fetched", "Fetcher", "Limits", "is_address", "plain_address"]

_CHUNK = 1 << 16
_ROBOTS_BYTES = 500 * 1024
_LONGEST_DELAY = 30.0
_LONGEST_ADDRESS = 2_000
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|mc_[ce]id)=[^&]*")
# Networks that `ipaddress` calls global although they carry an address of another kind inside them, or of many.
_CARRYING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take."""

    largest: int = 50_000_000
    seconds: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave; `body` is empty where the site said that it has not changed (status 304)."""

    asked: str
    address: str
    status: int
    media_type: str
    body: bytes
    etag: str = ""
    modified: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether the site still has what was fetched before."""
        return self.status == 304


def is_address(source: str) -> bool:
    """Whether a source is an address on the web."""
    return source.lower().startswith(("http://", "https://"))


def plain_address(address: str, base: str = "") -> str:
    """An address in its normal form, without fragment and tracking; raises InvalidValue for what is none.

    >>> plain_address("HTTPS://Example.org/a?utm_source=x#top")
    'https://example.org/a'
    """
    try:
        url = httpx.URL(urljoin(base, address.strip()))
        query = _TRACKING.sub("", url.query.decode("ascii")).strip("&")
        url = url.copy_with(fragment=None, query=query.encode() or None)
    except (httpx.InvalidURL, ValueError, UnicodeError, TypeError) as error:
        raise _no_address(address) from error
    if url.scheme not in ("http", "https") or not url.host or len(str(url)) > _LONGEST_ADDRESS:
        raise _no_address(address)
    if url.userinfo:
        raise InvalidValue(
            f"The address of “{url.host}” holds a name or a password.",
            hint="Leave them out: they would be stored with the source.",
            code="invalid_address",
        )
    return str(url.copy_with(path="/") if not url.path else url)


class Fetcher:
    """A polite client: one connection after another, robots.txt obeyed, a pause between two fetches from a host.

    `allowed` are the hosts, with or without a port, that may be on the operator's own networks.
    """

    def __init__(
        self,
        *,
        allowed: Iterable[str] = (),
        contact: str = "",
        delay: float = 1.0,
        limits: Limits = Limits(),
        resolve: Resolve | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self.agent = f"Lyceum/{__version__} (archive search{'; ' + contact if contact else ''})"
        self._delay, self._clock, self._sleep = delay, clock, sleep
        self._network = _GuardedNetwork(frozenset(host.lower() for host in allowed), resolve or _resolve, clock)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=4, network_backend=self._network
        )
        self._last: dict[str, float] = {}
        self._robots: dict[str, Protego | None] = {}

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()

    def get(self, address: str, *, etag: str = "", modified: str = "", accept: str = "*/*") -> Fetched:
        """What an address holds now, redirects followed; raises ReceiveFailed, and InvalidValue for no address."""
        return self._get(plain_address(address), {"Accept": accept, **_conditions(etag, modified)}, obey=True)

    def may_fetch(self, address: str) -> bool:
        """Whether the site's robots.txt lets us fetch this address."""
        rules = self._rules(address)
        return rules is not None and rules.can_fetch(address, "Lyceum")

    def sitemaps(self, address: str) -> list[str]:
        """The sitemaps that the site's robots.txt names."""
        rules = self._rules(address)
        return list(rules.sitemaps) if rules else []

    # --- how ---------------------------------------------------------------------------------------

    def _get(self, address: str, headers: Mapping[str, str], *, obey: bool) -> Fetched:
        asked, busy = address, False
        for _ in range(self.limits.redirects + 2):
            if obey:
                self._expect_permission(address)
                self._wait(address)
            status, fields, body = self._once(address, headers)
            if status in _BUSY and not busy:
                busy = True
                self._sleep(min(_seconds(fields.get("retry-after", "")), _LONGEST_DELAY))
                continue
            if status in _REDIRECTS and "location" in fields:
                address = plain_address(fields["location"], address)
                continue
            if status not in (200, 304):
                raise _status(address, status)
            media_type = fields.get("content-type", "").split(";")[0].strip().lower()
            return Fetched(
                asked, address, status, media_type, body, fields.get("etag", ""), fields.get("last-modified", "")
            )
        raise ReceiveFailed(
            f"“{asked}” redirects more than {self.limits.redirects} times.",
            hint="Open it in a browser and add the address that it ends at.",
            code="too_many_redirects",
        )

    def _once(self, address: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """One request, answered by any server that may be asked."""
        self._network.deadline = self._clock() + self.limits.seconds
        sent = {"User-Agent": self.agent, "Accept-Encoding": "gzip", **headers}
        timeout = {name: min(15.0, self.limits.seconds) for name in ("connect", "read", "write", "pool")}
        try:
            with self._pool.stream(
                "GET", address, headers=list(sent.items()), extensions={"timeout": timeout}
            ) as response:
                fields = _fields(response.headers)
                if response.status != 200:
                    return response.status, fields, b""
                return response.status, fields, b"".join(self._body(address, fields, response.iter_stream()))
        except _Late as error:
            raise _late(address, self.limits.seconds) from error
        except httpcore.TimeoutException as error:
            raise _late(address, self.limits.seconds) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise ReceiveFailed(
                f"“{address}” cannot be fetched: {str(error) or type(error).__name__}.",
                hint="Check the address and the connection, and try again.",
                code="web_unreachable",
            ) from error

    def _body(self, address: str, fields: Mapping[str, str], chunks: Iterable[bytes]) -> Iterator[bytes]:
        encoding = fields.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise ReceiveFailed(
                f"“{address}” came compressed in a way that was not asked for ({encoding}).",
                hint="The server ignores what it is asked; save the page and add the file.",
                code="unsupported_encoding",
            )
        if fields.get("content-length", "").isdigit() and int(fields["content-length"]) > self.limits.largest:
            raise _large(address, self.limits.largest)
        unpacked = _gunzipped(chunks, address) if "gzip" in encoding else chunks
        size = 0
        for chunk in unpacked:
            size += len(chunk)
            if size > self.limits.largest:
                raise _large(address, self.limits.largest)
            if self._clock() > self._network.deadline:
                raise _late(address, self.limits.seconds)
            yield chunk

    def _expect_permission(self, address: str) -> None:
        if not self.may_fetch(address):
            raise ReceiveFailed(
                f"The site’s robots.txt asks programs not to fetch “{address}”.",
                hint="Ask its owner, or save the page yourself and add the file.",
                code="robots_disallow",
            )

    def _rules(self, address: str) -> Protego | None:
        """The site's rules as RFC 9309 reads them: none where there is no file, None where the site is broken."""
        site = _site(address)
        if site not in self._robots:
            try:
                found = self._get(f"{site}/robots.txt", {"Accept": "text/plain"}, obey=False)
                self._robots[site] = Protego.parse(found.body[:_ROBOTS_BYTES].decode("utf-8", "replace"))
            except ReceiveFailed as error:
                if error.code in ("address_refused", "web_unreachable", "web_timeout"):
                    raise
                self._robots[site] = None if error.code == "web_broken" else Protego.parse("")
        return self._robots[site]

    def _wait(self, address: str) -> None:
        """Pauses until the host may be asked again."""
        site, rules = _site(address), self._robots.get(_site(address))
        asked = float(rules.crawl_delay("Lyceum") or 0.0) if rules else 0.0
        pause = max(self._delay, min(asked, _LONGEST_DELAY)) - (self._clock() - self._last.get(site, -1e9))
        if pause > 0:
            self._sleep(pause)
        self._last[site] = self._clock()


class _Late(Exception):
    """The time for one fetch is over."""


class _GuardedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, and to nothing else."""

    def __init__(self, allowed: frozenset[str], resolve: Resolve, clock: Callable[[], float]) -> None:
        self._allowed, self._resolve, self._clock = allowed, resolve, clock
        self._inner = httpcore.SyncBackend()
        self.deadline = float("inf")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """A connection to an address of the host that was found to be a public one, or is allowed."""
        by_name = {host.lower(), f"{host.lower()}:{port}"} & self._allowed
        failed: Exception = OSError(f"“{host}” has no address")
        found = self._resolve(host, port)
        for address in found:
            if not by_name and not is_public(address):
                raise ReceiveFailed(
                    f"“{host}” is at {address}, which is not on the public web.",
                    hint="If it is your own, name it in the setting web_private_hosts.",
                    code="address_refused",
                )
        for address in found:
            try:
                stream = self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _TimedStream(stream, self)
        raise failed

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> Any:
        """Never: the web has none."""
        raise httpcore.ConnectError(f"no socket at {path}")

    def sleep(self, seconds: float) -> None:
        """Waits, as httpcore asks between two attempts."""
        self._inner.sleep(seconds)

    def left(self, timeout: float | None) -> float:
        """How long one reading may still take; raises _Late when the time is over."""
        left = self.deadline - self._clock()
        if left <= 0:
            raise _Late
        return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A stream on which no server can spend more than the time of one fetch, however slowly it drips."""

    def __init__(self, inner: httpcore.NetworkStream, network: _GuardedNetwork) -> None:
        self._inner, self._network = inner, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes."""
        return self._inner.read(max_bytes, self._network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends bytes."""
        self._inner.write(buffer, self._network.left(timeout))

    def close(self) -> None:
        """Ends the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same under TLS, the certificate checked against the name."""
        return _TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, self._network.left(timeout)), self._network
        )

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of the socket."""
        return self._inner.get_extra_info(info)


def is_public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet may be at.

    >>> [is_public(one) for one in ("93.184.216.34", "10.0.0.1", "::ffff:169.254.169.254", "224.0.0.1")]
    [True, False, False, False]
    """
    try:
        ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _CARRYING):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _resolve(host: str, port: int) -> list[str]:
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def _gunzipped(chunks: Iterable[bytes], address: str) -> Iterator[bytes]:
    """Unpacks piece by piece, so that a bomb is stopped at the size limit and not at the memory's."""
    unpacker = zlib.decompressobj(47)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ReceiveFailed(
            f"“{address}” came damaged.", hint="Try again; if it stays so, save the page and add the file.",
            code="web_unreachable",
        ) from error  # fmt: skip
    if not unpacker.eof:
        raise ReceiveFailed(f"“{address}” came cut short.", hint="Try again.", code="web_unreachable")


def _conditions(etag: str, modified: str) -> dict[str, str]:
    return {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _seconds(said: str) -> float:
    return float(said) if said.isdigit() else 5.0


def _no_address(address: str) -> InvalidValue:
    return InvalidValue(
        f"“{address[:100]}” is no address on the web.",
        hint="It begins with https:// and the name of a host.",
        code="invalid_address",
    )


def _status(address: str, status: int) -> ReceiveFailed:
    if status in (404, 410):
        return ReceiveFailed(f"There is nothing at “{address}” (status {status}).", hint="Check it.", code="web_gone")
    if status >= 500:
        hint = "The site has a fault now; try again later."
        return ReceiveFailed(f"“{address}” answered with status {status}.", hint=hint, code="web_broken")
    hint = "The site does not give it to programs; open it in a browser, save it and add the file."
    return ReceiveFailed(f"“{address}” answered with status {status}.", hint=hint, code="web_refused")


def _large(address: str, largest: int) -> ReceiveFailed:
    return ReceiveFailed(
        f"“{address}” is larger than {largest // 1_000_000} MB.",
        hint="Raise web_largest_mb, or download it yourself and add the file.",
        code="too_large",
    )


def _late(address: str, seconds: float) -> ReceiveFailed:
    return ReceiveFailed(
        f"“{address}” took longer than {seconds:.0f} s.",
        hint="Try again later, or raise web_seconds.",
        code="web_timeout",
    )
