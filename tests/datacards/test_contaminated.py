"""What cards say of evaluation sets, and what of a snapshot that was screened for none."""

from __future__ import annotations

import pytest

from datacards.contaminated import found_rows, policy_of
from datacards.render import render
from manifests.contamination import Contamination, EvaluationFile, EvaluationSet, Found, MaskedItems, actions
from manifests.model import Manifest


def found(source: str, part: str, documents: int, **counts: int) -> Found:
    rest = dict.fromkeys(("released", "masked", "dropped"), 0) | counts
    return Found(source=source, part=part, documents=documents, items=documents, spans=documents, **rest)


@pytest.fixture
def stated(manifest: Manifest) -> Contamination:
    name = manifest.sources[0].name
    sets = []
    for number, (title, policy) in enumerate((("<b>Quiz</b> | one", "drop"), ("Reading", {"context": "mask"}))):
        sets.append(
            EvaluationSet(
                name=f"set_{number}",
                title=title,
                homepage="https://example.org/quiz",
                licence=None,
                format="jsonl",
                fields={"question": "q"},
                files=(EvaluationFile(name="quiz.jsonl", sha256="a" * 64, bytes=10),),
                items=12,
                refused={"no_question": 3},
                policy=actions(policy),
                found=(found(name, "context", 2 + number, released=1), found(name, "question", 5, dropped=4)),
            )
        )
    return Contamination(
        index_sha256="b" * 64,
        index_bytes=1000,
        items=24,
        config={"window": 128},
        version=1,
        min_score=0.6,
        max_masked_share=0.5,
        screened=(name,),
        sets=tuple(sets),
        masked=(MaskedItems(source=name, spans=3, documents=2),),
    )


def pages(manifest: Manifest) -> dict[str, str]:
    return {name: page.decode() for name, page in render(manifest).items()}


def test_sets_are_listed_with_what_was_found_by_source_and_part(manifest: Manifest, stated: Contamination) -> None:
    told = pages(manifest.model_copy(update={"contamination": stated}))
    card, report, datasheet = (told[name] for name in ("README.md", "report/index.html", "DATASHEET.md"))
    assert "## Evaluation sets" in card
    assert f"| `set_1` | `{manifest.sources[0].name}` | `context` | mask | 3 | 3 | 3 | 0 | 0 | 1 |" in card
    assert f"| `set_0` | `{manifest.sources[0].name}` | `context` | report | 2 | 2 | 2 | 0 | 0 | 1 |" in card
    assert "states nothing about copies of evaluation sets" not in card
    assert 'id="evaluations"' in report
    assert 'href="#evaluations"' in report
    assert "drop: item, question, question + answer" in report
    for page in (card, report):
        assert "<b>Quiz" not in page
    assert "Copies of 24 items of 2 evaluation sets (`set_0`, `set_1`) were looked for" in datasheet


def test_a_snapshot_without_sets_says_so(manifest: Manifest) -> None:
    told = pages(manifest)
    assert "copies of them were not looked for" in told["README.md"]
    assert "The manifest states nothing about copies of evaluation sets." in told["README.md"]
    assert "evaluations" not in told["report/index.html"]


def test_the_set_with_the_most_documents_comes_first(stated: Contamination) -> None:
    assert [(row.set, row.found.part, row.action) for row in found_rows(stated)] == [
        ("set_1", "question", "report"),
        ("set_1", "context", "mask"),
        ("set_0", "question", "drop"),
        ("set_0", "context", "report"),
    ]
    assert [policy_of(one) for one in stated.sets] == ["drop: item, question, question + answer", "mask: context"]
