"""Articles and their metadata out of web pages, beside trafilatura and readability; web archives passed over."""

from __future__ import annotations

import io
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trafilatura
from lxml import html as lxml_html
from readability.readability import Document as Readability
from rich.table import Table
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.webpages import WebPage, pages, posts, weighed_down
from lyceum.archive import sensible_number
from lyceum.archive.extractors.html import extractor
from lyceum.archive.instructions import find_instructions
from lyceum.archive.webarchive import Passed, web_records
from lyceum.config import Settings
from lyceum.library import Library

GOALS = {"text": 0.97, "date": 0.93, "author": 0.85, "pages a second": 30}
_WORDS_A_SHINGLE = 4


@dataclass(slots=True)
class Score:
    """Of one way of extracting: precision and recall a page, and what its metadata got right."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def f1(self) -> float:
        """F1 of the means over pages, as the public benchmark of articles counts it."""
        precision, recall = (sum(values) / len(values) for values in (self.precision, self.recall))
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    def share(self, name: str) -> float:
        """On how many of the pages a field was right."""
        return self.right[name] / len(self.precision)


def tables(corpora: Path, *, every: int = 1) -> Iterator[Table]:
    """One row a layout and way, and one over all."""
    taken = list(pages(posts(corpora)))[::every]
    table = Table(title=f"Articles of {len(taken)} pages in {len({p.layout for p in taken})} layouts, known text")
    for column in ("layout", "by", "text F1", "precision", "recall", "date", "author", "title", "pages/s"):
        table.add_column(column, justify="left" if column in ("layout", "by") else "right")
    for layout in [*dict.fromkeys(page.layout for page in taken), ""]:
        some = [page for page in taken if layout in ("", page.layout)]
        for name, way in _WAYS.items():
            table.add_row(layout or "all", name, *_row(score(some, way), with_metadata=name == "lyceum"))
    table.caption = "goals: " + ", ".join(f"{name} {goal}" for name, goal in GOALS.items())
    yield table
    yield _adding(corpora, number=100 if every > 1 else 600)
    yield _passing_over()
    if (corpora.parent / "eval" / "injection_bipia").is_dir():
        yield _instructions(corpora)


def _adding(corpora: Path, *, number: int) -> Table:
    """Heavy pages added as a folder: received, read, cut, and found by words; by one process and by as many as fit."""
    table = Table(title=f"Adding {number} pages of large sites", caption="goal: 30 pages/s on two cores")
    for column in ("reading at once", "kB a page", "pages/s", "ms of processor time a page", "machine's load"):
        table.add_column(column, justify="right")
    found, chance = posts(corpora), random.Random(5)  # noqa: S311  (no secret depends on it)
    taken = chance.choices(list(pages(found)), k=number)
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        for n, page in enumerate(taken):
            (site / f"{n}.html").write_text(weighed_down(page.html, found, chance), encoding="utf-8")
        size = sum(one.stat().st_size for one in site.iterdir()) / number / 1_000
        for processes in dict.fromkeys((1, sensible_number(1_024))):
            settings = Settings(Path(folder) / f"home-{processes}", Path(folder), extraction_processes=processes)
            before, started = _processor_time(), time.monotonic()
            with Library.open(settings) as library:
                library.add([str(site)], vectors=False)
            seconds, spent = time.monotonic() - started, _processor_time() - before
            table.add_row(
                str(processes), f"{size:.0f}", f"{number / seconds:.1f}", f"{1_000 * spent / number:.0f}",
                f"{os.getloadavg()[0]:.1f}",
            )  # fmt: skip
    return table


def _processor_time() -> float:
    """Seconds of this process and of those that have ended."""
    return sum(os.times()[:4])


def score(some: list[WebPage], way: Callable[[WebPage], tuple[str, dict[str, object]]]) -> Score:
    """Runs one way over pages whose truth is known."""
    found = Score()
    started = time.process_time()
    results = [way(page) for page in some]
    found.seconds = time.process_time() - started
    for page, (text, known) in zip(some, results, strict=True):
        precision, recall = agreement(page.post.text, text)
        found.precision.append(precision)
        found.recall.append(recall)
        found.right["date"] += known.get("date") == page.post.date
        found.right["author"] += set(known.get("creators") or ()) == set(page.post.authors)  # type: ignore[call-overload]
        found.right["title"] += known.get("title") == page.post.title
    return found


def agreement(truth: str, text: str) -> tuple[float, float]:
    """Precision and recall over runs of four words, each as often as it stands."""
    wanted, got = _shingles(truth), _shingles(text)
    common = sum((wanted & got).values())
    return common / max(1, sum(got.values())), common / max(1, sum(wanted.values()))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[n : n + _WORDS_A_SHINGLE]) for n in range(max(1, len(words) - _WORDS_A_SHINGLE + 1)))


def _passing_over(megabytes: int = 60) -> Table:
    """How fast a web archive of pictures with a page now and then is gone through."""
    table = Table(title="Web archives", caption="goal: 25 MB/s of records passed over")
    for column in ("archive", "records", "captures", "MB/s"):
        table.add_column(column, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        for packed in (True, False):
            path = Path(folder) / ("bench.warc.gz" if packed else "bench.warc")
            _write_archive(path, megabytes * 1_000_000, packed=packed)
            passed, started = Passed(), time.process_time()
            taken = sum(1 for _ in web_records(path, path.name, passed))
            rate = path.stat().st_size / 1e6 / (time.process_time() - started)
            table.add_row(path.name, str(passed.records), str(taken), f"{rate:.0f}")
    return table


def _write_archive(path: Path, size: int, *, packed: bool) -> None:
    chance, number = random.Random(1), 0  # noqa: S311  (no secret depends on it)
    page = b"<html><body>" + b"<p>The men came out on Monday, and the river was idle.</p>" * 40 + b"</body></html>"
    with path.open("wb") as file:
        writer: Any = WARCWriter(file, gzip=packed)  # type: ignore[no-untyped-call]
        while size > 0:
            body, kind = (page, "text/html") if number % 12 == 0 else (chance.randbytes(24_000), "image/jpeg")
            http: Any = StatusAndHeaders("200 OK", [("Content-Type", kind)], "HTTP/1.1")  # type: ignore[no-untyped-call]
            writer.write_record(
                writer.create_warc_record(
                    f"http://example.com/{number}", "response", payload=io.BytesIO(body), http_headers=http
                )
            )
            size -= len(body)
            number += 1


def _instructions(corpora: Path) -> Table:
    """On how many texts the flag stands that tells of words for a model, attacks and honest ones."""
    table = Table(title="Texts flagged as instructing a model", caption="plain requests and false facts are not told")
    for column in ("texts", "flagged", "of"):
        table.add_column(column, justify="left" if column == "texts" else "right")
    for name, texts in _flaggable(corpora):
        table.add_row(name, str(sum(bool(find_instructions(text)) for text in texts)), str(len(texts)))
    return table


def _flaggable(corpora: Path) -> Iterator[tuple[str, list[str]]]:
    folder = corpora.parent / "eval"
    attacks: dict[str, list[str]] = {}
    for name in ("text_attack_train", "text_attack_test", "code_attack_test"):
        attacks |= {
            f"{name}:{k}": v for k, v in json.loads((folder / f"injection_bipia/{name}.json").read_text()).items()
        }
    for plain in (False, True):
        some = [one for kind, texts in attacks.items() if (kind.partition(":")[2] in _PLAIN) is plain for one in texts]
        yield f"BIPIA attacks that {'ask something plain' if plain else 'steer the answer or code'}", some
    poisoned = [
        json.loads((folder / f"injection_poisonedrag/{n}.json").read_text()) for n in ("nq", "hotpotqa", "msmarco")
    ]
    yield "PoisonedRAG passages (false facts)", [t for one in poisoned for q in one.values() for t in q["adv_texts"]]
    yield "books of Project Gutenberg", [p.read_text(errors="replace") for p in (corpora / "gutenberg").rglob("*.txt")]
    yield "posts of digital.gov and 18F", [post.text for post in posts(corpora)]


_PLAIN = (
    "Information Retrieval", "Content Creation", "Learning and Tutoring", "Programming Help", "Task Automation",
    "Business Intelligence", "Conversational Agent", "Research Assistance", "Sentiment Analysis",
)  # fmt: skip


def _row(found: Score, *, with_metadata: bool) -> list[str]:
    precision, recall = (sum(values) / len(values) for values in (found.precision, found.recall))
    shares = [f"{found.share(name):.3f}" if with_metadata else "" for name in ("date", "author", "title")]
    rate = len(found.precision) / max(found.seconds, 1e-9)
    return [f"{found.f1:.4f}", f"{precision:.3f}", f"{recall:.3f}", *shares, f"{rate:.0f}"]


def _by_lyceum(page: WebPage) -> tuple[str, dict[str, object]]:
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        Path(file.name).write_text(page.html, encoding="utf-8")
        extracted = extractor.extract(Path(file.name), "page.html")
    known = extracted.metadata
    return extracted.text, {"date": str(known.date or ""), "creators": known.creators, "title": known.title}


def _by_trafilatura(page: WebPage) -> tuple[str, dict[str, object]]:
    return trafilatura.extract(page.html, include_comments=False) or "", {}


def _by_readability(page: WebPage) -> tuple[str, dict[str, object]]:
    summary = Readability(page.html).summary()  # type: ignore[no-untyped-call]
    tree: Any = lxml_html.document_fromstring(summary)
    for element in tree.iter():
        element.tail = f"{element.tail or ''}\n"
    return str(tree.text_content()), {}


_WAYS = {"lyceum": _by_lyceum, "trafilatura": _by_trafilatura, "readability-lxml": _by_readability}
