"""The questions by which search is judged: SciFact and XQuAD as archives, and as tasks that others can answer too."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.data import data_folder
from bench.searching.homes import opened
from lyceum.archive import SqliteCatalogue
from lyceum.library import Library, Mode, Query, Scope
from lyceum.search import Embedder, Vectors

LANGUAGES = ("ar", "de", "el", "en", "es", "hi", "ro", "ru", "th", "tr", "vi", "zh")
TOP = 40
_EVERYTHING = Scope.everything()


@dataclass(frozen=True, slots=True)
class Work:
    """A document by its name, which tells what it is: its language, title and text."""

    name: str
    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in a language, with the names of the documents that answer it, each with its grade."""

    text: str
    language: str
    right: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Task:
    """Questions put to an archive; tasks of one archive share its folder."""

    name: str
    archive: Archive
    asked: Sequence[Asked]


@dataclass(slots=True)
class Archive:
    """Documents, and the folder in which the library that holds them is kept between runs."""

    folder: Path
    works: Sequence[Work] = field(repr=False)

    def open(self) -> Library:
        """The library, filled the first time."""
        complete = self.folder / "complete"
        if not complete.exists():
            self._write()
            with opened(self.folder) as library:
                library.add([str(self.folder / "source")], metadata=self.folder / "table.csv")
            complete.touch()
        return opened(self.folder)

    def _write(self) -> None:
        source = self.folder / "source"
        if not source.exists():
            source.mkdir(parents=True)
            with (self.folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
                table = csv.writer(file)
                table.writerow(["file", "title", "language"])
                for work in self.works:
                    (source / f"{work.name}.txt").write_text(work.text, encoding="utf-8")
                    table.writerow([f"{work.name}.txt", work.title, work.language])


# --- the sets ------------------------------------------------------------------------------------------


def scifact(folder: Path) -> Task:
    """SciFact's test of BEIR: claims, and the abstracts that bear on them."""
    data = data_folder() / "eval" / "retrieval_scifact"
    with gzip.open(data / "topics.beir-v1.0.0-scifact.test.tsv.gz", "rt", encoding="utf-8") as file:
        claims = dict(line.rstrip("\n").split("\t") for line in file)
    bearing: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (data / "qrels.beir-v1.0.0-scifact.test.txt").read_text().splitlines():
        claim, _, document, grade = line.split()
        bearing[claim][document] = int(grade)
    works = [Work(str(n), "en", "-", text) for n, text in numbered_abstracts(data / "scifact_hf_csv.zip")]
    asked = [Asked(text, "en", bearing[claim]) for claim, text in claims.items()]
    return Task("scifact", Archive(folder / "scifact", works), asked)


def xquad(folder: Path, most: int) -> Iterator[Task]:
    """XQuAD's development half: each language alone, the others into English, and all twelve at once.

    A paragraph is named by its language and number, the same number in every language. At most so many questions
    a language, spread evenly.
    """
    read = {language: _xquad(language) for language in LANGUAGES}
    asked = {language: questions[:: max(1, len(questions) // most)] for language, (_, questions) in read.items()}
    own = {language: Archive(folder / f"xquad-{language}", works) for language, (works, _) in read.items()}
    everything = Archive(folder / "xquad-all", [work for works, _ in read.values() for work in works])
    for language in LANGUAGES:
        yield Task(f"xquad-{language}", own[language], _answered(asked[language], language, [language]))
    foreign = [(language, q) for language in LANGUAGES if language != "en" for q in asked[language]]
    into = [one for language, q in foreign for one in _answered([q], language, ["en"])]
    yield Task("xquad-to-en", own["en"], into)
    anywhere = [one for language in LANGUAGES for one in _answered(asked[language], language, LANGUAGES)]
    yield Task("xquad-to-all", everything, anywhere)


def _xquad(language: str) -> tuple[list[Work], list[tuple[str, int]]]:
    works: list[Work] = []
    questions: list[tuple[str, int]] = []
    with gzip.open(data_folder() / "eval" / "qa_xquad" / f"xquad.{language}.json.gz", "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    for article in articles:
        for paragraph in article["paragraphs"]:
            questions += [(qa["question"], len(works)) for qa in paragraph["qas"]]
            works.append(Work(f"{language}-{len(works)}", language, "-", paragraph["context"]))
    return works, questions


def _answered(questions: Sequence[tuple[str, int]], language: str, among: Sequence[str]) -> list[Asked]:
    return [Asked(text, language, {f"{code}-{n}": 1 for code in among}) for text, n in questions]


# --- answering -----------------------------------------------------------------------------------------


def ranked(library: Library, text: str, mode: Mode) -> list[str]:
    """The documents by name, each at its best passage's place."""
    hits = library.search(Query(text, _EVERYTHING, mode=mode, limit=TOP)).hits
    return list(dict.fromkeys(Path(hit.passage.document.name).stem for hit in hits))


@dataclass(frozen=True, slots=True)
class Exported:
    """A task as peers get it: its folder, and the document to which each passage belongs."""

    folder: Path
    documents: tuple[str, ...]


def export(task: Task, library: Library, embedder: Embedder, folder: Path) -> Exported:
    """Writes the passages and questions of a task with the vectors that our embedder gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = SqliteCatalogue(task.archive.folder / "catalogue.sqlite3")
    passages = [(Path(d.name).stem, p.text) for d in library.documents() for p in stored.passages_of(d)]
    stored.close()
    texts = [text for _, text in passages]
    for kind, said in (("passages", texts), ("queries", [asked.text for asked in task.asked])):
        lines = (folder / f"{kind}.jsonl", "".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(said)))
        if not lines[0].exists() or lines[0].read_text(encoding="utf-8") != lines[1]:
            np.save(folder / f"default-{kind}.npy", _embedded(embedder, kind, said))
            (folder / f"minilm-{kind}.npy").unlink(missing_ok=True)
            lines[0].write_text(lines[1], encoding="utf-8")
    return Exported(folder, tuple(name for name, _ in passages))


def _embedded(embedder: Embedder, kind: str, texts: Sequence[str]) -> Vectors:
    if kind == "passages":
        return embedder.embed_passages(texts)
    return np.stack([embedder.embed_query(text) for text in texts])


def numbered_abstracts(path: Path) -> list[tuple[int, str]]:
    """SciFact's numbers and texts: a title, a blank line, the abstract."""
    with zipfile.ZipFile(path) as archive, archive.open("corpus_train.csv") as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
        return [(int(row["doc_id"]), f"{row['title']}\n\n{_joined(row['abstract'])}") for row in rows]


_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def _joined(sentences: str) -> str:
    """The abstract from its list of sentences, which the table holds as a numpy array is printed."""
    return " ".join(ast.literal_eval(literal).strip() for literal in _LITERAL.findall(sentences))
