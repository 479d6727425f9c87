"""What readers declare of their formats (`states`), held against real files of every source of the kit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from itertools import islice
from pathlib import Path

import pytest

from corpus.document import Document, Record
from corpus.errors import RawFileError
from pipelines.locations import resolve_options
from pipelines.recipe import load_recipe
from pipelines.sections.sources import SourceRecipe
from sources.reader import RawFile, Reader
from sources.registry import READERS, make_reader, reader_names
from tests.sources.material import KIT

RECIPE = Path(__file__).parents[2] / "pipelines" / "recipes" / "kit.yaml"
# Not of these: the text itself, what every record has, and what goes with the licence or the genre.
_ALWAYS = {"record", "text", "no_text", "doc_type", "licence_evidence", "genre_evidence"}
FIELDS = {one.name for one in fields(Document)} - _ALWAYS
FILES = 60
RECORDS = 60
"""Of a pattern and of a file."""
SLOW = {"pdf": 1}
RARE = {
    "jats": {"retraction", "mesh"},
    "elsevier": {"retraction"},
    "openalex": {"retraction", "pmcid", "genre"},
    "cnxml": {"authors", "published", "version"},
    "spl": {"language"},
    "s2orc": {"url", "version", "licence_raw", "genre"},
    "fhir": {"version", "language", "title"},
    "warc": {"published"},
    "markdown": {"licence_raw", "published", "title"},
    "html": {"url", "published", "title"},
    "csv": {"native_id"},
    "jsonl": {"native_id"},
}
"""Declared, and stated by no record of the sample."""


@pytest.fixture(scope="module")
def found() -> dict[str, list[tuple[Reader, set[str]]]]:
    """By reader, what each of some records of the kit states."""
    if not KIT.is_dir():
        pytest.skip(f"{KIT} is absent: it is not part of the project")
    told: dict[str, list[tuple[Reader, set[str]]]] = defaultdict(list)
    for source in load_recipe(RECIPE).sources:
        reader = make_reader(source.reader, resolve_options(source.options, KIT))
        told[source.reader] += [(reader, stated(one)) for path in some_files(source) for one in documents(reader, path)]
    return told


def some_files(source: SourceRecipe) -> Iterator[Path]:
    for pattern in source.files:
        matching = sorted(path for path in KIT.glob(pattern) if path.is_file())
        some = SLOW.get(source.reader, FILES)
        yield from matching[:: max(1, len(matching) // some)][:some]


def documents(reader: Reader, path: Path) -> Iterator[Document]:
    records: Iterator[Record] = islice(reader.read(RawFile(str(path)), Counter()), RECORDS)
    with suppress(RawFileError):  # the kit has damaged files too
        yield from (one for one in records if isinstance(one, Document))


def stated(document: Document) -> set[str]:
    return {name for name in FIELDS if getattr(document, name) not in {None, "", (), "none"}}


def test_no_record_states_what_its_reader_does_not_declare(found: dict[str, list[tuple[Reader, set[str]]]]) -> None:
    undeclared = {
        (name, field) for name, all_ in found.items() for reader, own in all_ for field in own - reader.states
    }
    assert not undeclared
    assert len(found) == 24


def test_what_a_reader_declares_is_stated_by_some_record(found: dict[str, list[tuple[Reader, set[str]]]]) -> None:
    never = {}
    for name, all_ in found.items():
        declared = set().union(*(reader.states for reader, _ in all_))
        never[name] = declared - set().union(*(own for _, own in all_))
    assert {name: missing for name, missing in never.items() if missing} == RARE


def test_names_of_authors_are_given_apart_from_the_text(found: dict[str, list[tuple[Reader, set[str]]]]) -> None:
    naming = {name for name, all_ in found.items() if any("authors" in own for _, own in all_)}
    assert naming == {"jats", "elsevier", "openalex", "s2orc", "e3c"}


@pytest.mark.parametrize("name", READERS)
def test_states_are_fields_of_a_document(name: str) -> None:
    assert make_reader(name).states <= FIELDS


def test_a_mapping_states_what_it_maps() -> None:
    columns = {"text": "body", "licence": "terms", "title": "headline", "doc_type": "kind"}
    assert make_reader("parquet", {"columns": columns}).states == {"native_id", "licence_raw", "title"}
    assert make_reader("csv", {"columns": columns}).states == {"native_id", "licence_raw", "title", "offset"}


def test_options_that_give_a_value_state_it() -> None:
    assert make_reader("text").states == {"offset"}
    options = {"language": "en", "licence": "CC0-1.0", "id": "name"}
    assert make_reader("text", options).states == {"offset", "language", "licence_raw", "native_id"}


def test_a_member_of_an_archive_is_stated_beside_what_its_reader_states() -> None:
    assert make_reader("jats", {"archive": "tar"}).states == make_reader("jats").states | {"member", "offset"}


FOREIGN = """
from corpus.document import Document


class LinesReader:
    name = "one_a_line"
    version = 1
    doc_types = ("note",)
    section_policy = "A line is a document."
    known_losses = ()
    states = frozenset({"language"})

    def __init__(self, language="en"):
        self.language = language

    @property
    def config(self):
        return {"language": self.language}

    def read(self, raw, facts):
        with raw.stream() as stream:
            for record, line in enumerate(stream):
                facts["records"] += 1
                yield Document(record=record, native_id=None, text=line.decode(), language=self.language)
"""


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as an installer leaves it, with a reader whose class has no base."""
    place = tmp_path / "installed"
    facts = place / "hc4_one_a_line-1.dist-info"
    facts.mkdir(parents=True)
    (place / "hc4_one_a_line.py").write_text(FOREIGN)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: hc4-one-a-line\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[hc4.readers]\none_a_line = hc4_one_a_line:LinesReader\n")
    monkeypatch.syspath_prepend(place)
    return place


def test_another_package_adds_a_reader_by_its_entry_point(other_package: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("First.\nSecond.\n")
    assert reader_names() == [*READERS, "one_a_line"]
    reader = make_reader("one_a_line", {"language": "es"})
    assert [one.language for one in documents(reader, tmp_path / "notes")] == ["es", "es"]
    assert reader.states == {"language"}
