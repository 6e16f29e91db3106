"""Fetching is polite, bounded, and refuses whatever is not on the public web."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator

import httpcore
import pytest

from lyceum.errors import InvalidValue, ReceiveFailed
from lyceum.providers.web import Fetcher, Limits, is_public, plain_address
from websites import Site, page, running


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as made:
        made.pages["/"] = page("Home")
        yield made


def fetcher(**said) -> Fetcher:
    """One that may go to localhost and waits for nothing."""
    return Fetcher(**{"allowed": ["localhost"], "delay": 0.0, **said})


def refused(made: Fetcher, address: str) -> str:
    with pytest.raises(ReceiveFailed) as caught:
        made.get(address)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0",  # noqa: S104 "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "localhost", "",
    ],
)  # fmt: skip
def test_what_is_not_on_the_public_web_is_known(address):
    """Loopback, private, link-local, metadata, multicast and reserved ones, and all that carry such inside."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_public(address):
    """The rest of the internet may be read."""
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1"])
def test_an_own_network_is_refused_however_it_is_written(site, host):
    """Without the operator's word no request leaves for it."""
    assert refused(fetcher(allowed=[]), f"http://{host}:{site.port}/") == "address_refused"
    assert site.asked == []


def test_a_host_is_allowed_by_name_and_port(site):
    """A name with a port allows that port only."""
    assert fetcher(allowed=[f"localhost:{site.port}"]).get(site.address).status == 200
    assert refused(fetcher(allowed=["localhost:1"]), site.address) == "address_refused"


def test_a_redirect_to_an_own_network_is_refused(site):
    """Each hop is looked at anew."""
    site.pages["/go"] = lambda r: r.answer(302, b"", Location=f"http://127.0.0.1:{site.port}/")
    assert refused(fetcher(), site.address + "go") == "address_refused"
    assert site.paths == ["/robots.txt", "/go"]


def test_a_name_that_answers_differently_a_second_later_gains_nothing(site, monkeypatch):
    """The answer that was looked at is the one that is connected to: the name is asked once a connection."""
    answers, connected = iter([["93.184.216.34"], ["127.0.0.1"]]), []

    def connect(_self, host, *_rest):
        connected.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    made = fetcher(allowed=[], resolve=lambda *_: next(answers))
    assert refused(made, f"http://rebinding.example:{site.port}/") == "web_unreachable"
    assert refused(made, f"http://rebinding.example:{site.port}/") == "address_refused"
    assert connected == ["93.184.216.34"]


def test_one_special_answer_among_public_ones_is_enough_to_refuse():
    """No choice is left to chance."""
    made = fetcher(allowed=[], resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    assert refused(made, "http://mixed.example/") == "address_refused"


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "file:///etc/passwd", "http://", "https://user:secret@example.org/", "http://[::1"]
)  # fmt: skip
def test_what_is_no_web_address_is_refused(address):
    """Other schemes, and secrets that would be stored."""
    with pytest.raises(InvalidValue) as caught:
        plain_address(address)
    assert caught.value.code == "invalid_address"


def test_redirects_are_followed_and_counted(site):
    """To the end of a short chain, and not around in a circle."""
    site.pages["/one"] = lambda r: r.answer(301, b"", Location="/two")
    site.pages["/two"] = lambda r: r.answer(307, b"", Location="/")
    site.pages["/round"] = lambda r: r.answer(302, b"", Location="/round")
    found = fetcher().get(site.address + "one")
    assert (found.asked, found.address) == (site.address + "one", site.address)
    assert refused(fetcher(), site.address + "round") == "too_many_redirects"


def test_a_page_too_large_is_given_up_as_soon_as_that_shows(site):
    """By what the server says, by what it sends, and by what that unpacks to."""

    def endless(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        while True:
            request.wfile.write(b"<p>word</p>" * 5_000)

    site.pages["/said"] = lambda r: r.answer(200, b"x", Content_Length="99999999")
    site.pages["/endless"] = endless
    site.pages["/bomb"] = lambda r: r.answer(200, gzip.compress(bytes(80_000_000)), Content_Encoding="gzip")
    small = Limits(largest=1_000_000)
    for path in ("said", "endless", "bomb"):
        assert refused(fetcher(limits=small), site.address + path) == "too_large"


def test_packed_bodies_are_unpacked_and_others_were_not_asked_for(site):
    """gzip is asked for; a server that sends something else is not guessed at."""
    site.pages["/gz"] = lambda r: r.answer(200, gzip.compress(page("Packed")), Content_Encoding="gzip")
    site.pages["/br"] = lambda r: r.answer(200, b"\x0b\x02\x80", Content_Encoding="br")
    site.pages["/cut"] = lambda r: r.answer(200, gzip.compress(page("Packed"))[:50], Content_Encoding="gzip")
    assert b"Packed" in fetcher().get(site.address + "gz").body
    assert refused(fetcher(), site.address + "br") == "unsupported_encoding"
    assert refused(fetcher(), site.address + "cut") == "web_unreachable"
    assert site.asked[-1][1]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_a_server_that_drips_is_given_up_in_time(site, slow):
    """However regularly a byte comes, one fetch has one deadline."""

    def drip(request):
        if slow == "body":
            request.send_response(200)
            request.end_headers()
        for _ in range(100):
            request.wfile.write(b"H")
            time.sleep(0.05)

    site.pages["/drip"] = drip
    started = time.monotonic()
    assert refused(fetcher(limits=Limits(seconds=0.5)), site.address + "drip") == "web_timeout"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("status", "code"), [(404, "web_gone"), (410, "web_gone"), (403, "web_refused"), (500, "web_broken")]
)
def test_an_answer_that_is_no_page_says_what_it_is(site, status, code):
    """Gone, refused and broken are told apart."""
    site.pages["/x"] = lambda r: r.answer(status, b"no")
    assert refused(fetcher(), site.address + "x") == code


def test_robots_txt_is_obeyed(site):
    """Wildcards and the longest rule count, as RFC 9309 has it."""
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /*.php$\nDisallow: /private/\nAllow: /private/open\n"
    made = fetcher()
    assert refused(made, site.address + "a.php") == "robots_disallow"
    assert refused(made, site.address + "private/x") == "robots_disallow"
    assert refused(made, site.address + "private/open") == "web_gone"
    assert site.paths == ["/robots.txt", "/private/open"]


def test_a_site_whose_rules_cannot_be_had_is_left_alone(site):
    """A broken robots.txt forbids; one that is not there does not."""
    site.pages["/robots.txt"] = lambda r: r.answer(500, b"")
    assert refused(fetcher(), site.address) == "robots_disallow"


def test_it_says_who_it_is_and_waits_between_two_fetches(site):
    """An honest name with the operator's contact, and the longer of the two pauses."""
    site.pages["/robots.txt"] = b"User-agent: *\nCrawl-delay: 7\n"
    now, slept = [0.0], []
    made = fetcher(
        delay=2.0, contact="archive@example.org", clock=lambda: now[0],
        sleep=lambda s: (slept.append(s), now.__setitem__(0, now[0] + s)),
    )  # fmt: skip
    made.get(site.address)
    made.get(site.address)
    assert slept == [7.0]
    assert site.asked[0][1]["User-Agent"].startswith("Lyceum/")
    assert "archive@example.org" in site.asked[0][1]["User-Agent"]


def test_a_busy_server_is_asked_once_more_after_the_time_that_it_wants(site):
    """And not again."""
    slept = []
    answers = iter([503, 200])
    site.pages["/busy"] = lambda r: r.answer(next(answers), b"<p>now</p>", Retry_After="3")
    assert fetcher(sleep=slept.append).get(site.address + "busy").body == b"<p>now</p>"
    assert slept == [3.0]


def test_what_has_not_changed_is_not_sent_again(site):
    """The mark of the last answer goes with the question."""
    site.headers["/"] = {"ETag": '"7"'}
    first = fetcher().get(site.address)
    again = fetcher().get(site.address, etag=first.etag)
    assert (again.unchanged, again.body) == (True, b"")
