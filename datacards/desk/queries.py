"""What a reviewer asks of `audit.sqlite`: which samples, how many of each kind, the next one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode

FACETS = {
    "verdict": "Verdict",
    "stage": "Stage",
    "reason": "Reason",
    "source": "Source",
    "doc_type": "Document type",
    "borders": "Passed narrowly",
}
"""Columns to choose by, with their headings."""
MOST_VALUES = 12
"""Values that a facet shows."""
PAGE = 25
"""Samples a page."""
_LONGEST = 200
"""Characters of what is asked for that count."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which samples. An empty string asks for nothing."""

    verdict: str = ""
    stage: str = ""
    reason: str = ""
    source: str = ""
    doc_type: str = ""
    borders: str = ""
    words: str = ""
    """Words that must stand in the text, the last one perhaps unfinished."""
    state: str = ""
    """`open`: those that this reviewer has not judged; `done`: the others."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """What the query of an address asks for; all else in it is ignored."""
        return cls(**{one.name: given.get(one.name, "")[:_LONGEST] for one in fields(cls)})

    def address(self, path: str = "/", **changed: str) -> str:
        """The address of these samples, or of those with something `changed`."""
        other = replace(self, **{name: value for name, value in changed.items() if name in _NAMES})
        stated = {one.name: getattr(other, one.name) for one in fields(other) if getattr(other, one.name)}
        stated |= {name: value for name, value in changed.items() if name not in _NAMES}
        return f"{path}?{urlencode(stated)}" if stated else path


_NAMES = frozenset(one.name for one in fields(Asked))


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: how many samples have it, and where it leads."""

    name: str
    samples: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A column to choose by."""

    heading: str
    values: tuple[Value, ...]
    more: int
    """Values that are not shown."""


def listed(base: sqlite3.Connection, asked: Asked, judged: frozenset[str]) -> list[int]:
    """Numbers of the samples asked for, in the order to read them in."""
    where, values = _where(asked)
    rows = base.execute(f"select id, digest from sample {where} order by id", values)  # noqa: S608  no value is in it
    if not asked.state:
        return [row["id"] for row in rows]
    return [row["id"] for row in rows if (row["digest"] in judged) == (asked.state == "done")]


def facets(base: sqlite3.Connection, asked: Asked) -> list[Facet]:
    """What can be chosen, each facet under what the others ask for."""
    found = []
    for name, heading in FACETS.items():
        chosen = getattr(asked, name)
        where, values = _where(replace(asked, **{name: ""}))
        query = f"select {name} as value, count(*) as n from sample {where} group by 1 order by 2 desc, 1"  # noqa: S608
        rows = [row for row in base.execute(query, values) if row["value"]]
        rows.sort(key=lambda row: row["value"] != chosen)  # what was chosen is always shown
        shown = tuple(
            Value(
                row["value"],
                row["n"],
                asked.address(**{name: "" if row["value"] == chosen else row["value"]}),
                row["value"] == chosen,
            )
            for row in rows[:MOST_VALUES]
        )
        if shown:
            found.append(Facet(heading, shown, max(0, len(rows) - MOST_VALUES)))
    return found


def rows(base: sqlite3.Connection, table: str, numbers: list[int]) -> list[sqlite3.Row]:
    """Rows of `sample` or `pair` by number, in that order."""
    marks = ", ".join("?" * len(numbers))
    found = base.execute(f"select * from {table} where id in ({marks})", numbers)  # noqa: S608  a name of our own
    by_number = {row["id"]: row for row in found}
    return [by_number[number] for number in numbers if number in by_number]


def beyond(numbers: list[int], number: int, digests: Mapping[int, str], judged: frozenset[str]) -> int | None:
    """The next number that is not judged: behind `number`, else from the beginning; None if all are."""
    behind = [one for one in numbers if one > number]
    return next((one for one in (*behind, *numbers) if one != number and digests.get(one) not in judged), None)


def _where(asked: Asked) -> tuple[str, list[Any]]:
    """A condition, and the values that it leaves room for."""
    conditions, values = [], []
    for name in FACETS:
        if stated := getattr(asked, name):
            conditions.append(f"{name} = ?")
            values.append(stated)
    if words := match(asked.words):
        conditions.append("id in (select rowid from sample_words where sample_words match ?)")
        values.append(words)
    return (f"where {' and '.join(conditions)}" if conditions else ""), values


def match(words: str) -> str:
    """A query of FTS5 for all of `words`, whatever characters are in them."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()]
    return " ".join(quoted) + " *" if quoted else ""
