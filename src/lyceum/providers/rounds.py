"""How sites stood when they were last read, in the PostgreSQL database of a home that many machines share."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from lyceum.archive import ROUNDS_SCHEMA, Rows
from lyceum.errors import Unreachable

__all__ = ["PostgresMemory"]

_CONNECT_SECONDS = 10
_PLACES = re.compile(r"\?(\d*)")
_LOCK = "hashtextextended(current_schema() || %s, 0)"


class PostgresMemory:
    """The Memory of a shared home, on a connection of its own: a source is read by one machine at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._guard = threading.RLock()
        self._made: psycopg.Connection[DictRow] | None = None
        with self._told(), self._connection().transaction():
            # Two machines may make the tables at once.
            self._connection().execute(f"SELECT pg_advisory_xact_lock({_LOCK})", (" rounds",))
            for statement in ROUNDS_SCHEMA.split(";"):
                self._connection().execute(_with_order(statement))

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Does one statement; raises Unreachable."""
        statement, values = _in_order(sql, parameters)
        with self._guard, self._told():
            return self._connection().execute(statement, values)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """One transaction for all that is written within it."""
        with self._guard, self._told(), self._connection().transaction():
            yield

    @contextlib.contextmanager
    def alone(self, source: str) -> Iterator[bool]:
        """Whether no other machine reads this source; a machine that dies gives it back with its connection."""
        name = (f" round of {source}",)
        with self._told():
            got = self._connection().execute(f"SELECT pg_try_advisory_lock({_LOCK}) AS got", name).fetchone()
        mine = bool(got and got["got"])
        try:
            yield mine
        finally:
            if mine:
                with contextlib.suppress(Unreachable), self._told():
                    self._connection().execute(f"SELECT pg_advisory_unlock({_LOCK})", name)

    def close(self) -> None:
        """Closes the connection."""
        if self._made is not None:
            self._made.close()

    def _connection(self) -> psycopg.Connection[DictRow]:
        """The connection, made anew where the last one broke."""
        if self._made is None or self._made.closed:
            self._made = psycopg.connect(
                self._url, autocommit=True, row_factory=dict_row, connect_timeout=_CONNECT_SECONDS,
                application_name="lyceum rounds", keepalives_idle=30, keepalives_interval=10, keepalives_count=3,
            )  # fmt: skip
        return self._made

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unreachable(
                f"The database does not answer: {(str(error).strip().splitlines() or ['?'])[0]}.",
                hint="What was committed is kept; try again when it runs and can be reached.",
                code="database_unreachable",
            ) from error


def _with_order(statement: str) -> str:
    """A table with what SQLite gives every table: a number by which its rows stand in the order of their coming."""
    return re.sub(r"(CREATE TABLE IF NOT EXISTS \w+\()", r"\1rowid bigserial, ", statement)


def _in_order(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """A statement with psycopg's places, and a value for each of them."""
    values: list[Any] = []

    def place(match: re.Match[str]) -> str:
        values.append(parameters[int(match[1]) - 1 if match[1] else len(values)])
        return "%s"

    return _PLACES.sub(place, sql), values
