"""Alerts: what they point out, and that they keep quiet otherwise."""

from __future__ import annotations

from typing import Any

from datacards.report.alerts import LEVELS, Alert, alerts
from datacards.views import view
from manifests.amount import Amount, Share
from manifests.coverage import Coverage, Labels, RetractionState
from manifests.estimates import Precision, RemovalEstimate
from manifests.model import Manifest, PlantedRecall


def found(manifest: Manifest, **update: Any) -> list[Alert]:
    return list(alerts(view(manifest.model_copy(update=update))))


def titles(manifest: Manifest, **update: Any) -> str:
    return "\n".join(alert.title for alert in found(manifest, **update))


def test_the_gravest_come_first(manifest: Manifest) -> None:
    levels = [list(LEVELS).index(alert.level) for alert in found(manifest)]
    assert len(levels) > 5
    assert levels == sorted(levels)


def test_a_research_profile_is_no_open_dataset(manifest: Manifest) -> None:
    assert "Not an open dataset" in titles(manifest)
    assert "Not an open dataset" not in titles(manifest, licence_profile="open")


def test_what_the_floor_does_not_permit_is_said_with_the_licences_that_forbid_it(manifest: Manifest) -> None:
    (alert,) = [one for one in found(manifest) if one.title.startswith("Commercial use")]
    assert alert.level == "act"
    stops = [one.spdx for one in manifest.rights.by_licence if one.commercial is not True]
    assert all(name in alert.detail for name in stops)
    free = manifest.rights.model_copy(update={"floor": dict.fromkeys(manifest.rights.floor, True)})
    assert "Commercial use" not in titles(manifest, rights=free)


def test_retracted_works_that_are_released_or_would_be_are_said(manifest: Manifest) -> None:
    calm = tuple(source.model_copy(update={"coverage": None}) for source in manifest.sources)
    assert "Retracted" not in titles(manifest, sources=calm)
    recipe = {**manifest.recipe, "retraction": {"drop": ["concern"]}}
    assert "Retracted works would be kept" in titles(manifest, recipe=recipe, sources=calm)
    state = RetractionState(state="retracted", read=9, released=Amount(documents=2))
    labels = Labels(distinct=0, top=(), rest=Amount(), not_stated=Amount())
    coverage = Coverage(
        **dict.fromkeys(("journals", "domains", "publishers"), labels),
        retractions=(state,),
        oldest=None,
        newest=None,
        lengths=(),
    )
    one = calm[0].model_copy(update={"coverage": coverage})
    (alert,) = [each for each in found(manifest, sources=(one,)) if each.title.startswith("Retracted")]
    assert (alert.level, alert.title) == ("act", "Retracted works are among the text")
    assert alert.detail.startswith("2 released documents")


def planted(letter: str, count: int, covered: int) -> PlantedRecall:
    counts = {"planted": count, "touched": covered, "covered": covered, "typed": covered}
    return PlantedRecall(source="plos", policy="literature", letter=letter, **counts)


def test_a_class_found_too_seldom_is_named_with_its_interval(manifest: Manifest) -> None:
    few = manifest.privacy.model_copy(update={"planted": (planted("D", 100, 79), planted("F", 100, 90))})
    (alert,) = [one for one in found(manifest, privacy=few) if "planted identifiers" in one.title]
    assert alert.title.startswith("1 class of planted")
    assert "D telephone 0.79 (0.70 to 0.86)" in alert.detail
    assert "F e-mail" not in alert.detail


def test_recall_that_was_not_measured_is_said(manifest: Manifest) -> None:
    none = manifest.privacy.model_copy(update={"planted": ()})
    assert "Recall of the screening was not measured" in titles(manifest, privacy=none)


def judged(precision: float | None) -> RemovalEstimate:
    numbers = {"removals": 190, "covered": 190, "read": 50, "copies": 40, "distinct": 10, "unsure": 0}
    bounds = dict.fromkeys(("precision", "low", "high", "wrong", "wrong_low", "wrong_high"), precision)
    total = Precision(source="all sources", **numbers, **bounds)
    return RemovalEstimate(total=total, sources=(), strata=(), agreement=(), reviewers=1, stale=0, elsewhere=0)


def test_near_duplicates_nobody_read_or_that_were_no_copies_are_said(manifest: Manifest) -> None:
    for removals, title in (
        (None, "Nobody has said whether near-duplicates"),
        (judged(None), "Nobody has said whether near-duplicates"),
        (judged(0.8), "Only 80% of the near-duplicates were removed rightly"),
    ):
        assert title in titles(manifest, dedup=manifest.dedup.model_copy(update={"removals": removals}))
    quiet = titles(manifest, dedup=manifest.dedup.model_copy(update={"removals": judged(0.95)}))
    assert "near-duplicates" not in quiet


def test_a_source_that_lost_most_to_one_reason_is_named(manifest: Manifest) -> None:
    ledger = manifest.ledger
    assert "lost" not in titles(manifest)
    read = next(source for source in manifest.sources if source.name == "plos").read.documents
    lines = tuple(
        line.model_copy(update={"amount": Amount(documents=read // 2 + 1)})
        if (line.source, line.reason) == ("plos", "licence_unknown")
        else line
        for line in ledger.lines
    )
    assert "plos lost 50.0% to licence_unknown" in titles(manifest, ledger=ledger.model_copy(update={"lines": lines}))


def test_one_source_or_one_language_that_is_nearly_all_is_said(manifest: Manifest) -> None:
    heavy = tuple(
        source.model_copy(update={"kept": Amount(documents=1, bytes=1, words=1, tokens=10)})
        if source.name != "plos"
        else source
        for source in manifest.sources
    )
    totals = sum((source.kept for source in heavy), Amount())
    told = titles(manifest, sources=heavy, totals=totals)
    assert "plos alone is" in told
    assert "of the tokens are in one language: en" in told


def test_years_that_crowd_one_decade_are_said(manifest: Manifest) -> None:
    years = tuple(
        Share(label=str(year), amount=Amount(documents=100 if year >= 2012 else 1)) for year in range(1990, 2022)
    )
    sources = (manifest.sources[0].model_copy(update={"years": years}),)
    assert "of the dated documents are of 2012 to 2021" in titles(manifest, sources=sources)


def test_every_alert_names_where_to_look(manifest: Manifest) -> None:
    assert all(alert.place.startswith(("#", "report/")) and alert.detail for alert in found(manifest))
