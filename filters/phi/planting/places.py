"""Places below a state: towns, streets, postcodes, hospitals. Towns are made or, a slice of their own, real small ones.

House numbers and postcodes are made by shape alone and may exist; what stands with them does not.
"""

from __future__ import annotations

from typing import Final

from filters.phi.planting import spoken
from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import Setting, Value, made, parts

REAL_SHARE = 0.4
"""Of towns, those that exist."""
_SAID: Final = {
    "St": "Street",
    "Ave": "Avenue",
    "Ln": "Lane",
    "Dr.": "Drive",
    "Blvd": "Boulevard",
    "Ct": "Court",
    "Hwy": "Highway",
    "N.": "North",
}


def _town(setting: Setting, chance: Chance, real: bool) -> str:
    held = parts("place_parts")[setting.locale]
    return str(chance.pick(held["real"])) if real else made("place_parts", held["made"], chance)


def _name(setting: Setting, chance: Chance) -> str:
    """What a street is called after: a made surname, which no list of streets holds."""
    return made("name_parts", parts("name_parts")[setting.locale]["surname"], chance)


def town(setting: Setting, chance: Chance, form: str) -> Value:
    """A town (`town`), or a county or district (`county`)."""
    real = chance.often(REAL_SHARE)
    text = _town(setting, chance, real)
    if form == "county":
        text = f"{text.split(' ')[0]} {'County' if setting.american else 'district'}"
    return Value(text, form or "town", "real" if real else "made")


def hospital(setting: Setting, chance: Chance, form: str) -> Value:
    """A made hospital, practice or home, named after a town."""
    real = chance.often(REAL_SHARE)
    shape = chance.pick(parts("place_parts")[setting.locale]["hospital"])
    return Value(shape.format(_town(setting, chance, real)), "hospital", "real" if real else "made")


def street(setting: Setting, chance: Chance, form: str) -> Value:
    """House number, street, and sometimes a flat; towns and postcodes are values of their own."""
    held = parts("place_parts")[setting.locale]
    name = chance.pick(held["street"]).format(_name(setting, chance))
    number = chance.between(2, 9999 if setting.american else 180)
    unit = chance.fill(chance.pick(held["unit"])) if chance.often(0.3) else ""
    if setting.spoken and setting.american:
        words = [_SAID.get(word, word) for word in name.split(" ")]
        return Value(f"{spoken.number(number)} {' '.join(words)}", "spoken")
    if setting.locale == "UK" and unit:
        text = f"{unit}, {number} {name}"
    elif setting.locale in ("US", "UK", "IN"):
        prefix = "No. " if setting.locale == "IN" and chance.often(0.3) else ""
        text = f"{prefix}{number} {name}{f', {unit}' if unit else ''}"
    elif setting.locale == "FR":
        text = f"{number}{chance.pick(('', '', ' bis', ','))} {name}{f', {unit}' if unit else ''}"
    else:
        comma = {"ES": ", ", "IT": chance.pick((" ", ", ", " n. ")), "DE": " "}[setting.locale]
        text = f"{name}{comma}{number}{f', {unit}' if unit else ''}"
    return Value(text, "street")


def postcode(setting: Setting, chance: Chance, form: str) -> Value:
    """A postcode of the locale's shape."""
    if setting.locale == "US":
        text = chance.fill(chance.pick(("0%###", "%####", "%####", "%####-####")))
    elif setting.locale == "UK":
        area = chance.pick(("LS", "NR", "PE", "TQ", "DL", "EX", "SY", "IV", "LD", "CA", "B", "M"))
        text = f"{area}{chance.fill(chance.pick(('%', '%#')))} {chance.fill('#')}"
        text += chance.pick("ABDEFGHJLN") + chance.pick("ABDEFGHJLN")
    elif setting.locale == "IN":
        text = chance.fill(chance.pick(("%#####", "%## ###")))
    else:
        text = {"ES": f"{chance.between(1, 52):02}", "FR": f"{chance.between(1, 95):02}"}.get(setting.locale, "")
        text += chance.fill("###" if text else "%####")
    if setting.spoken:
        return Value(spoken.code(text), "spoken")
    return Value(text, "postcode")
