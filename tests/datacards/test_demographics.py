"""Who is spoken about, as pages say it: small cells are hidden, everything else is the manifest's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datacards.demographics import SMALL, demographics_json, spoken
from datacards.render import render
from filters.mentions import lexicon
from manifests.demographics import Demographics, Dimension, Mentioned
from manifests.model import Manifest

GROUPS, CONCEPTS = len(lexicon().groups), len(lexicon().concepts)


def mentioned(stage: str, near: dict[tuple[int, int], int], named: int = 100, source: str = "medline") -> Mentioned:
    """A thousand documents, a hundred of which name each group, with `near` of (concept, group)."""
    table = tuple(tuple(near.get((c, g), 0) for g in range(GROUPS)) for c in range(CONCEPTS))
    return Mentioned(
        source=source,
        stage=stage,
        documents=4000,
        other_languages=7,
        no_group=1234,
        unnamed=(3000, 2000, 1500),
        groups=(named,) * GROUPS,
        concepts=(2000,) * CONCEPTS,
        both=table,
        near=table,
    )


def stated(*left: Mentioned) -> Demographics:
    known = lexicon()
    return Demographics(
        lexicon=known.id,
        lexicon_sha256=known.sha256,
        languages=known.languages,
        window=50,
        dimensions=tuple(Dimension(name=name, groups=groups) for name, groups in known.dimensions.items()),
        concepts=known.concepts,
        left=left,
    )


FOUND = stated(mentioned("near", {(0, 0): 40}), mentioned("kept", {(0, 0): 60, (0, 1): 10, (0, 2): 11, (0, 3): 12}))


def test_cells_of_one_to_ten_documents_are_shown_nowhere() -> None:
    found = spoken(FOUND)
    assert found is not None
    cells = [row.cells[0].shown for row in found.groups[:5]]
    pair = json.loads(demographics_json(FOUND, "id"))["whole"]["pairs"]["opioid"]

    assert cells == ["600.0", f"<{SMALL}", "110.0", "120.0", "0"]
    assert pair["white"] is None
    assert pair["hispanic"]["documents"] == SMALL
    assert pair["indigenous"]["documents"] == 0


def test_a_group_of_few_documents_hides_all_that_is_said_of_it() -> None:
    few = stated(mentioned("kept", {(0, 0): 5}, named=5))
    found = spoken(few)
    assert found is not None

    assert {(row.documents, row.share) for row in found.groups} == {("<11", "<11")}
    assert {cell.shown for row in found.groups for cell in row.cells} == {"<11"}
    assert set(json.loads(demographics_json(few, "id"))["whole"]["groups"].values()) == {None}


def test_a_planted_association_leads_the_page_and_the_stage_that_moved_it_says_so() -> None:
    found = spoken(FOUND)
    assert found is not None

    assert (found.lines[0].group, found.lines[0].concept) == ("black", "opioid")
    assert found.groups[0].cells[0].sign == "more"
    (stage,) = found.stages
    assert (stage.stage, stage.ended, stage.left) == ("near", 4000, 4000)
    assert found.sources[0].found == found.found


def test_sources_and_stages_are_told_apart() -> None:
    content = json.loads(demographics_json(FOUND, "id"))

    read, after = content["rates_by_source_and_stage"]["medline"]
    assert (read["of"], read["documents"]) == ("read", 8000)
    assert read["per_1000_documents"]["opioid"]["black"] == pytest.approx(100 * 1000 / 8000)
    assert (after["of"], after["per_1000_documents"]["opioid"]["black"]) == ("after near", 15.0)
    assert content["stages"][0]["log_odds_change"]["opioid"]["black"][0] < 0


@pytest.fixture
def measured(manifest: Manifest) -> Manifest:
    return manifest.model_copy(update={"demographics": FOUND}).identified()


def test_card_datasheet_and_page_say_it(measured: Manifest) -> None:
    pages = {name: content.decode() for name, content in render(measured).items()}

    assert "| black | 100 | 2.5% | 600.0 ▲ |" in pages["README.md"]
    assert "`black` in 100 (2.5%)" in pages["DATASHEET.md"]
    assert "`black` near `opioid` (log-odds" in pages["DATASHEET.md"]
    assert '<section id="people"' in pages["report/index.html"]
    assert json.loads(pages["report/demographics.json"])["snapshot_id"] == measured.snapshot_id


def test_what_was_not_measured_is_said_not_to_be(manifest: Manifest) -> None:
    pages = {name: content.decode() for name, content in render(manifest).items()}

    assert "Who is spoken about was not measured." in pages["DATASHEET.md"]
    assert "the recipe asks for no mentions" in pages["report/index.html"]
    assert "report/demographics.json" not in pages


def test_a_corpus_of_which_nothing_was_kept_says_so(manifest: Manifest) -> None:
    empty = manifest.model_copy(update={"demographics": stated(mentioned("near", {}))}).identified()
    pages = {name: content.decode() for name, content in render(empty).items()}

    assert "Nothing was kept in a language that the lexicon speaks." in pages["report/index.html"]
    assert json.loads(pages["report/demographics.json"])["whole"] is None


@pytest.mark.parametrize("field", ["documents", "groups", "near"])
def test_another_count_is_another_page(field: str) -> None:
    content: dict[str, Any] = FOUND.model_dump(mode="json")
    kept = content["left"][1]
    if field == "documents":
        kept[field] += 1
    else:
        row = kept[field][0] if field == "near" else kept[field]
        row[0] += 1
        if field == "near":
            kept["both"][0][0] += 1

    assert demographics_json(Demographics.model_validate(content), "id") != demographics_json(FOUND, "id")
