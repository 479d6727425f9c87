"""A recipe names datatrove's formatters, and documents are what they make of them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.errors import RecipeError
from corpus.storage import WorkFolder
from datacards.render import render
from manifests.agree import with_formatters
from manifests.explain import explain
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.forecast import forecast
from pipelines.measure import ROWS
from pipelines.plan import Plan, make_plan
from pipelines.recipe import load_recipe
from sources.text import normalised
from tests.conftest import Built
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of packages that datatrove imports
    pytest.importorskip("datatrove")
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.formatters import (  # type: ignore[import-untyped]
        FTFYFormatter,
        PIIFormatter,
        SymbolLinesFormatter,
    )

ODD = "tests.filters.test_datatrove_formatters:Odd"
STEPS: list[dict[str, Any]] = [
    {"name": "mend", "formatter": "FTFYFormatter", "options": {"uncurl_quotes": True}, "sources": ["mended"]},
    {"name": "hide", "formatter": "PIIFormatter", "sources": ["hidden"]},
    {"name": "lines", "formatter": "SymbolLinesFormatter", "options": {"replace_char": "~"}, "sources": ["lined"]},
    {"name": "odd", "formatter": ODD, "options": {"ending": " The end."}, "sources": ["odd"]},
    {"name": "short", "filter": "GopherQualityFilter", "options": {"min_doc_words": 20}},
]
SOURCES = ["mended", "hidden", "lined", "odd", "plain"]


def written(text: str, number: int) -> str:
    """A real abstract with something for each formatter."""
    lines = [
        text,
        "-----",
        f"The patient\u2019s caf\u00e9 {number} &lt;sic&gt; \u2013 see \u201cresults\u201d.",
        "=====",
        "*****",
    ]
    lines.append(f"Write to a{number}@clinic.org or b{number}@clinic.org; not from 8.8.8.8, nor from 8.8.4.4.")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def texts(small_corpus: SmallCorpus) -> dict[str, str]:
    """By id, texts that no other source repeats in full."""
    found = {f"d{n:02d}": written(small_corpus.planted[f"plain-{n:02d}"], n) for n in range(10)}
    return (
        found
        | {"raises": "raise " + found["d00"], "empty": "nothing " + found["d01"], "symbols": "*****\n====="}
        | {"nd": small_corpus.planted["plain-10"]}
    )


@pytest.fixture(scope="module")
def recipe(texts: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five sources that hold the same records, each with another formatter, and one with none."""
    folder = tmp_path_factory.mktemp("formatted")
    for source in SOURCES:
        rows = [
            {"id": name, "text": text, "license": "CC BY-ND 4.0" if name == "nd" else "CC BY 4.0"}
            for name, text in texts.items()
        ]
        (folder / f"{source}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    sources = [
        {
            "name": name,
            "reader": "jsonl",
            "files": [f"{name}.jsonl"],
            "options": {"columns": {"licence": "license"}, "doc_type": "abstract"},
        }
        for name in SOURCES
    ]
    profile = {"name": "own", "statement": "Ours.", "allow": ["attribution"], "verbatim": ["no-derivatives"]}
    content = {
        "name": "formatted",
        "engine": "inline",
        "licence_profile": profile,
        "sources": sources,
        "datatrove": STEPS,
    }
    path = folder / "formatted.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def built(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """That recipe, built once."""
    folder = tmp_path_factory.mktemp("built")
    return Built(folder / "out", folder / "work", build(recipe, folder / "out", folder / "work"))


def planned(recipe: Path) -> Plan:
    return make_plan(load_recipe(recipe), recipe.parent)


def as_read(plan: Plan, work: Path, source: str) -> dict[str, dict[str, Any]]:
    """Documents of a source by native id, as the build stored them when it read them."""
    folder = WorkFolder.create(work)
    [bundle] = [one for one in plan.bundles if one.source.name == source]
    rows = pl.read_parquet(folder.product("documents", bundle.digests["documents"]) / ROWS, glob=False)
    return {row["doc_id"].partition(":")[2]: row for row in rows.iter_rows(named=True)}


def alone(step: Any, text: str) -> str:
    """What a step of datatrove's gives for one document."""
    [document] = step.run(iter([Document(text=text, id="")]))
    return normalised(document.text).decode()


def in_one_pipeline(step: Any, texts: dict[str, str]) -> dict[str, str]:
    """What a step of datatrove's gives for a stream of documents."""
    stream = step.run(iter([Document(text=text, id=name) for name, text in texts.items()]))
    return {document.id: normalised(document.text).decode() for document in stream}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("mended", lambda texts: in_one_pipeline(FTFYFormatter(uncurl_quotes=True), texts)),
        ("lined", lambda texts: in_one_pipeline(SymbolLinesFormatter(replace_char="~"), texts)),
        ("hidden", lambda texts: {name: alone(PIIFormatter(), text) for name, text in texts.items()}),
        ("plain", lambda texts: {name: normalised(text).decode() for name, text in texts.items()}),
    ],
)
def test_texts_are_those_that_datatrove_makes(
    recipe: Path,
    built: Built,
    texts: dict[str, str],
    source: str,
    expected: Callable[[dict[str, str]], dict[str, str]],
) -> None:
    """datatrove's stream of documents in one piece; PIIFormatter counts on from one to the next, so each alone."""
    found = {name: row["text"] for name, row in as_read(planned(recipe), built.work, source).items()}
    assert found == expected(texts)
    assert (found != texts) == (source != "plain")


def facts_of(built: Built, source: str) -> dict[str, int]:
    [stated] = [one for one in built.manifest.sources if one.name == source]
    [file] = stated.raw_files
    return {
        name: count for name, count in file.facts.items() if name.split("_")[0] in ("rewritten", "emptied", "failed")
    }


def test_what_formatters_did_is_counted(built: Built) -> None:
    # `symbols` become one "~" line; nothing in `nd` is changed by any of datatrove's own.
    assert facts_of(built, "mended") == {"rewritten_by_mend": 12}
    assert facts_of(built, "hidden") == {"rewritten_by_hide": 12}
    assert facts_of(built, "lined") == {"rewritten_by_lines": 13}
    assert facts_of(built, "odd") == {"rewritten_by_odd": 12, "failed_in_odd": 1, "emptied_by_odd": 1}
    assert facts_of(built, "plain") == {}


def test_lost_documents_are_in_the_ledger_and_the_account_closes(built: Built) -> None:
    lines = [
        (one.reason, one.amount.documents, one.amount.bytes)
        for one in built.manifest.ledger.lines
        if (one.source, one.stage) == ("odd", "read")
    ]
    assert sorted(lines) == [("emptied_by_odd", 1, 0), ("odd:error", 1, 0)]
    assert verify(built.folder, render) == []


def test_a_text_that_was_formatted_is_not_verbatim(built: Built) -> None:
    rows = Snapshot.open(built.folder).audit().filter(pl.col("doc_id").str.ends_with(":nd")).collect()
    refused = rows.filter(pl.col("reason") == "licence_no_derivatives")["source"].to_list()
    assert sorted(refused) == ["hidden", "lined", "mended", "odd"]
    assert rows.filter(pl.col("source") == "plain")["verdict"].to_list() == ["keep"]


def test_the_snapshot_says_what_was_changed(built: Built) -> None:
    [mended] = [one for one in built.manifest.sources if one.name == "mended"]
    [formatter] = mended.formatters
    assert (formatter.name, formatter.formatter, formatter.options) == (
        "mend",
        "FTFYFormatter",
        {"uncurl_quotes": True},
    )
    assert {"datatrove", "ftfy"} <= set(built.manifest.environment.packages)
    sheet = (built.folder / "DATASHEET.md").read_text(encoding="utf-8")
    assert '`mended` by `FTFYFormatter` with {"uncurl\\_quotes":true} (12 rewritten, 0 emptied, 0 failed)' in sheet
    assert "(12 rewritten, 1 emptied, 1 failed)" in sheet
    assert "then `FTFYFormatter`" in (built.folder / "README.md").read_text(encoding="utf-8")
    assert "Texts rewritten by mend" in (built.folder / "report" / "sources" / "mended.html").read_text(
        encoding="utf-8"
    )
    owed = pl.read_parquet(built.folder / "ATTRIBUTION.parquet").filter(pl.col("source") == "mended")
    assert len(owed)
    assert owed["changes"].str.starts_with("text extracted; formatted by FTFYFormatter").all()
    [story] = explain(Snapshot.open(built.folder), "mended:d00")
    assert story.formatted_by == ("FTFYFormatter",)


def test_counts_that_the_ledger_contradicts_are_found(built: Built) -> None:
    content = built.manifest.model_dump(mode="json")
    content["sources"][3]["raw_files"][0]["facts"]["emptied_by_odd"] = 7
    [finding] = with_formatters(type(built.manifest).model_validate(content))
    assert "emptied_by_odd of raw files of odd" in finding.what


def test_filters_judge_what_formatters_made_and_stand_in_the_tables_alone(built: Built) -> None:
    columns = Snapshot.open(built.folder).audit().collect_schema().names()
    assert [name for name in columns if name.startswith("datatrove_")] == ["datatrove_short"]


def test_a_forecast_reads_what_a_build_reads(recipe: Path) -> None:
    sizes = {one.source: one.text_bytes for one in forecast(planned(recipe))}
    assert sizes["lined"] < sizes["plain"]


def changed(recipe: Path, folder: Path, steps: list[dict[str, Any]]) -> Path:
    """The same recipe over the same raw files with other steps of datatrove's."""
    content = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(content | {"root": str(recipe.parent), "datatrove": steps}), encoding="utf-8")
    return path


def documents_of(plan: Plan) -> dict[str, str]:
    return {bundle.source.name: bundle.digests["documents"] for bundle in plan.bundles}


def test_a_formatter_concerns_its_own_sources_and_every_option_of_it_matters(recipe: Path, tmp_path: Path) -> None:
    with_all = documents_of(planned(recipe))
    without = documents_of(planned(changed(recipe, tmp_path, STEPS[4:])))
    bare = documents_of(planned(changed(recipe, tmp_path, [])))
    assert without == bare
    assert {name for name in SOURCES if with_all[name] != without[name]} == set(SOURCES) - {"plain"}
    other = [STEPS[0] | {"options": {"uncurl_quotes": False}}, *STEPS[1:]]
    optional = documents_of(planned(changed(recipe, tmp_path, other)))
    assert {name for name in SOURCES if with_all[name] != optional[name]} == {"mended"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"formatter": "NoFormatter"}, "has no formatter 'NoFormatter'"),
        ({"formatter": "PIIFormatter", "options": {"mails": 1}}, "has no option 'mails'"),
        ({"formatter": "FTFYFormatter", "sources": ["nobody"]}, "datatrove names no source 'nobody'"),
        ({"formatter": "GopherQualityFilter"}, "has no formatter 'GopherQualityFilter'"),
        ({"filter": "FTFYFormatter"}, "has no filter 'FTFYFormatter'"),
        ({"formatter": "FTFYFormatter", "filter": "C4QualityFilter"}, "name either a `filter` or a `formatter`"),
        ({"formatter": ODD, "options": {"ending": date(2020, 1, 1)}}, "not a valid JSON value"),
        ({}, "name either a `filter` or a `formatter`"),
    ],
)
def test_mistakes_name_the_line(recipe: Path, tmp_path: Path, given: dict[str, object], message: str) -> None:
    path = changed(recipe, tmp_path, [{"name": "x", **given}])
    with pytest.raises(RecipeError, match=rf"changed.yaml:\d+: .*{message}"):
        load_recipe(path)
