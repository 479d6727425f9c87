"""MedQuAD: the whole kit against plain XPath, and one answer at a time."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.medquad import MedquadReader
from tests.sources.material import kit_files, records


def letters(words: str) -> str:
    return "".join(char for char in words if char.isalnum()).lower()


@pytest.mark.slow
def test_every_real_pair_is_a_document_with_its_words() -> None:
    found: Counter[str] = Counter()
    ids: list[str | None] = []
    facts: Counter[str] = Counter()
    for path in kit_files("medquad", "*/*.xml"):
        documents, counted = records(MedquadReader(), path)
        facts += counted
        root = etree.parse(path).getroot()
        pairs = root.xpath("//QAPair | //pair")
        assert len(documents) == len(pairs)
        for document, pair in zip(documents, pairs, strict=True):
            assert isinstance(document, Document)
            question = pair.xpath("string(Question | question)")
            answer = pair.xpath("string(Answer | answer)")
            ids.append(document.native_id)
            assert str(document.native_id).endswith(pair.xpath("string(*/@qid)").rpartition("-")[2])
            assert document.url == root.get("url")
            assert (document.no_text == "no_answer") == (not answer.strip())
            if document.no_text == "unanswered":
                assert re.search(r"resources|links?\b|information|\bsee\b|www\.|\?$", answer.strip(), re.I)
            found[document.no_text or "text"] += 1
            if not document.no_text:
                assert letters(document.text).startswith(letters(question))
                found["shortened"] += len(letters(document.text)) < 0.9 * len(letters(question + answer))
                assert "\n\n\n" not in document.text
                assert not re.search(
                    r"Watch the video|click(ing)? here|https?://|MedlinePlus Medical D", document.text, re.I
                )
    assert found.pop("shortened") < 1150  # 668 lose the explanation of their table of symptoms.
    assert found == {"text": 7000, "no_answer": 327, "unanswered": 570}
    assert (facts["records"], facts["pages"], facts["without_answer"], facts["unanswered"]) == (7897, 2269, 327, 570)
    assert len(set(ids)) == len(ids)


def answer(tmp_path: Path, words: str, name: str = "0000001.xml", page: str = "0000001") -> Document:
    path = tmp_path / name
    path.write_text(
        f'<Document id="{page}" source="GARD" url="u"><QAPairs><QAPair pid="1"><Question qid="{page}-1">What is it ?'
        f"</Question><Answer>{words}</Answer></QAPair></QAPairs></Document>"
    )
    ((found,), _) = records(MedquadReader(), path)
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("One.\n            \n   Two  lines.", "One.\n\nTwo lines."),
        ("They are:    - one    - two-fold", "They are:\n\n- one\n- two-fold"),
        ("Before.\n  - one\n  - two\n  After.", "Before.\n\n- one\n- two\n\nAfter."),
        ("It is so. (Watch the video. Press Escape (Esc).) Yes.", "It is so. Yes."),
        ("It is so. To see more, click here. Yes.", "It is so. Yes."),
        ("Ask us.  Bethesda, MD 20892-3655  301-496-5248  E-mail: 2020@nei.nih.gov  www.nei.nih.gov", "Ask us."),
        ("Summary : It is so.", "It is so."),
        ("It is so. A separate window will open. See www.nih.gov for more.", "It is so."),
        ("It is so. (See the PDQ summary on That (Other) Cancer for more information.) Yes.", "It is so. Yes."),
        ("It is so. See the following PDQ summaries:\n- Lung Cancer\n- Liver Cancer\nYes.", "It is so.\n\nYes."),
        ("It is so.\nNIH: National Cancer Institute", "It is so."),
        ("It is so. Centers for Disease Control and Prevention", "It is so."),
        ("Ask the Centers for Disease Control and Prevention", "Ask the Centers for Disease Control and Prevention"),
        ("It is a mutation.[9184] It is rare.[1][2]", "It is a mutation. It is rare."),
        ("Skeletal alpha ()-actin", "Skeletal alpha-actin"),
        ("One ends.The other begins.", "One ends. The other begins."),
        ("They arent known, and you cant tell if they were.", "They aren't known, and you can't tell if they were."),
    ],
)
def test_an_answer_has_lines_and_lists_and_nothing_of_its_page(tmp_path: Path, words: str, text: str) -> None:
    assert answer(tmp_path, words).text == f"What is it?\n\n{text}"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "It is due to - cold air   - dust  - smoke. cold air dust smoke. Later on it is worse.",
            "It is due to\n\n- cold air\n- dust\n- smoke.\n\nLater on it is worse.",
        ),
        (
            "Due to -  cold  - dust. cold dust. It lasts if -  you smoke  - you cough. you smoke you cough.",
            "Due to\n\n- cold\n- dust.\n\nIt lasts if\n\n- you smoke\n- you cough.",
        ),
        (
            "Either:  - Rest.  - Sleep.  - Tea. Most are well soon.",
            "Either:\n\n- Rest.\n- Sleep.\n- Tea.\n\nMost are well soon.",
        ),
        ("Either:  - Rest.  - Tea. It depends on:  - Age.", "Either:\n\n- Rest.\n- Tea.\n\nIt depends on:\n\n- Age."),
        ("A range of 2 - 3 days", "A range of 2 - 3 days"),
    ],
)
def test_a_list_is_told_once_and_ends_where_sentences_begin(tmp_path: Path, words: str, text: str) -> None:
    assert answer(tmp_path, words).text == f"What is it?\n\n{text}"


def test_a_table_of_symptoms_has_rows_and_not_its_standing_explanation(tmp_path: Path) -> None:
    words = (
        "The Human Phenotype Ontology provides the following list of signs and symptoms for It. If the information is "
        "available, the table below includes how often the symptom is seen in people with this condition. You can use "
        "the MedlinePlus Medical Dictionary to look up the definitions for these medical terms. Signs and Symptoms "
        "Approximate number of patients (when available) Short stature 90% 2-3 toe syndactyly 3/16 Ataxia - The Human "
        "Phenotype Ontology (HPO) has collected information on how often. In these cases, the sign or symptom may be "
        "rare or common. It begins at birth."
    )
    assert answer(tmp_path, words).text.split("\n\n")[1:] == [
        "The Human Phenotype Ontology provides the following list of signs and symptoms for It.",
        "Signs and Symptoms | Approximate number of patients (when available)\n"
        "Short stature | 90%\n2-3 toe syndactyly | 3/16\nAtaxia | -",
        "It begins at birth.",
    ]


def test_an_answer_that_repeats_its_question_does_so_once(tmp_path: Path) -> None:
    assert answer(tmp_path, "What is it? A cold.").text == "What is it?\n\nA cold."


def test_an_answer_of_titles_of_other_pages_is_no_text(tmp_path: Path) -> None:
    words = "These resources address the diagnosis or management of it:\n  - Gene Review: It\n  - Baby's First Test"
    found = answer(tmp_path, words)
    assert (found.text, found.no_text) == ("", "unanswered")


def test_a_removed_answer_is_no_text(tmp_path: Path) -> None:
    found = answer(tmp_path, " ")
    assert (found.text, found.no_text, found.title) == ("", "no_answer", "What is it?")


def test_pages_cut_in_several_files_keep_their_questions_apart(tmp_path: Path) -> None:
    assert answer(tmp_path, "A.").native_id == "GARD/0000001-1"
    assert answer(tmp_path, "A.", "0000001_2.xml").native_id == "GARD/0000001_2-1"
    assert answer(tmp_path, "A.", "other.xml").native_id == "GARD/0000001-1"


def test_a_pair_without_a_question_is_quarantined_and_a_file_without_pairs_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<Document><QAPairs><QAPair><Answer>A.</Answer></QAPair></QAPairs></Document>")
    assert records(MedquadReader(), path)[0] == [Quarantined(record=0, reason="no_question")]
    path.write_text("<Document><QAPairs/></Document>")
    assert records(MedquadReader(), path)[0] == []
    path.write_text("<article/>")
    with pytest.raises(RawFileError, match="no_question_pairs"):
        records(MedquadReader(), path)
