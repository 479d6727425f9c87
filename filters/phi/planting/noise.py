"""What befalls text on its way: capitals, scanning, typesetting, wrapping, haste."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import Value


class Piece(NamedTuple):
    """A piece of a sentence: words around identifiers (no label), or one identifier."""

    text: str
    label: str = ""
    value: Value | None = None
    noise: str = "none"


Change = Callable[[str, str, Chance], str]
"""From a value's text and label to what becomes of it."""

_SCANNED: Final = (
    ("0", "O"),
    ("1", "l"),
    ("5", "S"),
    ("8", "B"),
    ("O", "0"),
    ("l", "1"),
    ("I", "l"),
    ("rn", "m"),
    ("m", "rn"),
    ("S", "5"),
    ("B", "8"),
)
_WIDE: Final = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}
_DASHES: Final = "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{MINUS SIGN}\N{FIGURE DASH}"
_BLANKS: Final = "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_CUE: Final = re.compile(r"(?<=\w)[ \t]*[:#.]+[ \t]*#?$|(?<=\w)[ \t]+#$")


def _ocr(text: str, label: str, chance: Chance) -> str:
    places = [(at, old, new) for old, new in _SCANNED for at in range(len(text)) if text.startswith(old, at)]
    if not places or label == "AGE90":  # an age that cannot be read is none
        return text
    at, old, new = chance.pick(places)
    return text[:at] + new + text[at + len(old) :]


def _line_break(text: str, label: str, chance: Chance) -> str:
    marks = " -/" if label not in ("EMAIL", "URL") else "@/-"
    places = [at for at in range(1, len(text) - 1) if text[at] in marks and text[at - 1] != "/" and text[at + 1] != "/"]
    if not places:
        return text
    at = chance.pick(places)
    return f"{text[:at]}\n{text[at + 1 :]}" if text[at] == " " else f"{text[: at + 1]}\n{text[at + 1 :]}"


def _double_space(text: str, label: str, chance: Chance) -> str:
    places = [at for at, each in enumerate(text) if each == " "]
    at = chance.pick(places) if places else 0
    return f"{text[:at]} {text[at:]}" if places else text


def _no_break_space(text: str, label: str, chance: Chance) -> str:
    return text.replace(" ", chance.pick(_BLANKS))


def _full_width(text: str, label: str, chance: Chance) -> str:
    return text.translate(_WIDE)


def _odd_dash(text: str, label: str, chance: Chance) -> str:
    return text.replace("-", chance.pick(_DASHES))


def _hesitation(text: str, label: str, chance: Chance) -> str:
    words = text.split(" ")
    if len(words) < 3:
        return text
    at = chance.between(1, len(words) - 1)
    return " ".join((*words[:at], chance.pick(("uh", "um", "uh um", "let me see", "sorry")), *words[at:]))


_VALUES: Final[dict[str, Change]] = {
    "ocr": _ocr,
    "line_break": _line_break,
    "double_space": _double_space,
    "no_break_space": _no_break_space,
    "full_width": _full_width,
    "odd_dash": _odd_dash,
    "hesitation": _hesitation,
}
NOISES: Final = ("none", "upper", "lower", *_VALUES, "bare_cue")
"""Kinds of noise. `upper`, `lower`: the whole sentence. `bare_cue`: the colon, full stop or # before a value is gone.
The rest: within the value alone; `hesitation` ("five uh oh one") in what is said, the others in what is written."""
_SPEECH: Final = ("lower", "hesitation")
_TYPED_SPEECH: Final = ("lower", "ocr", "double_space", "odd_dash", "no_break_space")
NOISY_SHARE = 0.5
"""Of sentences, those with noise."""


def with_noise(pieces: list[Piece], chance: Chance, speech: bool) -> list[Piece]:
    """`pieces`, in half of the cases with one kind of noise, of those that change anything.

    `speech`: they are turns of a dialogue.
    """
    if not chance.often(NOISY_SHARE):
        return pieces
    said = any(piece.value is not None and piece.value.form == "spoken" for piece in pieces)
    kinds = (_SPEECH if said else _TYPED_SPEECH) if speech else [each for each in NOISES[1:] if each != "hesitation"]
    left = list(kinds)
    while left:
        noise = left.pop(chance.below(len(left)))
        changed = _changed(pieces, noise, chance)
        if any(piece.noise != "none" for piece in changed):
            return changed
    return pieces


def _changed(pieces: list[Piece], noise: str, chance: Chance) -> list[Piece]:
    changed: list[Piece] = []
    for piece in pieces:
        if noise in ("upper", "lower"):
            text = piece.text.upper() if noise == "upper" else piece.text.lower()
        elif noise == "bare_cue":
            text = piece.text
            if piece.label and changed and (bare := _CUE.sub(" ", changed[-1].text)) != changed[-1].text:
                changed[-1] = changed[-1]._replace(text=bare)
                piece = piece._replace(noise=noise)  # noqa: PLW2901 - the value itself stays
        else:
            text = _VALUES[noise](piece.text, piece.label, chance) if piece.label else piece.text
        marked = noise if piece.label and text != piece.text else piece.noise
        changed.append(piece._replace(text=text, noise=marked))
    return changed
