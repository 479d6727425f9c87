"""What measures quality: hc4 and its peers, each as functions from texts to the documents they would drop.

Every function here imports what it needs itself, for each contestant runs alone, in the environment that holds it. Each
gets the texts in the form that suits it, made before the clock starts: hc4 Arrow batches, the others Python strings.
None hides a document from a later filter: every contestant measures everything of every document.
"""

from __future__ import annotations

import importlib
import sys
import sysconfig
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Work = Callable[[], set[int]]
"""Measures all texts once; the documents that some rule or filter would drop (empty if it only measures)."""
Contestant = Callable[[Sequence[str]], dict[str, Work]]
"""Texts to what is timed, by name of the row."""


def hc4(preset: str) -> Contestant:
    """Every signal, and the rules of a preset."""

    def prepare(texts: Sequence[str]) -> dict[str, Work]:
        import numpy as np
        import pyarrow as pa

        from filters.quality import QualityAnnotator
        from filters.rules import decide, load_preset

        annotator, rules = QualityAnnotator(), load_preset(preset)
        batches = [
            pa.record_batch({"text": pa.array(texts[start : start + 2000], pa.large_string())})
            for start in range(0, len(texts), 2000)
        ]
        doc_types = pa.array([preset] * len(texts))

        def measure() -> set[int]:
            measured = pa.Table.from_batches([annotator.measure(batch) for batch in batches])
            return set(np.flatnonzero(~decide(rules, measured, doc_types).kept).tolist())

        return {f"hc4: {len(annotator.schema)} signals, {len(rules)} rules": measure}

    return prepare


def datatrove(texts: Sequence[str]) -> dict[str, Work]:
    """The four filters of its FineWeb example, as they come, each document through all of them before the next.

    So they share its words, as in a pipeline: datatrove remembers how it split the last five texts.
    """
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters = [GopherRepetitionFilter(), GopherQualityFilter(), FineWebQualityFilter(), C4QualityFilter()]

    def work() -> set[int]:
        dropped = set()
        for i, text in enumerate(texts):
            # C4's comes last: it rewrites the text, which the others would have to split anew.
            document = Document(text=text, id="")
            if [each.filter(document) for each in filters] != [True] * len(filters):
                dropped.add(i)
        return dropped

    return {f"datatrove: {len(filters)} filters": work}


def nemo(texts: Sequence[str]) -> dict[str, Work]:
    """NeMo Curator: every heuristic class once, with its defaults; then the pipeline for English that it ships.

    Scores and verdicts of each filter on each document, called as `ScoreFilter` calls them, without its data frames.
    The package's own `__init__` modules bring torch, Ray and more; they are passed over.
    """
    bare("nemo_curator", "nemo_curator.stages", "nemo_curator.stages.text", "nemo_curator.stages.text.filters")
    string = importlib.import_module("nemo_curator.stages.text.filters.heuristic.string")
    repetition = importlib.import_module("nemo_curator.stages.text.filters.heuristic.repetition")

    def work(filters: Sequence[Any]) -> Work:
        return lambda: {
            i
            for i, text in enumerate(texts)
            if not all([each.keep_document(each.score_document(text)) for each in filters])  # noqa: C419 - all are asked
        }

    english = [getattr(string, name)() for name in _NEMO_STRING if name != "PornographicUrlsFilter"]
    english += [getattr(repetition, name)() for name in _NEMO_REPEATED]
    english += [repetition.RepeatingTopNGramsFilter(n, limit) for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))]
    english += [repetition.RepeatingDuplicateNGramsFilter(n, 0.2 - n / 100) for n in range(5, 11)]
    once = [getattr(string, name)() for name in _NEMO_STRING]
    once += [getattr(repetition, name)() for name in (*_NEMO_REPEATED, *_NEMO_GRAMS)]
    return {
        f"NeMo Curator: {len(once)} heuristics": work(once),
        f"NeMo Curator: English, {len(english)} filters": work(english),
    }


_NEMO_STRING = (
    *("NonAlphaNumericFilter", "SymbolsToWordsFilter", "NumbersFilter", "UrlsFilter", "WhiteSpaceFilter"),
    *("ParenthesesFilter", "BoilerPlateStringFilter", "WordCountFilter", "PunctuationFilter"),
    *("WordsWithoutAlphabetsFilter", "CommonEnglishWordsFilter", "MeanWordLengthFilter", "LongWordFilter"),
    *("EllipsisFilter", "BulletsFilter", "PornographicUrlsFilter"),
)
"""All of `filters.heuristic.string` but `SubstringFilter`, which has no default."""
_NEMO_REPEATED = (
    *("RepeatedLinesFilter", "RepeatedParagraphsFilter"),
    *("RepeatedLinesByCharFilter", "RepeatedParagraphsByCharFilter"),
)
_NEMO_GRAMS = ("RepeatingTopNGramsFilter", "RepeatingDuplicateNGramsFilter")


def dolma(texts: Sequence[str]) -> dict[str, Work]:
    """Dolma's taggers for Gopher's rules and for C4's, called as `dolma tag` calls them. They drop nothing."""
    bare("dolma", "dolma.taggers")
    types_ = importlib.import_module("dolma.core.data_types")
    gopher = importlib.import_module("dolma.taggers.gopher").GopherTagger()
    c4 = importlib.import_module("dolma.taggers.c4").FasterC4Tagger()
    rows = [types_.InputSpec(id=str(i), text=text) for i, text in enumerate(texts)]

    def work(tagger: Any) -> Work:
        def tag() -> set[int]:
            for row in rows:
                tagger.tag(row)
            return set()

        return tag

    return {"Dolma: gopher_v1": work(gopher), "Dolma: c4_v2": work(c4)}


def juicer(texts: Sequence[str]) -> dict[str, Work]:
    """Data-Juicer's filters on text that need no model and no download, each with its defaults, in batches of 1,000."""
    operators = importlib.import_module("data_juicer.ops.base_op").OPERATORS
    stats = importlib.import_module("data_juicer.utils.constant").Fields.stats
    for name in _JUICER:
        importlib.import_module(f"data_juicer.ops.filter.{name}")
    filters = [operators.modules[name]() for name in _JUICER]

    def work() -> set[int]:
        dropped: set[int] = set()
        for start in range(0, len(texts), 1000):
            batch = list(texts[start : start + 1000])
            samples = {"text": batch, stats: [{} for _ in batch]}
            for each in filters:
                kept = each.process_batched(each.compute_stats_batched(samples))
                dropped.update(start + i for i, keep in enumerate(kept) if not keep)
        return dropped

    return {f"Data-Juicer: {len(filters)} filters": work}


_JUICER = (
    *("alphanumeric_filter", "average_line_length_filter", "character_repetition_filter"),
    *("maximum_line_length_filter", "special_characters_filter", "text_length_filter"),
    *("words_num_filter", "word_repetition_filter"),
)

CONTESTANTS: dict[str, Contestant] = {
    "hc4-abstract": hc4("abstract"),
    "hc4-full_text": hc4("full_text"),
    "datatrove": datatrove,
    "nemo": nemo,
    "dolma": dolma,
    "juicer": juicer,
}


def bare(*packages: str) -> None:
    """Let modules of `packages` (outer ones first) be imported without running the packages' own `__init__`."""
    site = Path(sysconfig.get_paths()["platlib"])
    for name in packages:
        package = types.ModuleType(name)
        package.__path__ = [str(site.joinpath(*name.split(".")))]
        sys.modules[name] = package
