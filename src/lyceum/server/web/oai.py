"""OAI-PMH 2.0: what a harvester asks, checked, and what it is told, as XML; no request, no database.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from lxml import etree

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SPACES: Any = {None: OAI, "xsi": _XSI}
_PREFIX = "oai_dc"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_PLAIN_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")
_CODED = "x-"
# What XML has no way of saying.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
}
"""For each verb what must and what may come with it; a resumption token comes alone."""


@dataclass(frozen=True, slots=True)
class Record:
    """A document as harvesters know it; without `dublin_core` it has been deleted."""

    identifier: str
    stamp: datetime
    collection: str
    dublin_core: Sequence[tuple[str, str]] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for: those changed between two moments, of one collection, after a place in the list."""

    first: datetime | None = None
    last: datetime | None = None
    collection: str | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a list: how many it has in all, and after which place the next page begins, None at its end."""

    records: Sequence[Record]
    total: int
    next: tuple[datetime, str] | None


class Repository(Protocol):
    """What a harvester can be told of."""

    @property
    def name(self) -> str:
        """Whose it is."""
        ...

    @property
    def contact(self) -> str:
        """The e-mail address of whoever keeps it."""
        ...

    def earliest(self) -> datetime:
        """No change of any record is older than this."""
        ...

    def collections(self) -> Mapping[str, str]:
        """The collections that anybody may read, with their names for people."""
        ...

    def page(self, wanted: Wanted) -> Page:
        """The next records, in the order in which they changed; those of `ListIdentifiers` need no metadata."""
        ...

    def record(self, identifier: str) -> Record | None:
        """One record."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and reads resumption tokens; `read` raises ValueError for one that was not made here."""

    make: Callable[[dict[str, str]], str]
    read: Callable[[str], dict[str, str]]


class Refusal(Exception):
    """What the protocol calls an error condition."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def respond(
    asked: Sequence[tuple[str, str]], repository: Repository, tokens: Tokens, *, base: str, now: datetime
) -> bytes:
    """The response to a request, whose arguments come in as they stood, repeated ones too."""
    root = etree.Element(_q("OAI-PMH"), nsmap=_SPACES)
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
    _say(root, "responseDate", _moment(now))
    request = _say(root, "request", base)
    try:
        verb, said = _checked(asked)
        answer = _ANSWERS[verb](said, repository, tokens, base, now)
    except Refusal as refusal:
        if refusal.code not in ("badVerb", "badArgument"):
            _name_arguments(request, asked)
        _say(root, "error", str(refusal)).set("code", refusal.code)
    else:
        _name_arguments(request, asked)
        root.append(answer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def set_of(collection: str) -> str:
    """A collection as the protocol can name it.

    >>> set_of("minutes"), set_of("Übriges")
    ('minutes', 'x-c39c62726967657')
    """
    if _PLAIN_SET.fullmatch(collection) and not collection.startswith(_CODED):
        return collection
    return _CODED + collection.encode().hex()


# --- what is asked ---------------------------------------------------------------------------------------


def _checked(asked: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    said = dict(asked)
    verbs = [value for name, value in asked if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        raise Refusal("badVerb", "The verb is missing, repeated, or none of the protocol's.")
    if len(said) != len(asked):
        raise Refusal("badArgument", "An argument is given twice.")
    verb = said.pop("verb")
    must, may = _ARGUMENTS[verb]
    if unknown := set(said) - must - may:
        raise Refusal("badArgument", f"{verb} takes no {', '.join(sorted(unknown))[:100]}.")
    if "resumptionToken" in said and len(said) > 1:
        raise Refusal("badArgument", "A resumption token comes alone.")
    if "resumptionToken" not in said and (missing := must - set(said)):
        raise Refusal("badArgument", f"{verb} needs {', '.join(sorted(missing))}.")
    if said.get("metadataPrefix", _PREFIX) != _PREFIX:
        raise Refusal("cannotDisseminateFormat", f"There is only {_PREFIX}.")
    return verb, said


def _wanted(said: Mapping[str, str], tokens: Tokens, repository: Repository) -> tuple[Wanted, dict[str, str], int]:
    """What a list is asked for, the arguments to repeat in its next token, and how many records came before."""
    if token := said.get("resumptionToken"):
        kept = _resumed(token, tokens)
        after = (_parsed(kept.pop("stamp")), kept.pop("document"))
        before = int(kept.pop("cursor"))
        asked = _narrowed(kept, repository)
        return Wanted(asked.first, asked.last, asked.collection, after), kept, before
    if "resumptionToken" in said:
        raise Refusal("badResumptionToken", "The resumption token is empty.")
    kept = {name: said[name] for name in ("from", "until", "set") if name in said}
    return _narrowed(kept, repository), kept, 0


def _resumed(token: str, tokens: Tokens) -> dict[str, str]:
    try:
        kept = tokens.read(token)
    except ValueError as error:
        raise Refusal("badResumptionToken", "This resumption token is not one of ours.") from error
    return dict(kept)


def _narrowed(said: Mapping[str, str], repository: Repository) -> Wanted:
    first, last = said.get("from"), said.get("until")
    if first and last and len(first) != len(last):
        raise Refusal("badArgument", "from and until differ in how exact they are.")
    begin, end = (_parsed(value) if value else None for value in (first, last))
    if end and last and _DAY.fullmatch(last):
        end += timedelta(days=1, seconds=-1)
    if begin and end and begin > end:
        raise Refusal("badArgument", "from is later than until.")
    collection = None
    if "set" in said:
        collection = next((name for name in repository.collections() if set_of(name) == said["set"]), None)
        if collection is None:
            raise Refusal("noRecordsMatch", "There is no such set.")
    return Wanted(begin, end, collection)


def _parsed(said: str) -> datetime:
    try:
        if _DAY.fullmatch(said):
            return datetime.strptime(said, "%Y-%m-%d").replace(tzinfo=UTC)
        if _SECOND.fullmatch(said):
            return datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal("badArgument", "There is no such day or time.") from error
    raise Refusal("badArgument", "A date is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")


# --- what is told ----------------------------------------------------------------------------------------


def _identify(
    _said: Mapping[str, str], repository: Repository, _tokens: Tokens, base: str, _now: datetime
) -> etree._Element:
    answer = etree.Element(_q("Identify"))
    for name, value in (
        ("repositoryName", repository.name),
        ("baseURL", base),
        ("protocolVersion", "2.0"),
        ("adminEmail", repository.contact),
        ("earliestDatestamp", _moment(repository.earliest())),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        _say(answer, name, value)
    return answer


def _formats(
    said: Mapping[str, str], repository: Repository, _tokens: Tokens, _base: str, _now: datetime
) -> etree._Element:
    if "identifier" in said:
        _existing(repository, said["identifier"])
    answer = etree.Element(_q("ListMetadataFormats"))
    one = etree.SubElement(answer, _q("metadataFormat"))
    _say(one, "metadataPrefix", _PREFIX)
    _say(one, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    _say(one, "metadataNamespace", OAI_DC)
    return answer


def _sets(
    said: Mapping[str, str], repository: Repository, _tokens: Tokens, _base: str, _now: datetime
) -> etree._Element:
    if "resumptionToken" in said:
        raise Refusal("badResumptionToken", "All sets are told at once.")
    answer = etree.Element(_q("ListSets"))
    for name, shown in sorted(repository.collections().items()):
        one = etree.SubElement(answer, _q("set"))
        _say(one, "setSpec", set_of(name))
        _say(one, "setName", shown)
    if not len(answer):
        raise Refusal("noSetHierarchy", "No collection stands open.")
    return answer


def _get(
    said: Mapping[str, str], repository: Repository, _tokens: Tokens, _base: str, _now: datetime
) -> etree._Element:
    answer = etree.Element(_q("GetRecord"))
    answer.append(_record(_existing(repository, said["identifier"])))
    return answer


def _identifiers(
    said: Mapping[str, str], repository: Repository, tokens: Tokens, _base: str, _now: datetime
) -> etree._Element:
    return _list("ListIdentifiers", _header, said, repository, tokens)


def _records(
    said: Mapping[str, str], repository: Repository, tokens: Tokens, _base: str, _now: datetime
) -> etree._Element:
    return _list("ListRecords", _record, said, repository, tokens)


_ANSWERS = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": _get,
    "ListIdentifiers": _identifiers,
    "ListRecords": _records,
}


def _list(
    verb: str,
    shape: Callable[[Record], etree._Element],
    said: Mapping[str, str],
    repository: Repository,
    tokens: Tokens,
) -> etree._Element:
    wanted, kept, before = _wanted(said, tokens, repository)
    page = repository.page(wanted)
    if not page.records:
        raise Refusal("noRecordsMatch", "Nothing fits.")
    answer = etree.Element(_q(verb))
    answer.extend(shape(record) for record in page.records)
    if page.next or before:
        goes_on = _token(page.next, kept, before + len(page.records), tokens) if page.next else ""
        token = _say(answer, "resumptionToken", goes_on)
        token.set("completeListSize", str(before + page.total))
        token.set("cursor", str(before))
    return answer


def _token(place: tuple[datetime, str], kept: dict[str, str], told: int, tokens: Tokens) -> str:
    stamp, document = place
    return tokens.make({**kept, "stamp": _moment(stamp), "document": document, "cursor": str(told)})


def _existing(repository: Repository, identifier: str) -> Record:
    record = repository.record(identifier)
    if record is None:
        raise Refusal("idDoesNotExist", "No record has this identifier.")
    return record


def _header(record: Record) -> etree._Element:
    header = etree.Element(_q("header"))
    if record.dublin_core is None:
        header.set("status", "deleted")
    _say(header, "identifier", record.identifier)
    _say(header, "datestamp", _moment(record.stamp))
    _say(header, "setSpec", set_of(record.collection))
    return header


def _record(record: Record) -> etree._Element:
    one = etree.Element(_q("record"))
    one.append(_header(record))
    if record.dublin_core is not None:
        metadata = etree.SubElement(one, _q("metadata"))
        core = etree.SubElement(metadata, f"{{{OAI_DC}}}dc", nsmap={_PREFIX: OAI_DC, "dc": DC})
        core.set(f"{{{_XSI}}}schemaLocation", f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
        for name, value in record.dublin_core:
            etree.SubElement(core, f"{{{DC}}}{name}").text = _sayable(value)
    return one


def _name_arguments(request: etree._Element, asked: Iterable[tuple[str, str]]) -> None:
    for name, value in asked:
        request.set(name, _sayable(value))


def _say(parent: etree._Element, name: str, value: str) -> etree._Element:
    one = etree.SubElement(parent, _q(name))
    one.text = _sayable(value)
    return one


def _q(name: str) -> str:
    return f"{{{OAI}}}{name}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub("\ufffd", text)
