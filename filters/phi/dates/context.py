"""What stands around a number tells a date from a dose, a score, a version, a code."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.scanning import after, before

UNIT: Final = re.compile(
    r"(?i)[ \t\xa0]?(?:%|°|(?:mg|mcg|µg|μg|ug|ng|pg|kg|g|gm|grams?|ml|cc|dl|l|liters?|mm|cm|mmhg|meq|mmol|units?|iu|"
    r"tabs?|"
    r"tablets?|caps?|capsules?|pills?|puffs?|drops?|doses?|bpm|hz|kda|kb|bp|nm|µm|μm|fold|times|percent|pounds?|lbs?|"
    r"inch(?:es)?|feet|ft|minutes?|mins?|weeks?|months?|hours|hrs|days|patients?|cases|controls|subjects|participants|"
    r"women|men|children|items?|points?|copies|million|miles?|cigarettes?|packs?)\b)|[ \t]?-(?:year|month|week|day|"
    r"hour|"
    r"fold|item|point|minute)|[.,]\d|[ \t]?[x\u00d7][ \t]?\d"
)
"""What a number that is no day or year is a number of."""

OLD: Final = re.compile(r"(?i)[ -]?(?:years?|yrs?|y/?o)\b")

SHARE: Final = re.compile(
    r"(?i)[ \t\n-]{0,2}(?:of\b|tablets?|tabs?|tab\b|pills?|strength|ns\b|normal saline|inch|\"|cups?|packs?|ppd|life|"
    r"dose|"
    r"bottles?|sets?|positive|cores?|nodes?|lymph|murmur|systolic|diastolic|holosystolic|sem\b|pain|scale|mile|way|"
    r"teaspoon|tsp|"
    r"ounce|pint|gallon|amp|bilateral|throughout|in (?:the |all |both |bilateral )?(?:upper|lower|extremit|all)|motor|"
    r"power|vision|for (?:pain|strength)|criteria|questions|items|points|visits|sessions|cycles?|episodes|times|"
    r"patients|"
    r"words|objects|recall|th\b|rd\b|ths\b)"
)
"""What a ratio is a share of."""

SCALE: Final = re.compile(
    r"(?i)(?:pain|scores?|scored|strength|gcs|scale|rated|rating|reflex(?:es)?|motor|grade|murmur|mmse|moca|vision|"
    r"acuity|"
    r"apgars?|nodes?|cores?|phq|gad|power|severity|bp|pressure|ratio|snellen|visual|dtrs?|pulses?)\b[^.;\n]{0,28}$"
)
"""What is told as so many of so many."""

CODE_BEFORE: Final = re.compile(
    r"(?i)(?:\b(?:version|ver|v|release|section|sect|sec|chapter|table|fig|figure|appendix|clause|annex|§|ec|cas|icd|"
    r"cpt|ndc|model|lot|serial|ref|catalog|cat|isbn|issn|doi|build|software|phone|tel|fax|call|ratio|of|dilution)\b|"
    r"§)[ .:#()-]{0,3}"
    r"(?:no\.? ?|number ?)?$"
)

FIGURES: Final = str.maketrans("OolISB", "001158")


def standing(text: bytes, start: int, end: int, mark: str = "/") -> bool:
    """Not a piece of a longer number or code."""
    left, right = before(text, start, 8), after(text, end, 8)
    if left and (left[-1].isdigit() or left[-1] in "#$€£"):
        return False
    if left and left[-1] in "./-" and len(left) > 1 and left[-2].isalnum():
        return False
    if left and left[-1] == ":" and len(left) > 1 and left[-2].isdigit():
        return False
    if left and left[-1].isalpha() and mark != "/" and not left[-1].islower():
        return False
    if right and (right[0].isdigit() or right[0] == "%"):
        return False
    return not (len(right) > 1 and right[0] in "/.-" and right[1].isdigit())


def unstopped(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Without the full stop of the sentence."""
    return start, end - text[start:end].endswith(b".")
