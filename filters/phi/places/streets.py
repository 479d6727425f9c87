"""How streets, boxes and military addresses are written: RE2 expressions; `[ ]` is any blank, of any width.

The suffixes of American streets are those of USPS Publication 28, Appendix C1. Some say by themselves that a street
is meant; those of `_RARE` are also other things.
"""

from __future__ import annotations

from typing import Final

_SUFFIX: Final = (
    r"streets?|str|strt|st|avenues?|aven|ave|av|roads?|rd|boulevard|blvd|boul|drives?|drv|dr|lane|ln|courts?|ct|"
    r"circles?|cir|crcl|place|pl|"
    r"parkway|pkwy|parkwy|highway|hwy|terrace|terr?|trail|trl|turnpike|tpke|way|alley|aly|causeway|cswy|expressway|"
    r"expy|freeway|fwy|"
    r"crescent|cres|close|mews|gardens|gdns|grove|grv|row|walk|square|sq|route|rte|loop|plaza|plz|esplanade|marg|"
    r"nagar|gali|chowk|colony|layout|salai|"
    r"cross|enclave|vihar|puram|wynd|quay|crest|cove|cv|landing|lndg|crossing|xing|crossroads?|junction|motorway|"
    r"overpass|thoroughfare|throughway|"
    r"bypass|path|pike|pass|rise|parade|promenade"
)

_RARE: Final = (
    r"anex|annex|arcade|bayou|beach|bend|bluffs?|bottom|branch|bridge|brooks?|burgs?|camp|canyon|cape|centers?|"
    r"cliffs?|club|common|commons|corners?|course|creek|curve|"
    r"dale|dam|divide|estates?|extensions?|falls?|ferry|fields?|flats?|fords?|forests?|forges?|forks?|fort|garden|"
    r"gateway|glens?|greens?|groves|harbors?|haven|heights|hills?|"
    r"hollow|inlet|islands?|isle|keys?|knolls?|lakes?|land|lights?|loaf|locks?|lodge|mall|manors?|meadows?|mills?|"
    r"mission|mount|mountains?|neck|orchard|oval|"
    r"parks?|passage|pines?|plains?|points?|ports?|prairie|radial|ramp|ranch|rapids?|rest|ridges?|river|run|shoals?|"
    r"shores?|skyway|springs?|spurs?|squares|"
    r"station|stravenue|stream|summit|trace|track|trafficway|tunnel|underpass|unions?|valleys?|viaduct|views?|"
    r"villages?|ville|vista|walks|wall|ways|wells?|courts|circles"
)

_SIDE: Final = (
    r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest|Old|Upper|Lower|"
    r"The)\.?[ ])"
)

_WORD: Final = r"(?:\p{Lu}[\p{L}\p{M}'’.\-]*|\d{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"

_NUMBER: Final = r"\b(?:U\d{1,4}/)?\d{1,6}(?:-\d{1,5}|[ ]?[A-Za-z]\b|[ ]1/2)?"

_UNIT_WORD: Final = (
    r"(?i:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|lot|trailer|trlr|space|box|no|door no)"
)

UNIT: Final = (
    rf"(?:,?[ \n]{{1,3}}(?:{_UNIT_WORD}\b\.?[ ]?#?[ ]?[\w-]{{1,6}}|#[ ]?[\w-]{{1,6}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)[ ](?i:floor)))"
)

STREET: Final = (
    rf"(?:(?i:flat|apt\.?|apartment|unit|suite|room|door no\.?)[ ]\w{{1,5}},?[ ])?(?:(?i:no\.?|house no\.?|"
    rf"h\.? ?no\.?)[ ])?{_NUMBER},?[ ]{_SIDE}?(?:{_WORD}[ ]){{1,4}}?"
    rf"(?i:{_SUFFIX})\b\.?(?:[ ](?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Road|Hill|Extension)\b\.?)?"
)

THE: Final = r"\b\d{1,4}[A-Za-z]?[ ]The[ ]\p{Lu}\p{L}+"

RARE: Final = rf"{_NUMBER},?[ ]{_SIDE}?(?:{_WORD}[ ]){{1,3}}?(?i:{_RARE})\b\.?"

NUMBERED: Final = (
    rf"{_NUMBER}[ ]{_SIDE}?(?i:(?:state|county|u\.?s\.?)[ ])?(?i:highway|hwy|route|rte|road|rd|county road|cr|fm|sr|"
    rf"avenue|ave|broadway)[ ](?:\d{{1,4}}|[A-Z])\b"
    rf"|{_NUMBER}[ ]{_SIDE}?(?i:broadway|park avenue|bowery)\b"
)

LOWER: Final = (
    r"(?i)\b\d{1,5}[ ](?:(?:north|south|east|west|n|s|e|w|old|upper|lower)\.?[ ])?(?:[a-zà-ÿ]{3,20}[ ]|"
    r"\d{1,3}(?:st|nd|rd|th)[ ]){1,2}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|"
    r"circle|cir|place|parkway|pkwy|highway|hwy|terrace|trail|way|crescent|close|gardens|mews|colony|layout|marg|"
    r"nagar|gali)\b\.?"
)

BOX: Final = (
    r"(?i)\b(?:p\.?[ ]?o\.?[ ]?box|post office box|postfach|apartado(?: de correos| postal)?|bo[iî]te postale|b\.p\.|"
    r"casella postale|rr ?\d+,? box|hc ?\d+,? box|locked bag|gpo box)[ ]?#?[ ]?\d{1,6}\b"
)

MILITARY: Final = (
    r"\b(?:(?:PSC|CMR|Unit|UNIT|USS|USNS|USNV|USCGC|"
    r"UMR)[ ][\w.-]+(?:[ ][A-Z][a-z]+)?,?[ \n]{0,2}(?:Box[ ]\d+,?[ \n]{0,2})?)?(?:APO|FPO|DPO),?[ ](?:AA|AE|"
    r"AP)(?:,?[ ]\d{5}(?:-\d{4})?)?\b"
)

SPANISH: Final = (
    r"(?:\b(?:Calle|CALLE|C/|c/|Avda?\.?|Avenida|AVENIDA|Plaza|Pza\.?|Pl\.|Plza\.?|Paseo|P[ºo]\.?|Camino|Cno\.?|"
    r"Traves[ií]a|Ronda|Carrer|R[uú]a|Urbanizaci[oó]n|Urb\.?|Carretera|Ctra\.?|"
    r"Glorieta|Callej[oó]n|Pasaje|Bulevar|Pol[ií]gono|Barrio|Cuesta|Alameda|Gran V[ií]a))[ ]?(?:(?:de|del|de la|"
    r"de las|de los|la|el|los|las|d['’])[ ]){0,2}\p{Lu}[\p{L}'’.-]{2,}(?:[ ](?:de|del|la|las|los|el|y|"
    r"\p{Lu}[\p{L}'’.-]*)){0,5}"
    r"(?:,?[ ]?(?:n[º°.o]*[ ]?|n[uú]m\.?[ ]?|[º°][ ]?)?\d{1,4}\b(?:[ ]?bis)?(?:[ -]?[A-Z]\b)?|"
    r",?[ ]s/n\b)(?:,?[ ](?:\d{1,2}[ ]?[º°ªoa]\.?(?:[ ]?(?:[A-Z]\b|izda\.?|dcha\.?|izquierda|derecha|centro))?|"
    r"bajo(?:[ ][A-Z]\b)?|esc(?:alera|\.)[ ]?\w+|piso[ ]?\w+|puerta[ ]?\w+|portal[ ]?\w+|[aá]tico|local[ ]?\w+|"
    r"bloque[ ]?\w+)){0,4}"
)

FRENCH: Final = (
    r"\b\d{1,4}(?:[ ]?(?:bis|ter|quater|[A-D]))?,?[ ](?i:rue|r\.|avenue|av\.?|boulevard|bd\.?|blvd|place|pl\.|chemin|"
    r"ch\.|impasse|imp\.|all[ée]es?|quai|route|rte|cours|square|passage|faubourg|sentier|r[ée]sidence|lotissement|"
    r"hameau|ruelle|voie|mont[ée]e|esplanade|villa|cit[ée])"
    r"[ ](?:(?:de|du|des|de la|la|le|les|aux?|de l['’]|d['’]|l['’]|"
    r"saint-?)[ ]?){0,3}[\p{Lu}\d][\p{L}\d'’.-]*(?:[ ](?:de|du|des|la|le|les|et|d['’]\p{L}+|"
    r"\p{Lu}[\p{L}'’.-]*)){0,5}(?:,?[ ](?:appt?\.?|appartement|b[âa]t(?:iment|\.)?|[ée]tage|porte|esc(?:alier|"
    r"\.))[ ]?\w{1,4}|,?[ ]\d{1,2}(?:er|e|[èe]me)[ ][ée]tage){0,2}"
)

GERMAN: Final = (
    r"(?:\b\p{Lu}[\p{L}ß.-]*(?:[ ]\p{Lu}[\p{L}-]+)?(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ring|ufer|damm|hof|"
    r"steig|chaussee|markt|stieg|pfad|graben|twiete|straat|laan|plein|gracht|kade|singel|gatan|vej|vägen|gade)"
    r"|\b\p{Lu}[\p{L}ß-]+[ -](?:Stra(?:ß|ss)e|Str\.|Weg|Gasse|Allee|Platz|Ring|Ufer|Damm)|\b(?:Am|An der|An den|Im|"
    r"In der|In den|Auf dem|Auf der|Zum|Zur|Unter den|Beim|Hinter der|Vor dem)[ ]\p{Lu}[\p{L}ß-]+)"
    r"[ ]\d{1,3}(?:[ ]?[a-h]\b)?(?:[-/]\d{1,3})?\b(?:,?[ ](?:\d{1,2}\.[ ]?(?:OG|Stock|Etage)|EG(?:[ ]links|"
    r"[ ]rechts)?|DG|Whg\.?[ ]?\d+|Wohnung[ ]\d+|Hinterhaus|HH|VH|Top[ ]\d+)){0,2}"
)

ITALIAN: Final = (
    r"\b(?i:via|viale|v\.le|piazza|p\.zza|piazzale|corso|c\.so|vicolo|largo|strada|contrada|localit[àa]|loc\.|"
    r"frazione|salita|lungo\p{L}+|borgo|calle|fondamenta)[ ](?:(?:dei|degli|della|delle|del|di|dello|dell['’]|da|"
    r"d['’]|san|santa|monte)[ ]?){0,2}\p{Lu}[\p{L}'’.-]{2,}(?:[ ](?:e|di|dei|della|del|\p{Lu}[\p{L}'’.-]*)){0,4}"
    r"(?:,[ ]?|[ ])(?:n\.?[°º]?[ ]?|civ\.?[ ]?)?\d{1,4}\b(?:[ ]?/[ ]?[\dA-Za-z]{1,3}|"
    r"[ ]?[A-Za-z]\b)?(?:,?[ ](?:int(?:erno|\.)?[ ]?\w+|scala[ ]?\w+|piano[ ]?\w+|sc\.[ ]?\w+)){0,3}"
)

LABEL: Final = (
    r"(?i)\b(?:(?:home|mailing|street|residential|permanent|current|work|billing|patient|delivery|"
    r"postal)? ?(?:address(?:es)?)|direcci[oó]n|domicilio|adresse|anschrift|wohnhaft|indirizzo|residence|addr)"
    r"(?:[ \t]*(?:[:=]|\bis\b|\bas\b|of record:?|on file:?|line 1:?)){1,2}[ \t\n]{0,3}([\p{L}\d#][^\n|\[\]]{3,110})"
)
NAMED: Final = (
    rf"\b(?i:on|off|near|at|along|down|up|corner of)[ ]({_SIDE}?(?:{_WORD}[ ]){{1,3}}?"
    r"(?:Street|Avenue|Ave|Lane|Road|Rd|Drive|Boulevard|Blvd|Terrace|Crescent|Parkway|Pkwy|Highway|Hwy)\b|"
    r"(?:I-(?:\d{1,2}|[2-9]\d\d)|(?:Interstate|Route|Rte|US|State Route|Hwy|Highway|HWY)[ -]\d{1,3})[NSEW]?\b)"
)
"""A street with no number."""
