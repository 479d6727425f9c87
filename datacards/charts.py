"""Charts as inline SVG: bars that stretch with the page, without a script, a font or a number of their own.

Shapes only: every label is HTML beside the picture, so that it stays legible on a telephone and can be copied. Colours
are classes of `report.css`. Each picture says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from datacards.text import counted, number, share

HUES = 8
"""Colour classes `hue-1` to `hue-8` in the style sheet, used in turn."""

_BAR_HEIGHT = 10
_COLUMN_HEIGHT = 100
_MARKS = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: what it is, how much, and its colour class."""

    label: str
    value: int
    hue: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label under a column chart, at `left` percent of its width."""

    left: str
    label: str


def bar(value: int, whole: int, label: str, hue: str = "keep") -> Markup:
    """A bar as long as `value`'s share of `whole`."""
    return stacked_bar([Segment(label, value, hue)], whole)


def stacked_bar(segments: Sequence[Segment], whole: int) -> Markup:
    """Segments side by side; a full bar is `whole`. Something above zero is never narrower than a hair."""
    parts, left = [], 0.0
    for segment in segments:
        if segment.value <= 0 or whole <= 0:
            continue
        width = min(max(100 * segment.value / whole, 0.3), 100 - left)
        title = f"{one_words(segment.label)}: {number(segment.value)} ({share(segment.value, whole)})"
        parts.append(
            Markup('<rect class="{}" x="{}" width="{}" height="{}"><title>{}</title></rect>').format(
                segment.hue, _decimal(left), _decimal(width), _BAR_HEIGHT, title
            )
        )
        left += width
    said = ", ".join(f"{one_words(segment.label)} {share(segment.value, whole)}" for segment in segments)
    return _picture("bar", 100, _BAR_HEIGHT, said, parts)


def columns(values: Sequence[tuple[str, int]], said: str) -> Markup:
    """Upright columns of (label, documents), the highest as high as the picture."""
    highest = max((value for _, value in values), default=0)
    parts = []
    for index, (label, value) in enumerate(values):
        if value <= 0:
            continue
        height = max(_COLUMN_HEIGHT * value / highest, 0.8)
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
                _decimal(index + 0.08),
                _decimal(_COLUMN_HEIGHT - height),
                "0.84",
                _decimal(height),
                f"{one_words(label)}: {counted(value, 'document')}",
            )
        )
    return _picture("columns", max(len(values), 1), _COLUMN_HEIGHT, said, parts)


def marks(labels: Sequence[str]) -> tuple[Mark, ...]:
    """At most six labels for the columns of a chart: at equal steps from the first one, and at the last one."""
    if not labels:
        return ()
    last = len(labels) - 1
    step = max(1, -(-last // (_MARKS - 1)))
    chosen = [*(index for index in range(0, last, step) if last - index > 0.6 * step), last]
    return tuple(Mark(f"{100 * (index + 0.5) / len(labels):.2f}%", labels[index]) for index in chosen)


def year_columns(years: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    """(year, documents) with the years between filled in, unless they span more than three centuries."""
    counts = dict(years)
    if not counts:
        return []
    first, last = min(counts), max(counts)
    shown = range(first, last + 1) if last - first <= 300 else sorted(counts)
    return [(str(year), counts.get(year, 0)) for year in shown]


def length_columns(histogram: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    """(lower bound, documents) of a histogram whose bins double, with empty bins between filled in."""
    counts = dict(histogram)
    if not counts:
        return []
    bounds = sorted(counts)
    low, high = bounds[0], bounds[-1]
    shown = [low]
    while shown[-1] < high:
        shown.append(max(1, shown[-1] * 2))
    # A manifest with other bins than doubling ones shows just the bins it has.
    shown = shown if set(bounds) <= set(shown) else bounds
    return [(number(bound), counts.get(bound, 0)) for bound in shown]


def one_words(label: str) -> str:
    """`label` on one line; Markup.format escapes it later."""
    return " ".join(label.split())


def _picture(kind: str, width: int, height: int, said: str, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="{}" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(kind, said, width, height, Markup("").join(parts))


def _decimal(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
