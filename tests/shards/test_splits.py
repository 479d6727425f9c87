"""The threshold below which groups have about so many tokens."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shards.place import position
from shards.splits import STEP, closest_threshold

GROUPS = st.lists(st.tuples(st.integers(0, 2**52 - 1), st.integers(0, 5000)), max_size=40)


def held(groups: list[tuple[float, int]], threshold: float) -> int:
    return sum(tokens for spot, tokens in groups if spot < threshold)


@given(GROUPS, st.integers(0, 60_000))
def test_no_other_threshold_comes_closer(raw: list[tuple[int, int]], wanted: int) -> None:
    groups = [(spot * STEP, tokens) for spot, tokens in raw]

    threshold, found = closest_threshold(
        np.array([spot for spot, _ in groups]), np.array([tokens for _, tokens in groups], np.int64), wanted
    )

    assert found == held(groups, threshold)
    others = [held(groups, other) for other in (0.0, *(spot + STEP for spot, _ in groups))]
    assert abs(found - wanted) == min(abs(one - wanted) for one in others)


def test_when_documents_are_added_nothing_old_is_held_out_anew() -> None:
    names = [f"pmc:{number}" for number in range(4000)]
    draw = np.random.default_rng(1)
    tokens = draw.integers(50, 8000, len(names))
    spots = np.array([position(name, seed=1) for name in names])
    before: set[str] = set()
    for count in (500, 1000, 2000, 4000):
        threshold, sum_ = closest_threshold(spots[:count], tokens[:count], 200_000)
        now = {name for name, spot in zip(names[:count], spots[:count], strict=True) if spot < threshold}
        assert not before or now & set(names[: count // 2]) <= before
        assert abs(sum_ - 200_000) < 8000
        before = now
