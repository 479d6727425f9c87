"""What several cards say alike: plain words, dates, licences, and the sections of the EU's template."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacards.datasheet import NOT_STATED, unanswered
from datacards.projections import projections
from datacards.projections.facts import Facts, licence_page, plain, segment
from datacards.projections.spdx import joined
from datacards.questions import SECTIONS, Fill
from datacards.text import code, markdown, one_line
from datacards.views import view
from manifests.amount import Amount, Share
from manifests.model import Manifest, Retrieval


def fetched(manifest: Manifest, *days: str) -> Manifest:
    """`manifest`, whose first raw files were fetched on these days."""
    first, *rest = manifest.sources
    files = list(first.raw_files)
    for number, day in enumerate(days):
        found = Retrieval(retrieved=day, url=None, published_checksum=None, etag=None, last_modified=None)
        files[number] = files[number].model_copy(update={"retrieval": found})
    return manifest.model_copy(update={"sources": (first.model_copy(update={"raw_files": tuple(files)}), *rest)})


def asked(manifest: Manifest, **recipe: Any) -> Manifest:
    return manifest.model_copy(update={"recipe": {**manifest.recipe, **recipe}})


@given(st.text(max_size=60))
def test_markdown_becomes_the_text_that_it_shows(words: str) -> None:
    assert plain(markdown(words)) == one_line(words)


@given(st.from_regex(r"[\w.:/+=@,%() \-*{}]+", fullmatch=True))
def test_a_code_span_becomes_its_text(words: str) -> None:
    assert plain(code(words)) in (words, one_line(words))


def test_the_date_is_the_recipe_s_then_the_newest_retrieval_then_none(manifest: Manifest) -> None:
    dated = fetched(manifest, "2026-10-02", "2026-11-03T10:00:00Z")
    assert Facts(view(asked(dated, issued="2026-12-01"))).time == "2026-12-01T00:00:00Z"
    assert Facts(view(dated)).time == "2026-11-03T00:00:00Z"
    assert Facts(view(manifest)).issued is None


@pytest.mark.parametrize("words", ["yesterday", "2026-1-1", 7, None])
def test_what_is_no_date_is_none(manifest: Manifest, words: Any) -> None:
    assert Facts(view(asked(manifest, issued=words))).issued is None


def test_the_datasheet_tells_the_oldest_and_newest_day_of_fetching(manifest: Manifest) -> None:
    words = Facts(view(fetched(manifest, "2026-10-02", "2026-11-03T10:00:00Z"))).answer("collection", "timeframe")
    assert "Raw files were fetched from 2026-10-02 to 2026-11-03; of 14 raw files it is not stated." in words


def test_licences_have_addresses_where_they_are_licences() -> None:
    assert licence_page("CC-BY-4.0") == "https://creativecommons.org/licenses/by/4.0/"
    assert licence_page("MIT") == "https://spdx.org/licenses/MIT.html"
    assert licence_page("LicenseRef-NLM-Terms") is None
    assert licence_page("MIT OR Apache-2.0") is None
    assert licence_page('"><script>') is None


@pytest.mark.parametrize(
    ("licences", "expression"),
    [
        ([], "NOASSERTION"),
        (["MIT"], "MIT"),
        (["MIT", "CC-BY-4.0", "MIT"], "MIT AND CC-BY-4.0"),
        (["MIT OR Apache-2.0", "CC0-1.0"], "(MIT OR Apache-2.0) AND CC0-1.0"),
        (["<b>mine</b>"], "LicenseRef-b-mine-b"),
    ],
)
def test_a_whole_has_the_licences_of_all_its_parts(licences: list[str], expression: str) -> None:
    assert joined(licences) == expression


@given(st.text(max_size=20))
def test_a_segment_is_part_of_an_address(name: str) -> None:
    from urllib.parse import unquote

    made = segment(name)
    assert made.isascii()
    assert not set(made) & set('/#?<>" ')
    assert unquote(made) == name


def sections(manifest: Manifest, **of: str) -> dict[str, Any]:
    """The EU fragment, with sources said to belong to sections."""
    recipe = [{"name": source.name, "eu_section": of.get(source.name)} for source in manifest.sources]
    made = projections(view(asked(manifest, sources=recipe)))["cards/eu_training_content_fragment.json"]
    found: dict[str, Any] = json.loads(made)["sections"]
    return found


def test_a_source_is_in_the_section_that_a_person_gave_it(manifest: Manifest) -> None:
    found = sections(manifest, plos="2.1", medline="2.1", who_guidelines="2.2.2")
    assert found["2.1"]["Used"] == "yes"
    assert [words.split(",")[0] for words in found["2.1"]["Large datasets"]] == [
        "PLOS articles",
        "MEDLINE/PubMed citations",
    ]
    assert found["2.2.2"]["Sources"][0].startswith("WHO guidelines")
    assert found["2.3"]["Used"] == "no"


def test_nothing_is_denied_while_a_source_has_no_section(manifest: Manifest) -> None:
    found = sections(manifest, plos="2.1")
    assert found["2.3"]["Used"] == NOT_STATED
    assert "WHO guidelines" in found["2.1"]["Sources of which no section is stated"]


def test_a_dataset_is_large_above_three_percent_of_the_public_data(manifest: Manifest) -> None:
    found = sections(manifest, plos="2.1", medline="2.1", who_guidelines="2.1")["2.1"]
    sizes = {source.name: source.kept.tokens for source in manifest.sources}
    large = sum(size > 0.03 * sum(sizes.values()) for size in sizes.values())
    assert len(found["Large datasets"]) == large
    assert found["Other datasets"].startswith(f"{3 - large} smaller dataset")


def test_domains_of_crawled_sources_are_named_and_those_of_all_are_a_table(manifest: Manifest) -> None:
    first, *rest = manifest.sources
    assert first.coverage
    sizes = {"b.example": 30, "a.example": 70, "=c.example": 30}
    top = tuple(Share(label=name, amount=Amount(documents=1, tokens=size)) for name, size in sizes.items())
    domains = first.coverage.domains.model_copy(update={"top": top})
    crawled = first.model_copy(update={"coverage": first.coverage.model_copy(update={"domains": domains})})
    with_domains = manifest.model_copy(update={"sources": (crawled, *rest)})

    named = sections(with_domains, **{first.name: "2.3"})["2.3"]
    assert next(value for label, value in named.items() if label.startswith("Most relevant domains")) == [
        "a.example (70 tokens)",
        "=c.example (30 tokens)",
        "b.example (30 tokens)",
    ]
    assert named["Crawlers, their purposes and behaviour"] == NOT_STATED
    rows = projections(view(with_domains))["cards/top_domains.csv"].decode().splitlines()[1:]
    assert rows == [f"plos,NOT STATED,{name},1,{size}" for name, size in (("b.example", 30), ("a.example", 70))] + [
        "plos,NOT STATED,'=c.example,1,30"
    ]


def test_null_rates_are_told_by_column(manifest: Manifest) -> None:
    nulls = Facts(view(manifest)).nulls
    name = max(nulls, key=lambda one: nulls[one])
    assert nulls[name] == sum(one.rows for source in manifest.sources for one in source.nulls if one.column == name) > 0
    assert name in Facts(view(manifest)).answer("composition", "missing")
    fields = json.loads(projections(view(manifest))["croissant.json"])["recordSet"][-1]["field"]
    (field,) = [one for one in fields if one["name"] == name]
    assert field["annotation"][0]["value"] == nulls[name]


def test_what_only_people_know_waits_for_them() -> None:
    waiting = unanswered({"description": "What it is for."})
    every = {f"{section.key}.{one.key}" for section in SECTIONS for one in section.questions if one.fill is Fill.PERSON}
    assert set(waiting) == every - {"motivation.purpose"} | {"composition.offensive"}
    assert "motivation.purpose" in unanswered({})


def test_a_signed_answer_is_an_answer_and_says_by_whom(manifest: Manifest) -> None:
    from datacards.render import render

    signed = {"motivation": {"creators": {"value": "Two groups.", "by": "A. Reviewer", "date": "2026-11-27"}}}
    page = render(asked(manifest, datasheet=signed))["DATASHEET.md"].decode()
    assert "Two groups. (*A. Reviewer, 2026-11-27*)" in page
    assert "motivation.creators" not in unanswered({"datasheet": signed})
