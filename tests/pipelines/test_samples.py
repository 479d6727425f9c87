"""Which documents reviewers are shown: by lot, and on both sides of a bound; the same however work is cut."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.tables import reduced
from pipelines.samples import NARROW, NARROWEST_PER_RULE, NEAREST_PER_REASON, SAMPLES_PER_REASON, choose, united

RULES = {
    "abstract": [{"name": "too_short", "signal": "n_words", "min": 50, "cite": "ours"}],
    "*": [{"name": "digits", "signal": "digit_share", "max": 0.3, "languages": ["en"], "cite": "ours"}],
}
PARAMS: dict[str, Any] = {"seed": 7, "samples": SAMPLES_PER_REASON, "rules": RULES, "min_score": 0.5}


def audit(rows: list[tuple[str, str, int, float]]) -> pl.DataFrame:
    """Records by (source, document type, words, share of digits), decided by `RULES`."""
    made = []
    for place, (source, doc_type, words, digits) in enumerate(rows):
        short = doc_type == "abstract" and words < 50
        many = doc_type != "abstract" and digits > 0.3
        reason = "too_short" if short else "digits" if many else "kept"
        made.append(
            {
                "row": place,
                "source": source,
                "doc_id": f"{source}:{place}",
                "doc_type": doc_type,
                "phi_policy": "literature",
                "verdict": "keep" if reason == "kept" else "drop",
                "stage": "release" if reason == "kept" else "quality",
                "reason": reason,
                "words": words,
                "tokens": words,
                "language": "en",
                "language_score": 0.99,
                "digit_share": digits,
                "score": float(words) if short else digits if many else None,
                "threshold": 50.0 if short else 0.3 if many else None,
                "survivor": None,
                "similarity": None,
                "rules_failed": [] if reason == "kept" else [reason],
            }
        )
    numbers = dict.fromkeys(("score", "threshold", "similarity"), pl.Float64)
    return pl.DataFrame(made, schema_overrides={"survivor": pl.String, **numbers})


def drawn(table: pl.DataFrame) -> pl.DataFrame:
    return united(choose(table, PARAMS).drop("row", "rules_failed"))


def plain(found: pl.DataFrame) -> list[dict[str, Any]]:
    return found.drop("draw").to_dicts()


records = st.lists(
    st.tuples(
        st.sampled_from(["notes", "pmc"]),
        st.sampled_from(["abstract", "note"]),
        st.integers(40, 62),
        st.sampled_from([0.1, 0.28, 0.29, 0.31, 0.5]),
    ),
    min_size=1,
    max_size=150,
)


@given(records, st.integers(1, 4))
@example([("notes", "abstract", 50, 0.1)] * 5 + [("pmc", "abstract", 50, 0.1)], 2)  # two sources in a bundle
@settings(max_examples=25)
def test_samples_do_not_depend_on_how_work_is_cut(rows: list[tuple[str, str, int, float]], bundles: int) -> None:
    whole = audit(rows)
    parts = [whole.filter(pl.col("row") % bundles == part) for part in range(bundles)]
    chosen = [choose(part, PARAMS) for part in reversed(parts) if len(part)]
    assert plain(united(pl.concat(chosen).drop("row", "rules_failed"))) == plain(drawn(whole))


@given(records, st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=25)
def test_bundles_may_be_put_together_a_few_at_a_time(
    rows: list[tuple[str, str, int, float]], bundles: int, at_once: int
) -> None:
    whole = audit(rows)
    parts = [choose(whole.filter(pl.col("row") % bundles == part), PARAMS) for part in range(bundles)]
    tables = [part.drop("row", "rules_failed") for part in parts]
    found = united(reduced(tables, lambda table: united(table).drop("turn"), at_once))
    assert plain(found) == plain(united(pl.concat(tables)))


def test_a_stratum_shows_as_many_as_it_has_up_to_the_number_by_lot_and_the_nearest_beside() -> None:
    found = drawn(audit([("pmc", "abstract", n % 50, 0.0) for n in range(400)]))
    lots = found.filter(pl.col("turn").is_not_null())
    assert lots["turn"].to_list() == list(range(1, SAMPLES_PER_REASON + 1))
    near = found.sort((pl.col("score") - pl.col("threshold")).abs()).head(NEAREST_PER_REASON)
    assert set(near["score"]) == {48.0, 49.0}
    assert SAMPLES_PER_REASON <= len(found) <= SAMPLES_PER_REASON + NEAREST_PER_REASON


def test_few_documents_are_all_shown_by_lot() -> None:
    found = drawn(audit([("pmc", "abstract", 10 + n, 0.0) for n in range(7)]))
    assert sorted(found["turn"]) == list(range(1, 8))


def test_kept_documents_that_met_a_bound_by_least_are_shown_with_what_was_measured() -> None:
    found = drawn(audit([("pmc", "abstract", 50 + n, 0.0) for n in range(40)]))
    narrow = found.filter(pl.col("borders").is_not_null()).sort("score")
    assert narrow.select("borders", "score", "threshold", "turn").rows() == [
        ("too_short", 50.0 + n, 50.0, None) for n in range(NARROWEST_PER_RULE)
    ]


def test_what_lies_further_from_a_bound_than_a_tenth_is_not_narrow() -> None:
    inside, outside = int(50 * (1 + NARROW)), int(50 * (1 + NARROW)) + 1
    found = drawn(audit([("pmc", "abstract", inside, 0.0), ("pmc", "abstract", outside, 0.0)]))
    assert found.filter(pl.col("borders").is_not_null())["words"].to_list() == [inside]


def test_a_rule_for_other_languages_has_no_narrow_passes_here() -> None:
    table = audit([("pmc", "note", 90, 0.29)])
    assert drawn(table).filter(pl.col("borders") == "digits").height == 1
    german = table.with_columns(pl.lit("de").alias("language"))
    assert not drawn(german).filter(pl.col("borders") == "digits").height
