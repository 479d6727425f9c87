"""Evaluation items in documents: whole copies as brute force finds them, edited ones, and what only looks like one."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.contamination import ContaminationAnnotator, Index, Item, read_items
from filters.contamination.cutting import words_of
from tests.filters.contamination_oracle import common, occurrences, words
from tests.sources.material import KIT

VIGNETTE = (
    "A 45-year-old man presents to the emergency department with crushing retrosternal chest pain radiating to the "
    "jaw. He smokes forty cigarettes daily, and takes lisinopril for hypertension. Electrocardiography shows ST "
    "elevation in leads II, III, and aVF. Which of the following arteries is most likely occluded?"
)
ITEMS = [
    Item("exam", "vignette", VIGNETTE, ("Right coronary artery",), ("Circumflex artery", "Right coronary artery")),
    Item("exam", "helicase", "Which enzyme unwinds the DNA double helix at the replication fork?", ("Helicase",)),
    Item("exam", "gland", "What is the master gland?", ("The pituitary",), ("The pituitary", "The thyroid", "Spleen")),
    Item("exam", "stem", "Osteoclasts", ("resorb bone continuously",)),
    Item(
        "reading",
        "aspirin",
        "Does aspirin lower recurrence of colorectal adenomas?",
        ("Daily aspirin lowered the recurrence of colorectal adenomas among patients with previous colon cancer.",),
        (),
        "We randomised 635 patients with previous colorectal cancer to receive either 325 mg of aspirin per day or "
        "placebo, and determined the proportion of patients with adenomas.\n\nColonoscopy followed after a year.",
    ),
]
HOST = (
    "Background: hypertension affects one adult in three. Methods: we followed 2,114 patients of 14 practices for five "
    "years. Results: blood pressure fell by 9 mmHg in those who were seen monthly, and by 4 mmHg in the others. "
)


@cache
def annotator() -> ContaminationAnnotator:
    return ContaminationAnnotator(Index.build(ITEMS))


def measured(*texts: str, by: ContaminationAnnotator | None = None) -> list[list[dict[str, Any]]]:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    found: list[list[dict[str, Any]]] = (by or annotator()).measure(batch).column("contamination").to_pylist()
    return found


def parts(text: str) -> list[tuple[str, str]]:
    return [(hit["item"], hit["part"]) for hit in measured(text)[0]]


def spans(text: str) -> list[str]:
    return [text.encode()[hit["start"] : hit["end"]].decode() for hit in measured(text)[0]]


# What a word is


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.text(max_size=10))
def test_words_are_those_of_the_oracle(left: str, right: str) -> None:
    text = unicodedata.normalize("NFC", left + right).encode("utf-8", "ignore").decode()
    found = words(text)
    (hashes,) = words_of([text])
    assert len(hashes) == len(found)
    distinct = {word.folded for word in found}
    assert len(set(hashes.tolist())) == len(distinct)
    assert hashes.tolist() == [one.tolist()[0] for one in words_of([word.folded for word in found])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ADRÉNALINE", "adre\u0301naline"),
        ("the \ufb01rst of IC\u2085\u2080", "The first of IC50"),
        ("co\u00adoper\u200bate", "cooperate"),
        ("\uff34\uff2e\uff26", "tnf"),
        ("straße 45-year-old", "STRAßE  45\u2011year\u2014old"),
        ("高血圧", "高 血 圧"),
    ],
)
def test_clothes_do_not_make_a_word(one: str, other: str) -> None:
    left, right = words_of([one, other])
    assert left.tolist() == right.tolist()


# Whole copies

GAP = st.sampled_from([" ", "\n", ". ", "\u00a0", " \u2014 ", "\t", "), ("])
AROUND = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from([HOST, VIGNETTE[:90]])
)


@given(AROUND, GAP, st.sampled_from(ITEMS[:2]), GAP, AROUND)
@settings(max_examples=60)
def test_a_copy_is_found_whatever_surrounds_it(before: str, left: str, item: Item, right: str, after: str) -> None:
    text = before + left + item.question + right + after
    whole = [hit for hit in measured(text)[0] if hit["item"] == item.item_id and hit["matched"] == hit["of"]]
    there = {(hit["start"], hit["end"]) for hit in whole if hit["part"] == "question"}
    assert set(occurrences(text, item.question)) <= there | {
        (hit["start"], hit["end"]) for hit in whole if hit["part"] != "question"
    }
    for hit in whole:
        if hit["part"] == "question":
            assert [w.folded for w in words(text.encode()[hit["start"] : hit["end"]].decode())] == [
                w.folded for w in words(item.question)
            ]
            assert hit["score"] == 1


@given(st.data())
@settings(max_examples=60)
def test_case_space_and_punctuation_do_not_matter(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS[:2]))
    gaps = st.sampled_from([" ", "  ", "\n", "\r\n", ", ", " - ", "; ", "\u00a0", " *", "... "])
    casing = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
    copy = "".join(casing(word.folded) + data.draw(gaps) for word in words(item.question))
    assert (item.item_id, "question") in parts(HOST + copy + HOST)


def test_whole_copies_are_those_of_brute_force_on_real_items() -> None:
    file = KIT / "eval_sets" / "medqa_us_test.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is absent: it is not part of the project")
    items = read_items(file, "medqa", "medqa", {})[0][:120]
    by = ContaminationAnnotator(Index.build(items[::2]))
    texts = [HOST + item.question + "\n" + items[-place].question for place, item in enumerate(items)]
    for text, hits in zip(texts, measured(*texts, by=by), strict=True):
        wanted = {(item.item_id, *span) for item in items[::2] for span in occurrences(text, item.question)}
        # Where the answer is near, the copy goes on to it.
        assert {(hit["item"], hit["start"], hit["end"]) for hit in hits if hit["part"] == "question"} <= wanted
        assert {item for item, _, _ in wanted} == {hit["item"] for hit in hits if hit["part"] != "answer"}


# Edited copies


@given(st.integers(0, 10**6), st.sampled_from([(ITEMS[0], 8), (ITEMS[0], 12), (ITEMS[1], 20)]))
@settings(max_examples=60)
def test_an_edit_every_few_words_hides_nothing(seed: int, what: tuple[Item, int]) -> None:
    item, every = what
    generator = np.random.default_rng(seed)
    copy = item.question.split()
    for place in range(int(generator.integers(every)), len(copy), every):
        copy[place] = ["", "zebra", copy[place] + " zebra"][generator.integers(3)]
    text = HOST + " ".join(copy) + "\nAnswer: " + item.answers[0] + "\n" + HOST
    (hit,) = [hit for hit in measured(text)[0] if hit["item"] == item.item_id]
    assert hit["part"] in ("question_answer", "question")
    found = [word.folded for word in words(text.encode()[hit["start"] : hit["end"]].decode())]
    wanted = [word.folded for word in words(item.question + " " + item.answers[0])]
    assert hit["matched"] <= common(wanted, found)
    assert hit["matched"] >= common(wanted, found) - 2
    assert 0.6 <= hit["score"] <= 1


def test_half_a_vignette_is_no_copy_and_most_of_one_is() -> None:
    copy = VIGNETTE.split()
    assert parts(" ".join(copy[: len(copy) // 2])) == []
    assert parts(" ".join(copy[: len(copy) * 9 // 10])) == [("vignette", "question")]


# What only looks like an item


@pytest.mark.parametrize(
    "text",
    [
        "A 45-year-old man presents to the emergency department with a fractured wrist. Which of the following nerves "
        "is most likely injured?",
        "Which of the following is most likely?",
        "Which enzyme unwinds the chromatin of sperm?",
        "The helicase is the enzyme that at the replication fork unwinds DNA.",
        "What is the master gland of which the ancients spoke? Nobody knows.",
        "Osteoclasts are large cells.",
        "Does metformin lower recurrence of breast cancer?",
        "Patients with previous colorectal cancer were randomised to placebo.",
        HOST * 3,
        "",
        " \n ",
    ],
)
def test_what_shares_words_with_an_item_is_none(text: str) -> None:
    assert parts(text) == []


# Parts


def test_a_short_question_needs_its_answer() -> None:
    assert parts(HOST + "What is the master gland? Many ask.") == []
    assert parts(HOST + "What is the master gland? The pituitary.") == [("gland", "question_answer")]


def test_a_question_of_one_word_is_looked_for_with_its_answer() -> None:
    assert parts(HOST + "Osteoclasts resorb bone. " + HOST) == []
    assert parts(HOST + "Osteoclasts: resorb bone continuously. " + HOST) == [("stem", "question_answer")]


def test_a_question_with_all_its_choices_is_the_item() -> None:
    text = HOST + "What is the master gland? A) spleen B) the thyroid C) the pituitary. " + HOST
    assert parts(text) == [("gland", "item")]
    assert spans(text) == ["What is the master gland? A) spleen B) the thyroid C) the pituitary"]


def test_an_answer_far_away_is_no_answer() -> None:
    assert parts(VIGNETTE + " Right coronary artery.") == [("vignette", "question_answer")]
    assert parts(VIGNETTE + " " + HOST * 10 + " Right coronary artery.") == [("vignette", "question")]


def test_a_passage_is_told_from_the_question_that_it_was_given_with() -> None:
    context = str(ITEMS[4].context).split("\n\n")[0]
    answer, question = ITEMS[4].answers[0], ITEMS[4].question
    assert parts(context) == [("aspirin", "context")]
    assert parts(answer) == [("aspirin", "answer")]
    assert parts(question + "\n" + context) == [("aspirin", "question"), ("aspirin", "context")]
    assert parts(question + "\n" + answer) == [("aspirin", "question_answer")]


def test_an_item_that_stands_twice_is_found_twice() -> None:
    question = ITEMS[1].question
    assert spans(question + HOST + question) == [question.rstrip("?")] * 2


def test_every_item_of_a_text_that_is_a_benchmark_is_found() -> None:
    text = "\n\n".join(f"{item.question}\n{item.answers[0]}" for item in ITEMS[:3])
    assert [item for item, _ in parts(text)] == ["vignette", "helicase", "gland"]


def test_items_that_ask_the_same_are_found_together() -> None:
    question = ITEMS[1].question
    by = ContaminationAnnotator(Index.build([Item("a", "1", question), Item("b", "7", question.upper())]))
    (hits,) = measured(HOST + question, by=by)
    assert [(hit["set"], hit["item"]) for hit in hits] == [("a", "1"), ("b", "7")]


# Batches


@given(st.lists(st.sampled_from([HOST, "", VIGNETTE, ITEMS[1].question, "\u2029"]), max_size=12), st.integers(0, 12))
@settings(max_examples=40)
def test_where_a_batch_is_cut_does_not_matter(texts: list[str], cut: int) -> None:
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string())})
    cut = min(cut, len(texts))
    both = [annotator().measure(part) for part in (batch.slice(0, cut), batch.slice(cut))]
    together = annotator().measure(batch)
    assert pa.Table.from_batches(both) == pa.Table.from_batches([together])
    assert together.schema.equals(ContaminationAnnotator.schema, check_metadata=True)


def test_more_hits_than_there_was_room_for_are_all_there() -> None:
    question = ITEMS[1].question + "\n"
    assert len(measured(question * 3000)[0]) == 3000


@pytest.mark.parametrize("text", ["DNA " * 50_000, "the double helix at " * 20_000, "which of the following " * 20_000])
def test_words_of_items_in_endless_repetition_are_read_through(text: str) -> None:
    assert measured(text) == [[]]
