"""Dialogues and notes in CSV: MTS-Dialog, ACI-Bench, metadata beside them, damage."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.dialogue_csv import DialogueCsvReader, turns
from tests.sources.material import kit_files, records

MTS: dict[str, Any] = {"id": "ID", "note": "section_text", "section": "section_header", "prefix": "{stem}"}
ACI: dict[str, Any] = {"metadata": "{stem}_metadata.csv"}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def read(tmp_path: Path, data: str | bytes, **options: Any) -> list[Record]:
    path = tmp_path / "visits.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return records(DialogueCsvReader(**options), path)[0]


def letters(text: str) -> str:
    return re.sub(r"[\s_]+", "", text)


def pairs(found: list[Record]) -> list[tuple[Document, Document]]:
    documents = [one for one in found if isinstance(one, Document)]
    assert len(documents) == len(found)
    return list(zip(documents[::2], documents[1::2], strict=True))


@pytest.mark.parametrize(("name", "count"), [("TrainingSet", 1201), ("ValidationSet", 100)])
def test_mts_dialog_gives_a_pair_a_row(name: str, count: int) -> None:
    (path,) = kit_files("mts_dialog", f"MTS-Dialog-{name}.csv")
    found = pairs(records(DialogueCsvReader(**MTS), path)[0])
    assert len(found) == count
    for row, (dialogue, note) in zip(rows(path), found, strict=True):
        assert dialogue.native_id == f"{path.stem}:{row['ID']}/dialogue"
        assert note.native_id == f"{path.stem}:{row['ID']}/note"
        assert (dialogue.doc_type, note.doc_type) == ("dialogue", "note")
        assert letters(dialogue.text) == letters(row["dialogue"])
        assert note.text.endswith(row["section_text"].strip())
        assert (
            row["section_header"] not in note.text.split("\n") or row["section_header"].title() == row["section_header"]
        )


def test_turns_that_share_a_line_stand_apart() -> None:
    (path,) = kit_files("mts_dialog", "MTS-Dialog-Augmented*.csv")
    found = pairs(records(DialogueCsvReader(**MTS), path)[0])
    said = [line for dialogue, _ in found for line in dialogue.text.split("\n")]
    assert len(said) > 17_000
    assert sum(bool(re.search(r"[.?!] (?:Doctor|Patient|Guest[_ ]\w+):", line)) for line in said) == 0
    assert not [one.native_id for pair in found for one in pair if " " in (one.native_id or "")]


@pytest.mark.parametrize("number", range(8))
def test_aci_bench_knows_everybody_whom_its_metadata_name(number: int) -> None:
    paths = [*kit_files("aci_bench", "challenge_data/*.csv"), *kit_files("aci_bench", "src_experiment_data/*.csv")]
    path = [path for path in paths if not path.stem.endswith("_metadata")][number]
    key = "encounter_id" if "challenge" in str(path) else "id"
    found = pairs(records(DialogueCsvReader(id=key, **ACI), path)[0])
    people = {row[key]: row for row in rows(path.with_name(f"{path.stem}_metadata.csv"))}
    assert [dialogue.native_id for dialogue, _ in found] == [f"{row[key]}/dialogue" for row in rows(path)]
    for row, (dialogue, note) in zip(rows(path), found, strict=True):
        stated = {people[row[key]][name].strip() for name in ("doctor_name", "patient_firstname", "patient_familyname")}
        assert stated - {""} <= set(dialogue.known_values)
        assert dialogue.known_values == note.known_values
        said = re.sub(r"\[(?:doctor|patient|patient_guest)\]", " ", row["dialogue"])
        assert letters(re.sub(r"^(?:Doctor|Patient|Patient guest):", "", dialogue.text, flags=re.M)) == letters(said)
        assert "[doctor]" not in dialogue.text


def test_a_turn_stands_on_a_line() -> None:
    assert (
        turns("[doctor] hi , ann .\n[patient] hello .  [doctor] so\n\n")
        == "Doctor: hi , ann .\nPatient: hello .\nDoctor: so"
    )
    assert turns("[patient]\n[doctor]\n[inaudible]\n[patient]") == "Doctor: [inaudible]"
    assert turns("Doctor: Any pain? \r\n Patient: No.") == "Doctor: Any pain?\nPatient: No."


@given(st.text())
def test_turns_lose_no_word(text: str) -> None:
    said = text.translate({ord("["): None, ord(":"): None})
    assert letters(turns(said)) == letters(said)


def test_speakers_are_named_in_words() -> None:
    said = "Guest_family_1: Hi. Doctor: See at 9:30, doctor: yes? Doctor_2: Patient: no."
    assert turns(said) == "Guest family 1: Hi.\nDoctor: See at 9:30, doctor: yes?\nPatient: no."


def test_what_a_tokeniser_took_apart_is_together_again() -> None:
    said = "[doctor] i do n't know , ann . you 're gon na be fine , got ta go ? 5 % , and so on . \" why n't ."
    assert turns(said) == "Doctor: i don't know, ann. you 're gonna be fine, gotta go? 5%, and so on. \" whyn't."
    assert turns("Doctor: Rate it : five .") == "Doctor: Rate it : five ."


def test_columns_can_be_left_out(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "encounter_id,note\n1,Well.\n", dialogue="")
    assert found == Document(record=0, native_id="1/note", text="Well.", doc_type="note")
    with pytest.raises(ValueError, match="at least one"):
        DialogueCsvReader(dialogue="", note="")


def test_bad_rows_are_quarantined_and_the_next_is_read(tmp_path: Path) -> None:
    data = b"encounter_id,dialogue,note\n1,a\n,a,b\n3,\xff,b\n4,,b\n"
    found = read(tmp_path, data)
    assert found[:3] == [
        Quarantined(record=0, reason="wrong_number_of_cells"),
        Quarantined(record=1, reason="no_encounter_id"),
        Quarantined(record=2, reason="invalid_unicode"),
    ]
    ((dialogue, note),) = pairs(found[3:])
    assert (dialogue.record, dialogue.no_text, note.record, note.text) == (3, "empty_text", 4, "b")


def test_a_row_without_metadata_is_quarantined_because_its_names_would_be_missed(tmp_path: Path) -> None:
    header = "encounter_id,doctor_name,patient_firstname,patient_familyname\n"
    (tmp_path / "visits_metadata.csv").write_text(f"{header}1,Dr. Greg House,ann,lee\n")
    found = read(tmp_path, "encounter_id,dialogue,note\n1,a,b\n2,a,b\n", **ACI)
    assert isinstance(found[0], Document)
    assert {"Greg House", "House", "ann lee", "ann", "lee"} <= set(found[0].known_values)
    assert found[2] == Quarantined(record=2, reason="no_metadata")


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        ("encounter_id,dialogue\n1,a\n", {}, "missing_column"),
        ("encounter_id,dialogue,note\n1,a,b\n", ACI, "missing_file"),
        ("\n", {}, "no_header"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: str, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data, **options)
    assert caught.value.reason == reason
