"""Streets and house numbers, boxes, military addresses; with the town and the postcode that follow."""

from __future__ import annotations

import re
from typing import Final

from filters.phi.places import lexicon, phrases, towns

# USPS Publication 28, Appendix C1: street suffixes and their common abbreviations. Those of the first list say by
# themselves that a street is meant; those of the second are also other things.
_SUFFIX: Final = (
    r"streets?|str|strt|st|avenues?|aven|ave|av|roads?|rd|boulevard|blvd|boul|drives?|drv|dr|lane|ln|courts?|ct|circles?|cir|crcl|place|pl|"
    r"parkway|pkwy|parkwy|highway|hwy|terrace|terr?|trail|trl|turnpike|tpke|way|alley|aly|causeway|cswy|expressway|expy|freeway|fwy|"
    r"crescent|cres|close|mews|gardens|gdns|grove|grv|row|walk|square|sq|route|rte|loop|plaza|plz|esplanade|marg|nagar|gali|chowk|colony|layout|salai|"
    r"cross|enclave|vihar|puram|wynd|quay|crest|cove|cv|landing|lndg|crossing|xing|crossroads?|junction|motorway|overpass|thoroughfare|throughway|"
    r"bypass|path|pike|pass|rise|parade|promenade"
)
_RARE: Final = (
    r"anex|annex|arcade|bayou|beach|bend|bluffs?|bottom|branch|bridge|brooks?|burgs?|camp|canyon|cape|centers?|cliffs?|club|common|commons|corners?|course|creek|curve|"
    r"dale|dam|divide|estates?|extensions?|falls?|ferry|fields?|flats?|fords?|forests?|forges?|forks?|fort|garden|gateway|glens?|greens?|groves|harbors?|haven|heights|hills?|"
    r"hollow|inlet|islands?|isle|keys?|knolls?|lakes?|land|lights?|loaf|locks?|lodge|mall|manors?|meadows?|mills?|mission|mount|mountains?|neck|orchard|oval|"
    r"parks?|passage|pines?|plains?|points?|ports?|prairie|radial|ramp|ranch|rapids?|rest|ridges?|river|run|shoals?|shores?|skyway|springs?|spurs?|squares|"
    r"station|stravenue|stream|summit|trace|track|trafficway|tunnel|underpass|unions?|valleys?|viaduct|views?|villages?|ville|vista|walks|wall|ways|wells?|courts|circles"
)
_SIDE: Final = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest|Old|Upper|Lower|The)\.?[ ])"
_WORD: Final = r"(?:\p{Lu}[\p{L}\p{M}'’.\-]*|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"
_NUMBER: Final = r"\b\d{1,6}(?:-\d{1,5}|[ ]?[A-Za-z]\b|[ ]1/2)?"
_UNIT_WORD: Final = r"(?i:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|lot|trailer|trlr|space|box|no|door no)"
_UNIT: Final = rf"(?:,?[ ](?:{_UNIT_WORD}\b\.?[ ]?#?[ ]?[\w-]{{1,6}}|#[ ]?[\w-]{{1,6}}|\d{{1,2}}(?:st|nd|rd|th)[ ](?i:floor)))"
STREET: Final = (
    rf"(?:(?i:flat|apt\.?|apartment|unit|suite|room|door no\.?)[ ]\w{{1,5}},?[ ])?(?:(?i:no\.?|house no\.?|h\.? ?no\.?)[ ])?{_NUMBER},?[ ]{_SIDE}?(?:{_WORD}[ ]){{1,4}}?"
    rf"(?i:{_SUFFIX})\b\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Road|Hill|Extension)\b\.?)?"
)
THE: Final = rf"\b\d{{1,4}}[A-Za-z]?[ ]The[ ]\p{{Lu}}\p{{L}}+"
RARE: Final = rf"{_NUMBER},?[ ]{_SIDE}?(?:{_WORD}[ ]){{1,3}}?(?i:{_RARE})\b\.?"
NUMBERED: Final = (
    rf"{_NUMBER}[ ]{_SIDE}?(?i:(?:state|county|u\.?s\.?)[ ])?(?i:highway|hwy|route|rte|road|rd|county road|cr|fm|sr|avenue|ave|broadway)[ ](?:\d{{1,4}}|[A-Z])\b"
    rf"|{_NUMBER}[ ]{_SIDE}?(?i:broadway|park avenue|bowery)\b"
)
LOWER: Final = rf"(?i)\b\d{{1,5}}[ ](?:(?:north|south|east|west|n|s|e|w|old|upper|lower)\.?[ ])?(?:[a-zà-ÿ]{{3,20}}[ ]|\d{{1,3}}(?:st|nd|rd|th)[ ]){{1,2}}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|circle|cir|place|parkway|pkwy|highway|hwy|terrace|trail|way|crescent|close|gardens|mews|colony|layout|marg|nagar|gali)\b\.?"
BOX: Final = r"(?i)\b(?:p\.?[ ]?o\.?[ ]?box|post office box|postfach|apartado(?: de correos)?|bo[iî]te postale|b\.p\.|casella postale|rr ?\d+,? box|hc ?\d+,? box|locked bag|gpo box)[ ]?#?[ ]?\d{1,6}\b"
MILITARY: Final = r"\b(?:(?:PSC|CMR|Unit|UNIT|USS|USNS|USNV|USCGC|UMR)[ ][\w.-]+(?:[ ][A-Z][a-z]+)?,?[ \n]{0,2}(?:Box[ ]\d+,?[ \n]{0,2})?)?(?:APO|FPO|DPO),?[ ](?:AA|AE|AP)(?:,?[ ]\d{5}(?:-\d{4})?)?\b"
SPANISH: Final = (
    r"(?:\b(?:Calle|CALLE|C/|c/|Avda?\.?|Avenida|AVENIDA|Plaza|Pza\.?|Pl\.|Plza\.?|Paseo|P[ºo]\.?|Camino|Cno\.?|Traves[ií]a|Ronda|Carrer|R[uú]a|Urbanizaci[oó]n|Urb\.?|Carretera|Ctra\.?|"
    r"Glorieta|Callej[oó]n|Pasaje|Bulevar|Pol[ií]gono|Barrio|Cuesta|Alameda|Gran V[ií]a))[ ]?(?:(?:de|del|de la|de las|de los|la|el|los|las|d['’])[ ]){0,2}\p{Lu}[\p{L}'’.-]{2,}(?:[ ](?:de|del|la|las|los|el|y|\p{Lu}[\p{L}'’.-]*)){0,5}"
    r"(?:,?[ ]?(?:n[º°.o]*[ ]?|n[uú]m\.?[ ]?|[º°][ ]?)?\d{1,4}\b(?:[ ]?bis)?(?:[ -]?[A-Z]\b)?|,?[ ]s/n\b)(?:,?[ ](?:\d{1,2}[ ]?[º°ªoa]\.?(?:[ ]?(?:[A-Z]\b|izda\.?|dcha\.?|izquierda|derecha|centro))?|bajo(?:[ ][A-Z]\b)?|esc(?:alera|\.)[ ]?\w+|piso[ ]?\w+|puerta[ ]?\w+|portal[ ]?\w+|[aá]tico|local[ ]?\w+|bloque[ ]?\w+)){0,4}"
)
FRENCH: Final = (
    r"\b\d{1,4}(?:[ ]?(?:bis|ter|quater|[A-D]))?,?[ ](?i:rue|r\.|avenue|av\.?|boulevard|bd\.?|blvd|place|pl\.|chemin|ch\.|impasse|imp\.|all[ée]es?|quai|route|rte|cours|square|passage|faubourg|sentier|r[ée]sidence|lotissement|hameau|ruelle|voie|mont[ée]e|esplanade|villa|cit[ée])"
    r"[ ](?:(?:de|du|des|de la|la|le|les|aux?|de l['’]|d['’]|l['’]|saint-?)[ ]?){0,3}[\p{Lu}\d][\p{L}\d'’.-]*(?:[ ](?:de|du|des|la|le|les|et|d['’]\p{L}+|\p{Lu}[\p{L}'’.-]*)){0,5}(?:,?[ ](?:appt?\.?|appartement|b[âa]t(?:iment|\.)?|[ée]tage|porte|esc(?:alier|\.))[ ]?\w{1,4}|,?[ ]\d{1,2}(?:er|e|[èe]me)[ ][ée]tage){0,2}"
)
GERMAN: Final = (
    r"(?:\b\p{Lu}[\p{L}ß.-]*(?:[ ]\p{Lu}[\p{L}-]+)?(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ring|ufer|damm|hof|steig|chaussee|markt|stieg|pfad|graben|twiete|straat|laan|plein|gracht|kade|singel|gatan|vej|vägen|gade)"
    r"|\b\p{Lu}[\p{L}ß-]+[ -](?:Stra(?:ß|ss)e|Str\.|Weg|Gasse|Allee|Platz|Ring|Ufer|Damm)|\b(?:Am|An der|An den|Im|In der|In den|Auf dem|Auf der|Zum|Zur|Unter den|Beim|Hinter der|Vor dem)[ ]\p{Lu}[\p{L}ß-]+)"
    r"[ ]\d{1,3}(?:[ ]?[a-h]\b)?(?:[-/]\d{1,3})?\b(?:,?[ ](?:\d{1,2}\.[ ]?(?:OG|Stock|Etage)|EG(?:[ ]links|[ ]rechts)?|DG|Whg\.?[ ]?\d+|Wohnung[ ]\d+|Hinterhaus|HH|VH|Top[ ]\d+)){0,2}"
)
ITALIAN: Final = (
    r"\b(?i:via|viale|v\.le|piazza|p\.zza|piazzale|corso|c\.so|vicolo|largo|strada|contrada|localit[àa]|loc\.|frazione|salita|lungo\p{L}+|borgo|calle|fondamenta)[ ](?:(?:dei|degli|della|delle|del|di|dello|dell['’]|da|d['’]|san|santa|monte)[ ]?){0,2}\p{Lu}[\p{L}'’.-]{2,}(?:[ ](?:e|di|dei|della|del|\p{Lu}[\p{L}'’.-]*)){0,4}"
    r"(?:,[ ]?|[ ])(?:n\.?[°º]?[ ]?|civ\.?[ ]?)?\d{1,4}\b(?:[ ]?/[ ]?[\dA-Za-z]{1,3}|[ ]?[A-Za-z]\b)?(?:,?[ ](?:int(?:erno|\.)?[ ]?\w+|scala[ ]?\w+|piano[ ]?\w+|sc\.[ ]?\w+)){0,3}"
)
LABEL: Final = (
    r"(?i)\b(?:(?:home|mailing|street|residential|permanent|current|work|billing|patient|delivery|postal)? ?(?:address(?:es)?)|direcci[oó]n|domicilio|adresse|anschrift|wohnhaft|indirizzo|residence|addr)"
    r"(?:[ \t]*(?:[:=]|\bis\b|\bas\b|of record:?|on file:?|line 1:?)){1,2}[ \t\n]{0,3}([\p{L}\d#][^\n|\[\]]{3,110})"
)
_UNITS: Final = re.compile((_UNIT + "{1,3}").replace("[ ]?", "[ ]{0,3}").replace("[ ](", "[ ]{1,3}("))
_RARE_CUE: Final = re.compile(r"(?i)(?:(?:home )?visit(?: to| at)?|went to|addr(?:ess)?:?|our place at|up at|address(?: is|:)?|lives at|living at|resid\w+ at|located at|home(?: is)? at|home:|at|mail(?:ed)? to|deliver\w* to|moved to|sent to)[ \t\n]{0,3}$")
_MEASURE: Final = re.compile(r"(?i)\d (?:mg|mcg|ml|cc|kg|mm|cm|units?|tabs?|iu|day|days|week|weeks|month|months|year|years|yo|hours?|hrs?|min|french|gauge|ga)\b")
_NEXT_LABEL: Final = re.compile(
    r"(?i)[ \t]{2,}\S|[;,.]?[ \t]+(?:phone|tel|fax|e-?mail|dob|mrn|ssn|date|name|sex|age|cell|mobile|insurance|account|attending|provider|n[uú]mero|tfno|episodio|f\.)\b[^,\n]{0,24}:|\.[ \t]+(?=[A-Z][a-z]+ [a-z])|\.$|[.;][ \t]*$|\.[ \t]+(?:The|She|He|They|Her|His|Patient|Pt|No|We|I)\b"
)


def street(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A street with its number, its flat, town, state and postcode."""
    own = text[start:end]
    if _MEASURE.match(own) or re.match(r"(?i)\d+ (?:Patients?|Days?|Weeks?|Months?|Years?|Point|Item|Minute|Step|Lead|View)\b", own):
        return None
    if start and (text[start - 1] in "/.-#$" or text[start - 1].isalnum()):
        return None
    if re.search(r"(?i)\b(?:dr|st|ct|pl|cir)$", own) and re.match(r"\.? [A-Z][a-z]+", text[end : end + 20]) and not re.match(r"\.? (?:Apt|Suite|Ste|Unit|Floor|Fl)\b", text[end:end + 12]) and re.search(r"(?i)\bdr$", own):
        return None  # "seen 3 Times By Dr. Smith"
    return start, rest(text, end)


def lower(text: str, start: int, end: int) -> tuple[int, int] | None:
    """123 maple street, all in lower case: some word of the name or a cue must say that it is one."""
    words = phrases.tokens(text[start:end])
    if _MEASURE.match(text[start:end]) or any(word in ("mg", "ml", "times", "days", "per", "the", "a", "by", "to", "of", "in", "and", "with", "year", "years", "patients") for word in words[1:-1]):
        return None
    unknown = any(word not in lexicon.common() and word.isalpha() for word in words[1:-1])
    short = words[-1] in ("st", "dr", "ct", "way", "place", "court", "close", "circle", "cir", "trail", "layout")
    if (short or not unknown) and not _RARE_CUE.search(text[max(0, start - 24) : start]):
        return None
    return start, rest(text, end)


def german(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Hauptstraße 5; not "Spring 12" nor "During 7"."""
    words = phrases.tokens(re.split(r"[ ]\d", text[start:end])[0])
    if all(word in lexicon.common() for word in words) or re.match(r"[ ]?(?:%|mg|ml|cm|mm|[A-Za-z]{1,2}\d|(?:patients|years|days|weeks|months|cases|of)\b)|[.,]\d", text[end:end + 10]):
        return None
    full = rest(text, end)
    if re.match(r"(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Beim)[ ]", text[start:end]) and full == end and not _RARE_CUE.search(text[max(0, start - 24) : start]):
        return None
    return start, full


def italian(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Via Roma 1; in lower case, "via", "largo" and the like are also other words, and need the comma or more."""
    full = rest(text, end)
    own = text[start:end]
    if own[0].islower() and full == end and not re.search(r",[ ]?(?:n|\d)|[ ]n\.", own):
        return None
    if re.search(r"[A-Z]\d|\d[A-Z]|[A-Z]{2}", own.split(",")[0]) and own[0].islower():
        return None
    return (start, full) if re.match(r"(?i)via[ ](?:the|an?|CT|MRI)\b", own) is None else None


def rare(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A street whose suffix is also something else: a cue, a flat or a town must say so."""
    kept = street(text, start, end)
    if kept is None:
        return None
    return kept if kept[1] > end or _RARE_CUE.search(text[max(0, start - 24) : start]) else None


def rest(text: str, end: int) -> int:
    """Where the address ends once flat, town, state and postcode behind the street are read."""
    unit = _UNITS.match(text, end)
    if unit:
        end = unit.end()
    town = re.match(r"(?:,|[ ]?[-–]|[ ]{1,3}(?:in|à|en))?[ \t\n]{1,3}(?=[A-Z\u00c0-\u00dd])|,(?=[A-Z])", text[end : end + 8])
    foreign = re.match(r"(?:,|[ ]?[-–])?[ \t\n]{1,3}(?:[A-Z]{1,2}-)?\d{4,5}[ ](?=[A-Z\u00c0-\u00dd])", text[end : end + 16])
    if foreign:
        stop = phrases.right(text, end + foreign.end(), limit=4)
        if stop > end + foreign.end():
            return stop
    if town:
        at = end + town.end()
        stop = towns.read(text, at, strict=not town.group().startswith(","), cue=True)
        if stop is not None and not (town.group().startswith("\n") and stop == at):
            after = stop
            code = re.match(r",?[ ]{1,2}(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b", text[after : after + 14])
            return after + code.end() if code else after
        state = towns.state(text, end)
        if state is not None:
            return towns.postcode(text, state)
    code = towns.postcode(text, end)
    return code


def labelled(text: str, start: int, end: int) -> tuple[int, int] | None:
    """What stands behind "Address:", up to the next label, sentence or line."""
    own = text[start:end]
    stop = _NEXT_LABEL.search(own)
    if stop:
        own = own[: stop.start()]
    own = own.rstrip(" \t,.;")
    if not re.search(r"\d", own) and not re.match(r"[A-Z\u00c0-\u00dd]", own) or re.search(r"@|https?:|www\.|^\d{1,3}(?:\.\d{1,3}){3}", own):
        return None
    if phrases.generic(own):
        return None
    return start, start + len(own)
