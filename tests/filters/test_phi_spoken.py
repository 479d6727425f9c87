"""Values that are said in words are found and told apart; counting, doses, ages and years stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.phi.detector import detector


def found(text: str) -> list[tuple[str, str]]:
    raw = text.encode()
    return [(span.kind, raw[span.start : span.end].decode()) for span in detector("dialogue").find(raw)]


SAID = [
    ("my number is ", "five five five, one two three, four five six seven", "PHONE"),
    ("call me at ", "seven oh two five five five oh one four four", "PHONE"),
    ("what's your cell? it's ", "five five five double oh one two", "PHONE"),
    ("call ", "five five five uh um oh one let me see four four", "PHONE"),
    ("have them fax it to ", "zero one one five four nine six zero three four five", "FAX"),
    ("can i get your social?\n[patient] sure, it's ", "six oh two eight one five seven eight one", "SSN"),
    ("medical record number ", "four four seven one dash two two", "MRN"),
    ("the member number is ", "w nine eight three one four oh six", "HEALTH_PLAN"),
    ("the account number is ", "one one two five six seven dash oh seven", "ACCOUNT"),
    ("my driver's license is ", "d four four one two oh nine eight", "LICENCE"),
    ("the plate is ", "b g oh dash two k d", "VEHICLE"),
    ("the serial number is ", "m w v one three three two seven", "DEVICE"),
    ("the kiosk read my voice print as ", "v p dash seven eight five oh four", "BIOMETRIC"),
    ("i only have my passport. it's ", "n one six eight oh five eight three", "OTHER_ID"),
    ("somebody logged in from ", "one nine two dot zero dot two dot one three", "IP"),
    ("write to ", "j dot smith at gmail dot com", "EMAIL"),
    ("it's ", "mary dash jones eight four at example dot org", "EMAIL"),
    ("my page is ", "www dot example dot com slash jane dot runs", "URL"),
]


@pytest.mark.parametrize("number", range(len(SAID)))
@pytest.mark.parametrize("upper", [False, True])
def test_a_value_in_words_is_found_whole_and_named(number: int, upper: bool) -> None:
    cue, value, kind = SAID[number]
    text = f"[doctor] okay. {cue}{value} . [doctor] thank you"
    kinds = [(each, piece.lower()) for each, piece in found(text.upper() if upper else text) if each == kind]
    assert any(value in piece for _, piece in kinds)


STAY = [
    "count back from one hundred by sevens: one hundred, ninety three, eighty six, seventy nine, seventy two",
    "it was nineteen eighty nine, and a year later nineteen ninety",
    "my brothers are eighteen, sixteen, fourteen and twelve",
    "at l two l three, l three l four and l four l five",
    "take one or two, three times a day for ten to fourteen days",
    "between one hundred fifteen and one thirty four over eighty",
    "one two three four five milligrams",
    "a b c d e f g is what she said, and i a m fine",
    "she was a 6 out of 10, now 4 or 5, 2 to 3 times a week",
]


@pytest.mark.parametrize("number", range(len(STAY)))
def test_what_is_counted_stays(number: int) -> None:
    assert [kind for kind, _ in found(STAY[number]) if kind not in {"DATE", "AGE"}] == []


_WORDS = (
    "one two oh five nine dash dot at com slash w w w a i my social phone number it's uh um and . , ? fax ten ninety "
    "[PHONE]"
)
WORDS = st.sampled_from(_WORDS.split())


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=30))
def test_masking_leaves_nothing_to_find(words: list[str]) -> None:
    from filters.phi.spans import masked_bytes

    raw = " ".join(words).encode()
    find = detector("dialogue").find
    masked, _ = masked_bytes(raw, find(raw))
    assert len(find(masked)) == 0
