"""Codes that no label names and their surroundings do: the head of a form, a lot, an officer's number, a plate."""

from __future__ import annotations

from filters.phi.patterns.pattern import BLANK, Pattern
from filters.phi.validators import layouts as check
from filters.phi.validators.codes import standing_apart

_CARS = (
    r"(?i:drives?|driving|drove|cars?|van|trucks?|motor(?:bike|cycle)|vehicle|taxi|(?-i:Toyota|Honda|Nissan|Ford|"
    r"Vauxhall|BMW|Audi|Volkswagen|VW|Mercedes|Hyundai|Kia|Renault|Peugeot|Fiat|Skoda|Seat|Tesla|Subaru|Mazda|Volvo|"
    r"Jeep|Chevrolet|Chevy|Dodge|Suzuki|Opel|Citro[eë]n))"
)
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DATE = rf"(?:\d{{1,2}}[-/. ](?:\d{{1,2}}|{_MONTH})[-/. ]\d{{2,4}}|\d{{4}}-\d\d-\d\d)"

LAYOUTS = (
    # A patient's banner: name / number / date of birth.
    Pattern(
        "mrn-banner",
        "MRN",
        rf"[/|][{BLANK}]?[A-Z]{{0,2}}\d{{5,10}}[{BLANK}]?[/|][{BLANK}]?{_DATE}\b",
        check.first_number,
        group="record",
    ),
    Pattern(
        "mrn-after-name",
        "MRN",
        r"[A-Z]{0,2}\d{5,10}(?:-\d{1,4})?\b",
        cue=r"\[NAME\][ ,]{0,2}(?:\(|\[| #)",
        group="record",
    ),
    Pattern(
        "mrn-head",
        "MRN",
        r"[A-Z]{0,2}\d{3,8}(?:-\d{2,5}){0,2}\b",
        check.head_number,
        cue=rf"(?:^|\n)[A-Z'\x{{c0}}-\x{{de}}-]{{2,20}}, ?[A-Z'\x{{c0}}-\x{{de}}-]{{2,20}}(?: [A-Z]{{1,20}}\.?)?"
        rf"(?:[{BLANK}]{{3,60}}|\t+)",
        group="record",
    ),
    # The number of an implant's, a dialyser's or a vaccine's lot: the production identifier of 21 CFR 801.40(b).
    Pattern(
        "device-lot",
        "DEVICE",
        r"[A-Z0-9][A-Z0-9-]{3,19}",
        check.lot,
        cue=r"\b(?:(?i:lot|batch)(?: ?(?i:numbers?|num|no\.?|code)|(?: ?#))?|LOT)[ \t:.#=]{1,4}",
        group="record",
    ),
    Pattern(
        "officer-number",
        "OTHER_ID",
        r"\d{3,6}\b",
        cue=r"\b(?:PC|WPC|DC|PCSO|(?i:officer|constable|trooper|deputy)(?: (?:PC|DC|no\.?|#))?) ?#?",
        validate=check.named_after,
        group="record",
    ),
    Pattern(
        "interpreter-number",
        "OTHER_ID",
        r"[A-Z]{0,3}-?\d{4,8}\b",
        cue=r"(?i:\b(?:interpreter|translator|operator|agent|representative|rep)\b[^\n.;:\d\[\]]{1,40}?"
        r"(?:#|\bids?\b|\bno\.?|\bnumber))[ :#]{0,3}",
        group="record",
    ),
    Pattern(
        "vehicle-plate-gb",
        "VEHICLE",
        r"[A-Z]{2}\d{2} ?[A-Z]{3}\b",
        cue=rf"\b{_CARS}\b[^.;\n\[\]]{{0,30}}?[ (]",
        group="record",
    ),
    # Of a driver of Great Britain: surname in five places, six digits, two initials, three places of a check.
    Pattern(
        "licence-gb",
        "LICENCE",
        r"\b[A-Z]{2,5}9{0,3} ?\d{6} ?[A-Z][A-Z9] ?[0-9A-Z][A-Z]{2}\b",
        check.driver,
        group="clinical",
    ),
    # Who dictated and who typed, before the dates of both.
    Pattern(
        "typist",
        "OTHER_ID",
        r"[A-Z]{2,4}[ ]?[/:][ ]?[a-z]{2,4}\d{0,4}[ \t\r]*\n[ \t]*(?i:dd?|tt?|dt|dictated|transcribed)\b ?[:.]",
        check.first_line,
        cue=r"(?:^|\n)[ \t]*",
        group="record",
    ),
    Pattern(
        "user-audit",
        "OTHER_ID",
        r"[a-z][a-z0-9._-]{3,24}",
        check.acting,
        cue=r"(?i:\b(?:log-?in|user(?: ?(?:id|name))?|uid|account))[ \t:=]{1,3}",
        group="record",
    ),
    # Of a unit of blood: ISBT 128, facility, year and serial.
    Pattern("donation", "OTHER_ID", r"\b[A-Z]\d{4} \d{2} \d{6}\b", standing_apart, group="record"),
    Pattern(
        "sample-kit",
        "OTHER_ID",
        r"(?:[A-Z]{1,3}-?)?\d{5,10}\b",
        cue=r"\b(?i:(?:sane|rape|evidence|collection|test|sexual assault|home sleep) kit)(?: ?#)?[ :]{1,2}",
        group="record",
    ),
)

# C and D begin the concepts of UMLS and the headings of MeSH.
ALONE = (Pattern("code-alone", "MRN", r"\b[ABE-Z]\d{7}\b", check.alone, group="record"),)
"""No more than a shape: every other pattern knows better."""
