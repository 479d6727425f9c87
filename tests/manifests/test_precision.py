"""Precision of removals from people's verdicts: weighted, bounded, and honest about what was not read."""

from __future__ import annotations

import json
from itertools import product
from math import comb, sqrt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecipeError
from manifests.estimates import StratumReview
from manifests.precision import (
    Judgement,
    Said,
    estimate,
    kappa,
    precision,
    read_judgements,
)
from manifests.removals import pair_digest


def stratum(removals: int, copies: int, distinct: int, *, source: str = "notes", name: str = "other") -> StratumReview:
    return StratumReview(
        source=source, stratum=name, removals=removals, shown=removals, copies=copies, distinct=distinct, unsure=0
    )


def sampled(sizes: dict[str, int], shown: int, source: str = "notes") -> pl.DataFrame:
    """Pairs as a sample has them: `shown` of each stratum."""
    rows = [
        {
            "source": source,
            "stratum": name,
            "stratum_size": size,
            "turn": turn + 1,
            "doc_id": f"{source}:{name}-{turn}",
            "survivor": f"{source}:kept",
            "text": f"{turn}",
            "survivor_text": "x",
        }
        for name, size in sizes.items()
        for turn in range(min(shown, size))
    ]
    return pl.DataFrame(rows)


def judged(pairs: pl.DataFrame, verdicts: list[Said], reviewer: str = "ann") -> list[Judgement]:
    rows = zip(pairs.iter_rows(named=True), verdicts, strict=False)
    return [
        Judgement(
            pair=pair_digest(row), doc_id=row["doc_id"], survivor=row["survivor"], verdict=said, reviewer=reviewer
        )
        for row, said in rows
    ]


@pytest.mark.parametrize(
    ("copies", "decided", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_small_part_of_one_stratum_gives_wilsons_interval(copies: int, decided: int, low: float, high: float) -> None:
    found = precision("notes", [stratum(10**9, copies, decided - copies)])
    assert found.precision == pytest.approx(copies / decided)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_stratum_read_whole_has_no_interval() -> None:
    found = precision("notes", [stratum(40, 38, 2)])
    assert (found.low, found.precision, found.high) == (0.95, 0.95, 0.95)
    assert (found.wrong_low, found.wrong, found.wrong_high) == (2, 2, 2)


def test_strata_weigh_as_much_as_they_have_removals() -> None:
    """The nearest are read whole and half wrong; they are few."""
    found = precision("notes", [stratum(20, 10, 10, name="nearest"), stratum(980, 50, 0)])
    assert found.precision == pytest.approx(0.99)
    assert found.wrong == pytest.approx(10)
    assert found.wrong_low == pytest.approx(10)


def test_the_interval_of_several_strata_is_that_of_the_formula() -> None:
    parts = [stratum(300, 20, 5, name="across"), stratum(700, 40, 10)]
    z, bounds = 1.959963984540054, []
    for one in parts:
        n: float = one.copies + one.distinct
        p = one.copies / n
        n *= (one.removals - 1) / (one.removals - n)
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
        bounds.append((one.removals / 1000, p, p - low, high - p))
    p = sum(w * share for w, share, _, _ in bounds)
    found = precision("notes", parts)
    assert found.precision == pytest.approx(p)
    assert found.low == pytest.approx(p - sqrt(sum((w * below) ** 2 for w, _, below, _ in bounds)))
    assert found.high == pytest.approx(p + sqrt(sum((w * above) ** 2 for w, _, _, above in bounds)))


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 500)).filter(lambda one: sum(one) > 0),
        min_size=1,
        max_size=6,
    )
)
def test_no_bound_contradicts_what_was_seen(strata: list[tuple[int, int, int]]) -> None:
    parts = [stratum(c + d + rest, c, d, source=f"s{n}") for n, (c, d, rest) in enumerate(strata)]
    found = precision("all", parts)
    if found.precision is None:
        assert found.covered == 0
        return
    assert found.wrong_low is not None
    assert found.wrong_high is not None
    assert found.low is not None
    assert found.high is not None
    slack = 1e-9 * found.covered
    assert 0 <= found.low <= found.precision + 1e-9
    assert found.precision <= found.high + 1e-9 <= 1 + 2e-9
    assert sum(d for _, d, _ in strata) <= found.wrong_low + slack
    assert found.wrong_high <= found.covered - sum(c for c, _, _ in strata) + slack


@pytest.mark.parametrize(
    "wrong", [(0, 0), (1, 0), (0, 6), (3, 3), (6, 30), (12, 60), (30, 9)], ids=lambda pair: f"{pair[0]} and {pair[1]}"
)
def test_the_interval_covers_the_truth_nineteen_times_of_twenty(wrong: tuple[int, int]) -> None:
    """Exactly, over every sample of 25 of 30 and 40 of 120 removals of which so many are wrong; 2 % are forgiven,
    because the chances of counts move in steps."""
    sizes, reads = (30, 120), (25, 40)
    truth = 1 - sum(wrong) / sum(sizes)
    covered = 0.0
    for seen in product(range(reads[0] + 1), range(reads[1] + 1)):
        chance = 1.0
        for size, read, bad, found in zip(sizes, reads, wrong, seen, strict=True):
            chance *= comb(bad, found) * comb(size - bad, read - found) / comb(size, read)
        if chance:
            parts = [stratum(s, n - k, k) for s, n, k in zip(sizes, reads, seen, strict=True)]
            found_interval = precision("notes", parts)
            assert found_interval.low is not None
            assert found_interval.high is not None
            covered += chance * (found_interval.low - 1e-12 <= truth <= found_interval.high + 1e-12)
    assert covered >= 0.93


def test_strata_of_which_nothing_was_read_are_left_out_and_said() -> None:
    pairs = pl.concat([sampled({"nearest": 25, "other": 400}, 25)])
    found = estimate(pairs, judged(pairs.filter(pl.col("stratum") == "nearest"), ["copy"] * 25))
    assert (found.total.removals, found.total.covered) == (425, 25)
    assert found.total.precision == 1


def test_nothing_read_is_no_estimate() -> None:
    found = estimate(sampled({"other": 4}, 4), [])
    assert (found.total.precision, found.total.wrong_high, found.total.removals) == (None, None, 4)


def test_unsure_is_counted_apart() -> None:
    pairs = sampled({"other": 1000}, 4)
    with_it = estimate(pairs, judged(pairs, ["copy", "copy", "distinct", "unsure"]))
    without = estimate(pairs, judged(pairs, ["copy", "copy", "distinct"]))
    assert with_it.total.unsure == 1
    assert (with_it.total.precision, with_it.total.low) == (without.total.precision, without.total.low)


def test_the_last_verdict_of_a_reviewer_counts() -> None:
    pairs = sampled({"other": 10}, 1)
    found = estimate(pairs, [*judged(pairs, ["distinct"]), *judged(pairs, ["copy"])])
    assert (found.total.copies, found.total.distinct) == (1, 0)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("copy", "copy"), (1, 0, 0)),
        (("copy", "distinct"), (0, 0, 1)),
        (("copy", "unsure"), (0, 0, 1)),
        (("copy", "distinct", "distinct"), (0, 1, 0)),
        (("copy", "distinct", "unsure"), (0, 0, 1)),
    ],
    ids=lambda value: "-".join(map(str, value)),
)
def test_more_than_half_of_the_reviewers_decide(verdicts: tuple[Said, ...], expected: tuple[int, int, int]) -> None:
    pairs = sampled({"other": 10}, 1)
    said = [one for number, verdict in enumerate(verdicts) for one in judged(pairs, [verdict], f"r{number}")]
    total = estimate(pairs, said).total
    assert (total.copies, total.distinct, total.unsure) == expected


def test_a_verdict_does_not_outlive_the_text_it_was_given_on() -> None:
    pairs = sampled({"other": 3}, 3)
    said = judged(pairs, ["copy", "copy", "copy"])
    changed = pairs.with_columns(pl.when(pl.col("turn") == 1).then(pl.lit("new")).otherwise("text").alias("text"))
    found = estimate(changed, said)
    assert (found.total.copies, found.stale, found.elsewhere) == (2, 1, 0)
    assert estimate(pairs.filter(pl.col("turn") > 1), said).elsewhere == 1


def test_kappa_is_that_of_a_worked_example() -> None:
    """20 and 15 agreements of 50, 5 and 10 disagreements: observed .70, by chance .50, kappa .40."""
    both = [("copy", "copy")] * 20 + [("copy", "distinct")] * 5 + [("distinct", "copy")] * 10 + [("distinct",) * 2] * 15
    assert kappa(both) == pytest.approx(0.4)  # type: ignore[arg-type]


def test_kappa_is_not_defined_where_chance_would_do() -> None:
    assert kappa([("copy", "copy")] * 9) is None


def test_agreement_is_told_of_every_two_who_judged_the_same() -> None:
    pairs = sampled({"other": 10}, 4)
    said = [
        *judged(pairs, ["copy", "copy", "distinct", "distinct"], "ann"),
        *judged(pairs, ["copy", "copy", "distinct", "copy"], "bob"),
        *judged(pairs.head(0), [], "eve"),
    ]
    (found,) = estimate(pairs, said).agreement
    assert (found.reviewers, found.pairs, found.agreed) == (("ann", "bob"), 4, 3)
    assert found.kappa == pytest.approx(0.5)


def test_a_line_that_is_no_verdict_is_named(tmp_path: Path) -> None:
    good = judged(sampled({"other": 1}, 1), ["copy"])[0].model_dump_json()
    path = tmp_path / "reviews.jsonl"
    path.write_text(f"{good}\n{json.dumps({**json.loads(good), 'verdict': 'maybe'})}\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"reviews\.jsonl:2: no verdict: verdict"):
        read_judgements(path)


def test_an_unfinished_last_line_is_left_out(tmp_path: Path) -> None:
    good = judged(sampled({"other": 1}, 1), ["copy"])[0]
    path = tmp_path / "reviews.jsonl"
    path.write_text(f"{good.model_dump_json()}\n{good.model_dump_json()[:40]}", encoding="utf-8")
    assert read_judgements(path) == [good]


def test_a_file_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no file of verdicts"):
        read_judgements(tmp_path / "absent.jsonl")
