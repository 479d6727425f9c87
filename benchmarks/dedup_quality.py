"""How many near-duplicates are found, and how much that is none goes with them: hc4 and its peers on the same truth.

    python -m benchmarks.dedup_quality            # hc4, datatrove, datasketch; others if they are installed
    python -m benchmarks.dedup_quality --peers    # installs the others first: rensa, text-dedup
    python -m benchmarks.dedup_quality --sweep    # hc4 alone: shapes of signatures, sizes of buckets

The truth (`benchmarks.near_truth`) is the exact Jaccard similarity of every pair of a real sample with planted edits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.documents import megabytes
from benchmarks.near_corpus import Corpus
from benchmarks.near_run import absent, arena, install_peers, shape_of
from benchmarks.near_truth import FLOOR, Truth, strings_disagree, truth
from corpus.storage import WorkFolder
from dedup.candidates import band_pairs, key_groups, unique_pairs
from dedup.signature import MinHashConfig, SignatureAnnotator
from pipelines.engines.inline import InlineEngine
from pipelines.sections.deduplication import DedupRecipe, TemplateRecipe

THRESHOLD = 0.8
HIGH = 0.9
TARGETS = {THRESHOLD: 0.99, HIGH: 0.999}
"""Least recall of pairs from this similarity on."""
_SHAPES = (
    *((14, 8), (14, 7), (16, 7), (18, 7), (20, 7), (12, 6), (14, 6), (16, 6), (18, 6), (20, 6)),
    *((10, 5), (12, 5), (14, 5), (16, 5), (20, 5)),
)
_BUCKETS = ((4, 2), (8, 2), (8, 4), (16, 4), (32, 4), (32, 8), (64, 8), (128, 8))

Positions = npt.NDArray[np.int64]
Survivors = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody removed, held against the truth."""

    removed: int
    wrong: int
    """Removed although less than `THRESHOLD` like what was kept in its place, which was told."""
    lost: int
    """Removed although no document of all is `THRESHOLD` like it."""
    found: dict[float, float]
    """By similarity: of the documents that have one so similar before them, the share that is not left beside one."""


def judged(known: Truth, survivor: Survivors) -> Outcome:
    """Hold survivors (int64[n], itself if it survives, -1 if not told) against the truth."""
    count = len(known.documents)
    removed = np.flatnonzero(survivor != np.arange(count))
    told = removed[survivor[removed] >= 0]
    like = known.at_least(THRESHOLD)
    pairs = like.a * count + like.b
    ends = np.sort(np.stack([told, survivor[told]]), axis=0)
    wrong = ~np.isin(ends[0] * count + ends[1], pairs)
    lonely = np.ones(count, np.bool_)
    lonely[like.a] = lonely[like.b] = False
    alive = survivor == np.arange(count)
    found = {}
    for threshold in TARGETS:
        these = known.at_least(threshold)
        should = np.unique(these.b)
        left = np.unique(these.b[alive[these.a] & alive[these.b]])
        found[threshold] = 1 - left.size / should.size
    return Outcome(removed.size, int(wrong.sum()), int(lonely[removed].sum()), found)


def by_units(known: Truth, policy: DedupRecipe) -> Survivors:
    """What the units of a build decide, each source of the sample a source of its own, edits with their originals."""
    sources = [_source(text.id) for text in known.documents]
    names = sorted(set(sources))
    of_source = np.array([names.index(source) for source in sources])
    with tempfile.TemporaryDirectory(prefix="hc4-near-work-") as folder:
        corpus = Corpus(WorkFolder.create(Path(folder)), policy)
        order = np.argsort(of_source, kind="stable")
        for number, name in enumerate(names):
            mine = np.flatnonzero(of_source == number).tolist()
            text = pa.array([known.documents[place].text for place in mine], pa.large_string())
            corpus.add(text, pa.array([f"x:{place:09d}" for place in mine]), name, number)
        found, _ = corpus.deduplicate(InlineEngine(corpus.work))
        survivor = np.empty(order.size, np.int64)
        survivor[order] = order[corpus.survivors(found)]
    return survivor


def _source(name: str) -> str:
    """Of a document's id; of an edit, that of the document it is made from (`planted:0-moved-source:1`)."""
    original = name.split("-", 2)[2] if name.startswith("planted:") else name
    return original.split(":")[0]


def recall_of_pairs(known: Truth, better: Positions, worse: Positions) -> dict[float, float]:
    """By similarity, the share of pairs at least so similar that are among candidates (each `better` < `worse`)."""
    count = len(known.documents)
    hit = np.isin(known.a * count + known.b, better * count + worse)
    return {threshold: float(hit[known.jaccard >= threshold].mean()) for threshold in TARGETS}


def of_keys(
    bands: Sequence[npt.NDArray[np.uint64]], all_pairs: int | None = None, leaders: int = 1
) -> tuple[Positions, Positions]:
    """Candidate pairs, each once, of all bands; every pair of every bucket by default."""
    rank = np.arange(len(bands[0]))
    largest = max(int(np.diff(key_groups(band, rank)[1]).max(initial=2)) for band in bands)
    return unique_pairs(band_pairs(band, rank, all_pairs or largest, leaders) for band in bands)


def compare(out: Console) -> None:
    """A table of recall and of harm, for hc4 and its peers."""
    known = truth()
    introduce(out, known)
    config = DedupRecipe().signature
    texts = [text.text for text in known.documents]
    columns = (
        "pairs J ≥ .8",
        "J ≥ .9",
        "candidates",
        "removed",
        "J < .8 to kept",
        "like none",
        "found J ≥ .8",
        "J ≥ .9",
    )
    table = Table("", title="Near-duplicates found, and what went with them")
    for column in columns:
        table.add_column(column, justify="right")

    def add(name: str, survivor: Survivors, bands: Sequence[npt.NDArray[np.uint64]]) -> None:
        figures = ["", "", ""]
        if len(bands):
            pairs = of_keys(bands)
            figures = [f"{share:.4f}" for share in recall_of_pairs(known, pairs[0], pairs[1]).values()]
            figures.append(f"{pairs[0].size:,}")
        outcome = judged(known, survivor)
        figures += [f"{outcome.removed:,}", f"{outcome.wrong:,} ({outcome.wrong / max(outcome.removed, 1):.1%})"]
        figures += [f"{outcome.lost:,}", *(f"{share:.4f}" for share in outcome.found.values())]
        table.add_row(name, *figures)

    keys = signed(known, config)
    policies = {
        "hc4": DedupRecipe(keep=()),
        "hc4, nothing is a template": DedupRecipe(keep=(), templates=TemplateRecipe(share=1.0, least=1 << 40)),
    }
    for name, policy in policies.items():
        add(name, by_units(known, policy), keys)
    shape = shape_of(config, THRESHOLD)
    own = shape | {"bands": None, "rows": None}
    with arena() as contest:
        for name in ("datatrove", "datasketch", "rensa", "text-dedup"):
            for form, title in ((shape, f"{config.bands} x {config.rows}"), (own, "its own shape")):
                for row in contest.run("deduplicate", name, texts, form):
                    assert row.survivor is not None
                    assert row.bands is not None
                    add(f"{row.name}, {title}", row.survivor, row.bands)
    out.print(table)
    if missing := absent():
        out.print(f"Not installed: {', '.join(missing)} (--peers).", highlight=False)


def sweep(out: Console) -> None:
    """Tables of shapes of signatures and of sizes of buckets."""
    known = truth()
    introduce(out, known)
    edges = np.array([THRESHOLD, 0.82])
    table = Table("bands x rows", title="Signatures: predicted and measured recall of pairs, every pair of a bucket")
    for column in (
        "hashes",
        "at .8",
        "mean J ≥ .8",
        "measured",
        ".80-.82",
        "at .9",
        "measured",
        "candidates",
        "J < .5",
    ):
        table.add_column(column, justify="right")
    for bands, rows in _SHAPES:
        better, worse = of_keys(signed(known, MinHashConfig(bands=bands, rows=rows)))
        hit = np.isin(known.a * len(known.documents) + known.b, better * len(known.documents) + worse)
        predicted = 1 - (1 - known.jaccard**rows) ** bands
        above, high = known.jaccard >= THRESHOLD, known.jaccard >= HIGH
        near = above & (known.jaccard < edges[1])
        low = better.size - int(hit[known.jaccard >= 0.5].sum())
        figures = [f"{bands * rows}", f"{1 - (1 - THRESHOLD**rows) ** bands:.4f}", f"{predicted[above].mean():.4f}"]
        figures += [f"{hit[above].mean():.4f}", f"{hit[near].mean():.4f}", f"{1 - (1 - HIGH**rows) ** bands:.5f}"]
        figures += [f"{hit[high].mean():.5f}", f"{better.size:,}", f"{low:,}"]
        table.add_row(f"{bands} x {rows}", *figures)
    out.print(table)
    config = DedupRecipe().signature
    keys = signed(known, config)
    table = Table(
        "all pairs up to, leaders", title=f"Buckets: {config.bands} x {config.rows}, pairs of the first signature"
    )
    for column in ("candidates", "pairs J ≥ .8", "J ≥ .9", "removed", "found J ≥ .8", "J ≥ .9"):
        table.add_column(column, justify="right")
    for all_pairs, leaders in _BUCKETS:
        pairs = of_keys(keys, all_pairs, leaders)
        policy = DedupRecipe(
            keep=(),
            templates=TemplateRecipe(share=1.0, least=1 << 40),
            buckets={"all_pairs_up_to": all_pairs, "leaders": leaders},
        )
        outcome = judged(known, by_units(known, policy))
        figures = [f"{pairs[0].size:,}", *(f"{s:.4f}" for s in recall_of_pairs(known, pairs[0], pairs[1]).values())]
        figures += [f"{outcome.removed:,}", *(f"{share:.4f}" for share in outcome.found.values())]
        table.add_row(f"{all_pairs}, {leaders}", *figures)
    out.print(table)


def signed(known: Truth, config: MinHashConfig) -> list[npt.NDArray[np.uint64]]:
    """Band keys of the documents, a column a band."""
    text = pa.array([text.text for text in known.documents], pa.large_string())
    found = SignatureAnnotator(config).measure(pa.record_batch({"text": text}))
    return [found.column(name).to_numpy() for name in config.band_names()]


def introduce(out: Console, known: Truth) -> None:
    """Say what the truth is."""
    size = megabytes([text.text for text in known.documents])
    of_real = known.b < known.real
    counts = {t: int((known.jaccard >= t).sum()) for t in (FLOOR, *TARGETS)}
    real = {t: int((known.jaccard[of_real] >= t).sum()) for t in TARGETS}
    out.print(
        f"\n{known.real:,} real documents and {len(known.documents) - known.real:,} edits of them, {size:.0f} MB. "
        f"Pairs of Jaccard similarity {FLOOR} and more: {counts[FLOOR]:,}; {THRESHOLD}: {counts[THRESHOLD]:,} "
        f"({real[THRESHOLD]:,} of real documents); {HIGH}: {counts[HIGH]:,} ({real[HIGH]:,}). Of 2,000 of them, "
        f"{strings_disagree(known)} have another similarity by shingles that are strings.",
        highlight=False,
    )


def main(
    peers: Annotated[bool, typer.Option("--peers", help="Install absent peers first, through pip's index.")] = False,
    shapes: Annotated[bool, typer.Option("--sweep", help="hc4 alone, in many shapes.")] = False,
) -> None:
    """Recall and precision of near-deduplication on exact truth."""
    out = Console(width=max(Console().width, 140))
    if peers:
        install_peers(out)
    if shapes:
        sweep(out)
    else:
        compare(out)


if __name__ == "__main__":
    typer.run(main)
