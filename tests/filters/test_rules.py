"""Rules decide: first failure, evidence, all failures, and errors that say what would be right."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpus.errors import RecipeError
from filters.quality import SCHEMA, QualityAnnotator
from filters.rules import Rule, decide, load_preset, preset_names

SIGNALS = pa.record_batch(
    {
        "n_words": pa.array([40, 100, 2000, 10], pa.int64()),
        "share": pa.array([0.2, 0.5, math.nan, 0.9], pa.float32()),
    }
)
TYPES = pa.array(["abstract", "abstract", "full_text", "note"])

SHORT = Rule(name="short", signal="n_words", min=50, cite="here")
LONG = Rule(name="long", signal="n_words", max=1000, cite="here")
SHARE = Rule(name="share", signal="share", min=0.1, max=0.4, cite="here")


def test_first_failing_rule_decides_and_all_are_told() -> None:
    decisions = decide([SHORT, LONG, SHARE], SIGNALS, TYPES)
    assert decisions.rule.tolist() == [0, 2, 1, 0]
    assert decisions.rules_failed.to_pylist() == [["short"], ["share"], ["long", "share"], ["short", "share"]]
    assert decisions.kept.tolist() == [False] * 4


def test_evidence_is_the_value_and_the_bound_it_broke() -> None:
    decisions = decide([SHARE, SHORT], SIGNALS, TYPES)
    assert decisions.rule.tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(decisions.score, [40, 0.5, np.nan, 0.9], rtol=1e-6)
    np.testing.assert_array_equal(decisions.threshold, [50, 0.4, 0.1, 0.4])


def test_kept_documents_have_no_evidence() -> None:
    decisions = decide([Rule(name="any", signal="n_words", min=0, cite="here")], SIGNALS, TYPES)
    assert decisions.kept.all()
    assert np.isnan(decisions.score).all()
    assert np.isnan(decisions.threshold).all()
    assert decisions.rules_failed.to_pylist() == [[]] * 4


def test_bounds_are_inclusive_in_the_precision_of_the_signal() -> None:
    rule = Rule(name="edge", signal="share", min=0.2, max=0.5, cite="here")
    assert decide([rule], SIGNALS, TYPES).kept.tolist() == [True, True, False, False]


def test_missing_values_fail() -> None:
    signals = pa.table(
        {"share": pa.array([None, math.nan, 1.0], pa.float32()), "n": pa.array([1, None, 3], pa.int32())}
    )
    types = pa.array(["note"] * 3)
    for signal in signals.column_names:
        decisions = decide([Rule(name="present", signal=signal, max=5, cite="here")], signals, types)
        assert decisions.kept.tolist() == [
            value is not None and value == value for value in signals[signal].to_pylist()
        ]
        assert decisions.threshold[~decisions.kept].tolist() == [5] * int((~decisions.kept).sum())


def test_a_rule_may_be_for_some_document_types_only() -> None:
    rule = SHORT.model_copy(update={"doc_types": ("note", "label")})
    decisions = decide([rule], SIGNALS, TYPES)
    assert decisions.rule.tolist() == [-1, -1, -1, 0]


def test_tables_in_chunks_are_decided_alike() -> None:
    table = pa.Table.from_batches([SIGNALS.slice(0, 1), SIGNALS.slice(1)])
    chunked = decide([SHORT, SHARE], table, TYPES)
    whole = decide([SHORT, SHARE], SIGNALS, TYPES)
    assert chunked.rule.tolist() == whole.rule.tolist()
    assert chunked.rules_failed.equals(whole.rules_failed)


def test_nothing_to_decide() -> None:
    decisions = decide([SHORT], SIGNALS.slice(0, 0), pa.array([], pa.string()))
    assert len(decisions.rule) == len(decisions.rules_failed) == 0
    assert decide([], SIGNALS, TYPES).rules_failed.to_pylist() == [[]] * 4


def test_unknown_signal_names_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"'short'.*'n_word'.*n_words, share"):
        decide([SHORT.model_copy(update={"signal": "n_word"})], SIGNALS, TYPES)


def test_a_signal_must_be_a_number() -> None:
    with pytest.raises(RecipeError, match="string, not a number"):
        decide([Rule(name="x", signal="x", min=0, cite="here")], pa.table({"x": ["a"]}), pa.array(["note"]))


def test_a_reason_means_one_rule() -> None:
    with pytest.raises(RecipeError, match="named 'short'"):
        decide([SHORT, LONG.model_copy(update={"name": "short"})], SIGNALS, TYPES)
    joined = [*load_preset("abstract", ["abstract"]), *load_preset("full_text", ["full_text", "guideline"])]
    empty = pa.RecordBatch.from_pylist([], schema=SCHEMA)
    assert len(decide(joined, empty, pa.array([], pa.string())).rule) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"min": 2, "max": 1},
        {"min": math.nan},
        {"min": 1, "cite": " "},
        {"min": 1, "unknown": 1},
        {"min": 1, "doc_types": []},
    ],
    ids=str,
)
def test_a_rule_that_cannot_mean_anything_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"name": "x", "signal": "n_words", "cite": "here"} | wrong)


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_cited_and_name_real_signals(name: str) -> None:
    rules = load_preset(name)
    assert {rule.signal for rule in rules} <= set(SCHEMA.names)
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.doc_types is None for rule in rules)
    assert not any("HC4" in rule.cite for rule in rules)


def test_shipped_presets() -> None:
    assert set(preset_names()) >= {"abstract", "full_text", "note", "web"}
    with pytest.raises(RecipeError, match="unknown preset 'abstrct'; known: abstract, full_text"):
        load_preset("abstrct")


ABSTRACT = (
    "Metformin in older adults with type 2 diabetes\n\n"
    "We compared HbA1c in 412 adults (mean age 71.4 y, 54% women) who took metformin with that in 398 "
    "who took a sulfonylurea. After 24 months it fell 1.2% (95% CI 0.9-1.5; p < 0.001) and 0.8% (0.5-1.1; p = 0.02). "
    "Hypoglycaemia was rare with it (OR 0.31, 0.12-0.77). We conclude that metformin remains a sound first choice."
)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (ABSTRACT, []),
        ("Erratum.\n\n[This corrects the article DOI: 10.1002/trc2.12089.].", ["too_few_words", "numbers"]),
        (" ".join(f"10.1016/j.abrep.2018.{i:02d}.001" for i in range(60)), None),
        ("The patient was well and to be seen with that. " * 20, None),
    ],
)
def test_the_abstract_preset_drops_what_is_not_an_abstract(text: str, reasons: list[str] | None) -> None:
    signals = QualityAnnotator().measure(pa.record_batch({"text": pa.array([text], pa.large_string())}))
    failed = decide(load_preset("abstract"), signals, pa.array(["abstract"])).rules_failed.to_pylist()[0]
    if reasons is None:
        assert failed
    else:
        # In seven words every n-gram is a large part of the text.
        assert [name for name in failed if not name.startswith("top_")] == reasons


def test_a_rule_asks_only_the_languages_it_is_for() -> None:
    rule = {"signal": "n_words", "min": 10**6, "cite": "here"}
    languages = pa.array(["en", "zh", "es", "und"])

    def asked(**limits: tuple[str, ...]) -> list[bool]:
        return (~decide([Rule(name="x", **rule, **limits)], SIGNALS, TYPES, languages).kept).tolist()

    assert asked() == [True] * 4
    assert asked(languages=("en", "es")) == [True, False, True, False]
    assert asked(except_languages=("zh",)) == [True, False, True, True]


def test_languages_that_nobody_determined_are_none_of_those_a_rule_is_for() -> None:
    limits: dict[str, Any] = {"signal": "n_words", "min": 10**6, "cite": "here"}
    assert decide([Rule(name="x", languages=("en",), **limits)], SIGNALS, TYPES).kept.all()
    assert not decide([Rule(name="x", except_languages=("en",), **limits)], SIGNALS, TYPES).kept.any()


def test_a_name_may_be_used_again_for_other_languages_only() -> None:
    def named(**limits: tuple[str, ...]) -> Rule:
        return Rule(name="x", signal="n_words", min=1, cite="here", **limits)

    decide([named(languages=("en",)), named(languages=("es", "fr"))], SIGNALS, TYPES)
    decide([named(languages=("zh", "ja")), named(except_languages=("zh", "ja"))], SIGNALS, TYPES)
    for one, other in [
        (named(languages=("en", "es")), named(languages=("es",))),
        (named(languages=("en",)), named(except_languages=("zh",))),
        (named(except_languages=("en",)), named(except_languages=("zh",))),
        (named(), named(languages=("en",))),
    ]:
        for pair in ([one, other], [other, one]):
            with pytest.raises(RecipeError, match="named 'x'"):
                decide(pair, SIGNALS, TYPES)


def test_languages_and_exceptions_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="give one of them"):
        Rule(name="x", signal="n_words", min=1, cite="here", languages=("en",), except_languages=("zh",))
