"""Loss on held-out texts, intervals, and what counts as resolved."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training_chart import chart
from benchmarks.training_score import Score, load_texts, score, write_texts
from benchmarks.training_table import REFERENCE, as_json, as_markdown, document_interval, rows, student_interval
from tests.benchmarks.arms import abstracts, vocabulary_of

BYTES = np.array([100, 300, 50, 200, 120, 80, 90, 160])


def _score(bits: float, *, noise: float = 0.0, seed: int = 0) -> Score:
    drawn = np.random.default_rng(seed).normal(0, noise, len(BYTES)) if noise else 0.0
    return Score((bits + drawn) * math.log(2) * BYTES, BYTES // 3, BYTES)


def _runs(*bits: float) -> list[dict[str, Score]]:
    return [{"validation": _score(each)} for each in bits]


def test_loss_is_the_mean_over_all_tokens_and_bits_per_byte_over_all_bytes() -> None:
    found = Score(np.array([2.0, 4.0]), np.array([1, 3]), np.array([4, 8]))
    assert found.nats_per_token == pytest.approx(6 / 4)
    assert found.bits_per_byte == pytest.approx(6 / math.log(2) / 12)


def test_an_untrained_model_pays_as_much_as_guessing(tmp_path: Path) -> None:
    from benchmarks.training_model import make_model
    from benchmarks.training_vocabulary import PIECES

    texts = abstracts(6)
    tokenizer = vocabulary_of(texts, tmp_path)
    model = make_model("toy", vocabulary=PIECES, length=64, seed=0).train()
    found = score(model, [each.text for each in texts], tokenizer, length=64)
    assert found.nats_per_token == pytest.approx(math.log(PIECES), abs=0.05)
    assert found.tokens.tolist() == [len(ids) for ids in tokenizer.oracle.encode([each.text for each in texts])]
    assert found.n_bytes.tolist() == [len(each.text.encode()) for each in texts]
    assert model.training, "a model goes on training after it was scored"


def test_texts_are_read_as_they_were_written(tmp_path: Path) -> None:
    sets = {"a": ["one\n\u2028two", "é\x00"], "b": []}
    write_texts(sets, tmp_path / "texts.json")
    assert load_texts(tmp_path / "texts.json") == sets


def test_students_interval_is_that_of_the_textbook() -> None:
    # Mean 2, standard deviation 1, n = 3: 2 -+ 4.3027 / sqrt(3).
    assert student_interval(np.array([1.0, 2.0, 3.0])) == pytest.approx((2 - 2.48414, 2 + 2.48414), abs=1e-4)
    assert student_interval(np.array([1.0])) == (-math.inf, math.inf)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.floats(0.1, 4))
def test_the_bootstrap_of_documents_holds_their_mean_and_scales(bits: list[float], scale: float) -> None:
    sizes = np.full(len(bits), 10)
    nats = np.array(bits) * math.log(2) * 10
    low, high = document_interval(nats, sizes)
    assert min(bits) - 1e-9 <= low <= high <= max(bits) + 1e-9
    assert document_interval(nats * scale, sizes) == pytest.approx((low * scale, high * scale), abs=1e-9)
    assert document_interval(np.full(len(bits), 3.0), sizes) == pytest.approx([0.3 / math.log(2)] * 2)


def test_a_difference_is_resolved_when_seeds_and_documents_both_say_so() -> None:
    found = {row.arm: row for row in rows({REFERENCE: _runs(2.0, 2.1, 2.2), "worse": _runs(2.2, 2.31, 2.42)})}
    assert found["worse"].difference == pytest.approx(0.21)
    assert found["worse"].resolved
    assert not found[REFERENCE].resolved


def test_pairing_by_seed_takes_out_what_seeds_have_in_common() -> None:
    far_apart = rows({REFERENCE: _runs(1.0, 2.0, 3.0), "worse": _runs(1.1, 2.11, 3.12)})[1]
    assert far_apart.resolved
    assert far_apart.nats_interval[0] < far_apart.nats_per_token - 1, "unpaired, the seeds hide it"


def test_a_difference_that_seeds_do_not_agree_on_is_not_resolved() -> None:
    found = rows({REFERENCE: _runs(2.0, 2.0, 2.0), "other": _runs(2.3, 1.9, 2.2)})[1]
    assert found.over_documents[0] > 0
    assert not found.resolved


def test_a_difference_that_hangs_on_a_few_documents_is_not_resolved() -> None:
    other = [{"validation": _score(2.01, noise=0.5, seed=5)} for _ in range(3)]
    found = rows({REFERENCE: _runs(2.0, 2.0, 2.0), "other": other})[1]
    assert found.over_seeds[0] * found.over_seeds[1] > 0
    assert not found.resolved


def test_one_seed_resolves_nothing() -> None:
    found = rows({REFERENCE: _runs(2.0), "worse": _runs(9.0)})
    assert not any(row.resolved for row in found)
    assert as_json(found)[1]["over_seeds"] is None
    assert "not resolved" in as_markdown(found)


def test_an_arm_with_the_same_shards_is_said_to_have_them() -> None:
    found = rows({REFERENCE: _runs(2.0, 2.1), "no_boilerplate": _runs(2.0, 2.1)}, ["no_boilerplate"])
    assert not found[1].resolved
    assert "| no_boilerplate | 2 | the same |" in as_markdown(found)
    assert "the same shards" in as_markdown(found)


def test_the_chart_is_xml_of_a_few_kilobytes_with_a_line_an_arm() -> None:
    curve = [(0, 7.6), (10, 6.5), (20, 6.2)]
    found = chart({"curated": [curve, curve], "a<b": [[(step, loss + 0.1) for step, loss in curve]]}, 2048)
    tree = ET.fromstring(found)
    assert len(tree.findall("{*}polyline")) == 2
    assert len(found) < 6_000
    assert "http" not in found.replace("http://www.w3.org/2000/svg", "")
    assert chart({"flat": [[(0, 1.0), (1, 1.0)]]}, 1)
