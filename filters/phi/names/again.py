"""Names again: what is proven for a name in a text is one wherever it stands there, in whatever case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from filters.phi.names.lexicon import NAME, OTHER, Is
from filters.phi.names.listed import inside
from filters.phi.names.parts import Name, Token, Trust
from filters.phi.names.reader import Reader
from filters.phi.names.spare import spared

_PERSONAL = re.compile(
    r"(?:['\u2019]s\b|,)?\s{1,2}(?:is|was|has|had|reports?|reported|denies|denied|states?|stated|presents?|presented|comes|came|"
    r"says|said|notes|feels|will|did|does|lives|works|and (?:his|her)|who)\b"
)
_SAINT = re.compile(r"\b(?:St|Ste|Saint|San|Santa|Mt|Mount|Fort|Port|Lake|North|South|East|West|New|Los)\b\.?\s$")
_CALLED = re.compile(r"(?:^|[,.?!\n\]])[ \t]*$")
_SPOKEN_BEFORE = re.compile(
    r"(?:^|[\s\]])(?:so|okay|ok|alright|right|well|yes|yeah|now|thanks|thank you|bye|hi|hey|hello|and|but|um|uh)\s$"
)
_SPOKEN_AFTER = re.compile(
    r"\s(?:tell|have|has|how|what|what's|when|where|why|who|i|i'm|i'll|i've|we|we're|we'll|you|you're|"
    r"let|let's|is|are|can|could|do|does|did|any|"
    r"thank|thanks|nice|good|great|so|well|okay|your|it's|that's|for|there|here|tells|says|said|was|with)\b"
)
_CALLED_AFTER = re.compile(r"[ \t]*(?:[,.?!\n]|$)")


def again(reader: Reader, proven: dict[str, Token], listed: bool) -> Iterator[tuple[int, int, str]]:
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
        if start and (text[start - 1].isalnum() or text[start - 1] in "-_@'\u2019"):
            continue
        token = reader.token(start)
        if token is None or text[end : end + 1].isalnum() or text[end : end + 1] in ("_", "@"):
            continue
        part, memory = forms[patterns[index]]
        if _same(reader, token, part, memory):
            name = reader.forward(start, Trust.CUE) if token.kind & Is.GIVEN else None
            if name is None or len(name.parts) < 2 or not _family(name.parts[-1], token.capital):
                yield start, token.end, "name-again" if memory else "name-given"
            elif memory or not spared(text, name, reader.lexicon):
                yield start, name.end, "name-again" if memory else "name-given"


def _same(reader: Reader, token: Token, part: Token, memory: bool) -> bool:
    """`token` is the person of whose name `part` is proven, or anybody if it is a given name and nothing else."""
    text = reader.text
    if text[token.start - 1 : token.start] == "[" and text[token.end : token.end + 1] in ("]", "_"):
        return False
    name = Name(token.start, token.end, (token,))
    if not memory and token.word == "Ann" and text.startswith(" Arbor", token.end):
        return False
    if not memory and _SAINT.search(text, max(0, token.start - 8), token.start):
        return False
    doubt = part.kind & (OTHER & ~Is.PLACE) if part.kind & Is.USUAL_GIVEN else part.kind & OTHER
    if not token.capital:
        if "-" in token.word or (doubt and not called(text, token)):
            return False
    elif (
        doubt and not (inside(text, token.start) or (_PERSONAL.match(text, token.end) and not token.kind & Is.NEVER))
    ) or (token.end - token.start != len(part.word) and not token.kind & NAME):
        return False
    return not spared(text, name, reader.lexicon)


def _family(part: Token, capital: bool) -> bool:
    """`part`, after a given name, is the family name."""
    return not part.initial and (part.known or (bool(part.kind & Is.USUAL_FAMILY) and part.capital == capital))


def called(text: str, token: Token) -> bool:
    """Somebody is called by it: marks stand around it, or what one says to somebody ("okay mark tell me")."""
    before = _CALLED.search(text, max(0, token.start - 4), token.start)
    if before is not None and _CALLED_AFTER.match(text, token.end) is not None:
        return True
    spoken = _SPOKEN_BEFORE.search(text, max(0, token.start - 16), token.start)
    return spoken is not None and _SPOKEN_AFTER.match(text, token.end) is not None
