"""The index of evaluation items: the same bytes for the same items, no text in it, damage told."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpus.errors import AssetError, RecipeError
from filters.contamination import ContaminationAnnotator, ContaminationConfig, Index, Item, read_items
from filters.contamination.background import background, counted
from filters.contamination.index import BIT
from tests.sources.material import KIT

ITEMS = [
    Item("one", "1", "Which enzyme unwinds the double helix ahead of the replication fork?", ("Helicase",)),
    Item("one", "2", "Which enzyme unwinds the double helix ahead of the replication fork?", ("Gyrase",)),
    Item("two", "1", "What supplies the sinoatrial node?", ("The right coronary artery",), ("Left", "Right")),
    Item("two", "2", "Kinase reactions", ("add phosphate",), (), "Kinases transfer phosphate groups.\n\nOften."),
]


@pytest.fixture(scope="module")
def real() -> list[Item]:
    file = KIT / "eval_sets" / "mmlu_anatomy_test.csv"
    if not file.is_file():
        pytest.skip(f"{file} is absent: it is not part of the project")
    return read_items(file, "mmlu", "mmlu", {})[0]


def test_the_order_of_items_does_not_matter(real: list[Item]) -> None:
    items = ITEMS + real
    shuffled = random.Random(3).sample(items, len(items))
    assert Index.build(shuffled).sha256 == Index.build(items).sha256
    assert Index.build(items + ITEMS).sha256 == Index.build(items).sha256


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    index = Index.build(ITEMS)
    index.save(tmp_path / "a.index")
    loaded = Index.load(tmp_path / "a.index")
    assert (loaded.sha256, loaded.nbytes, len(loaded)) == (index.sha256, index.nbytes, 4)
    assert loaded.config == index.config
    assert loaded.sets == ("one", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a.index"]
    assert ContaminationAnnotator(tmp_path / "a.index").config == ContaminationAnnotator(index).config


def test_another_config_is_another_index() -> None:
    assert Index.build(ITEMS, ContaminationConfig(window=64)).sha256 != Index.build(ITEMS).sha256


def test_texts_that_items_share_are_kept_once() -> None:
    index = Index.build(ITEMS[:2])
    assert index.slot_texts.tolist() == [0, 1, 0, 2]


def test_no_word_of_an_item_can_be_read_in_the_file(real: list[Item], tmp_path: Path) -> None:
    Index.build(real).save(tmp_path / "a.index")
    content = (tmp_path / "a.index").read_bytes().lower()
    words = {
        word for item in real for word in " ".join([item.question, *item.choices]).lower().split() if len(word) > 5
    }
    # Names of columns and sets stand there; words of anatomy do not.
    assert len(words) > 500
    assert {word for word in words if word.encode() in content} <= {"vocabulary", "anatomy", "format", "answer"}


def test_an_item_takes_less_than_two_hundred_bytes_beside_the_vocabulary(real: list[Item]) -> None:
    index = Index.build(real)
    assert (index.nbytes - index.vocabulary.nbytes - index.weights.nbytes) / len(real) < 200


def test_words_weigh_what_they_say() -> None:
    index = Index.build(ITEMS)
    bits = index.weights / BIT
    assert bits.min() < 1  # "the"
    assert 11 < bits.max() <= 12  # "sinoatrial"


def test_a_word_of_another_language_that_items_use_all_the_time_says_little() -> None:
    items = [Item("fr", str(n), f"Parmi les propositions suivantes laquelle porte le mot {n}{n}q") for n in range(400)]
    index = Index.build(items)
    assert np.sort(index.weights)[:6].max() < 2 * BIT


@pytest.mark.parametrize("content", [b"", b"PK", b"ARROW1\0\0 and then something else entirely"])
def test_a_file_that_is_no_index_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.index").write_bytes(content)
    with pytest.raises(AssetError, match=r"a\.index"):
        Index.load(tmp_path / "a.index")


def test_half_a_file_is_named(tmp_path: Path) -> None:
    Index.build(ITEMS).save(tmp_path / "a.index")
    content = (tmp_path / "a.index").read_bytes()
    for size in (10, len(content) // 2, len(content) - 1):
        (tmp_path / "b.index").write_bytes(content[:size])
        with pytest.raises(AssetError, match=r"b\.index"):
            Index.load(tmp_path / "b.index")


def test_another_table_is_no_index(tmp_path: Path) -> None:
    with pa.ipc.new_file(str(tmp_path / "a.index"), pa.schema([("x", pa.int64())])) as writer:
        writer.write_batch(pa.record_batch({"x": [1]}))
    with pytest.raises(AssetError, match="no index of evaluation items"):
        Index.load(tmp_path / "a.index")


def test_an_index_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot read"):
        Index.load(tmp_path / "absent")


def test_two_items_of_one_name_are_an_error_that_names_it() -> None:
    with pytest.raises(RecipeError, match="set one: two different items have the id 1"):
        Index.build([ITEMS[0], Item("one", "1", "Another question altogether?")])
    with pytest.raises(RecipeError, match="no evaluation items"):
        Index.build([])


@pytest.mark.parametrize(
    "wrong", [{"short_seed": 6}, {"short_seed": 0}, {"min_words": 0}, {"long_bits": 20.0}, {"share_asked": 1.5}]
)
def test_a_config_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match="contamination"):
        ContaminationConfig(**wrong)  # type: ignore[arg-type]


def test_the_background_is_counted_by_documents() -> None:
    assert counted(["The the cat", "the dog"] * 300) == (600, [("the", 600), ("cat", 300), ("dog", 300)])
    assert max(background().values()) < 1
    assert len(background()) > 5000
