"""datatrove's formatters rewrite our documents as they rewrite their own, one by one."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import DOCUMENTS
from corpus.errors import RecipeError
from filters.datatrove.formatters import DatatroveFormatter, Formatters, make_formatter
from sources.text import normalised
from tests.filters.test_datatrove import documents

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of packages that datatrove imports
    pytest.importorskip("datatrove")
    from datatrove.data import Document  # type: ignore[import-untyped]
    from datatrove.pipeline.formatters.base import BaseFormatter  # type: ignore[import-untyped]

TEXTS = [
    "The patientâ€™s fever fell; caf\u00e9 visits &amp; walks were allowed.",
    "Write to jane.doe@clinic.org, or to john.roe@clinic.org, from 8.8.8.8.",
    "=====\nFindings\n-----\n*****\nNone.",
    "",
    "Write to ann.poe@clinic.org.",
    "*****\n=====",
]
SHIPPED = ["FTFYFormatter", "PIIFormatter", "SymbolLinesFormatter"]


class Odd(BaseFormatter):  # type: ignore[misc]
    """Ends each text with the number of texts it has seen, and has a bad day with some words."""

    def __init__(self, ending: str = " #", seen: list[str] | None = None) -> None:
        super().__init__()
        self.ending = ending
        self.seen = [] if seen is None else seen

    def format(self, text: str) -> Any:
        self.seen.append(text)
        if "raise" in text:
            raise ValueError(text)
        if "surrogate" in text:
            return text + "\ud800"
        if "bytes" in text:
            return text.encode()
        if "disk" in text:
            raise OSError("the disk is gone")
        if "longer" in text:
            return text * 1000
        if "nothing" in text:
            return " \n\u200b"
        return f"{text}{self.ending}{len(self.seen)}\r\n"


class Whole(BaseFormatter):  # type: ignore[misc]
    """Looks at the whole document, and gives two for some and none for others."""

    def format(self, text: str) -> str:
        return text

    def run(self, data: Iterator[Any], rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        for document in data:
            document.text += f" [{document.id} {document.metadata['doc_type']}]"
            if "none" not in document.text:
                yield document
            if "two" in document.text:
                yield document


def formatters(*asked: tuple[str, dict[str, Any]], text_bytes: int = 5000) -> Formatters:
    names = [f"f{number}" for number in range(len(asked))]
    made = [DatatroveFormatter(name, *one) for name, one in zip(names, asked, strict=True)]
    return Formatters(made, normalised, text_bytes)


def applied(
    texts: list[str], *asked: tuple[str, dict[str, Any]], **given: int
) -> tuple[list[str], list[str | None], dict[str, int]]:
    facts: Counter[str] = Counter()
    batch = documents(texts)
    found = formatters(*asked, **given).apply(batch, facts)
    assert found.schema.equals(batch.schema, check_metadata=True)
    for name in set(DOCUMENTS.names) - {"text", "no_text"}:
        assert found.column(name).equals(batch.column(name))
    return found.column("text").to_pylist(), found.column("no_text").to_pylist(), dict(facts)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_formatter_makes_of_our_documents_what_it_makes_of_its_own(name: str) -> None:
    expected = []
    for text in TEXTS:
        [alone] = make_formatter(DatatroveFormatter("x", name, {})).run(iter([Document(text=text, id="")]))
        expected.append(normalised(alone.text).decode())
    texts, without, facts = applied(TEXTS, (name, {}))
    assert texts == expected
    emptied = {"emptied_by_f0": sum(map(bool, TEXTS)) - sum(map(bool, texts))}
    rewritten = {"rewritten_by_f0": sum(new not in ("", old) for new, old in zip(texts, TEXTS, strict=True))}
    assert facts == {name: count for name, count in (emptied | rewritten).items() if count}
    assert facts
    assert [one == "emptied_by_f0" for one in without] == [
        not new and bool(old) for new, old in zip(texts, TEXTS, strict=True)
    ]


def test_formatters_run_in_their_order() -> None:
    odd = f"{__name__}:Odd"
    texts, _, facts = applied(["a", "b"], (odd, {"ending": " x"}), ("PIIFormatter", {}), (odd, {"ending": " y"}))
    assert texts == ["a x1 y1", "b x1 y1"]
    assert facts == {"rewritten_by_f0": 2, "rewritten_by_f2": 2}


def test_a_document_that_is_lost_keeps_its_row_and_says_why() -> None:
    texts, without, facts = applied(
        ["raise it", "a surrogate", "bytes", "longer", "nothing", "fine"], (f"{__name__}:Odd", {}), ("PIIFormatter", {})
    )
    assert texts == ["", "", "", "", "", "fine #1"]
    assert without == ["f0:error", "f0:error", "f0:error", "f0:too_large", "emptied_by_f0", None]
    assert facts == {"failed_in_f0": 4, "emptied_by_f0": 1, "rewritten_by_f0": 1}


def test_the_limit_is_one_of_bytes() -> None:
    assert applied(["é" * 10], (f"{__name__}:Odd", {"ending": ""}), text_bytes=21)[1] == [None]
    assert applied(["é" * 10], (f"{__name__}:Odd", {"ending": ""}), text_bytes=20)[1] == ["f0:too_large"]


def test_what_is_not_the_documents_fault_is_no_loss() -> None:
    with pytest.raises(OSError, match="the disk is gone"):
        applied(["disk"], (f"{__name__}:Odd", {}))


def test_a_formatter_sees_the_whole_document_and_gives_one_for_one() -> None:
    texts, without, facts = applied(["one", "two", "none"], (f"{__name__}:Whole", {}))
    assert texts == ["one [a:0 other]", "", ""]
    assert without == [None, "f0:error", "f0:error"]
    assert facts == {"rewritten_by_f0": 1, "failed_in_f0": 2}


def test_a_document_that_its_reader_refuses_is_left_as_it_is() -> None:
    batch = documents(["text"])
    place = batch.schema.get_field_index("no_text")
    batch = batch.set_column(place, batch.schema.field(place), pa.array(["licence_file"], pa.string()))
    facts: Counter[str] = Counter()
    assert formatters((f"{__name__}:Odd", {})).apply(batch, facts) is batch
    assert not facts


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(TEXTS[:5]), max_size=8).flatmap(
        lambda texts: st.tuples(st.just(texts), st.permutations(range(len(texts))), st.integers(1, 4))
    )
)
def test_neither_order_nor_cut_of_batches_changes_a_text(drawn: tuple[list[str], list[int], int]) -> None:
    texts, order, size = drawn
    asked = [("PIIFormatter", {}), (f"{__name__}:Odd", {"seen": []}), ("FTFYFormatter", {})]
    whole, _, facts = applied(texts, *asked)
    shuffled = [texts[place] for place in order]
    parts: list[str] = []
    counted: Counter[str] = Counter()
    rewriting = formatters(*asked)
    for start in range(0, len(shuffled), size):
        batch = rewriting.apply(documents(shuffled[start : start + size]), counted)
        parts += batch.column("text").to_pylist()
    assert parts == [whole[place] for place in order]
    assert dict(counted) == facts


def test_a_counter_that_goes_on_starts_again_with_each_document() -> None:
    texts, _, _ = applied(TEXTS, ("PIIFormatter", {}))
    assert texts[1].startswith("Write to email@example.com, or to firstname.lastname@example.org,")
    assert texts[4] == "Write to email@example.com."


def test_options_class_and_order_are_part_of_the_configuration() -> None:
    configs = [
        formatters(*asked).config
        for asked in (
            [("FTFYFormatter", {})],
            [("FTFYFormatter", {"uncurl_quotes": True})],
            [("PIIFormatter", {})],
            [("FTFYFormatter", {}), ("PIIFormatter", {})],
            [("PIIFormatter", {}), ("FTFYFormatter", {})],
        )
    ]
    assert all(configs.count(one) == 1 for one in configs)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("NoSuchFormatter", {}, "datatrove.pipeline.formatters has no formatter 'NoSuchFormatter'"),
        ("json:JSONDecoder", {}, "is no datatrove formatter"),
        ("datatrove.pipeline.filters:RegexFilter", {}, "is no datatrove formatter"),
        ("datatrove.pipeline.formatters.base:BaseFormatter", {}, "cannot be made with these options"),
        ("no_such_module:X", {}, "cannot be imported"),
        ("PIIFormatter", {"emails": True}, "has no option 'emails'; it has remove_emails"),
        ("FTFYFormatter", {"normalization": 3, "unescape_html": {}, "x": 1}, "has no option 'x'"),
    ],
)
def test_what_is_no_formatter_is_refused_with_the_reason(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        make_formatter(DatatroveFormatter("x", name, options))
