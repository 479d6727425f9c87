"""Sentences to plant: which there are, and what they say once their values are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from filters.phi.planting.chance import Chance
from filters.phi.planting.names import person
from filters.phi.planting.noise import Piece
from filters.phi.planting.setting import Setting, parts
from filters.phi.planting.values import LABELS, value

LANGUAGES: Final = ("en", "es", "fr", "it", "de")
REGISTERS: Final = ("admission", "discharge", "nursing", "dialogue", "portal", "case_report", "forum")
"""Admission note, discharge letter, nursing note in telegraph style, speech turns, patient's message, case report,
forum post."""

_SLOT: Final = re.compile(
    r"\{(?P<label>[A-Z][A-Z_0-9]+)(?:\.(?!cue\b)(?P<form>[a-z]+))?(?P<cue>\.cue)?(?:@(?P<who>\d))?\}|\{(?P<word>[A-Za-z]+)\}"
)
_SPECIALTIES: Final = ("cardiology", "surgical", "neurology", "oncology", "orthopedic", "dermatology", "renal", "pain")
_RELATIVES: Final = (
    ("husband", "son", "brother", "father", "nephew", "grandson"),
    ("wife", "daughter", "sister", "mother", "niece", "aunt"),
)

_PROPER: Final = ("Medic", "French", "Aadha", "National", "Alien", "Steuer")


@cache
def templates(language: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By label and register, the sentences in `language`."""
    import yaml

    text = (files(__package__) / "templates" / f"{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return {
        label: {register: tuple(sentences) for register, sentences in registers.items()}
        for label, registers in loaded.items()
    }


def filled(template: str, setting: Setting, chance: Chance) -> list[Piece]:
    """The pieces of `template`, values and words put in.

    Raises:
        ValueError: the template asks for something that there is not.
    """
    pieces: list[Piece] = []
    words = ""
    at = 0
    for slot in _SLOT.finditer(template):
        words += template[at : slot.start()]
        at = slot.end()
        if slot["word"]:
            words += _word(slot["word"], setting, chance)
            continue
        if slot["label"] not in LABELS:
            raise ValueError(f"no such class: {slot['label']}")
        held = value(slot["label"], setting, chance, slot["form"] or "", int(slot["who"] or 1))
        if slot["cue"]:
            start = template[: slot.start()].rstrip(" ")
            begins = not start or start[-1] in ".\n"
            words += held.cue[0].upper() + held.cue[1:] if begins else _inner(held.cue)
            continue
        if words:
            pieces.append(Piece(words))
            words = ""
        pieces.append(Piece(held.text, slot["label"], held))
    words += template[at:]
    return [*pieces, Piece(words)] if words else pieces


def _inner(cue: str) -> str:
    """A cue within a sentence: "policy number", but "MRN", "Medicare ID"."""
    capital = cue[:2].isupper() or not cue[1:2].islower() or cue.startswith(_PROPER)
    return cue if capital else cue[0].lower() + cue[1:]


def _word(word: str, setting: Setting, chance: Chance) -> str:
    """What `{word}` stands for."""
    low = word.lower()
    if low == "region":
        return str(chance.pick(parts("place_parts")[setting.locale]["region"]))
    if low == "specialty":
        return chance.pick(_SPECIALTIES)
    who = 2 if low == "relative" else 1
    if who not in setting.people:
        setting.people[who] = person(setting, chance)
    female = setting.people[who].female
    if low == "relative":
        return chance.pick(_RELATIVES[female])
    pairs = {"he": ("he", "she"), "his": ("his", "her"), "him": ("him", "her"), "man": ("man", "woman")}
    pairs["mr"] = (
        ("Mr.", chance.pick(("Mrs.", "Ms.")) if setting.american else "Mrs") if setting.american else ("Mr", "Mrs")
    )
    if low not in pairs:
        raise ValueError(f"no such word: {word}")
    chosen = pairs[low][female]
    return chosen.capitalize() if word[0].isupper() else chosen
