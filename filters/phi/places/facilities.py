"""Hospitals, practices, homes, laboratories, schools: a name and a word that says what it is, or a name behind a cue."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases, towns

_STRONG: Final = (
    r"hospitals?|hosp\b\.?|hospitales|medical (?:cent(?:er|re)|ctr|campus|clinic|group|associates|college|school|practice|foundation|plaza|pavilion|arts)s?|"
    r"med\.? (?:cent(?:er|re)|ctr)|health ?care(?: system| center| centre)?|"
    r"health (?:cent(?:er|re)|ctr|systems?|network|services|partners|group|clinic|campus|trust|board|authority|and rehab(?:ilitation)?|& rehab(?:ilitation)?|sciences cent(?:er|re))|"
    r"clinics?|polyclinic|infirmary|sanatorium|sanitarium|hospice|nursing (?:home|facility|cent(?:er|re)|& rehab\w*|and rehab\w*)|care (?:home|cent(?:er|re))|"
    r"rehab(?:ilitation)?(?: (?:cent(?:er|re)|hospital|institute|facility))?|urgent care(?: cent(?:er|re))?|surgery cent(?:er|re)|surgicenter|surgical cent(?:er|re)|"
    r"(?:cancer|heart|eye|oncology|dialysis|imaging|birth|birthing|trauma|burn|spine|pain|wound|sleep|senior|community|wellness|recovery|treatment|day|outpatient|diagnostic|vascular|cardiac|kidney|breast) "
    r"(?:cent(?:er|re)|institute|hospital|clinic)|cent(?:er|re)|institute|senior living|assisted living|retirement (?:community|home|village)|"
    r"pharmacy|drugs|apothecary|laborator(?:y|ies)|universit(?:y|ies)|(?:medical|nursing|community|junior) college|school of (?:medicine|nursing|public health|dentistry)|"
    r"(?:high|elementary|middle|primary|grammar|secondary|junior high|preparatory|prep|nursery|charter) school|academy|kindergarten|"
    r"family (?:medicine|practice|health|physicians|doctors|medical)|health and rehab|rehab|internal medicine|pediatrics|paediatrics|orthop(?:a)?edics|dermatology|"
    r"state hospital|dental|nhs (?:foundation )?trust|correctional (?:facility|institution)|prison|jail|penitentiary|shelter|fire department|police department"
)
_WEAK: Final = (
    r"memorial|general|regional|children['’]?s|women['’]s|va|v\.a\.|vamc|medical|med|health|surgery|practice|office|offices|facility|campus|location|branch|"
    r"house|manor|village|lodge|care|home|labs?|college|school|ed|er|associates|physicians|specialists|wellness"
)
HEADS: Final = rf"(?i)\b(?:{_STRONG}|{_WEAK})\b".replace(" ", "[ ]")
_WEAK_HEAD: Final = re.compile(rf"(?i)(?:{_WEAK})")
_SITE: Final = re.compile(r"(?i)(?:offices?|facility|campus|location|branch|practice|clinics?|hospitals?|hosp\.?|medical cent(?:er|re)|urgent care|nursing home|pharmacy|rehab|ed|er|center|centre)")
_STATION: Final = re.compile(r"(?i)(?:ed|er|va|v\.a\.)")

_AT_VERBS: Final = frozenset(
    "seen treated evaluated examined assessed reviewed diagnosed admitted readmitted hospitalized hospitalised presented presents presenting operated discharged "
    "followed monitored managed visit visits visited checkup check-up checked check follow-up followup f/u appointment appt surgery operation "
    "procedure scheduled received receives receiving care stay admission dialysis transplant chemo chemotherapy scan imaging delivered born underwent performed "
    "done implanted placed consulted consultation patient inpatient outpatient works worked working employed practices practicing trained studies studied enrolled "
    "attends attending rotating seeing sees saw established started filled dispensed currently initially previously recently originally bypass biopsy case lab records "
    "notes physician specialist cardiologist oncologist neurologist surgeon nurse doctor provider pcp here rehab resides residing lives living stent pacemaker replacement "
    "cholecystectomy appendectomy delivery discussed resident fellow teaches job shift work student volunteers emergency er ed labs stayed intubated stabilized died".split()
)
_TO_VERBS: Final = frozenset(
    "admitted readmitted transferred transported taken brought referred presented presents presenting sent went goes came returned visit visits flown airlifted lifted "
    "discharged admission transfer referral rushed direct moved follow-up".split()
)
_FROM_VERBS: Final = frozenset(
    "discharged transferred referred transfer referral received records notes sent obtained report imaging labs dr. physician nurse scan mri ct discharge patient".split()
)
_IN_VERBS: Final = frozenset("seen hospitalized hospitalised admitted treated implanted".split())
_VERBS: Final = {"at": _AT_VERBS, "to": _TO_VERBS, "into": _TO_VERBS, "from": _FROM_VERBS, "in": _IN_VERBS}
BEHIND: Final = (
    r"\b(?i:at|to|from|in|into|near|of|around|outside|by|with|through|via|between|en|de|à|bei|aus|nach|da|di|a)[ \t\n]+"
    r"(?:(?i:the|our|a)[ \t\n]+)?(\p{Lu})"
)
"""A capital behind a preposition, from which towns and hospitals are read on."""
_AT: Final = re.compile(r"(?i)\bat[ \t\n](?:(?:the|our)[ \t]{1,3})?$")
DIRECT: Final = (
    r"\b(?:(?i:visited|visits|attends|attended|works for|worked for|employed by|employee of)[ \n]|(?i:facility|hospital|clinic|pharmacy|school|employer|location|site|practice|provider organization|location of (?:service|care)|"
    r"place of service|performing lab(?:oratory)?|referring facility)[ \t]*:[ \t]{0,3})(?:the )?(\p{Lu})"
)
_PREFIXED: Final = (
    r"(?:Hospital(?:es)?|Hosp\.|Complejo Hospitalario|Cl[ií]nicas?|Centro (?:de Salud|M[eé]dico|de Atenci[oó]n|de Especialidades|Hospitalario|Sanitario|Medico)|Consultorio|Ambulatorio|"
    r"Residencia(?: de ancianos| geri[aá]trica)?|Polic[lí]{2}nic[ao]|Sanatorio|Instituto|Fundaci[oó]n|CAP|"
    r"CHU|CHRU|CHR|CH|CHUV|Centre [Hh]ospitalier(?: [Uu]niversitaire| [Rr][ée]gional| [Ii]ntercommunal)?|H[ôo]pital|H[ôo]pitaux|Clinique|Polyclinique|Maison de (?:sant[ée]|retraite)|EHPAD|Institut|Cabinet(?: m[ée]dical)?|"
    r"(?:Universit[äa]ts|Kreis|Bezirks|Landes|Stadt|St[äa]dtisches |Zentral)?(?:[Kk]linikum|[Kk]linik|[Kk]rankenhaus|[Ss]pital)|Uniklinik|Charit[ée]|MVZ|Praxis|Gemeinschaftspraxis|Reha-?[Zz]entrum|Pflegeheim|Seniorenheim|Altenheim|"
    r"Ospedale|Presidio [Oo]spedaliero|Azienda [Oo]spedaliera|Policlinico|Clinica|Casa di [Cc]ura|ASL|ASST|AOU|RSA|IRCCS|Poliambulatorio|Istituto|"
    r"Hospital (?:of|for)|Children['’]s Hospital|District Hospital|Government Hospital,?|General Hospital,?|Universit(?:y|ies) of|University Hospitals?|Institute of|College of|School of|Children['’]s|VA|ED of|ER of|Our Lady(?: of)?|University)"
)
PREFIXED: Final = (
    rf"\b{_PREFIXED}[ \t]{{1,3}}(?:(?:de|del|de la|de las|de los|di|della|dei|du|des|d['’]|l['’]|of|the|an der|am|in|zu|zum|für|et|y|e|at)[ \t]{{0,3}}){{0,3}}(\p{{Lu}}|['’]\p{{Lu}})"
)
SAINT: Final = r"\b(?:S(?:t|te|T|aint|AINT)|Mount|Mt|MT|MOUNT)\b\.?[ \t]{1,3}\p{Lu}[\p{L}]+(?:['’]s|['’]S|s['’])"
SAINT_LOWER: Final = r"(?i)\b(?:st|saint)\b\.?[ \t]{1,3}\p{L}{3,}['’]?s\b"
OFFICE: Final = r"\b(?:Dr|Drs|DR|Doctor)\b\.?[ \t]{1,3}\p{Lu}[\p{L}'’.-]+(?:[ \t]{1,3}\p{Lu}[\p{L}'’-]+)?['’]s?[ \t]{1,3}(?i:office|clinic|practice|surgery|group)\b"

_SOURCE: Final = re.compile(
    r"(?i)(?:recommendations?|guidelines?|guidance|according to|per|protocols?|criteria|consensus|study|trial|data|research|published|publications?|"
    r"website|article|reported|researchers|investigators|developed|statement|calculator|algorithm|model|literature|evidence)"
    r"(?: (?:from|by|of|at|on|the|published|issued|provided|in|recent)){0,3} ?$"
)
"""What an institution issues: then it places nobody."""
_BEFORE_NAME: Final = re.compile(
    r"(?i)\b(?:at|to|from|in|by|near|via|the|our|of|with|through|visited|attends|attended|into|and|per|for|a|local|nearby|into|facility:|hospital:|pharmacy:|employer:|clinic:)[ \t\n]{1,3}$"
)
_WEAK_BEFORE: Final = re.compile(
    r"(?i)\b(?:at|to|from|near|via|our|visited|visits|attends|attended|through|into|for|by)[ \t\n]{1,3}(?:the )?$|[:@][ \t]{0,3}$"
)
_TAIL: Final = re.compile(r"(?:,?[ ]{1,3}(?:of|in|at|de|di|-|–)[ ]{1,3}(?:the )?|,[ ]{0,3}|[ ]?[-–][ ]?|[ ]{1,3})(?=[A-ZÀ-Ý])")
_COURSE: Final = re.compile(r"(?i)[ \t]{1,3}(?:course|stay|day|admission|visit|anxiety|discharge|records?|bed|acquired|follow)\b")


def facility(text: str, start: int, end: int, *, lower: bool) -> tuple[int, int] | None:
    """The whole name around a head word, its town behind it included."""
    head = text[start:end]
    begin = phrases.left(text, start, lower=lower)
    name = text[begin:start].strip()
    weak = _WEAK_HEAD.fullmatch(head) is not None
    capital = head[0].isupper()
    if not name or _eponym(text, end):
        return None
    if begin > 0 and text[begin - 1] in "-_/@#":
        return None
    if weak or not capital:
        if not _weak(text, begin, end, name, head, lower=lower):
            return None
    elif phrases.generic(name):
        if not _named_so(name, head):
            return None
    elif not (phrases.proper(name) or towns.known(name) or _BEFORE_NAME.search(text[max(0, begin - 24) : begin])):
        return None
    if _COURSE.match(text, end) and not phrases.proper(name):
        return None
    if _SOURCE.search(text[max(0, begin - 60) : begin]):
        return None
    return begin, tail(text, end)


def _weak(text: str, begin: int, end: int, name: str, head: str, *, lower: bool) -> bool:
    """A head that is also an everyday word, or is in lower case: more must speak for it."""
    if phrases.generic(name) and not (head[0].isupper() and _named_so(name, head)):
        return False
    before = text[max(0, begin - 24) : begin]
    known = towns.known(name) or name in lexicon.systems("plain") or name in lexicon.systems("cued")
    if not head[0].isupper() and not lower and not _SITE.fullmatch(head):
        return False
    if not head[0].isupper() and not lower:
        if name.isupper() and not known:
            return False
        return known or (phrases.proper(name) and _WEAK_BEFORE.search(before) is not None and name[0].isupper())
    if lower and not head[0].isupper() and _WEAK_HEAD.fullmatch(head) and not known:
        return False
    if re.match(r"[ \t]{1,3}[A-Z]", text[end : end + 2]) and not towns.known(text[end + 1 : phrases.right(text, end + 1)]):
        return False
    if _STATION.fullmatch(head):
        return (known or phrases.proper(name)) and (_WEAK_BEFORE.search(before) is not None or head.lower() == "va")
    if head.lower() in ("memorial", "general", "regional", "children's", "children’s") and phrases.proper(name) and known:
        return True
    return _WEAK_BEFORE.search(before) is not None or (lower and phrases.proper(name))


def _named_so(name: str, head: str) -> bool:
    """County General, City Hospital, University Hospital, Memorial Clinic: names although every word is a common one."""
    words = phrases.tokens(name)
    kind = head.lower()
    if not all(word in lexicon.words("hospital_names") or word in ("the", "of", "university", "va", "veterans", "state", "army", "naval", "air") for word in words):
        return False
    if kind in ("general", "memorial", "regional", "children's", "children’s"):
        return words[-1] in ("county", "city", "university", "mercy", "community", "central", "metro", "north", "south") or len(words) > 1
    return kind.startswith(("hosp", "medical c", "infirmary", "clinic", "health c")) and not (
        words == ["general"] and kind.startswith("clinic") or words in (["women"], ["community"]) and kind.startswith(("clinic", "health"))
    )


def tail(text: str, end: int) -> int:
    """Where a facility's name ends once its town and state are read along: Hospital Los Angeles, Clinic in Boston, MA."""
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
    stop = towns.read(text, match.end(), strict=True)
    return stop if stop is not None else end


def _eponym(text: str, end: int) -> bool:
    following = re.match(r"[ \t]{0,3}-?[ \t]{0,3}([A-Za-z-]+)", text[end : end + 30])
    return following is not None and following[1].lower() in lexicon.words("eponym_nouns")


def issues(text: str, start: int, end: int) -> bool:
    """What is named is the source of a guideline, or gives its name to a score, a virus, a disease."""
    return _eponym(text, end) or _SOURCE.search(text[max(0, start - 60) : start]) is not None


def extended(text: str, start: int, end: int) -> int:
    """Where a known name ends once the words behind it are read: "Johns Hopkins All Children's", "Mayo Clinic"."""
    if text[end : end + 1] == " " and phrases.capital(text[end + 1 : end + 3]):
        stop = phrases.right(text, end + 1, limit=3)
        own = text[end + 1 : stop]
        if stop > end + 1 and not phrases.generic(own):
            return stop
    return end


def prefixed(text: str, start: int, name: int) -> tuple[int, int] | None:
    """Hospital Virgen de X, CHU de X, University of X: the name begins at `name`."""
    stop = phrases.right(text, name, limit=6)
    own = text[name:stop]
    if stop <= name or phrases.generic(own):
        return None
    word = text[start:name].strip()
    if re.match(r"(?:CH|CAP|VA|RSA|ASL|Institut|Children|School|College|Institute|University)\b", word):
        before = text[max(0, start - 24) : start]
        if own.isupper() or not (towns.known(own) or phrases.proper(own)):
            return None
        if not re.search(r"(?:of|de|di)$", word) and not towns.known(own) and not _WEAK_BEFORE.search(before):
            return None
    if word in ("Hospital", "Clinica", "Praxis", "Institut", "Hospital of", "Hospital for") and not phrases.proper(own) and own.lower() not in lexicon.words("hospital_names"):
        return None
    if _eponym(text, stop) or _SOURCE.search(text[max(0, start - 60) : start]):
        return None
    begin = phrases.left(text, start) if re.match(r"[A-Z]", text[start:]) else start
    if begin < start and phrases.generic(text[begin:start]):
        begin = start
    return begin, tail(text, stop)


def cued(text: str, at: int) -> tuple[int, int] | None:
    """A name behind a verb of care and a preposition."""
    before = phrases.before(text, at, 7)
    while before and before[-1] in ("the", "our", "a"):
        before.pop()
    if not before:
        return None
    verbs = _VERBS.get(before.pop())
    if verbs is None or not any(word in verbs for word in before[-5:]):
        return None
    return unknown(text, at, bare=False)


def at(text: str, place: int) -> tuple[int, int] | None:
    """A name behind "at" alone."""
    return unknown(text, place, bare=True)


def unknown(text: str, at: int, *, bare: bool) -> tuple[int, int] | None:
    """A name behind "treated at" and the like; behind a bare "at" it must be no word of English."""
    if bare and not _AT.search(text[max(0, at - 10) : at]):
        return None
    stop = phrases.right(text, at, limit=6)
    name = text[at:stop]
    words = phrases.tokens(name)
    if not words or phrases.generic(name) or towns.spared(name):
        return None
    first = name.split()[0]
    if first.rstrip(".") in ("Dr", "Mr", "Mrs", "Ms", "Miss", "Prof", "Drs") or re.match(r"[A-Z]\.?$", first):
        return None
    if name.upper() in lexicon.words("acronyms") or name.lower() in lexicon.words("acronyms") or re.search(r"\d", name):
        return None
    if _eponym(text, stop) or re.match(r"['’]s\b", text[stop:]) or _SOURCE.search(text[max(0, at - 60) : at]):
        return None
    acronym = name.isupper() and " " not in name
    if acronym and not 3 <= len(name) <= 6:
        return None
    if acronym and not re.search(r"(?i)\b(?:at|to|from)[ \t\n]+(?:the[ \t\n]+)?$", text[max(0, at - 14) : at]):
        return None
    if first.lower() in ("christmas", "thanksgiving", "easter", "halloween"):
        return None
    following = re.match(r"[ \t]{1,3}([a-z]+)", text[stop : stop + 24])
    if bare and (
        acronym
        or len(name) < 4
        or not phrases.proper(name)
        or (following is not None and following[1] not in ("on", "for", "with", "where", "and", "in", "after", "since", "by", "last", "this", "who", "when", "today", "clinic", "hospital"))
    ):
        return None
    if not bare and not acronym and not phrases.proper(name) and len(words) < 2:
        return None
    if len(words) == 1 and words[0] in lexicon.common() and words[0] not in lexicon.words("hospital_names"):
        return None
    return at, tail(text, stop)
