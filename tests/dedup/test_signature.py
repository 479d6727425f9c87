from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dedup.shingles import CHUNK, STATE_SLOTS, lookup_tables, next_shingles, shingle_sets, start
from dedup.signature import MinHashConfig, SignatureAnnotator
from dedup.sketch import band_keys, sketch, substance_bands
from tests.dedup import oracle
from tests.dedup.test_shingles import TEXTS

BANDS = MinHashConfig().band_names()
PINNED = {
    "exact_hi": 11909659449817338503,
    "exact_lo": 10619225038125902846,
    "n_shingles": 9,
    "band_00": 16611300911686612980,
    "band_13": 7961634688951660279,
}


def measure(texts: list[str], config: MinHashConfig | None = None) -> pa.RecordBatch:
    return SignatureAnnotator(config).measure(pa.record_batch({"text": oracle.column(texts)}))


def band_matrix(batch: pa.RecordBatch) -> np.ndarray:
    return np.stack([batch.column(name).to_numpy() for name in BANDS])


def exact(batch: pa.RecordBatch) -> list[tuple[int, int]]:
    return list(zip(batch.column("exact_hi").to_pylist(), batch.column("exact_lo").to_pylist(), strict=True))


def rows_of(shingles: np.ndarray, config: MinHashConfig) -> np.ndarray:
    rows = np.empty(config.bands * config.rows, np.uint64)
    sketch(shingles, config.keys(), rows)
    return rows


def shingles_of(text: str, k: int = 5) -> np.ndarray:
    """All 64 bits of every shingle of a text, in reading order."""
    data = np.frombuffer(text.encode(), np.uint8)
    state, out = np.empty(STATE_SLOTS, np.uint64), np.empty(data.size, np.uint64)
    start(state)
    _, count = next_shingles(data, 0, data.size, lookup_tables(), state, np.zeros(k, np.uint64), out)
    return out[:count]


def sets_of_similarity(similarity: float, size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two random sets of `size` shingles, Jaccard as near to `similarity` as whole numbers allow."""
    shared = round(2 * size * similarity / (1 + similarity))
    drawn = random.integers(1 << 64, size=2 * size - shared, dtype=np.uint64)
    return drawn[:size], np.concatenate([drawn[:shared], drawn[size:]])


@given(TEXTS, TEXTS)
def test_exact_keys_are_equal_exactly_if_the_words_are(left: str, right: str) -> None:
    a, b = exact(measure([left, right]))
    assert (a == b) == (oracle.words(left) == oracle.words(right))


@given(TEXTS)
def test_exact_key_and_bands_see_only_the_words(text: str) -> None:
    rewritten = "¡ " + " ¿\n".join(oracle.words(text)) + " !"
    assert measure([text]).equals(measure([rewritten]))


@given(st.lists(TEXTS, max_size=5), st.data())
def test_a_document_is_signed_alike_in_any_batch(texts: list[str], data: st.DataObject) -> None:
    annotator = SignatureAnnotator()
    batch = pa.record_batch({"text": oracle.column(texts)})
    first = data.draw(st.integers(0, len(texts)))
    assert annotator.measure(batch.slice(first)).equals(annotator.measure(batch).slice(first))


def test_columns_are_the_schema_and_explain_themselves() -> None:
    batch = measure(["one text", ""])
    assert batch.schema.equals(SignatureAnnotator().schema, check_metadata=True)
    assert batch.schema.names == ["exact_hi", "exact_lo", "n_shingles", *BANDS]
    assert all(b"description" in field.metadata for field in batch.schema)


def test_no_words_no_shingles_no_keys() -> None:
    for row in measure(["", " \n", "—…!", "\U0010ffff"]).to_pylist():
        assert set(row.values()) == {0}


def test_shingles_are_counted_with_repeats() -> None:
    assert measure(["a b c d e f", "a a a a a a", "a b"]).column("n_shingles").to_pylist() == [2, 2, 1]


def test_repeating_a_text_changes_no_band() -> None:
    cycle = [f"word{number} " for number in range(50)]
    short, long = "".join(cycle * 3) + "".join(cycle[:4]), "".join(cycle * 3 * CHUNK) + "".join(cycle[:4])
    batch = measure([short, long])
    assert (band_matrix(batch)[:, 0] == band_matrix(batch)[:, 1]).all()
    assert exact(batch)[0] != exact(batch)[1]


def test_seed_and_shape_change_every_band() -> None:
    default = measure(["one text of some words and more"])
    other = measure(["one text of some words and more"], MinHashConfig(seed=2))
    assert exact(default) == exact(other)
    assert (band_matrix(default) != band_matrix(other)).all()
    assert measure(["a"], MinHashConfig(bands=3, rows=2)).num_columns == 6


def test_configuration_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError):
        MinHashConfig(band=3)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        MinHashConfig(rows=0)


def test_hashes_never_change_unnoticed() -> None:
    # Stored signatures are compared with new ones. Whoever changes these numbers raises ALGORITHM_VERSION.
    row = measure(
        ["Aspirin reduces the risk of myocardial infarction; β-blockers (25 µg) do not."],
        MinHashConfig(bands=14, rows=8),
    ).to_pylist()[0]
    assert {name: row[name] for name in PINNED} == PINNED


def test_the_share_of_equal_rows_estimates_jaccard_as_well_as_datasketch() -> None:
    random = np.random.default_rng(7)
    config = MinHashConfig()
    ours, theirs, expected = [], [], []
    for similarity in (0.3, 0.5, 0.7, 0.8, 0.9):
        for size in (20, 250, 1000):
            for seed in range(20):
                left, right = sets_of_similarity(similarity, size, random)
                true = np.intersect1d(left, right).size / np.union1d(left, right).size
                ours.append((rows_of(left, config) == rows_of(right, config)).mean() - true)
                pair = [
                    MinHash(num_perm=96, seed=seed, hashfunc=lambda shingle: int(shingle) & 0xFFFF_FFFF)
                    for _ in range(2)
                ]
                pair[0].update_batch(left.tolist())
                pair[1].update_batch(right.tolist())
                theirs.append(pair[0].jaccard(pair[1]) - true)
                expected.append(true * (1 - true) / 112)  # variance of independent rows
    sigma = np.sqrt(np.mean(expected))
    assert abs(np.mean(ours)) < 4 * sigma / np.sqrt(len(ours))
    assert np.std(ours) < 1.1 * sigma
    assert np.std(ours) < 1.1 * np.std(theirs)


@pytest.mark.parametrize("size", [12, 60, 250, 4000])
@pytest.mark.parametrize("similarity", [0.5, 0.65, 0.8, 0.9])
def test_bands_find_pairs_as_the_s_curve_says(similarity: float, size: int) -> None:
    random = np.random.default_rng(size)
    config = MinHashConfig()
    pairs = 300
    found = 0
    for _ in range(pairs):
        left, right = sets_of_similarity(similarity, size, random)
        equal = (rows_of(left, config) == rows_of(right, config)).reshape(config.bands, config.rows)
        found += equal.all(axis=1).any()
    shared = round(2 * size * similarity / (1 + similarity))
    expected = oracle.candidate_probability(shared / (2 * size - shared))
    # Never worse than the curve; rows of small sets repel each other, which makes bands a little sharper.
    assert abs(found / pairs - expected) < 4 * np.sqrt(expected * (1 - expected) / pairs) + 0.04


def test_edited_abstracts_are_found_as_the_s_curve_says(abstracts: list[str]) -> None:
    random = np.random.default_rng(3)
    edits = [
        oracle.edited(text, share, random)
        for text, share in zip(abstracts, random.uniform(0.0, 0.15, len(abstracts)), strict=True)
    ]
    originals, changed = band_matrix(measure(abstracts)), band_matrix(measure(edits))
    found = (originals == changed).any(axis=0)
    similarity = np.array([oracle.jaccard(a, b) for a, b in zip(abstracts, edits, strict=True)])
    expected = np.array([oracle.candidate_probability(one) for one in similarity])
    assert 0.2 < expected.mean() < 0.8
    assert abs(found.sum() - expected.sum()) < 4 * np.sqrt((expected * (1 - expected)).sum())


def test_datasketch_finds_the_same_planted_pairs(abstracts: list[str]) -> None:
    random = np.random.default_rng(5)
    originals = abstracts[:300]
    texts = originals + [oracle.edited(text, 0.004, random) for text in originals]
    similarity = np.array([oracle.jaccard(*pair) for pair in zip(originals, texts[300:], strict=True)])
    planted = set(np.flatnonzero(similarity >= 0.9).tolist())
    assert len(planted) > 200

    hashes, starts = shingle_sets(oracle.column(texts), np.arange(len(texts)), 5)
    sets = [hashes[starts[i] : starts[i + 1]] for i in range(len(texts))]
    signed = [MinHash(num_perm=96, seed=1, hashfunc=lambda h: int(h) >> 8 & 0xFFFF_FFFF) for _ in texts]
    index = MinHashLSH(num_perm=96, params=(16, 6))
    for number, (one, shingles) in enumerate(zip(signed, sets, strict=True)):
        one.update_batch(shingles.tolist())
        index.insert(number, one)
    theirs = {number for number in planted if number + 300 in index.query(signed[number])}

    bands = band_matrix(measure(texts))
    ours = {number for number in planted if (bands[:, number] == bands[:, number + 300]).any()}
    assert ours == theirs == planted


def test_importing_dedup_imports_no_compiler() -> None:
    code = (
        "import sys, dedup, dedup.signature, dedup.candidates, dedup.verify, dedup.resolve, dedup.identity;"
        "sys.exit('numba' in sys.modules or 'polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.lists(st.dictionaries(st.integers(0, 200), st.booleans(), max_size=40), max_size=5))
def test_substance_is_signed_by_the_shingles_that_count(sets: list[dict[int, bool]]) -> None:
    config = MinHashConfig(bands=5, rows=3)
    hashes = np.array([one << 1 | given[one] for given in sets for one in sorted(given)], np.uint64)
    starts = np.cumsum([0, *(len(given) for given in sets)])
    found = substance_bands(hashes, starts, config.keys(), config.bands, config.rows)
    for number, given_ in enumerate(sets):
        counting = np.array([one << 1 for one in sorted(given_) if not given_[one]], np.uint64)
        if counting.size:
            keys = np.empty(config.bands, np.uint64)
            band_keys(rows_of(counting, config), keys)
            assert found[:, number].tolist() == keys.tolist()
            assert found[:, number].all()
        else:
            assert not found[:, number].any()


def test_band_keys_of_a_signature_are_those_of_its_rows(abstracts: list[str]) -> None:
    batch = measure(abstracts[:50])
    hashes = [shingles_of(text) for text in abstracts[:50]]
    for number, shingles in enumerate(hashes):
        keys = np.empty(len(BANDS), np.uint64)
        band_keys(rows_of(shingles, MinHashConfig()), keys)
        assert keys.tolist() == band_matrix(batch)[:, number].tolist()


def test_a_signature_of_substance_takes_as_many_keys_as_its_shape_needs() -> None:
    with pytest.raises(ValueError, match="take 48 keys"):
        substance_bands(np.empty(0, np.uint64), np.zeros(1, np.int64), MinHashConfig().keys(), 8, 3)
