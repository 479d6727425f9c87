"""What several projections say alike: names, dates, licences, and the datasheet's answers as plain text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datacards.datasheet import NOT_STATED, Badge, datasheet
from datacards.text import web_address
from datacards.views import SourceView, View, dated, recipe_part, retrieved
from filters.rights import UNKNOWN, licence_address
from manifests.coverage import Coverage
from manifests.model import Manifest

Json = Any
"""A JSON value in the making."""

CARDS = "cards"
"""Folder of all projections but those that people open first and tools look for at the root."""

UNDATED = "1970-01-01"
"""What stands where a format demands a date and none is stated: second 0 of SOURCE_DATE_EPOCH, which no reader takes
for a date of today. Facts that do not demand one say that it is not stated."""

_ESCAPED = re.compile(r"\\([\\`*_\[\]|#~$+=-])|`")


def plain(words: str) -> str:
    """Markdown of `datacards.text` as the text that it shows."""
    return html.unescape(_ESCAPED.sub(lambda found: found[1] or "", words))


def document(value: Json) -> bytes:
    """JSON for people and machines: keys in the order given, UTF-8, one space of indent."""
    return f"{json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode()


def lines(values: Iterable[Json]) -> bytes:
    """One JSON value a line, in ASCII: some readers take U+2028 for the end of a line."""
    return "".join(f"{json.dumps(value, allow_nan=False)}\n" for value in values).encode()


def table(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """CSV (RFC 4180) with a header line. A cell that a spreadsheet would run is told to be text, by a leading quote."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(header)
    writer.writerows([f"'{cell}" if str(cell)[:1] in "=+-@\t\r" else cell for cell in row] for row in rows)
    return sink.getvalue().encode()


@dataclass(frozen=True)
class Facts:
    """A manifest's view, and what is derived from it for machines."""

    view: View

    @property
    def manifest(self) -> Manifest:
        """What everything comes from."""
        return self.view.manifest

    @property
    def base(self) -> str:
        """IRI of the snapshot, made of its id. Parts of it are named by fragments."""
        return f"urn:hc4:snapshot:{self.manifest.snapshot_id}"

    @property
    def issued(self) -> str | None:
        """The day of issue (ISO 8601): the recipe's word, else the newest day on which a raw file was fetched."""
        stated = recipe_part(self.manifest.recipe, "issued")
        if isinstance(stated, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", stated, re.ASCII):
            return stated
        days = retrieved(self.manifest)
        return days[1] if days else None

    @property
    def time(self) -> str:
        """The day of issue as a time in UTC, `UNDATED` if there is none: a build states no clock time."""
        return f"{self.issued or UNDATED}T00:00:00Z"

    @property
    def address(self) -> str | None:
        """Where the snapshot is published, if the recipe says so."""
        stated = recipe_part(self.manifest.recipe, "url")
        return web_address(stated) if isinstance(stated, str) else None

    @property
    def title(self) -> str:
        """The title, the name where there is none."""
        return self.manifest.title or self.manifest.name

    @property
    def described(self) -> str:
        """The recipe's description, or what the snapshot is in one sentence."""
        return self.manifest.description.strip() or (
            f"Text to train language models for health care on, from {len(self.view.sources)} sources, with the "
            "account of everything that was left out."
        )

    @property
    def languages(self) -> list[str]:
        """Languages of released text (ISO 639), most tokens first."""
        labels = (share.label for share in self.view.languages if share.amount.documents)
        return [label for label in labels if re.fullmatch(r"[a-z]{2,3}", label) and label != "und"]

    @property
    def licences(self) -> list[str]:
        """Licences of released text, most tokens first."""
        return [share.label for share in self.view.licences if share.amount.documents]

    @property
    def years(self) -> tuple[int, int] | None:
        """Years of the oldest and the newest text."""
        return (self.view.years[0], self.view.years[-1]) if self.view.years else None

    @property
    def period(self) -> tuple[str, str] | None:
        """Dates of the oldest and the newest text, at their own precision."""
        return period_of(self.manifest.coverage, self.years)

    @property
    def nulls(self) -> dict[str, int]:
        """By column that may be null, in how many released rows it is."""
        found: dict[str, int] = {}
        for one in self.view.sources:
            for column in one.source.nulls:
                found[column.column] = found.get(column.column, 0) + column.rows
        return found

    @property
    def retrieved(self) -> tuple[str, str] | None:
        """The oldest and the newest day on which a raw file was fetched."""
        return retrieved(self.manifest)

    @cached_property
    def _answers(self) -> dict[tuple[str, str], tuple[Badge, str]]:
        found = {}
        for part in datasheet(self.view):
            for one in part.answers:
                words = " ".join(plain(text) for text in (one.stated, one.measured) if text)
                absent = f"{NOT_STATED}. {plain(one.unmeasured)}" if one.unmeasured else NOT_STATED
                found[part.section.key, one.question.key] = (one.badge, words or absent)
        return found

    def answer(self, section: str, question: str) -> str:
        """The datasheet's answer as plain text, `NOT STATED` if there is none."""
        return self._answers[section, question][1]

    def stated(self, section: str, question: str) -> bool:
        """Whether the datasheet has an answer."""
        return self._answers[section, question][0] is not Badge.MISSING

    @property
    def stages(self) -> list[str]:
        """Stages in the order that text passes them."""
        return list(dict.fromkeys(stage.stage for stage in self.manifest.ledger.stages))

    @property
    def gaps(self) -> list[str]:
        """What is not stated, each as a sentence."""
        return [f"{gap.what}: {gap.why}" for gap in self.manifest.gaps]

    @property
    def splits(self) -> list[str]:
        """Names of splits."""
        return [split.name for split in self.manifest.splits]


def licence_page(licence: str) -> str | None:
    """Where a licence's words stand, None for terms that have no address."""
    plain_id = re.fullmatch(r"[A-Za-z0-9.+-]+", licence) is not None and licence not in (UNKNOWN, "NONE")
    return licence_address(licence) if plain_id else None


def years_of(source: SourceView) -> tuple[int, int] | None:
    """Years of the oldest and newest text of one source."""
    years = sorted(year for year, _ in dated(source.source.years))
    return (years[0], years[-1]) if years else None


def period_of(covered: Coverage | None, years: tuple[int, int] | None) -> tuple[str, str] | None:
    """Dates of the oldest and newest text of a coverage, years where it has none."""
    if covered and covered.oldest and covered.newest:
        return covered.oldest, covered.newest
    return (str(years[0]), str(years[1])) if years else None


def segment(name: str) -> str:
    """A name as one segment of an IRI: everything but letters, digits, `.`, `_` and `-` is escaped by its UTF-8."""
    return "".join(
        character if re.fullmatch(r"[\w.-]", character, re.ASCII) else "".join(f"%{b:02X}" for b in character.encode())
        for character in name
    )


def relative(path: str) -> str:
    """A file's path as a relative URL."""
    return "/".join(segment(part) for part in path.split("/"))
