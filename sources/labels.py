"""What drug labels share, however they are delivered: the imprint that teaches nothing about a drug."""

from __future__ import annotations

import re

_ADVICE = re.compile(
    r"These highlights do not include all the information needed to use .{1,200}? safely and effectively\.\s*"
    r"(?:See full prescribing information for .{1,200}?\.(?=\s|$)\s*)?",
    re.I | re.S,
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"(?:\d{{1,2}}/(?:\d{{1,2}}/)?\d{{2,4}}|{_MONTH}\s+(?:\d{{1,2}},?\s+)?\d{{4}}|\d{{1,2}}\s+{_MONTH}\s+\d{{4}})"
_IMPRINT = re.compile(
    rf"""(?:
      (?:Rev(?:ised|ision|\.)?|Issued|Issue\ date|Last\ (?:updated|revised))\s*(?:date)?\s*[:.]?\s*{_DATE}\.?
    | LAB-\d[\d.-]*(?:\s+{_DATE})?
    | {_DATE}
    | (?:Copyright\s*)?(?:©|\(c\)\s*(?=\d)).*
    | All\ rights\ reserved\.?
    | (?:R[xX]|℞)\ only\.?
    | (?:www\.|https?://)\S+
    | For\ (?:more|additional|further)\ information\b.{{0,60}}\b(?:www\.|https?://).{{0,80}}
    | This\ product(?:'|\u2019)s\ label(?:ing)?\ may\ have\ been\ updated\..*
    | .{{0,120}}\bregistered\ trademarks?\ (?:of|owned\ by)\ .{{0,120}}
    )""",
    re.I | re.X,
)
_MAKER = re.compile(
    r"(?:Manufactured|Mfd|Mfg|Made|Distributed|Distr?|Marketed|Packaged|Repackaged|Relabell?ed|Licensed|Product)"
    r"(?:\.|\b)(?:\s*(?:and|&|/)\s*\w+)?\s+(?:by|for|in|of)\b:?.{0,200}",
    re.I,
)
_COMPANY = re.compile(
    r"\b(?:Inc|LLC|Ltd|Limited|Corp|Corporation|Company|Co|GmbH|S\.?A|AG|Pharma\w*|Laborator\w+|Division|USA|Health\w*)\b"
    r"|\b[A-Z]{2},?\s+\d{5}\b|^\d+\s+\w+.*\b(?:St|Street|Ave|Avenue|Road|Rd|Drive|Dr|Blvd|Way|Lane)\b"
)
_SHORT = 90


def label_title(title: str) -> str:
    """A label's title without the sentences with which prescribing highlights open."""
    return _ADVICE.sub("", title).strip()


def without_imprint(blocks: list[str]) -> list[str]:
    """Blocks without makers' names and addresses, revision dates, copyright and web addresses that stand alone.

    Address lines are those right after a maker's line that name a company or a place; tables and lists are left.
    """
    kept: list[str] = []
    after_maker = False
    for block in blocks:
        lines = []
        for line in block.split("\n"):
            if " | " in line or line.startswith("- "):
                after_maker = False
                lines.append(line)
            elif _MAKER.fullmatch(line):
                after_maker = True
            elif not (_IMPRINT.fullmatch(line) or (after_maker and len(line) < _SHORT and _COMPANY.search(line))):
                after_maker = False
                lines.append(line)
        if lines:
            kept.append("\n".join(lines))
    return kept
