"""Associations: a planted one is found and its balanced twin is not; every figure equals the slow way to it."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.mentions import MentionAnnotator, lexicon
from manifests.association import LEVEL, PRIOR, associations, changes, exact_p, log_odds, p_values, q_values
from manifests.demographics import KEPT, Tally, tallies

LEXICON = lexicon()
PLACES = (range(7), range(7, 11), range(11, 16))
GROUPS = {
    "black": "Black patients",
    "hispanic": "Hispanic patients",
    "white": "white patients",
    "asian": "Asian patients",
}
OPIOID, CONTROL = LEXICON.concepts.index("opioid"), LEXICON.concepts.index("cardiovascular_drug")


def corpus(seed: int, planted: dict[str, float], count: int = 1200) -> list[str]:
    """Texts that each name one group; of those naming a `planted` one, that share name an opioid, of others a tenth."""
    draw = Random(seed)
    texts = []
    for _ in range(count):
        group = draw.choice(sorted(GROUPS))
        drug = "oxycodone" if draw.random() < planted.get(group, 0.1) else "a placebo"
        control = "a statin" if draw.random() < 0.1 else "water"
        filler = " ".join(draw.choices(["cohort", "was", "seen", "and", "the", "trial"], k=draw.randrange(5, 90)))
        texts.append(f"The {GROUPS[group]} were given {drug} and {control}. {filler}")
    return texts


def counted(texts: list[str]) -> Tally:
    """What the texts name, as a build counts it."""
    batch = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"])
    rows = pl.DataFrame(MentionAnnotator().measure(batch)).with_columns(
        verdict=pl.lit("keep"), stage=pl.lit("release"), language=pl.lit("en")
    )
    return tallies(rows, tuple(LEXICON.dimensions.values()), LEXICON.concepts, LEXICON.languages)[KEPT]


def place(group: str) -> int:
    return LEXICON.groups.index(group)


def test_a_planted_association_is_found_and_its_balanced_twin_is_not() -> None:
    tally = counted(corpus(1, {"black": 0.25}))

    q = q_values(p_values([tally], PLACES))
    found = associations(tally, PLACES)

    assert q[OPIOID, place("black")] < 0.001
    assert found.log_odds.low[OPIOID, place("black")] > 0
    assert found.z[OPIOID, place("black")] > 3
    assert q[CONTROL, place("black")] > LEVEL
    assert found.log_odds.low[CONTROL, place("black")] < 0 < found.log_odds.high[CONTROL, place("black")]


def test_a_group_that_is_spoken_of_as_others_are_is_not_found() -> None:
    """In 40 corpora in which nobody differs, all tests of a corpus together find something in two or so."""
    found = [np.nanmin(q_values(p_values([counted(corpus(seed, {}, 400))], PLACES))) <= LEVEL for seed in range(40)]

    assert sum(found) <= 4


def test_an_association_of_the_mix_of_sources_alone_is_not_found() -> None:
    """One source names one group and many opioids, the other another group and few: within each, nobody differs."""
    rich, poor = np.zeros((2, 5, 16), np.int64)
    rich[OPIOID, :2], poor[OPIOID, :2] = (90, 10), (1, 9)
    strata = [_tally(rich, (900, 100)), _tally(poor, (100, 900))]

    assert p_values(strata, PLACES)[OPIOID, 0] > 0.5
    assert p_values([strata[0] + strata[1]], PLACES)[OPIOID, 0] < 1e-6


def _tally(near: np.ndarray, named: tuple[int, int]) -> Tally:
    groups = np.zeros(16, np.int64)
    groups[:2] = named
    near = np.asarray(near)
    return Tally(
        {
            "documents": 2000,
            "other_languages": 0,
            "no_group": 1000,
            "unnamed": [0, 0, 0],
            "groups": groups,
            "concepts": near.sum(axis=1),
            "both": near,
            "near": near,
        }
    )


def test_under_the_null_one_in_twenty_is_found_at_a_twentieth() -> None:
    """Labels of groups exchanged at random: the test may be careful (counts are whole numbers), never careless."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 4, 1200)
    marked = random.random(1200) < 0.15
    found = []
    for _ in range(400):
        random.shuffle(labels)
        near, groups = np.zeros((5, 16), np.int64), np.zeros(16, np.int64)
        near[0, :4], groups[:4] = np.bincount(labels[marked], minlength=4), np.bincount(labels, minlength=4)
        tally = _tally(near, (0, 0))
        tally.values["groups"] = groups
        found.append(p_values([tally], PLACES)[0, :4])

    share = float((np.array(found) <= 0.05).mean())
    assert 0.02 <= share <= 0.06


@given(st.integers(1, 60), st.data())
def test_the_exact_test_is_the_sum_over_all_tables_as_unlikely(whole: int, data: st.DataObject) -> None:
    marked, drawn = data.draw(st.integers(0, whole)), data.draw(st.integers(0, whole))
    low, high = max(0, marked + drawn - whole), min(marked, drawn)
    met = data.draw(st.integers(low, high))
    chances = {
        k: math.comb(marked, k) * math.comb(whole - marked, drawn - k) / math.comb(whole, drawn)
        for k in range(low, high + 1)
    }

    expected = sum(chance for chance in chances.values() if chance <= chances[met] * (1 + 1e-7))

    assert exact_p(whole, marked, drawn, met) == pytest.approx(expected, abs=1e-9)


def test_the_exact_test_stands_large_corpora() -> None:
    assert exact_p(10**9, 10**7, 10**8, 10**6) == pytest.approx(1.0, abs=0.01)
    assert exact_p(10**9, 10**7, 10**8, 10**6 + 10**4) < 1e-20


@given(st.lists(st.floats(0, 1) | st.just(math.nan), min_size=1, max_size=30))
def test_q_is_what_benjamini_and_hochberg_reject(values: list[float]) -> None:
    made = sorted(value for value in values if not math.isnan(value))
    q = q_values(np.array(values))
    for level in (0.01, 0.05, 0.5):
        passed = [value for rank, value in enumerate(made, start=1) if value <= level * rank / len(made)]
        rejected = {value for value in values if not math.isnan(value) and passed and value <= max(passed)}

        assert {value for value, own in zip(values, q, strict=True) if own <= level * (1 + 1e-12)} >= rejected
        assert {value for value, own in zip(values, q, strict=True) if own <= level * (1 - 1e-12)} <= rejected
    assert [math.isnan(value) for value in values] == np.isnan(q).tolist()


def test_log_odds_are_those_of_the_paper() -> None:
    near, named = np.zeros((1, 16)), np.zeros(16)
    near[0, :3], named[:3] = (30, 5, 10), (200, 150, 100)

    odds, z = log_odds(near, named[None], PLACES)

    alpha, whole = PRIOR * 45 / 450, PRIOR
    one = (30 + alpha) / (200 + whole - 30 - alpha)
    other = (15 + alpha) / (250 + whole - 15 - alpha)
    assert odds[0, 0] == pytest.approx(math.log(one) - math.log(other))
    assert z[0, 0] == pytest.approx(odds[0, 0] / math.sqrt(1 / (30 + alpha) + 1 / (15 + alpha)))
    assert np.isnan(odds[0, 7:]).all()


def test_always_together_is_one_and_by_chance_is_zero() -> None:
    near = np.zeros((5, 16), np.int64)
    near[0, 0] = 100
    always = _tally(near, (100, 0))
    chance = _tally(np.zeros((5, 16), np.int64), (1000, 0))
    chance.values |= {"concepts": np.array([200, 0, 0, 0, 0]), "near": near, "both": near}

    assert associations(always, PLACES).npmi.value[0, 0] == pytest.approx(1.0)
    assert associations(chance, PLACES).npmi.value[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert associations(always, PLACES).npmi.value[1, 1] != 0  # never met, and nobody there to meet


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Of 60 corpora drawn from known chances, the interval of the rate holds the true one in 95 % or so."""
    random = np.random.default_rng(11)
    held, chance = 0, 0.3
    for _ in range(60):
        near = np.zeros((5, 16), np.int64)
        near[0, 0] = random.binomial(400, chance)
        tally = _tally(near, (400, 1600))
        rate = associations(tally, PLACES).rate
        held += rate.low[0, 0] <= 1000 * 400 * chance / 2000 <= rate.high[0, 0]

    assert 0.9 <= held / 60 <= 1.0


def test_a_stage_that_takes_one_group_s_mentions_moves_its_association() -> None:
    texts = corpus(3, {"black": 0.3, "white": 0.3})
    taken = [text for text in texts if "Black" in text and "oxycodone" in text]
    spared = [text for text in texts if text not in set(taken)]

    moved = changes(counted(taken), counted(spared), PLACES)
    untouched = changes(counted(texts[::2]), counted(texts[1::2]), PLACES)

    assert moved.high[OPIOID, place("black")] < -1
    assert untouched.low[OPIOID, place("black")] < 0 < untouched.high[OPIOID, place("black")]


def test_estimates_are_the_same_every_time() -> None:
    tally = counted(corpus(4, {}, count=200))

    assert np.array_equal(associations(tally, PLACES).npmi.low, associations(tally, PLACES).npmi.low, equal_nan=True)
