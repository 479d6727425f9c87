"""Kinds of publication: every vocabulary's words lead to one table, and the most telling word wins."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from corpus.assets import assets_folder
from corpus.document import Document, Genre
from sources.genre import genre
from sources.reader import RawFile
from sources.registry import make_reader

KIT = Path(__file__).parents[3] / "shared" / "data" / "kit"


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (["Journal Article"], None),
        (["Journal Article", "Research Support, Non-U.S. Gov't"], None),
        (["Journal Article", "Review", "Practice Guideline"], "guideline"),
        (["Clinical Trial, Phase III", "Randomized Controlled Trial"], "randomized_trial"),
        (["Clinical Trial, Phase III", "Multicenter Study"], "clinical_trial"),
        (["Case Reports", "Review"], "case_report"),
        (["research-article"], "research"),
        (["Research Article"], "research"),
        (["STUDY PROTOCOL"], "protocol"),
        (["LettersAndComments"], "letter"),
        (["MetaAnalysis", "Review"], "meta_analysis"),
        (["Consensus Development Conference, NIH"], "guideline"),
        (["Respiratory Medicine", None, ""], None),
        ([], None),
    ],
)
def test_the_most_telling_word_wins(stated: list[str | None], meant: str | None) -> None:
    assert genre(stated) == meant
    assert genre(reversed(stated)) == meant


@pytest.mark.parametrize("name", get_args(Genre))
def test_a_genre_is_known_by_its_own_name(name: str) -> None:
    assert genre([name]) == name


def documents(reader: str, path: Path) -> list[Document]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    return [one for one in make_reader(reader, {}).read(RawFile(str(path)), Counter()) if isinstance(one, Document)]


@pytest.mark.slow
def test_medline_states_publication_types() -> None:
    found = documents("medline", assets_folder() / "demo/pubmed20n0014.xml.gz")

    kinds = Counter(one.genre for one in found)

    # 3,330 records are filed as case reports, 186 as randomized trials; no guideline is among the former.
    assert kinds["case_report"] + sum(one.genre == "clinical_trial" for one in found) > 3_330
    assert kinds["randomized_trial"] == 186
    assert kinds["guideline"] == 10
    assert kinds[None] > 20_000


def test_jats_is_known_by_its_heading_before_its_file_type() -> None:
    if not KIT.is_dir():
        pytest.skip("the kit is not here")
    found = [one for path in sorted((KIT / "pmc_jats").glob("*.nxml")) for one in documents("jats", path)]

    kinds = Counter((one.genre, one.genre_evidence) for one in found if one.genre)

    assert kinds["protocol", "jats:subject"] >= 36
    assert kinds["research", "jats:@article-type"] > 150
    assert all(one.doc_type == "case_report" for one in found if one.genre == "case_report" and "\n\n" in one.text)
