"""datatrove's filters judge our documents as they judge their own, and ours work in its pipelines."""

from __future__ import annotations

import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus.document import DOCUMENTS
from corpus.errors import RecipeError
from filters.datatrove.annotator import DatatroveAnnotator, DatatroveFilter, make_filter
from filters.quality import QualityAnnotator
from filters.rules import decide, load_preset
from tests.sources.material import demo_file

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of packages that datatrove imports
    pytest.importorskip("datatrove")
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.filters.base_filter import BaseFilter  # type: ignore[import-untyped]

GOOD = (
    "Metformin lowers the blood glucose of adults with diabetes. It is taken with food, and the dose is raised slowly. "
    "Most people have no side effects; some have nausea in the first weeks. The kidneys should be tested every year."
)
TEXTS = [
    GOOD,
    "too short",
    "",
    "{ a curly brace } " + GOOD,
    "\n".join(["again and again"] * 40),
    "1 2 3 4 5 6 7 8 9 " * 20,
]
FILTERS = ["GopherQualityFilter", "GopherRepetitionFilter", "C4QualityFilter", "FineWebQualityFilter"]


class Odd(BaseFilter):  # type: ignore[misc]
    """Drops long texts, in batches, and fails on one word."""

    def __init__(self, longest: int = 50) -> None:
        super().__init__(batch_size=3)
        self.longest = longest

    def filter(self, doc: Any) -> bool | tuple[bool, str]:
        if "curly" in doc.text:
            raise ValueError(doc.text)
        doc.text = doc.text.upper()
        return len(doc.text) <= self.longest or (False, "long")


def documents(texts: list[str]) -> pa.RecordBatch:
    row = {"record": 0, "doc_type": "other", "version": "", "retraction": "none", "genre": None}
    rows = [row | {"doc_id": f"a:{i}", "text": text} for i, text in enumerate(texts)]
    rows = [one | {"authors": [], "known_values": [], "notices": [], "refused": []} for one in rows]
    return pa.RecordBatch.from_pylist(rows, schema=DOCUMENTS)


def reasons(name: str, **options: Any) -> list[str]:
    annotator = DatatroveAnnotator([DatatroveFilter("x", name, options)])
    measured = annotator.measure(documents(TEXTS))
    assert measured.schema.equals(annotator.schema, check_metadata=True)
    found: list[str] = measured.column("datatrove_x").to_pylist()
    return found


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_says_of_our_documents_what_it_says_of_its_own(name: str) -> None:
    made = make_filter(DatatroveFilter("x", name, {}))
    expected = []
    for text in TEXTS:
        result = made.filter(Document(text=text, id="")) if text else True
        kept, reason = result if isinstance(result, tuple) else (result, "dropped")
        expected.append("" if kept else reason)
    assert reasons(name) == expected
    assert any(expected)


def test_options_reach_the_filter() -> None:
    assert reasons("RegexFilter", regex_exp="curly")[3] != ""
    assert reasons("GopherQualityFilter", min_doc_words=1)[1] != reasons("GopherQualityFilter")[1]


def test_a_class_of_ones_own_in_batches_drops_what_breaks_it_and_leaves_the_text_alone() -> None:
    batch = documents(TEXTS)
    annotator = DatatroveAnnotator([DatatroveFilter("odd", f"{__name__}:Odd", {"longest": 60})])
    found = annotator.measure(batch).column("datatrove_odd").to_pylist()
    assert found == ["long", "", "", "error", "long", "long"]
    assert batch.column("text").to_pylist() == TEXTS
    apart = [annotator.measure(batch.slice(row, 1)).column(0)[0].as_py() for row in range(len(TEXTS))]
    assert apart == found


def test_options_and_code_are_part_of_the_stage() -> None:
    def config(name: str, **options: Any) -> object:
        return DatatroveAnnotator([DatatroveFilter("x", name, options)]).config

    assert config("RegexFilter", regex_exp="a") != config("RegexFilter", regex_exp="b")
    assert config("GopherQualityFilter") != config("C4QualityFilter")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("NoSuchFilter", {}, "has no filter 'NoSuchFilter'"),
        ("LambdaFilter", {}, "a function cannot be written in a recipe"),
        ("SamplerFilter", {"rate": 0.5}, "draws at random"),
        ("LanguageFilter", {}, "brings a model of its own"),
        ("datatrove.pipeline.filters:LambdaFilter", {}, "a function cannot be written in a recipe"),
        ("json:JSONDecoder", {}, "is no datatrove filter"),
        ("no_such_module:X", {}, "cannot be imported"),
        ("GopherQualityFilter", {"minimum": 1}, "has no option 'minimum'; it has min_doc_words"),
        ("GopherQualityFilter", {"exclusion_writer": "x"}, "drops go to the ledger"),
        ("RegexFilter", {"regex_exp": "("}, "cannot be made with these options"),
    ],
)
def test_what_cannot_run_here_is_refused_with_the_reason(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        make_filter(DatatroveFilter("x", name, options))


def some_texts() -> list[str]:
    path = demo_file("pubmed21n1298.xml.gz")
    from lxml import etree

    texts = []
    with gzip.open(path) as stream:
        for _, abstract in etree.iterparse(stream, tag="Abstract"):
            texts.append(" ".join(" ".join(abstract.itertext()).split()))
            if len(texts) == 300:
                break
    return [*texts, "too short", "Der Patient wurde mit Fieber aufgenommen und nach drei Tagen entlassen. " * 4]


def test_our_filters_run_in_a_datatrove_pipeline(tmp_path: Path) -> None:
    from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-untyped]
    from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-untyped]
    from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-untyped]

    from filters.datatrove.blocks import Hc4LanguageFilter, Hc4PhiFormatter, Hc4QualityFilter

    texts = [f"{text} Write to jane.doe{i}@example.org." for i, text in enumerate(some_texts())]
    (tmp_path / "in").mkdir()
    lines = "".join(json.dumps({"text": text, "id": str(i)}) + "\n" for i, text in enumerate(texts))
    (tmp_path / "in" / "a.jsonl").write_text(lines, encoding="utf-8")
    steps = [
        JsonlReader(str(tmp_path / "in")),
        Hc4LanguageFilter(["en"], exclusion_writer=JsonlWriter(str(tmp_path / "language"), compression=None)),
        Hc4QualityFilter("abstract", exclusion_writer=JsonlWriter(str(tmp_path / "quality"), compression=None)),
        Hc4PhiFormatter(),
        JsonlWriter(str(tmp_path / "out"), compression=None),
    ]
    LocalPipelineExecutor(steps, logging_dir=str(tmp_path / "logs"), tasks=1).run()

    def written(folder: str) -> dict[str, dict[str, Any]]:
        files = (tmp_path / folder).glob("*.jsonl")
        found = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
        return {one["id"]: one for one in found}

    kept, foreign, poor = written("out"), written("language"), written("quality")
    assert set(kept) | set(foreign) | set(poor) == {str(i) for i in range(len(texts))}
    assert foreign[str(len(texts) - 1)]["metadata"]["filter_reason"] == "language_not_allowed"
    signals = QualityAnnotator().measure(pa.record_batch({"text": pa.array(texts, pa.large_string())}))
    languages = pa.array(["en"] * len(texts))
    failed = decide(load_preset("abstract"), signals, pa.array(["abstract"] * len(texts)), languages).rules_failed
    ours = {str(i): names for i, names in enumerate(failed.to_pylist()) if names and str(i) not in foreign}
    assert {name: one["metadata"]["rules_failed"] for name, one in poor.items()} == ours
    assert ours
    assert all("@example.org" not in one["text"] and "[EMAIL]" in one["text"] for one in kept.values())


def test_our_steps_can_be_sent_to_other_processes() -> None:
    import pickle

    from filters.datatrove.blocks import Hc4LanguageFilter, Hc4PhiFormatter, Hc4QualityFilter

    for step in (Hc4QualityFilter("note"), Hc4LanguageFilter(), Hc4PhiFormatter()):
        assert type(pickle.loads(pickle.dumps(step))) is type(step)
