"""Hospitals and the like by what stands before their name: a verb of care, a word such as "Klinikum", a saint."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import facilities, lexicon, phrases, towns

_AT_VERBS: Final = lexicon.words("care_at")

_TO_VERBS: Final = lexicon.words("care_to")

_FROM_VERBS: Final = lexicon.words("care_from")

_IN_VERBS: Final = lexicon.words("care_in")

_VERBS: Final = {
    "at": _AT_VERBS,
    "@": _AT_VERBS,
    "to": _TO_VERBS,
    "into": _TO_VERBS,
    "from": _FROM_VERBS,
    "in": _IN_VERBS,
}

BEHIND: Final = (
    r"(?:\b(?i:at|to|from|in|into|near|of|around|outside|between|en|de|à|bei|aus|nach|da|di)|[ ]@)[ \t\n]+"
    r"(?:(?i:the|our|a)[ \t\n]+)?(\p{Lu}|[01568]\p{Ll}{4})"
)
"""A capital behind a preposition, from which towns and hospitals are read on."""

_AT: Final = re.compile(r"(?i)(?:\bat|[ ]@)[ \t\n](?:(?:the|our)[ \t]{1,3})?$")

DIRECT: Final = (
    r"(?:\b(?i:visited|visits|attends|attended|works for|worked for|employed by|employee of)[ \n]|(?:^|"
    r"[\n.;,|•*] {0,3})(?i:(?:name of )?(?:facility|hospital|clinic|pharmacy|school|employer|location|site|practice|"
    r"provider organization|location of (?:service|care)|"
    r"place of service|performing lab(?:oratory)?|referring facility)(?: name)?)[ \t]*:[ \t]{0,3})(?:the )?(\p{Lu})"
)

_PREFIXED: Final = (
    r"(?:(?i:Ysbyty|"
    r"Hospital(?:es)?|Hosp\.|Complejo Hospitalario|Cl[ií]nicas?|Centro (?:de Salud|M[eé]dico|de Atenci[oó]n|"
    r"de Especialidades|Hospitalario|Sanitario|Medico)|Consultorio|Ambulatorio|"
    r"Residencia(?: de ancianos| geri[aá]trica)?|Polic[lí]{2}nic[ao]|Sanatorio|Instituto|Fundaci[oó]n|"
    r"Servicio de Urgencias|Mutua|Cl[ií]nico)|CAP|"
    r"CHU|CHRU|CHR|CH|CHUV|(?i:Centre [Hh]ospitalier(?: [Uu]niversitaire| [Rr][ée]gional| [Ii]ntercommunal)?|"
    r"H[ôo]pital|H[ôo]pitaux|Clinique|Polyclinique|Maison de (?:sant[ée]|retraite)|EHPAD|Institut|"
    r"Cabinet(?: m[ée]dical)?)|"
    r"(?i:(?:Universit[äa]ts|Kreis|Bezirks|Landes|Stadt|St[äa]dtisches |Zentral)?(?:[Kk]linikum|[Kk]linik|"
    r"[Kk]rankenhaus|[Ss]pital)|Uniklinik|Charit[ée]|Praxis|Gemeinschaftspraxis|Reha-?[Zz]entrum|Pflegeheim|"
    r"Seniorenheim|Altenheim)|MVZ|"
    r"(?i:Ospedale|Presidio [Oo]spedaliero|Azienda [Oo]spedaliera|Policlinico|Clinica|Casa di [Cc]ura|"
    r"Poliambulatorio|Istituto)|ASL|ASST|AOU|RSA|IRCCS|"
    r"(?i:Hospital (?:of|for)|Children['’]s Hospital|District Hospital|Government Hospital,?|General Hospital,?|"
    r"Universit(?:y|ies) of|University Hospitals?|Institute of|College of|School of|Children['’]s|ED of|ER of|"
    r"Our Lady(?: of)?)|VA|University|HMP|FCI|Casa|Villa|R[ée]sidence)"
)

_GAPPED: Final = _PREFIXED.replace(" ", "[ ]")
PREFIXED: Final = (
    rf"\b{_GAPPED}[ \t]{{1,3}}(?i:(?:de|del|de la|de las|de los|di|della|dei|du|das|dos|do|da|"
    rf"des|d['’]|l['’]|of|the|an der|am|"
    rf"in|zu|zum|für|et|y|e|at)[ \t]{{0,3}}){{0,3}}(\p{{Lu}}|['’]\p{{Lu}})"
)

SAINT: Final = r"\b(?:S(?:t|te|T|aint|AINT)|Mount|Mt|MT|MOUNT)\b\.?[ \t]{1,3}\p{Lu}[\p{L}]+(?:['’]s|['’]S|s['’])"

SAINT_LOWER: Final = r"(?i)\b(?:st|saint)\b\.?[ \t]{1,3}\p{L}{3,}['’]?s\b"

OFFICE: Final = (
    r"\b(?:Dr|Drs|DR|Doctor)\b\.?[ \t]{1,3}\p{Lu}[\p{L}'’.-]+(?:[ \t]{1,3}\p{Lu}[\p{L}'’-]+)?['’]s?[ \t]{1,3}"
    r"(?i:office|clinic|practice|surgery|group)\b"
)


def prefixed(text: str, start: int, name: int) -> tuple[int, int] | None:
    """Hospital Virgen de X, CHU de X, University of X: the name begins at `name`."""
    stop = phrases.right(text, name, limit=6)
    own = text[name:stop]
    if stop <= name or phrases.generic(own):
        return None
    word = text[start:name].strip()
    if re.match(
        r"(?:CH|CAP|VA|RSA|ASL|FCI|HMP|Casa|Villa|R[ée]sidence|Institut|Children|School|College|Institute|University)\b",
        word,
    ):
        before = text[max(0, start - 24) : start]
        if (own.isupper() and len(own) < 4) or not (towns.known(own) or phrases.proper(own)):
            return None
        if not re.search(r"(?:of|de|di)$", word) and not towns.known(own) and not facilities.WEAK_BEFORE.search(before):
            return None
    if (
        word in ("Hospital", "hospital", "hospitals", "Clinica", "Praxis", "Institut", "Hospital of", "Hospital for")
        and not phrases.proper(own)
        and own.lower() not in lexicon.words("hospital_names")
    ):
        return None
    if facilities.eponym(text, stop) or facilities.SOURCE.search(text[max(0, start - 60) : start]):
        return None
    if re.search(r"(?i)\b(?:national|american|european|royal)[ ]$", text[max(0, start - 10) : start]) and re.match(
        r"(?i)instit|college", word
    ):
        return None
    begin = phrases.left(text, start) if re.match(r"[A-Z]", text[start:]) else start
    if begin < start and phrases.generic(text[begin:start]):
        begin = start
    return begin, facilities.tail(text, stop)


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
    if (
        name.upper() in lexicon.words("acronyms")
        or name.lower() in lexicon.words("acronyms")
        or re.search(r"\d\d|\b\d\b", name)
    ):
        return None
    if (
        facilities.eponym(text, stop)
        or re.match(r"['’]s\b", text[stop:])
        or facilities.SOURCE.search(text[max(0, at - 60) : at])
    ):
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
        or (
            following is not None
            and following[1]
            not in (
                "on",
                "for",
                "with",
                "where",
                "and",
                "in",
                "after",
                "since",
                "by",
                "last",
                "this",
                "who",
                "when",
                "today",
                "clinic",
                "hospital",
            )
        )
    ):
        return None
    if not bare and not acronym and not phrases.proper(name) and len(words) < 2:
        return None
    if len(words) == 1 and words[0] in lexicon.common() and words[0] not in lexicon.words("hospital_names"):
        return None
    return at, facilities.tail(text, stop)
