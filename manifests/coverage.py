"""What the released text covers: journals, web domains, publishers, dates, retractions, lengths, and what is missing.

All of it follows from one table of sums by label (`manifests.labels.SUMS`), which is additive: tables of bundles add up
to that of a source, tables of sources to that of the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from manifests.amount import Amount, Share
from manifests.strict import Strict
from shards.write import ROW

TOP = 50
"""Labels that the manifest names, where there are as many; the rest is summed."""

DOMAINS = 1000
"""Domains that the manifest names at most."""

PERCENTS = (5, 25, 50, 75, 95)

MEASURES = ("documents", "bytes", "words", "tokens")


class Labels(Strict):
    """How the released text is spread over labels of one kind: `top`, `rest` and `not_stated` add up to all of it."""

    distinct: int
    """How many labels there are."""
    top: tuple[Share, ...]
    """Most tokens first."""
    rest: Amount
    """Of all other labels together."""
    not_stated: Amount
    """Of documents that have none."""


class Headings(Strict):
    """How the released text is spread over subject headings. A document counts for each of its own."""

    distinct: int
    """How many headings there are."""
    top: tuple[Share, ...]
    """Most tokens first."""
    not_stated: Amount
    """Of documents that have none."""


class RetractionState(Strict):
    """Documents of one state after publication (`corpus.document.Retraction`)."""

    state: str
    read: int
    """Records read, whatever became of them."""
    released: Amount


class LengthQuantile(Strict):
    """The least length in tokens that at least `percent` of a hundred documents do not exceed (nearest rank, exact)."""

    percent: int
    tokens: int


class Coverage(Strict):
    """Of one source, or of the snapshot. Labels stand as in the shards, cut to `manifests.labels.LABEL`."""

    journals: Labels
    domains: Labels
    """By registered domain of `url`: a tenth of all domains, at least `TOP` of them, at most `DOMAINS`.

    All of them are in `coverage/domains.parquet`.
    """
    publishers: Labels
    """By publisher of the source, as the recipe names it; records do not state their own."""
    mesh: Headings | None = None
    """By MeSH descriptor; all are in `coverage/mesh.parquet`. None where a snapshot is older than the column."""
    retractions: tuple[RetractionState, ...]
    oldest: str | None
    """The first date of publication, at its own precision: a year stands before its months, a month before its days."""
    newest: str | None
    lengths: tuple[LengthQuantile, ...]


class ColumnNulls(Strict):
    """In how many released rows one column is null."""

    column: str
    rows: int
    reasons: dict[str, int]
    """Rows by reason, which add up to `rows`."""


def coverage_of(
    sums: pl.DataFrame, publishers: Mapping[str, Amount], unpublished: Amount, read: Mapping[str, int]
) -> Coverage:
    """Coverage from sums by label (`manifests.labels.SUMS`).

    Args:
        sums: of the released rows.
        publishers: released text by publisher of its source.
        unpublished: released text of sources whose publisher is not stated.
        read: records read, by state after publication.
    """
    released = {label: Amount(**amount) for label, amount in _amounts(_of(sums, "retraction"))}
    dates = _of(sums, "published")["label"].drop_nulls()
    subjects = _labels(_of(sums, "mesh"), TOP, TOP)
    shares = _ranked(Share(label=label, amount=amount) for label, amount in publishers.items())
    return Coverage(
        journals=_labels(_of(sums, "journal"), TOP, TOP),
        domains=_labels(_of(sums, "domain"), TOP, DOMAINS),
        publishers=Labels(distinct=len(shares), top=shares, rest=Amount(), not_stated=unpublished),
        mesh=Headings(distinct=subjects.distinct, top=subjects.top, not_stated=subjects.not_stated),
        retractions=tuple(
            RetractionState(state=state, read=read.get(state, 0), released=released.get(state, Amount()))
            for state in sorted({*read, *released})
        ),
        oldest=dates.min(),
        newest=dates.max(),
        lengths=_quantiles(_of(sums, "length")),
    )


def nulls_of(sums: pl.DataFrame) -> tuple[ColumnNulls, ...]:
    """Nulls of every column that may be null, from sums by label."""
    reasons: dict[str, dict[str, int]] = {field.name: {} for field in ROW if field.nullable}
    for label, documents in _of(sums, "null").select("label", "documents").sort("label").iter_rows():
        column, _, reason = label.partition(":")
        reasons.setdefault(column, {})[reason] = documents
    return tuple(ColumnNulls(column=name, rows=sum(why.values()), reasons=why) for name, why in reasons.items())


def _of(sums: pl.DataFrame, kind: str) -> pl.DataFrame:
    return sums.filter(pl.col("kind") == kind)


def _amounts(rows: pl.DataFrame) -> Iterable[tuple[str, dict[str, int]]]:
    for row in rows.select("label", *MEASURES).to_dicts():
        yield row.pop("label"), row


def _labels(rows: pl.DataFrame, least: int, most: int) -> Labels:
    """A tenth of all labels is named, or `least`, or `most`."""
    stated = ranked(rows.filter(pl.col("label").is_not_null()))
    named = min(max(-(-len(stated) // 10), least), most)
    top, rest = stated[:named], stated[named:]
    return Labels(
        distinct=len(stated),
        top=tuple(Share(label=label, amount=Amount(**amount)) for label, amount in _amounts(top)),
        rest=_total(rest),
        not_stated=_total(rows.filter(pl.col("label").is_null())),
    )


def ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Most tokens first; of as many, most documents, then by label."""
    return rows.sort("tokens", "documents", "label", descending=[True, True, False])


def _ranked(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda share: (-share.amount.tokens, -share.amount.documents, share.label)))


def _total(rows: pl.DataFrame) -> Amount:
    return Amount(**rows.select(pl.col(MEASURES).sum()).row(0, named=True))


def _quantiles(rows: pl.DataFrame) -> tuple[LengthQuantile, ...]:
    """Of no documents, none."""
    lengths = rows.select(pl.col("label").cast(pl.Int64), "documents").sort("label")
    reached = lengths["documents"].cum_sum().to_list()
    whole = reached[-1] if reached else 0
    found = []
    for percent in PERCENTS if whole else ():
        rank = -(-percent * whole // 100)
        place = next(place for place, count in enumerate(reached) if count >= rank)
        found.append(LengthQuantile(percent=percent, tokens=lengths["label"][place]))
    return tuple(found)
