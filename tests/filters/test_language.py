"""The language of a sample is the language of the text."""
# ruff: noqa: RUF001 - Cyrillic letters are meant

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import etree

from corpus.assets import ASSETS, assets_folder
from corpus.errors import AssetError
from filters.language import LanguageAnnotator, sample

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


def measure(texts: list[str]) -> pa.RecordBatch:
    return LanguageAnnotator(MODEL).measure(pa.record_batch([pa.array(texts, pa.large_string())], names=["text"]))


@needs_model
@pytest.mark.parametrize("code", SENTENCES)
def test_language_is_identified(code: str) -> None:
    assert measure([SENTENCES[code]]).column("language").to_pylist() == [code]


@needs_model
def test_an_english_title_does_not_make_an_english_article() -> None:
    article = SENTENCES["en"] * 5 + "\n" + SENTENCES["es"] * 60
    assert measure([article]).column("language").to_pylist() == ["es"]


@needs_model
def test_no_text_is_undetermined() -> None:
    rows = measure(["", " \n\t "])
    assert rows.column("language").to_pylist() == ["und", "und"]
    assert rows.column("language_score").to_pylist() == [0, 0]


@needs_model
def test_scores_are_probabilities_and_the_schema_is_declared() -> None:
    rows = measure([*SENTENCES.values(), "1 2 3", "\x00", "a\r\nb", "the " * 10_000])
    assert rows.schema.equals(LanguageAnnotator.schema, check_metadata=True)
    assert all(0 <= score <= 1 for score in rows.column("language_score").to_pylist())


@needs_model
def test_config_names_the_model_by_its_digest() -> None:
    config = LanguageAnnotator(MODEL).config
    assert isinstance(config, dict)
    assert config["model"] == ASSETS["lid.176.ftz"].sha256


def test_an_absent_model_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="hc4 assets pull"):
        LanguageAnnotator(tmp_path / "absent.ftz")


def test_a_short_text_is_its_own_sample() -> None:
    assert sample("short text", 400) == "short text"


def test_a_sample_is_bounded_whole_words_from_start_to_end() -> None:
    words = [f"word{number}" for number in range(5_000)]
    drawn = sample(" ".join(words), 400).split()
    assert len(" ".join(drawn)) <= 400
    assert set(drawn) <= set(words)
    assert drawn[0] == words[0]
    assert drawn[-1] == words[-1]


def test_a_text_without_blanks_is_sampled_too() -> None:
    assert 300 <= len(sample("x" * 100_000, 400)) <= 408


@needs_model
def test_samples_agree_with_whole_texts() -> None:
    path = assets_folder() / "demo/pubmed21n1298.xml.gz"
    if not path.is_file():
        pytest.skip("demo assets are not pulled (`hc4 assets pull demo`)")
    texts: list[str] = []
    with gzip.open(path) as stream:
        for _, abstract in etree.iterparse(stream, tag="Abstract"):
            text = " ".join(abstract.itertext())
            if len(text) > 600:
                texts.append(text)
            if len(texts) == 2_000:
                break
    documents = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"])
    whole = LanguageAnnotator(MODEL, sample_characters=10**9).measure(documents).column("language").to_pylist()
    drawn = LanguageAnnotator(MODEL).measure(documents).column("language").to_pylist()
    assert sum(a == b for a, b in zip(whole, drawn, strict=True)) >= 0.999 * len(texts)


def test_english_in_capitals_is_english() -> None:
    text = (
        "THE EFFECT OF ASPIRIN ON PLATELET FUNCTION WAS STUDIED IN TWELVE HEALTHY MEN. BLEEDING TIME ROSE IN ALL OF "
        "THEM AND CAME BACK TO ITS FORMER LENGTH WITHIN A WEEK."
    )

    (judged,) = measure([text]).to_pylist()

    assert judged["language"] == "en"
    assert judged["language_score"] > 0.8
