"""The catalogue and the texts in PostgreSQL, for any number of workers and readers on any machines.

A worker's claim is a number in the row of the version, and a time at which it lapses; a thread of the worker
puts that time off while the work goes on. What moves a version on must show the number that the row has, so a
worker that was thought dead and comes back late changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row

from lyceum.archive import (
    PASSAGES_PER_VERSION,
    READABLE,
    TEXT_BLOCK,
    Document,
    ExtractedProduct,
    Failure,
    Metadata,
    Moved,
    Outcome,
    Page,
    Passage,
    Product,
    Received,
    SegmentedProduct,
    State,
    bands,
    document_id,
    document_of,
    joined,
    metadata_of,
    most_alike,
    packed_structure,
    pairs_alike,
    passage_of,
    plain_pages,
    text_between,
    text_blocks,
    text_digest,
    unpacked_structure,
    version_id,
)
from lyceum.errors import ClaimLost, ConfigError, StoreDamaged, UnknownDocument, Unreachable

log = logging.getLogger(__name__)

_SCHEMA_VERSION = 2
_LEASE_SECONDS = 60.0
_CONNECT_SECONDS = 10
_READABLE = [state.value for state in READABLE]

_Connection = psycopg.Connection[DictRow]


class PostgresCatalogue:
    """The Catalogue and Texts of a home in one PostgreSQL database; one connection for each thread that asks.

    `lease` is after how many seconds what a killed worker held may be claimed by another.
    """

    def __init__(self, url: str, *, lease: float = _LEASE_SECONDS) -> None:
        self._url = url
        self._lease = lease
        self._own = threading.local()
        self._connections: list[_Connection] = []
        self._claims: dict[int, int] = {}
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._heart: threading.Thread | None = None
        self._prepare()

    def close(self) -> None:
        """Gives back what was claimed, and closes every connection."""
        self._ended.set()
        with contextlib.suppress(Unreachable):
            self.give_back()
        with self._guard:
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    # --- Catalogue -------------------------------------------------------------------------------

    def add(self, received: Received) -> tuple[Document, Outcome]:
        """Records a file; see Catalogue.add."""
        with self._transaction() as db:
            # Two machines may add the same bytes, or the same source, at the same moment.
            _wait_for(db, *sorted((f"source {received.source}", f"bytes {received.sha256}")))
            known, owner = _version_of_bytes(db, received), _owner(db, received.source)
            document = known["document"] if known else owner or document_id(received.sha256)
            _wait_for(db, f"document {document}")
            if known := _version_of_bytes(db, received):
                known = _one(db, 'SELECT * FROM versions WHERE "row"=%s FOR UPDATE', known["row"])
                return self._add_again(db, known or {}, received)
            row = _insert_version(db, document, received)
            _note_source(db, received.source, document, row)
            return _version(db, row), Outcome.UPDATED if owner else Outcome.ADDED

    def get(self, document: str, *, version: str | None = None) -> Document:
        """The current version of a document, or the named one."""
        with self._reading() as db:
            if version:
                found = _one(db, "SELECT * FROM versions WHERE document=%s AND id=%s", document, version)
            else:
                found = _one(
                    db,
                    """SELECT * FROM versions WHERE document=%s AND state != 'removing'
                       ORDER BY state = ANY(%s) DESC, number DESC LIMIT 1""",
                    document, _READABLE,
                )  # fmt: skip
        if not found:
            raise UnknownDocument(
                f"There is no document “{document[:40]}” here.", hint="`lyceum documents` lists their ids."
            )
        return document_of(found)

    def find(self, *, states: Sequence[State]) -> Iterator[Document]:
        """All versions in these states, oldest first."""
        sought, last = [state.value for state in states], 0
        while rows := self._some(
            'SELECT * FROM versions WHERE state = ANY(%s) AND "row" > %s ORDER BY "row" LIMIT 500', sought, last
        ):
            yield from map(document_of, rows)
            last = rows[-1]["row"]

    def advance(self, document: Document, product: Product) -> Document:
        """Writes a step's product and moves the version on; raises ClaimLost where another has the version now."""
        with self._transaction() as db:
            self._must_hold(db, document)
            match product:
                case ExtractedProduct():
                    _write_text(db, document, product)
                case SegmentedProduct():
                    _write_passages(db, document, product)
                case Moved():
                    _move(db, document, product.state)
                case Failure():
                    failure = json.dumps(product.as_dict())
                    db.execute(
                        """UPDATE versions SET state='failed', failure=%s WHERE "row"=%s""", (failure, document.row)
                    )
            goes_on = isinstance(product, ExtractedProduct) and document.row in self._claims
            if not goes_on:
                db.execute(
                    'UPDATE versions SET claim=NULL, claimed_until=NULL WHERE "row"=%s AND claim IS NOT NULL',
                    (document.row,),
                )
            _count_change(db)
            moved = _version(db, document.row)
        if not goes_on:
            self._forget(document.row)
        return moved

    def describe(self, document: Document, said: Metadata) -> Document:
        """Lays what a librarian says over what was known."""
        with self._transaction() as db:
            known = _one(db, 'SELECT * FROM versions WHERE "row"=%s FOR UPDATE', document.row)
            if known is None:
                raise UnknownDocument(f"There is no document “{document.id}” here.", hint="It was removed meanwhile.")
            return _describe_anew(db, known, joined(said, *metadata_of(known)))

    def claim_next(self, state: State, *, newest: bool = False) -> Document | None:
        """The next version in this state that nobody holds, or whose holder has not been heard of for a lease."""
        with self._transaction() as db:
            found = _one(db, _CLAIM_NEWEST if newest else _CLAIM_OLDEST, self._lease, state.value)
        if not found:
            return None
        with self._guard:
            self._claims[found["row"]] = found["claim"]
        self._beat()
        return document_of(found)

    def remove(self, document: str) -> list[str]:
        """Deletes those of a document's versions that are marked as leaving, or all where none is."""
        with self._transaction() as db:
            _wait_for(db, f"document {document}")
            # Locked newest first, as a version that supersedes older ones locks them.
            rows = _all(db, "SELECT * FROM versions WHERE document=%s ORDER BY number DESC FOR UPDATE", document)
            rows = [row for row in rows if row["state"] == State.REMOVING] or rows
            db.execute('DELETE FROM versions WHERE "row" = ANY(%s)', ([row["row"] for row in rows],))
            if not _one(db, "SELECT 1 FROM versions WHERE document=%s LIMIT 1", document):
                db.execute("DELETE FROM sources WHERE document=%s", (document,))
            _count_change(db)
            gone = list(dict.fromkeys(row["sha256"] for row in rows))
            kept = {row["sha256"] for row in _all(db, "SELECT sha256 FROM versions WHERE sha256 = ANY(%s)", gone)}
        return [sha256 for sha256 in gone if sha256 not in kept]

    # --- Texts -----------------------------------------------------------------------------------

    def read(self, document: Document, start: int = 0, end: int | None = None) -> str:
        """The text of a version between two offsets."""
        until = document.characters if end is None else end
        rows = self._some(
            "SELECT start, data FROM texts WHERE version=%s AND start >= %s AND start < %s ORDER BY start",
            document.row, start - start % TEXT_BLOCK, max(until, start + 1),
        )  # fmt: skip
        return text_between([(row["start"], row["data"]) for row in rows], start, until)

    def pages(self, document: Document) -> list[Page]:
        """The pages of a version in order."""
        return [Page.from_row(page) for page in self.structure(document)["pages"]]

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages of these keys, in the same order, in three questions however many they are."""
        with self._reading() as db:
            places = _places(db, keys)
            documents = _documents(db, {key // PASSAGES_PER_VERSION for key in places})
            blocks = _blocks(db, places)
        return [
            passage_of(documents[key // PASSAGES_PER_VERSION], key % PASSAGES_PER_VERSION, place, _cut(place, blocks))
            for key in keys
            if (place := places.get(key)) and key // PASSAGES_PER_VERSION in documents
        ]

    def passages_of(self, document: Document) -> list[Passage]:
        """All passages of a version in order."""
        text = self.read(document)
        places = self._some(
            'SELECT n, start, "end", pages, heading, language FROM passages WHERE version=%s ORDER BY n', document.row
        )
        return [
            passage_of(document, place["n"], _plain(place), text[place["start"] : place["end"]]) for place in places
        ]

    def languages(self, keys: Sequence[int]) -> list[str]:
        """The language of each of these passages."""
        with self._reading() as db:
            documents = _documents(db, {key // PASSAGES_PER_VERSION for key in keys})
            foreign = _all(
                db,
                "SELECT version, n, language FROM passages WHERE version = ANY(%s) AND language != ''",
                sorted(documents),
            )
        own = {row["version"] * PASSAGES_PER_VERSION + row["n"]: row["language"] for row in foreign}
        known = (documents.get(key // PASSAGES_PER_VERSION) for key in keys)
        spoken = [(document.metadata.language if document else None) or "und" for document in known]
        return [own.get(key, language) for key, language in zip(keys, spoken, strict=True)]

    # --- Records ---------------------------------------------------------------------------------

    def alike(self, document: Document) -> list[tuple[Document, float]]:
        """The versions of other documents whose texts may be nearly its own, likest first."""
        own = self._some("SELECT data FROM sketches WHERE version=%s", document.row)
        rows = self._some(
            """SELECT v.*, s.data AS sketch FROM versions v JOIN sketches s ON s.version = v."row"
               WHERE v.document != %s AND v."row" IN (
                   SELECT theirs.version FROM bands mine JOIN bands theirs USING (hash) WHERE mine.version=%s)""",
            document.id, document.row,
        )  # fmt: skip
        return most_alike(own[0]["data"] if own else b"", ((document_of(row), row["sketch"]) for row in rows))

    def kin(self) -> list[tuple[int, int]]:
        """Pairs of readable versions whose texts are nearly the same."""
        rows = self._some(
            """SELECT b.hash, b.version, s.data FROM bands b JOIN versions v ON v."row" = b.version
               JOIN sketches s ON s.version = b.version WHERE v.state = ANY(%s)
               AND b.hash IN (SELECT hash FROM bands GROUP BY hash HAVING COUNT(*) > 1)
               ORDER BY b.hash, b.version""",
            _READABLE,
        )
        return pairs_alike((row["hash"], row["version"], row["data"]) for row in rows)

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return int(self._some("SELECT last_value FROM revisions")[0]["last_value"])

    def structure(self, document: Document) -> dict[str, Any]:
        """The stored blocks and pages, as lists of plain values."""
        found = self._some("SELECT data FROM structures WHERE version=%s", document.row)
        return unpacked_structure(found[0]["data"] if found else None)

    def sources(self, document: str) -> list[str]:
        """Every source from which the document's bytes have come."""
        return [
            row["source"] for row in self._some("SELECT source FROM sources WHERE document=%s ORDER BY n", document)
        ]

    def versions(self, document: str) -> list[Document]:
        """All versions of a document, oldest first."""
        return list(map(document_of, self._some("SELECT * FROM versions WHERE document=%s ORDER BY number", document)))

    def counts(self) -> dict[str, int]:
        """How many versions and passages stand in each state."""
        found: dict[str, int] = {}
        for row in self._some("SELECT state, COUNT(*) n, SUM(passages)::bigint p FROM versions GROUP BY state"):
            found[row["state"]] = row["n"]
            found[f"{row['state']}:passages"] = row["p"] or 0
        return found

    def give_back(self) -> None:
        """Lets others have at once what was claimed and not moved on."""
        with self._guard:
            claims, self._claims = list(self._claims.values()), {}
        if claims:
            with self._transaction() as db:
                db.execute("UPDATE versions SET claim=NULL, claimed_until=NULL WHERE claim = ANY(%s)", (claims,))

    def together(self) -> contextlib.AbstractContextManager[None]:
        """Each step by itself: a transaction over many rows and the thread that keeps claims would lock each other."""
        return contextlib.nullcontext()

    # --- claims ----------------------------------------------------------------------------------

    def _must_hold(self, db: _Connection, document: Document) -> None:
        """Locks the row; raises ClaimLost where this worker's claim on it is not the row's any more."""
        held = self._claims.get(document.row)
        found = _one(db, 'SELECT claim FROM versions WHERE "row"=%s FOR UPDATE', document.row)
        if held is not None and (not found or found["claim"] != held):
            self._forget(document.row)
            raise ClaimLost(
                f"“{document.name}” was taken over by another worker.", hint="Nothing is lost; go on with the next."
            )
        if not found:
            raise UnknownDocument(f"“{document.name}” has been removed.", hint="Go on with the next.")

    def _forget(self, row: int) -> None:
        with self._guard:
            self._claims.pop(row, None)

    def _beat(self) -> None:
        """Starts the thread that puts off the end of what is claimed."""
        with self._guard:
            if self._heart is None:
                self._heart = threading.Thread(target=self._keep_claims, name="claims", daemon=True)
                self._heart.start()

    def _keep_claims(self) -> None:
        while not self._ended.wait(self._lease / 3):
            with self._guard:
                claims = list(self._claims.values())
            if not claims:
                continue
            try:
                with self._transaction() as db:
                    db.execute(
                        "UPDATE versions SET claimed_until = now() + make_interval(secs => %s) WHERE claim = ANY(%s)",
                        (self._lease, claims),
                    )
            except Unreachable as error:
                log.warning("%s", error.message)

    # --- connection ------------------------------------------------------------------------------

    def _connection(self) -> _Connection:
        """This thread's connection, made anew where the last one broke."""
        known: _Connection | None = getattr(self._own, "connection", None)
        if known is not None and not known.closed:
            return known
        made = psycopg.connect(
            self._url, autocommit=True, row_factory=dict_row, connect_timeout=_CONNECT_SECONDS,
            application_name="lyceum", keepalives_idle=30, keepalives_interval=10, keepalives_count=3,
            tcp_user_timeout=30_000,
        )  # fmt: skip
        self._own.connection = made
        with self._guard:
            self._connections = [connection for connection in self._connections if not connection.closed] + [made]
        return made

    @contextlib.contextmanager
    def _reading(self) -> Iterator[_Connection]:
        """This thread's connection, with what goes wrong told as our errors."""
        try:
            yield self._connection()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unreachable(
                f"The database does not answer: {_first_line(error)}.",
                hint="What was committed is kept; try again when it runs and can be reached.",
                code="database_unreachable",
            ) from error
        except psycopg.errors.DataCorrupted as error:
            raise StoreDamaged(
                f"The database is damaged: {_first_line(error)}.", hint="Restore it from a backup."
            ) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[_Connection]:
        with self._reading() as db, db.transaction():
            yield db

    def _some(self, sql: LiteralString, *parameters: Any) -> list[DictRow]:
        with self._reading() as db:
            return _all(db, sql, *parameters)

    def _prepare(self) -> None:
        try:
            with self._transaction() as db:
                _wait_for(db, "schema")
                if not _one(db, "SELECT to_regclass('schema_version') AS made")["made"]:  # type: ignore[index]
                    for statement in _SCHEMA:
                        db.execute(statement)
                stored = _one(db, "SELECT version FROM schema_version")
                if stored and stored["version"] == 1:
                    for statement in _SECOND_SCHEMA:
                        db.execute(statement)
                    stored = {"version": _SCHEMA_VERSION}
        except psycopg.ProgrammingError as error:
            raise ConfigError(
                f"The database cannot be used: {_first_line(error)}.",
                hint="LYCEUM_DATABASE_URL is postgresql://USER@HOST/NAME, and the user may create tables there.",
                code="database_unusable",
            ) from error
        if stored and stored["version"] > _SCHEMA_VERSION:
            raise StoreDamaged(
                f"This database was written by a newer Lyceum ({stored['version']}, known {_SCHEMA_VERSION}).",
                hint="Upgrade Lyceum, or use the version that wrote it.",
                code="home_newer",
            )

    # --- how a file is added ------------------------------------------------------------------------

    def _add_again(self, db: _Connection, known: DictRow, received: Received) -> tuple[Document, Outcome]:
        row = known["row"]
        before = _one(db, "SELECT version FROM sources WHERE source=%s", received.source)
        went_back = before is not None and before["version"] != row
        _note_source(db, received.source, known["document"], row)
        said = joined(received.given, *metadata_of(known))
        given = json.dumps(said.as_dict())
        if known["state"] in (State.FAILED, State.REMOVING):
            stands = json.dumps(said.over(metadata_of(known)[1]).as_dict())
            db.execute(
                """UPDATE versions SET state='received', failure=NULL, given=%s, metadata=%s, source=%s, name=%s,
                   claim=NULL, claimed_until=NULL WHERE "row"=%s""",
                (given, stands, received.source, received.name, row),
            )
            return _version(db, row), Outcome.ADDED
        if known["state"] == State.SUPERSEDED and went_back:
            # The source went back to an earlier content: that content is the newest version again.
            db.execute(
                """UPDATE versions SET state='segmented', given=%s, claim=NULL, claimed_until=NULL,
                   number=(SELECT MAX(number) + 1 FROM versions WHERE document=%s) WHERE "row"=%s""",
                (given, known["document"], row),
            )
            return _version(db, row), Outcome.UPDATED
        if said.as_dict() != json.loads(known["given"]):
            return _describe_anew(db, known, said), Outcome.UPDATED
        return _version(db, row), Outcome.UNCHANGED


def _describe_anew(db: _Connection, known: DictRow, given: Metadata) -> Document:
    """Lays what is said now over what was known; a version that can be read is indexed again for it."""
    stands = given.over(Metadata.from_dict(json.loads(known["metadata"])))
    state = "segmented" if known["state"] in READABLE else known["state"]
    db.execute(
        """UPDATE versions SET given=%s, metadata=%s, state=%s, claim=NULL, claimed_until=NULL WHERE "row"=%s""",
        (json.dumps(given.as_dict()), json.dumps(stands.as_dict()), state, known["row"]),
    )
    _count_change(db)
    return _version(db, known["row"])


def _version_of_bytes(db: _Connection, received: Received) -> DictRow | None:
    """The version with these bytes, of the source's own document first."""
    return _one(
        db,
        """SELECT v.* FROM versions v LEFT JOIN sources s ON s.document = v.document AND s.source = %s
           WHERE v.sha256 = %s ORDER BY s.source IS NULL, v.number DESC LIMIT 1""",
        received.source, received.sha256,
    )  # fmt: skip


def _owner(db: _Connection, source: str) -> str | None:
    """The document that has come from a source."""
    found = _one(db, "SELECT document FROM sources WHERE source=%s", source)
    return found["document"] if found else None


def _insert_version(db: _Connection, document: str, received: Received) -> int:
    last = _one(db, "SELECT given, metadata FROM versions WHERE document=%s ORDER BY number DESC LIMIT 1", document)
    if last:
        received = replace(received, given=joined(received.given, *metadata_of(last)))
    given = json.dumps(received.given.as_dict())
    made = _one(
        db,
        """INSERT INTO versions(id, document, number, source, name, sha256, size, given, metadata, state)
           SELECT %s, %s, COALESCE(MAX(number), 0) + 1, %s, %s, %s, %s, %s, %s, 'received'
           FROM versions WHERE document=%s RETURNING "row" """,
        version_id(document, received.sha256), document, received.source, received.name, received.sha256,
        received.size, given, json.dumps(received.known.as_dict()), document,
    )  # fmt: skip
    return int(made["row"]) if made else 0


def _note_source(db: _Connection, source: str, document: str, version: int) -> None:
    """Remembers which content a source has now."""
    db.execute(
        """INSERT INTO sources(source, document, version) VALUES(%s, %s, %s)
           ON CONFLICT (source) DO UPDATE SET document=EXCLUDED.document, version=EXCLUDED.version""",
        (source, document, version),
    )


def _write_text(db: _Connection, document: Document, product: ExtractedProduct) -> None:
    row, text = document.row, product.extracted.text
    db.execute("DELETE FROM texts WHERE version=%s", (row,))
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO texts(version, start, data) VALUES(%s, %s, %s)",
            [(row, start, data) for start, data in text_blocks(text)],
        )
    db.execute(
        """INSERT INTO structures(version, data) VALUES(%s, %s)
           ON CONFLICT (version) DO UPDATE SET data=EXCLUDED.data""",
        (row, packed_structure(product.extracted)),
    )
    _write_sketch(db, row, product.sketch)
    metadata, notes = json.dumps(product.metadata.as_dict()), json.dumps(product.extracted.notes)
    db.execute(
        """UPDATE versions SET state='extracted', characters=%s, text_sha256=%s, metadata=%s, notes=%s, failure=NULL
           WHERE "row"=%s""",
        (len(text), text_digest(text), metadata, notes, row),
    )


def _write_sketch(db: _Connection, row: int, sketch: bytes) -> None:
    db.execute("DELETE FROM sketches WHERE version=%s", (row,))
    db.execute("DELETE FROM bands WHERE version=%s", (row,))
    if sketch:
        db.execute("INSERT INTO sketches(version, data) VALUES(%s, %s)", (row, sketch))
        with db.cursor() as cursor:
            cursor.executemany("INSERT INTO bands(hash, version) VALUES(%s, %s)", [(one, row) for one in bands(sketch)])


def _write_passages(db: _Connection, document: Document, product: SegmentedProduct) -> None:
    db.execute("DELETE FROM passages WHERE version=%s", (document.row,))
    with db.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO passages(version, n, start, "end", pages, heading, language)
               VALUES(%s, %s, %s, %s, %s, %s, %s)""",
            [
                (document.row, n, s.start, s.end, plain_pages(s.pages), json.dumps(s.heading), s.language)
                for n, s in enumerate(product.segments)
            ],
        )
    db.execute(
        """UPDATE versions SET state='segmented', passages=%s WHERE "row"=%s""", (len(product.segments), document.row)
    )


def _move(db: _Connection, document: Document, state: State) -> None:
    db.execute('UPDATE versions SET state=%s WHERE "row"=%s', (state.value, document.row))
    if state is State.SEARCHABLE:
        db.execute(
            """UPDATE versions SET state='superseded', claim=NULL, claimed_until=NULL
               WHERE document=%s AND number < %s AND state = ANY(%s)""",
            (document.id, document.number, _READABLE),
        )


# --- how passages are read --------------------------------------------------------------------------


def _places(db: _Connection, keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Where each of these passages stands."""
    wanted = [divmod(key, PASSAGES_PER_VERSION) for key in dict.fromkeys(keys)]
    rows = _all(
        db,
        """SELECT version, n, start, "end", pages, heading, language FROM passages
           JOIN unnest(%s::bigint[], %s::int[]) AS wanted(version, n) USING (version, n)""",
        [version for version, _ in wanted], [n for _, n in wanted],
    )  # fmt: skip
    return {row["version"] * PASSAGES_PER_VERSION + row["n"]: _plain(row) for row in rows}


def _documents(db: _Connection, rows: set[int]) -> dict[int, Document]:
    found = _all(db, 'SELECT * FROM versions WHERE "row" = ANY(%s)', sorted(rows))
    return {row["row"]: document_of(row) for row in found}


def _blocks(db: _Connection, places: dict[int, dict[str, Any]]) -> dict[tuple[int, int], bytes]:
    """The stored blocks in which these passages stand, each once."""
    wanted = sorted({block for place in places.values() for block in _blocks_of(place)})
    rows = _all(
        db,
        """SELECT version, start, data FROM texts
           JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted(version, start) USING (version, start)""",
        [version for version, _ in wanted], [start for _, start in wanted],
    )  # fmt: skip
    return {(row["version"], row["start"]): row["data"] for row in rows}


def _blocks_of(place: dict[str, Any]) -> list[tuple[int, int]]:
    first = place["start"] - place["start"] % TEXT_BLOCK
    return [(place["version"], start) for start in range(first, max(place["end"], first + 1), TEXT_BLOCK)]


def _cut(place: dict[str, Any], blocks: dict[tuple[int, int], bytes]) -> str:
    held = [(start, blocks[version, start]) for version, start in _blocks_of(place) if (version, start) in blocks]
    return text_between(held, place["start"], place["end"])


def _plain(place: DictRow) -> dict[str, Any]:
    # A heading may hold what PostgreSQL takes in no text, such as U+0000; JSON writes it in other letters.
    return {**place, "heading": json.loads(place["heading"])}


# --- questions --------------------------------------------------------------------------------------


def _all(db: _Connection, sql: LiteralString, *parameters: Any) -> list[DictRow]:
    return db.execute(sql, parameters).fetchall()


def _one(db: _Connection, sql: LiteralString, *parameters: Any) -> DictRow | None:
    return db.execute(sql, parameters).fetchone()


def _version(db: _Connection, row: int) -> Document:
    return document_of(_one(db, 'SELECT * FROM versions WHERE "row"=%s', row))


def _count_change(db: _Connection) -> None:
    # A sequence and not a row: a row would make every writer wait for every other.
    db.execute("SELECT nextval('revisions')")


def _wait_for(db: _Connection, *names: str) -> None:
    """Waits until no other transaction holds these names; they are held to the end of this one."""
    for name in names:
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


_CLAIM: LiteralString = """
UPDATE versions SET claim = nextval('claims'), claimed_until = now() + make_interval(secs => %s)
WHERE "row" = (
    SELECT "row" FROM versions WHERE state=%s AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY "row" {order} LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""
_CLAIM_OLDEST: LiteralString = _CLAIM.replace("{order}", "ASC")
_CLAIM_NEWEST: LiteralString = _CLAIM.replace("{order}", "DESC")

_SCHEMA: tuple[LiteralString, ...] = (
    "CREATE TABLE schema_version(version int NOT NULL)",
    "INSERT INTO schema_version VALUES(1)",
    "CREATE SEQUENCE revisions MINVALUE 0 START 0",
    "SELECT nextval('revisions')",
    "CREATE SEQUENCE claims",
    """CREATE TABLE versions(
        "row" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        document text NOT NULL,
        number int NOT NULL,
        source text NOT NULL,
        name text NOT NULL,
        sha256 text NOT NULL,
        size bigint NOT NULL,
        given text NOT NULL,
        metadata text NOT NULL,
        state text NOT NULL,
        passages int NOT NULL DEFAULT 0,
        characters bigint NOT NULL DEFAULT 0,
        text_sha256 text NOT NULL DEFAULT '',
        notes text NOT NULL DEFAULT '[]',
        failure text,
        claim bigint UNIQUE,
        claimed_until timestamptz
    )""",
    "CREATE INDEX versions_document ON versions(document, number)",
    'CREATE INDEX versions_state ON versions(state, "row")',
    "CREATE INDEX versions_bytes ON versions(sha256)",
    """CREATE TABLE sources(
        source text PRIMARY KEY, document text NOT NULL, version bigint NOT NULL,
        n bigint GENERATED ALWAYS AS IDENTITY
    )""",
    "CREATE INDEX sources_document ON sources(document)",
    """CREATE TABLE passages(
        version bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
        n int NOT NULL, start bigint NOT NULL, "end" bigint NOT NULL, pages text NOT NULL, heading text NOT NULL,
        PRIMARY KEY (version, n)
    )""",
    """CREATE TABLE texts(
        version bigint NOT NULL REFERENCES versions ON DELETE CASCADE, start bigint NOT NULL, data bytea NOT NULL,
        PRIMARY KEY (version, start)
    )""",
    # Already compressed: the database need not try again.
    "ALTER TABLE texts ALTER data SET STORAGE EXTERNAL",
    """CREATE TABLE structures(
        version bigint PRIMARY KEY REFERENCES versions ON DELETE CASCADE, data bytea NOT NULL
    )""",
)

_SECOND_SCHEMA: tuple[LiteralString, ...] = (
    "UPDATE schema_version SET version = 2",
    "ALTER TABLE passages ADD COLUMN language text NOT NULL DEFAULT ''",
    "CREATE INDEX passages_foreign ON passages(version) WHERE language != ''",
    "CREATE TABLE sketches(version bigint PRIMARY KEY REFERENCES versions ON DELETE CASCADE, data bytea NOT NULL)",
    """CREATE TABLE bands(
        hash bigint NOT NULL, version bigint NOT NULL REFERENCES versions ON DELETE CASCADE,
        PRIMARY KEY (hash, version)
    )""",
    "CREATE INDEX bands_version ON bands(version)",
)
