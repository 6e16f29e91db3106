"""Sites and folders are read, and read again: what is new, changed and gone is told, and nothing is fetched in vain."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lyceum.config import Settings
from lyceum.errors import HomeError, InvalidValue
from lyceum.library import Library, work
from lyceum.testing import HereWorker
from websites import Site, page, running

SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read without a process of their own: what is looked at here is which are read, and when."""
    monkeypatch.setattr(work, "LimitedWorker", HereWorker)


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as made:
        yield made


@pytest.fixture
def library(tmp_path: Path, models: Path) -> Iterator[Library]:
    settings = Settings(
        tmp_path / "home", models, threads=1, web_private_hosts="localhost", web_delay_ms=0, web_seconds=5
    )
    with Library.open(settings) as opened:
        yield opened


def add(library: Library, *sources: str, max_pages: int | None = None):
    return library.add(sources, vectors=False, max_pages=max_pages)


def titles(library: Library) -> list[str | None]:
    return sorted(document.metadata.title or "" for document in library.documents())


def listed(site: Site, *entries: tuple[str, str]) -> bytes:
    return SITEMAP.format(
        "".join(f"<url><loc>{site.address}{path}</loc><lastmod>{day}</lastmod></url>" for path, day in entries)
    ).encode()


class TestSites:
    def test_an_address_with_a_path_is_one_page(self, site, library):
        """Its links are not followed; the address and its place are known."""
        site.pages["/news/mill"] = page("The mill", "/other")
        assert add(library, f"{site.address}news/mill").added == 1
        (document,) = library.documents()
        assert document.source == document.metadata.address == f"{site.address}news/mill"
        assert document.metadata.provenance["address"] == "web:address"
        assert site.paths == ["/robots.txt", "/news/mill"]

    def test_a_site_is_crawled_as_far_as_it_may_be(self, site, library):
        """Its own pages, each once, without what robots.txt forbids, other hosts, pictures and traps."""
        site.pages = {
            "/": page("Home", "/a", "/a#top", "/a?utm_source=x", "/b", "/i.png", "http://other.example/", "/x/x/x/x"),
            "/a": page("Alpha", "/c", "/"), "/c": page("Gamma"), "/b": page("Beta"),
            "/robots.txt": b"User-agent: *\nDisallow: /b",
        }  # fmt: skip
        report = add(library, site.address)
        assert (report.added, report.failed) == (3, [])
        assert titles(library) == ["Alpha", "Gamma", "Home"]
        assert [path for path in site.paths if "sitemap" not in path] == ["/robots.txt", "/", "/a", "/c"]
        assert "1 addresses were passed over" in report.notes[0]

    def test_endless_pages_end_at_the_bound(self, site, library):
        """A calendar that always has a next day is read as far as was asked."""

        class Endless(dict):
            def get(self, path, default=None):
                if not path.startswith("/day/"):
                    return default
                return page(f"Day {path[5:]}", f"/day/{int(path[5:]) + 1}")

        site.pages = Endless()
        assert add(library, f"{site.address}day/1", max_pages=7).added == 7

    def test_a_sitemap_index_leads_to_its_pages_packed_or_not(self, site, library):
        """Named in robots.txt; pages of other hosts are left out, and a change is kept as one."""
        site.pages = {
            "/": page("Home"), "/robots.txt": f"Sitemap: {site.address}index.xml".encode(),
            "/index.xml": SITEMAP.replace("urlset", "sitemapindex").format(
                f"<sitemap><loc>{site.address}1.xml.gz</loc></sitemap>"
                "<sitemap><loc>http://127.0.0.1/2.xml</loc></sitemap>"
            ).encode(),
            "/1.xml.gz": gzip.compress(listed(site, ("a", "2020-01-02"), ("b", "2020-01-02"))),
            "/a": page("Alpha"), "/b": page("Beta"),
        }  # fmt: skip
        assert add(library, site.address).added == 2
        assert titles(library) == ["Alpha", "Beta"]
        known = library.documents()[0].metadata
        assert (known.extra["modified"], known.provenance["modified"]) == ("2020-01-02", "sitemap:lastmod")

    def test_pages_that_a_sitemap_calls_unchanged_are_not_asked_for(self, site, library):
        """New, changed and gone are told; the rest costs nothing."""
        site.pages = {"/s.xml": listed(site, ("a", "1"), ("b", "1"), ("c", "1"))}
        site.pages |= {"/a": page("Alpha"), "/b": page("Beta"), "/c": page("Gamma"), "/d": page("Delta")}
        add(library, f"{site.address}s.xml")
        site.asked.clear()
        site.pages["/s.xml"] = listed(site, ("a", "1"), ("b", "2"), ("d", "1"))
        site.pages["/b"] = page("Beta anew")
        (reading,) = library.watch(vectors=False).readings
        assert [[one.removeprefix(site.address) for one in found] for found in (reading.new, reading.changed)] == [
            ["d"], ["b"]
        ]  # fmt: skip
        assert (list(reading.gone), reading.unchanged) == ([f"{site.address}c"], 1)
        assert site.paths == ["/robots.txt", "/s.xml", "/b", "/d"]
        assert titles(library) == ["Alpha", "Beta anew", "Delta", "Gamma"]

    def test_a_feed_gives_its_entries_with_people_and_days(self, site, library):
        """What the feed says is weaker than the page, and fills what the page leaves open."""
        site.pages["/feed"] = f"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel><title>x</title><item><title>Feed title</title><link>{site.address}a</link>
            <dc:creator>Ada Holloway</dc:creator><pubDate>Sun, 22 Sep 2019 10:00:00 GMT</pubDate></item></channel>
            </rss>""".encode()
        site.pages["/a"] = page("Alpha")
        assert add(library, f"{site.address}feed").added == 1
        known = library.documents()[0].metadata
        assert (known.title, known.creators, str(known.date)) == ("Alpha", ("Ada Holloway",), "2019-09-22")
        assert (known.provenance["title"], known.provenance["date"]) == ("html:h1", "feed:entry")
        site.pages["/feed"] = site.pages["/feed"].replace(b"/a<", b"/b<")
        site.pages["/b"] = page("Beta")
        (reading,) = library.watch(vectors=False).readings
        assert (len(reading.new), len(reading.gone)) == (1, 0), "a feed forgets what is old; the site does not"

    def test_a_feed_on_this_machine_is_followed_when_asked_and_later_again(self, site, library, tmp_path):
        """Without that its entries are what it says of them."""
        feed = tmp_path / "news.xml"
        entry = "<item><title>{0}</title><link>{1}{0}</link><description>In short.</description></item>"
        feed.write_text(f"<rss version='2.0'><channel>{entry.format('a', site.address)}</channel></rss>")
        site.pages |= {"/a": page("Alpha"), "/b": page("Beta")}
        assert library.add([str(feed)], vectors=False, follow=True).added == 1
        assert titles(library) == ["Alpha"]
        feed.write_text(f"<rss version='2.0'><channel>{entry.format('b', site.address)}</channel></rss>")
        (reading,) = library.watch(vectors=False).readings
        assert ([one.removeprefix(site.address) for one in reading.new], reading.gone) == (["b"], [])
        assert titles(library) == ["Alpha", "Beta"]

    def test_a_live_wordpress_is_read_by_its_own_interface(self, site, library):
        """Authors, days, categories and tags as WordPress has them; unchanged posts stay so."""
        row = {
            "link": f"{site.address}post", "title": {"rendered": "The &#8220;mill&#8221;"}, "type": "post",
            "content": {"rendered": "<p>The looms stood still from Monday to the end of May.</p>"},
            "date": "2019-09-22T10:00:00", "modified": "2020-01-02T10:00:00", "modified_gmt": "2020-01-02T10:00:00",
            "_embedded": {"author": [{"name": "Ada Holloway"}], "wp:term": [
                [{"taxonomy": "category", "name": "Labour"}], [{"taxonomy": "post_tag", "name": "docks"}]]},
        }  # fmt: skip
        query = "?per_page=50&page=1&_embed=author,wp:term&orderby=id&order=asc"
        site.pages = {
            "/": page("Home").replace(
                b"</head>", f'<link rel="https://api.w.org/" href="{site.address}wp-json/"></head>'.encode()
            ),
            f"/wp-json/wp/v2/posts{query}": json.dumps([row]).encode(),
        }  # fmt: skip
        assert add(library, site.address).added == 1
        known = library.documents()[0].metadata
        assert (known.title, known.creators, str(known.date)) == ("The “mill”", ("Ada Holloway",), "2019-09-22")
        assert (known.extra["categories"], known.extra["tags"], known.extra["modified"]) == (
            "Labour", "docks", "2020-01-02"
        )  # fmt: skip
        (reading,) = library.watch(vectors=False).readings
        assert (reading.unchanged, len(reading.changed)) == (1, 0)

    def test_comments_of_a_live_wordpress_are_kept_when_they_are_asked_for(self, site, library):
        """Below each post they are a document of their own, in later readings too."""
        posts = [
            {
                "id": n, "link": f"{site.address}post{n}", "title": {"rendered": f"Post {n}"}, "type": "post",
                "content": {"rendered": "<p>The looms stood still from Monday to the end of May.</p>"},
            }
            for n in (1, 2)
        ]  # fmt: skip
        comment = {"id": 7, "post": 2, "author_name": "Joe", "date": "2019-10-01T10:00:00"}
        comments = [{**comment, "content": {"rendered": "<p>I was there.</p>"}}, {**comment, "post": 9}, {"id": 8}]
        head = f'<link rel="https://api.w.org/" href="{site.address}wp-json/"></head>'
        site.pages = {
            "/": page("Home").replace(b"</head>", head.encode()),
            "/wp-json/wp/v2/posts?per_page=50&page=1&_embed=author,wp:term&orderby=id&order=asc": json.dumps(
                posts
            ).encode(),
            "/wp-json/wp/v2/comments?per_page=50&page=1&orderby=id&order=asc": json.dumps(comments).encode(),
        }
        assert library.add([site.address], vectors=False, comments=True).added == 3
        said = library.documents()[-1]
        assert (said.metadata.title, said.metadata.creators) == ("Comments on “Post 2”", ())
        assert library.text(said) == "Joe, 2019-10-01:\n\nI was there."
        (reading,) = library.watch(vectors=False).readings
        assert (reading.unchanged, len(reading.gone)) == (3, 0)

    def test_a_page_that_answers_that_nothing_changed_is_believed(self, site, library):
        """The mark of the last answer is sent along."""
        site.pages["/a"], site.headers["/a"] = page("Alpha"), {"ETag": '"1"'}
        add(library, f"{site.address}a")
        (reading,) = library.watch(vectors=False).readings
        assert reading.unchanged == 1
        assert site.asked[-1][1]["If-None-Match"] == '"1"'

    def test_a_page_that_is_gone_is_told_and_kept(self, site, library):
        """The archive forgets nothing by itself."""
        site.pages = {"/": page("Home", "/a"), "/a": page("Alpha")}
        add(library, site.address)
        del site.pages["/a"]
        site.pages["/"] = page("Home")
        (reading,) = library.watch(vectors=False).readings
        assert list(reading.gone) == [f"{site.address}a"]
        assert "Alpha" in titles(library)
        assert library.watch(vectors=False).readings[0].gone == [], "told once"

    def test_what_was_cut_off_goes_on_where_it_stopped(self, site, library):
        """No page is fetched twice."""
        site.pages = {"/": page("Home", *[f"/p{n}" for n in range(6)])} | {
            f"/p{n}": page(f"Page {n}") for n in range(6)
        }

        class Killed(BaseException):
            """The process is no more."""

        def tell(step, done, _total):
            if step == "fetch" and done == 4:
                raise Killed

        with pytest.raises(Killed):
            library.add([site.address], vectors=False, progress=tell)
        fetched = [path for path in site.paths if path.startswith("/p")]
        site.asked.clear()
        library.add([site.address], vectors=False)
        again = [path for path in site.paths if path.startswith("/p")]
        assert sorted(fetched + again) == [f"/p{n}" for n in range(6)]
        assert len(library.documents()) == 7

    def test_a_lying_content_type_changes_nothing(self, site, library):
        """A program that calls itself a page is refused with a reason; a page that calls itself nothing is read."""
        site.pages["/a"] = lambda r: r.answer(200, b"\x7fELF\x02\x01" + bytes(99), Content_Type="text/html")
        site.pages["/b.pdf"] = lambda r: r.answer(200, page("Beta"), Content_Type="application/octet-stream")
        report = add(library, f"{site.address}a", f"{site.address}b.pdf")
        assert (report.added, [one["code"] for one in report.failed]) == (1, ["unsupported_format"])

    def test_what_cannot_be_fetched_is_reported_beside_the_rest(self, site, library):
        """Each with its source, step, code and hint."""
        site.pages["/a"] = page("Alpha")
        report = add(library, f"{site.address}none", f"{site.address}a", f"http://127.0.0.1:{site.port}/a")
        assert report.added == 1
        assert [(one["code"], one["step"]) for one in report.failed] == [
            ("web_gone", "receive"), ("address_refused", "receive")
        ]  # fmt: skip


class TestFolders:
    def test_new_changed_and_gone_files_are_told(self, files, library):
        """The rest is not even opened."""
        add(library, str(files))
        _age(files)
        library.watch(vectors=False)
        (files / "new.md").write_text("# New\n\nA new text.")
        (files / "looms.md").write_text("# Changed\n\nA changed text.")
        (files / "matches.md").unlink()
        (reading,) = library.watch(vectors=False).readings
        assert [Path(one).name for found in (reading.new, reading.changed, reading.gone) for one in found] == [
            "new.md", "looms.md", "matches.md"
        ]  # fmt: skip
        assert reading.unchanged == 1

    def test_a_file_written_a_moment_ago_is_read_again(self, files, library):
        """Its mark could stay the same while its content changes."""
        add(library, str(files))
        before = (files / "looms.md").stat()
        (files / "looms.md").write_text((files / "looms.md").read_text().replace("Eight", "Seven"))
        os.utime(files / "looms.md", ns=(before.st_atime_ns, before.st_mtime_ns))
        (reading,) = library.watch(vectors=False).readings
        assert [Path(one).name for one in reading.changed] == ["looms.md"]

    def test_a_folder_that_is_gone_is_told_and_kept(self, files, library):
        """All its files at once."""
        add(library, str(files))
        files.rename(files.with_name("elsewhere"))
        (reading,) = library.watch(vectors=False).readings
        assert (len(reading.gone), len(library.documents())) == (3, 3)

    def test_only_what_was_added_can_be_watched(self, files, library):
        """Another folder is none of ours."""
        with pytest.raises(InvalidValue) as caught:
            library.watch([str(files)])
        assert caught.value.code == "unknown_source"


class TestCoverage:
    def test_each_source_says_when_it_was_read_and_whether_that_is_long_ago(self, files, library, monkeypatch):
        """A warning stands beside the stale."""
        add(library, str(files))
        held = library.coverage()
        assert held["types"] == {"md": 3}
        (source,) = held["sources"]
        assert (source["kind"], source["documents"], source["stale"]) == ("folder", 3, False)
        monkeypatch.setattr(library, "_settings", _with(library._settings, stale_days=0))
        assert library.coverage()["sources"][0]["stale"]

    def test_the_worker_reads_again_when_it_is_time(self, files, library, monkeypatch):
        """Once the sources are older than the setting says."""
        add(library, str(files))
        (files / "new.md").write_text("# New\n\nA new text.")
        monkeypatch.setattr(library, "_settings", _with(library._settings, watch_hours=1))
        library.serve(once=True, vectors=False)
        assert len(library.documents()) == 3
        monkeypatch.setattr("lyceum.library.sources._now", _in_two_hours)
        library.serve(once=True, vectors=False)
        assert len(library.documents()) == 4


def test_the_command_reports_for_people_and_for_programs(run, files, tmp_path):
    """Exit code 0 where all could be read."""
    run("add", files, "--embed", "later")
    (files / "new.md").write_text("# New\n\nA new text.")
    said = run("watch", "--embed", "later")
    assert (said.code, "1 new, 0 changed, 0 gone" in said.out) == (0, True)
    assert run("watch", "--embed", "later", "--json").json["new"] == 0
    assert "folder" in run("coverage").out


def _age(folder: Path) -> None:
    """Waits until the files are old enough for their marks to be trusted."""
    newest = max(path.stat().st_ctime for path in folder.iterdir())
    time.sleep(max(0.0, newest + 2.1 - time.time()))


def _with(settings: Settings, **changed) -> Settings:
    return replace(settings, **changed)


def _in_two_hours():
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)


def test_a_damaged_memory_of_sources_says_what_to_do(files, library):
    """Without it nothing is lost but the time of reading anew."""
    (library._settings.home / "sources.sqlite3").write_bytes(
        b"no database at all, but long enough to be looked at" * 20
    )
    with pytest.raises(HomeError) as caught:
        add(library, str(files))
    assert (caught.value.code, "sources.sqlite3" in caught.value.hint) == ("rounds_damaged", True)
