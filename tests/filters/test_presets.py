"""What the presets refuse and what they let pass: junk of every kind, and real text of every kind."""
# ruff: noqa: RUF001 - Chinese commas are meant

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from filters.quality import QualityAnnotator
from filters.rules import Rule, decide, load_preset, preset_names
from pipelines.recipe import Recipe

SEED = random.Random(7)
LETTERS = "etaoinshrdlucmfwypvbgk"
WORDS = [f"{SEED.choice(LETTERS)}{''.join(SEED.choices(LETTERS, k=SEED.randint(2, 9)))}" for _ in range(600)]

JUNK = {
    "nothing": "",
    "a heading": "Past medical history",
    "a line said over and over": "Please log in to see this document and its attachments.\n" * 40,
    "a word said over and over": "test " * 300,
    "lorem ipsum": "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt. " * 4
    + " ".join(WORDS),
    "numbers": "\n".join(" ".join(f"{SEED.random():.4f}" for _ in range(10)) for _ in range(60)),
    "dated values": "\n".join(f"2015-{i % 12 + 1:02d}-11 08:15: 120/74 = {60 + i}.5 kg" for i in range(40)),
    "mojibake": " ".join(f"{word}Ã©Â°â€™" for word in WORDS),
    "broken encoding": " ".join(f"{word} \ufffd\ufffd" for word in WORDS),
    "a bibliography": "\n".join(
        f"{i}. {a.title()} J, {b.title()} K. {c.title()} {a} of {b}. J Med. 2012;{i + 3}({i % 9 + 1}):{i}01-9."
        for i, (a, b, c) in enumerate(zip(WORDS[:60], WORDS[60:120], WORDS[120:180], strict=True))
    ),
}
LETS_PASS = {
    # Of these kinds of text nobody has seen one that is a bibliography.
    "a bibliography": {"note", "dialogue", "label", "trial", "qa", "case_report", "translation", "other", "web"},
}


def failed(preset: str, texts: list[str], language: str = "en") -> list[list[str]]:
    signals = QualityAnnotator().measure(pa.record_batch({"text": pa.array(texts, pa.large_string())}))
    n = len(texts)
    decisions = decide(load_preset(preset), signals, pa.array([preset] * n), pa.array([language] * n))
    found: list[list[str]] = decisions.rules_failed.to_pylist()
    return found


REFUSED = [(kind, preset) for kind in JUNK for preset in preset_names() if preset not in LETS_PASS.get(kind, ())]


@pytest.mark.parametrize(("kind", "preset"), REFUSED)
def test_junk_is_refused_by_every_preset(kind: str, preset: str) -> None:
    assert failed(preset, [JUNK[kind]])[0]


CHINESE = "糖尿病是一种慢性疾病，它会影响心脏、肾脏和眼睛。患者应当定期检查血糖，并按照医生的建议用药。" * 2
CHINESE += "本研究纳入了四百名成年人，平均年龄五十岁，其中一半为女性。随访两年后，多数人的血糖得到控制。"


@pytest.mark.parametrize("preset", sorted(set(preset_names()) - {"full_text", "web", "dialogue"}))
def test_chinese_is_not_refused_for_its_words(preset: str) -> None:
    (reasons,) = failed(preset, [CHINESE.replace("它会影响心脏、肾脏和眼睛", "", 1)], "zh")
    assert not {"short_words", "long_words", "few_stop_words", "too_few_words"} & set(reasons)


def test_every_document_type_that_readers_make_has_a_preset_of_its_name() -> None:
    from sources.registry import make_reader, reader_names

    options = {"csv": {"columns": {}}, "tsv": {"columns": {}}}
    made: set[str] = set()
    for name in reader_names():
        try:
            made |= set(make_reader(name, options.get(name, {})).doc_types)
        except Exception:  # noqa: BLE001 - readers that need options make whatever these say
            continue
    assert made - set(preset_names()) <= {"book", "dataset"}
    assert len(made) > 8


def test_a_recipe_asks_each_type_the_rules_of_its_name_and_all_others_plain_ones() -> None:
    recipe = Recipe.model_validate(
        {
            "name": "x",
            "licence_profile": "commercial",
            "sources": [{"name": "a", "reader": "text", "files": ["*.txt"]}],
            "quality": {"rules": [{"name": "own", "signal": "n_words", "min": 3, "cite": "here"}]},
        }
    )
    own = Rule(name="own", signal="n_words", min=3, cite="here")
    rules = recipe.rules_for()
    assert rules["note"] == (*load_preset("note"), own)
    assert rules["*"] == (*load_preset("other"), own)


@cache
def kit() -> pl.DataFrame:
    """Texts of the kit by preset, some of each."""
    from collections import Counter

    from pipelines.locations import resolve_options
    from pipelines.recipe import load_recipe
    from sources.reader import RawFile
    from sources.registry import make_reader
    from tests.sources.material import KIT

    if not KIT.is_dir():
        pytest.skip(f"{KIT} is absent: it is not part of the project")
    rows: list[dict[str, str]] = []
    recipe = load_recipe(Path(__file__).parents[2] / "pipelines" / "recipes" / "kit.yaml")
    for source in recipe.sources:
        if source.name in ("hl7v2", "web_archive", "fhir_synthea", "e3c", "mts_dialog") or source.use != "train":
            continue
        reader = make_reader(source.reader, resolve_options(source.options, KIT))
        paths = [path for pattern in source.files for path in sorted(KIT.glob(pattern)) if path.is_file()]
        for path in paths[:: max(1, len(paths) // 12)][: 1 if source.reader == "pdf" else 12]:
            found = (one for one in reader.read(RawFile(str(path)), Counter()) if getattr(one, "text", ""))
            for one, _ in zip(found, range(30), strict=False):
                rows.append({"source": source.name, "doc_type": one.doc_type, "text": one.text})
    return pl.DataFrame(rows)


@pytest.mark.parametrize("preset", ["abstract", "full_text", "note", "label", "trial", "qa", "guideline", "textbook"])
def test_real_text_of_each_type_passes(preset: str) -> None:
    texts = kit().filter(pl.col("doc_type") == preset, pl.col("source") != "ccda_examples")["text"].to_list()
    assert texts
    refused = [reasons for reasons in failed(preset, texts) if reasons]
    assert len(refused) <= max(2, 0.03 * len(texts)), refused
