"""Coverage and token counts of a manifest, from what units left: tables of labels, and summaries of shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from manifests.amount import Amount
from manifests.coverage import Coverage, coverage_of
from manifests.labels import merged_sums, published_by, read_sums
from manifests.token_counts import TokenCount
from pipelines.assemble import LABELS
from pipelines.sections.release import CountRecipe
from shards.tokenizer import load_tokenizer


def labels_by_source(assembled: Mapping[str, Sequence[Path]]) -> dict[str, pl.DataFrame]:
    """By source, sums of its released text by label (`manifests.labels.SUMS`), from its `assembled` products."""
    return {source: read_sums(folder / LABELS for folder in folders) for source, folders in assembled.items()}


def coverage(
    labels: Iterable[pl.DataFrame], released: Iterable[tuple[str | None, Amount]], concluded: Iterable[dict[str, Any]]
) -> Coverage:
    """Coverage of one source or of several.

    Args:
        labels: sums of each source.
        released: publisher and released text of each source.
        concluded: summaries of all their `concluded` products.
    """
    read: Counter[str] = Counter()
    for one in concluded:
        read.update(one["retractions"])
    return coverage_of(merged_sums(sums.lazy() for sums in labels), *published_by(released), read)


def token_counts(
    names: Sequence[str],
    tokenizers: Iterable[tuple[str, str]],
    asked: Iterable[CountRecipe],
    paths: Sequence[str],
    shards: Sequence[dict[str, Any]],
) -> Iterator[TokenCount]:
    """Tokens by each of `tokenizers` (name, place), which are `asked` for, of the sources `names`.

    `shards` are summaries of all shards, `paths` where each of them lies.
    """
    for (name, place), one in zip(tokenizers, asked, strict=True):
        tokenizer = load_tokenizer(Path(place))
        by_source = dict.fromkeys(names, 0)
        for shard in shards:
            by_source[shard["source"]] += shard["counted"][name][0]
        yield TokenCount(
            name=name,
            file=tokenizer.name,
            sha256=tokenizer.sha256,
            vocabulary=tokenizer.oracle.vocabulary,
            fast_path=tokenizer.fast_path,
            oracle=tokenizer.oracle.library,
            oracle_documents=sum(shard["counted"][name][1] for shard in shards),
            tokens=sum(by_source.values()),
            by_source=by_source,
            by_shard={path: shard["counted"][name][0] for path, shard in zip(paths, shards, strict=True)},
            stored=one.store,
        )
