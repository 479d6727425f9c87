"""Narratives in a file each: E3C's JSON, brat's text with annotations."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.brat import BratReader
from sources.e3c import E3cReader
from tests.sources.material import kit_files, records

NO_IDENTIFIER = {
    "EDAD_SUJETO_ASISTENCIA",
    "SEXO_SUJETO_ASISTENCIA",
    "PAIS",
    "FAMILIARES_SUJETO_ASISTENCIA",
    "PROFESION",
}


def e3c(tmp_path: Path, data: bytes) -> Record:
    path = tmp_path / "EN1.json"
    path.write_bytes(data)
    (found,) = records(E3cReader(), path)[0]
    return found


def brat(tmp_path: Path, text: str, annotations: str | None, name: str = "case.txt") -> Record:
    path = tmp_path / name
    path.write_bytes(text.encode())
    if annotations is not None:
        path.with_suffix(".ann").write_bytes(annotations.encode())
    (found,) = records(BratReader(), path)[0]
    return found


def test_every_e3c_document_keeps_its_text_and_its_provenance() -> None:
    paths = kit_files("e3c", "**/*.json")
    licences: Counter[str | None] = Counter()
    for path in paths:
        row = json.loads(path.read_bytes())
        ((found,), _) = records(E3cReader(), path)
        assert isinstance(found, Document)
        assert (found.native_id, found.language) == (row["id"], row["language"])
        assert (found.licence_raw, found.url or "") == (row["licence"], row["url"])
        if row["source"] == "Wikipedia":
            assert found.doc_type == "other"
            assert not re.search(r"==|\{\||\[http|</?(?:ref|small|br)|Kategoria:|'{2}|\w\|\w", found.text)
            said, stood = (re.findall(r"\w+", text.replace("'", "")) for text in (found.text, row["text"]))
            assert set(said) <= set(stood)
        else:
            assert found.doc_type == "case_report"
            assert found.text == row["text"] or "$(document)" in row["text"].removeprefix(found.text)
        assert (found.published or "") == row["publication_date"][: len(found.published or "")]
        licences[found.licence_raw] += 1
    assert licences == {"CC-BY": 820, "CC BY": 591, "CC BY 4.0": 349}


def test_an_article_of_wikipedia_loses_what_is_left_of_its_markup(tmp_path: Path) -> None:
    text = "Abasia.\n| ohar medikoa.\nizena = Abasia.\nGNS10 =.\nAbasia (''a'') eri|eritasuna da.\n== Historia == "
    text += "Fitxategi:A.jpg|thumb|250px|Karl zen.\n== Erreferentziak ==.\ndata=2016.\nKategoria:X"
    found = e3c(tmp_path, json.dumps({"id": "EU1", "source": "Wikipedia", "text": text}).encode())
    assert isinstance(found, Document)
    assert found.text == "Abasia.\nAbasia (a) eritasuna da.\n\nHistoria\n\nKarl zen."


def test_lists_of_wikipedia_are_lists_and_what_is_left_of_its_templates_goes(tmp_path: Path) -> None:
    text = "Motak: * Bat&nbsp;da. ** Bi. * %3: hiru.\n321.\nmin da. .\n"
    text += "Erreferentzia |izena=A |url=.\nx|url= B.\ncite a b=C."
    found = e3c(tmp_path, json.dumps({"id": "EU1", "source": "Wikipedia", "text": text}).encode())
    assert isinstance(found, Document)
    assert found.text == "Motak:\n- Bat\u00a0da.\n- Bi.\n- %3: hiru.\nmin da."


def test_a_case_that_is_a_whole_page_ends_with_its_article(tmp_path: Path) -> None:
    text = "A man fell. References Doe J. PubMed | Google Scholar $(document).ready(function(){ }); PDF (349 Kb)"
    found = e3c(tmp_path, json.dumps({"id": "EN1", "text": text}).encode())
    assert isinstance(found, Document)
    assert found.text == "A man fell."
    plain = e3c(tmp_path, json.dumps({"id": "EN1", "text": "His references: none."}).encode())
    assert isinstance(plain, Document)
    assert plain.text == "His references: none."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"id": "a"}', "no_text_field"),
        (b'{"text": "a"}', "no_id"),
        (b'{"id": "a", "text": 3}', "field_not_a_string"),
    ],
)
def test_a_bad_e3c_record_is_quarantined(tmp_path: Path, data: bytes, reason: str) -> None:
    found = e3c(tmp_path, data)
    assert isinstance(found, Quarantined)
    assert found.reason == reason


@pytest.mark.parametrize(("data", "reason"), [(b"{", "not_json"), (b"[]", "not_an_object"), (b"", "empty_file")])
def test_a_damaged_e3c_file_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        e3c(tmp_path, data)
    assert caught.value.reason == reason


def test_every_identifier_that_meddocan_annotates_is_known_and_in_the_text() -> None:
    paths = kit_files("meddocan_es", "*.txt")
    spans = 0
    for path in paths:
        ((found,), _) = records(BratReader(language="es"), path)
        assert isinstance(found, Document)
        assert (found.native_id, found.language, found.doc_type) == (path.stem, "es", "note")
        assert found.text == path.read_bytes().decode("utf-8-sig")
        gold = re.findall(r"^T\d+\t(\S+) [\d; ]+\t(.*)$", path.with_suffix(".ann").read_text(), re.M)
        values = {" ".join(words.split()) for kind, words in gold if kind not in NO_IDENTIFIER}
        plain = {value for value in values if len(value) < 2 or re.fullmatch(r"(?:19|20)\d\d", value)}
        assert values - plain == set(found.known_values)
        assert all(value in " ".join(found.text.split()) for value in found.known_values)
        spans += len(gold)
    assert (len(paths), spans) == (220, 4987)


def test_annotations_in_pieces_are_one_value(tmp_path: Path) -> None:
    found = brat(tmp_path, "Ann of\nKent Lee", "T1\tNOMBRE_SUJETO_ASISTENCIA 0 3;12 15\tAnn Lee\nR1\tx Arg1:T1\n")
    assert isinstance(found, Document)
    assert found.known_values == ("Ann Lee",)


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (None, Quarantined(record=0, reason="no_annotations")),
        ("T1\tCALLE 0 3\tBob\n", Quarantined(record=0, reason="bad_annotation", detail="line 1")),
        ("\nT1\tCALLE x y\tAnn\n", Quarantined(record=0, reason="bad_annotation", detail="line 2")),
        ("T1 CALLE 0 3 Ann\n", Quarantined(record=0, reason="bad_annotation", detail="line 1")),
    ],
)
def test_a_text_whose_annotations_cannot_be_trusted_is_quarantined(
    tmp_path: Path, annotations: str | None, expected: Quarantined
) -> None:
    assert brat(tmp_path, "Ann is well.", annotations) == expected


def test_no_annotations_at_all_are_fine(tmp_path: Path) -> None:
    found = brat(tmp_path, "All is well.", "")
    assert isinstance(found, Document)
    assert found.known_values == ()


def test_damaged_brat_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="not_a_text_file"):
        brat(tmp_path, "a", "", "case.text")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    with pytest.raises(RawFileError, match="invalid_unicode: byte 0"):
        records(BratReader(), tmp_path / "b.txt")
