"""The languages of a text, in what shares, and how sure that is."""
# ruff: noqa: RUF001 - Cyrillic letters are meant

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from corpus.assets import ASSETS, assets_folder
from corpus.errors import AssetError
from filters.language import LanguageAnnotator
from filters.language.calibration import calibrated
from filters.language.shares import allowed_share, mixed, not_allowed
from tests.filters.language_oracle import languages

MODEL = assets_folder() / "lid.176.ftz"
needs_model = pytest.mark.skipif(not MODEL.is_file(), reason="no language model (`hc4 assets pull lid.176.ftz`)")

SENTENCES = {
    "en": "The patient was admitted with fever and a productive cough that had lasted for three days.",
    "de": "Der Patient wurde mit Fieber und produktivem Husten, der seit drei Tagen bestand, aufgenommen.",
    "fr": "Le patient a été admis pour une fièvre et une toux productive évoluant depuis trois jours.",
    "es": "El paciente ingresó por fiebre y tos productiva de tres días de evolución en el hospital.",
    "ru": "Пациент поступил с лихорадкой и продуктивным кашлем, продолжавшимся в течение трёх дней.",
    "ja": "患者は三日間続く発熱と湿性咳嗽を主訴に入院した。",
}


def measure(texts: list[str], **settings: Any) -> pa.RecordBatch:
    batch = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"])
    return LanguageAnnotator(MODEL, **settings).measure(batch)


def shares(text: str) -> dict[str, float]:
    return {each["language"]: each["share"] for each in measure([text]).column("languages").to_pylist()[0]}


@needs_model
@pytest.mark.parametrize("code", SENTENCES)
def test_language_is_identified(code: str) -> None:
    (judged,) = measure([SENTENCES[code]]).to_pylist()

    assert judged["language"] == code
    assert judged["language_score"] > 0.9
    assert judged["language_share"] == 1
    assert judged["languages"] == [{"language": code, "share": 1}]


@needs_model
@pytest.mark.parametrize("between", ["\n\n", " "])
def test_a_translation_behind_an_abstract_is_seen(between: str) -> None:
    found = shares(SENTENCES["en"] * 10 + between + SENTENCES["es"] * 10)

    assert set(found) == {"en", "es"}
    assert found["en"] == pytest.approx(0.5, abs=0.1)


@needs_model
def test_shares_are_shares_of_the_letters() -> None:
    found = shares("\n".join([SENTENCES["en"] * 3, SENTENCES["ru"] * 6, SENTENCES["en"] * 3, SENTENCES["fr"] * 4]))

    assert found["ru"] == pytest.approx(6 / 16, abs=0.05)
    assert found["en"] == pytest.approx(6 / 16, abs=0.05)
    assert found["fr"] == pytest.approx(4 / 16, abs=0.05)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@needs_model
def test_an_english_title_does_not_make_an_english_article() -> None:
    article = SENTENCES["en"] * 5 + "\n" + SENTENCES["es"] * 60

    (judged,) = measure([article]).to_pylist()

    assert judged["language"] == "es"
    assert judged["language_share"] > 0.9


@needs_model
def test_names_and_numbers_make_no_other_language() -> None:
    table = "\n".join(
        ["Female | White | 1.60 | 78.9 | NS | NS | NS", "Bacteroides fragilis, Escherichia coli | 12"] * 2
    )

    assert shares("\n\n".join([SENTENCES["en"] * 4, table, SENTENCES["en"] * 4])) == {"en": 1}


@needs_model
@pytest.mark.parametrize("text", ["", " \n\t ", "1 2 3", "\x00", "±12.5 % (7/9) – 30"])
def test_a_text_without_letters_is_undetermined(text: str) -> None:
    (judged,) = measure([text]).to_pylist()

    assert judged == {"language": "und", "language_score": 0, "language_share": 0, "languages": []}


@needs_model
@settings(max_examples=200)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=5))
@example(["a\r\nb", "</s> the rest of it", "A" * 3000, "\U00010400\u0130", "ab " * 10_000])
def test_whatever_the_text_the_numbers_are_sound(texts: list[str]) -> None:
    rows = measure(texts)

    assert rows.schema.equals(LanguageAnnotator.schema, check_metadata=True)
    for text, row in zip(texts, rows.to_pylist(), strict=True):
        assert 0 <= row["language_score"] <= 1
        found = [each["share"] for each in row["languages"]]
        assert found == sorted(found, reverse=True)
        assert sum(found) == pytest.approx(1 if any(map(str.isalpha, text)) else 0, abs=1e-5)
        assert row["language_share"] == (found[0] if found else 0)
        assert row["language"] == (row["languages"][0]["language"] if found else "und")


PIECES = st.one_of(
    st.sampled_from([*SENTENCES.values(), *map(str.upper, SENTENCES.values())]),
    st.sampled_from(["", "\n", "Female | 1.60 | NS", "e.g. 3.5 mg", "\u0416" * 90, "\u60a3\u8005" * 30]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<"), max_size=40),
)


@needs_model
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PIECES, st.integers(1, 6), st.sampled_from([" ", "\n", "\n\n"])), max_size=8))
def test_shares_are_those_of_the_oracle(pieces: list[tuple[str, int, str]]) -> None:
    text = "".join((piece + " ") * times + between for piece, times, between in pieces)

    found = measure([text], sampled_bytes=10**9).to_pylist()[0]["languages"]

    expected = languages(MODEL, text)
    assume(expected is not None)
    assert sorted((one["language"], round(one["share"], 4)) for one in found) == sorted(
        (language, round(share, 4)) for language, share in expected
    )


@needs_model
def test_neighbours_change_nothing() -> None:
    texts = [*SENTENCES.values(), "", "\n".join(SENTENCES.values()) * 3, SENTENCES["en"] * 500]

    alone = [measure([text]).to_pylist()[0] for text in texts]

    assert measure(texts).to_pylist() == alone
    column = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"]).slice(3, 4)
    assert LanguageAnnotator(MODEL).measure(column).to_pylist() == alone[3:7]


@needs_model
def test_the_same_label_as_fasttext_gives_whole_abstracts() -> None:
    texts = abstracts(2_000)
    import fasttext

    lines = [text.replace("\n", " ") + "\n" for text in texts]
    labels, _ = fasttext.load_model(str(MODEL)).f.multilinePredict(lines, 1, 0.0, "strict")
    whole = [found[0].removeprefix("__label__") for found in labels]

    rows = measure(texts)

    agreed = np.array(whole) == np.array(rows.column("language").to_pylist())
    assert agreed.mean() >= 0.999


@needs_model
def test_a_sample_of_a_long_text_gives_the_shares_of_the_whole() -> None:
    article = "\n".join(
        [*(text + " " + SENTENCES["en"] for text in abstracts(60)), *[SENTENCES["es"] * 8] * 40, *abstracts(40)]
    )

    (sample,), (whole,) = measure([article]).to_pylist(), measure([article], sampled_bytes=10**9).to_pylist()

    assert len(article) > 10 * 8_192
    assert sample["language"] == whole["language"] == "en"
    assert [each["language"] for each in sample["languages"]] == ["en", "es"]
    assert sample["language_share"] == pytest.approx(whole["language_share"], abs=0.1)


@needs_model
def test_a_long_text_without_blanks_is_sampled_between_its_characters() -> None:
    (judged,) = measure([SENTENCES["ja"] * 5_000]).to_pylist()

    assert (judged["language"], judged["language_share"]) == ("ja", 1)


@needs_model
def test_english_in_capitals_is_english() -> None:
    text = (
        "THE EFFECT OF ASPIRIN ON PLATELET FUNCTION WAS STUDIED IN TWELVE HEALTHY MEN. BLEEDING TIME ROSE IN ALL OF "
        "THEM AND CAME BACK TO ITS FORMER LENGTH WITHIN A WEEK."
    )

    capital, small = measure([text, text.lower()]).to_pylist()

    assert capital == small
    assert capital["language"] == "en"
    assert capital["language_score"] > 0.8


@needs_model
@pytest.mark.parametrize("text", ["Medications\n\nTylenol.", "Allergy\n\nTo penicillin.", "Disposition\n\nStable."])
def test_short_english_is_more_likely_english_than_not(text: str) -> None:
    (judged,) = measure([text]).to_pylist()

    assert judged["language"] == "en"
    assert judged["language_score"] > 0.5


def test_a_number_says_more_of_a_longer_text() -> None:
    letters = np.array([20, 100, 1_000, 10_000])
    for english in (True, False):
        high, low = (calibrated(np.full(4, chance), letters, np.full(4, english)) for chance in (0.9, 0.05))
        assert (np.diff(high) >= 0).all()
        assert (np.diff(low) <= 0).all()


def test_a_higher_number_is_never_less_sure() -> None:
    chances = np.linspace(0, 1.001, 50)
    for letters in (5, 20, 100, 1_000, 100_000):
        for english in (True, False):
            found = calibrated(chances, np.full(50, letters), np.full(50, english))
            assert (np.diff(found) >= 0).all()
            assert ((found >= 0) & (found <= 1)).all()


@needs_model
def test_config_names_the_model_by_its_digest() -> None:
    config = LanguageAnnotator(MODEL).config
    assert isinstance(config, dict)
    assert config["model"] == ASSETS["lid.176.ftz"].sha256


def test_an_absent_model_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="hc4 assets pull"):
        LanguageAnnotator(tmp_path / "absent.ftz")


LANGUAGES = pa.array(
    [
        [{"language": "en", "share": 1.0}],
        [{"language": "es", "share": 0.6}, {"language": "en", "share": 0.4}],
        [{"language": "es", "share": 0.96}, {"language": "en", "share": 0.04}],
        [],
        None,
        [{"language": "en", "share": 0.4}, {"language": "de", "share": 0.3}, {"language": "fr", "share": 0.3}],
    ],
    LanguageAnnotator.schema.field("languages").type,
)


def test_the_allowed_share_sums_the_allowed_languages() -> None:
    assert allowed_share(LANGUAGES, ["en", "fr"]) == pytest.approx([1, 0.4, 0.04, 0, 0, 0.7])
    assert allowed_share(LANGUAGES.slice(1, 3), ["en"]) == pytest.approx([0.4, 0.04, 0])
    assert allowed_share(LANGUAGES, ["zh"]).tolist() == [0] * 6


def test_another_language_is_told_from_a_mixture() -> None:
    found = allowed_share(LANGUAGES, ["en"])

    assert not_allowed(found, 0.5).tolist() == [False, False, True, True, True, False]
    assert mixed(found, 0.5).tolist() == [False, True, False, False, False, True]
    assert mixed(found, 0.4).tolist() == [False] * 6
    assert not (not_allowed(found, 0.01) & (found > 0)).any()


def abstracts(count: int) -> list[str]:
    path = assets_folder() / "demo/pubmed21n1298.xml.gz"
    if not path.is_file():
        pytest.skip("demo assets are not pulled (`hc4 assets pull demo`)")
    texts: list[str] = []
    with gzip.open(path) as stream:
        for _, abstract in etree.iterparse(stream, tag="Abstract"):
            text = " ".join(abstract.itertext())
            if len(text) > 600:
                texts.append(text)
            if len(texts) == count:
                break
    return texts
