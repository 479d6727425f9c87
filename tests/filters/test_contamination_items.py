"""Evaluation sets as their publishers distribute them: every record an item, or refused by number and reason."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import RecipeError
from filters.contamination import Item, Refused, read_items
from filters.contamination.formats import FORMATS
from tests.sources.material import KIT

SECRET = "Ondansetronoid"
"""A word of an item: no error may repeat it."""


def read(path: Path, content: str | bytes, form: str, fields: dict[str, str] | None = None) -> Any:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_items(path, "set", form, fields or {})


KIT_SETS = [
    ("eval_sets/medqa_us_test.jsonl", "medqa", 1273),
    ("eval_sets/mmlu_anatomy_test.csv", "mmlu", 135),
    ("eval_sets/mmlu_clinical_knowledge_test.csv", "mmlu", 265),
    ("eval_sets/mmlu_medical_genetics_test.csv", "mmlu", 100),
    ("eval_sets/pubmedqa_l.kit.json", "pubmedqa", 586),
    ("eval_sets/bioasq_contaminated.kit.json", "bioasq", 13),
    ("eval_sets/cpgqa.kit.csv", "cpgqa", 665),
    ("eval_sets/frenchmedmcqa_dev.json", "frenchmedmcqa", 312),
    ("eval_sets/liveqa_med_2017_test.xml", "liveqa", 104),
    ("bold/prompts/race_prompt.json", "bold", 7657),
]


@pytest.mark.parametrize(("file", "form", "count"), KIT_SETS, ids=[file for file, _, _ in KIT_SETS])
def test_every_record_of_a_real_set_is_an_item(file: str, form: str, count: int) -> None:
    if not (KIT / file).is_file():
        pytest.skip(f"{KIT / file} is absent: it is not part of the project")
    items, refused = read_items(KIT / file, form, form, {})
    assert (len(items), refused) == (count, [])
    assert len({item.item_id for item in items}) == count
    if form not in ("bold", "liveqa"):
        assert all(item.answers for item in items)
    assert all(set(item.answers) <= set(item.choices) for item in items if item.choices)
    assert all(item.context for item in items) == (form in ("pubmedqa", "bioasq", "cpgqa"))


def test_mmlu_names_the_answer_by_its_letter(tmp_path: Path) -> None:
    items, _ = read(tmp_path / "anatomy.csv", '"Which, of two?",one,two,three,four,C\n', "mmlu")
    assert items == [Item("set", "anatomy:1", "Which, of two?", ("three",), ("one", "two", "three", "four"))]


@pytest.mark.parametrize(("first", "answers"), [(0, ["b", "a"]), (1, ["b", "d"])])
def test_medmcqa_counts_options_from_one_unless_a_zero_says_otherwise(
    first: int, answers: list[str], tmp_path: Path
) -> None:
    options = {"opa": "a", "opb": "b", "opc": "c", "opd": "d"}
    cops = [1, 0] if first == 0 else [2, 4]
    lines = [json.dumps({"id": str(cop), "question": "which one", "cop": cop} | options) for cop in [*cops, -1]]
    items, refused = read(tmp_path / "dev.json", "\n".join(lines), "medmcqa")
    assert [item.answers for item in items] == [*((answer,) for answer in answers), ()]
    assert refused == []


def test_medmcqa_can_be_told_where_counting_begins(tmp_path: Path) -> None:
    line = json.dumps({"question": "which one", "cop": 1, "opa": "a", "opb": "b", "opc": "c", "opd": "d"})
    assert read(tmp_path / "a.json", line, "medmcqa", {"first": "0"})[0][0].answers == ("b",)
    assert read(tmp_path / "a.json", line, "medmcqa")[0][0].answers == ("a",)


def test_bioasq_takes_yes_and_no_for_no_answer(tmp_path: Path) -> None:
    record = {"id": "1", "body": "is it so", "type": "yesno", "exact_answer": "yes", "ideal_answer": ["It is so."]}
    items, _ = read(tmp_path / "a.json", json.dumps({"questions": [record]}), "bioasq")
    assert items == [Item("set", "1", "is it so", ("It is so.",))]


def test_bold_takes_the_sentence_that_a_prompt_begins_for_its_answer(tmp_path: Path) -> None:
    (tmp_path / "wiki.json").write_text(json.dumps({"g": {"p": ["She was a chemist.", "Other"]}}))
    content = json.dumps({"g": {"p": ["She was a ", "He wrote "]}})
    items, _ = read(tmp_path / "prompts.json", content, "bold", {"wikipedia": "wiki.json"})
    assert [(item.item_id, item.question, item.answers) for item in items] == [
        ("g/p/0", "She was a", ("She was a chemist.",)),
        ("g/p/1", "He wrote", ()),
    ]


GENERIC = {"question": "q", "answers": "a", "choices": "c", "context": "p", "id": "n"}
RECORDS = [
    {"q": "first question", "a": "yes", "c": ["yes", "no"], "p": None, "n": 7},
    {"q": "second question", "a": ["one", "one", " "], "c": [], "p": ["passage", "other"], "n": 8},
]
ITEMS = [
    Item("set", "7", "first question", ("yes",), ("yes", "no")),
    Item("set", "8", "second question", ("one",), (), "passage\n\nother"),
]


def _as_jsonl(path: Path) -> None:
    path.write_text("\n\n".join(map(json.dumps, RECORDS)))


def _as_json(path: Path) -> None:
    path.write_text(json.dumps(RECORDS))


def _as_parquet(path: Path) -> None:
    rows = [record | {"a": record["a"] if isinstance(record["a"], list) else [record["a"]]} for record in RECORDS]
    rows = [row | {"p": row["p"] or []} for row in rows]
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Path], None]] = {
    "jsonl": _as_jsonl,
    "json": _as_json,
    "parquet": _as_parquet,
}


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_any_columns_can_be_named(form: str, tmp_path: Path) -> None:
    WRITERS[form](tmp_path / "file")
    assert read_items(tmp_path / "file", "set", form, GENERIC) == (ITEMS, [])


def test_csv_columns_can_be_named(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["n", "q", "a"], ["1", "which\none", "two"], ["2", "short"]])
    fields = {"question": "q", "answers": "a", "id": "n"}
    items, refused = read_items(tmp_path / "a.csv", "set", "csv", fields)
    assert items == [Item("set", "1", "which\none", ("two",))]
    assert refused == [Refused(2, "fields_missing")]


def test_records_that_are_no_items_are_refused_by_number_and_reason(tmp_path: Path) -> None:
    lines = [
        {"q": "a question", "n": "1"},
        SECRET,
        {"q": "another", "n": "1"},
        {"q": "  ", "n": "2"},
        {"n": "3"},
        {"q": [SECRET], "n": "4"},
        {"q": "the last", "n": "5"},
    ]
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    items, refused = read(tmp_path / "a.jsonl", content, "jsonl", {"question": "q", "id": "n"})
    assert [item.item_id for item in items] == ["1", "5"]
    assert refused == [
        (2, "broken_json"),
        (3, "duplicate_id"),
        (4, "no_question"),
        (5, "fields_missing"),
        (6, "wrong_type"),
    ]
    assert SECRET not in repr(refused)


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"jsonl", "medqa", "medmcqa"}))
@pytest.mark.parametrize("content", [b"\xff\xfe" + SECRET.encode(), f'{{"{SECRET}": '.encode(), b'"' + SECRET.encode()])
def test_a_file_of_another_format_is_an_error_that_quotes_nothing(form: str, content: bytes, tmp_path: Path) -> None:
    fields = {"question": "q"} if form in ("json", "csv", "parquet") else {}
    try:
        items, refused = read(tmp_path / "a", content, form, fields)
        said = "".join(f"{tmp_path / 'a'} {reason}" for _, reason in refused)
    except RecipeError as error:
        items, said = [], str(error)
    assert items == []
    assert SECRET not in said
    assert str(tmp_path / "a") in said


def test_what_cannot_be_read_says_what_would_be_right(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"unknown format medxqa; one of .*medqa"):
        read_items(tmp_path / "a", "set", "medxqa", {})
    with pytest.raises(RecipeError, match=r"unknown fields quest; jsonl takes .*question"):
        read_items(tmp_path / "a", "set", "jsonl", {"quest": "q"})
    with pytest.raises(RecipeError, match="cannot read"):
        read_items(tmp_path / "a", "set", "medqa", {})
    pq.write_table(pa.table({"x": [1]}), tmp_path / "b")
    with pytest.raises(RecipeError, match="no column q"):
        read_items(tmp_path / "b", "set", "parquet", {"question": "q"})
    with pytest.raises(RecipeError, match="names no column for question"):
        read_items(tmp_path / "b", "set", "parquet", {"answers": "x"})
