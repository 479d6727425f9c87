"""Hospitals, practices, homes, laboratories, schools: a name and a word that says what it is."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases, towns

_STRONG: Final = (
    r"hospitals?|hosp\b\.?|hospitales|medical (?:cent(?:er|re)|ctr|campus|clinic|group|associates|college|school|"
    r"practice|foundation|plaza|pavilion|arts)s?|"
    r"med\.? (?:cent(?:er|re)|ctr)|health ?care(?: system| center| centre)?|"
    r"health (?:cent(?:er|re)|ctr|systems?|network|services|partners|group|clinic|campus|trust|board|authority|"
    r"and rehab(?:ilitation)?|& rehab(?:ilitation)?|sciences cent(?:er|re))|"
    r"clinics?|polyclinic|infirmary|sanatorium|sanitarium|hospice|nursing (?:home|facility|cent(?:er|re)|& rehab\w*|"
    r"and rehab\w*)|care (?:home|cent(?:er|re))|"
    r"rehab(?:ilitation)?(?: (?:cent(?:er|re)|hospital|institute|facility))?|urgent care(?: cent(?:er|re))?|"
    r"surgery cent(?:er|re)|surgicenter|surgical cent(?:er|re)|"
    r"(?:cancer|heart|eye|oncology|dialysis|imaging|birth|birthing|trauma|burn|spine|pain|wound|sleep|senior|"
    r"community|wellness|recovery|treatment|day|outpatient|diagnostic|vascular|cardiac|kidney|breast) "
    r"(?:cent(?:er|re)|institute|hospital|clinic)|cent(?:er|re)|institute|senior living|assisted living|"
    r"retirement (?:community|home|village)|"
    r"pharmacy|drugs|apothecary|laborator(?:y|ies)|universit(?:y|ies)|(?:medical|nursing|community|junior) college|"
    r"school of (?:medicine|nursing|public health|dentistry)|"
    r"(?:high|elementary|middle|primary|grammar|secondary|junior high|preparatory|prep|nursery|charter) school|"
    r"academy|kindergarten|"
    r"family (?:medicine|practice|health|physicians|doctors|medical)|health and rehab|rehab|internal medicine|"
    r"pediatrics|paediatrics|orthop(?:a)?edics|dermatology|"
    r"state hospital|dental|nhs (?:foundation )?trust|correctional (?:facility|institution)|prison|jail|penitentiary|"
    r"shelter|fire department|police department|funeral home|mortuary|crematorium|monastery|convent|priory|"
    r"(?:home |crisis |assertive )?treatment team|group home|air force base|birth(?:ing)? suite"
)

_WEAK: Final = (
    r"memorial|general|regional|children['’]?s|women['’]s|va|v\.a\.|vamc|medical|med|health|surgery|practice|office|"
    r"offices|facility|campus|location|branch|"
    r"house|manor|village|lodge|care|home|labs?|college|school|ed|er|associates|physicians|specialists|wellness"
)

HEADS: Final = rf"(?i)\b(?:{_STRONG}|{_WEAK})\b".replace(" ", "[ ]")

_WEAK_HEAD: Final = re.compile(rf"(?i)(?:{_WEAK})")

_WARDS: Final = re.compile(r"(?i)hospitals?|infirmary|hospice|medical (?:cent(?:er|re)|group|associates)")
_OPENS: Final = re.compile(r"(?:^|\n|[,;][ \t]|[ \t]{2}|[Tt]he[ ])[ \t]*$")
_CLOSES: Final = re.compile(r"[ \t]*(?:[,;]|\n|$)|[ \t]{2}")
_HEADED: Final = re.compile(r"[ \t]*\n[ \t]*(?:#?\d{1,6}[ ,]|#?\d{1,5}[ ]-|P\.? ?O\.? ?Box)")
"""A street or a box on the next line: a letterhead."""
_LETTERHEADS: Final = frozenset(("health", "medical", "associates", "physicians", "practice", "surgery", "specialists"))
_SITE: Final = re.compile(
    r"(?i)(?:offices?|facility|campus|location|branch|practice|clinics?|hospitals?|hosp\.?|medical cent(?:er|re)|"
    r"urgent care|nursing home|pharmacy|rehab|ed|er|center|centre)"
)

_STATION: Final = re.compile(r"(?i)(?:ed|er|va|v\.a\.)")

SOURCE: Final = re.compile(
    r"(?i)(?:recommendations?|guidelines?|guidance|according to|per|protocols?|criteria|consensus|study|trial|data|"
    r"research|published|publications?|"
    r"website|article|reported|researchers|investigators|developed|statement|calculator|algorithm|model|literature|"
    r"evidence)"
    r"(?: (?:from|by|of|at|on|the|published|issued|provided|in|recent)){0,3} ?$"
)
"""What an institution issues: then it places nobody."""

_BEFORE_NAME: Final = re.compile(
    r"(?i)\b(?:at|to|from|in|by|near|via|the|our|of|with|through|visited|attends|attended|into|and|per|for|a|local|"
    r"nearby|into|facility:|hospital:|pharmacy:|employer:|clinic:)[ \t\n]{1,3}$|[(]$"
)

WEAK_BEFORE: Final = re.compile(
    r"(?i)\b(?:at|to|from|near|via|our|visited|visits|attends|attended|through|into|for|by|en|desde|del?|al?|presso|"
    r"da|dal|à|au|par|vers|chez|nach|aus|bei|im|von|vom|ins?)[ \t\n]{1,3}"
    r"(?:the |la |el |le |der |dem )?$|[:@(][ \t]{0,3}$"
)

_WEAK_ENGLISH: Final = re.compile(
    r"(?i)\b(?:at|to|from|near|via|our|visited|visits|attends|attended|into|by)[ \t\n]{1,3}(?:the )?$|[:@][ \t]{0,3}$"
)

_TAIL: Final = re.compile(
    r"(?:,?[ ]{1,3}(?:of|in|at|de|di|-|–)[ ]{1,3}(?:the )?|,[ ]{0,3}|[ ]?[-–][ ]?|[ ]{1,3})(?=[A-ZÀ-Ý])"
)

_COURSE: Final = re.compile(
    r"(?i)[ \t]{1,3}(?:course|stay|day|admission|visit|anxiety|discharge|records?|bed|acquired|follow)\b"
)


def facility(text: str, start: int, end: int, *, lower: bool) -> tuple[int, int] | None:
    """The whole name around a head word, its town behind it included."""
    head = text[start:end]
    begin = phrases.left(text, start, lower=lower or not head[0].isupper())
    name = text[begin:start].strip()
    weak = _WEAK_HEAD.fullmatch(head) is not None
    capital = head[0].isupper()
    if not name or eponym(text, end):
        return None
    if begin > 0 and text[begin - 1] in "-_/@#":
        return None
    if weak or not capital:
        if not _weak(text, begin, end, name, head, lower=lower):
            return None
    elif phrases.generic(name):
        if not _named_so(name, head):
            return None
    elif not (
        phrases.proper(name)
        or towns.known(name)
        or _BEFORE_NAME.search(text[max(0, begin - 24) : begin])
        or (_WARDS.fullmatch(head) and phrases.titled(name) and _field(text, begin, end))
    ):
        return None
    if _COURSE.match(text, end) and not phrases.proper(name):
        return None
    if SOURCE.search(text[max(0, begin - 60) : begin]):
        return None
    return begin, tail(text, end)


def _field(text: str, begin: int, end: int) -> bool:
    """A name that stands by itself: between commas, wide blanks or line breaks."""
    return _OPENS.search(text[max(0, begin - 8) : begin]) is not None and _CLOSES.match(text, end) is not None


def _weak(text: str, begin: int, end: int, name: str, head: str, *, lower: bool) -> bool:
    """A head that is also an everyday word, or is in lower case: more must speak for it."""
    if phrases.generic(name) and not (head[0].isupper() and _named_so(name, head)):
        return False
    before = text[max(0, begin - 24) : begin]
    known = towns.known(name) or name in lexicon.systems("plain") or name in lexicon.systems("cued")
    if not head[0].isupper() and not lower and not _SITE.fullmatch(head) and name != name.lower():
        return False
    if not head[0].isupper() and not lower:
        if name.isupper() and not known:
            return False
        return known or (phrases.proper(name) and WEAK_BEFORE.search(before) is not None and name[0].isupper())
    if name == name.lower():
        return _lower_name(name, before, known=known, lower=lower)
    if re.match(r"[ \t]{1,3}[A-Z]", text[end : end + 2]) and not towns.known(
        text[end + 1 : phrases.right(text, end + 1)]
    ):
        return False
    if (
        head[0].isupper()
        and head.lower() in ("memorial", "regional", "va", "children's", "children’s")
        and phrases.proper(name)
        and phrases.titled(name)
    ):
        return True
    if _field(text, begin, end) and phrases.titled(name) and head.istitle():
        if head.lower() in _LETTERHEADS and phrases.proper(name):
            return True
        if _HEADED.match(text, end) is not None:
            return True
        if head in ("Associates", "Physicians", "Practice", "Surgery") and text.startswith("The ", begin - 4):
            return True
    if _STATION.fullmatch(head):
        return (known or phrases.proper(name)) and (WEAK_BEFORE.search(before) is not None or head.lower() == "va")
    if (
        head.lower() in ("memorial", "general", "regional", "children's", "children’s")
        and phrases.proper(name)
        and known
    ):
        return True
    return _WEAK_ENGLISH.search(before) is not None or (lower and phrases.proper(name))


def _lower_name(name: str, before: str, *, known: bool, lower: bool) -> bool:
    """A name in lower case has a word that English and medicine do not know, or is a town; and a preposition."""
    strange = any(
        word not in lexicon.common() and len(word) > 4 and word.isalpha() and not lexicon.medical(word)
        for word in phrases.tokens(name)
    )
    return (known or strange) and (lower or _WEAK_ENGLISH.search(before) is not None)


def _named_so(name: str, head: str) -> bool:
    """County General, City Hospital, Memorial Clinic: names although every word is a common one."""
    words = phrases.tokens(name)
    kind = head.lower()
    if not all(
        word in lexicon.words("hospital_names")
        or word in ("the", "of", "university", "va", "veterans", "state", "army", "naval", "air")
        for word in words
    ):
        return False
    if kind in ("general", "memorial", "regional", "children's", "children’s"):
        return (
            words[-1] in ("county", "city", "university", "mercy", "community", "central", "metro", "north", "south")
            or len(words) > 1
        )
    return kind.startswith(("hosp", "medical c", "infirmary", "clinic", "health c")) and not (
        (words == ["general"] and kind.startswith("clinic"))
        or (words in (["women"], ["community"]) and kind.startswith(("clinic", "health")))
    )


def tail(text: str, end: int) -> int:
    """Where a facility's name ends once its town and state are read along, as in "Clinic in Boston, MA"."""
    if re.match(r" (?:of|for|at) (?:the )?[A-Z]", text[end : end + 10]):
        at = text.index(" ", end + 1) + 1
        if text.startswith("the ", at):
            at += 4
        stop = phrases.right(text, at, limit=4)
        if stop > at and not phrases.generic(text[at:stop]):
            end = stop
    match = _TAIL.match(text, end)
    if match is None:
        return end
    with_town = towns.read(text, match.end(), strict=True)
    return end if with_town is None else with_town


def eponym(text: str, end: int) -> bool:
    following = re.match(r"[ \t]{0,3}-?[ \t]{0,3}([A-Za-z-]+)", text[end : end + 30])
    return following is not None and following[1].lower() in lexicon.words("eponym_nouns")


def issues(text: str, start: int, end: int) -> bool:
    """What is named is the source of a guideline, or gives its name to a score, a virus, a disease."""
    return eponym(text, end) or SOURCE.search(text[max(0, start - 60) : start]) is not None


def extended(text: str, start: int, end: int) -> int:
    """Where a known name ends once the words behind it are read: "Johns Hopkins All Children's", "Mayo Clinic"."""
    if text[end : end + 1] == " " and phrases.capital(text[end + 1 : end + 3]):
        stop = phrases.right(text, end + 1, limit=3)
        own = text[end + 1 : stop]
        if stop > end + 1 and not phrases.generic(own):
            return stop
    return end
