"""Repeated paragraphs, counted again from the released text; and whether what the recipe wants removed is gone.

Paragraphs are read shard by shard and written to a temporary folder as sorted runs (37 bytes each); then one range of
keys at a time is looked at. Which of several is the first follows from ranks that a snapshot does not hold: so sums
over all sources are counted exactly, and those of one source are held between what they can be.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpus.errors import RecipeError
from corpus.runs import gather, key_range, write_run
from filters.phi.lines import without_lines
from filters.phi.policy import policies_of
from filters.rights import Profile, load_profile
from manifests import layout
from manifests.agree import same_code
from manifests.deduplicated import RepeatedParagraphs
from manifests.earlier import SURROGATE, YEARED, released_rows
from manifests.finding import Finding
from manifests.model import Manifest
from manifests.paragraph_sums import AgainSums
from manifests.screening import account_of, known_policies, shows
from manifests.snapshot import Snapshot

_REPEATED = ("repeated", "repeated_words", "repeated_bytes", "elsewhere")
_RUN = "paragraphs"
_NAMES = ("key", "check", "place", "line", "words", "bytes", "removable")
_BYTES = 37
_BYTES_AT_ONCE = 96 * 2**20

Flags = npt.NDArray[np.bool_]


class Recount:
    """Takes the rows of every shard of a snapshot, then says what of its statement is not so.

    Args:
        snapshot: whose manifest states paragraphs.
        profile: which licences it lets in.
        folder: empty; holds the runs.
    """

    @classmethod
    def of(cls, snapshot: Snapshot, folder: Path) -> Recount | None:
        """The same; None of a snapshot of a time when they were not counted, or under rules that this code lacks."""
        recipe: Any = snapshot.manifest.recipe
        if not snapshot.manifest.dedup.paragraphs and not same_code(snapshot.manifest):
            return None
        try:
            return cls(snapshot, load_profile(recipe["licence_profile"]), folder)
        except RecipeError:
            return None  # said by `agree.with_profile`

    def __init__(self, snapshot: Snapshot, profile: Profile, folder: Path) -> None:
        self._snapshot = snapshot
        self._folder = folder
        manifest = snapshot.manifest
        recipe: Any = manifest.recipe
        self._min_words = int(manifest.dedup.parameters["paragraph_min_words"])
        self._profile = profile
        asked = recipe["dedup"]["paragraphs"].get("remove", False)
        own = {source["name"]: source.get("remove_paragraphs") for source in recipe["sources"]}
        self._removes = {name: asked if one is None else one for name, one in own.items()}
        self._shards = {shard.path: number for number, shard in enumerate(manifest.shards)}
        self._sums: dict[str, Counter[str]] = {source.name: Counter() for source in manifest.sources}
        self._uncertain: set[str] = set()
        self._forbidden: set[str] = set()
        self._held: list[list[npt.NDArray[Any]]] = []
        self._runs: list[Path] = []

    def add(self, shard: str, first: int, rows: pa.Table, text: pa.LargeStringArray, certain: Flags) -> None:
        """Count some rows of a shard.

        Args:
            shard: its path.
            first: number of the first row.
            rows: `licence_spdx` and `paragraphs_cut`.
            text: with placeholders for identifiers.
            certain: whether this is what was compared; where a date was moved, it may not be.
        """
        from dedup.paragraphs import paragraphs

        number = self._shards[shard]
        source = self._snapshot.manifest.shards[number].source
        licences = rows["licence_spdx"].to_pylist()
        changeable = {name: self._profile.changeable(name) for name in set(licences)}
        free = np.array([self._removes.get(source, False) and changeable[name] for name in licences], np.bool_)
        cut = rows["paragraphs_cut"].to_numpy()
        if (cut[~free] != 0).any() or (cut < 0).any():
            self._forbidden.add(source)
        if not certain.all():
            self._uncertain.add(source)
        found = paragraphs(text, self._min_words)
        sums = self._sums[source]
        sums.update(cut=int(cut.sum()), paragraphs=found.key.size)
        sums.update(words=int(found.words.sum(dtype=np.int64)), bytes=int(found.bytes.sum(dtype=np.int64)))
        alone = np.bincount(found.row, minlength=len(text)) == 1
        place = np.int64(number) << 32 | (first + found.row.astype(np.int64))
        removable = (free & certain & ~alone)[found.row]
        self._held.append([found.key, found.check, place, found.line, found.words, found.bytes, removable])
        if sum(held[0].size for held in self._held) * _BYTES >= _BYTES_AT_ONCE:
            self._write()

    def _write(self) -> None:
        if self._held:
            run = self._folder / f"{len(self._runs):06d}"
            run.mkdir()
            columns = (np.concatenate(column) for column in zip(*self._held, strict=True))
            write_run(run, _RUN, dict(zip(_NAMES, columns, strict=True)))
            self._runs.append(run)
            self._held.clear()

    def findings(self) -> Iterator[Finding]:
        """What is stated otherwise, and paragraphs that are left although they should be gone."""
        self._write()
        names = [source.name for source in self._snapshot.manifest.sources]
        stated = {one.source: one for one in self._snapshot.manifest.dedup.paragraphs}
        stated = {name: stated.get(name) or _nothing(name) for name in names}
        for source, sums in self._sums.items():
            known = ("cut",) if source in self._uncertain else ("cut", "paragraphs", "words", "bytes")
            if any(getattr(stated[source], name) != sums[name] for name in known):
                yield Finding(layout.MANIFEST, f"dedup.paragraphs of {source} are not those of its released text")
            if source in self._forbidden:
                place = f"{layout.DATA}/{source}"
                yield Finding(place, "paragraphs were cut from documents that neither recipe nor licence lets change")
        again = AgainSums(names)
        left: set[str] = set()
        for rows in self._repeated():
            again.add(rows)
            yield from self._left(rows, left)
        if not self._uncertain:
            yield from (Finding(layout.MANIFEST, what) for what in again.differing(stated))

    def restated(self, stated: Sequence[RepeatedParagraphs]) -> tuple[RepeatedParagraphs, ...]:
        """What is said of the same corpus before documents were taken out (`stated`), counted again.

        As long as nothing that was repeated is gone, so is it said which of several is the first; else the first is
        that of the source which the recipe names first. What was cut is said in paragraphs; words and bytes of it are
        left as `stated`.
        """
        self._write()
        names = [source.name for source in self._snapshot.manifest.sources]
        found: dict[str, Counter[str]] = {name: Counter() for name in names}
        for rows in self._repeated():
            for source, sums in _first_come(rows, names).items():
                found[source].update(sums)
        same = all(
            sum(getattr(one, name) for one in stated) == sum(sums[name] for sums in found.values())
            for name in ("repeated", "repeated_words")
        )
        return tuple(
            one.model_copy(
                update={
                    **{name: self._sums[one.source][name] for name in ("cut", "paragraphs", "words", "bytes")},
                    **({} if same else {name: found[one.source][name] for name in _REPEATED}),
                }
            )
            for one in stated
        )

    def _repeated(self) -> Iterator[pl.DataFrame]:
        """Paragraphs whose words occur more than once, one range of keys at a time (`_again`)."""
        total = sum(sums["paragraphs"] for sums in self._sums.values())
        parts = max(1, math.ceil(total * _BYTES / _BYTES_AT_ONCE))
        for part in range(parts) if self._runs else ():
            _, columns = gather(self._runs, _RUN, _NAMES, key_range(part, parts))
            yield self._again(dict(zip(_NAMES, columns, strict=True)))

    def _again(self, found: dict[str, npt.NDArray[Any]]) -> pl.DataFrame:
        """Paragraphs whose words occur more than once: `group`, `source` (number), and the columns of the run."""
        from dedup.paragraphs import starts

        order = np.lexsort((found["line"], found["place"], found["check"], found["key"]))
        begins = starts(found["key"][order], found["check"][order])
        group = np.cumsum(begins)
        repeats = np.bincount(group, minlength=1)[group] > 1
        names = [source.name for source in self._snapshot.manifest.sources]
        of_shard = np.array([names.index(shard.source) for shard in self._snapshot.manifest.shards], np.int64)
        columns = {name: found[name][order[repeats]] for name in _NAMES[1:]}
        return pl.DataFrame({"group": group[repeats], "source": of_shard[columns["place"] >> 32], **columns})

    def _left(self, again: pl.DataFrame, left: set[str]) -> Iterator[Finding]:
        """The first document, of each source, of which a paragraph should have been cut; `left` are those named."""
        names = [source.name for source in self._snapshot.manifest.sources]
        removable = again.filter("removable").filter(pl.len().over("group") > 1)
        for (_,), several in removable.partition_by("group", as_dict=True, maintain_order=True).items():
            # One of them may be the first, and stay for that.
            free = 0
            for source, place, line in several.select("source", "place", "line").iter_rows():
                if names[source] in left:
                    continue
                doc_id, stays = self._stays(place, line)
                free += not stays
                if free > 1:
                    left.add(names[source])
                    said = f"{doc_id} repeats a paragraph of another document that the recipe wants removed"
                    yield Finding(self._snapshot.manifest.shards[place >> 32].path, said)

    def _stays(self, place: int, line: int) -> tuple[str, bool]:
        """The document at `place`, and whether it would show an identifier without a line."""
        shard = self._snapshot.manifest.shards[place >> 32]
        folder, replaced = self._snapshot.folder, self._snapshot.manifest.privacy.replaced
        row = np.array([place & (1 << 32) - 1], np.int64)
        paths = (folder / shard.path, folder / account_of(shard))
        (found,) = released_rows(*paths, replaced, row, ("doc_id", "phi_policy")).to_pylist()
        shorter, _ = without_lines(found["text"].encode(), [], {line})
        return found["doc_id"], shows(found["phi_policy"], shorter)


def _first_come(again: pl.DataFrame, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """By source, the sums `_REPEATED`, where of equal paragraphs that of the first source is the first."""
    first = pl.struct("source", "place", "line").rank("ordinal").over("group") == 1
    origin = pl.col("source").min().over("group")
    sums = (
        again.with_columns(origin.alias("origin"))
        .filter(~first)
        .group_by("source")
        .agg(
            pl.len().cast(pl.Int64).alias("repeated"),
            pl.col("words").cast(pl.Int64).sum().alias("repeated_words"),
            pl.col("bytes").cast(pl.Int64).sum().alias("repeated_bytes"),
            (pl.col("origin") != pl.col("source")).sum().cast(pl.Int64).alias("elsewhere"),
        )
    )
    return {names[row.pop("source")]: row for row in sums.to_dicts()}


def _nothing(source: str) -> RepeatedParagraphs:
    zero = dict.fromkeys(RepeatedParagraphs.model_fields, 0)
    return RepeatedParagraphs.model_validate({**zero, "source": source})


def dates_moved(manifest: Manifest) -> list[str]:
    """Sources in which a surrogate may stand for a date: what text was compared is not certain then."""
    surrogates = {policy for policy, how in manifest.privacy.replaced.items() if how == SURROGATE}
    policies = known_policies(manifest)
    return sorted(
        {
            one.source
            for one in manifest.privacy.masked
            if one.kind == YEARED and one.source in policies and surrogates & {*policies_of(policies[one.source])}
        }
    )
