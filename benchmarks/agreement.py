"""Where hc4 and datatrove disagree on real documents, and why: every difference explained, none estimated.

    python -m benchmarks.agreement [--documents 5000]

datatrove's four quality filters run as they are, at their own thresholds. hc4's rules have the same thresholds on its
own signals. First datatrove cuts words and sentences as hc4 does, so that only the other definitions differ; then as it
does by default, with spaCy. Each document on which they do not say the same, for the same reason, is explained by
computing datatrove's own number with hc4's definitions one after another, until it says what hc4 says
(`benchmarks.definitions`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.definitions import (
    FILTERS,
    SWITCHES,
    WHOLE_C4,
    Splitters,
    checks,
    explanation,
    hc4_sentences,
    hc4_words,
    verdict,
)
from benchmarks.documents import Text, every_kind, megabytes
from filters.quality import QualityAnnotator
from filters.rules import Rule, decide

DOCUMENTS = 5000

RULES: dict[str, tuple[tuple[str, str, float | None, float | None], ...]] = {
    "GopherQuality": (
        ("gopher_short_doc", "n_words", 50, None),
        ("gopher_long_doc", "n_words", None, 100_000),
        ("gopher_below_avg_threshold", "mean_word_length", 3, None),
        ("gopher_above_avg_threshold", "mean_word_length", None, 10),
        ("gopher_too_many_hashes", "hash_word_ratio", None, 0.1),
        ("gopher_too_many_ellipsis", "ellipsis_word_ratio", None, 0.1),
        ("gopher_too_many_bullets", "bullet_line_share", None, 0.9),
        ("gopher_too_many_end_ellipsis", "ellipsis_line_share", None, 0.3),
        ("gopher_below_alpha_threshold", "alphabetic_word_share", 0.8, None),
        ("gopher_enough_stop_words", "n_stop_words", 2, None),
    ),
    "GopherRepetition": (
        ("dup_para_frac", "duplicate_paragraph_share", None, 0.3),
        ("dup_para_char_frac", "duplicate_paragraph_character_share", None, 0.2),
        ("dup_line_frac", "duplicate_line_share", None, 0.3),
        ("dup_line_char_frac", "duplicate_line_character_share", None, 0.2),
        *(
            (f"top_{n}_gram", f"top_{n}_gram_character_share", None, limit)
            for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))
        ),
        *(
            (f"duplicated_{n}_n_grams", f"duplicate_{n}_gram_character_share", None, limit)
            for n, limit in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1))
        ),
    ),
    "FineWebQuality": (
        ("line_punct_ratio", "punctuated_line_share", 0.12, None),
        ("short_line_ratio", "short_line_share", None, 0.67),
        ("char_dup_ratio", "duplicate_character_ratio", None, 0.01),
        ("list_ratio", "newline_word_ratio", None, 0.3),
    ),
    "C4Quality": (
        ("lorem_ipsum", "n_lorem_ipsum", None, 0),
        ("curly_bracket", "n_curly_braces", None, 0),
        ("too_few_sentences", "n_sentences", 5, None),
    ),
}
RULES[WHOLE_C4] = RULES["C4Quality"]
"""datatrove's conditions as rules of hc4: reason, signal, lowest and highest value that is kept."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One document on which a filter of datatrove and the rules of hc4 part."""

    document: str
    filter: str
    theirs: str | None
    """Reason for which datatrove drops it; None if it keeps it."""
    ours: str | None
    because: tuple[str, ...] | None
    """Names of `SWITCHES`; None if they do not explain it."""
    their_value: float
    """datatrove's number for its reason, or for ours if it keeps the document."""
    our_value: float
    """hc4's number for the same."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of one filter."""

    documents: int
    both_keep: int
    both_drop: int
    only_datatrove: int
    only_hc4: int
    differences: tuple[Difference, ...]
    """Other verdicts, and other reasons for the same verdict."""

    @property
    def same(self) -> float:
        """Share of documents with the same verdict."""
        return (self.both_keep + self.both_drop) / self.documents


def compare(documents: Sequence[Text], splitters: Splitters | None = None) -> dict[str, Agreement]:
    """Each of datatrove's filters beside hc4's rules; datatrove cuts texts as `splitters` say, or with spaCy."""
    texts = [each.text for each in documents]
    signals = _signals(texts)
    ours, theirs = _hc4(signals), datatrove_reasons(texts, splitters)
    return {
        name: _agreement(name, documents, theirs[name], ours[name], signals, splitters or spacy()) for name in FILTERS
    }


def white_space() -> Splitters:
    """Words and sentences as hc4 cuts them."""
    return Splitters(hc4_words, hc4_sentences)


def spacy() -> Splitters:
    """Words and sentences as datatrove cuts English."""
    from datatrove.utils.text import split_into_sentences, split_into_words

    return Splitters(split_into_words, split_into_sentences)


def hc4_reasons(texts: Sequence[str]) -> dict[str, list[str | None]]:
    """The first rule of each filter that each text fails."""
    return _hc4(_signals(texts))


def datatrove_reasons(texts: Sequence[str], splitters: Splitters | None = None) -> dict[str, list[str | None]]:
    """The reason for which each filter drops each text."""
    import datatrove.pipeline.filters as package
    from datatrove.data import Document

    words = {} if splitters is None else {"language": _tokenizer(splitters)}
    filters = {name: getattr(package, f"{name}Filter")(**words) for name in FILTERS if name != WHOLE_C4}
    filters[WHOLE_C4] = package.C4QualityFilter(**words, **_NO_LINE_REMOVED)
    found: dict[str, list[str | None]] = {name: [] for name in FILTERS}
    for text in texts:
        for name, one in filters.items():
            # A document each time: C4's filter rewrites it.
            said = one.filter(Document(text=text, id=""))
            found[name].append(None if said is True else said[1])
    return found


_NO_LINE_REMOVED: dict[str, Any] = {"min_words_per_line": 1, "max_word_length": -1} | dict.fromkeys(
    ("remove_citations", "filter_no_terminal_punct", "filter_javascript", "filter_policy"), False
)


def _signals(texts: Sequence[str]) -> pa.RecordBatch:
    return QualityAnnotator().measure(pa.record_batch({"text": pa.array(texts, pa.large_string())}))


def _hc4(signals: pa.RecordBatch) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for name, conditions in RULES.items():
        rules = [
            Rule(name=reason, signal=signal, min=low, max=high, cite=f"datatrove, {name}Filter")
            for reason, signal, low, high in conditions
        ]
        failed = decide(rules, signals, pa.array(["any"] * signals.num_rows)).rule.tolist()
        found[name] = [None if index < 0 else rules[index].name for index in failed]
    return found


def _tokenizer(splitters: Splitters) -> Any:
    """What datatrove's filters take in place of a language."""
    from datatrove.utils.word_tokenizers import WordTokenizer

    class Given(WordTokenizer):
        def word_tokenize(self, text: str) -> list[str]:
            return list(splitters.words(text))

        def sent_tokenize(self, text: str) -> list[str]:
            return list(splitters.sentences(text))

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            ends = [0]
            for sentence in splitters.sentences(text):
                ends.append(ends[-1] + len(sentence))
            return list(pairwise(ends))

    return Given()


def _agreement(
    name: str,
    documents: Sequence[Text],
    theirs: Sequence[str | None],
    ours: Sequence[str | None],
    signals: pa.RecordBatch,
    splitters: Splitters,
) -> Agreement:
    pairs = [(one is None, other is None) for one, other in zip(theirs, ours, strict=True)]
    differences = [
        _difference(name, documents[i], theirs[i], ours[i], signals.slice(i, 1), splitters)
        for i in range(len(documents))
        if theirs[i] != ours[i]
    ]
    return Agreement(
        len(documents),
        pairs.count((True, True)),
        pairs.count((False, False)),
        pairs.count((False, True)),
        pairs.count((True, False)),
        tuple(differences),
    )


def _difference(
    name: str, document: Text, theirs: str | None, ours: str | None, signals: pa.RecordBatch, splitters: Splitters
) -> Difference:
    """The difference explained, if both ends of the explanation are what datatrove and hc4 really said."""
    without = checks(name, document.text, frozenset(), splitters)
    with_all = checks(name, document.text, frozenset(FILTERS[name]), splitters)
    sound = verdict(without) == theirs and verdict(with_all) == ours
    because = explanation(name, document.text, splitters) if sound else None
    reason = theirs or ours
    signal = next(signal for rule, signal, *_ in RULES[name] if rule == reason)
    value = next(check.value for check in without if check.reason == reason)
    return Difference(document.id, name, theirs, ours, because, value, signals.column(signal)[0].as_py())


def show(out: Console, title: str, found: dict[str, Agreement]) -> None:
    """How far they agree, and what explains the rest."""
    table = Table("filter", title=f"{title}: verdicts")
    for column in (
        "both keep",
        "both drop",
        "only datatrove drops",
        "only hc4 drops",
        "same verdict",
        "and same reason",
    ):
        table.add_column(column, justify="right")
    for name, one in found.items():
        counts = (one.both_keep, one.both_drop, one.only_datatrove, one.only_hc4)
        same_reason = 1 - len(one.differences) / one.documents
        table.add_row(name, *(f"{count:,}" for count in counts), f"{one.same:.2%}", f"{same_reason:.2%}")
    out.print(table)
    reasons = Table("filter", "datatrove", "hc4", "because of", title=f"{title}: every difference")
    for column in ("documents", "datatrove's number", "hc4's"):
        reasons.add_column(column, justify="right")
    for (name, theirs, ours, because), group in _grouped(found):
        values = (median(one.their_value for one in group), median(one.our_value for one in group))
        numbers = ["", ""] if ours == ANOTHER else [f"{value:.3g}" for value in values]
        reasons.add_row(name, theirs, ours, " + ".join(because), f"{len(group):,}", *numbers)
    out.print(reasons)
    causes = Table("because of", "which means", title=f"{title}: causes")
    causes.add_column("differences", justify="right")
    counted = Counter(cause for (*_, because), group in _grouped(found) for cause in because for _ in group)
    for cause, count in counted.most_common():
        causes.add_row(cause, SWITCHES.get(cause, "nothing here tells"), f"{count:,}")
    out.print(causes)


KEEPS, ANOTHER = "keeps", "drops for another reason"


def _grouped(
    found: dict[str, Agreement],
) -> list[tuple[tuple[str, str, str, tuple[str, ...]], list[Difference]]]:
    """Differences of one kind together, filters in order: other verdicts before other reasons, frequent ones first."""
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[Difference]] = defaultdict(list)
    for name, one in found.items():
        for each in one.differences:
            both_drop = each.theirs is not None and each.ours is not None
            said = ("drops", ANOTHER) if both_drop else (each.theirs or KEEPS, each.ours or KEEPS)
            groups[name, *said, each.because or ("unexplained",)].append(each)
    order = list(found)
    return sorted(
        groups.items(), key=lambda pair: (order.index(pair[0][0]), pair[0][2] == ANOTHER, -len(pair[1]), pair[0])
    )


def main(
    count: Annotated[int, typer.Option("--documents", min=1, help="How many documents to compare on.")] = DOCUMENTS,
) -> None:
    """Agreement with datatrove's quality filters, and the reason for each difference."""
    out = Console(width=max(Console().width, 140))
    documents = every_kind(count)
    sources = len({each.id.split(":")[0] for each in documents})
    size = megabytes([each.text for each in documents])
    out.print(f"{len(documents):,} documents of {sources} sources, {size:.1f} MB.", highlight=False)
    show(out, "Words and sentences as hc4 cuts them", compare(documents, white_space()))
    show(out, "datatrove as it comes, with spaCy", compare(documents))


if __name__ == "__main__":
    typer.run(main)
