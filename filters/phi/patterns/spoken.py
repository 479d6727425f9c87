"""Values in words, as a transcript of speech has them: "five five five oh one two three", "jane at example dot com".

One rule finds everything that is said figure by figure. What it is, the words before it say, the nearest first: in a
dialogue the question stands a turn before the answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from filters.phi.patterns.pattern import Pattern
from filters.phi.policy import Policy
from filters.phi.spans import Span
from filters.phi.text import Text
from filters.phi.validators import spoken as check

_DIGIT = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|niner|nought|naught)"
_TENS = (
    r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    r"sixty|"
    r"seventy|eighty|ninety)"
)
_LETTER = (
    r"(?:[a-z]|alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|"
    r"quebec|"
    r"romeo|sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu)(?: as in [a-z]+)?"
)
_MARK = r"(?:dash|hyphen|slash|dot|point|space|underscore|colon|plus|pound|hash|hundred|double|triple)"
_PIECE = rf"(?:{_DIGIT}|{_TENS}|\d{{1,4}}|{_MARK}|{_LETTER})"
_FILLER = r"(?:uh um|uh|um|uhm|er|erm|hmm|sorry|let me see|let's see|wait|okay|and|then|so)"
_PAUSE = rf"(?:[ ]?[,.\x{{2026}}-]{{1,3}}[ ]?|[ ]{{1,2}}|[ ]?\r?\n[ ]?)(?:{_FILLER}[ ,]{{1,2}}){{0,2}}"
_SAID = rf"(?i)\b(?:{_PIECE}{_PAUSE}){{3,40}}{_PIECE}\b"

_WORD = r"[\p{L}\p{N}-]+"
_ENDING = r"(?:com|org|net|edu|gov|info|biz|co|us|uk|ac|nhs|es|fr|it|de|in|ca|au|eu|io|me|health|clinic|care)"
_S = rf"[ ](?:{_FILLER}[ ]){{0,2}}"
_AT = rf"{_S}at{_S}"
_DOT = rf"(?:{_S}dot{_S}|[ ]?\.[ ]?)"
_HOST = (
    rf"{_WORD}(?:(?:{_S}(?:dash|hyphen|minus){_S}|"
    rf"{_DOT}){_WORD}){{0,6}}?{_S}dot{_S}{_ENDING}\b(?:{_S}dot{_S}{_ENDING}\b)?"
)
_LOCAL = (
    rf"{_WORD}(?:(?:{_S}(?:dot|dash|hyphen|minus|underscore|plus){_S}|[ ]?\.[ ]?){_WORD}|{_S}(?:{_DIGIT}|{_TENS}|"
    rf"[a-z])\b)*"
)

SPOKEN = (
    Pattern("email-said", "EMAIL", rf"(?i)\b{_LOCAL}{_AT}{_HOST}", check.address, group="spoken"),
    Pattern("email-said-at-sign", "EMAIL", rf"(?i)\b{_LOCAL}[ ]?(?:at sign|@)[ ]?{_HOST}", group="spoken"),
    Pattern(
        "url-said",
        "URL",
        rf"(?i)\b(?:(?:https?[ ]colon[ ](?:slash[ ]slash|double slash)[ ])?(?:www|w w w|"
        rf"double u double u double u){_S}dot{_S}|"
        rf"https?[ ]colon[ ](?:slash[ ]slash|double slash)[ ]){_HOST}"
        rf"(?:{_S}(?:slash|dot|dash|hyphen|underscore|question mark|equals){_S}{_WORD}(?:{_S}(?:{_DIGIT}|"
        rf"[a-z])\b)*)*",
        group="spoken",
    ),
    Pattern(
        "url-said-bare",
        "URL",
        rf"(?i)\b{_WORD}[ ]dot[ ]{_ENDING}(?:[ ]slash[ ]{_WORD}(?:[ ](?:dot|dash|underscore)[ ]{_WORD})*)*\b",
        check.page,
        group="spoken",
    ),
)


class SpokenFinder:
    """Finds rows of figures and letters that are said, and tells their class by the words before."""

    def __init__(self) -> None:
        import re2

        options = re2.Options()
        options.log_errors = False
        self._search = re2.compile(_SAID.encode(), options)

    def find(self, text: Text) -> Iterator[Span]:
        """Rows that are somebody's number."""
        for match in self._search.finditer(text.raw):
            if (found := check.said(text.raw, *match.span())) is not None:
                yield found


def finder(policy: Policy) -> SpokenFinder | None:
    """For policies that ask for the group `spoken`."""
    return SpokenFinder() if "spoken" in policy.patterns else None
