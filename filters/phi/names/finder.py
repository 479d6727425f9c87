"""Names of people in a text: first those that a cue gives away, then what lists know, then both again wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from filters.phi.names.cues import PARTICLES, TITLES, Cue, Side, cues
from filters.phi.names.lexicon import NAME, OTHER, Is
from filters.phi.names.reader import WORD, Name, Reader, Token, Trust
from filters.phi.names.spare import cited, spared
from filters.phi.policy import Policy
from filters.phi.spans import Span
from filters.phi.text import Text

_TITLE_GAP = re.compile(r"\.?\s{1,3}|\.")
_AND = re.compile(
    r"(?:[ \t]{0,2},?[ \t]{0,2}(?:[A-Z][A-Za-z]{0,3}\.?){0,3}(?:-[A-Z]{1,3})?)?[ \t]{0,2}(?:[;,/&+]|\band\b|\n)[ \t]{0,4}(?:\band\b )?"
)
_MOST_NAMES = 24  # after one label
_LOWER_UNKNOWN = frozenset({"name-title", "name-named", "name-calling", "name-label", "name-field", "name-greeting"})
"""Cues after which an unknown word in lower case is a name."""
_INITIAL = re.compile(r"\s[A-Z](?:\.|\b)|\b[A-Z]\.")
_CAPITAL_TITLE = re.compile(r"[^A-Za-z]?[A-ZÄÖÜ]{2,}\b")
_NO_INITIALS = frozenset("SC BID QD TID HS ID NO IV IM PO OR ER ED PT MI BP HR DM CT MR US ICU HF AF VT CA UK EU OT RN MD DO NP PA SI RA MS TB UC CD".split())
_FOLLOWS = re.compile(r"\s{1,2}[a-z]")
"""An ordinary word in small letters: a sentence begins here rather than a field ends."""
_UNIT = re.compile(rb"\d\s*$")
_CLOSES = re.compile(r"[ \t]*(?:[.(]|,?[ \t]*(?:\n|$))")
_SIGNED = re.compile(r"(?:^|[\n:;/]|\b(?:by|with|and|from|to))\s*$")
_STATES = re.compile(r",\s*(?:MD|MA|PA|MS|MT|DC|CC|CM|DO|OT|OD|RD|BS|BA|MT)\b")
_FIELD_ENDS = re.compile(r"\s*(?:[,.;()\n]|$)")
_PERSONAL = re.compile(
    r"(?:['’]s\b|,)?\s{1,2}(?:is|was|has|had|reports?|reported|denies|denied|states?|stated|presents?|presented|comes|came|"  # noqa: RUF001
    r"says|said|notes|feels|will|did|does|lives|works|and (?:his|her)|who)\b"
)
_INITIAL_AFTER = re.compile(r"\s?[,;:)(\n]|\s(?:who|was|is|has|had|seen|treated|admitted|presented|presents|with|at|from)\b|\s?$|['’]s")  # noqa: RUF001


class NameFinder:
    """Finds names of people as a policy asks."""

    def __init__(self, policy: Policy) -> None:
        import re2

        self._all = policy.names == "all"
        self._lower = policy.letters == "any"
        self._cues = cues("all" if self._all else "cued", self._lower)
        word = r"\p{Lu}[\p{L}\p{M}]*(?:['’\-][\p{L}\p{M}]+)*\.?"  # noqa: RUF001
        options = re2.Options()
        options.log_errors = False
        self._runs = re2.compile(
            rf"{word}(?:(?:,?[\s\x{{a0}}\x{{2000}}-\x{{200a}}\x{{202f}}]{{1,2}}|,)?(?:(?i:de|la|las|los|del|della|di|da|dos|du|van|von|der|den|bin|al|el|y) ){{0,3}}{word})+".encode(),
            options,
        )

    def find(self, text: Text) -> Iterable[Span]:
        """Names in `text`."""
        return [text.span(start, end, "NAME", rule) for start, end, rule in self.names(text)]

    def names(self, text: Text) -> list[tuple[int, int, str]]:
        """Characters that are names, and the rule that says so."""
        reader, spoken = Reader(text.characters, self._lower), Reader(text.characters, True)
        at = _characters(text.raw)
        found: list[tuple[int, int, str]] = []
        proven: dict[str, Token] = {}

        def take(name: Name, rule: str) -> None:
            found.append((name.start, name.end, rule))
            for part in name.parts:
                if (len(part.word) > 2 or (len(part.word) == 2 and part.known)) and not _abbreviated(part):
                    proven.setdefault(part.word, part)

        for cue in self._cues:
            for name in self._cued(spoken if cue.lower else reader, cue, text.raw, at):
                if name.parts[0].capital or self._lower or self._written(spoken, name, cue):
                    take(name, cue.rule)
        if self._all:
            for match in self._runs.finditer(text.raw):
                for name in _listed(reader, at(match.start()), at(match.end())):
                    take(name, "name-listed")
        found += _again(reader, proven, self._all)
        return found

    def _cued(self, reader: Reader, cue: Cue, raw: bytes, at: Any) -> Iterator[Name]:
        for match in cue.search.finditer(raw):
            if cue.rule == "name-initials":
                if (initials := _initials(reader, at(match.start(1)), at(match.end(1)))) is not None:
                    yield initials
                continue
            if cue.side is Side.BEFORE:
                name = reader.backward(at(match.end(1)), cue.trust)
                if name is not None and self._stands(reader, name, cue, cue.trust):
                    yield name
                continue
            if cue.lower and cue.trust is Trust.TITLE and _UNIT.search(raw, max(0, match.start() - 3), match.start() + 1):
                continue  # "2 ms"
            start, trust = _with_particles(reader.text, at(match.start()), at(match.end()) - 1), cue.trust
            if trust is Trust.TITLE and _doubtful(match.group()):
                trust = Trust.CUE
            for _ in range(_MOST_NAMES):
                name = reader.forward(_past_titles(reader, start), trust, cue.comma)
                if name is None:
                    break
                if self._stands(reader, name, cue, trust):
                    yield name
                follows = _AND.match(reader.text, name.end) if cue.several else None
                if follows is None:
                    break
                start, trust = follows.end(), Trust.WEAK

    @staticmethod
    def _written(reader: Reader, name: Name, cue: Cue) -> bool:
        """A name in lower case where names are written with capitals: by a title, or known and usual."""
        if cue.trust is Trust.TITLE:
            return True
        usual = all(part.kind & (Is.USUAL_GIVEN | Is.USUAL_FAMILY) or part.initial for part in name.parts)
        if any(part.named and part.kind & (Is.USUAL_GIVEN | Is.USUAL_FAMILY) for part in name.parts):
            return usual or _FIELD_ENDS.match(reader.text, name.end) is not None
        whole = cue.rule == "name-label" and len(name.parts) > 1 and all(part.named or part.unknown for part in name.parts)
        return whole and _FIELD_ENDS.match(reader.text, name.end) is not None

    @staticmethod
    def _stands(reader: Reader, name: Name, cue: Cue, trust: Trust) -> bool:
        """Nothing speaks against a name that a cue gives away."""
        first, parts = name.parts[0], name.parts
        if reader.text[name.end : name.end + 1] == "]" and reader.text[name.start - 1 : name.start] == "[":
            return False
        if trust is Trust.TITLE:
            return not cited(reader.text, name)
        if not first.capital:
            loose = cue.rule in _LOWER_UNKNOWN
            if first.kind & Is.EVERYDAY and (not loose or cue.rule == "name-calling"):
                return False
            if not loose and (first.unknown or (first.kind & OTHER and not _called(reader.text, first))):
                return False
        if trust is Trust.CUE and not all(part.initial for part in parts):
            usual = Is.USUAL_GIVEN | (Is.USUAL_FAMILY if cue.family and not reader.lower else 0) | (Is.GIVEN if cue.rule == "name-greeting" else 0)
            if not any(part.named or part.unknown or part.kind & usual for part in parts):
                return False
            if cue.rule != "name-here" and len(parts) == 1 and first.kind & OTHER & ~Is.PLACE and first.capital and _FOLLOWS.match(reader.text, name.end):
                return False
        if cue.rule == "name-closing" and not _CLOSES.match(reader.text, name.end):
            return False
        if cue.rule == "name-credential" and len(parts) == 1 and _STATES.match(reader.text, name.end):
            if first.kind & Is.PLACE or not _SIGNED.search(reader.text, max(0, name.start - 8), name.start):
                return False  # "Bethesda, MD"
        if first.word.lower() in reader.lexicon.suffixes or (len(parts) == 1 and _lower_known(reader, first)):
            return False
        return not spared(reader.text, name, reader.lexicon)


def _initials(reader: Reader, start: int, end: int) -> Name | None:
    """Initials of a person, if they are no abbreviation."""
    word = reader.text[start:end]
    letters = "".join(filter(str.isalpha, word)).upper()
    if letters in _NO_INITIALS:
        return None
    spelled = "".join(found[0] for found in re.findall(r"[^\W\d_]+", reader.text[max(0, start - 40) : start])[-len(letters) :])
    if spelled.upper() == letters and reader.text[max(0, start - 1) : start] == "(":  # "standardized patient (SP)"
        return None
    return Name(start, end, (Token(start, end, word, 0),)) if "." in word or " " in word or len(letters) == 2 else None


def _with_particles(text: str, low: int, at: int) -> int:
    """Where the name begins whose first capital stands at `at`: at "de la" before it, not before `low`."""
    for _ in range(3):
        word = text[max(low, at - 6) : at - 1].rpartition(" ")[2]
        if word not in PARTICLES or at - 1 - len(word) <= low:
            break
        at -= 1 + len(word)
    return at


def _lower_known(reader: Reader, part: Token) -> bool:
    """An unknown word that the text has in lower case too: a common noun at the beginning of something."""
    return part.unknown and part.capital and not reader.lower and part.word.lower() in reader.words


def _doubtful(cue: bytes) -> bool:
    """Capitals that also abbreviate something else ("MR", "MS."): magnetic resonance, multiple sclerosis."""
    return _CAPITAL_TITLE.match(cue.decode(errors="ignore")) is not None


def _past_titles(reader: Reader, at: int) -> int:
    """Where the name begins if titles, or more titles, stand at `at`."""
    for _ in range(4):
        token = reader.token(at)
        if token is None or token.word.lower() not in TITLES or not token.capital and not reader.lower:
            return at
        gap = _TITLE_GAP.match(reader.text, token.end)
        if gap is None:
            return at
        at = gap.end()
    return at


def _listed(reader: Reader, start: int, end: int) -> Iterator[Name]:
    """Names by lists alone in a run of capitalised words."""
    text, givens = reader.text, reader.lexicon.written_givens
    run = text[start:end]
    if givens.isdisjoint(run.replace(",", " ").split()) and not _INITIAL.search(run) and not ("," in run and run.isupper()):
        return
    at = start
    for match in WORD.finditer(text, start, end):
        word, after = match.group(), text[match.end() : match.end() + 4]
        if match.start() < at or not (len(word) == 1 or word in givens or after[:1] == "," or "-" in word or _INITIAL.match(after)):
            continue
        token = reader.token(match.start())
        name = _pair(reader, token) if token is not None else None
        if name is not None and not spared(text, name, reader.lexicon):
            yield name
            at = name.end


def _abbreviated(part: Token) -> bool:
    """Capitals that no list knows for a name: no evidence for the rest of the text."""
    return part.abbreviation or (part.caps and not part.kind & NAME and len(part.word) < 6)


def _pair(reader: Reader, token: Token) -> Name | None:
    """A given name and a family name, in whatever order, or an initial for one of them."""
    kind = token.kind
    if token.initial:
        if reader.text[token.end : token.end + 1] != "." or reader.text[max(0, token.start - 1) : token.start] in (".", "-", "("):
            return None
        name = reader.forward(token.start, Trust.WEAK)
        good = name is not None and len(name.parts) == 2 and name.parts[1].known and name.parts[1].kind & Is.USUAL_FAMILY
        return name if good and name is not None and not name.parts[1].caps else None
    if kind & Is.NEVER or not kind & NAME and not token.unknown:
        return None
    name = reader.forward(token.start, Trust.CUE, comma=True)
    if name is None or len(name.parts) < 2:
        return None
    first, last = name.parts[0], name.parts[-1]
    if "," in reader.text[name.start : name.end]:
        return name if _comma(reader, name) else None
    if not first.kind & Is.GIVEN:
        initialled = last.initial and len(name.parts) == 2 and first.unknown and not first.caps
        dotted = reader.text[last.end : last.end + 1] == "." and _INITIAL_AFTER.match(reader.text, last.end + 1)
        return name if initialled and dotted and not _lower_known(reader, first) else None
    sure = not first.kind & (OTHER | Is.EPONYM) or (first.kind & Is.USUAL_GIVEN and not first.kind & (OTHER & ~Is.PLACE))
    if last.initial:
        dotted = reader.text[last.end : last.end + 1] == "."
        follows = _INITIAL_AFTER.match(reader.text, last.end + 1 if dotted else last.end)
        follows = follows or (dotted and sure and _FOLLOWS.match(reader.text, last.end + 1))
        usual = first.kind & Is.USUAL_GIVEN and (sure or _inside(reader.text, first.start))
        return name if follows and (usual or (sure and dotted)) and not first.caps else None
    if first.caps:
        return name if sure and (last.known or last.kind & Is.USUAL_FAMILY) and last.caps else None
    if sure:
        return name if last.kind & NAME or last.unknown else None
    known = last.known or (last.kind & Is.USUAL_FAMILY and not last.kind & (OTHER & ~Is.EVERYDAY & ~Is.WORD))
    return name if first.kind & Is.USUAL_GIVEN and known and (last.known or _inside(reader.text, first.start)) else None


def _comma(reader: Reader, name: Name) -> bool:
    """ "Smith, John A.": a family name, a comma, a given name."""
    comma = reader.text.index(",", name.start)
    family = [part for part in name.parts if part.end <= comma]
    given = [part for part in name.parts if part.start > comma]
    if not family or not given or given[0].kind & Is.NEVER:
        return False
    if not given[0].kind & Is.GIVEN:
        return given[0].caps and all(part.caps and part.named for part in family) and not given[0].kind
    initial = given[-1].initial
    if given[0].kind & Is.PLACE and not initial:
        return False
    if not all(part.kind & Is.FAMILY or (part.unknown and not _abbreviated(part)) for part in family):
        return False
    if all(part.kind & OTHER for part in family) and not initial and not family[0].caps and not _begins(reader.text, name.start):
        return False
    if _inside(reader.text, name.start) and not initial and family[-1].kind & Is.GIVEN:
        return False
    return not given[0].kind & OTHER or initial


def _begins(text: str, at: int) -> bool:
    """A line or a sentence begins at `at`."""
    return not text[max(0, at - 3) : at].strip(" \t") or text[max(0, at - 3) : at].rstrip(" \t")[-1:] in ("\n", ".", ":", "|")


def _inside(text: str, at: int) -> bool:
    """`at` is inside a sentence: a small letter or a comma stands before it."""
    before = text[max(0, at - 2) : at]
    return len(before) == 2 and before[1] in " (" and (before[0].islower() or before[0] in ",;")


def _again(reader: Reader, proven: dict[str, Token], listed: bool) -> Iterator[tuple[int, int, str]]:
    """Proven parts of names, and given names that are nothing else, wherever they stand."""
    forms: dict[str, tuple[Token, bool]] = {}
    if listed:
        known = reader.words & reader.lexicon.titled_givens
        if reader.lower:
            known |= reader.words & reader.lexicon.givens
        for word in known:
            forms[word] = (Token(0, len(word), word, reader.lexicon.kind(word)), False)
    for word, part in proven.items():
        if "." in word:
            continue
        if not part.capital and not reader.lower and not part.named:
            continue
        for form in {word, word.upper(), word.title(), *((word.lower(),) if reader.lower else ())}:
            forms[form] = (part, True)
    if not forms:
        return
    from ahocorasick_rs import AhoCorasick, MatchKind

    patterns = sorted(forms)
    automaton = AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest)
    text = reader.text
    for index, start, end in automaton.find_matches_as_indexes(text):
        if start and (text[start - 1].isalnum() or text[start - 1] in "-_@'’"):  # noqa: RUF001
            continue
        token = reader.token(start)
        if token is None or text[end : end + 1].isalnum() or text[end : end + 1] in ("_", "@"):
            continue
        part, memory = forms[patterns[index]]
        if _same(reader, token, part, memory):
            name = reader.forward(start, Trust.CUE) if token.kind & Is.GIVEN else None
            good = name is not None and len(name.parts) > 1 and _family(name.parts[-1], token.capital)
            yield start, name.end if good and name is not None else token.end, "name-again" if memory else "name-given"


def _same(reader: Reader, token: Token, part: Token, memory: bool) -> bool:
    """`token` is the person of whose name `part` is proven, or anybody if it is a given name and nothing else."""
    text = reader.text
    if text[token.start - 1 : token.start] == "[" and text[token.end : token.end + 1] in ("]", "_"):
        return False
    name = Name(token.start, token.end, (token,))
    if not memory and _SAINT.search(text, max(0, token.start - 8), token.start):
        return False
    doubt = part.kind & (OTHER & ~Is.PLACE) if part.kind & Is.USUAL_GIVEN else part.kind & OTHER
    if not token.capital:
        if "-" in token.word or (doubt and not _called(text, token)):
            return False
    elif doubt and not (_inside(text, token.start) or (_PERSONAL.match(text, token.end) and not token.kind & Is.NEVER)):
        return False
    elif token.end - token.start != len(part.word) and not token.kind & NAME:
        return False
    return not spared(text, name, reader.lexicon)


def _family(part: Token, capital: bool) -> bool:
    """`part`, after a given name, is the family name."""
    return not part.initial and (part.known or (bool(part.kind & Is.USUAL_FAMILY) and part.capital == capital))


_SAINT = re.compile(r"\b(?:St|Ste|Saint|San|Santa|Mt|Mount|Fort|Port|Lake|North|South|East|West|New|Los)\b\.?\s$")
_CALLED = re.compile(r"(?:^|[,.?!\n\]])[ \t]*$")
_SPOKEN_BEFORE = re.compile(r"(?:^|[\s\]])(?:so|okay|ok|alright|right|well|yes|yeah|now|thanks|thank you|bye|hi|hey|hello|and|but|um|uh)\s$")
_SPOKEN_AFTER = re.compile(
    r"\s(?:tell|have|has|how|what|what's|when|where|why|who|i|i'm|i'll|i've|we|we're|we'll|you|you're|let|let's|let me|is|are|can|could|do|does|did|any|"
    r"thank|thanks|nice|good|great|so|well|okay|your|it's|that's|for|there|here|tells|says|said|was|with)\b"
)
_CALLED_AFTER = re.compile(r"[ \t]*(?:[,.?!\n]|$)")


def _called(text: str, token: Token) -> bool:
    """Somebody is called by it: it stands between marks of punctuation, or as one is spoken to ("okay mark tell me")."""
    before = _CALLED.search(text, max(0, token.start - 4), token.start)
    if before is not None and _CALLED_AFTER.match(text, token.end) is not None:
        return True
    spoken = _SPOKEN_BEFORE.search(text, max(0, token.start - 16), token.start)
    return spoken is not None and _SPOKEN_AFTER.match(text, token.end) is not None


def _characters(raw: bytes) -> Any:
    """The way from a byte of `raw` to its character."""
    if raw.isascii():
        return int
    data = np.frombuffer(raw, np.uint8)
    places = np.concatenate(([0], np.cumsum((data & 0xC0) != 0x80)))
    return lambda byte: int(places[byte])


def finder(policy: Policy) -> NameFinder | None:
    """The finder of names for `policy`, None if it asks for none."""
    return None if policy.names == "no" else NameFinder(policy)
