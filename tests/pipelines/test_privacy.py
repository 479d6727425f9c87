"""No e-mail address and no telephone number of the raw files leaves the work folder.

Addresses and numbers are looked for with patterns that know nothing of ours; assertions compare counts, never values.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpus.document import DOCUMENTS
from pipelines.provenance import masked_headings, masked_words
from tests.conftest import Typed
from tests.pipelines.small import PLANTED_IDENTIFIERS, SmallCorpus

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
PHONES = (
    re.compile(r"\(\d{3}\) ?\d{3}[-. ]\d{4}\b"),
    re.compile(r"(?<![\d.-])\d{3}-\d{3}-\d{4}(?![\d-])"),
    re.compile(r"\+\d{1,3}[ -](?:\(?\d{1,4}\)?[ -]?){2,5}\d{2,4}\b"),
)


def raw_texts(corpus: SmallCorpus) -> Iterator[str]:
    """Every raw file, decompressed; of a Parquet file its values."""
    for path in corpus.raw_files():
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".zst":
            content = zstandard.decompress(content)
        yield "\n".join(strings(pq.read_table(path))) if path.suffix == ".parquet" else content.decode(errors="replace")


def strings(value: Any) -> Iterator[str]:
    """Every string in a table."""
    for column in value.columns:
        yield from in_array(column.combine_chunks())


def in_array(array: pa.Array) -> Iterator[str]:
    if pa.types.is_nested(array.type):
        yield from (str(item) for item in array.to_pylist() if not pa.types.is_integer(array.type.field(0).type))
    elif pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        yield from (item for item in array.to_pylist() if item is not None)


def released(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a snapshot as readable text."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".parquet":
            metadata = pq.read_metadata(path).metadata or {}
            yield name, "\n".join([*strings(pq.read_table(path)), *map(repr, metadata.values())])
        else:
            content = path.read_text(encoding="utf-8")
            yield name, html.unescape(content) if path.suffix == ".html" else content


@pytest.fixture(scope="module")
def identifiers(small_corpus: SmallCorpus) -> set[str]:
    """Addresses and numbers that stand anywhere in the raw files."""
    found: set[str] = set()
    for text in raw_texts(small_corpus):
        for pattern in (EMAIL, *PHONES):
            found.update(match.group() for match in pattern.finditer(text))
    return found


def test_the_raw_files_hold_identifiers(identifiers: set[str]) -> None:
    planted = {value for value in PLANTED_IDENTIFIERS if not re.fullmatch(r"\d{3}-\d{2}-\d{4}", value)}

    assert len(planted - identifiers) == 0
    assert len(identifiers) > 50


def test_none_of_them_is_in_any_file_of_the_snapshot(typed: Typed, identifiers: set[str]) -> None:
    wanted = identifiers | set(PLANTED_IDENTIFIERS)
    leaks = {name: sum(value in text for value in wanted) for name, text in released(typed.folder)}

    assert len(leaks) > 15
    assert {name: count for name, count in leaks.items() if count} == {}


def test_none_of_them_is_in_the_bytes_of_any_file_that_is_not_compressed(typed: Typed, identifiers: set[str]) -> None:
    wanted = [value.encode() for value in identifiers | set(PLANTED_IDENTIFIERS)]
    leaks = {
        path.name: sum(value in path.read_bytes() for value in wanted)
        for path in typed.folder.rglob("*")
        if path.is_file()
    }

    assert {name: count for name, count in leaks.items() if count} == {}


def test_none_of_them_is_printed(typed: Typed, identifiers: set[str]) -> None:
    assert "Read and measure" in typed.printed
    assert sum(value in typed.printed for value in identifiers | set(PLANTED_IDENTIFIERS)) == 0


def test_no_address_at_all_is_released(typed: Typed) -> None:
    """Also none that the raw files spell otherwise, with entities or broken lines."""
    counts = {name: len(EMAIL.findall(text)) for name, text in released(typed.folder)}

    assert {name: count for name, count in counts.items() if count} == {}


def test_the_work_folder_does_hold_them(typed: Typed) -> None:
    """Else the tests above would prove nothing."""
    texts = "\n".join(
        text
        for path in (typed.work / "units" / "documents").glob("*/*/rows.parquet")
        for text in strings(pq.read_table(path, columns=["text"]))
    )

    assert sum(value in texts for value in PLANTED_IDENTIFIERS) == len(PLANTED_IDENTIFIERS)


def test_masked_text_says_what_was_masked(typed: Typed) -> None:
    rows = pa.concat_tables(pq.read_table(path) for path in (typed.folder / "data" / "articles").iterdir()).to_pylist()
    texts = {row["doc_id"]: row["text"] for row in rows}

    assert texts["articles:mail"].count("[EMAIL]") == 2
    assert texts["articles:phone"].count("[PHONE]") == 2
    assert texts["articles:ssn"].count("[SSN]") == 1
    assert {row["doc_id"]: row["phi_masked"] for row in rows if row["phi_masked"]} == {
        "articles:mail": 2,
        "articles:phone": 2,
        "articles:ssn": 1,
    }


def test_tokens_are_those_of_the_masked_text(typed: Typed) -> None:
    """Masking after tokenizing would leave identifiers in the ids."""
    from corpus.assets import asset_path
    from shards.tokenizer import load_tokenizer

    oracle = load_tokenizer(asset_path("mistral-v3.model")).oracle
    rows = pa.concat_tables(pq.read_table(path) for path in (typed.folder / "data" / "articles").iterdir()).to_pylist()

    assert sum(oracle.encode([row["text"]])[0] == row["input_ids"] for row in rows) == len(rows)


def test_text_that_its_licence_forbids_is_not_excerpted(typed: Typed) -> None:
    samples = pq.read_table(typed.folder / "samples" / "samples.parquet").to_pylist()
    shown = {row["stage"] for row in samples if row["excerpt"] is not None}

    assert shown.isdisjoint({"read", "version", "licence"})
    assert shown >= {"release", "quality", "near", "language"}


def test_a_file_called_by_its_patients_name_is_not_told_by_it() -> None:
    stated = {"title": "Visit of Ann Lee", "journal": None, "url": "https://example.org/Ann_Lee", "licence_raw": None}
    row = {**stated, "member": "notes/Lee_Ann.txt", "known_values": ["Ann Lee", "Ann", "Lee"]}
    table = pa.table({name: pa.array([row[name]], DOCUMENTS.field(name).type) for name in row})
    words = masked_words(table, pa.chunked_array([["literature"]]))
    assert {name: words[name][0].as_py() for name in words} == {
        "title": "Visit of [IDENTIFIER]",
        "journal": None,
        "url": "https://example.org/[IDENTIFIER]",
        "member": "notes/[IDENTIFIER]_[IDENTIFIER].txt",
        "licence_raw": None,
    }


def test_headings_are_masked_and_nothing_stated_stays_so() -> None:
    stated = [["D006801 Humans", "write to ann@example.org"], None, ["Parkinson Disease"]]
    table = pa.table({"mesh": pa.array(stated, DOCUMENTS.field("mesh").type)})
    found = masked_headings(pa.concat_tables([table, table.slice(1)])).to_pylist()

    assert found == [["D006801 Humans", "write to [EMAIL]"], None, ["Parkinson Disease"], None, ["Parkinson Disease"]]
