"""What a model of names takes for one in medical text and is none: symbols, drugs, diseases, eponyms.

A model that was trained on news calls BRCA1 a person and CYP2A a place. Each rule here looks at the words found and
at a few characters behind them.
"""

from __future__ import annotations

import re
from typing import Final

_SYMBOL = re.compile(
    # With a Greek letter, capitals behind small letters (mRNA, IgG, eGFR), short capitals (CT, NSAID).
    r"[\w-]*[\u0370-\u03ff][\w-]*|[a-z]{1,2}[A-Z]\w*|[A-Z][a-z]?[A-Z]{1,2}[a-z]?|[A-Z]{2,5}s?|[A-Z]{2}[a-z]+|[A-Z]x"
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
    "|plasia|sclerosis|stenosis|o?edema|ology|ologist|therapy|ometry|cyte|ergic|esthesia|mastia|copic|tinine"
)
_TECHNICAL = re.compile(rf"\w{{2,}}(?:{_STEMS})|\w{{3,}}(?:{_ENDINGS})s?", re.IGNORECASE)

_DOSE = re.compile(
    r"[\s,(]{0,3}(?:(?:XR|ER|SR|CR|XL|LA|HCT|DS|HFA)\b\s*)?(?:at\s|to\s|of\s|dose\s)?\d[\d.,/-]*\s?"
    r"(?:mg|mcg|\u00b5g|\u03bcg|g|m[lL]|units?|IU|mEq|tab(?:let)?s?|caps(?:ule)?s?|puffs?|%)(?!\w)"
)
_EPONYM = re.compile(
    r"(?:['\u2019]s?)?"
    r"(?:[-\u2013\s]+(?:[A-Z][\w'\u2019]*|type|and|von|de|of|the|[a-z]+(?:al|ic|ous))){0,2}[-\u2013\s]+"
    r"(?:disease|syndrome|signs?|test|scores?|scale|criteria|index|classification|stage|grade|man(?:eu|oeu)ver|procedure"
    r"|operation|repair|method|technique|stain|agar|medium|cells?|body|bodies|nodes?|fracture|deformity|contracture"
    r"|lymphoma|sarcoma|tumou?r|palsy|paralysis|an(?:a?)emia|thyroiditis|o?esophagus|chorea|ataxia|dystrophy|phenomen(?:on|a)"
    r"|reflex(?:es)?|tendon|jerks?|lengthening|histology|law|formula|equation|factor|antigen|antibody|virus|catheter|drain|tube|clamp|forceps|retractor|sutures?"
    r"|needle|pump|splint|brace|collar|boot|position|incision|approach|block|glands?|duct|canal|ligament|muscle|fascia"
    r"|triangle|space|pouch|ulcer|hernia|nodule|murmur|pulse|angle|respirations?|breathing|exercises?|diet|protocol"
    r"|trial|model|curve|plot|regression|correction|distribution|inventory|questionnaire)\b",
    re.IGNORECASE,
)
_BEFORE_DRUG = re.compile(
    # What is taken, given or reacted to, with the members of a list before the one found ("takes A, B and").
    r"\b(?:tak(?:es?|ing|en)|took|prescri(?:bed?|bing|ptions?)|(?:dis)?continu(?:es?|ed|ing|ation(?: of)?)"
    r"|(?:re)?start(?:s|ed|ing)?|stop(?:s|ped|ping)?|tr(?:y|ied|ying)|recommend(?:ed|s)?|us(?:es?|ed|ing)|refill(?:s|ed)?"
    r"|receiv(?:es?|ed|ing)|administer(?:ed|ing)?|given|dos(?:es?|ed|age|ing)(?: of)?|keep|hold|held|resume[ds]?"
    r"|add(?:ed|ing)?|switch(?:ed|ing)?|chang(?:ed?|ing)|increas(?:ed?|ing)|decreas(?:ed?|ing)|reduc(?:ed?|ing)"
    r"|taper(?:ed)?|wean(?:ed)?|tolerat(?:es?|ed|ing)|allerg(?:y|ies|ic)|reactions?|intoleran(?:t|ce)|medications?|drugs?"
    r"|meds|medicines?|antibiotics?|contraceptives?|spermicide|vitamins?|contain(?:s|ing)"
    r"|drink(?:s|ing)?|treatments? includ(?:es?|ed|ing)|applications? of|compliant with"
    r"|(?:treated|improved) with|finish(?:ed|ing)|requir(?:es?|ed|ing)|sensitiv(?:e|ity) to|use of|plus|off"
    r"|(?<!\bin )(?<!based )(?<!depend )(?<!depends )(?<!called )(?<!calls )(?<!operated )(?<!performed )on)"
    r"\b[\s:]+(?:(?:her|his|their|the|an?|some|any|more|oral|daily|topical|low-dose|high-risk|medications?|to|from|for"
    r"|on|both|either|called|as)\s+){0,3}"
    r"(?:(?!by\b)[^\W_][\w.%/-]*(?:\s(?!by\b)[\w.%/-]+){0,2}(?:,\s*(?:(?:and|or)\s)?|\s(?:and|or|to|plus|versus|vs)\s)){0,5}$",
    re.IGNORECASE,
)
_BEHIND_DRUG = re.compile(
    r"[\s-]+(?:inhalers?|cream|gel|lotion|ointment|tablets?|pills?|capsules?|dos(?:es?|ing|age)|shampoo|soap|wipes"
    r"|cleans(?:ers?|ing)|vaccin\w+|boosters?|injections?|infusions?|therapy|spray|drops|patch(?:es)?|drip|suspension"
    r"|solution|syrup|powder|toxicity|levels?|p\.?r\.?n|p\.?o|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?d|q\.?\s?\d|once daily"
    r"|twice|daily|nightly|weekly|as needed|every \w+ (?:hours|days|weeks))\b",
    re.IGNORECASE,
)
_COMMON = re.compile(r"\b(?:an?|any|some|these|those|each|no|another|history of|positive for)\s+$", re.IGNORECASE)
"""Before a common noun or a disease, hardly before a name ("a Mr X" has its title in the name)."""
_OWNED = re.compile(r"(?<!\w)(?:his|her|their|my|your|our|its|the)\s$", re.IGNORECASE)
_FAMILY = re.compile(r"s?['\u2019]?\s(?:famil(?:y|ies)|household|residence|home|twins|brothers|sisters)\b")
"""People are called "the X family", not "the X"; what is somebody's ("her X") is a thing."""
_POSSESSOR = re.compile(r"['\u2019]s?(?!\w)")
"""Behind somebody who has something: no drug has ("on X's advice", "given X's age")."""
_MEDICATIONS = re.compile(r"\b(?:medic(?:ations?|ines?)|meds|drugs?|allerg(?:y|ies)|prescriptions?)\b", re.IGNORECASE)
_BEHIND: Final = 60
"""Characters behind a span that are looked at."""
_BEFORE: Final = 80
"""Characters before a span that are looked at."""
_SECTION: Final = 400
"""Characters before a span in which the heading of its section is looked for."""
_LONGEST: Final = 200
"""Characters of a span that are looked at: no name is longer."""
_WORD = re.compile(r"[^\W_](?:[\w'\u2019-]*[^\W_])?")


def plainly_scientific(text: str, start: int, end: int, *, alone: bool = True) -> bool:
    """Characters `[start, end)` of `text` are a symbol, a drug, a disease or an eponym, no name and no place.

    Unless they stand `alone`, they may be a part of a name: capitals are no symbol then, and "the X" no thing.
    """
    behind = text[end : end + _BEHIND]
    if _DOSE.match(behind) or _EPONYM.match(behind) or _BEHIND_DRUG.match(behind):
        return True
    words = [match.group() for match in _WORD.finditer(text[start : min(end, start + _LONGEST)])]
    if not words or any(map(_technical, words)):
        return True
    before = text[max(0, start - _BEFORE) : start]
    if alone and len(words) == 1:
        if _SYMBOL.fullmatch(words[0]):
            return True
        if _OWNED.search(before) and not _FAMILY.match(behind):
            return True
    if _POSSESSOR.match(behind):
        return False
    return bool(_BEFORE_DRUG.search(before) or _COMMON.search(before)) or _listed_drug(text, start)


def _technical(word: str) -> bool:
    """A word with a digit, or with the ending of a drug or of a disease."""
    return any(map(str.isdigit, word)) or bool(_TECHNICAL.fullmatch(word))


def _listed_drug(text: str, start: int) -> bool:
    """The word at `start` begins a line, and the nearest heading above it is of medications or allergies."""
    *above, own = text[max(0, start - _SECTION) : start].split("\n")
    if any(map(str.isalpha, own)):
        return False
    for line in reversed(above):
        heading = line.strip().rstrip(":")
        if heading and (heading.isupper() or line.rstrip().endswith(":") or _MEDICATIONS.search(heading)):
            return bool(_MEDICATIONS.search(heading))
    return False
