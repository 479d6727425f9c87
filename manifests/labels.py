"""Sums of released text by label, where labels are without number: journals, domains, headings, dates, lengths, reasons
of nulls.

They travel as tables, never in the summary of a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from manifests.amount import Amount
from manifests.coverage import MEASURES, ranked

LABEL = 200
"""Characters of a label that count: publishers put whole abstracts into the field for a journal's name."""

SUMS = pl.Schema({"kind": pl.String(), "label": pl.String(), **dict.fromkeys(MEASURES, pl.Int64())})
"""Sums by kind and label, each pair once, sorted: `journal`, `domain`, `mesh`, `retraction`, `published` (the date),
`length` (tokens of a document), `null` (`column:reason`). The label is null for rows that have none of the kind. A row
counts for each heading of `mesh`, for one label of any other kind but `null`."""

LISTED = {
    "journal": "coverage/journals.parquet",
    "domain": "coverage/domains.parquet",
    "mesh": "coverage/mesh.parquet",
}
"""Kinds of which a snapshot lists every label, and where."""

_ROWS = 250_000
_HELD = 1_000_000
"""Rows of a file, and of tables of sums, at a time."""

_NEEDED = {
    **dict.fromkeys(["journal", "url", "retraction", "published", "genre", "genre_evidence"], pl.String()),
    "date_precision": pl.String(),
    "nulls": pl.List(pl.String()),
    "mesh": pl.List(pl.String()),
    **dict.fromkeys(["n_bytes", "n_words", "n_tokens"], pl.Int64()),
}

# What is not among the columns of which `nulls` speaks is null together with one of them.
_IMPLIED = {"genre_evidence": ("genre", "no_genre"), "date_precision": ("published", "no_date")}

_HOST = r"^(?i:https?|ftp)://(?:[^/?#@\s]*@)?([^/?#:@\s\[\]]+)"


def label_sums(paths: Iterable[Path]) -> pl.DataFrame:
    """`SUMS` of Parquet files of released rows (`shards.write.ROW`); their text is not read.

    Memory is that of `_ROWS` rows, and of the labels.
    """
    files = ((path, pq.read_metadata(path).num_rows) for path in paths)
    return _added(_sums(path, start) for path, rows in files for start in range(0, rows, _ROWS))


def _added(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The sum of tables that come one after the other; as many rows are held as twice the sum has, or `_HELD`."""
    whole, held = pl.DataFrame(schema=SUMS), []
    for part in parts:
        held.append(part)
        if sum(map(len, held)) > max(len(whole), _HELD):
            whole, held = merged_sums(one.lazy() for one in (whole, *held)), []
    return merged_sums(one.lazy() for one in (whole, *held))


def _sums(path: Path, start: int) -> pl.DataFrame:
    """Of `_ROWS` rows from `start` on."""
    window = pl.scan_parquet(path, glob=False).slice(start, _ROWS)
    here = set(window.collect_schema().names())  # shards of earlier snapshots lack what was added since
    rows = window.select(
        (pl.col(name) if name in here else pl.lit(None)).cast(kind).alias(name) for name, kind in _NEEDED.items()
    )
    kinds = {
        "journal": pl.col("journal").str.slice(0, LABEL),
        "domain": pl.col("url").str.extract(_HOST, 1).str.to_lowercase().str.strip_chars_end("."),
        "retraction": pl.col("retraction"),
        "published": pl.col("published"),
        "length": pl.col("n_tokens").cast(pl.String),
    }
    queries = [_summed(rows, kind, label) for kind, label in kinds.items()]
    measured = [f"n_{name}" for name in MEASURES[1:]]
    headings = rows.select(pl.col("mesh").list.eval(pl.element().str.slice(0, LABEL)).list.unique(), *measured)
    queries.append(_summed(headings.explode("mesh"), "mesh", pl.col("mesh")))
    reasons = rows.select(pl.col("nulls").alias("reason"), *measured).explode("reason")
    queries.append(_summed(reasons.drop_nulls("reason"), "null", pl.col("reason")))
    for name, (of, why) in _IMPLIED.items():
        reason = pl.when(pl.col(of).is_null()).then(pl.lit(f"{name}:{why}")).otherwise(pl.lit(f"{name}:not_stated"))
        queries.append(_summed(rows.filter(pl.col(name).is_null()), "null", reason))
    parts = pl.collect_all(queries, engine="streaming")
    hosts = parts[1]["label"].drop_nulls().unique()
    domains = {host: registered_domain(host) for host in hosts}
    parts[1] = parts[1].with_columns(
        pl.col("label").replace_strict(domains, default=None, return_dtype=pl.String).alias("label")
    )
    return merged_sums([part.lazy() for part in parts])


def merged_sums(parts: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """The sum of several tables of sums; it holds as many rows as there are labels, however many tables there are."""
    tables = list(parts)
    if not tables:
        return pl.DataFrame(schema=SUMS)
    whole = pl.concat(tables).group_by("kind", "label").agg(pl.col(MEASURES).sum()).collect(engine="streaming")
    return whole.select(SUMS.names()).sort("kind", "label", nulls_last=False)


def read_sums(paths: Iterable[Path]) -> pl.DataFrame:
    """The sum of tables of sums on disk."""
    files = list(paths)
    return merged_sums([pl.scan_parquet(files, glob=False)] if files else [])


def listed(kind: str, by_source: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Every label of a kind in `LISTED`, with the measures of its text; by source, most tokens first."""
    parts = [
        ranked(sums.filter((pl.col("kind") == kind) & pl.col("label").is_not_null())).select(
            pl.lit(source).alias("source"), pl.col("label").alias(kind), *MEASURES
        )
        for source, sums in sorted(by_source.items())
    ]
    empty = pl.DataFrame(schema={"source": pl.String(), kind: pl.String(), **dict.fromkeys(MEASURES, pl.Int64())})
    return pl.concat([empty, *parts])


def published_by(sources: Iterable[tuple[str | None, Amount]]) -> tuple[dict[str, Amount], Amount]:
    """Released text by publisher, and that of sources without one, from each source's publisher and text."""
    by: dict[str | None, Amount] = {}
    for publisher, amount in sources:
        by[publisher or None] = by.get(publisher or None, Amount()) + amount
    none = by.pop(None, Amount())
    return {name: amount for name, amount in by.items() if name is not None}, none


def registered_domain(host: str) -> str | None:
    """`nih.gov` of `www.ncbi.nlm.nih.gov`, by the Public Suffix List; a numeric address stands for itself.

    None for what is not registered anywhere: names without a public suffix, and what is no host name.
    """
    found = _suffixes()(host)
    registered, address = found
    return registered or address or None


@cache
def _suffixes() -> Callable[[str], tuple[str, str]]:
    import tldextract

    # The list that its package ships: nothing is fetched, nothing is written.
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)

    def parts(host: str) -> tuple[str, str]:
        found = extract(host)
        return found.top_domain_under_public_suffix, found.ipv4

    return parts


def _summed(rows: pl.LazyFrame, kind: str, label: pl.Expr) -> pl.LazyFrame:
    sums = [pl.len().cast(pl.Int64).alias("documents")]
    sums += [pl.col(f"n_{name}").sum().alias(name) for name in MEASURES[1:]]
    named = rows.group_by(label.alias("label")).agg(sums)
    return named.select(pl.lit(kind).alias("kind"), "label", *MEASURES)
