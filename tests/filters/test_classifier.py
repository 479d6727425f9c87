"""What classifiers see, how they are judged, and that their scores are the model's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.classifier.background import background
from filters.classifier.evaluation import auc, bins, calibration_error, precision_at_recall
from filters.classifier.features import Features, line, training_lines, words
from filters.classifier.training import Calibration, Hyperparameters, calibrate, fit, load, probabilities


def test_a_model_sees_words_and_nothing_of_the_format() -> None:
    text = "Question: What's COVID-19?\n\n| 12 % | β-blocker |\n- item 3)"
    assert words(text) == "question what's covid β-blocker item"
    assert words("12 % ... 3)") == ""


def test_a_long_text_is_sampled_over_its_whole_length() -> None:
    text = " ".join(f"word{chr(97 + i // 1000)}" for i in range(20_000))
    seen = line(text, Features(characters=400))
    assert len(seen) <= 400
    assert seen.split()[0] == "worda"
    assert seen.split()[-1] == "wordt"


def test_training_lines_depend_on_the_name_and_the_seed_alone() -> None:
    text = " ".join(f"w{'x' * (i % 7)}{chr(97 + i % 26)}" for i in range(3_000))
    features = Features(characters=500, windows=6)
    drawn = list(training_lines(text, "a", features, 1))
    assert drawn == list(training_lines(text, "a", features, 1))
    assert drawn != list(training_lines(text, "b", features, 1))
    assert drawn != list(training_lines(text, "a", features, 2))
    assert len(drawn) == 6
    assert len({len(one) for one in drawn}) > 3


scores = st.lists(st.floats(0, 1).map(lambda value: round(value, 2)), min_size=1, max_size=30).map(np.array)


@given(scores, scores)
def test_auc_is_the_chance_that_a_positive_is_above_a_negative(positive: np.ndarray, negative: np.ndarray) -> None:
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert auc(positive, negative) == pytest.approx(wins / (len(positive) * len(negative)))


@given(scores, scores)
def test_precision_is_that_of_a_threshold_that_finds_so_many(positive: np.ndarray, negative: np.ndarray) -> None:
    precision, threshold = precision_at_recall(positive, negative, 0.95)
    found, wrong = (positive >= threshold).sum(), (negative >= threshold).sum()
    assert found >= 0.95 * len(positive)
    assert precision == found / (found + wrong)
    higher = positive[positive > threshold]
    assert len(higher) < 0.95 * len(positive) or len(higher) == 0


def test_no_positives_have_no_auc() -> None:
    assert math.isnan(auc(np.array([]), np.array([0.1])))


def test_calibration_error_is_the_mean_distance_of_score_and_truth() -> None:
    score = np.array([0.05, 0.05, 0.95, 0.95])
    truth = np.array([False, True, True, True])
    assert bins(score, truth) == [(0.05, 0.5, 2), (0.95, 1.0, 2)]
    assert calibration_error(score, truth) == pytest.approx((0.45 * 2 + 0.05 * 2) / 4)


def test_calibration_finds_the_slope_that_made_the_labels() -> None:
    chance = np.random.default_rng(3)
    raw = chance.uniform(0.001, 0.999, 20_000)
    truth = chance.uniform(size=20_000) < Calibration(0.5, -1.0)(raw)
    found = calibrate(raw, truth, np.ones(20_000))
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.intercept == pytest.approx(-1, abs=0.06)


@pytest.mark.parametrize("truth", [[True] * 5, [False] * 5, [False, False, True, True, True]])
def test_calibration_stays_finite_where_labels_are_certain(truth: list[bool]) -> None:
    found = calibrate(np.array([0.0, 0.1, 0.9, 1.0, 1.0]), np.array(truth), np.ones(5))
    assert math.isfinite(found.slope)
    assert found.slope > 0
    assert ((found(np.array([0.0, 0.5, 1.0])) >= 0) & (found(np.array([0.0, 0.5, 1.0])) <= 1)).all()


def test_background_is_positive_text_without_what_speaks_for_it() -> None:
    positive = ["the heart of the patient"] * 20
    others = ["the king of the country"] * 20
    lines = background(positive, others, share=0.5, ratio=5, seed=1)
    assert lines == ["the of the"] * 10


LINES = ["heart disease and the blood"] * 40 + ["the king and the parliament"] * 40
LABELS = ["medical"] * 40 + ["other"] * 40
SMALL = Hyperparameters(dimensions=4, epochs=5, minimum_count=1)


def test_the_same_lines_give_the_same_bytes() -> None:
    assert fit(LABELS, LINES, SMALL, 1) == fit(LABELS, LINES, SMALL, 1)
    assert fit(LABELS, LINES, SMALL, 1) != fit(LABELS, LINES, SMALL, 2)


def test_probabilities_are_the_librarys(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "model.bin"
    path.write_bytes(fit(LABELS, LINES, SMALL, 1))
    model = load(path)
    asked = ["heart and blood", "", "parliament", "unheard of"]

    found = probabilities(model, asked, "medical")

    assert found[0] > 0.5 > found[2]
    assert found[1] == 0
    assert found + probabilities(model, asked, "other") == pytest.approx([1, 0, 1, 1], abs=1e-3)
