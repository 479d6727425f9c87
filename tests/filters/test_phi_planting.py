"""Identifiers that are planted stand where the gold says, and the text around them is untouched."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecipeError
from filters.phi.planting import Planted, planted
from filters.phi.planting.chance import Chance
from filters.phi.planting.noise import NOISES
from filters.phi.planting.points import points, style
from filters.phi.planting.setting import LOCALES, Setting
from filters.phi.planting.templates import _SLOT, LANGUAGES, REGISTERS, filled, templates
from filters.phi.planting.values import LABELS

NOTE = (
    "CHIEF COMPLAINT\n\nLow back pain.\n\nHISTORY\n\nDr. Ives saw the patient. She denies fever, e.g. at night. "
    "Pain is 6/10.\nVitals are stable.\n\nPLAN\n1. Rest.\n2. Ibuprofen as needed.\n"
)
DIALOGUE = "Doctor: Any pain?\nPatient: Yes, here.\nDoctor: Since when?\nPatient: A week, Dr. Ives.\n"
TRANSCRIPT = "[doctor] hi . any pain ?\n[patient] yes , here .\n[doctor] okay .\n[patient] since a week .\n"
ABSTRACT = "Background: Sepsis kills. We studied 40 patients (Fig. 2). Results were mixed. No cause was found."


def texts(count: int = 400) -> list[tuple[str, str]]:
    kinds = (NOTE, DIALOGUE, TRANSCRIPT, ABSTRACT)
    return [(f"doc:{place}", kinds[place % 4]) for place in range(count)]


@cache
def sown() -> tuple[Planted, ...]:
    return tuple(planted(texts(2000), 7, per_document=4))


def without(each: Planted) -> str:
    """The text without what was put in."""
    kept, done = [], 0
    for start, end in each.insertions:
        kept.append(each.text[done:start])
        done = end
    return "".join((*kept, each.text[done:]))


# Places ----------------------------------------------------------------------------------------------------------


def test_without_the_insertions_the_text_is_what_it_was() -> None:
    for (_, text), each in zip(texts(2000), sown(), strict=True):
        assert without(each) == text


def test_every_span_lies_in_an_insertion_and_none_overlap() -> None:
    for each in sown():
        assert len(each.insertions) == 4
        done = 0
        for span in each.spans:
            assert done <= span.start < span.end <= len(each.text)
            assert any(start <= span.start and span.end <= end for start, end in each.insertions)
            done = span.end


def test_spans_hold_the_values_and_nothing_around_them() -> None:
    for each in sown():
        for span in each.spans:
            held = each.text[span.start : span.end]
            assert held == held.strip()
            assert not held[-1].isalnum() or span.label == "AGE90" or not each.text[span.end : span.end + 1].isalnum()
            assert not held[0].isalnum() or not each.text[span.start - 1 : span.start].isalnum()
            if span.label == "EMAIL" and span.form == "address":
                assert re.fullmatch(r"[^@]+@[^@]+", held)
            if span.label == "AGE90" and span.form == "digits":
                assert 90 <= int(held) <= 104


def test_no_word_and_no_sentence_of_the_text_is_cut() -> None:
    places = [NOTE[: each.at].rsplit(maxsplit=1)[-1] for each in points(NOTE) if each.at]
    assert set(places) == {
        "COMPLAINT",
        "pain.",
        "HISTORY",
        "patient.",
        "night.",
        "6/10.",
        "stable.",
        "Rest.",
        "needed.",
    }


def test_a_dialogue_is_cut_before_a_clinicians_turns_only() -> None:
    assert [DIALOGUE[each.at :][:7] for each in points(DIALOGUE, "Doctor:")] == ["Doctor:", "Doctor:", ""]
    for each in sown():
        if each.id in {"doc:1", "doc:5", "doc:2", "doc:6"}:
            assert {span.register for span in each.spans} == {"dialogue"}


def test_planted_turns_speak_as_the_transcript_does() -> None:
    for each in planted([("t", TRANSCRIPT)], 3, per_document=40):
        for start, end in each.insertions:
            turns = each.text[start:end].strip()
            assert re.match(r"\[(doctor|patient)\] ", turns)
            assert turns == turns.lower()
            assert not re.search(r"[a-z][.?](\s|$)", turns)


def test_styles_are_seen() -> None:
    assert style(NOTE).speakers is None
    assert style(ABSTRACT).speakers is None
    assert style(DIALOGUE) == (("Doctor:", "Patient:"), False, False)
    assert style(TRANSCRIPT) == (("[doctor]", "[patient]"), True, True)
    assert style(TRANSCRIPT.replace("\n", " ")).speakers == ("[doctor]", "[patient]")


ANY = st.text(st.sampled_from("aBé中。 \n\r\t.!?:[]1\u00a0\U0001f600-"), max_size=80) | st.text(max_size=40)


@given(ANY, st.integers(0, 2**64), st.integers(0, 5))
def test_any_text_is_kept_and_offsets_are_right(text: str, seed: int, count: int) -> None:
    (each,) = planted([("x", text)], seed, per_document=count)
    assert without(each) == text
    assert len(each.insertions) == count
    assert count == 0 or each.spans
    for place in points(text):
        assert (
            not (text[place.at - 1 : place.at].isalnum() and text[place.at : place.at + 1].isalnum()) or place.at == 0
        )
    gold = json.loads(json.dumps(each.gold()))
    assert [gold["text"][start:end] for start, end, _ in gold["spans"]] == [
        each.text[s.start : s.end] for s in each.spans
    ]
    assert len(gold["slices"]) == len(gold["spans"])


def test_an_empty_text_and_a_single_line_take_sentences_too() -> None:
    for text in ("", "no full stop", "中文。没有空格。"):
        (each,) = planted([("x", text)], 1, per_document=3)
        assert without(each) == text
        assert len(each.spans) >= 3


# Determinism -----------------------------------------------------------------------------------------------------


def test_documents_do_not_depend_on_each_other_or_their_order() -> None:
    some = texts(60)
    forwards = {each.id: each for each in planted(some, 5)}
    backwards = {each.id: each for each in planted(some[::-1], 5)}
    alone = {name: next(planted([(name, text)], 5)) for name, text in some}
    assert forwards == backwards == alone


def test_another_seed_or_another_id_gives_other_values() -> None:
    def values(seed: int, name: str) -> list[str]:
        (each,) = planted([(name, NOTE)], seed, per_document=6)
        return [each.text[span.start : span.end] for span in each.spans]

    assert values(1, "a") == values(1, "a")
    assert values(1, "a") != values(2, "a")
    assert values(1, "a") != values(1, "b")


def test_another_process_with_another_hash_seed_agrees() -> None:
    program = (
        "import hashlib, json; from filters.phi.planting import planted; "
        "gold = [each.gold() for each in planted([(str(n), 'One. Two. Three.') for n in range(99)], 9)]; "
        "print(hashlib.sha256(json.dumps(gold).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_chance_is_fair_and_pinned() -> None:
    chance = Chance(1, "fair")
    counts = Counter(chance.below(10) for _ in range(20_000))
    assert all(1_800 < counts[each] < 2_200 for each in range(10))
    assert [Chance(7, "a").below(10**9), Chance(7, "a", "b").below(10**9)] == PINNED
    assert Chance(7, "ab").below(10**9) != Chance(7, "a", "b").below(10**9)


PINNED = [16046181, 967409930]


# What is reached -------------------------------------------------------------------------------------------------


def test_every_class_locale_register_noise_and_origin_is_reached() -> None:
    spans = [span for each in sown() for span in each.spans]
    assert {span.label for span in spans} == set(LABELS)
    assert {span.locale for span in spans} == set(LOCALES)
    assert {span.register for span in spans} == set(REGISTERS)
    assert {span.noise for span in spans} == set(NOISES)
    assert {span.origin for span in spans if span.label == "NAME"} == {"made", "common"}
    assert {span.origin for span in spans if span.label in {"GEO", "HOSPITAL"}} == {"made", "real"}
    assert {span.form == "spoken" for span in spans} == {True, False}
    noisy = {(span.label, span.noise) for span in spans}
    for label in LABELS:
        assert len({noise for of_label, noise in noisy if of_label == label}) >= 4, label


def test_every_class_has_many_sentences_in_every_register() -> None:
    for label in LABELS:
        held = templates("en")[label]
        assert set(held) == set(REGISTERS), label
        assert sum(map(len, held.values())) >= (20 if label == "NAME" else 10), label
    for language in LANGUAGES:
        assert set(templates(language)) == set(LABELS), language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled_and_holds_its_class(language: str) -> None:
    locales = LOCALES if language == "en" else (language.upper(),)
    for label, registers in templates(language).items():
        for register, sentences in registers.items():
            for sentence in sentences:
                assert any(slot["label"] == label and not slot["cue"] for slot in _SLOT.finditer(sentence)), sentence
                for locale in locales:
                    for spoken in {False, register == "dialogue"}:
                        pieces = filled(sentence, Setting(locale, language, spoken), Chance(1, sentence))
                        assert not set("{}") & set("".join(piece.text for piece in pieces))


def test_noise_is_told_by_what_it_does() -> None:
    marks = {
        "upper": str.isupper,
        "line_break": lambda held: "\n" in held,
        "double_space": lambda held: "  " in held or "\u00a0" in held,
        "no_break_space": lambda held: re.search("[\u00a0\u202f\u2009]", held),
        "full_width": lambda held: re.search("[\N{FULLWIDTH DIGIT ZERO}-\N{FULLWIDTH DIGIT NINE}]", held),
        "odd_dash": lambda held: re.search("[\u2010-\u2013\u2212]", held),
        "hesitation": lambda held: re.search(r"\b(um|uh|sorry|let me see)\b", held),
    }
    seen: Counter[str] = Counter()
    for each in sown():
        for span in each.spans:
            held = each.text[span.start : span.end]
            seen[span.noise] += 1
            if span.noise in marks:
                assert marks[span.noise](held), (span.noise, span.label)
            if span.noise == "none":
                assert "\n" not in held
    assert min(seen[noise] for noise in NOISES) >= 20
    assert 0.3 < seen["none"] / seen.total() < 0.7


def test_only_what_is_asked_for_is_planted() -> None:
    found = list(planted(texts(80), 1, labels=["IP"], registers=["nursing"], locales=["UK", "DE"]))
    assert {span.label for each in found for span in each.spans} == {"IP"}
    assert {span.register for each in found for span in each.spans} == {"nursing"}
    assert {span.locale for each in found for span in each.spans} == {"UK", "DE"}
    spanish = [span for each in planted(texts(80), 1, language="es") for span in each.spans]
    assert {span.locale for span in spanish} == {"ES"}


@pytest.mark.parametrize(
    "wrong",
    [{"labels": ["EYE"]}, {"registers": ["song"]}, {"locales": ["XX"]}, {"language": "xx"}, {"per_document": -1}],
)
def test_what_there_is_not_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        list(planted([("a", NOTE)], 1, **wrong))  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="no sentence"):
        list(planted([("a", NOTE)], 1, registers=["forum"], language="de"))


# The command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_a_gold_set(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app

    lines = [json.dumps({"id": name, "text": text}) for name, text in texts(8)] + [json.dumps({"text": NOTE}), ""]
    (tmp_path / "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    gold = tmp_path / "gold.jsonl"
    command = ["phi", "plant", str(tmp_path / "texts.jsonl"), "--seed", "7", "--per-document", "2", "-o", str(gold)]
    assert CliRunner().invoke(app, command).exit_code == 0
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 9
    assert rows[:8] == [each.gold() for each in planted(texts(8), 7, per_document=2)]
    assert re.fullmatch(r"[0-9a-f]{32}", rows[8]["id"])
    assert [each.name for each in tmp_path.iterdir()] != []
    assert not list(tmp_path.glob(".*"))


def test_the_command_names_the_line_that_it_cannot_read_and_leaves_nothing(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from corpus.errors import RawFileError
    from pipelines.cli import app

    (tmp_path / "texts.jsonl").write_text('{"text": "One."}\n{"secret": 1}\n', encoding="utf-8")
    answer = CliRunner().invoke(
        app, ["phi", "plant", str(tmp_path / "texts.jsonl"), "-o", str(tmp_path / "gold.jsonl")]
    )
    assert isinstance(answer.exception, RawFileError)
    assert "texts.jsonl:2" in str(answer.exception)
    assert "secret" not in str(answer.exception)
    assert [each.name for each in tmp_path.iterdir()] == ["texts.jsonl"]
