"""The datasheet: every question of the paper, each answer marked by where it comes from."""

from __future__ import annotations

import pytest

from datacards.datasheet import Badge, datasheet, tally
from datacards.measured import MEASURED
from datacards.questions import SECTIONS, Fill, keys
from datacards.render import render
from datacards.text import share
from datacards.views import view
from manifests.model import Manifest
from tests.datacards.reading import markdown_page, with_hostile_strings, without_anything


def answers(manifest: Manifest) -> dict[tuple[str, str], Badge]:
    return {
        (part.section.key, answer.question.key): answer.badge
        for part in datasheet(view(manifest))
        for answer in part.answers
    }


def test_all_seven_sections_and_every_question_stand_in_it(manifest: Manifest) -> None:
    page = markdown_page(render(manifest)["DATASHEET.md"])
    sections = [heading.text for heading in page.xpath(".//h2")]
    assert sections == [section.title for section in SECTIONS] + ["Gaps"]
    questions = [heading.text for heading in page.xpath(".//h3")]
    assert questions == [question.words for section in SECTIONS for question in section.questions]
    assert len(questions) == 52


def test_each_question_has_exactly_one_badge(manifest: Manifest) -> None:
    page = markdown_page(render(manifest)["DATASHEET.md"])
    badges = [heading.getnext().xpath("string(./strong)") for heading in page.xpath(".//h3")]
    assert badges == [badge.value for badge in answers(manifest).values()]


def test_what_nobody_answers_is_not_stated(manifest: Manifest) -> None:
    badges = answers(manifest)
    assert badges["collection", "ethics_review"] is Badge.MISSING
    assert badges["maintenance", "contact"] is Badge.MISSING


def test_the_recipe_states_what_only_people_know(manifest: Manifest) -> None:
    assert answers(manifest)["motivation", "funding"] is Badge.STATED
    assert "made by volunteers" in render(manifest)["DATASHEET.md"].decode()


def test_a_stated_answer_stands_beside_the_measured_one(manifest: Manifest) -> None:
    recipe = {"datasheet": {"composition": {"errors": "Two journals repeat their abstracts."}}}
    both = manifest.model_copy(update={"recipe": recipe})
    assert answers(both)["composition", "errors"] is Badge.BOTH
    assert "Two journals repeat their abstracts." in render(both)["DATASHEET.md"].decode()


@pytest.mark.parametrize("words", ["", "  ", None, 7, ["a"]])
def test_an_answer_without_words_is_no_answer(manifest: Manifest, words: str | int | list[str] | None) -> None:
    recipe = {"datasheet": {"motivation": {"funding": words}}}
    assert answers(manifest.model_copy(update={"recipe": recipe}))["motivation", "funding"] is Badge.MISSING


def test_measured_answers_belong_to_questions() -> None:
    asked = {(section, question) for section, questions in keys().items() for question in questions}
    assert set(MEASURED) <= asked


def test_what_can_be_measured_is_measured() -> None:
    asked = {
        (section.key, one.key)
        for section in SECTIONS
        for one in section.questions
        if one.fill in (Fill.MEASURED, Fill.BOTH)
    }
    assert asked - set(MEASURED) <= {("composition", "offensive"), ("composition", "subpopulations")}


def test_the_tally_counts_every_answer(manifest: Manifest) -> None:
    assert sum(count for _, count in tally(datasheet(view(manifest)))) == 52


def test_hostile_strings_stay_text(manifest: Manifest) -> None:
    plain, spoiled = (
        markdown_page(render(each)["DATASHEET.md"]) for each in (manifest, with_hostile_strings(manifest))
    )
    assert not spoiled.xpath(".//script | .//img | .//a")
    for path in (".//h1", ".//h2", ".//h3", ".//td", ".//blockquote"):
        assert len(spoiled.xpath(path)) == len(plain.xpath(path))


def test_an_empty_snapshot_renders(manifest: Manifest) -> None:
    empty = without_anything(manifest)
    assert answers(empty)["composition", "instances"] is Badge.MISSING
    assert "0 documents from 0 sources" in render(empty)["DATASHEET.md"].decode()


def test_what_documents_lack_is_told_by_column(manifest: Manifest) -> None:
    sheet = render(manifest)["DATASHEET.md"].decode()
    lacking = sum(column.rows for source in manifest.sources for column in source.nulls if column.column == "doi")

    assert f"Columns without a value in some documents: `doi` ({share(lacking, manifest.totals.documents)})." in sheet
    assert "Without one in all: `nct`." in sheet
