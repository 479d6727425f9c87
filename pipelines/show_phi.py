"""How well identifiers are found, on a terminal or as JSON. Places only, never a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from filters.phi.classes import SafeHarbor
from filters.phi.evaluation import Evaluation, Fault, Precision, Recall, Share
from pipelines.console import Console

_NO_CLASS = "none"
"""Of spans found that are in no class."""
_FIGURE = 9
"""Columns of the widest part of a figure, an interval: it may stand below its share, but stays whole."""


def as_json(found: Evaluation) -> dict[str, Any]:
    """Everything in plain types."""
    return {
        "documents": found.documents,
        "recall": _recall(found.total),
        "recall_by_class": {each.value: _recall(found.classes[each]) for each in SafeHarbor if each in found.classes},
        "recall_by_label": {label: _recall(found.labels[label]) for label in sorted(found.labels)},
        "recall_by_origin": {origin: _recall(found.origins[origin]) for origin in sorted(found.origins)},
        "precision": _share(found.found.share),
        "precision_by_class": {
            each or _NO_CLASS: _share(found.found_classes[each].share) for each in _ordered(found.found_classes)
        },
        **{name: _share(share) for name, share in _whole(found).items()},
        "masked_words_by_class": {
            each or _NO_CLASS: found.masked_words_by_class[each] for each in _ordered(found.masked_words_by_class)
        },
        "faults": [fault._asdict() for fault in found.faults],
    }


def show_evaluation(
    console: Console, name: str, policy: str, found: Evaluation, by: str = "class", faults: int = 0
) -> None:
    """A table with a row for each class, label or origin, the figures of whole documents, and `faults` errors."""
    title = f"{name} · policy {policy} · {found.documents:,} documents, {found.total.n:,} identifiers"
    table = Table(by, "n", title=escape(title), title_justify="left")
    names = ["touched", "covered", "titles\napart", "typed"]
    if by == "class":
        names += ["found", "precision"]
    for heading in names:
        table.add_column(heading)
    for column in table.columns[1:]:
        column.justify = "right"
    for column in table.columns[2:]:
        column.min_width = _FIGURE
    for heading, recall, precision in (*_rows(found, by), ("all", found.total, found.found)):
        if heading == "all":
            table.add_section()
        figures = [_figure(share) for share in recall.shares().values()]
        if by == "class":
            figures += [f"{precision.n:,}", _figure(precision.share)]
        table.add_row(escape(heading), f"{recall.n:,}", *figures)
    console.print(table)
    labels = {
        "clean": "documents with identifiers of which every one is covered",
        "clean_untitled": "the same, titles apart",
        "flagged": "documents without anything marked in which something is found",
        "masked_words": "words masked that no identifier touches",
    }
    for key, share in _whole(found).items():
        console.print(f"{labels[key]}: {share.hits:,} of {share.n:,}: {_figure(share, 5)}", highlight=False)
    if faults:
        _show_faults(console, found.faults, faults)


def _rows(found: Evaluation, by: str) -> Iterator[tuple[str, Recall, Precision]]:
    if by == "class":
        for each in SafeHarbor:
            if each in found.classes or each in found.found_classes:
                recall = found.classes.get(each, Recall())
                yield f"{each.value} {each.holds}", recall, found.found_classes.get(each, Precision())
        if None in found.found_classes:
            yield "in no class", Recall(), found.found_classes[None]
    else:
        slices = found.labels if by == "label" else found.origins
        for name in sorted(slices):
            yield name, slices[name], Precision()


def _show_faults(console: Console, faults: list[Fault], count: int) -> None:
    table = Table("document", "error", "kind", "start", "end", "rule", title=f"{min(count, len(faults)):,} errors")
    for fault in faults[:count]:
        table.add_row(*(escape(str(value)) for value in fault))
    console.print(table)
    if more := len(faults) - count:
        console.print(f"{max(more, 0):,} more", highlight=False)


def _whole(found: Evaluation) -> dict[str, Share]:
    return {
        "clean": Share(found.clean, found.with_identifiers),
        "clean_untitled": Share(found.clean_untitled, found.with_identifiers),
        "flagged": Share(found.flagged, found.negatives),
        "masked_words": Share(found.masked_words, found.words),
    }


def _figure(share: Share, digits: int = 3) -> str:
    if not share.n:
        return "–"  # noqa: RUF001 - a dash: nothing to measure
    low, high = (f"{bound:.{digits}f}".removeprefix("0") for bound in share.interval)
    return f"{share.value:.{digits}f} {low}–{high}"  # noqa: RUF001 - a range


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    value = share.value if share.n else None
    return {"hits": share.hits, "n": share.n, "value": value, "low": low, "high": high}


def _recall(recall: Recall) -> dict[str, Any]:
    return {"n": recall.n, **{name: _share(share) for name, share in recall.shares().items()}}


def _ordered(classes: dict[SafeHarbor | None, Any]) -> list[SafeHarbor | None]:
    return sorted(classes, key=lambda each: each or "~")
