"""A page of removals to judge in a browser: no network, nothing but itself, verdicts saved as a file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from datacards.differences import Stretch, compare_pair
from datacards.pages import html_pages, part
from manifests.removals import SHOWN, pair_digest


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair, ready to be shown."""

    digest: str
    doc_id: str
    survivor: str
    source: str
    stratum: str
    measured: tuple[tuple[str, str], ...]
    """What was measured of it, and how much."""
    stretches: tuple[Stretch, ...]
    differs: bool
    cut: bool
    survivor_cut: bool


_MEASURES = {"similarity": "Jaccard", "substance": "without templates", "containment": "containment"}


def render_removals(name: str, pairs: pl.DataFrame) -> bytes:
    """The page of `pairs` (`manifests.removals.PAIRS`), in their order. Equal pairs give equal bytes."""
    shown = [_view(pair) for pair in pairs.iter_rows(named=True)]
    script = part("removals.js")
    return (
        html_pages()
        .get_template("removals.html.j2")
        .render(
            name=name,
            pairs=shown,
            sources=sorted(Counter(pair.source for pair in shown).items()),
            page=hashlib.sha256("".join(pair.digest for pair in shown).encode()).hexdigest()[:16],
            style=Markup(part("removals.css")),  # noqa: S704  our own
            script=Markup(script),  # noqa: S704  our own
            script_sha256=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            most=SHOWN,
        )
        .encode()
    )


def _view(pair: dict[str, object]) -> PairView:
    stretches = tuple(compare_pair(pair))
    return PairView(
        digest=pair_digest(pair),
        doc_id=str(pair["doc_id"]),
        survivor=str(pair["survivor"]),
        source=str(pair["source"]),
        stratum=str(pair["stratum"]),
        measured=tuple((name, f"{pair[key]:.3f}") for key, name in _MEASURES.items() if pair[key] is not None),
        stretches=stretches,
        differs=any(run.differs for stretch in stretches for run in (*stretch.left, *stretch.right)),
        cut=bool(pair["cut"]),
        survivor_cut=bool(pair["survivor_cut"]),
    )
