"""Reads a name that begins, or ends, at a place: its parts, in whatever order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from filters.phi.names.lexicon import NAME, Is, lexicon
from filters.phi.names.parts import LETTER, WORD, Name, Token, Trust

_GAP = re.compile(r"[^\S\r\n]{1,3}|-\n?|[ \t]?\r?\n[ \t]{0,8}")
_COMMA = re.compile(r"[ \t]?,[^\S\r\n]{0,3}(?:\n[ \t]{0,4})?")
_APOSTROPHES = ("'", "\u2019", "\u02bc")
_SUFFIX = re.compile(r"[ \t]{0,2},?[ \t]{0,2}(?:(?:Jr|Sr|Jnr|Snr|JR|SR)\b\.?|(?:III|II|IV)\b)")
_LABEL = re.compile(r"[ \t]{0,2}[:=]")
_DIGIT = re.compile(r"[.,]? ?\d")
_ENDS = re.compile(r"[ \t]*(?:[,.;!?)\n]|$|is\b|was\b|mrn\b|date\b)")
_FIELD_END = re.compile(r"[ \t]{2}|[ \t]?[\n,;()]|$")
_VOWELS = re.compile(r"[aeiouyà-öø-ÿ]", re.IGNORECASE)

_MARKS = b'!"#$%&()*+,./:;<=>?@[\\]^_`{|}~\n\t\r'
_BLANKS = bytes.maketrans(_MARKS, b" " * len(_MARKS))
_MARKS_BEYOND = ("\u201c", "\u201d", "\u2018", "\u2026", "\u2014", "\u2013", "\u2022", "\u00b7")
"""Marks that are no ASCII; put in one by one, for to translate characters is ten times as slow as bytes."""

_MOST_PARTS = 5
_NO_NAME = Is.WORD | Is.THING | Is.MEDICAL | Is.PLACE
_PARTICLE_GAP = re.compile(r"\.?\s{1,2}")
_DOT = re.compile(r"\.\s{1,2}")
_FAMILY_FIRST = re.compile(
    rf"(?:^|[\n:|.;]\s{{0,6}})((?:{LETTER}[\w'\u2019\-]{{0,30}}[^\S\n]){{0,2}}{LETTER}[\w'\u2019\-]{{1,30}}),\s{{1,3}}$"
)
_BEFORE = 90  # characters in which a name ends


class Reader:
    """One text and the names that can be read in it."""

    def __init__(self, text: str, lower: bool, speech: bool = False) -> None:
        """`lower`: names may be in lower case; `speech`: everywhere, for it is a transcript."""
        self.text = text
        self.lower = lower
        self.speech = speech
        self.lexicon = lexicon()
        self._tokens: dict[int, Token | None] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the text, as written, less the punctuation around it."""
        plain = self.text.encode().translate(_BLANKS).decode()
        if not plain.isascii():
            for mark in _MARKS_BEYOND:
                plain = plain.replace(mark, " ")
        for ending in ("'s ", "\u2019s ", "- "):
            plain = plain.replace(ending, " ")
        return frozenset(plain.split())

    def in_small(self, part: Token) -> bool:
        """`part` is unknown, and the text has it in lower case too: a common noun at the beginning of something."""
        return part.unknown and part.capital and not self.lower and part.word.lower() in self.words

    def token(self, at: int) -> Token | None:
        """The word that begins at `at`, less a possessive ending."""
        if at in self._tokens:
            return self._tokens[at]
        token = self._tokens[at] = self._token(at)
        return token

    def _token(self, at: int) -> Token | None:
        match = WORD.match(self.text, at)
        if match is None:
            return None
        word = match.group()
        after = self.text[match.end() : match.end() + 1]
        if after.isalnum() or after == "_":
            return None
        if word[-2:-1] in _APOSTROPHES and word[-1] in "sS":
            word = word[:-2]
        return Token(at, at + len(word), word, self.lexicon.kind(word)) if word else None

    def forward(self, at: int, trust: Trust, comma: bool = False) -> Name | None:
        """The name that begins at `at`; `comma`: also one with the family name first ("Smith, John A.")."""
        parts: list[Token] = []
        end, place = at, at
        while len(parts) < _MOST_PARTS:
            token = self.token(place)
            if token is None:
                break
            gap = self.text[end:place] if parts else ""
            particle = self._particle(token)
            if particle is not None:
                if particle - token.start > 30:
                    break
                follows = self.token(particle)
                if follows is None or not self._part(follows, parts, trust, gap):
                    break
                token = Token(token.start, follows.end, self.text[token.start : follows.end], follows.kind or Is.FAMILY)
            elif not self._part(token, parts, trust, gap):
                break
            parts.append(token)
            end = self._after(token)
            if self.text[token.end : token.end + 2] in ("'s", "\u2019s", "'S"):
                break
            match = _GAP.match(self.text, end)
            place = match.end() if match else end
            if place == end and not (token.initial and self.text[end - 1] == "."):
                break
        if parts and comma:
            end = self._given_after_comma(parts, end, trust)
        return self._name(parts, end, trust)

    def backward(self, at: int, trust: Trust) -> Name | None:
        """The name that ends at `at`."""
        low = max(0, at - _BEFORE)
        kind = self._last_kind(at)
        if kind & Is.NEVER or (kind & (Is.WORD | Is.MEDICAL | Is.THING) and not kind & NAME):
            return None
        window = self.text[low:at]
        found = [match for match in WORD.finditer(window) if match.start() or not low]
        parts: list[Token] = []
        place = at
        while found and len(parts) < _MOST_PARTS:
            match = found.pop()
            word = match.group()
            token = Token(low + match.start(), low + match.end(), word, self.lexicon.kind(word))
            gap = self.text[token.end : place]
            if parts and _GAP.fullmatch(gap) is None and _DOT.fullmatch(gap) is None:
                break
            if token.kind & Is.PARTICLE and parts and not token.initial:
                parts[0] = Token(token.start, parts[0].end, self.text[token.start : parts[0].end], parts[0].kind)
                place = token.start
                continue
            if "." in gap and not token.initial and not (parts and token.word in ("St", "Ste")):
                break
            later = [Token(0, 0, parts[0].word, Is.GIVEN)] if parts else []
            if later and token.word.islower():
                if not self.lower or not _given_before(token, parts[0]):
                    break
            elif not self._part(token, later, trust, gap if parts else "", last=not parts):
                break
            parts.insert(0, token)
            place = token.start
        while parts and not parts[0].initial and parts[0].kind & _NO_NAME and not parts[0].kind & NAME:
            parts.pop(0)
        if not parts:
            return None
        end = self._after(parts[-1])
        name = self._name(parts, min(end, at), trust)
        return self._family_before(name) if name is not None else None

    def _family_before(self, name: Name) -> Name:
        """The name with the family name that stands, at the beginning of a line or sentence, before a comma and it."""
        low = max(0, name.start - _BEFORE)
        match = _FAMILY_FIRST.search(self.text, low, name.start)
        if match is None or name.parts[0].initial:
            return name
        parts = []
        for word in WORD.finditer(self.text, match.start(1), match.end(1)):
            token = Token(word.start(), word.end(), word.group(), self.lexicon.kind(word.group()))
            if (
                (not token.kind & (NAME | Is.PARTICLE) and not token.unknown)
                or token.abbreviation
                or token.kind & Is.NEVER
            ):
                return name
            parts.append(token)
        return Name(match.start(1), name.end, (*parts, *name.parts))

    def _last_kind(self, at: int) -> int:
        """What the word, between blanks, may be that ends at `at`."""
        low = max(0, at - _BEFORE)
        start = max(self.text.rfind(" ", low, at), self.text.rfind("\n", low, at), low - 1) + 1
        return self.lexicon.kind(self.text[start:at])

    def _after(self, token: Token) -> int:
        """Where the token ends with the full stop of an initial."""
        dotted = len(token.word) <= 2 and token.capital and self.text[token.end : token.end + 1] == "."
        return token.end + dotted

    def _particle(self, token: Token) -> int | None:
        """Where the word after a particle, or several, begins; None if `token` is none, or is the name itself."""
        place: int | None = None
        for _ in range(3):
            if not token.kind & Is.PARTICLE or token.caps or (token.initial and token.word != "Y"):
                return place
            if token.capital and token.kind & NAME and place is None and token.word not in ("De", "Van", "Von", "La"):
                return None
            match = _PARTICLE_GAP.match(self.text, token.end)
            if match is None:
                return place
            follows = self.token(match.end())
            if follows is None or not (follows.capital or self.lower or follows.kind & Is.PARTICLE):
                return place
            place, token = match.end(), follows
        return place

    def _part(self, token: Token, before: list[Token], trust: Trust, gap: str, last: bool = False) -> bool:
        """`token` can be the next part of a name."""
        kind = token.kind
        if token.initial:
            dotted = self.text[token.end : token.end + 1] == "."
            return dotted or bool(before) or trust >= Trust.CUE
        if kind & Is.NEVER and not (kind & Is.PARTICLE and token.capital and not token.caps):
            return trust is Trust.TITLE and token.capital and not token.caps and bool(kind & Is.USUAL_FAMILY)
        if "\n" in gap and not self._broken(token, before):
            return False
        if not token.capital:
            return self.lower and self._spoken(token, before, trust)
        labelled = not last and _LABEL.match(self.text, token.end) is not None
        if labelled and ((before and not (token.known and "\n" not in gap)) or (not before and trust is Trust.WEAK)):
            return False
        if kind & Is.CALENDAR and (before or trust < Trust.CUE or _DIGIT.match(self.text, token.end)):
            return bool(before) and bool(kind & Is.USUAL_FAMILY) and not _DIGIT.match(self.text, token.end)
        if token.abbreviation:
            if before:
                pronounced = len(token.word) > 3 or bool(kind & NAME)
                return pronounced and token.caps and before[-1].caps and _VOWELS.search(token.word) is not None
            return trust is Trust.TITLE or (trust is Trust.CUE and token.caps)
        if kind & NAME:
            return True
        if before:
            return token.unknown and (not token.caps or before[-1].caps or before[-1].initial)
        return token.unknown or (trust is Trust.TITLE and not token.caps) or (trust is Trust.CUE and kind == Is.PLACE)

    def _spoken(self, token: Token, before: list[Token], trust: Trust) -> bool:
        """The same of a word in lower case."""
        kind = token.kind
        if len(token.word) < 3:
            return trust is Trust.TITLE and token.known
        if token.named:
            return True
        if before and before[-1].initial and trust is not Trust.TITLE:
            return False
        if kind & NAME:
            usual = kind & (Is.USUAL_FAMILY | Is.USUAL_GIVEN)
            if before:
                return bool(kind & Is.USUAL_FAMILY) and _ENDS.match(self.text, token.end) is not None
            if trust is Trust.TITLE:
                return bool(usual)
            return trust is Trust.CUE and bool(kind & Is.GIVEN if not kind & Is.EVERYDAY else kind & Is.USUAL_GIVEN)
        return token.unknown and trust >= Trust.CUE and (not before or trust is Trust.TITLE or before[-1].unknown)

    def _broken(self, token: Token, before: list[Token]) -> bool:
        """A line break before `token` is inside a name: what stands before it is not whole."""
        if not before or _DIGIT.match(self.text, token.end) or _LABEL.match(self.text, token.end):
            return False
        last = before[-1]
        whole = len(before) > 1 or (last.kind & Is.FAMILY and not last.kind & Is.GIVEN)
        if token.named or (token.unknown and token.capital and (last.initial or not whole)):
            return True
        return bool(token.kind & Is.USUAL_FAMILY) and token.capital and not whole

    def _given_after_comma(self, parts: list[Token], end: int, trust: Trust) -> int:
        """Where the name ends with what follows its comma; what does is added to `parts`."""
        match = _COMMA.match(self.text, end)
        if match is None or len(parts) > 3:
            return end
        first = self.token(match.end())
        if first is None or not (first.capital or self.lower) or first.initial or first.kind & Is.NEVER:
            return end
        if any(part.abbreviation for part in parts):
            return end
        if first.abbreviation and not (
            first.caps and len(first.word) > 3 and parts[-1].caps and _VOWELS.search(first.word)
        ):
            return end
        if len(parts) > 1 and parts[0].kind & Is.USUAL_GIVEN and not parts[0].caps:  # "Mary Smith, John": two people
            return end
        given = first.kind & Is.GIVEN and not first.kind & (Is.NEVER | Is.THING)
        if not (given or (trust >= Trust.CUE and first.capital and (first.unknown or first.abbreviation))):
            return end
        if not first.capital and not first.known:
            return end
        more = self.forward(match.end(), Trust.CUE)
        if more is None:
            return end
        parts += more.parts
        return more.end

    def _name(self, parts: list[Token], end: int, trust: Trust) -> Name | None:
        """The name of `parts`, if they are evidence enough."""
        while parts and parts[-1].kind & Is.PARTICLE and not parts[-1].capital:
            parts.pop()
        if len(parts) > 1 and parts[-1].initial and not self._last_initial(parts[-2], parts[-1]):
            parts.pop()
            end = parts[-1].end
        if not parts or not self._enough(parts, trust):
            return None
        suffix = _SUFFIX.match(self.text, end)
        if suffix is not None and not parts[-1].initial:
            end = suffix.end()
        return Name(parts[0].start, end, tuple(parts))

    def _last_initial(self, before: Token, last: Token) -> bool:
        """An initial at the end of a name is part of it."""
        if self.text[last.end : last.end + 1] == "." or before.kind & Is.GIVEN or before.initial:
            return True
        return _FIELD_END.match(self.text, last.end) is not None or self.text[before.start - 2 : before.start] == ", "

    def _enough(self, parts: Iterable[Token], trust: Trust) -> bool:
        whole = [part for part in parts if not part.initial]
        initials = sum(part.initial for part in parts)
        if trust is Trust.TITLE:
            return True
        if trust is Trust.CUE:
            if not whole:
                return initials >= 2
            if len(whole) > 1 and all(part.kind & NAME for part in whole) and whole[0].kind & Is.GIVEN:
                return True
            return any(
                part.named
                or part.unknown
                or part.kind & (Is.USUAL_GIVEN | Is.USUAL_FAMILY)
                or (part.caps and len(part.word) == 2)
                for part in whole
            )
        if any(part.known for part in whole):
            return True
        if not whole or any(part.kind & (Is.MEDICAL | Is.THING) or part.abbreviation for part in whole):
            return False
        return len(whole) + initials >= 2 and (
            any(part.kind & Is.USUAL_GIVEN for part in whole)
            or all(part.unknown and not part.kind & Is.PROPER for part in whole)
        )


def _given_before(token: Token, family: Token) -> bool:
    """A word in lower case is the given name before a family name."""
    if token.named and len(token.word) > 2:
        return True
    return (
        bool(token.kind & Is.USUAL_GIVEN)
        and not token.kind & Is.NEVER
        and (family.named or not token.kind & Is.EVERYDAY)
    )
