"""Loss on held-out texts as arms are read: one self-contained SVG, a line an arm, a band over its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 30, 50
_COLOURS = ("#1b6ca8", "#c0392b", "#7f8c8d", "#d68910", "#7d3c98", "#148f77", "#5d6d7e", "#a04000")
_TICKS = 5
_LABEL_HEIGHT = 15

Curve = Sequence[tuple[int, float]]


def chart(curves: Mapping[str, Sequence[Curve]], tokens_a_step: int) -> str:
    """The picture.

    Args:
        curves: by arm, seed by seed, (step, nats per token); all arms and seeds at the same steps.
        tokens_a_step: tokens that a step reads.
    """
    points = [[dict(seed) for seed in seeds] for seeds in curves.values()]
    steps = sorted(points[0][0])
    losses = [loss for seeds in points for seed in seeds for loss in seed.values()]
    low, high = min(losses), max(losses)
    room = max(high - low, 1e-9)

    def x(step: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * step / max(steps[-1], 1), 1)

    def y(loss: float) -> float:
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - loss) / room, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="12" '
        f'font-family="sans-serif"><title>Held-out loss by tokens read, {escape(", ".join(curves))}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for tick in range(_TICKS + 1):
        loss, step = low + room * tick / _TICKS, steps[-1] * tick / _TICKS
        parts.append(f'<path d="M{_LEFT} {y(loss)}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(loss) + 4}" text-anchor="end">{loss:.2f}</text>')
        below = f'y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle"'
        parts.append(f'<text x="{x(step)}" {below}>{step * tokens_a_step / 1000:.0f}k</text>')
    parts.append(f'<text x="{_LEFT}" y="{_TOP - 12}">nats per token, held-out texts in English</text>')
    parts.append(f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">tokens read</text>')
    ends = []
    for number, (arm, seeds) in enumerate(zip(curves, points, strict=True)):
        colour = _COLOURS[number % len(_COLOURS)]
        least = [(x(step), y(max(seed[step] for seed in seeds))) for step in steps]
        most = [(x(step), y(min(seed[step] for seed in seeds))) for step in steps]
        mean = [(x(step), y(sum(seed[step] for seed in seeds) / len(seeds))) for step in steps]
        parts.append(f'<polygon points="{_points(least + most[::-1])}" fill="{colour}" opacity="0.15"/>')
        parts.append(f'<polyline points="{_points(mean)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends.append((mean[-1][1], arm, colour))
    place = 0.0
    for end, arm, colour in sorted(ends):
        place = max(end + 4, place + _LABEL_HEIGHT)
        parts.append(f'<text x="{_WIDTH - _RIGHT + 8}" y="{place:.1f}" fill="{colour}">{escape(arm)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
