"""Numbers that a hospital, an insurer or a bank gives.

Record, plan and account numbers are made by shape alone. IBANs have right check digits and a bank code of zeros; card
numbers have Luhn digits and begin with 4000 00, which card schemes keep for tests.
"""

from __future__ import annotations

from filters.phi.planting import check_digits, spoken
from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import Setting, Value

_MBI = "ACDEFGHJKMNPQRTUVWXY"  # Medicare beneficiary identifiers leave out S, L, O, I, B and Z


def said(setting: Setting, text: str, form: str, cue: str) -> Value:
    """`text`, or how one says it."""
    return Value(spoken.code(text), "spoken", cue=cue) if setting.spoken else Value(text, form, cue=cue)


def mrn(setting: Setting, chance: Chance, form: str) -> Value:
    """A medical record number; in Britain also a hospital or NHS number."""
    shapes = (
        "########",
        "#######",
        "%######",
        "##-##-##",
        "###-##-##",
        "@######",
        "@@#####",
        "%##-####",
        "@@@-#######",
        "######@",
    )
    cues = {
        "US": ("MRN", "MRN", "Medical record number", "MR#", "Med rec #", "Chart no.", "Pt ID", "EMR no"),
        "UK": ("Hospital number", "Hosp no", "MRN", "Patient ID", "Unit no."),
        "IN": ("UHID", "MRD No", "OP No", "IP No", "Hospital No"),
    }.get(setting.locale, ("MRN", "Patient ID", "Record number", "Chart number", "Case file no."))
    return said(setting, chance.fill(chance.pick(shapes)), "record", chance.pick(cues))


def health_plan(setting: Setting, chance: Chance, form: str) -> Value:
    """A number of an insured person: Medicare, private plans, and national cards."""
    locale = setting.locale
    if locale == "US" and chance.often(0.4):
        letters = [chance.pick(_MBI) for _ in range(6)]
        digits = chance.fill("%####")
        text = (
            f"{digits[0]}{letters[0]}{letters[1]}{digits[1]}{letters[2]}{letters[3]}{digits[2]}{letters[4]}{letters[5]}"
        )
        text += digits[3:]
        if chance.often(0.5):
            text = f"{text[:4]}-{text[4:7]}-{text[7:]}"
        return said(
            setting,
            text,
            "medicare",
            chance.pick(("Medicare ID", "MBI", "Medicare number", "Medicare beneficiary no.")),
        )
    if locale == "DE" and chance.often(0.7):
        letter, digits = chance.pick("ACEGHKLMPSTW"), chance.fill("########")
        whole = letter + digits + check_digits.german_insurance(letter, digits)
        return said(setting, whole, "insured", chance.pick(("insurance number", "Health insurance no.")))
    if locale == "ES" and chance.often(0.7):
        return said(
            setting, chance.fill("@@@@##########"), "insured", chance.pick(("health card no.", "Health card number"))
        )
    if locale == "IT" and chance.often(0.7):
        return said(
            setting,
            f"8038000{chance.fill('#############')}",
            "insured",
            chance.pick(("health card no.", "Health card number")),
        )
    if locale == "IN" and chance.often(0.5):
        return said(setting, chance.fill("91-####-####-####"), "insured", chance.pick(("ABHA number", "ABHA no")))
    shape = chance.pick(
        ("@@@#########", "@########", "#########-0#", "@@@ ### ### ###", "%#########", "H####-###-##", "@@##-#####")
    )
    cue = (
        "Member ID",
        "Insurance ID",
        "Policy number",
        "Subscriber ID",
        "Policy #",
        "Plan member no.",
        "Beneficiary ID",
        "Medicaid ID",
    )
    return said(setting, chance.fill(shape), "member", chance.pick(cue if locale == "US" else cue[:-1]))


def account(setting: Setting, chance: Chance, form: str) -> Value:
    """An account: of the hospital's billing, a bank or a card."""
    form = form or chance.weighted([("billing", 5), ("bank", 3), ("card", 2)])
    if form == "billing":
        text = chance.fill(
            chance.pick(("############", "#########", "A########", "@@-######", "####-####", "%#######-0#"))
        )
        return said(
            setting,
            text,
            form,
            chance.pick(
                ("Account number", "Acct #", "Account #", "Billing account", "Guarantor account", "Invoice account no.")
            ),
        )
    if form == "card":
        digits = "400000" + chance.fill("#########")
        digits += check_digits.luhn(digits)
        text = digits if chance.often(0.3) else " ".join(digits[at : at + 4] for at in range(0, 16, 4))
        return said(setting, text, form, chance.pick(("card number", "Card no.", "credit card")))
    if setting.locale in ("US", "IN"):
        return said(setting, chance.fill(chance.pick(("##########", "%###########"))), form, "bank account number")
    if setting.locale == "UK" and chance.often(0.5):
        return said(setting, chance.fill("########"), form, "bank account number")
    country = {"UK": "GB"}.get(setting.locale, setting.locale)
    inner = {
        "GB": "ZZZZ000000########",
        "ES": "00000000############",
        "FR": "0000000000##########A##",
        "IT": "X0000000000############",
        "DE": "00000000##########",
    }
    body = chance.fill(inner[country])
    text = country + check_digits.iban(country, body) + body
    if chance.often(0.6):
        text = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return said(setting, text, form, "IBAN")


def device(setting: Setting, chance: Chance, form: str) -> Value:
    """A serial number or UDI of a device that one patient has."""
    form = form or ("serial" if setting.spoken else chance.weighted([("serial", 3), ("udi", 1)]))
    cue = chance.pick(
        (
            "pacemaker",
            "insulin pump",
            "ICD",
            "CPAP machine",
            "hip implant",
            "hearing aid",
            "cochlear implant",
            "glucose sensor",
            "stent graft",
            "VNS generator",
            "wheelchair",
            "LVAD controller",
        )
    )
    if form == "udi":
        item = "0" + chance.fill("############")
        item += check_digits.gtin(item)
        expiry = f"{chance.between(24, 32)}{chance.between(1, 12):02}{chance.between(1, 28):02}"
        text = f"(01){item}(17){expiry}(10){chance.fill('@###@#')}(21){chance.fill('########')}"
        return Value(text, form, cue=cue)
    shape = chance.pick(
        ("@@@######@", "########", "@@-#####-##", "@######", "SN######@", "##@###-####", "@@@#######", "PJN######")
    )
    return said(setting, chance.fill(shape), form, cue)


def biometric(setting: Setting, chance: Chance, form: str) -> Value:
    """The number of a stored fingerprint, voice print, iris scan or face template."""
    cue, letters = chance.pick(
        (
            ("fingerprint", "FP"),
            ("voice print", "VP"),
            ("iris scan", "IR"),
            ("palm vein", "PV"),
            ("retina scan", "RT"),
            ("face template", "FT"),
            ("thumbprint", "TP"),
            ("handprint", "HP"),
        )
    )
    shape = chance.pick(
        (
            f"{letters}-########",
            f"{letters}#######",
            f"{letters}-@@####-##",
            f"BIO-{letters}-#####",
            f"{letters}/##/####",
        )
    )
    if not setting.spoken and chance.often(0.2):
        return Value(chance.fill("&&&&&&&&&&&&&&&&"), "hash", cue=cue)
    return said(setting, chance.fill(shape), "number", cue)


def photo(setting: Setting, chance: Chance, form: str) -> Value:
    """A photograph of a face: the name of its file, or the words that say so."""
    form = "phrase" if setting.spoken else form or "file"
    if form == "phrase":
        kind = chance.pick(
            ("full-face", "full face", "frontal facial", "face-on", "portrait", "close-up facial", "head-and-shoulders")
        )
        return Value(f"{kind} {chance.pick(('photograph', 'photo', 'image', 'picture'))}", form)
    from filters.phi.planting.contacts import plain
    from filters.phi.planting.names import person

    somebody = setting.people.get(1) or person(setting, chance)
    who = f"{plain(somebody.first)}_{plain(somebody.last)}"
    stem = chance.pick(
        (
            "{}_face_front",
            "{}_portrait",
            "face-{}",
            "IMG_####_{}",
            "{}_preop_face",
            "DSC0####_{}",
            "face_scan_########",
            "{}-headshot-20##",
            "pt_face_%###",
        )
    )
    return Value(chance.fill(stem).format(who) + chance.pick((".jpg", ".png", ".JPG", ".jpeg", ".heic", ".tif")), form)
