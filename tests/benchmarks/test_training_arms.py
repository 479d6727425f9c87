"""Arms of the training proof: what is taken out, put back, thinned and planted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks.documents import Text, kit_folder
from benchmarks.training_arms import held_out, thinned, with_copies, write_arm
from benchmarks.training_heldout import independent, seen_shingles
from benchmarks.training_noise import SHARES, garbled, with_noise
from benchmarks.training_recipes import variants, write_variant
from pipelines.recipe import load_recipe
from shards.loading import Loader, LoaderConfig, PackConfig, open_corpus
from shards.tokenizer import Tokenizer
from tests.benchmarks.arms import abstracts, table_of, vocabulary_of


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return abstracts(300)


@pytest.fixture(scope="module")
def tokenizer(texts: list[Text], tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return vocabulary_of(texts, tmp_path_factory.mktemp("vocabulary"))


def _groups(*rows: tuple[str, str, str, str, list[str]]) -> pl.DataFrame:
    names = ["variant", "doc_id", "cluster_id", "split", "stands_for"]
    kinds = {"stands_for": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=names, schema_overrides=kinds, orient="row")


def test_whatever_any_variant_groups_with_a_validation_document_is_held_out() -> None:
    rows = _groups(
        ("curated", "a", "a", "validation", ["merged"]),
        ("curated", "far", "far", "train", []),
        ("raw", "a", "a", "train", []),
        ("raw", "merged", "merged", "train", []),
        ("raw", "b", "a", "train", []),  # near a, in raw alone
        ("raw", "c", "b", "train", []),  # near b
        ("raw", "far", "far", "validation", []),  # raw's own validation does not count
    )
    assert held_out(rows) == {"a", "merged", "b", "c"}


def test_no_order_of_rows_changes_what_is_held_out() -> None:
    rows = _groups(*(("raw", str(n), str(n - n % 5), "train", []) for n in range(100)))
    rows = pl.concat([rows, _groups(("curated", "42", "40", "validation", []))])
    assert held_out(rows) == {"40", "41", "42", "43", "44"} == held_out(rows.reverse())


def test_merged_documents_come_back_with_the_survivors_text_under_their_own_name(tmp_path: Path) -> None:
    rows = table_of([Text("m:1", "one"), Text("m:2", "two")])
    place = tmp_path / "audit" / "other"
    place.mkdir(parents=True)
    audit = {
        "doc_id": ["o:1", "o:2", "o:3", "o:4", "m:1"],
        "source": ["other"] * 4 + ["medline"],
        "verdict": ["merge", "merge", "merge", "drop", "keep"],
        "stage": ["exact", "near", "identity", "quality", "release"],
        "survivor": ["m:2", "m:2", "m:1", None, None],
    }
    pq.write_table(pa.table(audit), place / "0.parquet")
    found = with_copies(rows, tmp_path)
    told = list(zip(*(found[name].to_pylist() for name in ("doc_id", "source", "text")), strict=True))
    assert told[:2] == [("m:1", "medline", "one"), ("m:2", "medline", "two")]
    assert told[2:] == [("o:1", "other", "two"), ("o:2", "other", "two")]


def test_a_thinned_arm_has_the_tokens_asked_for_and_keeps_its_order(texts: list[Text]) -> None:
    rows = table_of(texts)
    whole = pc.sum(rows["n_tokens"]).as_py()
    found = thinned(rows, whole // 3)
    longest = pc.max(rows["n_tokens"]).as_py()
    assert whole // 3 - longest < pc.sum(found["n_tokens"]).as_py() <= whole // 3
    kept = found["doc_id"].to_pylist()
    assert kept == [name for name in rows["doc_id"].to_pylist() if name in set(kept)]
    assert thinned(rows, whole).equals(rows)


def test_noise_takes_the_place_of_documents_in_the_shares_stated(texts: list[Text]) -> None:
    rows = table_of(texts)
    found = with_noise(rows, seed=3)
    assert found.equals(with_noise(rows, seed=3))
    sizes = Counter[str]()
    for source, size in zip(found["source"].to_pylist(), found["n_bytes"].to_pylist(), strict=True):
        sizes[source] += size
    whole = pc.sum(rows["n_bytes"]).as_py()
    for source, share in SHARES.items():
        assert sizes[source] / whole == pytest.approx(share, abs=0.03)
    assert sum(sizes.values()) == pytest.approx(whole, rel=0.05)
    copies = found.filter(pc.equal(found["source"], "noise_copies"))
    assert len(set(copies["text"].to_pylist())) == 1 < len(copies)


def test_garbled_text_has_its_characters_and_white_space_and_none_of_its_words(texts: list[Text]) -> None:
    text = texts[0].text
    made = garbled(text, np.random.default_rng(0))
    assert Counter(made) == Counter(text)
    assert [c.isspace() for c in made] == [c.isspace() for c in text]
    assert len(set(made.split()) & {word for word in text.split() if len(word) > 5}) < 3


@pytest.mark.slow
def test_what_the_loader_gives_of_an_arm_is_its_text(texts: list[Text], tokenizer: Tokenizer, tmp_path: Path) -> None:
    rows = table_of(texts[:40])
    account = write_arm(rows, tmp_path, tokenizer)
    loader = Loader(open_corpus(tmp_path), LoaderConfig(PackConfig(128, bos=0)))
    assert sum(each.tokens for each in loader.account) == account["medline"]["tokens"]
    pieces: dict[int, dict[int, list[int]]] = {}
    for sequence in loader:
        for piece, start, stop in zip(
            sequence.documents, sequence.cu_seqlens[:-1].tolist(), sequence.cu_seqlens[1:].tolist(), strict=True
        ):
            ids = [token for token in sequence.input_ids[start:stop].tolist() if token]
            pieces.setdefault(piece.row, {})[piece.first_token] = ids
    read = [[token for _, ids in sorted(parts.items()) for token in ids] for _, parts in sorted(pieces.items())]
    assert read == tokenizer.oracle.encode([text for _, text in sorted((t.id, t.text) for t in texts[:40])])


def test_a_text_that_shares_thirteen_words_with_an_arm_is_not_independent(texts: list[Text]) -> None:
    seen = seen_shingles([table_of(texts[:100])])
    words = texts[7].text.split()
    fresh = texts[200]
    copied = Text("copied", fresh.text + " " + " ".join(words[3:17]))
    short = Text("short", " ".join(words[3:14]) + " and other things")
    found = independent([fresh, copied, short], seen, budget=10**9)
    assert {each.id for each in found.texts} == {fresh.id, "short"}
    assert found.overlapping == 1


def test_independent_texts_stop_at_their_budget(texts: list[Text]) -> None:
    found = independent(texts, np.zeros(0, np.uint64), budget=5_000)
    sizes = [len(each.text.encode()) for each in found.texts]
    assert sum(sizes[:-1]) < 5_000 <= sum(sizes)


def test_every_variant_is_a_recipe_that_differs_from_the_curated_one_where_it_says(tmp_path: Path) -> None:
    kit = kit_folder()
    if kit is None:
        pytest.skip("the kit of raw files is absent: it is not part of the project")
    recipes = {name: load_recipe(write_variant(name, tmp_path, kit)) for name in variants()}
    curated = recipes["curated"]
    assert curated.language.allow == ("en",)
    assert all(source.use == "train" for source in curated.sources)
    changed = {
        name: {field for field in type(curated).model_fields if getattr(recipe, field) != getattr(curated, field)}
        for name, recipe in recipes.items()
    }
    assert changed == {
        "curated": set(),
        "no_quality": {"quality"},
        "no_boilerplate": {"boilerplate"},
        "no_language": {"language"},
        "no_dedup": {"dedup"},
        "raw": {"quality", "boilerplate", "language", "dedup"},
    }
    assert recipes["raw"].licence_profile == curated.licence_profile
    assert all(len(rules) == 0 for rules in recipes["raw"].rules_for().values())
