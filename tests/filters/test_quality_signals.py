"""What the quality stage promises about itself, and how its numbers stand to datatrove's."""

from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from corpus.digest import digest
from corpus.stage import Annotator
from filters.quality import SCHEMA, SIGNALS, QualityAnnotator
from filters.quality.traits import TERMINAL, traits
from filters.rules import Rule, decide, load_preset

TEXTS = [
    "",
    "Diabetes is a chronic disease. It can be treated, and that is the point of the clinic.\n" * 4,
    "\n".join(f"Patient {i} was seen with {i % 7} of the symptoms and had to be treated." for i in range(40)),
    "\n".join(f"- item {i % 3}" for i in range(60)),
    "to be or not to be that is the question " * 20,
    "Wait... for it...\nand more...\nthe end" + " with words of all kinds" * 12,
    "# heading # other # third " * 30,
    "95% CI 0.3-0.7 1.2 3.4 5.6 (0.01) the and " * 12,
    "Ein Text ohne englische Wörter, der aber lang genug ist, um nicht an der Länge zu scheitern. " * 2,
    *(
        # From a few words said over and over to hardly a repetition.
        "\n".join(
            " ".join(["with the", *(f"w{int(size ** chance.random())}" for _ in range(9))]) + "." for _ in range(25)
        )
        for size in (4, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 10**6)
        for chance in [random.Random(size)]
    ),
    "acute respiratory distress syndrome and the care of it in the unit " * 3 + " ".join(f"word{i}" for i in range(90)),
]


def measured(texts: list[str]) -> pa.RecordBatch:
    return QualityAnnotator().measure(pa.record_batch({"text": pa.array(texts, pa.large_string())}))


def test_it_is_an_annotator() -> None:
    annotator: Annotator = QualityAnnotator()
    assert annotator.name == "quality"
    assert annotator.schema.equals(SCHEMA)
    assert len(digest(annotator.config)) == 64


def test_every_signal_explains_itself() -> None:
    for signal, field in zip(SIGNALS, SCHEMA, strict=True):
        assert field.metadata[b"description"]
        assert not field.nullable
        counts = signal.name.startswith(("n_", "longest_")) or signal.name == "top_word_alphabetic"
        wide = signal.name in ("n_bytes", "n_words")
        assert field.type == (pa.int64() if wide else pa.int32() if counts else pa.float32())


def test_shares_are_shares() -> None:
    table = measured(TEXTS)
    for name in SCHEMA.names:
        values = table.column(name).to_numpy()
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        if name.endswith("_share"):
            assert (values <= 1).all()


def test_importing_filters_does_not_import_numba() -> None:
    code = "import sys, filters, filters.quality, filters.rules; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sentence_marks_are_those_of_datatrove() -> None:
    text = pytest.importorskip("datatrove.utils.text")
    ours = {chr(code) for code in np.flatnonzero(traits() & TERMINAL)}
    assert ours == text.TERMINAL_PUNCTUATION


@pytest.mark.parametrize("kind", ["gopher_quality", "gopher_repetition", "fineweb_quality"])
def test_rules_of_the_web_preset_keep_what_datatrove_keeps(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the same words, with no blank lines and no words of punctuation alone, where definitions differ on purpose."""
    module = pytest.importorskip(f"datatrove.pipeline.filters.{kind}_filter")
    data = pytest.importorskip("datatrove.data")
    monkeypatch.setattr(module, "split_into_words", lambda text, language: text.split())
    web = {rule.name: rule for rule in load_preset("web")}
    if kind == "gopher_quality":
        theirs = module.GopherQualityFilter()
        names = "too_few_words too_many_words short_words long_words hash_symbols ellipsis_symbols bullet_lines"
        names += " ellipsis_lines few_alphabetic_words few_stop_words"
    elif kind == "gopher_repetition":
        theirs = module.GopherRepetitionFilter()
        names = " ".join(
            name for name in web if name.startswith(("duplicate_", "top_")) and name != "duplicate_characters"
        )
    else:
        theirs = module.FineWebQualityFilter(char_duplicates_ratio=0.1)
        names = "few_punctuated_lines short_lines duplicate_characters list_of_lines"
    rules: list[Rule] = [web[name] for name in names.split()]
    texts = [text.strip().replace("# ", "#x ").replace("- ", "-") for text in TEXTS if text]
    ours = decide(rules, measured(texts), pa.array(["web"] * len(texts))).kept
    verdicts = [theirs.filter(data.Document(text=text, id=str(i))) for i, text in enumerate(texts)]
    assert ours.tolist() == [verdict is True for verdict in verdicts], verdicts
    assert 0 < ours.sum() < len(texts)
