"""From finished units to what a snapshot states of evaluation sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from corpus.merging import merged
from corpus.tables import row_groups, write_frames
from filters.contamination.annotator import ContaminationAnnotator
from filters.phi.spans import EVALUATION_ITEM
from manifests.contamination import HITS, ORDER, Contamination, EvaluationFile, EvaluationSet, MaskedItems, found_of
from pipelines.contamination import HITS_FILE

if TYPE_CHECKING:
    from pipelines.evaluations import EvaluationSet as Named
    from pipelines.stated.finished import Finished


def write_copies(finished: Finished, path: Path) -> int:
    """Write every copy that was found (`manifests.contamination.HITS`), a few at a time; how many there are."""
    parts = [
        finished.product(number, "concluded") / HITS_FILE
        for number, own in enumerate(finished.digests)
        if "contamination" in own
    ]
    with TemporaryDirectory(prefix="hits-", dir=finished.work.unfinished) as scratch:
        return write_frames(chain([pl.DataFrame(schema=HITS)], merged(parts, ORDER, Path(scratch))), path)


def contamination(finished: Finished, copies: Path) -> Contamination:
    """The statement about all sets, from the table of copies and what was masked."""
    evaluations, items = finished.plan.evaluations, finished.items
    assert evaluations is not None
    assert items is not None
    found = found_of(row_groups(copies))
    sources = [source.name for source in finished.plan.recipe.sources]
    return Contamination(
        index_sha256=items["sha256"],
        index_bytes=items["bytes"],
        items=items["items"],
        config=evaluations.config.json(),
        version=ContaminationAnnotator.version,
        min_score=evaluations.policy["min_score"],
        max_masked_share=evaluations.policy["max_masked_share"],
        screened=tuple(source.name for source in finished.plan.recipe.sources if source.use == "train"),
        sets=tuple(_stated(one, items["sets"][one.recipe.name], found) for one in evaluations.sets),
        masked=tuple(_masked(finished, sources)),
    )


def _stated(one: Named, counts: dict[str, Any], found: dict[str, Any]) -> EvaluationSet:
    recipe = one.recipe
    files = sorted({*one.files, *one.beside})
    return EvaluationSet(
        name=recipe.name,
        title=recipe.title or recipe.name,
        homepage=recipe.homepage,
        licence=recipe.licence,
        format=recipe.format,
        fields=recipe.fields,
        files=tuple(EvaluationFile(name=file.name, sha256=file.sha256, bytes=file.bytes) for file in files),
        items=counts["items"],
        refused=counts["refused"],
        policy=recipe.actions,
        found=found.get(recipe.name, ()),
    )


def _masked(finished: Finished, sources: Sequence[str]) -> list[MaskedItems]:
    sums = []
    for name in sources:
        counts = [finished.assembled[number]["spans"].get(EVALUATION_ITEM, (0, 0)) for number in finished.of(name)]
        spans, documents = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0)
        if spans:
            sums.append(MaskedItems(source=name, spans=spans, documents=documents))
    return sums
