"""Every class of identifier, and who makes its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from filters.phi.planting import contacts, dates, places, records, state_registers
from filters.phi.planting.chance import Chance
from filters.phi.planting.names import name_value
from filters.phi.planting.setting import Setting, Value

Maker = Callable[[Setting, Chance, str], Value]

_MAKERS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "GEO": places.town,
        "ADDRESS": places.street,
        "ZIP": places.postcode,
        "HOSPITAL": places.hospital,
        "DATE": dates.date,
        "AGE90": dates.age,
        "PHONE": contacts.phone,
        "FAX": contacts.fax,
        "EMAIL": contacts.email,
        "SSN": state_registers.ssn,
        "MRN": records.mrn,
        "HEALTH_PLAN": records.health_plan,
        "ACCOUNT": records.account,
        "LICENCE": state_registers.licence,
        "VEHICLE": state_registers.vehicle,
        "DEVICE": records.device,
        "URL": contacts.url,
        "IP": contacts.ip,
        "BIOMETRIC": records.biometric,
        "PHOTO": records.photo,
        "OTHER_ID": state_registers.other,
    }
)
LABELS: Final = ("NAME", *_MAKERS)
"""Labels of planted spans: the eighteen classes of 45 CFR 164.514(b)(2)(i), places and dates told apart. `AGE90` is an
age over 89, however it is written."""


def value(label: str, setting: Setting, chance: Chance, form: str = "", who: int = 1) -> Value:
    """A value of class `label`. The same class, form and person within a sentence is the same value."""
    if label == "NAME":
        key = f"NAME.{form}@{who}"
        if key not in setting.values:
            setting.values[key] = name_value(setting, chance, form, who)
        return setting.values[key]
    key = f"{label}.{form}@{who}"
    if key not in setting.values:
        setting.values[key] = _MAKERS[label](setting, chance, form)
    return setting.values[key]
