"""The pages of the desk: samples to choose from, one sample, pairs, and what the verdicts amount to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from datacards.desk.database import read_only
from datacards.desk.notes import Notes
from datacards.desk.queries import PAGE, Asked, beyond, facets, listed, rows
from datacards.differences import compare_pair
from datacards.pages import html_pages
from datacards.render import page_names
from manifests import layout
from manifests.audited import OPINIONS, SampleVerdict, estimate, stratum_sizes
from manifests.precision import Judgement
from manifests.precision import estimate as estimate_removals
from manifests.removals import PAIRS, read_pairs
from manifests.snapshot import Snapshot

PAIR_OPINIONS = ("copy", "distinct", "unsure")
_CHARACTERS = 320
"""Characters of a sample in the list."""


class Missing(LookupError):
    """There is no such page."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A snapshot to review: its tables, the reviewer, and what was said."""

    snapshot: Snapshot
    database: Path
    reviewer: str
    samples: Notes[SampleVerdict]
    pairs: Notes[Judgement]
    token: str
    pages: frozenset[str]
    """Pages of the report, below the snapshot."""

    def page(self, path: str, given: Mapping[str, str]) -> bytes:
        """The page at `path`.

        Raises:
            Missing: there is none.
        """
        asked = Asked.of(given)
        with closing(read_only(self.database)) as base:
            match path.strip("/").split("/"):
                case [""]:
                    return self._list(base, asked, _whole_number(given.get("page", "1")))
                case ["sample", number]:
                    return self._sample(base, asked, _whole_number(number))
                case ["pairs"]:
                    return self._pairs(base)
                case ["pair", number]:
                    return self._pair(base, _whole_number(number))
                case ["verdicts"]:
                    return self._verdicts(base)
        raise Missing(path)

    def report(self, path: str) -> bytes:
        """A page of the snapshot's report, as it lies there.

        Raises:
            Missing: the snapshot has no such page.
        """
        name = path.strip("/")
        file = self.snapshot.folder / name
        # A link that stands for a page, or for a folder of pages, leads to what is no page.
        inside = [file, *file.parents][: len(Path(name).parts)]
        if name not in self.pages or not file.is_file() or any(one.is_symlink() for one in inside):
            raise Missing(path)
        return file.read_bytes()

    def judge(self, path: str, form: Mapping[str, str]) -> str:
        """Write a verdict down; where to go on.

        Raises:
            Missing: there is no such sample or pair, or no such verdict.
        """
        said = form.get("said", "")
        with closing(read_only(self.database)) as base:
            match path.strip("/").split("/"):
                case ["sample", number]:
                    return self._judge_sample(base, _whole_number(number), said, Asked.of(form))
                case ["pair", number]:
                    return self._judge_pair(base, _whole_number(number), said)
        raise Missing(path)

    def _judge_sample(self, base: sqlite3.Connection, number: int, said: str, asked: Asked) -> str:
        row = _one(base, "sample", number)
        if said not in OPINIONS or row["excerpt"] is None:
            raise Missing(said)
        self.samples.add(
            SampleVerdict(
                sample=row["digest"],
                **{name: row[name] for name in ("source", "doc_id", "stage", "reason")},
                verdict=said,
                reviewer=self.reviewer,
            )
        )
        numbers = listed(base, asked, frozenset(self.samples.of(self.reviewer)) - {row["digest"]})
        following = beyond(numbers, number, _readable(base), frozenset(self.samples.of(self.reviewer)))
        return asked.address("/verdicts") if following is None else asked.address(f"/sample/{following}")

    def _judge_pair(self, base: sqlite3.Connection, number: int, said: str) -> str:
        row = _one(base, "pair", number)
        if said not in PAIR_OPINIONS:
            raise Missing(said)
        ids = {"pair": row["digest"], "doc_id": row["doc_id"], "survivor": row["survivor"]}
        self.pairs.add(Judgement.model_validate({**ids, "verdict": said, "reviewer": self.reviewer}))
        digests = {one["id"]: one["digest"] for one in base.execute("select id, digest from pair order by id")}
        following = beyond(list(digests), number, digests, frozenset(self.pairs.of(self.reviewer)))
        return "/pairs" if following is None else f"/pair/{following}"

    def _list(self, base: sqlite3.Connection, asked: Asked, page: int) -> bytes:
        mine = self.samples.of(self.reviewer)
        numbers = listed(base, asked, frozenset(mine))
        pages = max(1, -(-len(numbers) // PAGE))
        page = min(max(page, 1), pages)
        shown = rows(base, "sample", numbers[(page - 1) * PAGE : page * PAGE])
        digests = _readable(base)
        return self._render(
            "desk_list.html.j2",
            here="samples",
            asked=asked,
            facets=facets(base, asked),
            found=len(numbers),
            done=sum(digests.get(number) in mine for number in numbers),
            begin=beyond(numbers, 0, digests, frozenset(mine)),
            samples=[(row, mine.get(row["digest"], ""), _beginning(row["excerpt"])) for row in shown],
            page=page,
            pages=pages,
        )

    def _sample(self, base: sqlite3.Connection, asked: Asked, number: int) -> bytes:
        row = _one(base, "sample", number)
        mine = self.samples.of(self.reviewer)
        numbers = listed(base, asked, frozenset(mine) - {row["digest"]})
        place = numbers.index(number) if number in numbers else -1
        same = [row[name] for name in ("source", "verdict", "stage", "reason")]
        drawn = "select count(turn) from sample where (source, verdict, stage, reason) = (?, ?, ?, ?)"
        return self._render(
            "desk_sample.html.j2",
            here="samples",
            asked=asked,
            row=row,
            said=mine.get(row["digest"], ""),
            others_said=sorted(self.samples.by_others(row["digest"], self.reviewer).items()),
            place=place + 1,
            found=len(numbers),
            before=numbers[place - 1] if place > 0 else 0,
            after=numbers[place + 1] if 0 <= place < len(numbers) - 1 else 0,
            drawn=base.execute(drawn, same).fetchone()[0],
            opinions=OPINIONS,
        )

    def _pairs(self, base: sqlite3.Connection) -> bytes:
        mine = self.pairs.of(self.reviewer)
        found = base.execute("select id, digest, source, stratum, doc_id, survivor, similarity from pair order by id")
        pairs = [(row, mine.get(row["digest"], "")) for row in found]
        begin = next((row["id"] for row, said in pairs if not said), 0)
        return self._render("desk_pairs.html.j2", here="pairs", pairs=pairs, begin=begin)

    def _pair(self, base: sqlite3.Connection, number: int) -> bytes:
        row = _one(base, "pair", number)
        last = base.execute("select count(*) from pair").fetchone()[0]
        measures = {"similarity": "Jaccard", "substance": "without templates", "containment": "containment"}
        return self._render(
            "desk_pair.html.j2",
            here="pairs",
            row=row,
            stretches=compare_pair(dict(row)),
            measured=[(name, f"{row[key]:.3f}") for key, name in measures.items() if row[key] is not None],
            said=self.pairs.of(self.reviewer).get(row["digest"], ""),
            others_said=sorted(self.pairs.by_others(row["digest"], self.reviewer).items()),
            before=number - 1 if number > 1 else 0,
            after=number + 1 if number < last else 0,
            last=last,
            opinions=PAIR_OPINIONS,
        )

    def _verdicts(self, base: sqlite3.Connection) -> bytes:
        found = estimate(self.snapshot.samples(), stratum_sizes(self.snapshot.manifest), self.samples.lines())
        has_pairs = any(file.kind == "removals" for file in self.snapshot.manifest.files)
        pairs = read_pairs(self.snapshot) if has_pairs else pl.DataFrame(PAIRS.empty_table())
        return self._render(
            "desk_verdicts.html.j2",
            here="verdicts",
            audit=found,
            removals=estimate_removals(pairs, self.pairs.lines()).total,
            files=[str(self.samples.path), str(self.pairs.path)],
        )

    def _render(self, template: str, **given: Any) -> bytes:
        manifest = self.snapshot.manifest
        shared = {"manifest": manifest, "reviewer": self.reviewer, "token": self.token, "percent": percent}
        return html_pages().get_template(template).render(shared | given).encode()


def report_pages(snapshot: Snapshot) -> frozenset[str]:
    """Pages of the report that a snapshot can have: no other file of it is served."""
    return frozenset(name for name in page_names(snapshot.manifest) if name.startswith(f"{layout.REPORT}/"))


def percent(share: float | None) -> str:
    """A share with one decimal; a dash for none."""
    return "\N{EN DASH}" if share is None else f"{100 * share:.1f}%"


def _one(base: sqlite3.Connection, table: str, number: int) -> sqlite3.Row:
    found = rows(base, table, [number])
    if not found:
        raise Missing(str(number))
    return found[0]


def _readable(base: sqlite3.Connection) -> dict[int, str]:
    """Digests of the samples that can be judged, by number."""
    return {row["id"]: row["digest"] for row in base.execute("select id, digest from sample where excerpt is not null")}


def _whole_number(stated: str) -> int:
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 10 else 0


def _beginning(text: str | None) -> str:
    if text is None:
        return ""
    return text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS].rstrip()} …"
