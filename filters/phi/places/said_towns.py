"""Towns and hospitals in a transcript, which has no capitals."""

from __future__ import annotations

import re
from typing import Any, Final

from filters.phi.places import lexicon, phrases, towns

_WORDS: Final = re.compile(r"[a-zà-ÿ'’.-]+")
_STATE_NAMES: Final = "|".join(
    sorted((re.escape(name.lower()) for name in lexicon.STATES.values()), key=lambda name: (-len(name), name))
)
_LISTED: Final = 15_000
"""People from which a town is known behind a word that also leads to other things."""
_JOINED: Final = re.compile(
    r"[ ]{1,3}(?:di|de|del|della|do|da|du|sur|ob der|an der|am|upon|del rey|les)[ ]{1,3}([a-zà-ÿ'’-]{4,})"
)
_ARTICLES: Final = frozenset(("the", "a", "an", "my", "your", "his", "her", "our", "their", "this", "that", "some"))

_BEHIND: Final = r"(?:to|from|in|near|outside(?:[ ]of)?|around)"
_ON_THE_WAY: Final = r"(?:[ ](?:up|down|over|out|back|home|here|in|all the way|again|recently|just|right))?"
VISITED: Final = (
    r"\b(?i:travel(?:s|l?ed|l?ing)?|trips?|vacation(?:ed|ing)?|holidays?|fl[eo]w|flown|flying|flights?|born|raised|"
    rf"grew[ ]up|brought[ ]up|relocat\w+|retired|moved|moving){_ON_THE_WAY}[ ]{_BEHIND}[ ](?:the[ ])?([a-zà-ÿ])|"
    r"\b(?i:travel\w*)\b[^\n.?]{0,30}[?.]?[ \n\r]{1,3}(?:\[[\w ]{2,20}\]|"
    r"[A-Za-z][\w .]{1,20}:)?[ ](?:[\w ,'’]{0,24}? )??"
    r"(?:just )?to[ ]([a-zà-ÿ])"
)
"""Of a journey or a move: what stands behind is a place."""
WENT: Final = (
    r"\b(?i:commut\w+|hails?|drive|drives|drove|driving|driven|ride|came|come|comes|coming|went|gone|been|visit(?:ed|ing|s)?|stay(?:ed|"
    r"ing)?|head(?:ed|ing)|back|home|over|up|down|out|way|here|based|works?|worked|working|job|office|practice|clinic|"
    r"hospital|pharmacy|store|school|church|house|home|farm|place|apartment|family|folks|parents|mom|dad|mother|"
    r"father|son|daughter|sister|brother|aunt|uncle|grandma|grandson|granddaughter|cousin|friend|doctor|surgeon|"
    rf"specialist|[a-z]{{4,}}ologist|va|live|lives|lived|living|i['’]m|we['’]re){_ON_THE_WAY}[ ]{_BEHIND}[ ](?:the[ ])?"
    r"([a-zà-ÿ])|\b(?i:visit(?:ed|ing)?)[ ]([a-zà-ÿ])"
)
"""Of going and of where things are: what stands behind may be a place."""
STATED: Final = rf"[a-zà-ÿ'.]{{2,}}[ ]?,?[ ]({_STATE_NAMES})\b"


def known_behind() -> str:
    """An expression of large towns, in any case, behind a preposition."""
    names = "|".join(re.escape(name) for name in sorted(lexicon.large(), key=lambda name: (-len(name), name)))
    return rf"(?i)\b(?:in|from|to|near|outside|around|of)[ \n]{{1,3}}({names})\b"


_CHILDHOOD: Final = re.compile(
    r"(?i)\b(?:grew up|born|brought up|living|lives?|lived)(?: down| up| over| out)? in[ ]{1,3}$"
)
"""Behind these, a listed town may also be a word: bath, reading, settle."""
_CLAUSE: Final = re.compile(r"[ ]?(?:[.,;!?\n]|$)|[ ]and\b")


def named(text: str, at: int, *, loose: bool) -> int | None:
    """Where a town ends that begins at `at`, its state included; None if what stands there is none.

    `loose`: one word will do that English and medicine do not know.
    """
    words = list(_WORDS.finditer(text, at, at + 60))[:4]
    if not words or words[0].start() != at or words[0].group() in _ARTICLES:
        return None
    english = words[0].group() in lexicon.common()
    best: int | None = None
    for count in range(1, len(words) + 1):
        if count > 1 and text[words[count - 2].end() : words[count - 1].start()].strip(" "):
            break
        name = re.sub(r"['’]s?$|[.'’-]+$", "", text[at : words[count - 1].end()])
        if english:
            taken = count > 1 and lexicon.people(name) > 0
        else:
            taken = bool(name) and _is_town(text, name, at, loose=loose, count=count)
        if taken and not towns.spared(name):
            best = at + len(name)
    if best is None:
        return None
    joined = _JOINED.match(text, best)
    if joined is not None and not lexicon.medical(joined[1]):
        best = joined.end()
    state = towns.state(text, best, lower=True)
    return towns.postcode(text, state if state is not None else best)


def _is_town(text: str, name: str, at: int, *, loose: bool, count: int) -> bool:
    end = at + len(name)
    words = phrases.tokens(name)
    if not words or any(word in lexicon.words("generic") for word in (words[0], words[-1])):
        # "new york", "north haven": what begins or ends so must be listed.
        return count > 1 and lexicon.people(name) > 0
    if towns.state(text, end, lower=True) is not None:
        return any(word not in lexicon.common() for word in words) or lexicon.people(name) > 0
    size = lexicon.people(name)
    if count > 1:
        ending = words[-1] in lexicon.words("town_nouns") and words[0] not in lexicon.common()
        return size > 0 or (count == 2 and (ending or _shaped(words)))
    if _english(name) or (lexicon.medical(name) and size == 0):
        return False
    within = re.search(r"\b(?:in|near|outside)[ ]+$", text[max(0, at - 12) : at]) is not None  # nobody's name
    if size and (loose or (size >= _LISTED and (within or name not in lexicon.surnames()))):
        return True
    return (lexicon.townlike(name) and name not in lexicon.surnames()) or (
        loose
        and len(name) > 4
        and name not in lexicon.surnames()
        and all(part.isalpha() for part in name.split("-"))
        and ("-" not in name or len([part for part in name.split("-") if not lexicon.medical(part)]) > 1)
    )


def _english(name: str) -> bool:
    """A word of English, with one of its prefixes or without."""
    return name in lexicon.common() or any(
        name.startswith(prefix) and name[len(prefix) :] in lexicon.common()
        for prefix in ("re", "un", "pre", "over", "under", "dis", "mis", "out", "non", "inter")
    )


def _shaped(words: list[str]) -> bool:
    """A beginning as towns have it, and a word that is none of English: saint ambrose, port jeffers."""
    return lexicon.townlike(" ".join(words)) and all(
        word not in lexicon.common() and not lexicon.medical(word) for word in words[1:]
    )


def visited(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """I grew up in X, we flew to X, any travel? - just to X."""
    if match.group().lower().startswith(b"retired from"):
        return None  # an employer
    found = _place(text, end - 1, loose=True)
    if found is None and _CHILDHOOD.search(text[max(0, end - 24) : end - 1]):
        word = _WORDS.match(text, end - 1)
        if word is not None and lexicon.people(word.group()) > 0 and _CLAUSE.match(text, word.end()):
            return word.span()
    return found


def went(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """The pharmacy in X, my sister in X, I drove in from X."""
    return _place(text, end - 1, loose=False)


def _place(text: str, at: int, *, loose: bool) -> tuple[int, int] | None:
    stop = named(text, at, loose=loose)
    if stop is None or re.match(r"['’]s\b", text[stop:]) or towns.follows_eponym(text, stop):
        return None
    return at, stop


def stated(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """Springfield, illinois: the state stands at `start`."""
    area = text[max(0, start - 50) : start].rstrip(" ,")
    tail = re.search(r"[a-zà-ÿ'.-]+(?: [a-zà-ÿ'.-]+){0,2}$", area)
    if tail is None:
        return None
    words = list(_WORDS.finditer(area, tail.start()))
    offset = max(0, start - 50)
    for first in words:
        name = area[first.start() :]
        before = area[: first.start()].rstrip()
        behind = re.search(r"\b(?:in|from|near|to|at|of|outside|around)$", before) is not None
        single = " " not in name
        if towns.spared(name) or name in lexicon.words("generic") or name in _ARTICLES:
            continue
        listed = lexicon.people(name) > 0 and not (single and name in lexicon.common() and not behind)
        if listed and not (single and name in lexicon.surnames() and not behind and "," not in text[start - 3 : start]):
            return offset + first.start(), towns.postcode(text, end)
        if behind and single and len(name) > 3 and name not in lexicon.common() and not lexicon.medical(name):
            return offset + first.start(), towns.postcode(text, end)
    return None


_HEADS: Final = (
    r"(?:hospital|hosp|medical[ ]cent(?:er|re)|med[ ]center|health[ ]cent(?:er|re)|clinic|urgent[ ]care|"
    r"family[ ](?:medicine|practice|health)|nursing[ ]home|rehab(?:ilitation)?|hospice|surgery[ ]center|pharmacy|"
    r"(?:(?:cottage|royal|mission|district|community)[ ])?(?:hospital|infirmary|polyclinic)|"
    r"children['’]?s(?:[ ]hospital)?|va|"
    r"institute[ ]of[ ]medical[ ]sciences|general(?:[ ]hospital)?|memorial(?:[ ]hospital)?|"
    r"regional(?:[ ](?:hospital|medical[ ]center))?|"
    r"senior[ ]living|assisted[ ]living|care[ ]home|dental|health|elementary|middle[ ]school|high[ ]school)"
)
_HEAD_LAST: Final = re.compile(rf"(?i){_HEADS}$".replace("[ ]", "[ ]{1,3}"))
HEADED: Final = (
    r"\b(?i:at|to|from|in|into|near|over at|visited|by|for|with|of)[ ](?i:the[ ]|that[ ]|our[ ])?"
    rf"((?:[\p{{L}}'’.]{{2,20}}[ ]){{1,3}}?{_HEADS})\b"
)


def headed(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """At mercy hospital, to good samaritan medical center: words that hospitals bear, one of them telling."""
    own = text[start:end]
    head = _HEAD_LAST.search(own)
    assert head is not None, "the expression ends in it"
    words = phrases.tokens(own[: head.start()])
    names, nouns = lexicon.words("hospital_names"), lexicon.words("town_nouns")
    strange = [word for word in words if len(word) > 3 and word.isalpha() and not lexicon.medical(word)]
    others = [
        word for word in words if word not in strange and word not in ("st", "saint", "mount", "of", "the", "and")
    ]
    system = " ".join(words) in lexicon.systems("plain") or own.lower() in lexicon.systems("plain")
    if not system and any(word not in names and not (strange and word in nouns) for word in others):
        return None
    telling = [
        word for word in words if word in strange or (word in names and word not in lexicon.words("vague_hospitals"))
    ]
    named_town = lexicon.people(" ".join(words)) > 0 and words[0] not in lexicon.common()
    if not (telling or named_town or system) and not (len(words) > 1 and all(word in names for word in words)):
        return None
    if words[0] in nouns and not named_town:
        return None
    if re.match(r"(?i)[ ](?:insurance|card|records?|issues?|conditions?|history)\b", text[end : end + 14]):
        return None
    comma = re.match(r"[ ]?,[ ]{1,3}|[ ]in[ ]{1,3}", text[end : end + 6])
    town = named(text, end + comma.end(), loose=False) if comma else None
    return start, town if town is not None else end


SAINT: Final = r"(?i)\b(?:st|saint)\b\.?[ ]{1,3}\p{L}{3,}['’]?s[ ]{1,3}(?:of|in)[ ]{1,3}([\p{Ll}])"


def sainted(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """Saint odile's of X: its town is read along."""
    stop = named(text, end - 1, loose=True)
    return None if stop is None else (end - len(match.group().decode()), stop)


PREFIXED: Final = (
    r"(?i)\b(?:(?:hospital|cl[ií]nica|centro(?:[ ]de[ ]salud)?|h[ôo]pital|clinique|polyclinique|maison[ ]de[ ]sant[ée]|"
    r"centre[ ]hospitalier|chu|ch|ospedale|policlinico|consultorio|ambulatorio|poliambulatorio|instituto|institut|"
    r"istituto|casa[ ]di[ ]cura|university|children['’]?s[ ]hospital|college|school[ ]of[ ]medicine)[ ]{1,3}"
    r"(?:(?:comarcal|universitario|general|regional|provincial)[ ])?(?:de[ ]la|de[ ]los|de|del|des|du|di|della|"
    r"d['’]|of|"
    r"at|san|santa|santo|virgen[ ]de(?:[ ]la|l)?)[ ]{1,3}|"
    r"(?:h[ôo]pital|clinique|polyclinique|klinikum|klinik|\w{3,}klinikum|kreiskrankenhaus|krankenhaus|praxis|ospedale|"
    r"policlinico|ambulatorio|poliambulatorio|consultorio|casa[ ]di[ ]cura|cl[ií]nica|institut|pflegeheim|"
    r"seniorenheim|reha-?zentrum|mvz|ehpad|complejo[ ]hospitalario[ ]de|presidio[ ]ospedaliero|our[ ]lady[ ]of)"
    r"[ ]{1,3})([\p{Ll}])"
)
_LINKS: Final = frozenset(
    ("de", "del", "la", "las", "los", "le", "les", "du", "des", "di", "della", "of", "the", "am", "bad", "san", "sankt")
)


def prefixed(text: str, start: int, end: int, match: Any) -> tuple[int, int] | None:
    """Hospital de X, klinikum X, university of X: as far as its words are no words of English."""
    at = end - 1
    begin = end - len(match.group().decode())
    stop = None
    for word in list(_WORDS.finditer(text, at, at + 70))[:5]:
        own = phrases.bare(word.group())
        if text[at : word.start()].count(" ") > 12 or "\n" in text[at : word.start()]:
            break
        if own in _LINKS:
            continue
        if not own or own in lexicon.common() or (lexicon.medical(own) and not lexicon.people(own)) or len(own) < 3:
            break
        stop = word.start() + len(word.group().rstrip(".'’-"))
        if len(own) < len(word.group().rstrip("'’")):
            break
    if stop is None:
        return None
    name = text[at:stop]
    if towns.spared(name) and not text[begin:at].lower().startswith("university"):
        return None
    return (begin, stop) if not towns.follows_eponym(text, stop) else None
