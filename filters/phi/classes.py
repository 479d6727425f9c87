"""The eighteen classes of identifiers of the Safe Harbor rule, 45 CFR 164.514(b)(2)(i)(A) to (R).

Every kind of span that a detector writes belongs to one class, and so does every label of a gold set, unless what it
marks is no identifier by that rule: a country, a sex, a profession, a title, a year, an age of 89 or below. Recall
and precision are told by class. The rule is a yardstick here, not a claim: see `filters.phi.patterns`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class SafeHarbor(StrEnum):
    """One class: its letter in the rule is its value."""

    holds: str
    """What the class holds, in a few words."""
    kinds: tuple[str, ...]
    """Kinds of span that belong to it."""

    NAMES = "A", "names", ("NAME",)
    PLACES = "B", "places below state", ("GEO", "ADDRESS", "ZIP", "HOSPITAL")
    DATES = "C", "dates but the year, ages over 89", ("DATE", "AGE")
    TELEPHONE = "D", "telephone", ("PHONE",)
    FAX = "E", "fax", ("FAX",)
    EMAIL = "F", "e-mail", ("EMAIL",)
    SOCIAL_SECURITY = "G", "social security", ("SSN",)
    MEDICAL_RECORD = "H", "medical record", ("MRN",)
    HEALTH_PLAN = "I", "health plan member", ("HEALTH_PLAN",)
    ACCOUNT = "J", "account", ("ACCOUNT",)
    LICENCE = "K", "certificate or licence", ("LICENCE",)
    VEHICLE = "L", "vehicle, plate included", ("VEHICLE",)
    DEVICE = "M", "device and its serial", ("DEVICE",)
    URL = "N", "web address", ("URL",)
    IP = "O", "IP address", ("IP",)
    BIOMETRIC = "P", "biometric", ("BIOMETRIC",)
    PHOTOGRAPH = "Q", "photograph of a face", ("PHOTO",)
    OTHER = "R", "any other unique code", ("OTHER_ID", "IDENTIFIER")

    def __new__(cls, letter: str, holds: str, kinds: tuple[str, ...]) -> SafeHarbor:
        """A string, the letter, that knows the rest."""
        member = str.__new__(cls, letter)
        member._value_ = letter
        member.holds = holds
        member.kinds = kinds
        return member


_CLASSES: Final = {kind: each for each in SafeHarbor for kind in each.kinds}
KINDS: Final = frozenset(_CLASSES)
"""Every kind of span. `IDENTIFIER` is a value that the record's own header states, of whatever class."""

_SAFE: Final = None
"""What a gold set marks although the rule lets it stand."""

LABELS: Final[Mapping[str, str | None]] = {
    **{kind: kind for kind in sorted(KINDS)},
    # ASQ-PHI
    "GEOGRAPHIC_LOCATION": "GEO",
    "PHONE_NUMBER": "PHONE",
    "FAX_NUMBER": "FAX",
    "EMAIL_ADDRESS": "EMAIL",
    "SOCIAL_SECURITY_NUMBER": "SSN",
    "MEDICAL_RECORD_NUMBER": "MRN",
    "HEALTH_PLAN_BENEFICIARY_NUMBER": "HEALTH_PLAN",
    "ACCOUNT_NUMBER": "ACCOUNT",
    "CERTIFICATE_LICENSE_NUMBER": "LICENCE",
    "VEHICLE_IDENTIFIER": "VEHICLE",
    "DEVICE_IDENTIFIER": "DEVICE",
    "BIOMETRIC_IDENTIFIER": "BIOMETRIC",
    "UNIQUE_IDENTIFIER": "OTHER_ID",
    # notes with inserted identifiers
    "CITY": "GEO",
    "HOSP": "HOSPITAL",
    "AGE90": "AGE",
    "HEALTHPLAN": "HEALTH_PLAN",
    "LICENSE": "LICENCE",
    "OTHERID": "OTHER_ID",
    # presidio-research
    "PERSON": "NAME",
    "TITLE": _SAFE,
    "NRP": _SAFE,
    "ORGANIZATION": _SAFE,
    "STREET_ADDRESS": "ADDRESS",
    "GPE": "GEO",
    "ZIP_CODE": "ZIP",
    "DATE_TIME": "DATE",
    "DOMAIN_NAME": "URL",
    "IP_ADDRESS": "IP",
    "CREDIT_CARD": "ACCOUNT",
    "IBAN_CODE": "ACCOUNT",
    "US_SSN": "SSN",
    "US_DRIVER_LICENSE": "LICENCE",
    # MEDDOCAN
    "NOMBRE_SUJETO_ASISTENCIA": "NAME",
    "NOMBRE_PERSONAL_SANITARIO": "NAME",
    "FAMILIARES_SUJETO_ASISTENCIA": _SAFE,  # "mother", "twin brother": no names
    "SEXO_SUJETO_ASISTENCIA": _SAFE,
    "EDAD_SUJETO_ASISTENCIA": "AGE",
    "PROFESION": _SAFE,
    "OTROS_SUJETO_ASISTENCIA": _SAFE,
    "FECHAS": "DATE",
    "CALLE": "ADDRESS",
    "TERRITORIO": "GEO",
    "PAIS": _SAFE,
    "HOSPITAL": "HOSPITAL",
    "CENTRO_SALUD": "HOSPITAL",
    "INSTITUCION": _SAFE,
    "NUMERO_TELEFONO": "PHONE",
    "NUMERO_FAX": "FAX",
    "CORREO_ELECTRONICO": "EMAIL",
    "URL_WEB": "URL",
    "DIREC_PROT_INTERNET": "IP",
    "ID_SUJETO_ASISTENCIA": "MRN",
    "ID_CONTACTO_ASISTENCIAL": "OTHER_ID",
    "ID_ASEGURAMIENTO": "HEALTH_PLAN",
    "ID_TITULACION_PERSONAL_SANITARIO": "LICENCE",
    "ID_EMPLEO_PERSONAL_SANITARIO": "LICENCE",
    "IDENTIF_VEHICULOS_NRSERIE_PLACAS": "VEHICLE",
    "IDENTIF_DISPOSITIVOS_NRSERIE": "DEVICE",
    "IDENTIF_BIOMETRICOS": "BIOMETRIC",
    "OTRO_NUMERO_IDENTIF": "OTHER_ID",
}
"""Kind of each label of the gold sets; None where the rule lets stand what the label marks."""

_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"\s*\d{4}\s*")
_OLDEST = 89
"""Years of age that the rule lets stand."""


def class_of(kind: str) -> SafeHarbor | None:
    """The class of a kind of span; None for a kind that is in no class (a peer's label for nationalities)."""
    return _CLASSES.get(kind)


def kind_of(label: str, value: str) -> str | None:
    """Kind of what a gold set marks as `label`; None where the rule lets it stand.

    Years alone are no dates, and only ages over 89 count: both are the rule's own exceptions, (C).

    Raises:
        KeyError: no known label.
    """
    kind = LABELS[label]
    if kind == "AGE" and label != "AGE90":
        number = _NUMBER.search(value)
        return kind if number is not None and int(number.group()) > _OLDEST else None
    if kind == "DATE" and _YEAR.fullmatch(value):
        return None
    return kind
