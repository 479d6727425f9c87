"""Numbers that a state or a board gives: social security, licences, vehicles, passports, national registers.

Wherever a number can be right and yet nobody's, it is: NHS numbers begin with 999 (NHS Digital's test range), VINs with
a maker's code that ISO 3780 gives to no country, NPIs with 2 (CMS has given out numbers from 1 on), British plates
bear a half-year to come, plates of Spain, France and Italy a series to come. The rest cannot be: a social security
number, DEA registration, DNI, NIE, INSEE number, codice fiscale, Steuer-ID, Aadhaar or NINO that its rules allow may
belong to somebody. Detectors reject those that their rules do not allow, so these are right by their rules, made by
chance, and stand beside made names.
"""

from __future__ import annotations

from typing import Final

from filters.phi.planting import check_digits
from filters.phi.planting.chance import Chance
from filters.phi.planting.contacts import plain
from filters.phi.planting.names import person
from filters.phi.planting.records import said
from filters.phi.planting.setting import Setting, Value

_VIN: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_FISCAL_MONTHS: Final = "ABCDEHLMPRST"


def ssn(setting: Setting, chance: Chance, form: str) -> Value:
    """A social security number that SSA's rules allow: area not 000, 666 or 9xx, group not 00, serial not 0000."""
    area = chance.between(1, 898)
    area += area >= 666
    group, serial = chance.between(1, 99), chance.between(1, 9999)
    mark = "-" if setting.spoken else chance.weighted([("-", 6), (" ", 1), ("", 1)])
    text = f"{area:03}{mark}{group:02}{mark}{serial:04}"
    if setting.spoken:
        text = text.replace("-", "")
    return said(setting, text, "plain" if mark == "" else "grouped", "SSN")


def licence(setting: Setting, chance: Chance, form: str) -> Value:
    """A licence of a clinician or a driver, or a certificate."""
    form = form or chance.pick(("clinician", "driver"))
    if form == "driver":
        cue = chance.pick(
            ("Driver's license", "DL#", "Driver license no.")
            if setting.american
            else ("Driving licence", "Driving licence no.")
        )
        if setting.locale == "UK":
            surname = plain(person(setting, chance).last).upper()[:5].ljust(5, "9")
            born = f"{chance.fill('#')}{chance.between(1, 12):02}{chance.between(1, 28):02}{chance.fill('#')}"
            return said(setting, f"{surname}{born}{chance.fill('@@#@@')}", form, cue)
        if setting.locale == "ES":  # the same number as the DNI
            digits = chance.fill("########")
            return said(setting, f"{digits}-{check_digits.dni(digits)}", form, cue)
        shape = chance.pick(
            {
                "US": ("@#######", "@###-####-####", "@########", "#########", "@@######@", "@##-###-##-###-#"),
                "IN": ("MH## ###########", "KA##-###########", "TN## 20#########"),
                "FR": ("############", "##AA#####"),
                "IT": ("U1@######@", "MI#######@"),
                "DE": ("B0##@@@##@#", "@##########"),
            }[setting.locale]
        )
        return said(setting, chance.fill(shape), form, cue)
    if setting.american:
        kind = chance.pick(("NPI", "DEA", "state"))
        if kind == "NPI":
            digits = "2" + chance.fill("########")
            return said(setting, digits + check_digits.npi(digits), "npi", chance.pick(("NPI", "NPI #", "NPI number")))
        if kind == "DEA":
            digits = chance.fill("######")
            whole = chance.pick("ABFM") + chance.pick("BCDFGHKLMNPRSTW9") + digits + check_digits.dea(digits)
            return said(setting, whole, "dea", chance.pick(("DEA", "DEA #", "DEA number")))
        return said(
            setting,
            chance.fill(chance.pick(("@@####%#", "MD######", "RN-######", "%#####"))),
            "board",
            chance.pick(("License #", "Medical license no.", "License number")),
        )
    cues = {
        "UK": ("GMC", "GMC number", "GMC no."),
        "ES": ("Licence no.",),
        "FR": ("RPPS number",),
        "IT": ("Medical licence no.",),
        "DE": ("LANR",),
        "IN": ("Reg. No", "MCI registration no."),
    }
    board = {
        "UK": "7######",
        "ES": "28#######",
        "FR": "10#########",
        "IT": "MI-#####",
        "DE": "#########",
        "IN": "#####",
    }
    return said(setting, chance.fill(board[setting.locale]), "board", chance.pick(cues[setting.locale]))


def vehicle(setting: Setting, chance: Chance, form: str) -> Value:
    """A vehicle identification number or a plate."""
    form = form or chance.pick(("vin", "plate"))
    if form == "vin":
        maker = chance.pick("ABCDEF") + "0" + chance.pick(_VIN)  # A0 to F0: of no country
        text = (
            maker
            + "".join(chance.pick(_VIN) for _ in range(5))
            + "0"
            + chance.pick("LMNPRST")
            + "".join(chance.pick(_VIN) for _ in range(3))
            + chance.fill("####")
        )
        return said(setting, check_digits.vin(text), form, "VIN")
    shape = {
        "US": chance.pick(("@@@-####", "%@@@###", "@@@ ####", "###-@@@", "@@#-#@@")),
        "UK": "@@9# @@@",
        "ES": f"#### {chance.pick('XYZ')}@@",
        "FR": f"{chance.pick('XYZ')}@-###-@@",
        "IT": f"{chance.pick('XYZ')}@ ###@@",
        "DE": chance.pick(("B-@@ ####", "HH-@ ###", "MÜ @@ %##", "KA-@@ %##")),
        "IN": chance.pick(("MH ## @@ ####", "KA-##-@@-####", "TN##@@####")),
    }[setting.locale]
    return said(setting, chance.fill(shape), form, "license plate" if setting.american else "number plate")


def other(setting: Setting, chance: Chance, form: str) -> Value:
    """Any other code: `specimen`, `passport`, `national`, `encounter`, `study`."""
    form = form or chance.pick(("specimen", "passport", "national", "encounter", "study"))
    if form == "national":
        return _national(setting, chance)
    if form == "passport":
        shape = {
            "US": "@########",
            "UK": "#########",
            "ES": "@@@######",
            "FR": "##@@#####",
            "IT": "@@#######",
            "DE": "C@@@#####",
            "IN": "@#######",
        }
        text = chance.fill(shape[setting.locale])
        return said(setting, text, form, chance.pick(("Passport", "Passport no.", "passport number")))
    shapes, cues = {
        "specimen": (
            ("S##-#####", "SP-##-####", "##-@#-######", "C##-#####", "H########"),
            ("Specimen", "Accession #", "Pathology no.", "Surgical path #", "Block", "Lab no."),
        ),
        "encounter": (
            ("E########", "##########", "V0########", "ENC-#######", "CSN ########"),
            ("Encounter #", "Visit no.", "Encounter ID", "FIN", "Referral no.", "Prior auth #"),
        ),
        "study": (
            ("##-###-@@", "@@@-##-####", "SUBJ-####", "P####-##", "R-######"),
            ("Subject ID", "Study participant no.", "Registry ID", "Donor ID", "Rx number", "Employee ID"),
        ),
    }[form]
    return said(setting, chance.fill(chance.pick(shapes)), form, chance.pick(cues))


def _national(setting: Setting, chance: Chance) -> Value:
    locale, form = setting.locale, "national"
    if locale == "UK":
        if chance.often(0.6):
            while (check := check_digits.nhs(digits := "999" + chance.fill("######"))) is None:
                pass
            text = digits + check
            if chance.often(0.7):
                text = f"{text[:3]} {text[3:6]} {text[6:]}"
            return said(setting, text, form, chance.pick(("NHS number", "NHS no.", "NHS No")))
        prefix = chance.pick("ABCEHJLNPRSTWXYZ") + chance.pick("ABCEHJLMPRSWXY")
        text = f"{prefix}{chance.fill('######')}{chance.pick('ABCD')}"
        return said(setting, text, form, chance.pick(("NI number", "National Insurance no.")))
    if locale == "ES":
        if chance.often(0.7):
            digits = chance.fill("########")
            return said(setting, f"{digits}{chance.pick(('', '-'))}{check_digits.dni(digits)}", form, "DNI")
        digits = chance.pick("XYZ") + chance.fill("#######")
        return said(setting, f"{digits}{check_digits.nie(digits)}", form, "NIE")
    born = f"{chance.between(25, 99):02}{chance.between(1, 12):02}"
    if locale == "FR":
        digits = f"{chance.between(1, 2)}{born}{chance.between(21, 95):02}{chance.fill('######')}"
        key = check_digits.insee(digits)
        spaced = f"{digits[0]} {digits[1:3]} {digits[3:5]} {digits[5:7]} {digits[7:10]} {digits[10:]} {key}"
        return said(
            setting,
            spaced if chance.often(0.6) else digits + key,
            form,
            chance.pick(("INSEE number", "French social security no.", "NIR")),
        )
    if locale == "IT":
        month, day = int(born[2:]), chance.between(1, 28) + chance.pick((0, 40))
        when = f"{born[:2]}{_FISCAL_MONTHS[month - 1]}{day:02}"
        body = f"{chance.fill('@@@@@@')}{when}{chance.pick('ABCDEFGHL')}{chance.fill('%##')}"
        return said(
            setting,
            body + check_digits.codice_fiscale(body),
            form,
            chance.pick(("codice fiscale", "tax code", "Codice fiscale")),
        )
    if locale == "DE":
        digits = _steuer(chance)
        text = digits if chance.often(0.5) else f"{digits[:2]} {digits[2:5]} {digits[5:8]} {digits[8:]}"
        return said(setting, text, form, chance.pick(("Steuer-ID", "tax ID")))
    if locale == "IN":
        if chance.often(0.6):
            digits = str(chance.between(2, 9)) + chance.fill("##########")
            digits += check_digits.aadhaar(digits)
            text = digits if chance.often(0.3) else f"{digits[:4]} {digits[4:8]} {digits[8:]}"
            return said(setting, text, form, chance.pick(("Aadhaar", "Aadhaar no.", "Aadhar number")))
        return said(setting, chance.fill("@@@P@####@"), form, chance.pick(("PAN", "PAN no.")))
    return said(
        setting, chance.fill("A###-###-###"), form, chance.pick(("Alien registration no.", "State ID", "Military ID"))
    )


def _steuer(chance: Chance) -> str:
    """Ten digits, the first not 0, of which one occurs twice and none oftener, and their check digit."""
    order = list("0123456789")
    for place in range(9, 0, -1):
        other_place = chance.below(place + 1)
        order[place], order[other_place] = order[other_place], order[place]
    twice, gone = chance.pick([(left, right) for left in range(10) for right in range(10) if left != right])
    order[gone] = order[twice]
    if order[0] == "0":
        order = [str(9 - int(digit)) for digit in order]
    digits = "".join(order)
    return digits + check_digits.german_tax(digits)
