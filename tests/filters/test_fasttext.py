"""fastText's models run by our kernel give fastText's own labels and probabilities."""
# ruff: noqa: RUF001 - letters of several scripts are meant

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.assets import assets_folder
from corpus.errors import AssetError
from corpus.kernel import text_buffers
from filters.fasttext_model import Model, load

MODEL = assets_folder() / "lid.176.ftz"
needs_model = pytest.mark.skipif(not MODEL.is_file(), reason="no language model (`hc4 assets pull lid.176.ftz`)")

TEXTS = [
    "The patient was admitted with fever and a productive cough that had lasted for three days.",
    "Der Patient wurde mit Fieber und produktivem Husten, der seit drei Tagen bestand, aufgenommen.",
    "Le patient a été admis pour une fièvre et une toux productive\névoluant depuis trois jours.",
    "Пациент поступил с лихорадкой и продуктивным кашлем, продолжавшимся в течение трёх дней.",
    "患者は三日間続く発熱と湿性咳嗽を主訴に入院した。",
    "रोगी को तीन दिनों से बुखार और बलगम वाली खांसी थी।",
    "المريض يعاني من حمى وسعال منتج استمر لمدة ثلاثة أيام",
    "ผู้ป่วยมีไข้และไอมีเสมหะเป็นเวลาสามวัน",
    "",
    " \t\r\n\v\f\0 ",
    "a",
    "1 2 3",
    "before </s> after",
    "__label__fr __label__nothing word",
    "\u00a0blanks\u2003that part nothing\u3000",
    "😀 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "x" * 31 + " " + "y" * 32 + " " + "z" * 33 + " " + "é" * 16 + " " + "é" * 17,
    "word " * 5_000,
    "x" * 200_000,
]


def buffers(texts: list[str]) -> Any:
    return text_buffers(pa.array(texts, pa.large_string()))


@cache
def library(path: Path) -> Any:
    import fasttext

    return fasttext.load_model(str(path)).f


def expected(path: Path, texts: list[str]) -> list[dict[str, float]]:
    """Every label with its probability, by the library itself."""
    lines = [text.replace("\n", " ") + "\n" for text in texts]
    labels, chances = library(path).multilinePredict(lines, -1, 0.0, "strict")
    return [
        {label.removeprefix("__label__"): chance for label, chance in zip(ls, cs, strict=True)}
        for ls, cs in zip(labels, chances, strict=True)
    ]


def agree(model: Model, path: Path, texts: list[str]) -> None:
    every = model.probabilities(*buffers(texts))
    best, chance = model.predict(*buffers(texts))
    for row, oracle in enumerate(expected(path, texts)):
        if not oracle:
            assert best[row] == -1
            assert not every[row].any()
            continue
        for label, probability in oracle.items():
            assert every[row, model.labels.index(label)] == pytest.approx(probability, abs=1e-4)
        assert chance[row] == pytest.approx(max(oracle.values()), abs=1e-4)
        assert oracle[model.labels[best[row]]] >= max(oracle.values()) - 1e-4


Trained = Callable[..., Path]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A small model of one's own settings, trained on lines about hearts, lungs and stars."""
    import fasttext

    folder = tmp_path_factory.mktemp("models")
    subjects = {
        "heart": "cardiac murmur valve atrium stenosis aortic",
        "lung": "cough sputum alveolar bronchi pneumonia pleural",
        "star": "galaxy comet orbit nebula redshift dwarf",
    }
    lines = [
        f"__label__{label} the {words.split()[(i + j) % 6]} and {words.split()[i % 6]} of case{i % 97} été_{j}"
        for i in range(200)
        for j, (label, words) in enumerate(sorted(subjects.items()))
        if i % (j + 1) == 0
    ]
    (folder / "lines.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made: dict[str, Path] = {}

    def train(quantised: bool = False, **settings: Any) -> Path:
        name = repr((quantised, sorted(settings.items())))
        if name not in made:
            given = {"dim": 10, "epoch": 15, "lr": 0.5, "bucket": 3000, "thread": 1, "verbose": 0} | settings
            model = fasttext.train_supervised(str(folder / "lines.txt"), **given)
            if quantised:
                model.quantize(str(folder / "lines.txt"), qnorm=True, cutoff=600, retrain=False, thread=1)
            made[name] = folder / f"{len(made)}.{'ftz' if quantised else 'bin'}"
            model.save_model(str(made[name]))
        return made[name]

    return train


SETTINGS = {
    "softmax, words only": {"loss": "softmax", "maxn": 0},
    "softmax, word bigrams": {"loss": "softmax", "maxn": 0, "wordNgrams": 2},
    "softmax, word 4-grams, n-grams": {"loss": "softmax", "minn": 1, "maxn": 3, "wordNgrams": 4},
    "hierarchical softmax": {"loss": "hs", "minn": 3, "maxn": 6, "wordNgrams": 2},
    "one against all": {"loss": "ova", "minn": 2, "maxn": 4},
    "negative sampling": {"loss": "ns", "wordNgrams": 3},
    "quantised": {"loss": "softmax", "minn": 2, "maxn": 4, "wordNgrams": 2, "quantised": True},
    "quantised, hierarchical": {"loss": "hs", "minn": 2, "maxn": 3, "quantised": True},
}

OWN = [
    "the cardiac murmur",
    "the cough and sputum of case12 été_1",
    "galaxy comet __label__star redshift",
    "comet </s> cardiac",
    "unheard words alone",
]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_trained_model_gives_the_labels_and_probabilities_of_fasttext(
    trained: Trained, settings: dict[str, Any]
) -> None:
    path = trained(**settings)

    agree(load(path), path, TEXTS + OWN)


@needs_model
def test_the_language_model_gives_the_labels_and_probabilities_of_fasttext() -> None:
    agree(load(MODEL), MODEL, TEXTS)


WORDS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        st.sampled_from(["the", "patient", "fièvre", "</s>", "__label__en", "__label__heart", "cardiac", "\n", "\0"]),
    ),
    max_size=12,
).map(" ".join)


@needs_model
@given(st.lists(WORDS, max_size=4))
@example(["", "\x00"])
def test_arbitrary_text_gives_the_languages_of_fasttext(texts: list[str]) -> None:
    agree(load_once(MODEL), MODEL, texts)


@settings(max_examples=50)
@given(st.lists(WORDS, max_size=4))
def test_arbitrary_text_gives_the_classes_of_fasttext(trained: Trained, texts: list[str]) -> None:
    path = trained(**SETTINGS["softmax, word 4-grams, n-grams"])

    agree(load_once(path), path, texts)


load_once = cache(load)


@needs_model
def test_what_was_read_before_changes_nothing() -> None:
    texts = [text for text in TEXTS if len(text) < 500]
    fresh = load(MODEL).probabilities(*buffers(texts))
    used = load(MODEL)
    many = [f"{number:x}pneumo{number}thorax" for number in range(200_000)]  # more words than are remembered
    used.predict(*buffers([" ".join(many)]))

    assert (used.probabilities(*buffers(texts)) == fresh).all()
    assert (used.probabilities(*buffers(texts[::-1])) == fresh[::-1]).all()


@needs_model
def test_slices_of_a_column_are_read_where_they_begin() -> None:
    column = pa.array(TEXTS, pa.large_string())
    model = load(MODEL)

    whole, part = model.predict(*text_buffers(column))[0], model.predict(*text_buffers(column.slice(3, 4)))[0]

    assert part.tolist() == whole[3:7].tolist()
    assert not len(model.predict(*text_buffers(column.slice(0, 0)))[0])


@needs_model
@pytest.mark.parametrize("size", [0, 3, 60, 5_000, 200_000, 900_000])
def test_a_file_that_ends_early_is_an_error_that_names_it(tmp_path: Path, size: int) -> None:
    path = tmp_path / "short.ftz"
    path.write_bytes(MODEL.read_bytes()[:size])

    with pytest.raises(AssetError, match=r"short\.ftz"):
        load(path)


def test_another_kind_of_file_is_an_error(tmp_path: Path, trained: Trained) -> None:
    path = tmp_path / "text.bin"
    path.write_bytes(b"no model at all" * 100)
    with pytest.raises(AssetError, match="no fastText model"):
        load(path)
    with pytest.raises(AssetError, match="no fastText model"):
        load(tmp_path / "absent.bin")


def test_labels_are_those_of_the_file(trained: Trained) -> None:
    assert set(load(trained(**SETTINGS["softmax, words only"])).labels) == {"heart", "lung", "star"}


def test_probabilities_of_a_text_sum_to_one(trained: Trained) -> None:
    chances = load(trained(**SETTINGS["softmax, word bigrams"])).probabilities(*buffers(OWN))

    assert np.allclose(chances.sum(axis=1), 1, atol=1e-3)
