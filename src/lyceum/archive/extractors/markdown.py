"""Markdown: front matter as metadata, the body as headings and paragraphs without addresses."""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lyceum.archive.extractors.common import Piece, collapse, compose, decode, language_code, stated_date
from lyceum.archive.model import Extracted, Metadata

_FRONT_MATTER = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)(?:\n|\A)\1[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^[\w.-]+[ \t]*[:=]", re.MULTILINE)
_LARGEST_FRONT_MATTER = 64 * 1024
_NAMES = {
    "title": ("title",),
    "creators": ("authors", "author", "creators", "creator", "byline"),
    "date": ("date", "published", "pubdate", "publish_date", "date_published", "publishdate", "year"),
    "edition_date": ("edition_date", "lastmod", "last_modified_at", "modified", "updated"),
    "language": ("language", "lang", "locale"),
    "publisher": ("publisher",),
    "rights": ("rights", "license", "licence"),
    "address": ("source_url", "canonical_url", "permalink", "url", "link"),
    "collection": ("collection", "series"),
    "kind": ("kind", "type"),
    "edition_of": ("edition_of",),
}
_POST = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)\.(?:md|markdown|mdown)", re.IGNORECASE)
_CODE_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})")
_FOOTNOTE = re.compile(r"^[ ]{0,3}\[\^([^\]\s]{1,60})\]:[ \t]*(.*)$")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_LINK_SHORTCODE = re.compile(r"\]\(\s*(?:\{\{[<%].*?[>%]\}\}|\{\{[^{}]*\}\}|\{%[^{}]*?%\})[^\s)\"']*")
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|<!--.*?-->", re.DOTALL)
_SHORTCODE = re.compile(
    r"(?P<code>(`+)(?!`).+?(?<!`)\2(?!`))|\{\{[<%].*?[>%]\}\}|\{%.*?%\}|\{\{[^{}\n]*\}\}|\{:[^{}\n]*\}",
    re.DOTALL,
)
_SILENT = frozenset(("script", "style", "template", "noscript", "iframe", "svg"))
_BLOCK_TAGS = frozenset(("p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "figure"))


class MarkdownExtractor:
    """Reads Markdown with front matter in YAML, TOML or JSON, as the pages of Jekyll and Hugo have it."""

    media_types = frozenset(("text/markdown",))

    def extract(self, path: Path, name: str) -> Extracted:
        """The rendered words of the file; what its front matter states is metadata."""
        decoded = decode(path.read_bytes(), name)
        front = _read_front(decoded.text)
        draft = "Its front matter calls it a draft." if front.metadata.extra.get("draft") == "true" else ""
        notes = [note for note in (decoded.note, front.problem, draft) if note]
        pieces = markdown_pieces(front.body)
        return compose(pieces, front.metadata.over(title_from_heading(pieces)).over(_named(name)), notes)


extractor = MarkdownExtractor()


class _PlainYaml(yaml.BaseLoader):
    """YAML as strings only, without aliases: `date: 1919` stays as written, and no bomb can grow."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class _Front:
    """What stands before the body, read; `problem` is empty where all went well."""

    body: str
    metadata: Metadata = field(default_factory=Metadata)
    problem: str = ""


def _named(name: str) -> Metadata:
    """The day and the title in the name of a Jekyll post, such as `1919-09-22-the-strike.md`."""
    match = _POST.fullmatch(name)
    date = stated_date(match[1]) if match else None
    return Metadata.stated("file-name:date", date=date).over(
        Metadata.stated("file-name", title=match[2].replace("-", " ").replace("_", " ").capitalize() if match else None)
    )


def _read_front(text: str) -> _Front:
    """Parts front matter from the body; two rules around prose are no front matter."""
    if text.lstrip().startswith("{"):
        return _read_json_front(text.lstrip())
    match = _FRONT_MATTER.match(text)
    if match is None or len(match[2]) > _LARGEST_FRONT_MATTER or not _KEY.search(match[2]):
        return _Front(text)
    body = text[match.end() :]
    try:
        values = tomllib.loads(match[2]) if match[1] == "+++" else yaml.load(match[2], _PlainYaml)  # noqa: S506
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError, ValueError):
        return _Front(body, problem="The front matter cannot be read, so nothing was taken from it.")
    if not isinstance(values, Mapping):
        return _Front(text)
    return _Front(body, _stated({_plain(key).lower(): value for key, value in values.items()}))


def _read_json_front(text: str) -> _Front:
    """Front matter as Hugo has it in JSON: an object that begins the file, before anything else on its last line."""
    try:
        values, end = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode(text[:_LARGEST_FRONT_MATTER])
    except (ValueError, RecursionError):
        return _Front(text)
    rest = text[end:]
    if not isinstance(values, dict) or not values or not re.match(r"[ \t]*(?:\n|\Z)", rest):
        return _Front(text)
    return _Front(rest, _stated({_plain(key).lower(): value for key, value in values.items()}))


def _stated(said: Mapping[str, Any]) -> Metadata:
    known: dict[str, Any] = {}
    provenance: dict[str, str] = {}
    used: set[str] = set()
    for name, keys in _NAMES.items():
        for key in keys:
            if key in said and (value := _read(name, said[key])):
                known[name], provenance[name] = value, f"front-matter:{key}"
                used.add(key)
                break
    extra = {key: text for key, value in said.items() if key not in used and (text := _flat(value))}
    return Metadata(**known, extra=MappingProxyType(extra), provenance=MappingProxyType(provenance))


def _read(name: str, value: Any) -> Any:
    """A value as the field holds it; None for one that cannot be read, which then stays in `extra`."""
    if name == "creators":
        return tuple(person for one in (value if isinstance(value, list) else [value]) if (person := _person(one)))
    text = _flat(value)
    if name in ("date", "edition_date"):
        return stated_date(text)
    if name == "language":
        return language_code(text)
    if name == "address":
        return text if text.startswith(("http://", "https://")) else None
    return text


def _person(value: Any) -> str:
    return _plain(value.get("name", "")) if isinstance(value, Mapping) else _plain(value)


def _flat(value: Any) -> str:
    """A scalar or a list of scalars as one string; mappings, which have no one reading, as none."""
    if isinstance(value, Mapping) or value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text for one in value if (text := _flat(one)))
    return _plain(value)


def _plain(value: Any) -> str:
    return "" if isinstance(value, Mapping | list) else collapse(html.unescape(str(value)))


def markdown_pieces(body: str) -> list[Piece]:
    """The headings and paragraphs of Markdown without front matter, its footnotes at the end."""
    return list(_pieces(body))


def _pieces(body: str) -> Iterator[Piece]:
    prose, footnotes = _without_footnotes(body)
    yield from _blocks(_renderer().parse(_cleaned(prose)))
    for label, text in footnotes:
        for index, piece in enumerate(_blocks(_renderer().parse(_cleaned(text)))):
            yield replace(piece, text=f"[{label}] {piece.text}") if index == 0 else piece


def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 50}).enable("table")


def _without_footnotes(body: str) -> tuple[str, list[tuple[str, str]]]:
    """The body without its `[^1]: …` definitions, and those, in order."""
    prose: list[str] = []
    notes: list[tuple[str, list[str]]] = []
    fence, inside = "", False
    for line in body.split("\n"):
        fence = _fence_after(line, fence)
        if not fence and (match := _FOOTNOTE.match(line)):
            notes.append((match[1], [match[2]]))
            inside = True
        elif inside and (line.startswith(("    ", "\t")) or not line.strip()):
            notes[-1][1].append(line.removeprefix("\t").removeprefix("    "))
        elif inside and notes[-1][1][-1].strip():
            notes[-1][1].append(line)
        else:
            inside = False
            prose.append(line)
    return "\n".join(prose), [(label, "\n".join(lines)) for label, lines in notes]


def _fence_after(line: str, fence: str) -> str:
    """The code fence that is open after this line; empty for none."""
    match = _CODE_FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match[1]
    return "" if match[1].startswith(fence) and not line.strip().strip(fence[0]) else fence


def _cleaned(prose: str) -> str:
    """Without Hugo's shortcodes and Liquid's tags, except in code; `[^1]` becomes `[1]`."""
    parts: list[str] = []
    run: list[str] = []
    fence = ""
    for line in prose.split("\n"):
        before, fence = fence, _fence_after(line, fence)
        if bool(before) != bool(fence) and not before:
            parts.append(_without_shortcodes("\n".join(run)))
            run = []
        run.append(line)
        if before and not fence:
            parts.append("\n".join(run))
            run = []
    parts.append("\n".join(run) if fence else _without_shortcodes("\n".join(run)))
    return "\n".join(parts)


def _without_shortcodes(text: str) -> str:
    text = _LINK_SHORTCODE.sub("](#", _COMMENT.sub("", text))
    text = _SHORTCODE.sub(lambda match: match[0] if match["code"] else "", text)
    return _REFERENCE.sub(r"\\[\1\\]", text)


def _blocks(tokens: Sequence[Token]) -> Iterator[Piece]:
    level, number = 0, ""
    cells: list[str] | None = None
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            yield Piece("paragraph", "\t".join(cells).strip())
            cells = None
        elif token.type == "inline":
            text = _inline(token.children or [])
            if cells is not None:
                cells.append(text)
            elif text:
                yield Piece("heading" if level else "paragraph", number + text, level)
            number = ""
        elif token.type in ("fence", "code_block") and token.content.strip():
            yield Piece("paragraph", token.content.strip("\n"))
        elif token.type == "html_block":
            yield from _html_pieces(token.content)


def _inline(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak" or (token.type == "html_inline" and token.content.lower().startswith("<br")):
            parts.append("\n")
    return "\n".join(collapse(line) for line in "".join(parts).split("\n")).strip()


def _html_pieces(source: str) -> Iterator[Piece]:
    words = _Words()
    words.feed(source)
    words.close()
    for text in "".join(words.parts).split("\x00"):
        if collapse(text):
            yield Piece("paragraph", collapse(text))


class _Words(HTMLParser):
    """The words of raw HTML inside Markdown; `\\x00` stands at the edges of blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in _SILENT
        if tag in _BLOCK_TAGS:
            self.parts.append("\x00")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCK_TAGS:
            self.parts.append("\x00")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\x00", ""))


def title_from_heading(pieces: Sequence[Piece]) -> Metadata:
    """A title from a first heading that is alone at its level."""
    if not pieces or pieces[0].kind != "heading" or len(pieces) < 2:
        return Metadata()
    first = pieces[0]
    others = [piece for piece in pieces[1:] if piece.kind == "heading" and piece.level <= first.level]
    return Metadata() if others else Metadata.stated("markdown:first-heading", title=first.text)
