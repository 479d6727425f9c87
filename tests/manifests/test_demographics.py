"""Who is spoken about: counts that add up over parts, close with the ledger, and are found out when they are forged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from filters.mentions import lexicon
from filters.mentions.annotator import CONCEPTS, GROUPS, near_column
from manifests import mentioned, verify
from manifests.demographics import KEPT, Demographics, columns_of, ends, entered, summed, tallies
from manifests.snapshot import Snapshot
from tests.conftest import Built
from tests.filters.mentions_oracle import bits
from tests.manifests.damage import forged, names, rewritten

DIMENSIONS = (("a", "b"), ("c",))
WORDS = ("x", "y")

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "verdict": st.sampled_from(["keep", "drop"]),
            "stage": st.sampled_from(["quality", "near"]),
            "language": st.sampled_from(["en", "fr"]),
            GROUPS: st.none() | st.integers(0, 7),
            CONCEPTS: st.integers(0, 3),
            **{near_column(word): st.integers(0, 7) for word in WORDS},
        }
    ),
    max_size=30,
)


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    kinds = dict.fromkeys(columns_of(WORDS), pl.UInt32) | dict.fromkeys(["verdict", "stage", "language"], pl.String)
    return pl.DataFrame(rows, schema=kinds)


def counted(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {stage: tally.plain() for stage, tally in tallies(frame(rows), DIMENSIONS, WORDS, ("en",)).items()}


def slowly(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same, a document and a cell at a time."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row[GROUPS] is None:
            continue
        stage = KEPT if row["verdict"] == "keep" else row["stage"]
        zero = {"documents": 0, "other_languages": 0, "no_group": 0, "unnamed": [0, 0], "groups": [0, 0, 0]}
        table = {"concepts": [0, 0], "both": [[0, 0, 0], [0, 0, 0]], "near": [[0, 0, 0], [0, 0, 0]]}
        own = found.setdefault(stage, zero | table)
        if row["language"] != "en":
            own["other_languages"] += 1
            continue
        own["documents"] += 1
        own["no_group"] += row[GROUPS] == 0
        own["unnamed"][0] += row[GROUPS] & 0b011 == 0
        own["unnamed"][1] += row[GROUPS] & 0b100 == 0
        for group in range(3):
            named = row[GROUPS] >> group & 1
            own["groups"][group] += named
            for concept in range(2):
                own["both"][concept][group] += named & (row[CONCEPTS] >> concept & 1)
                own["near"][concept][group] += row[near_column(WORDS[concept])] >> group & 1
        for concept in range(2):
            own["concepts"][concept] += row[CONCEPTS] >> concept & 1
    return found


@settings(max_examples=60)
@given(ROWS)
def test_counts_are_those_of_counting_one_by_one(rows: list[dict[str, Any]]) -> None:
    assert counted(rows) == slowly(rows)


@settings(max_examples=60)
@given(ROWS, st.integers(0, 30))
def test_counts_of_parts_add_up_wherever_they_are_cut(rows: list[dict[str, Any]], cut: int) -> None:
    parts = [tallies(frame(part), DIMENSIONS, WORDS, ("en",)) for part in (rows[:cut], rows[cut:])]

    assert {stage: tally.plain() for stage, tally in summed(parts).items()} == counted(rows)


@pytest.fixture(scope="module")
def stated(snapshot: Built) -> Demographics:
    found = snapshot.manifest.demographics
    assert found is not None
    return found


def test_every_document_ends_once_and_where_the_ledger_says(snapshot: Built, stated: Demographics) -> None:
    manifest = snapshot.manifest
    lost = {(one.source, one.stage): one.dropped.documents + one.merged.documents for one in manifest.ledger.stages}
    kept = {(source.name, KEPT): source.kept.documents for source in manifest.sources}
    found = {(one.source, one.stage): one.documents + one.other_languages for one in stated.left}

    assert found == {place: count for place, count in (lost | kept).items() if count}


def test_what_enters_a_stage_is_what_ends_there_and_what_goes_on(stated: Demographics) -> None:
    found = ends(stated)
    whole = sum(int(tally.documents) for tally in found.values())
    for _, ended, left in entered(found):
        assert left is not None
        assert int(ended.documents + left.documents) == whole
        whole = int(left.documents)

    assert whole == int(found[KEPT].documents)


def test_real_abstracts_name_people_and_are_counted(stated: Demographics) -> None:
    kept = ends(stated)[KEPT]
    assert int(kept.groups[stated.groups.index("female")]) > 10
    assert int(kept.near.sum()) > 3
    assert np.all(kept.near <= kept.both)


def test_the_record_tables_say_of_each_document_what_its_text_names(snapshot: Built, stated: Demographics) -> None:
    opened = Snapshot.open(snapshot.folder)
    rows = opened.audit("medline").filter(pl.col("verdict") == "keep").sort("doc_id").collect()
    rows = rows.filter((pl.col(GROUPS) > 0) & (pl.col("phi_count") == 0)).head(60)
    texts = opened.released_texts("medline", rows["doc_id"].to_list())
    for row in rows.iter_rows(named=True):
        groups, concepts, near = bits(texts[row["doc_id"]], stated.window)

        assert (row[GROUPS], row[CONCEPTS]) == (groups, concepts)
        assert [row[near_column(name)] for name in stated.concepts] == near
    assert len(rows) == 60


@pytest.mark.parametrize("name", ["documents", "no_group", "groups", "near", "unnamed", "both"])
def test_a_forged_count_contradicts_the_record_tables(snapshot: Built, stated: Demographics, name: str) -> None:
    content = stated.model_dump(mode="json")
    one = content["left"][-1]
    if isinstance(one[name], int):
        one[name] += 1
    else:
        row = one[name][0] if isinstance(one[name][0], list) else one[name]
        row[0] += 1
    changed = snapshot.manifest.model_copy(update={"demographics": Demographics.model_validate(content)})

    assert list(mentioned.findings(Snapshot(snapshot.folder, snapshot.manifest))) == []
    (found,) = mentioned.findings(Snapshot(snapshot.folder, changed))
    assert found.what == f"demographics of source {one['source']} are not those of its record tables"


def test_another_window_contradicts_the_recipe(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["demographics"]["window"] = 7

    assert any("demographics.window" in finding.what for finding in forged(copy, change))


def test_bits_that_are_not_those_of_the_released_text_are_found(copy: Path) -> None:
    """A forger who moves the same number of mentions to another document keeps every sum."""
    name = next(path for path in sorted((copy / "audit" / "medline").iterdir()))
    table = pl.read_parquet(name, glob=False)
    kept = (pl.col("verdict") == "keep") & (pl.col("phi_count") == 0) & (pl.col("language") == "en")
    rows = table.with_row_index().filter(kept)
    silent, loud = rows.filter(pl.col(GROUPS) == 0)["index"][0], rows.filter(pl.col(GROUPS) > 0)["index"][0]
    order = list(range(len(table)))
    order[silent], order[loud] = loud, silent
    swapped = table.with_columns(table.select(columns_of(lexicon().concepts))[order])

    found = rewritten(copy, {name.relative_to(copy).as_posix(): swapped})

    assert any("are not those of the record table" in finding.what for finding in found)
    assert {path.split("/")[0] for path in names(found)} == {"data"}


def test_a_snapshot_of_another_lexicon_is_said_not_to_be_read_again(snapshot: Built, stated: Demographics) -> None:
    other = snapshot.manifest.model_copy(
        update={"demographics": stated.model_copy(update={"lexicon_sha256": "0" * 64})}
    )

    assert any("another lexicon" in note for note in verify.notes(other))
    assert not any("another lexicon" in note for note in verify.notes(snapshot.manifest))


def test_counts_of_another_shape_are_no_statement(stated: Demographics) -> None:
    content = stated.model_dump(mode="json")
    content["left"][0]["groups"].pop()

    with pytest.raises(ValidationError, match="are not of this lexicon"):
        Demographics.model_validate(content)
