"""Text to messages: what each rule takes, and the reason of what it does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import Document
from pipelines.instruct_mapping import load_mapping
from shards.instructions.messages import Message, Skipped, checked, question_answer, stated, turns
from sources.dialogue_csv import DialogueCsvReader
from sources.medquad import MedquadReader
from tests.sources.material import kit_files, records

SPEAKERS = {"Doctor": "assistant", "Nurse": "assistant", "Patient": "user", "Guest family": "user"}
MEDICAL = Path(__file__).parents[3] / "pipelines" / "instructions" / "medical.yaml"


def said(*messages: tuple[str, str]) -> tuple[Message, ...]:
    return tuple(Message(role, content) for role, content in messages)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is it?\n\nA thing.", said(("user", "What is it?"), ("assistant", "A thing."))),
        ("What?\n \t\nOne.\n\nTwo.\n", said(("user", "What?"), ("assistant", "One.\n\nTwo."))),
        ("What is it?\nA thing.", Skipped("no_answer")),
        ("What is it?\n\n \n", Skipped("no_answer")),
        (" \n", Skipped("no_question")),
    ],
)
def test_a_question_is_the_first_paragraph(text: str, expected: object) -> None:
    assert question_answer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient: Hello.\nDoctor: Hi.", said(("user", "Hello."), ("assistant", "Hi."))),
        ("Patient: One.\nPatient: Two.\nDoctor: Yes.", said(("user", "One.\nTwo."), ("assistant", "Yes."))),
        ("Patient: One,\nand two.\nDoctor: Yes.", said(("user", "One,\nand two."), ("assistant", "Yes."))),
        (
            "Patient: Hm.\nGuest family 2: She fell.\nDoctor: When?",
            said(("user", "Hm.\nGuest family 2: She fell."), ("assistant", "When?")),
        ),
        ("Patient: At 10:30, note: it hurts.\nDoctor: Yes.", said(
            ("user", "At 10:30, note: it hurts."), ("assistant", "Yes."))),
        ("Doctor: Hi.\nPatient: Hello.", Skipped("begins_with_assistant")),
        ("Patient: Hi.\nClinician: Hello.", Skipped("unknown_speaker")),
        ("Hello.\nDoctor: Hi.", Skipped("no_speaker")),
        ("Patient: Hello.", Skipped("no_reply")),
        ("Patient:\nDoctor: Hi.", Skipped("empty_message")),
        ("", Skipped("no_reply")),
    ],
)  # fmt: skip
def test_turns(text: str, expected: object) -> None:
    assert turns(text, SPEAKERS) == expected  # type: ignore[arg-type]


def test_an_opening_stands_before_an_assistant_that_begins() -> None:
    found = turns("Doctor: Hi.\nPatient: Hello.\nDoctor: Well?", SPEAKERS, "Begin.")  # type: ignore[arg-type]
    assert found == said(("user", "Begin."), ("assistant", "Hi."), ("user", "Hello."), ("assistant", "Well?"))
    assert turns("Patient: Hello.\nDoctor: Hi.", SPEAKERS, "Begin.") == said(  # type: ignore[arg-type]
        ("user", "Hello."), ("assistant", "Hi.")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "System:\nBe brief.\n\nUser:\nWhat?\n\nNow?\n\nAssistant:\nThis.",
            said(("system", "Be brief."), ("user", "What?\n\nNow?"), ("assistant", "This.")),
        ),
        ("User:\nWhat?\nAssistant:\n", Skipped("empty_message")),
        ("User:\nOne.\nUser:\nTwo.\nAssistant:\nThree.", Skipped("roles_do_not_alternate")),
        ("User:\nOne.\nSystem:\nTwo.\nAssistant:\nThree.", Skipped("system_not_first")),
        ("Before.\nUser:\nOne.\nAssistant:\nTwo.", Skipped("no_speaker")),
    ],
)
def test_stated_messages(text: str, expected: object) -> None:
    assert stated(text) == expected


lines = st.lists(
    st.tuples(st.sampled_from(sorted(SPEAKERS)), st.text("ab .:", max_size=6)).map(": ".join) | st.text("ab .:\n"),
    max_size=8,
).map("\n".join)


@given(lines)
def test_no_word_of_a_dialogue_is_left_out(text: str) -> None:
    found = turns(text, SPEAKERS)  # type: ignore[arg-type]
    if isinstance(found, Skipped):
        return
    assert checked(found) == found
    whole = " ".join(message.content for message in found)
    labels = [f"{name}:" for name in SPEAKERS]

    def words(content: str) -> Counter[str]:
        for label in labels:
            content = content.replace(label, " ")
        return Counter("".join(content.split()))

    assert words(whole) == words(text)


def test_every_real_question_has_its_answer() -> None:
    rule = load_mapping(MEDICAL).rule_for("medquad", "qa")
    assert rule is not None
    found: Counter[str] = Counter()
    for path in kit_files("medquad", "*/*.xml")[:250]:
        for document in records(MedquadReader(), path)[0]:
            if not isinstance(document, Document) or not document.text:
                continue
            conversation = rule.conversation(document.text)
            assert not isinstance(conversation, Skipped)
            asked, answered = conversation
            assert asked.content == document.title
            assert document.text == f"{asked.content}\n\n{answered.content}"
            found["used"] += 1
    assert found["used"] > 500


@pytest.mark.parametrize(
    ("folder", "options", "least"),
    [
        ("mts_dialog", {"id": "ID", "note": "section_text", "prefix": "{stem}"}, 0.93),
        ("aci_bench/challenge_data", {"dataset": "dataset"}, 0.9),
    ],
)
def test_real_dialogues_alternate(folder: str, options: dict[str, str], least: float) -> None:
    rule = load_mapping(MEDICAL).rule_for(folder, "dialogue")
    assert rule is not None
    found: Counter[str] = Counter()
    for path in kit_files(folder, "*.csv")[:3]:
        if path.stem.endswith("metadata"):
            continue
        for document in records(DialogueCsvReader(**options), path)[0]:  # type: ignore[arg-type]
            if isinstance(document, Document) and document.doc_type == "dialogue" and document.text:
                conversation = rule.conversation(document.text)
                found[conversation.reason if isinstance(conversation, Skipped) else "used"] += 1
    assert found.keys() <= {"used", "no_speaker", "unknown_speaker", "no_reply", "empty_message"}
    assert found["used"] >= least * found.total() > 0
