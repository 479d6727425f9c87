"""Postcodes: by a word that says so, behind a state or before a town, and those that have a shape of their own."""

from __future__ import annotations

from typing import Final

from filters.phi.places import towns

_FIVE: Final = r"[\dOoIlSB]{5}(?:[ ]{0,3}[-\x{2010}-\x{2015}\x{2212}][ ]{0,3}[\dOoIlSB]{4}|[ ]\d{4})?"

ZIPS: Final = (
    r"\b(?:NSW|VIC|QLD|TAS|ACT|NT|SA|WA|Qld|Vic|Tas),?[ ]{1,2}(\d{4})\b|"
    r"\b\p{Lu}\p{L}{2,}[ ]?[-\x{2013}][ ]?([1-8]\d{2}[ ]\d{3}|[1-8]\d{5})(?:[.,;)]|[ ]?\n|$)|"
    rf"(?:\b(?:{towns.POST})|\b(?i:{towns.STATE_NAMES})|\b(?:{towns.OLD})\.)[,]?[ \t\n]{{1,3}}({_FIVE})\b|"
    r"(?i:\b(?:zips?(?:[ -]?codes?)?|post(?:al|[ -]?codes?)(?: codes?| districts?| area)?|pin(?:[ -]?code)|"
    r"c[oó]digo postal|c\.p\.|code postal|plz|cap\b[ ]{0,2}:|cp\b[ ]{0,2}:?|ville|comune|wohnort|"
    r"localidad)\b?)(?:[ \t]*(?:is|was|of|:|=|#|,|\())?[ \t]{0,3}\(?"
    rf"({_FIVE}|\d{{3}} ?\d{{3}}|[A-Za-z]{{1,2}}\d[A-Za-z\d]? ?\d[A-Za-z]{{2}}|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d)\b|"
    r"(?i:\b(?:(?:i['’]?m|i am|we['’]?re|we are|lives?|living|lived|located|based|moved|moving|resid(?:es?|ing)|area|"
    r"clinic|office|pharmacy|therapist|doctor|provider|specialist|house|home|patients?|person)[ ]{1,3}"
    r"(?:in|near|from|to|around|at)|near|around|close to|miles (?:of|from)|covers|serves|serving|ships? to|"
    r"shipped to|deliver(?:s|ed)? to|mail(?:ed)? to))[ ]{1,3}"
    rf"({_FIVE})(?:[.,;:!?)]|[ ](?i:on|out|prompted|if|and|but|for|who|where|with|takes|that|which|since|area|code|"
    rf"zip|now|until|is|was|to|in)\b|\n|$)"
)

_AREAS: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY "
    "G GL GU HA HD HG HP HR HS HU HX IG IP IV "
    "KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG "
    "SK SL SM SN SO SP SR SS ST SW SY TA TD TF "
    "TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)

CODED: Final = r"\b\d{5}[ ]\p{Lu}\p{L}"

UK_POSTCODE: Final = rf"\b(?:{'|'.join(_AREAS.split())})\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{{2}}\b"

# With its blank: without one, T2N1M0 is the stage of a tumour.
CANADA_POSTCODE: Final = r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d\b"


def code(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A postcode by its cue; at least three figures of five are figures."""
    own = text[start:end]
    return (start, end) if sum(map(str.isdigit, own)) >= 3 else None


def coded(text: str, start: int, end: int) -> tuple[int, int] | None:
    """28013 Madrid."""
    at = start + 5 + len(text[start + 5 : end]) - len(text[start + 5 : end].lstrip())
    stop = towns.read(text, at, strict=True)
    if stop is None or (start and (text[start - 1].isalnum() or text[start - 1] in ".-/#")):
        return None
    return start, stop
