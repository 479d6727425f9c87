"""What a model of names takes for one in medical text and is none: symbols, drugs, diseases, eponyms.

A model that was trained on news calls BRCA1 a person and CYP2A a place. Each rule here looks at the words found and
at a few characters behind them.
"""

from __future__ import annotations

import re
from typing import Final

_SYMBOL = re.compile(
    # With a Greek letter, capitals behind small letters (mRNA, IgG, eGFR), short capitals (CT, NSAID).
    r"[\w-]*[\u0370-\u03ff][\w-]*|[a-z]{1,2}[A-Z]\w*|[A-Z][a-z]?[A-Z]{1,2}[a-z]?|[A-Z]{2,5}s?"
)
_STEMS: Final = (
    # Drugs: WHO, The use of stems in the selection of international nonproprietary names (INN), 2018. Stems that end
    # surnames as well (-vir, -tide, -parin, -olone) stand with the letters that drugs have before them.
    "mab|ercept|tinib|ciclib|parib|zomib|rafenib|limus|platin|rubicin|taxel|mycin|amicin|cillin|penem|bactam|oxacin"
    "|cycline|conazole|nidazole|prazole|fungin|[aeo]vir|vudine|oquine|statin|fibrate|pril|prilat|sartan|olol|alol"
    "|dipine|azosin|semide|thiazide|nolactone|gliptin|gliflozin|glitazone|glinide|glutide|natide|reotide|paratide"
    "|formin|gliclazide|glipizide|glyburide|aparin|heparin|lirudin|gatran|xaban|grel|tidine|setron|triptan|oxetine"
    "|ipramine|triptyline|azepam|azolam|barbital|peridone|apine|asidone|piprazole|caine|curonium|profen|fenac|oxicam"
    "|coxib|codone|morphone|fentanil|orphan|terol|tropium|phylline|lukast|sonide|nisolone|cinolone|[aeit]sone|steride"
    "|radiol|denafil|dalafil|dronate|trexate|phosphamide|bendazole|mectin|thyroxine|racetam|gabalin|bamate|ytoin"
    "|zolamide|noprost|stigmine"
)
_ENDINGS: Final = (
    # Diseases, findings, procedures and specialties.
    "itis|osis|iasis|carcinoma|sarcoma|lymphoma|denoma|blastoma|[^r]emia|uria|opathy|opathic|algia|ectomy|otomy|ostomy"
    "|plasty|scopy|graphy|ogram|megaly|plegia|paresis|rrh[eo]+a|rrhage|penia|philia|phobia|phagia|pno?ea|olysis|trophy"
    "|plasia|sclerosis|stenosis|o?edema|ology|ologist|therapy|ometry|cytes?|ergic"
)
_TECHNICAL = re.compile(rf"\w{{2,}}(?:{_STEMS})|\w{{3,}}(?:{_ENDINGS})", re.IGNORECASE)

_DOSE = re.compile(
    r"[\s,(]{0,3}(?:(?:XR|ER|SR|CR|XL|LA|HCT|DS|HFA)\b\s*)?(?:at\s|to\s|of\s|dose\s)?\d[\d.,/-]*\s?"
    r"(?:mg|mcg|\u00b5g|\u03bcg|g|m[lL]|units?|IU|mEq|tab(?:let)?s?|caps(?:ule)?s?|puffs?|%)(?!\w)"
)
_EPONYM = re.compile(
    r"(?:['\u2019]s?)?"
    r"(?:[-\u2013\s]+(?:[A-Z][\w'\u2019]*|type|and|von|de|of|the|[a-z]+(?:al|ic|ous))){0,2}[-\u2013\s]+"
    r"(?:disease|syndrome|signs?|test|scores?|scale|criteria|index|classification|stage|grade|man(?:eu|oeu)ver|procedure"
    r"|operation|repair|method|technique|stain|agar|medium|cells?|body|bodies|nodes?|fracture|deformity|contracture"
    r"|lymphoma|sarcoma|tumou?r|palsy|paralysis|an(?:a?)emia|thyroiditis|o?esophagus|chorea|ataxia|dystrophy|phenomenon"
    r"|reflex|law|formula|equation|factor|antigen|antibody|virus|catheter|drain|tube|clamp|forceps|retractor|sutures?"
    r"|needle|pump|splint|brace|collar|boot|position|incision|approach|block|glands?|duct|canal|ligament|muscle|fascia"
    r"|triangle|space|pouch|ulcer|hernia|nodule|murmur|pulse|angle|respirations?|breathing|exercises?|diet|protocol"
    r"|trial|model|curve|plot|regression|correction|distribution|inventory|questionnaire)\b",
    re.IGNORECASE,
)
_BEHIND: Final = 60
"""Characters behind a span that are looked at."""
_LONGEST: Final = 200
"""Characters of a span that are looked at: no name is longer."""
_WORD = re.compile(r"[^\W_](?:[\w'\u2019-]*[^\W_])?")


def plainly_scientific(text: str, start: int, end: int) -> bool:
    """Characters `[start, end)` of `text` are a symbol, a drug, a disease or an eponym rather than a name or a place."""
    behind = text[end : end + _BEHIND]
    if _DOSE.match(behind) or _EPONYM.match(behind):
        return True
    words = [match.group() for match in _WORD.finditer(text[start : min(end, start + _LONGEST)])]
    if len(words) == 1 and _SYMBOL.fullmatch(words[0]):
        return True
    return not words or any(map(_technical, words))


def _technical(word: str) -> bool:
    """A word with a digit, or with the ending of a drug or of a disease."""
    return any(map(str.isdigit, word)) or bool(_TECHNICAL.fullmatch(word))
