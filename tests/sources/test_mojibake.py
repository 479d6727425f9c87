# ruff: noqa: RUF001  letters that look like others are what this is about
"""Text read with a wrong codec is put right where that is sure; good text of any script never changes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.batches import documents_in
from sources.encoding import is_mojibake
from sources.mojibake import repaired
from sources.reader import RawFile
from sources.registry import make_reader
from tests.sources.material import kit_files

GOOD = (
    "L’été, le patient âgé de 45 ans a été opéré à l’hôpital : « très bien », 37 °C – 5 µg.",
    "El niño presentó fiebre; ¿cuándo empezó? Año 2020, señal «ñandú».",
    "Perché l’età è così importante? Città, più, già.",
    "Größe, Übelkeit, Maß: 3–5 µm, „gut“.",
    "Sjögren, Ménière, Guillain–Barré, β-blocker, 10⁻⁶, ≥ 5 %",
    "患者出现发热和咳嗽。", "रोगी को बुखार और खांसी है।", "ناروغ تبه او ټوخی لري.", "У пациента жар и кашель.",
    "환자는 열이 난다.", "ÂNGELA SÃO JOÃO ÇA", "ÀÉÎÕÜ", "Ã",
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good_text_stays(text: str) -> None:
    assert repaired(text) == text


@given(st.text())
def test_only_text_with_a_suspect_pair_of_letters_can_change(text: str) -> None:
    facts: Counter[str] = Counter()
    if repaired(text, facts) != text:
        assert any("\u00c0" <= letter <= "\u00ff" for letter in text)
        assert facts["mojibake_repaired"] == 1


@given(st.text(st.characters(min_codepoint=0x250, exclude_categories=("Cs",))))
def test_text_without_latin_letters_stays(text: str) -> None:
    assert repaired(text) == text


@pytest.mark.parametrize("text", GOOD[:5])
def test_what_was_read_as_windows_1252_is_put_right(text: str) -> None:
    facts: Counter[str] = Counter()
    try:
        broken = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        pytest.skip("has a byte that Windows-1252 has no letter for")
    assert repaired(broken, facts) == text
    assert facts == {"mojibake_repaired": 1, "mojibake_left": 0}


def test_quotes_widths_and_ligatures_stay() -> None:
    text = "“ﬁne” ｗｉｄｅ it’s &amp; cafÃ© au lait"
    assert repaired(text) == "“ﬁne” ｗｉｄｅ it’s &amp; café au lait"


def test_a_good_line_beside_a_broken_one_stays() -> None:
    assert repaired("– Ã –\ncafÃ©, dÃ©jÃ  vu") == "– Ã –\ncafé, déjà vu"


def test_what_is_lost_is_left_and_counted() -> None:
    facts: Counter[str] = Counter()
    assert repaired("della societï¿½ di oggi", facts) == "della societ\ufffd di oggi"
    assert facts["mojibake_left"] == 1
    repaired("so \ufffd it was", facts)
    assert facts["mojibake_left"] == 2


def test_broken_text_that_can_be_put_right_is_no_mojibake() -> None:
    assert not is_mojibake("DÃ©jÃ\u00a0 vu Ã\u00a0 l'hÃ´pital, trÃ¨s Ã©nervÃ©." * 9)
    assert is_mojibake("societ\ufffd citt\ufffd pi\ufffd " * 9)


@pytest.mark.parametrize(
    ("folder", "pattern", "reader", "changed"),
    [
        ("e3c", "**/*.json", "e3c", {"mojibake_repaired": 3, "mojibake_left": 2}),
        ("tico19_tmx", "*.tmx*", "tmx", {}),
        ("meddocan_es", "**/*.txt", "brat", {}),
    ],
)
def test_real_files_of_many_languages(folder: str, pattern: str, reader: str, changed: dict[str, int]) -> None:
    facts: Counter[str] = Counter()
    for path in kit_files(folder, pattern):
        for _ in documents_in(make_reader(reader), RawFile(str(path)), folder, facts):
            pass
    assert {name: number for name, number in facts.items() if name.startswith("mojibake")} == changed
