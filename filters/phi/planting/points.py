"""Where a sentence can be put into a text: between two sentences, never within a word."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

_INLINE: Final = re.compile(r"(?<!\S)(?P<word>\S*[.!?][\"')\]]?)[ \t\xa0]+(?=(?P<next>\S))|[\u3002\uff01\uff1f](?=\S)")
_LINE: Final = re.compile(r"^(?P<before>[^\n]*)\n(?=(?P<after>[^\n]*))", re.MULTILINE)
_TURN: Final = re.compile(
    r"(?:^[ \t]*|(?<=\s))(?P<bracket>\[[A-Za-z _]{1,24}\])(?=\s)|^[ \t]*(?P<colon>[A-Z][A-Za-z _]{0,24}:)", re.MULTILINE
)
_CLINICIANS: Final = re.compile(r"(?i)(?<!guest_)\b(?:doctor|clinician|physician|provider|dr|nurse|therapist)\b")
_OTHERS: Final = re.compile(r"(?i)\b(?:patient|pt|guest_?\w*|mother|father|parent|caregiver|client)\b")
_SHORT: Final = (
    "dr mr mrs ms prof st vs no nos fig figs eq ref al e.g i.e approx ca cf jr sr inc dept mt vol pp ph.d m.d sra dra "
    "sta dott sig hr fr bzw ggf nr tel n.º dña"
)
_ABBREVIATIONS: Final = frozenset(_SHORT.split())
_MARKS: Final = ".!?:;\u3002\uff01\uff1f"


class Point(NamedTuple):
    """A place in a text."""

    at: int
    """Offset in characters."""
    inline: bool
    """Within a line, where a blank parts sentences; else a line of its own."""


class Style(NamedTuple):
    """How a text is written, as far as a planted sentence has to fit in."""

    speakers: tuple[str, str] | None
    """Marks before the turns of a dialogue, the first speaker's first; None in other texts."""
    lower: bool
    """No capitals, as speech recognition writes."""
    spaced: bool
    """A blank before full stops and commas."""


def style(text: str) -> Style:
    """The style of `text`; in a dialogue at least half of the lines begin with a clinician's mark or another's."""
    turns = [_mark(match) for match in _TURN.finditer(text)]
    lines = sum(1 for line in text.split("\n") if line.strip())
    clinician = _most(turns, _CLINICIANS)
    other = _most(turns, re.compile(r"(?i)\bpatient\b")) or _most(turns, _OTHERS)
    named = sum(1 for turn in turns if _CLINICIANS.search(turn) or _OTHERS.search(turn))
    letters = [each for each in text if each.isalpha()]
    capitals = sum(1 for each in letters if each.isupper())
    apart, joined = len(re.findall(r"\s[.,?](?=\s)", text)), len(re.findall(r"\S[.,?](?=\s)", text))
    return Style(
        (clinician, other) if clinician and other and 2 * named >= lines else None,
        bool(letters) and capitals * 200 < len(letters),
        apart > 2 * joined,
    )


def _mark(turn: re.Match[str]) -> str:
    return str(turn["bracket"] or turn["colon"])


def _most(turns: list[str], pattern: re.Pattern[str]) -> str:
    """The speaker of `pattern` with the most turns, of several the first; nobody: empty."""
    counts = Counter(turn for turn in turns if pattern.search(turn))
    return counts.most_common(1)[0][0] if counts else ""


def points(text: str, speaker: str | None = None) -> list[Point]:
    """All places, in order. The beginning and the end are always among them.

    Args:
        text: any text.
        speaker: in a dialogue, the mark of the speaker before whose turns a place is: so no question loses its answer.
    """
    lines = "\n" in text.strip("\n")
    found = {0: Point(0, not lines)}
    if speaker is not None:
        for match in _TURN.finditer(text):
            if _mark(match) == speaker:
                begins = match.start() == 0 or text[match.start() - 1] == "\n"
                found[match.start()] = Point(match.start(), not begins)
    else:
        for match in _LINE.finditer(text):
            before, after = match.group("before").strip(), match.group("after").strip()
            if not before or not after or before[-1] in _MARKS:
                found[match.end()] = Point(match.end(), False)
        for match in _INLINE.finditer(text):
            if _ends_sentence(match):
                found[match.end()] = Point(match.end(), True)
    found[len(text)] = Point(len(text), not lines) if text else Point(0, False)
    return [found[at] for at in sorted(found)]


def _ends_sentence(match: re.Match[str]) -> bool:
    word = match.group("word")
    if word is None:  # an ideographic full stop
        return True
    following = match.group("next")
    if word in {".", "!", "?"}:  # set apart, as in transcripts
        return True
    stem = word.strip("\"'()[].!?").lower()
    if word[-1] == "." and (len(stem) <= 1 or stem in _ABBREVIATIONS or stem.isdigit()):
        return False
    return following.isupper() or following.isdigit() or following in "\"'([-•*¿¡"
