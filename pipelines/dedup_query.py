"""What texts duplicate in snapshots: looked up in their signature indexes, then compared with the released text.

A text and a document are *exact* duplicates if their words are the same one by one, *near* ones if their Jaccard
similarity over word shingles reaches the threshold. Templates of a source are not told from what a text says: whether
a build would merge the two may depend on them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from corpus.errors import RawFileError
from dedup.index import Best, Lookup, Shortlist
from dedup.signature import SignatureAnnotator
from manifests.earlier import Earlier, IndexFile, index_tables, released_rows
from pipelines.query_records import Record

MOST = 1000
"""Candidates of a text in one snapshot that are compared with it."""

EXACT, NEAR = "exact", "near"

_ROWS_AT_A_TIME = 1000
"""Released rows held at once."""


@dataclass(frozen=True, slots=True)
class Match:
    """A document that a text duplicates."""

    snapshot: str
    """The snapshot's folder."""
    snapshot_id: str
    doc_id: str
    source: str
    kind: str
    """`exact` or `near`."""
    similarity: float
    """Jaccard similarity to the document's released text, over distinct word shingles."""
    containment: float
    """Share of the smaller one's shingles that the other has too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one text."""

    record: str
    matches: tuple[Match, ...]
    """The most similar first."""
    survivor: Match | None
    """The match that the keep policy prefers to all others and to the text; None: the text itself survives."""
    candidates: int
    """Documents that share a key with the text."""
    compared: int
    """Of these, how many were compared with it: all, or the most promising."""
    words: bool
    """Whether it has any word: without one it is compared with nothing."""


@dataclass(frozen=True, slots=True)
class _Found:
    match: Match
    facts: dict[str, Any]


def ask(
    records: Sequence[Record], snapshots: Sequence[Earlier], threshold: float | None, most: int = MOST
) -> list[Answer]:
    """What each of `records` duplicates in any of `snapshots`.

    Args:
        records: as one list of `pipelines.query_records.read_records`; their texts, and those of the documents they
            are compared with, are all that is held.
        snapshots: earlier ones come first in the order of authority.
        threshold: least similarity; None: that of each snapshot's recipe.
        most: candidates of a text in one snapshot that are compared with it.

    Raises:
        SnapshotError: a snapshot is damaged.
    """
    texts = pa.array([record.text for record in records], pa.large_string())
    signed: dict[str, pa.RecordBatch] = {}
    found: list[list[_Found]] = [[] for _ in records]
    candidates, compared = np.zeros(len(records), np.int64), np.zeros(len(records), np.int64)
    words = np.zeros(len(records), np.bool_)
    authority = _authority(snapshots)
    for number, earlier in enumerate(snapshots):
        annotator = SignatureAnnotator(earlier.minhash)
        batch = signed.setdefault(repr(earlier.minhash), annotator.measure(pa.record_batch({"text": texts})))
        words |= batch.column("n_shingles").to_numpy() > 0
        files = earlier.files
        shortlist = Shortlist(len(records), most)
        lookup = Lookup(batch, earlier.minhash.band_names())
        for place, file in enumerate(files):
            for first, table in index_tables(file.index, lookup.columns):
                for part in lookup.find(table):
                    shortlist.add(place, part, first)
        best = shortlist.best()
        candidates += shortlist.found
        compared += np.bincount(best.text, minlength=len(records))
        least = _threshold(earlier) if threshold is None else threshold
        for row, one in _verified(texts, earlier, files, best, least):
            one.facts["priority"] = authority[number, one.match.source]
            found[row].append(one)
    sources = {name: place for (_, name), place in reversed(authority.items())}
    return [
        Answer(
            record=record.name,
            matches=tuple(one.match for one in sorted(found[row], key=_closest)),
            survivor=_survivor(record, found[row], sources, snapshots),
            candidates=int(candidates[row]),
            compared=int(compared[row]),
            words=bool(words[row]),
        )
        for row, record in enumerate(records)
    ]


def masked(records: Sequence[Record], policy: str) -> list[Record]:
    """The records with placeholders for the identifiers that a PHI policy finds, as snapshots release their texts.

    Raises:
        RecipeError: unknown policy.
        AssetError: the policy asks for a model that is not here.
        RawFileError: a text could not be screened.
    """
    from filters.phi.annotator import PhiAnnotator
    from filters.phi.release import Release

    text = pa.array([record.text for record in records], pa.large_string())
    doc_types = pa.array([record.doc_type for record in records], pa.string())
    screened = PhiAnnotator(policy).measure(pa.record_batch({"text": text, "doc_type": doc_types}))
    for record, failed in zip(records, screened.column("phi_failed").to_pylist(), strict=True):
        if failed:
            raise RawFileError("phi_failed", f"{record.name}: it could not be screened for identifiers ({failed})")
    released, _ = Release(None).column(
        text,
        screened.column("phi_spans"),
        [record.name for record in records],
        screened.column("phi_policy").to_pylist(),
    )
    return [record._replace(text=each) for record, each in zip(records, released.to_pylist(), strict=True)]


def _threshold(earlier: Earlier) -> float:
    return float(earlier.snapshot.manifest.dedup.parameters["threshold"])


def _verified(
    texts: pa.LargeStringArray, earlier: Earlier, files: list[IndexFile], best: Best, threshold: float
) -> Iterator[tuple[int, _Found]]:
    """Candidates that are exact, or similar enough, each with the number of its text."""
    from dedup.verify import jaccard

    manifest = earlier.snapshot.manifest
    columns = ("doc_id", "source", "licence_spdx", "doc_type", "version", "n_bytes")
    for place in np.unique(best.table).tolist():
        mine = np.flatnonzero(best.table == place)
        every = np.unique(best.row[mine])
        for start in range(0, every.size, _ROWS_AT_A_TIME):
            rows = every[start : start + _ROWS_AT_A_TIME]
            chosen = mine[(best.row[mine] >= rows[0]) & (best.row[mine] <= rows[-1])]
            file = files[place]
            table = released_rows(file.shard, file.account, manifest.privacy.replaced, rows, columns)
            asked, inside = np.unique(best.text[chosen], return_inverse=True)
            here = np.searchsorted(rows, best.row[chosen])
            both = pa.concat_arrays([texts.take(pa.array(asked)), *table["text"].chunks])
            similarity, containment = jaccard(both, inside, asked.size + here, earlier.minhash.shingle_words)
            facts = table.drop_columns("text").to_pylist()
            for text, row, exact, score, inner in zip(
                best.text[chosen].tolist(),
                here.tolist(),
                best.exact[chosen].tolist(),
                similarity,
                containment,
                strict=True,
            ):
                if exact or score >= threshold:
                    match = Match(
                        snapshot=str(earlier.snapshot.folder),
                        snapshot_id=manifest.snapshot_id,
                        doc_id=facts[row]["doc_id"],
                        source=facts[row]["source"],
                        kind=EXACT if exact else NEAR,
                        similarity=float(score),
                        containment=float(inner),
                    )
                    yield text, _Found(match, dict(facts[row]))


def _closest(found: _Found) -> tuple[bool, float, float, str, str]:
    match = found.match
    return match.kind != EXACT, -match.similarity, -match.containment, match.doc_id, match.snapshot


def _authority(snapshots: Sequence[Earlier]) -> dict[tuple[int, str], int]:
    """By snapshot and source, a number: the smaller the more authority. Snapshots in their order, sources in that of
    the recipe."""
    each = [(number, source.name) for number, one in enumerate(snapshots) for source in one.snapshot.manifest.sources]
    return {key: place for place, key in enumerate(each)}


def _survivor(
    record: Record, found: list[_Found], sources: dict[str, int], snapshots: Sequence[Earlier]
) -> Match | None:
    """Whom the keep policy prefers (`dedup.ranks`): the match, or None for the text itself.

    A text of no source of these snapshots has less authority than any.
    """
    from dedup.ranks import CRITERIA, keep_keys
    from filters.rights import openness

    if not found:
        return None
    recipe: Any = snapshots[0].snapshot.manifest.recipe
    types = {kind: place for place, kind in enumerate(recipe["dedup"]["doc_types"])}
    facts = [one.facts for one in found]
    least = 1 + max(sources.values())
    facts.append(
        {
            "doc_id": record.name,
            "priority": sources.get(record.source or "", least),
            "licence_spdx": record.licence_spdx,
            "doc_type": record.doc_type,
            "version": record.version,
            "n_bytes": len(record.text.encode()),
        }
    )
    # A document of one id may be in several snapshots, and the text may be one of them.
    names = [f"{fact['doc_id']}\0{number:06}" for number, fact in enumerate(facts)]
    keys = keep_keys(
        recipe["dedup"].get("keep", CRITERIA),
        source=np.array([fact["priority"] for fact in facts]),
        licence=openness(pa.array([fact["licence_spdx"] for fact in facts], pa.string())),
        doc_type=np.array([types.get(fact["doc_type"], len(types)) for fact in facts]),
        version=pa.array([fact["version"] for fact in facts], pa.string()),
        length=np.array([fact["n_bytes"] for fact in facts]),
        doc_id=pa.array(names, pa.string()),
    ).to_pylist()
    first = keys.index(min(keys))
    return None if first == len(found) else found[first].match
