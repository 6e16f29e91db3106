"""Reads sources, first and again: folders, files and sites, each in rounds that remember what they found."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lyceum.archive import (
    READ_FROM_WEB,
    Change,
    Failure,
    Found,
    HowToRead,
    Intake,
    Metadata,
    MetadataTable,
    Outcome,
    Place,
    Reading,
    Refused,
    Rounds,
    SourceState,
    SqliteMemory,
    Taken,
    WebDocument,
    file_mark,
    file_name,
    find_files,
    is_feed_file,
)
from lyceum.errors import InvalidValue, LyceumError, ReceiveFailed
from lyceum.library import parts
from lyceum.library.work import Progress, Workshop, silent

if TYPE_CHECKING:
    from lyceum.providers.sites import Listed
    from lyceum.providers.web import Fetched, Fetcher

_PAGES_OF_A_SITE = 1_000
_DEEPEST = 30
_FILES_AT_ONCE = 500
_PASSED_OVER = ("robots_disallow",)


@dataclass(slots=True)
class Gathered:
    """What one command has taken in so far: versions by row with their outcome, failures, and words for people."""

    taken: dict[int, Outcome] = field(default_factory=dict)
    failed: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, results: Iterable[Taken | Refused]) -> Change:
        """Adds up what became of a place's documents, and says what that makes of the place."""
        changes = [self._take(result) for result in results]
        order = (Change.CHANGED, Change.NEW, Change.UNCHANGED, Change.FAILED)
        return next((change for change in order if change in changes), Change.PASSED)

    def _take(self, result: Taken | Refused) -> Change:
        if isinstance(result, Refused):
            self.failed.append({"source": result.source, **result.failure.as_dict()})
            return Change.FAILED
        row = result.document.row
        known = self.taken.get(row)
        self.taken[row] = known if known and known is not Outcome.UNCHANGED else result.outcome
        return _CHANGES[result.outcome]


_CHANGES = {Outcome.ADDED: Change.NEW, Outcome.UPDATED: Change.CHANGED, Outcome.UNCHANGED: Change.UNCHANGED}


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What reading all sources again has found."""

    readings: Sequence[Reading]
    failed: Sequence[Mapping[str, str]]
    notes: Sequence[str]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        sources = [{**asdict(reading), "failed": [dict(one) for one in reading.failed]} for reading in self.readings]
        return {
            "sources": sources,
            **{name: sum(len(getattr(r, name)) for r in self.readings) for name in ("new", "changed", "gone")},
            "unchanged": sum(reading.unchanged for reading in self.readings),
            "failed": [dict(one) for one in self.failed],
            "notes": list(self.notes),
            "seconds": self.seconds,
        }


class Reader(Workshop):
    """A home whose sources can be read, and read again."""

    @cached_property
    def _rounds(self) -> Rounds:
        return Rounds(SqliteMemory(self._rounds_file))

    @cached_property
    def _site_rounds(self) -> Rounds:
        """Those of sites: of a shared home any machine may read them, while files are the machine's own."""
        return parts.make_site_rounds(self._settings) if self._settings.shared else self._rounds

    @property
    def _rounds_file(self) -> Path:
        return self._settings.home / "sources.sqlite3"

    def close(self) -> None:
        """Gives back what is held."""
        for name in ("_rounds", "_site_rounds"):
            if name in self.__dict__:
                self.__dict__[name].close()
        super().close()

    def watch(
        self, sources: Sequence[str] = (), *, vectors: bool = True, progress: Progress | None = None
    ) -> WatchReport:
        """Reads known sources again, all or those named, and makes what is new or changed searchable.

        What is gone is reported and stays in the archive. Raises InvalidValue for a source that was never read.
        """
        started = time.monotonic()
        tell = progress or silent
        wanted = self._known_sources(sources)
        gathered, readings = Gathered(), list[Reading]()
        with self._workers() as workers:
            intake = self._intake(workers)
            for state in wanted:
                if self._stopping.is_set():
                    break
                with self._rounds_of(state.source).alone(state.source) as mine:
                    readings += self._read_again(state, intake, gathered, tell) if mine else []
            if gathered.taken:
                with self._writing():
                    self._work(intake, tell)
                    if vectors:
                        self._embed(tell)
        gathered.notes += intake.notes
        return WatchReport(readings, gathered.failed, gathered.notes, round(time.monotonic() - started, 3))

    def source_states(self) -> list[SourceState]:
        """Every source that was read, and when; a home from which nothing was read gets no file for asking."""
        own = self._rounds.sources() if self._rounds_file.exists() else []
        return own + (self._site_rounds.sources() if self._settings.shared else [])

    def _rounds_of(self, source: str) -> Rounds:
        return self._site_rounds if _is_address(source) else self._rounds

    # --- adding ------------------------------------------------------------------------------------

    def _read_sources(
        self,
        sources: Sequence[str],
        intake: Intake,
        *,
        table: MetadataTable,
        how: HowToRead,
        leave_out: Sequence[Path],
        gathered: Gathered,
        tell: Progress,
    ) -> None:
        """Takes in everything that the sources hold now."""
        for source in sources:
            if _is_address(source):
                self._read_site(source, intake, table, how, gathered, tell)
            elif how.follow and is_feed_file(Path(source)):
                self._follow_feed(_plain_source(source), intake, table, how, gathered, tell)
            else:
                self._read_files(source, intake, table, how, leave_out, gathered, tell)

    def _read_again(self, state: SourceState, intake: Intake, gathered: Gathered, tell: Progress) -> list[Reading]:
        how, nothing = HowToRead.remembered(state.collection, state.options), MetadataTable()
        if _is_address(state.source):
            reading = self._read_site(state.source, intake, nothing, how, gathered, tell)
        elif how.follow and is_feed_file(Path(state.source)):
            reading = self._follow_feed(state.source, intake, nothing, how, gathered, tell)
        else:
            reading = self._read_changed_files(state.source, intake, how, gathered, tell)
        return [reading] if reading else []

    def _known_sources(self, named: Sequence[str]) -> list[SourceState]:
        known = {state.source: state for state in self.source_states()}
        wanted = []
        for name in named:
            place = _plain_source(name)
            if place not in known:
                raise InvalidValue(
                    f"“{name}” was never added.", hint="Add it first: `lyceum add`.", code="unknown_source"
                )
            wanted.append(known[place])
        return wanted or list(known.values())

    # --- folders and files -----------------------------------------------------------------------------

    def _read_files(
        self,
        source: str,
        intake: Intake,
        table: MetadataTable,
        how: HowToRead,
        leave_out: Sequence[Path],
        gathered: Gathered,
        tell: Progress,
    ) -> None:
        """Takes in a file, or all files of a folder."""
        found = list(find_files([source], leave_out=leave_out))
        name = _plain_source(source)
        if not _is_lasting(name):
            self._take_unremembered(found, intake, table, how, gathered, tell)
            return
        self._rounds.begin(name, kind=_kind_of(name), collection=how.collection, options=how.options)
        for n, item in enumerate(found):
            tell("receive", n, len(found))
            self._read_file(name, item, intake, table, how, gathered, tell)
        tell("receive", len(found), len(found))
        self._rounds.end(name, at=_now())

    def _take_unremembered(
        self, found: Sequence[Any], intake: Intake, table: MetadataTable, how: HowToRead, gathered: Gathered,
        tell: Progress,
    ) -> None:  # fmt: skip
        """Takes in what cannot be read again, such as a pipe, or is not there."""
        for n, item in enumerate(found):
            tell("receive", n, len(found))
            if isinstance(item, ReceiveFailed):
                gathered.failed.append({"source": quoted_source(item), **Failure.of(item).as_dict()})
            else:
                gathered.take(intake.receive(item, table, how.given, how=how))

    def _read_changed_files(
        self, source: str, intake: Intake, how: HowToRead, gathered: Gathered, tell: Progress
    ) -> Reading | None:
        """Takes in those files of a source whose mark is not the one that was remembered."""
        self._rounds.begin(source, kind=_kind_of(source), collection=how.collection, options=how.options)
        if not Path(source).exists():
            return self._rounds.end(source, at=_now())
        found = find_files([source])
        seen = 0
        while batch := list(islice(found, _FILES_AT_ONCE)):
            fresh = []
            with self._rounds.together():
                fresh = [item for item in batch if not self._is_as_before(source, item)]
            for item in fresh:
                self._read_file(source, item, intake, MetadataTable(), how, gathered, tell)
            seen += len(batch)
            tell("receive", seen, seen)
        return self._rounds.end(source, at=_now())

    def _is_as_before(self, source: str, item: Found | ReceiveFailed) -> bool:
        if isinstance(item, ReceiveFailed):
            return False
        known = self._rounds.known(source, item.source)
        if known is None or known.mark != file_mark(item.path, now_ns=time.time_ns()):
            return False
        self._rounds.settle(source, known, Change.UNCHANGED)
        return True

    def _read_file(
        self,
        source: str,
        item: Found | ReceiveFailed,
        intake: Intake,
        table: MetadataTable,
        how: HowToRead,
        gathered: Gathered,
        tell: Progress,
    ) -> None:
        if isinstance(item, ReceiveFailed):
            failure = {"source": quoted_source(item), **Failure.of(item).as_dict()}
            gathered.failed.append(failure)
            self._rounds.settle(source, Place(failure["source"]), Change.FAILED, failure=Failure.of(item).as_dict())
            return
        try:
            mark = file_mark(item.path, now_ns=time.time_ns())
        except OSError:
            mark = ""
        failed_before = len(gathered.failed)

        def how_far(done: int, of: int) -> None:
            tell("scan", done >> 20, max(1, of >> 20))

        change = gathered.take(intake.receive(item, table, how.given, how_far, how=how))
        failure = gathered.failed[failed_before] if len(gathered.failed) > failed_before else {}
        self._rounds.settle(source, Place(item.source), change, mark=mark, failure=failure)

    # --- sites ---------------------------------------------------------------------------------------

    def _read_site(
        self,
        source: str,
        intake: Intake,
        table: MetadataTable,
        how: HowToRead,
        gathered: Gathered,
        tell: Progress,
    ) -> Reading | None:
        """Reads a page, what a feed or sitemap lists, or a site; None where it could not be begun."""
        from lyceum.providers.web import plain_address  # noqa: PLC0415  (a network client is slow to load)

        fetcher = parts.make_fetcher(self._settings)
        try:
            address = plain_address(source)
            known = self._known_page(address)
            first = fetcher.get(address, **_conditions(known))
            if known and first.unchanged:
                return self._page_as_before(address, known, how)
            visit = _Visit(self, address, first, fetcher, intake, table, how, gathered, tell)
            return visit.read()
        except ReceiveFailed as error:
            gathered.failed.append({"source": source, **Failure.of(error).as_dict()})
            return None
        finally:
            fetcher.close()

    def _follow_feed(
        self, source: str, intake: Intake, table: MetadataTable, how: HowToRead, gathered: Gathered, tell: Progress
    ) -> Reading | None:
        """Reads the pages that a feed on this machine announces."""
        from lyceum.providers.web import Fetched  # noqa: PLC0415  (a network client is slow to load)

        fetcher = parts.make_fetcher(self._settings)
        try:
            body = Path(source).read_bytes()
            first = Fetched(source, source, 200, "application/rss+xml", body)
            return _Visit(self, source, first, fetcher, intake, table, how, gathered, tell).read()
        except OSError as error:
            failed = ReceiveFailed(
                f"“{source}” cannot be read: {error.strerror or error}.",
                hint="Give the user that runs Lyceum the right to read it.",
            )
            gathered.failed.append({"source": source, **Failure.of(failed).as_dict()})
            return None
        finally:
            fetcher.close()

    def _known_page(self, address: str) -> Place | None:
        """A source that is one page, as it was when it was last read."""
        kinds = {state.source: state.kind for state in self._site_rounds.sources()}
        return self._site_rounds.known(address, address) if kinds.get(address) == "page" else None

    def _page_as_before(self, address: str, known: Place, how: HowToRead) -> Reading:
        self._site_rounds.begin(address, kind="page", collection=how.collection, options=how.options)
        self._site_rounds.settle(address, known, Change.UNCHANGED)
        return self._site_rounds.end(address, at=_now())

    def _reread_due(self) -> None:
        """Reads again the sources that were last read longer ago than the settings want."""
        if not self._settings.watch_hours:
            return
        before, tried = _now() - dt.timedelta(hours=self._settings.watch_hours), set[str]()
        # Looked at anew for each: another machine may have read it meanwhile.
        while due := next((one for one in self.source_states() if _is_due(one, before, tried)), None):
            if self._stopping.is_set():
                return
            tried.add(due.source)
            self.watch([due.source])


class _Visit:
    """One reading of a site, from its first page on."""

    def __init__(
        self,
        home: Reader,
        source: str,
        first: Fetched,
        fetcher: Fetcher,
        intake: Intake,
        table: MetadataTable,
        how: HowToRead,
        gathered: Gathered,
        tell: Progress,
    ) -> None:
        self._home, self._rounds = home, home._rounds_of(source)
        self._source, self._first, self._fetcher = source, first, fetcher
        self._intake, self._table, self._how = intake, table, how
        self._gathered, self._tell = gathered, tell
        self._crawls = False
        self._done = self._listed = 0

    def read(self) -> Reading | None:
        """Lists the pages, fetches those that may have changed, and ends the round; None where it was stopped."""
        kind, listed = self._listing()
        most = 1 if kind == "page" else self._how.max_pages or _PAGES_OF_A_SITE
        self._rounds.begin(self._source, kind=kind, collection=self._how.collection, options=self._how.options)
        number = 0
        for entry in islice(listed, most):
            self._note(entry)
            number += 1
        if not number:
            self._crawls = kind == "site"
            self._rounds.offer(self._source, Place(self._source))
            self._rounds.offer_known(self._source)
        elif kind == "feed" or number == most:
            # A feed forgets what is old, and a bounded list ends before the site does: neither says what is gone.
            self._rounds.keep_rest(self._source)
        self._fetch_all(most)
        if self._home._stopping.is_set():
            return None
        reading = self._rounds.end(self._source, at=_now())
        if reading.passed:
            self._gathered.notes.append(
                f"{self._source}: {reading.passed} addresses were passed over; robots.txt asks for it, or they are no "
                "HTML, PDF or text."
            )
        return reading

    def _listing(self) -> tuple[str, Iterator[Listed]]:
        """What kind of source the first answer shows, and the pages that it lists."""
        from lyceum.providers import sites  # noqa: PLC0415

        if sites.is_sitemap(self._first):
            return "sitemap", sites.sitemap_entries(self._fetcher, self._first)
        if sites.is_feed(self._first):
            return "feed", sites.feed_entries(self._first)
        is_root = urlsplit(self._source).path in ("", "/") and not urlsplit(self._source).query
        if self._how.max_pages == 1 or (self._how.max_pages is None and not is_root):
            return "page", iter(())
        return "site", sites.find_site(self._fetcher, self._first, comments=self._how.comments) if is_root else iter(())

    def _note(self, entry: Listed) -> None:
        """Puts a listed page on the list; takes it in at once where the listing gave its content."""
        place = Place(entry.address, changed=entry.changed, hints=entry.hints)
        if not self._rounds.offer(self._source, place) or entry.content is None:
            return
        known = self._rounds.known(self._source, entry.address)
        if known and entry.changed and known.known_change == entry.changed:
            self._rounds.settle(self._source, known, Change.UNCHANGED)
            return
        document = WebDocument(entry.address, file_name(entry.address, entry.media_type), entry.hints, entry.content)
        change = self._gathered.take([self._intake.receive_document(document, self._table, self._how.given)])
        self._rounds.settle(self._source, place, change, mark="wordpress")

    def _fetch_all(self, most: int) -> None:
        self._done, self._listed = self._rounds.progress(self._source)
        while self._done < most and not self._home._stopping.is_set() and (place := self._rounds.next(self._source)):
            self._tell("fetch", self._done, min(self._listed, most))
            self._fetch(place)
            self._done += 1
        self._tell("fetch", self._done, self._done)

    def _fetch(self, place: Place) -> None:
        if place.mark and place.changed and place.changed == place.known_change:
            self._rounds.settle(self._source, place, Change.UNCHANGED)
            return
        try:
            is_first = place.address == self._first.asked
            found = self._first if is_first else self._fetcher.get(place.address, **_conditions(place))
        except (ReceiveFailed, InvalidValue) as error:
            self._note_failure(place, error)
            return
        if found.unchanged:
            self._rounds.settle(self._source, place, Change.UNCHANGED)
            return
        self._take(place, found)
        if self._crawls and place.depth < _DEEPEST:
            self._offer_links(place, found)

    def _take(self, place: Place, found: Fetched) -> None:
        alone = place.address == self._source
        if found.media_type and found.media_type not in READ_FROM_WEB and not alone:
            self._rounds.settle(self._source, place, Change.PASSED)
            return
        hints = Metadata.stated("web:address", address=found.address).over(place.hints)
        document = WebDocument(place.address, file_name(found.address, found.media_type), hints, found.body)
        failed_before = len(self._gathered.failed)
        change = self._gathered.take([self._intake.receive_document(document, self._table, self._how.given)])
        failure = self._gathered.failed[failed_before] if len(self._gathered.failed) > failed_before else {}
        mark = f"{found.etag}\n{found.modified}"
        self._rounds.settle(self._source, place, change, mark=mark, failure=failure)

    def _offer_links(self, place: Place, found: Fetched) -> None:
        from lyceum.providers.sites import links_of  # noqa: PLC0415

        folder = self._source.rsplit("/", 1)[0] + "/" if "/" in urlsplit(self._source).path[1:] else ""
        for link in links_of(found):
            if link.startswith(folder):
                self._listed += self._rounds.offer(self._source, Place(link, depth=place.depth + 1))

    def _note_failure(self, place: Place, error: LyceumError) -> None:
        failure = {"source": place.address, "step": "receive", **error.as_dict()}
        if error.code == "web_gone" and place.mark:
            self._rounds.settle(self._source, place, Change.GONE)
        elif error.code in _PASSED_OVER and place.address != self._source:
            self._rounds.settle(self._source, place, Change.PASSED)
        else:
            self._gathered.failed.append(failure)
            self._rounds.settle(self._source, place, Change.FAILED, failure=failure)


def _conditions(place: Place | None) -> dict[str, str]:
    """What the last answer was marked with, for a server to say that it still holds."""
    etag, _, modified = (place.mark if place else "").partition("\n")
    return {"etag": etag, "modified": modified} if place and "\n" in place.mark else {}


def _is_due(state: SourceState, before: dt.datetime, tried: set[str]) -> bool:
    return state.source not in tried and (not state.last_read or state.last_read < before)


def quoted_source(error: ReceiveFailed) -> str:
    """The path that an error names."""
    return error.message.partition("“")[2].partition("”")[0] or error.message


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _plain_source(source: str) -> str:
    """The name by which a source is remembered."""
    if not _is_address(source):
        return Path(source).expanduser().resolve().as_posix()
    from lyceum.providers.web import plain_address  # noqa: PLC0415  (a network client is slow to load)

    return plain_address(source)


def _is_lasting(source: str) -> bool:
    path = Path(source)
    return path.is_file() or path.is_dir()


def _kind_of(source: str) -> str:
    return "folder" if Path(source).is_dir() else "file"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
