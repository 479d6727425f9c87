"""What one record says of a work counts for every record of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.document import NOTICE
from datacards.render import render
from dedup.identity import KINDS, identity_keys
from manifests.verify import verify
from pipelines.works import COLUMNS, said_of_works
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Documents `a`, `b`, ... of one bundle."""
    usual = {
        **dict.fromkeys(KINDS),
        "retraction": "none",
        "notices": [],
        "licence_spdx": "CC-BY-4.0",
        "licence_conflict": False,
        "licence_stated": True,
        "exact_hi": 0,
        "exact_lo": 0,
    }
    made = [
        {"bundle": 0, "row": place, "doc_id": f"s:{chr(97 + place)}", **usual, **row} for place, row in enumerate(rows)
    ]
    notices = pl.List(pl.Struct(dict.fromkeys([field.name for field in NOTICE], pl.String())))
    return pl.DataFrame(made, schema_overrides={**dict.fromkeys(KINDS, pl.String), "notices": notices})


def told(documents: pl.DataFrame) -> pl.DataFrame:
    return said_of_works(documents, identity_keys(documents.select(KINDS).to_arrow()))


def said(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = told(frame(*rows))
    assert found.columns == COLUMNS
    return [row[1:] for row in found.rows()]


def notice(state: str, kind: str, identifier: str) -> dict[str, str]:
    return {"state": state, "kind": kind, "identifier": identifier}


def test_a_retraction_that_one_record_states_holds_for_all_of_its_work() -> None:
    full_text, citation = {"doi": "10.1000/a", "pmcid": "PMC1"}, {"pmid": "7", "doi": "10.1000/A"}
    assert said(full_text, {**citation, "retraction": "retracted"}, {"doi": "10.1000/other"}) == [
        (0, "retracted", "s:b", None, None)
    ]


def test_it_reaches_through_a_record_that_holds_both_identifiers() -> None:
    chain = ({"pmcid": "PMC1"}, {"pmcid": "1", "pmid": "7"}, {"pmid": "7", "openalex": "W9", "retraction": "concern"})
    assert [row[:3] for row in said(*chain)] == [(0, "concern", "s:c"), (1, "concern", "s:c")]


def test_a_notice_speaks_of_the_work_it_names_not_of_itself() -> None:
    letter = {"pmid": "8", "notices": [notice("retracted", "doi", "doi:10.1000/A"), notice("concern", "pmid", "99")]}
    assert said({"doi": "10.1000/a"}, letter) == [(0, "retracted", "s:b", None, None)]


def test_the_worst_that_is_said_stands_and_nothing_better_is_learnt() -> None:
    corrected, retracted = {"pmid": "1", "retraction": "corrected"}, {"pmid": "1", "retraction": "retracted"}
    assert said(corrected, retracted) == [(0, "retracted", "s:b", None, None)]
    assert said(retracted, {"pmid": "2", "notices": [notice("corrected", "pmid", "1")]}) == []


def test_a_copy_without_identifiers_is_known_by_its_words_and_speaks_for_no_other_document() -> None:
    words, notice_words = {"exact_hi": 1, "exact_lo": 2}, {"exact_hi": 3, "exact_lo": 4}
    found = said(
        {"pmid": "1", **words},
        {"pmid": "1", "retraction": "retracted"},
        words,
        {"pmid": "2", **words},
        {"pmid": "2", **notice_words},
        {"retraction": "concern"},  # it has no words
        {},
    )
    assert [row[:3] for row in found] == [(place, "retracted", "s:b") for place in (0, 2, 3)]


def test_the_same_words_under_another_licence_are_no_conflict() -> None:
    words = {"exact_hi": 1, "exact_lo": 2}
    assert said(words, {**words, "licence_spdx": "CC-BY-NC-4.0"}) == []


def test_licences_with_different_rights_conflict_and_the_strictest_stands() -> None:
    found = said({"doi": "10.1000/a"}, {"doi": "10.1000/a", "licence_spdx": "CC-BY-NC-4.0"})
    assert found == [(0, None, None, "CC-BY-NC-4.0", "s:b"), (1, None, None, "CC-BY-NC-4.0", "s:b")]


def test_licences_with_equal_rights_agree() -> None:
    assert said({"doi": "10.1000/a"}, {"doi": "10.1000/a", "licence_spdx": "CC-BY-3.0"}) == []


def test_what_is_disputed_in_one_record_is_disputed_in_all() -> None:
    found = said({"doi": "10.1000/a"}, {"doi": "10.1000/a", "licence_conflict": True})
    assert [row[0] for row in found] == [0, 1]


@pytest.mark.parametrize(
    "silent", [{"licence_stated": False, "licence_spdx": "LicenseRef-NLM-Terms"}, {"licence_spdx": "NOASSERTION"}]
)
def test_terms_of_a_source_are_no_statement_about_a_work(silent: dict[str, Any]) -> None:
    assert said({"doi": "10.1000/a"}, {"doi": "10.1000/a", **silent}) == []


@pytest.mark.parametrize("terms", ["CC0-1.0", "CC-BY-4.0", "LicenseRef-USGov-PD"])
@pytest.mark.parametrize("stated", ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-SA-4.0"])
def test_terms_of_a_source_cannot_promise_what_a_statement_about_the_work_denies(terms: str, stated: str) -> None:
    copy = {"doi": "10.1000/a", "licence_stated": False, "licence_spdx": terms}
    assert said(copy, {"doi": "10.1000/a", "licence_spdx": stated}) == [(0, None, None, stated, "s:b")]


def test_no_documents_learn_nothing() -> None:
    assert told(frame({}).clear()).rows() == []


# In a build ------------------------------------------------------------------------------------------------------


def test_a_build_drops_every_copy_of_a_retracted_work_and_says_who_said_so(
    small_corpus: SmallCorpus, tmp_path: Path
) -> None:
    texts = [text for name, text in small_corpus.planted.items() if name.startswith(("plain", "r0"))][:4]
    by = "https://creativecommons.org/licenses/by/4.0/"
    rows = {
        "full": [
            {"id": "kept", "text": texts[0], "doi": "10.5555/kept", "licence": by},
            {"id": "doomed", "text": texts[1], "doi": "10.5555/doomed", "licence": by},
            {"id": "disputed", "text": texts[2], "doi": "10.5555/disputed", "licence": by},
        ],
        "index": [{"id": "disputed", "text": texts[3], "doi": "10.5555/Disputed", "licence": "cc-by-nc"}],
    }
    for name, own in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, own)))
    (tmp_path / "works.jsonl").write_text(
        json.dumps({"id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/doomed", "is_retracted": True})
    )
    options = {"columns": {"doi": "doi", "licence": "licence"}, "doc_type": "abstract"}
    recipe = {
        "name": "works",
        "licence_profile": "commercial",
        "sources": [
            {"name": "full", "reader": "jsonl", "files": ["full.jsonl"], "options": options},
            {"name": "index", "reader": "jsonl", "files": ["index.jsonl"], "options": options},
            {"name": "openalex", "reader": "openalex", "files": ["works.jsonl"]},
        ],
    }
    (tmp_path / "works.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    manifest = build(tmp_path / "works.yaml", tmp_path / "out", tmp_path / "work")
    paths = sorted((tmp_path / "out" / "audit").rglob("*.parquet"))
    audit = pl.concat([pl.read_parquet(path, glob=False) for path in paths]).sort("doc_id")
    fates = audit.select("doc_id", "verdict", "reason", "retraction_by", "licence_by").rows()
    assert fates == [
        ("full:disputed", "drop", "licence_conflict", None, "index:disputed"),
        ("full:doomed", "drop", "retracted", "openalex:W1", None),
        ("full:kept", "keep", "kept", None, None),
        ("index:disputed", "drop", "licence_conflict", None, "index:disputed"),
        ("openalex:W1", "drop", "no_abstract", None, None),
    ]
    assert manifest.rights.conflicts == 2
    assert manifest.rights.floor == {
        "commercial": True, "redistribute": True, "derivatives": True, "share_alike": False, "attribution": True
    }  # fmt: skip
    assert verify(tmp_path / "out", render) == []
