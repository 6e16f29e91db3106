"""The box on pages of other sites: in a real browser from another origin, and by HTTP."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import write_files
from lyceum.config import Settings, load
from lyceum.errors import ConfigError
from lyceum.library import Library
from server.conftest import TOKEN, Site, running
from server.visiting import Visitor

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE = """<!doctype html><html lang="en"><title>Another site</title><main><h1>Another site</h1>
<script src="{address}widget.js" data-theme="dark" data-accent="#204060" data-height="500" data-title="Our archive">
</script></main></html>"""


class AnotherSite(http.server.ThreadingHTTPServer):
    """A site of others on this machine, which is another origin, with one page."""

    page = b""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_):
        """Nothing."""


@contextlib.contextmanager
def another_site() -> Iterator[AnotherSite]:
    with AnotherSite(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[tuple[Site, str]]:
    """A site with members' minutes, and another site on whose page its box may stand."""
    place = tmp_path_factory.mktemp("widget")
    write_files(place / "files")
    (place / "minutes.txt").write_text("The committee met in the cellar of the bakery. It sent the weavers bread.\n")
    with Library.open(Settings(place / "home", models, threads=1)) as library:
        library.add([str(place / "files")], vectors=False)
        library.add([str(place / "minutes.txt")], collection="minutes", vectors=False)
    told = {"LYCEUM_ANONYMOUS": "main", "LYCEUM_API_TOKEN": TOKEN}
    with another_site() as other, running(place / "home", models, **told, LYCEUM_EMBED_ORIGINS=other.origin) as site:
        other.page = PAGE.format(address=site.address).encode()
        yield site, other.origin


def test_only_the_sites_that_the_operator_names_may_frame_it(framed):
    site, origin = framed
    policy = site.get("widget").headers["content-security-policy"]
    assert f"frame-ancestors {origin}" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in site.get("search").headers["content-security-policy"]


def test_where_none_is_named_there_is_no_box(site):
    for path in ("widget", "widget/search?query=x", "widget/ask?query=x", "widget.js"):
        assert site.get(path).status_code == 404


@pytest.mark.parametrize("path", ["widget/search?query=committee", "widget/ask?query=Where+did+the+committee+meet%3F"])
def test_it_tells_a_member_no_more_than_anybody(framed, path):
    site, _ = framed
    member = Visitor(site.address, Authorization=f"Bearer {TOKEN}")
    assert "sent the weavers bread" not in member.get(path).text
    assert "committee met" not in member.get(path).text


@pytest.mark.parametrize(
    ("said", "shown"),
    [("204060", "#204060"), ("%23EDA58C", "#eda58c"), ("red;}body{display:none", "#7a2e1d"), ("", "#7a2e1d")],
)
def test_only_a_colour_becomes_its_style(framed, said, shown):
    assert f"--accent: {shown};" in framed[0].get(f"widget.css?accent={said}").text


def test_it_speaks_the_language_that_it_is_asked_for(framed):
    assert '<html lang="ar" dir="rtl"' in framed[0].get("widget?lang=ar").text
    assert '<html lang="en"' in framed[0].get("widget?lang=../../x").text


def test_words_never_become_markup(framed):
    hostile = "<script>alert(1)</script>"
    for path in ("widget/search", "widget/ask"):
        assert hostile not in framed[0].get(path, params={"query": hostile, "collection": hostile}).text


@pytest.mark.parametrize("said", ["https://example.org; script-src *", "example.org", "https://example.org/path", "*"])
def test_a_setting_that_is_no_origin_is_refused_at_the_start(tmp_path, said):
    with pytest.raises(ConfigError):
        load(tmp_path, {"LYCEUM_EMBED_ORIGINS": said})


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium: apt install chromium")
def test_in_a_browser_it_is_asked_with_the_keyboard_and_nothing_else_is_fetched(framed, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    site, origin = framed
    asked: list[str] = []
    with playwright.sync_playwright() as started, another_site() as stranger:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context()
        context.on("request", lambda one: asked.append(one.url))
        stranger.page = PAGE.format(address=site.address).encode()
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.goto(f"{origin}/")
        box = page.frame_locator("iframe[title='Our archive']")
        box.get_by_role("searchbox").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("match girls")
        page.keyboard.press("Enter")
        box.locator("mark").first.wait_for()
        box.get_by_role("searchbox").fill("What is the salary of the match girls?")
        box.get_by_role("searchbox").press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        box.locator("q").first.wait_for()
        assert "four shillings" in box.locator("q").first.inner_text()
        with context.expect_page() as opened:
            box.locator(".sources a").first.click()
        assert opened.value.url.startswith(site.address)
        assert {one.split("/")[2] for one in asked} == {origin.split("/")[2], site.address.split("/")[2]}
        faults = [f for f in Axe().run(page).response["violations"] if f["impact"] in ("serious", "critical")]
        assert faults == []
        # A site that the operator has not named gets an empty frame.
        page.goto(f"{stranger.origin}/")
        page.wait_for_load_state("load")
        assert box.get_by_role("searchbox").count() == 0
        browser.close()
