"""HL7 v2 messages: the kit's case notifications, framing, escapes, known values, damage."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources.hl7v2
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.hl7v2 import Hl7v2Reader
from tests.sources.material import kit_files, records

MSH = r"MSH|^~\&|LAB|HOSP|EHR|HOSP|20210128162413||ORU^R01|7|P|2.5.1"
PID = "PID|1||4711^^^HOSP||Lee^Ann^B^^^^L||19700203|F|||1 Elm St^^Salem^OR^97301||(503)555-0101^PRN||||||900-11-2222"


def read(tmp_path: Path, data: bytes) -> list[Record]:
    path = tmp_path / "messages.hl7"
    path.write_bytes(data)
    return records(Hl7v2Reader(), path)[0]


def message(*segments: str) -> bytes:
    return "\r".join([MSH, *segments]).encode()


def document(tmp_path: Path, *segments: str) -> Document:
    (found,) = read(tmp_path, message(*segments))
    assert isinstance(found, Document)
    return found


def fields(path: Path, segment: str) -> list[list[str]]:
    lines = path.read_text(errors="replace").replace("\r", "\n").split("\n")
    return [line.split("|") for line in lines if line.startswith(f"{segment}|")]


def test_every_real_message_gives_its_text_and_its_people() -> None:
    paths = kit_files("hl7v2", "*.[hH][lL]7")
    answers = 0
    for path in paths:
        ((found,), facts) = records(Hl7v2Reader(), path)
        assert isinstance(found, Document)
        known = set(found.known_values)
        for pid in fields(path, "PID"):
            number = pid[3].split("^")[0]
            assert number in known or len(number) < 2 or re.fullmatch(r"\d{1,3}", number)
            if len(pid) > 7 and len(pid[7]) >= 8:
                assert f"{pid[7][:4]}-{pid[7][4:6]}-{pid[7][6:8]}" in known
        for kin in fields(path, "NK1"):
            assert not kin[2:3] or set(kin[2].split("^")[:2]) - {""} <= known
        said = [one for one in fields(path, "OBX") if one[2] in {"TX", "FT", "ST"} and one[5].strip()]
        assert len(said) == facts["observations"] + facts["identifying_answers"]
        answers += len(said)
        for one in said:
            if one[2] == "TX":
                assert one[5].strip() in found.text
    assert len(paths) == 18
    assert answers > 100


def test_no_answer_of_a_real_message_that_identifies_somebody_is_text() -> None:
    for path in kit_files("hl7v2", "*.[hH][lL]7"):
        ((found,), _) = records(Hl7v2Reader(), path)
        assert isinstance(found, Document)
        for one in fields(path, "OBX"):
            if any(kind in one[3] for kind in ("mail", "State Case I", "Phone", "City of", "County of")):
                assert one[5].strip() not in found.text or not one[5].strip()
                answers = {answer for answer in one[5].split("~") if not re.fullmatch(r"\s*|\d{1,3}", answer)}
                assert answers <= set(found.known_values)


def test_text_observations_and_comments_are_the_note(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        PID,
        "OBX|1|FT|18748-4^Chest film^LN||No effusion.\\.br\\Heart normal~Lungs clear||||||F",
        "OBX|2|FT|18748-4^Chest film^LN||Impression: well.||||||F",
        "OBX|3|NM|2345-7^Glucose^LN||92|mg/dL|||||F",
        "OBX|4|ST|1^Colour^L||clear",
        "NTE|1||Read by phone",
    )
    assert found.text == (
        "Chest film: No effusion.\nHeart normal\nLungs clear\nImpression: well.\n\nColour: clear\n\nRead by phone"
    )
    assert (found.doc_type, found.published, found.offset) == ("note", "2021-01-28", 0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a \T\ b", "a & b"),
        (r"\F\ \S\ \R\ \E\ ", "| ^ ~ \\"),
        (r"a\.br\b\.sp2\c", "a\nb\n\nc"),
        (r"\H\loud\N\ voice", "loud voice"),
        (r"caf\XC3A9\ ", "café"),
        (r"5\" long", '5\\" long'),
    ],
)
def test_escape_sequences_are_decoded(tmp_path: Path, written: str, meant: str) -> None:
    assert document(tmp_path, f"NTE|1||{written}").text == meant


def test_people_of_the_structured_fields_are_known_values(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        PID,
        "NK1|1|Lee^Bo|SPO|2 Oak Rd^^Salem^OR^97302|^PRN^PH^^^503^5550102",
        "PV1|1|I|||||1234^House^Greg^^^Dr" + "|" * 12 + "V123",
        "IN1|1|PLAN77|9|Acme Health" + "|" * 12 + "Lee^Cy" + "|" * 20 + "POL-55",
    )
    assert {
        "4711", "Ann B Lee", "Ann Lee", "Lee", "Ann", "1970-02-03", "02/03/1970", "1 Elm St", "97301", "(503)555-0101",
        "900-11-2222", "Bo Lee", "2 Oak Rd", "503-5550102", "(503) 5550102", "1234", "Greg House", "V123",
        "Acme Health", "Cy Lee", "POL-55",
    } <= set(found.known_values)  # fmt: skip
    assert (found.text, found.no_text) == ("", "no_narrative")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("\x0b", "\x1c\r")])
def test_several_messages_in_a_file_with_and_without_frames(tmp_path: Path, end: str, before: str, after: str) -> None:
    one, two = (before + end.join([MSH, PID, f"NTE|1||{word}", after]) for word in ("first", "second"))
    data = (f"FHS|^~\\&|x{end}BHS|^~\\&|x{end}" + one + two + f"BTS|2{end}FTS|1").encode()
    path = tmp_path / "messages.hl7"
    path.write_bytes(gzip.compress(data))
    found, facts = records(Hl7v2Reader(), path)
    documents = [one for one in found if isinstance(one, Document)]
    assert [(one.record, one.text) for one in documents] == [(0, "first"), (1, "second")]
    assert [one.offset for one in documents] == [data.index(b"MSH"), data.rindex(b"MSH")]
    assert len({one.native_id for one in documents}) == 2
    assert facts["records"] == 2


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="|^~\\&"), min_size=1)))
def test_no_message_is_lost_at_the_border_of_a_chunk(notes: list[str]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.hl7v2, "_CHUNK", 7)
        data = b"\r".join(message(f"NTE|1||.{note}.") for note in notes) or MSH.encode()
        found = read(Path(folder), data)
    assert [one.text for one in found if isinstance(one, Document)] == [f".{note}." for note in notes] or [""]


def test_a_broken_line_of_a_report_goes_on(tmp_path: Path) -> None:
    assert document(tmp_path, "OBX|1|TX|1^Report||Well\nand calm.||||||F").text == "Report: Well\nand calm."
    assert document(tmp_path, "NTE|1||Well\nand calm.").text == "Well\nand calm."


def test_damaged_messages_are_quarantined_and_the_next_is_read(tmp_path: Path) -> None:
    data = b"\r".join([b"MSH|^", message("PID|1", "no segment"), message("NTE|1||fine")])
    first, second, third = read(tmp_path, data)
    assert first == Quarantined(record=0, reason="bad_message_header", offset=0)
    assert second == Quarantined(record=1, reason="bad_segment", offset=6)
    assert isinstance(third, Document)
    assert third.text == "fine"


def test_an_oversized_message_is_quarantined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.hl7v2, "MAX_MESSAGE_BYTES", 200)
    large, fine = read(tmp_path, message(*["NTE|1||long"] * 50) + b"\r" + message("NTE|1||fine"))
    assert large == Quarantined(record=0, reason="record_too_large", offset=0)
    assert isinstance(fine, Document)


@pytest.mark.parametrize(
    ("data", "reason"), [(b"PID|1\rOBX|1", "no_message"), (b"{}", "no_message"), (b"", "empty_file")]
)
def test_a_file_without_a_message_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data)
    assert caught.value.reason == reason


def test_the_name_of_a_laboratory_is_known_whole_only(tmp_path: Path) -> None:
    found = document(tmp_path, "OBX|1|ST|1^Performing Laboratory Name^L||Reference Laboratory", "NTE|1||Growth.")
    assert found.known_values == ("Reference Laboratory",)


def test_a_form_of_short_answers_is_no_text(tmp_path: Path) -> None:
    answer = "OBX|1|ST|1^Current Industry^L||Hospital"
    found = document(tmp_path, answer)
    assert (found.text, found.no_text) == ("", "short_answers_only")
    said = "OBX|2|ST|2^Comment^L||Bitten by a tick abroad"
    assert document(tmp_path, answer, said).text == "Current Industry: Hospital\n\nComment: Bitten by a tick abroad"
