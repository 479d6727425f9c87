"""The card of a trained classifier, and the picture of its calibration. All numbers are those of `classifier.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from huggingface_hub import ModelCardData
from jinja2 import Environment, PackageLoader, StrictUndefined

from datacards import text

_SIDE = 320
_MARGIN = 44


def model_card(facts: Mapping[str, Any]) -> str:
    """A Hugging Face model card (Markdown with YAML front matter) of what training measured."""
    head = ModelCardData(
        language="en",
        license=facts["licence"].lower() if facts["licence"] != "unknown" else None,
        library_name="fasttext",
        pipeline_tag="text-classification",
        tags=["medical", "corpus curation"],
    )
    page = _pages().get_template("MODEL.md.j2")
    return page.render(facts=facts, evaluation=facts["evaluation"], front_matter=text.Markdown(head.to_yaml()))


@cache
def _pages() -> Environment:
    pages = Environment(  # noqa: S701 - Markdown: every value is escaped by `finalize`
        loader=PackageLoader("datacards", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=text.finalize_markdown,
    )
    pages.filters |= {"ours": text.Markdown}
    return pages


def calibration_picture(bins: Sequence[Sequence[float]]) -> str:
    """An SVG: of documents scored about so, the share that is positive; the diagonal is what it should be."""
    whole = sum(number for _, _, number in bins) or 1

    def at(value: float) -> float:
        return round(value * _SIDE, 2)

    dots = "\n".join(
        f'<circle cx="{at(mean)}" cy="{at(1 - share)}" r="{round(3 + 14 * (number / whole) ** 0.5, 2)}">'
        f"<title>{int(number)} documents scored {mean:.2f} on average; {share:.2f} of them positive</title></circle>"
        for mean, share, number in bins
    )
    ticks = "\n".join(
        f'<text x="{at(value)}" y="{_SIDE + 18}" text-anchor="middle">{value:g}</text>'
        f'<text x="-8" y="{at(1 - value) + 4}" text-anchor="end">{value:g}</text>'
        for value in (0, 0.25, 0.5, 0.75, 1)
    )
    size = _SIDE + 2 * _MARGIN
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" font-family="sans-serif"
 font-size="12"><title>Calibration on sources that were left out</title>
<g transform="translate({_MARGIN} {_MARGIN / 2:g})">
<rect width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>
<line x1="0" y1="{_SIDE}" x2="{_SIDE}" y2="0" stroke="#999" stroke-dasharray="4 4"/>
<g fill="#2a6f97" fill-opacity="0.7">
{dots}
</g>
<g fill="#333">
{ticks}
<text x="{_SIDE / 2:g}" y="{_SIDE + 38}" text-anchor="middle">score</text>
<text transform="translate(-34 {_SIDE / 2:g}) rotate(-90)" text-anchor="middle">share that is positive</text>
</g>
</g>
</svg>
"""
