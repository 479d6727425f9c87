"""Identifiers put into texts: what a detector misses of them is told apart by class, locale, register and noise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from corpus.errors import RecipeError
from filters.phi.planting.chance import Chance
from filters.phi.planting.noise import Piece, with_noise
from filters.phi.planting.points import Point, Style, points, style
from filters.phi.planting.setting import LOCALES, Setting
from filters.phi.planting.templates import LANGUAGES, REGISTERS, filled, templates
from filters.phi.planting.values import LABELS

_LOCALES: Final = (("US", 8), ("UK", 4), ("ES", 2), ("FR", 2), ("IT", 2), ("DE", 2), ("IN", 2))
"""Of English sentences, how many are set in each locale."""
_SPOKEN_SHARE = 0.7
"""Of dialogue turns, those with values as they are said ("five five five"), not as they are written."""
_AMERICAN: Final = re.compile(r"\{SSN|(?i:\b(?:zip|DMV|FMLA)\b)")
"""Sentences that are said in the United States only."""


class PlantedSpan(NamedTuple):
    """Characters `[start, end)` of a text that are a planted identifier of class `label`, and its slice."""

    start: int
    end: int
    label: str
    form: str
    """How the value is written: `surname`, `iso`, `spoken`, `vin`."""
    origin: str
    """`made` by rule, in no list; `common`: an ordinary name; `real`: a place that exists."""
    locale: str
    register: str
    noise: str


class Planted(NamedTuple):
    """A text with identifiers in it."""

    id: str
    text: str
    spans: tuple[PlantedSpan, ...]
    """In order."""
    insertions: tuple[tuple[int, int], ...]
    """Characters that were put in, in order: without them the text is what it was, byte for byte."""

    def gold(self) -> dict[str, object]:
        """As a line of a gold set: `spans` as [start, end, label], and `slices` in the same order."""
        return {
            "id": self.id,
            "text": self.text,
            "spans": [[span.start, span.end, span.label] for span in self.spans],
            "slices": [
                {name: getattr(span, name) for name in ("form", "origin", "locale", "register", "noise")}
                for span in self.spans
            ],
            "insertions": [list(insertion) for insertion in self.insertions],
        }


def planted(
    texts: Iterable[tuple[str, str]],
    seed: int,
    *,
    per_document: int = 3,
    labels: Sequence[str] = LABELS,
    registers: Sequence[str] | None = None,
    locales: Sequence[str] = LOCALES,
    language: str = "en",
) -> Iterator[Planted]:
    """Each text with `per_document` sentences more, which hold identifiers.

    What becomes of a document depends on its id, its text, and the arguments: never on the other documents, their
    order, or the machine.

    Args:
        texts: pairs of id and text. A text may be empty, and in any language.
        seed: another seed, other sentences and values.
        per_document: sentences planted into each text. Some hold several identifiers.
        labels: classes that sentences are chosen for. Other classes may stand in the same sentence: a name, say.
        registers: of the sentences. None: speech turns for dialogues, any other for other texts.
        locales: of values. Sentences that are not in English have those of their country.
        language: of the sentences. Only English has all registers.

    Raises:
        RecipeError: there is no such label, register, locale or language, or no sentence of them.
    """
    _known("label", labels, LABELS)
    _known("register", registers or (), REGISTERS)
    _known("locale", locales, LOCALES)
    _known("language", (language,), LANGUAGES)
    if per_document < 0:
        raise RecipeError(f"per_document is 0 or more, not {per_document}")
    if language != "en":
        locales = (language.upper(),)
    choices = {
        dialogue: _choices(language, labels, registers or _fitting(language, dialogue)) for dialogue in (False, True)
    }
    for name, text in texts:
        yield _sown(name, text, seed, per_document, choices, locales, language)


def _known(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    for each in given:
        if each not in known:
            raise RecipeError(f"unknown {what} {each!r}; known: {', '.join(known)}")


def _fitting(language: str, dialogue: bool) -> tuple[str, ...]:
    if dialogue and language == "en":
        return ("dialogue",)
    return tuple(register for register in REGISTERS if register != "dialogue")


def _choices(language: str, labels: Sequence[str], registers: Sequence[str]) -> list[list[tuple[str, str]]]:
    """For each label, in the order of `LABELS`, register and template of its sentences."""
    held = templates(language)
    choices = []
    for label in LABELS:
        if label in labels:
            of_label = held[label]
            choice = [
                (register, each)
                for register in REGISTERS
                if register in registers
                for each in of_label.get(register, ())
            ]
            if choice:
                choices.append(choice)
    if not choices:
        raise RecipeError(f"no sentence in {language!r} for these labels and registers")
    return choices


def _sown(
    name: str,
    text: str,
    seed: int,
    count: int,
    choices: dict[bool, list[list[tuple[str, str]]]],
    locales: Sequence[str],
    language: str,
) -> Planted:
    chance = Chance(seed, name)
    manner = style(text)
    dialogue = manner.speakers is not None
    places = points(text, manner.speakers[0] if manner.speakers else None)
    chosen = sorted(places[place] for place in _places(len(places), count, chance))
    american = language == "en" and "US" in locales
    weighted = [(locale, weight) for locale, weight in _LOCALES if locale in locales]
    parts: list[str] = []
    spans: list[PlantedSpan] = []
    insertions: list[tuple[int, int]] = []
    done = length = 0
    for number, point in enumerate(chosen):
        draw = Chance(seed, name, str(number))
        register, template = draw.pick(draw.pick(choices[dialogue]))
        spoken = register == "dialogue" and draw.often(_SPOKEN_SHARE)
        setting = Setting(
            "US" if american and _AMERICAN.search(template) else draw.weighted(weighted), language, spoken
        )
        pieces = filled(template, setting, draw)
        pieces = with_noise(pieces, draw, register == "dialogue")
        if register == "dialogue":
            pieces = _dressed(pieces, manner, point.inline)
        parts.append(text[done : point.at])
        length += point.at - done
        done = point.at
        before, after = _seams(text, point, pieces)
        start = length
        for piece in (Piece(before), *pieces, Piece(after)):
            if piece.value is not None:
                slices = (piece.value.form, piece.value.origin, setting.locale, register, piece.noise)
                spans.append(PlantedSpan(length, length + len(piece.text), piece.label, *slices))
            parts.append(piece.text)
            length += len(piece.text)
        insertions.append((start, length))
    parts.append(text[done:])
    return Planted(name, "".join(parts), tuple(spans), tuple(insertions))


def _places(count: int, wanted: int, chance: Chance) -> list[int]:
    """`wanted` of `count` places, each once as long as there are any."""
    left: list[int] = []
    chosen: list[int] = []
    for _ in range(wanted):
        left = left or list(range(count))
        chosen.append(left.pop(chance.below(len(left))))
    return chosen


def _seams(text: str, point: Point, pieces: list[Piece]) -> tuple[str, str]:
    """What parts a planted sentence from the text before and after it."""
    gap = " " if point.inline else "\n"
    stop = "." if point.inline and pieces and pieces[-1].text[-1:] not in ".!?)" else ""
    if point.at == 0:
        return "", stop + gap
    if point.at == len(text):
        if text[-1:].isspace():
            return "", stop + ("" if point.inline else gap)
        return gap, stop
    return "", stop + gap


def _dressed(pieces: list[Piece], manner: Style, inline: bool) -> list[Piece]:
    """Speech turns in the style of the text: its speakers, its lack of capitals, its blanks before full stops."""
    turns = []
    for place, piece in enumerate(pieces):
        words = piece
        if not piece.label:
            words = _speakers(piece, manner.speakers or ("Doctor:", "Patient:"), opening=place == 0)
            if inline:
                words = words._replace(text=words.text.replace("\n", " "))
            if manner.spaced:
                words = _spaced(words)
        if manner.lower:
            lower = words.text.lower()
            noise = "lower" if words.label and words.noise == "none" and lower != words.text else words.noise
            words = words._replace(text=lower, noise=noise)
        turns.append(words)
    return turns


def _speakers(piece: Piece, marks: tuple[str, str], opening: bool) -> Piece:
    def mark(match: re.Match[str]) -> str:
        return match.group(1) + marks[match.group(2) in "Pp"]

    turn = r"(\A|\n)([DdPp]):" if opening else r"(\n)([DdPp]):"
    return piece._replace(text=re.sub(turn, mark, piece.text))


def _spaced(piece: Piece) -> Piece:
    return piece._replace(text=re.sub(r"(?<! )([.,?!])(?=\s|$)", r" \1", piece.text))
