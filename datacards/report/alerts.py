"""What a reviewer must see first: rules over the manifest, each with a threshold of its own.

An alert judges nothing that is not stated; it says what is stated where people look first. Thresholds here decide about
attention and about nothing else, so they are no settings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from datacards.report.paths import source_page
from datacards.text import counted, number, share
from datacards.views import SourceView, View, dated, recipe_part
from filters.phi.classes import SafeHarbor
from filters.phi.evaluation import Share as Proportion

Level = Literal["act", "look", "know"]
LEVELS: dict[Level, str] = {"act": "Before any use", "look": "Look at", "know": "Know"}
"""In the order in which alerts are shown, with the words for it."""

LOST = 0.5
"""A source that lost more of its documents than this to one reason."""
FAILED = 0.01
"""... or more of its records than this because they could not be read."""
PRECISION = 0.9
"""Removals of which fewer than this were right."""
RECALL = 0.9
"""Planted identifiers of a class of which fewer than this were replaced whole."""
DOMINANT = 0.8
"""One source with more of the tokens than this."""
ONE_LANGUAGE = 0.95
"""One language with more of the tokens than this."""
ONE_DECADE = 0.6
"""Ten years that hold more of the dated documents than this."""
UNDATED = 0.5
"""Documents without a year, if there are more than this."""
REPEATED = 0.2
"""Words of a source that other paragraphs say already, if there are more than this."""

_NAMED = 4
"""An alert names this many sources or classes, and counts the rest."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to know before a snapshot is used."""

    level: Level
    title: str
    detail: str
    place: str
    """Fragment on the overview, or path of a page below the snapshot, that shows more."""
    source: str | None = None
    """The one source that it is about, if it is about one."""


Rule = Callable[[View], Iterator[Alert]]


def alerts(view: View) -> tuple[Alert, ...]:
    """All alerts, the gravest first."""
    found = [alert for rule in RULES for alert in rule(view)]
    order = list(LEVELS)
    return tuple(sorted(found, key=lambda alert: order.index(alert.level)))


def _profile(view: View) -> Iterator[Alert]:
    if view.research:
        name = view.manifest.licence_profile
        yield Alert("act", f"Not an open dataset: licence profile {name}", view.manifest.licence_statement, "#licences")


def _floor(view: View) -> Iterator[Alert]:
    floor = view.manifest.rights.floor
    for right, doing in _PERMITS.items():
        if right in floor and floor[right] is not True:
            stops = [one for one in view.manifest.rights.by_licence if getattr(one, right) is not True]
            tokens = sum(one.amount.tokens for one in stops)
            which = _some(dict.fromkeys(one.spdx for one in stops))
            word = "is not permitted" if floor[right] is False else "is not known to be permitted"
            whole = view.manifest.totals.tokens
            yield Alert(
                "act", f"{doing} {word} for all of it", f"{share(tokens, whole)} of the tokens: {which}.", "#licences"
            )
    if floor.get("share_alike") is True:
        yield Alert(
            "look",
            "Share-alike text is among it",
            "What is made of it may have to carry the same licence.",
            "#licences",
        )


_PERMITS = {"commercial": "Commercial use", "redistribute": "Passing it on", "derivatives": "Passing on changed text"}


def _conflicts(view: View) -> Iterator[Alert]:
    if count := view.manifest.rights.conflicts:
        detail = "Records whose statements of their licence disagree. None of them is released."
        yield Alert("know", f"Licences conflict in {counted(count, 'record')}", detail, "#licences")


def _retracted(view: View) -> Iterator[Alert]:
    words = {"retracted": "Retracted works", "concern": "Works under an expression of concern"}
    released: Counter[str] = Counter()
    for one in view.sources:
        for found in one.source.coverage.retractions if one.source.coverage else ():
            released[found.state] += found.released.documents
    dropped = recipe_part(view.manifest.recipe, "retraction", "drop")
    for state, what in words.items():
        if released[state]:
            detail = f"{counted(released[state], 'released document')}; column retraction names them."
            yield Alert("act", f"{what} are among the text", detail, "#coverage")
        elif isinstance(dropped, list) and state not in dropped:
            yield Alert("look", f"{what} would be kept", "The recipe does not drop them.", "#coverage")


def _unread(view: View) -> Iterator[Alert]:
    if view.quarantined:
        which = _some(one.source.name for one in view.sources if one.quarantined)
        yield Alert("look", f"{counted(view.quarantined, 'raw file')} could not be read", f"Of {which}.", "#sources")
    for one in view.sources:
        failed, read = one.fate[3], one.entered.documents
        if failed > FAILED * read:
            title = f"{share(failed, read)} of {one.source.name} could not be read"
            detail = f"{counted(failed, 'record')}, each with its reason in ledger/quarantine.parquet."
            yield Alert("look", title, detail, source_page(one.source.name), one.source.name)


def _lost(view: View) -> Iterator[Alert]:
    found: list[tuple[SourceView, str, int]] = []
    for one in _training(view):
        if one.losses and one.losses[0].amount.documents > LOST * one.entered.documents:
            found.append((one, one.losses[0].reason, one.losses[0].amount.documents))
    found.sort(key=lambda item: (-item[2], item[0].source.name))
    for one, reason, documents in found[:_NAMED]:
        title = f"{one.source.name} lost {share(documents, one.entered.documents)} to {reason}"
        detail = f"{number(documents)} of {counted(one.entered.documents, 'document')} read."
        yield Alert("look", title, detail, source_page(one.source.name), one.source.name)
    if rest := found[_NAMED:]:
        title = f"{counted(len(rest), 'more source')} lost more than half to one reason"
        yield Alert("look", title, f"{_some(one.source.name for one, _, _ in rest)}.", "#sources")


def _nothing(view: View) -> Iterator[Alert]:
    if empty := [one.source.name for one in _training(view) if not one.source.kept.documents]:
        yield Alert("look", f"Nothing was kept of {counted(len(empty), 'source')}", f"{_some(empty)}.", "#sources")


def _removals(view: View) -> Iterator[Alert]:
    lines = view.manifest.ledger.lines
    removed = sum(line.amount.documents for line in lines if (line.stage, line.verdict) == ("near", "merge"))
    judged = view.manifest.dedup.removals
    if not removed:
        return
    if judged is None or judged.total.precision is None:
        title = "Nobody has said whether near-duplicates were removed rightly"
        detail = f"{counted(removed, 'document')}; hc4 dedup review shows a sample of the pairs."
        yield Alert("look", title, detail, "#duplicates")
        return
    total = judged.total
    assert total.precision is not None
    assert total.low is not None
    assert total.high is not None
    if total.precision < PRECISION:
        title = f"Only {total.precision:.0%} of the near-duplicates were removed rightly"
        detail = f"By people who read {counted(total.read, 'pair')}; {total.low:.0%} to {total.high:.0%} at 95 %."
        yield Alert("act", title, detail, "#duplicates")


def _audit(view: View) -> Iterator[Alert]:
    audit = view.manifest.audit
    if audit is None:
        if any(file.kind == "samples" for file in view.manifest.files):
            title = "Nobody has said whether its filters decided rightly"
            yield Alert("know", title, "hc4 review shows samples of each, and takes verdicts.", "#funnel")
        return
    for one, word in ((audit.removed, "removed"), (audit.kept, "kept")):
        if one.share is not None and one.low is not None and one.high is not None and one.share < PRECISION:
            detail = f"{one.low:.0%} to {one.high:.0%} at 95 %, of {counted(one.covered, 'document')}."
            yield Alert(
                "look", f"Only {one.share:.0%} of what was {word} was {word} rightly, by readers", detail, "#audit"
            )


def _recall(view: View) -> Iterator[Alert]:
    planted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in view.manifest.privacy.planted:
        planted[one.letter][0] += one.covered
        planted[one.letter][1] += one.planted
    low = []
    for letter, (covered, count) in sorted(planted.items()):
        if covered < RECALL * count:
            least, most = Proportion(covered, count).interval
            low.append(f"{letter} {_HOLDS[letter]} {covered / count:.2f} ({least:.2f} to {most:.2f})")
    if low:
        title = f"{counted(len(low), 'class', 'classes')} of planted identifiers found in less than {RECALL:.0%}"
        yield Alert("look", title, f"Share replaced whole, with its 95 % interval: {_some(low, '; ')}.", "#privacy")
    if not planted and view.manifest.totals.documents:
        detail = "No identifiers were planted, so nothing is known of those that screening misses."
        yield Alert("look", "Recall of the screening was not measured", detail, "#privacy")


_HOLDS = {each.value: each.holds for each in SafeHarbor}


def _dominant(view: View) -> Iterator[Alert]:
    whole = view.manifest.totals.tokens
    largest = max(view.sources, key=lambda one: (one.source.kept.tokens, one.source.name), default=None)
    if largest and len(view.sources) > 1 and largest.source.kept.tokens > DOMINANT * whole:
        name, tokens = largest.source.name, largest.source.kept.tokens
        detail = f"{number(tokens)} of {counted(whole, 'token')}."
        yield Alert("look", f"{name} alone is {share(tokens, whole)} of the tokens", detail, "#sources", name)


def _languages(view: View) -> Iterator[Alert]:
    whole = view.manifest.totals.tokens
    if view.languages and view.languages[0].amount.tokens > ONE_LANGUAGE * whole:
        first = view.languages[0]
        detail = "What is said of other languages' patients, drugs and practice is hardly in it."
        yield Alert(
            "know",
            f"{share(first.amount.tokens, whole)} of the tokens are in one language: {first.label}",
            detail,
            "#coverage",
        )


def _years(view: View) -> Iterator[Alert]:
    documents = view.manifest.totals.documents
    if view.undated > UNDATED * documents:
        detail = f"{number(view.undated)} of {counted(documents, 'document')}."
        yield Alert(
            "look",
            f"{share(view.undated, documents)} of the documents have no year of publication",
            detail,
            "#coverage",
        )
    years: Counter[int] = Counter()
    for one in view.sources:
        years.update(dict(dated(one.source.years)))
    if len(years) > 10 and (total := years.total()):
        windows = {first: sum(years[first + after] for after in range(10)) for first in sorted(years)}
        first = max(windows, key=lambda year: (windows[year], -year))
        if windows[first] > ONE_DECADE * total:
            title = f"{share(windows[first], total)} of the dated documents are of {first} to {first + 9}"
            yield Alert("know", title, f"The corpus spans {min(years)} to {max(years)}.", "#coverage")


def _repeated(view: View) -> Iterator[Alert]:
    for row in view.manifest.dedup.paragraphs:
        if row.repeated_words > REPEATED * row.words:
            title = f"{share(row.repeated_words, row.words)} of the words of {row.source} are in repeated paragraphs"
            detail = f"{number(row.repeated)} of {counted(row.paragraphs, 'paragraph')}."
            yield Alert("know", title, detail, "#duplicates", row.source)


def _gaps(view: View) -> Iterator[Alert]:
    if gaps := view.manifest.gaps:
        verb = "is" if len(gaps) == 1 else "are"
        title = f"{counted(len(gaps), 'thing')} a reader may expect {verb} not stated"
        yield Alert("know", title, f"{_some((gap.what for gap in gaps), '; ')}.", "#gaps")


RULES: tuple[Rule, ...] = (
    *(_profile, _floor, _retracted, _removals, _audit, _recall, _lost, _nothing, _unread, _dominant, _years),
    *(_languages, _conflicts, _repeated, _gaps),
)
"""In the order in which alerts of one level are shown."""


def _training(view: View) -> Iterable[SourceView]:
    return (one for one in view.sources if one.source.use == "train" and one.entered.documents)


def _some(names: Iterable[str], between: str = ", ") -> str:
    listed = list(names)
    rest = f" and {number(len(listed) - _NAMED)} more" if len(listed) > _NAMED else ""
    return between.join(listed[:_NAMED]) + rest
