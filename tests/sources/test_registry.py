"""Readers by name."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import pytest

from corpus.digest import digest
from corpus.errors import RecipeError
from sources.ids import is_doc_type
from sources.registry import READERS, is_verbatim, make_reader, reader_class, reader_names

TYPED = ["jsonl", "csv", "text", "html", "markdown", "pdf", "warc", "mediawiki", "brat"]


@pytest.mark.parametrize("name", READERS)
def test_a_reader_says_what_it_is(name: str) -> None:
    reader = make_reader(name)
    assert (reader.name, reader.version >= 1) == (name, True)
    assert reader.section_policy.endswith(".")
    assert all(loss.endswith(".") for loss in reader.known_losses)
    assert len(digest(reader.config)) == 64
    assert all(map(is_doc_type, reader.doc_types))
    assert name in reader_names()


def test_options_reach_the_reader_and_its_config() -> None:
    assert make_reader("jsonl", {"doc_type": "note"}).config != make_reader("jsonl").config


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("medlin", {}, "unknown reader 'medlin'; known: medline, jats, "),
        ("medline", {"colums": {}}, "reader 'medline' has no option colums; it has: none"),
        ("jsonl", {"colums": {}}, "has no option colums; it has: columns, doc_type, max_line_bytes"),
        ("jsonl", {"columns": {"txt": "a"}}, "reader 'jsonl': columns: no field txt"),
        ("parquet", {"columns": 5}, "reader 'parquet': "),
        ("parquet", {"doc_type": datetime.date(2020, 1, 1)}, "reader 'parquet': doc_type must be a word"),
        *((name, {"doc_type": 5}, f"reader '{name}': doc_type must be a word") for name in TYPED),
        ("jsonl", {"max_line_bytes": "many"}, "max_line_bytes must be a whole number"),
        ("jsonl", {"max_line_bytes": True}, "max_line_bytes must be a whole number"),
        ("jsonl", {"max_line_bytes": 0}, "max_line_bytes must be a whole number"),
    ],
)
def test_what_a_recipe_gets_wrong_is_named(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        make_reader(name, options)
    assert message in str(caught.value)


def test_classes_are_imported_when_asked_for() -> None:
    code = "import sys, sources.registry; print([name for name in ('lxml', 'orjson', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert reader_class("medline").__name__ == "MedlineReader"


@pytest.mark.parametrize(
    ("reader", "options", "expected"),
    [
        ("text", {}, True),
        ("jsonl", {"columns": {"text": "body"}}, True),
        ("jsonl", {"columns": {"text": ["question", "answer"]}}, False),
        ("jats", {}, False),
    ],
)
def test_text_is_verbatim_only_if_it_is_neither_cut_nor_put_together(
    reader: str, options: dict[str, Any], expected: bool
) -> None:
    assert is_verbatim(reader, options) is expected
