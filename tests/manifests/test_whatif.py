"""Other thresholds, asked of a snapshot, give what a build with them would decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import RecipeError
from filters.rules import load_preset
from manifests.amount import Amount
from manifests.settings import Settings
from manifests.snapshot import Snapshot
from manifests.whatif import Answer, ask, passing, texts
from tests.conftest import Built
from tests.pipelines.building import build
from tests.pipelines.small import SmallCorpus


def opened(snapshot: Built) -> Snapshot:
    return Snapshot.open(snapshot.folder)


def changed(
    snapshot: Snapshot, *changes: tuple[str, str], drop: Sequence[str] = (), add: Sequence[str] = ()
) -> Settings:
    asked = Settings(snapshot.manifest)
    for name, value in changes:
        asked.change(name, value)
    for name in drop:
        asked.drop_rule(name)
    for rule in add:
        asked.add_rule(rule)
    return asked


def sums(answer: Answer) -> tuple[Amount, Amount, Amount]:
    before, gained, lost = (
        sum((getattr(moved, name) for moved in answer.sources), Amount()) for name in ("before", "gained", "lost")
    )
    return before, gained, lost


def undropped(snapshot: Snapshot) -> set[str]:
    return set(snapshot.audit().filter(pl.col("verdict").is_in(["keep", "merge"])).collect()["doc_id"])


def test_nothing_changed_is_the_snapshot(snapshot: Built) -> None:
    whole = opened(snapshot)
    answer = ask(whole, Settings(whole.manifest))

    before, gained, lost = sums(answer)
    assert before.documents == whole.manifest.totals.documents
    assert gained == lost == Amount()
    assert (answer.still_out, answer.bereft, answer.near, answer.settings) == (0, 0, [], [])
    assert passing(whole, Settings(whole.manifest)) == undropped(whole)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("quality", "others", "changes", "dropped"),
    [
        ({"too_few_words": {"min": 120}}, {}, [("too_few_words.min", "120")], ()),
        ({"too_few_words": None}, {}, [], ("too_few_words",)),
        (
            {},
            {"language": {"allow": ["en", "de"], "min_score": 0.9, "min_allowed_share": 0.4}},
            [("language.min_score", "0.9"), ("language.min_allowed_share", "0.4")],
            (),
        ),
        (
            {"too_few_words": {"min": 60}, "few_alphabetic_words": {"min": 0.85}},
            {"phi": {"max_masked_share": 0.001}},
            [
                ("phi.max_masked_share", "0.001"),
                ("few_alphabetic_words.min", "0.85"),
                ("too_few_words.min", "60"),
            ],
            (),
        ),
    ],
    ids=["stricter", "without", "language", "all at once"],
)
def test_the_answer_is_what_a_build_decides(
    snapshot: Built,
    small_corpus: SmallCorpus,
    tmp_path: Path,
    quality: dict[str, Any],
    others: dict[str, Any],
    changes: list[tuple[str, str]],
    dropped: tuple[str, ...],
) -> None:
    whole = opened(snapshot)
    if "language" in others:
        changes = [*changes, ("language.allow", ",".join(others["language"]["allow"]))]
    recipe = small_corpus.write_recipe(tmp_path / "other.yaml", **rules_as_own(whole, quality), **others)
    build(recipe, tmp_path / "snapshot", snapshot.work)

    asked = changed(whole, *changes, drop=dropped)

    expected = undropped(Snapshot.open(tmp_path / "snapshot"))
    assert passing(whole, asked) == expected
    assert dropped or others.get("language") or expected != undropped(whole)


@settings(max_examples=40)
@given(
    bound=st.floats(0, 400),
    share=st.floats(0.3, 1),
    score=st.floats(0, 1),
    least=st.floats(0.01, 1),
    masked=st.floats(0, 0.2),
)
def test_the_account_of_what_moves_closes(
    snapshot: Built, bound: float, share: float, score: float, least: float, masked: float
) -> None:
    whole = opened(snapshot)
    asked = changed(
        whole,
        ("too_few_words.min", str(bound)),
        ("few_alphabetic_words.min", str(share)),
        ("language.min_score", str(score)),
        ("language.min_allowed_share", str(least)),
        ("phi.max_masked_share", str(masked)),
    )
    answer = ask(whole, asked)
    table = whole.audit().select("doc_id", "verdict").collect()
    kept = set(table.filter(pl.col("verdict") == "keep")["doc_id"])
    merged = set(table.filter(pl.col("verdict") == "merge")["doc_id"])
    passes = passing(whole, asked)

    before, gained, lost = sums(answer)
    assert before.documents == len(kept)
    assert lost.documents == len(kept - passes)
    assert gained.documents == len(passes - kept - merged)
    for totals, whole_amount in ((answer.gained_by_reason, gained), (answer.lost_by_reason, lost)):
        assert sum(totals.values(), Amount()) == whole_amount


def test_the_nearest_on_both_sides_are_shown_with_their_text(snapshot: Built) -> None:
    whole = opened(snapshot)
    answer = ask(whole, changed(whole, ("abstract/too_few_words.min", "100")))

    passing_side = [one for one in answer.near if one.passes]
    refused_side = [one for one in answer.near if not one.passes]
    assert len(passing_side) == len(refused_side) == 3
    assert all(one.value >= 100 for one in passing_side)
    assert all(one.value < 100 for one in refused_side)
    words = whole.audit().filter(pl.col("doc_type") == "abstract", pl.col("words") >= 100).select("words").collect()
    assert sorted(one.value for one in passing_side) == words["words"].sort().head(3).to_list()
    shown = texts(whole, answer.near)
    assert all(shown[one.doc_id] for one in answer.near if one.verdict == "keep")


def test_documents_dropped_by_little_are_among_the_samples(snapshot: Built) -> None:
    whole = opened(snapshot)
    samples = set(whole.samples()["doc_id"])
    dropped = (
        whole.audit()
        .filter(pl.col("verdict") == "drop", pl.col("threshold").is_not_null())
        .select("doc_id", "source", "reason", (pl.col("score") - pl.col("threshold")).abs().alias("by"))
        .collect()
    )
    for _, rows in dropped.group_by("source", "reason"):
        limit = rows["by"].sort().head(10)[-1]
        assert set(rows.filter(pl.col("by") < limit)["doc_id"]) <= samples


def test_a_rule_may_be_added(snapshot: Built) -> None:
    whole = opened(snapshot)
    answer = ask(whole, changed(whole, add=["unique_word_share>=0.7"]))
    _, gained, lost = sums(answer)
    shares = whole.audit().filter(pl.col("verdict") == "keep", pl.col("unique_word_share") < 0.7).collect()
    assert gained == Amount()
    assert lost.documents == len(shares) > 0
    assert {reason for _, reason in answer.lost_by_reason} == {"unique_word_share>=0.7"}


def test_a_higher_similarity_gives_merged_documents_back(snapshot: Built) -> None:
    whole = opened(snapshot)
    _, gained, _ = sums(ask(whole, changed(whole, ("dedup.threshold", "1"))))
    near = whole.audit().filter(pl.col("verdict") == "merge", pl.col("similarity") < 1).collect()
    assert gained.documents == len(near) > 0


def test_documents_whose_survivor_goes_are_counted(snapshot: Built) -> None:
    whole = opened(snapshot)
    answer = ask(whole, changed(whole, ("too_few_words.min", "100000")))
    merged = whole.audit().filter(pl.col("verdict") == "merge").collect()
    gone = whole.audit().filter(pl.col("verdict") == "keep", pl.col("words") < 100_000).collect()["doc_id"]
    assert answer.bereft == merged.filter(pl.col("survivor").is_in(gone.to_list())).height > 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("too_few_wrods.min", "3", "no threshold 'too_few_wrods'; there are language.min_score"),
        ("too_few_words", "3", "no threshold 'too_few_words'"),
        ("abstract/nothing.min", "3", "there are .*too_few_words"),
        ("too_few_words.min", "many", "is a number, not 'many'"),
        ("short_words.min", "1000000", None),
        ("dedup.threshold", "0.1", "a lower one needs a build"),
        ("language.min_score", "x", "is a number"),
    ],
)
def test_what_cannot_be_asked_is_an_error_that_says_what_can(
    snapshot: Built, name: str, value: str, message: str | None
) -> None:
    asked = Settings(opened(snapshot).manifest)
    if message is None:
        asked.change(name, value)
        return
    with pytest.raises(RecipeError, match=message):
        asked.change(name, value)


def test_a_rule_that_is_there_is_not_added(snapshot: Built) -> None:
    asked = Settings(opened(snapshot).manifest)
    asked.add_rule("n_words>=3")
    with pytest.raises(RecipeError, match="signal>=number"):
        asked.add_rule("n_words=3")


def rules_as_own(snapshot: Snapshot, changes: dict[str, Any]) -> dict[str, Any]:
    """The recipe's quality section with all rules written out, some of them changed."""
    if not changes:
        return {}
    rules = []
    for doc_type in snapshot.manifest.recipe["rules"]:
        if doc_type == "*":
            continue
        for rule in load_preset(snapshot.manifest.recipe["quality"]["presets"][doc_type], [doc_type]):
            stated = rule.model_dump(mode="json", exclude_none=True)
            if rule.name in changes:
                if changes[rule.name] is None:
                    continue
                stated |= changes[rule.name]
            rules.append(stated)
    return {"quality": {"presets": {}, "default_preset": None, "rules": rules}}
