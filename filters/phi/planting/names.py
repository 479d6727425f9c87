"""Names of people: made of syllables so that no list holds them, or, as a slice of their own, ordinary ones."""

from __future__ import annotations

from typing import Final

from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import Person, Setting, Value, made, parts

COMMON_SHARE = 0.4
"""Of people, those with ordinary names."""

FORMS: Final = ("full", "middle", "comma", "surname", "first", "initialled", "initials")
_PARTICLES: Final = {
    "US": ("Mc", "O'", "Van "),
    "UK": ("Mc", "O'", "Fitz"),
    "ES": ("de la ", "del "),
    "FR": ("de ", "Le ", "d'"),
    "IT": ("De ", "Di ", "Lo "),
    "DE": ("von ", "zu "),
    "IN": (),
}


def person(setting: Setting, chance: Chance) -> Person:
    """Somebody with a first, a middle and a last name, all of one origin."""
    common = chance.often(COMMON_SHARE)
    held = parts("name_parts")[setting.locale]
    female = chance.often(0.5)
    sex = "female" if female else "male"

    def name(kind: str) -> str:
        return str(chance.pick(held["common"][kind])) if common else made("name_parts", held[kind], chance)

    last = name("surname")
    if setting.locale == "ES" and chance.often(0.7):
        last += f" {name('surname')}"
    elif chance.often(0.06):
        last += f"-{name('surname')}"
    elif not common and _PARTICLES[setting.locale] and chance.often(0.1):
        particle = chance.pick(_PARTICLES[setting.locale])
        last = particle + (last.lower() if particle == "Fitz" else last)
    return Person(female, name(sex), name(sex), last, "common" if common else "made")


def name_value(setting: Setting, chance: Chance, form: str, who: int) -> Value:
    """The name of person number `who` of the setting, as `form` writes it; titles are no part of it."""
    somebody = setting.people.get(who)
    if somebody is None:
        somebody = setting.people[who] = person(setting, chance)
    first, middle, last = somebody.first, somebody.middle, somebody.last
    form = form or chance.pick(("full", "full", "middle", "surname", "first"))
    if form == "full":
        text = f"{first} {last}"
    elif form == "middle":
        text = f"{first} {middle[0]}. {last}" if chance.often(0.7) else f"{first} {middle} {last}"
    elif form == "comma":
        text = f"{last.upper() if chance.often(0.4) else last}, {first}"
        text += f" {middle[0]}" if chance.often(0.3) else ""
    elif form == "surname":
        text = last
    elif form == "first":
        text = first
    elif form == "initialled":
        text = f"{first[0]}. {last}" if chance.often(0.6) else f"{first} {last[0].upper()}."
    else:
        text = chance.pick(("{}.{}.", "{}. {}.", "{}{}")).format(first[0], last.split(" ")[-1][0].upper())
    return Value(text, form, somebody.origin)
