"""What can be known of repeated paragraphs by who does not know which of several is the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from manifests.deduplicated import RepeatedParagraphs


class AgainSums:
    """Sums over paragraphs whose words occur more than once, by source and of all.

    Of each set of equal paragraphs all but one are repeated. A source that has n of them repeats n - 1, or all n where
    the first stands in another source; with that, the most and the least that it can repeat are known.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._sources = sources
        self._of_source: dict[str, Counter[str]] = {name: Counter() for name in sources}
        self._whole: Counter[str] = Counter()

    def add(self, paragraphs: pl.DataFrame) -> None:
        """Add whole sets: `group` (number of the set), `source` (number), `words` and `bytes` of each paragraph."""
        frame = paragraphs.select("group", "source", pl.col("words", "bytes").cast(pl.Int64))
        groups = frame.group_by("group").agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("words").first(),
            (pl.col("bytes").sum() - pl.col("bytes").max()).alias("least"),
            (pl.col("bytes").sum() - pl.col("bytes").min()).alias("most"),
        )
        one_less = pl.col("n") - 1
        whole = groups.select(
            one_less.sum().alias("repeated"),
            (one_less * pl.col("words")).sum().alias("repeated_words"),
            pl.col("least", "most").sum(),
        )
        self._whole.update(whole.row(0, named=True))
        mine = frame.group_by("group", "source").agg(pl.len().cast(pl.Int64).alias("n"), pl.col("words").first())
        shared = (pl.len().over("group") > 1).cast(pl.Int64)
        sums = (
            mine.with_columns(shared.alias("shared"))
            .group_by("source")
            .agg(
                one_less.sum().alias("least"),
                (one_less + pl.col("shared")).sum().alias("most"),
                (one_less * pl.col("words")).sum().alias("least_words"),
                ((one_less + pl.col("shared")) * pl.col("words")).sum().alias("most_words"),
                (pl.col("n") * pl.col("shared")).sum().alias("shared"),
            )
        )
        for source, *values in sums.iter_rows():
            self._of_source[self._sources[source]].update(dict(zip(sums.columns[1:], values, strict=True)))

    def differing(self, stated: Mapping[str, RepeatedParagraphs]) -> Iterator[str]:
        """One sentence for each statement that cannot be true."""
        names = ("repeated", "repeated_words", "repeated_bytes")
        said = {name: sum(getattr(one, name) for one in stated.values()) for name in names}
        whole = self._whole
        if (said["repeated"], said["repeated_words"]) != (whole["repeated"], whole["repeated_words"]):
            yield "dedup.paragraphs: the released text repeats as many paragraphs, or words, as it does not state"
        elif not whole["least"] <= said["repeated_bytes"] <= whole["most"]:
            yield "dedup.paragraphs: the released text does not repeat as many bytes as it states"
        for name, one in stated.items():
            known = self._of_source[name]
            # So many sets begin in another source; each has at least one paragraph here.
            begun_elsewhere = one.repeated - known["least"]
            begun_here = known["most"] - one.repeated
            if not (
                known["least"] <= one.repeated <= known["most"]
                and known["least_words"] <= one.repeated_words <= known["most_words"]
                and begun_elsewhere <= one.elsewhere <= known["shared"] - begun_here
            ):
                yield f"dedup.paragraphs: {name} cannot repeat as many paragraphs as it states"
