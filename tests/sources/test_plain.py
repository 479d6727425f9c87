"""Plain text files: what they are encoded in, and what is no text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined
from sources.encoding import encoding_of, is_mojibake
from sources.plain import TextReader
from tests.sources.material import kit_files, records

SPANISH = "Paciente varón de 58 años, con “dolor” abdominal — sin fiebre. Dosis: 5 µg.\r\n" * 20


@pytest.mark.parametrize(
    ("codec", "fact"),
    [
        ("utf-8", "utf8"),
        ("utf-8-sig", "utf8"),
        ("utf-16", "utf16"),
        ("utf-16-le", "utf16"),
        ("utf-16-be", "utf16"),
        ("cp1252", "windows1252"),
    ],
)
def test_the_encoding_is_found_and_counted(tmp_path: Path, codec: str, fact: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(SPANISH.encode(codec))
    ((found,), facts) = records(TextReader(doc_type="note", licence="CC0", language="es"), path)
    assert found == Document(
        record=0,
        offset=0,
        native_id=None,
        text=SPANISH,
        doc_type="note",
        language="es",
        licence_raw="CC0",
        licence_evidence="recipe:options.licence",
    )
    assert facts == {"records": 1, "utf8": 0, "utf16": 0, "windows1252": 0} | {fact: 1}


def test_clinical_cases_are_read_as_python_reads_them() -> None:
    files = kit_files("meddocan_es", "*.txt")
    assert len(files) == 220
    for path in files:
        ((found,), facts) = records(TextReader(id="name"), path)
        assert isinstance(found, Document)
        assert found.text == path.read_bytes().decode("utf-8-sig")
        assert found.native_id == path.name
        assert facts["utf8"] == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (random.Random(1).randbytes(4000), "binary"),
        (b"%PDF-1.4\n" + bytes(range(256)) * 9, "binary"),
        (b"text\0" * 99, "binary"),
        (b"\x81\x8d\x8f words that no codec reads", "unknown_encoding"),
        (b"\xff\xfe" + b"\x00\xd8" * 9, "invalid_unicode"),
        (SPANISH.encode().decode("cp1252", "replace").encode(), "mojibake"),
        (SPANISH.encode("ascii", "replace").replace(b"?", "\ufffd".encode()), "mojibake"),
        (b"x" * 5001, "record_too_large"),
    ],
)
def test_what_is_no_text_is_quarantined(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    ((found,), facts) = records(TextReader(max_bytes=5000), path)
    assert isinstance(found, Quarantined)
    assert found.reason == reason
    assert facts["records"] == 1


@given(st.text(min_size=1))
def test_utf8_is_always_utf8(text: str) -> None:
    if "\0" not in text:
        assert encoding_of(text.encode()) in {"utf-8", "utf-8-sig"}


def test_a_character_cut_by_the_end_of_a_sample_is_no_damage() -> None:
    assert encoding_of("años".encode()[:2]) == "cp1252"
    assert encoding_of("años".encode()[:2], whole=False) == "utf-8"


def test_letters_that_look_broken_but_are_a_language_are_kept() -> None:
    assert not is_mojibake("ÂNGELA e JOÃO não têm febre; a decisão é do médico. " * 20)
    assert not is_mojibake("naÃ¯ve patientsâ€™ fiancÃ©")  # can be put right
    assert is_mojibake("na\ufffdve patients\ufffd fianc\ufffd")


def test_an_unknown_identity_is_refused() -> None:
    with pytest.raises(ValueError, match="neither content nor name"):
        TextReader(id="path")  # type: ignore[arg-type]
