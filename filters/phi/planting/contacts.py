"""How to reach somebody: telephone, fax, e-mail, web and IP addresses, none of them anybody's.

Telephone numbers come from ranges kept for fiction: NANP 555-0100 to 555-0199; Ofcom's "numbers for drama"; the
ranges that France (ARCEP, decision 2018-0881) and Germany (Bundesnetzagentur) keep for films. Spain, Italy and India
keep none: there the subscriber's part begins with 0, as no number that is in use is known to do. Domains are those of
RFC 2606, their subdomains, or made of two names that no list holds. IP addresses are those for documentation
(RFC 5737, RFC 3849) and private ones (RFC 1918).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from filters.phi.planting import spoken
from filters.phi.planting.chance import Chance
from filters.phi.planting.names import person
from filters.phi.planting.setting import Person, Setting, Value, made, parts

_UK_GEOGRAPHIC: Final = ("0113 496", "0114 496", "0115 496", "0116 496", "0121 496", "0131 496", "0161 496", "0191 498")
_FRENCH: Final = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98")
_GERMAN: Final = ("30 23125", "69 90009", "40 66969", "221 4710", "89 99998")
_PLATFORMS: Final = ("mychart", "portal", "patient", "my", "records", "care")
_EXAMPLES: Final = ("example.com", "example.org", "example.net", "mail.example.com", "inbox.example.org")
_ENDINGS: Final = {"US": "com", "UK": "co.uk", "ES": "es", "FR": "fr", "IT": "it", "DE": "de", "IN": "in"}


def phone(setting: Setting, chance: Chance, form: str) -> Value:
    """A telephone number of the locale."""
    return Value(*_number(setting, chance))


def fax(setting: Setting, chance: Chance, form: str) -> Value:
    """As `phone`, without an extension."""
    return Value(*_number(setting, chance, extension=False))


def _number(setting: Setting, chance: Chance, extension: bool = True) -> tuple[str, str]:
    number, form = _written(setting, chance)
    if setting.spoken:
        return spoken.digits(number, chance.pick(("oh", "zero"))), "spoken"
    if extension and chance.often(0.08) and setting.locale in ("US", "UK"):
        number += chance.pick((" ext. ", " x", " ext ")) + chance.fill("%##")
    return number, form


def _written(setting: Setting, chance: Chance) -> tuple[str, str]:
    locale, international = setting.locale, chance.often(0.25)
    if locale == "US":
        area, line = (
            chance.fill(chance.pick(("20%", "31%", "41%", "50%", "60%", "71%", "80%", "91%"))),
            chance.fill("01##"),
        )
        shapes = ("({}) 555-{}", "{}-555-{}", "{}.555.{}", "{} 555 {}", "({})555-{}", "1-{}-555-{}")
        return (
            (f"+1 {area} 555 {line}", "international")
            if international
            else (
                chance.pick(shapes).format(area, line),
                "national",
            )
        )
    if locale == "UK":
        whole = chance.pick(
            (
                f"{chance.pick(_UK_GEOGRAPHIC)} {chance.fill('0###')}",
                chance.fill("020 7946 0###"),
                chance.fill("01632 960###"),
                chance.fill("07700 900###"),
            )
        )
        if international:
            return f"+44 {'(0)' if chance.often(0.3) else ''}{whole[1:]}", "international"
        return (whole if chance.often(0.7) else f"({whole.replace(' ', ') ', 1)}"), "national"
    if locale == "FR":
        whole = f"{chance.pick(_FRENCH)} {chance.fill('## ##')}"
        if international:
            return f"+33 {whole[1:]}", "international"
        return whole.replace(" ", chance.pick((" ", " ", ".", "", "-"))), "national"
    if locale == "DE":
        whole = chance.pick(_GERMAN) + chance.fill("###")
        if international:
            return f"+49 {whole}", "international"
        return "0" + whole.replace(" ", chance.pick((" ", "/", "-", " / "))), "national"
    if locale == "ES":
        whole = f"9{chance.pick('1357')}{chance.fill('% 0# ## ##')}"
        if international:
            return f"+34 {whole}", "international"
        return whole if chance.often(0.6) else chance.pick(("{} {} {}", "{}{}{}", "{}-{}-{}")).format(
            *(whole.replace(" ", "")[at : at + 3] for at in (0, 3, 6))
        ), "national"
    if locale == "IT":
        area, rest = chance.pick(("06", "02", "011", "051", "0577")), chance.fill("0######")
        joined = chance.pick((" ", "/", "-", "."))
        return (f"+39 {area} {rest}", "international") if international else (f"{area}{joined}{rest}", "national")
    area, rest = chance.pick(("11", "22", "44", "80", "33")), chance.fill("0### ####")
    return (
        (f"+91 {area} {rest}", "international")
        if international
        else (
            f"0{area}{chance.pick(('-', ' '))}{rest.replace(' ', chance.pick((' ', '')))}",
            "national",
        )
    )


def plain(name: str) -> str:
    """ASCII letters of `name`, lower case."""
    folded = unicodedata.normalize("NFD", name.replace("ß", "ss").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i"))
    return "".join(each for each in folded if each.isascii() and each.isalpha()).lower()


def _domain(setting: Setting, chance: Chance) -> str:
    if chance.often(0.6):
        return chance.pick(_EXAMPLES)
    surnames = parts("name_parts")[setting.locale]["surname"]
    two = [plain(made("name_parts", surnames, chance)) for _ in range(2)]
    return f"{'-'.join(two)}.{_ENDINGS[setting.locale]}"


def _local(somebody: Person, chance: Chance) -> str:
    first, last = plain(somebody.first), plain(somebody.last.split(" ")[-1])
    shapes = (
        f"{first}.{last}",
        f"{first[0]}{last}",
        f"{first}{chance.fill('##')}",
        f"{last}_{first[0]}",
        f"{first}-{last}",
    )
    return chance.pick((*shapes, f"{first}{last}{chance.between(1940, 2004)}", f"{last}.family"))


def email(setting: Setting, chance: Chance, form: str) -> Value:
    """The patient's address, or somebody's."""
    somebody = setting.people.get(1) or person(setting, chance)
    text = f"{_local(somebody, chance)}@{_domain(setting, chance)}"
    if setting.spoken:
        return Value(spoken.address(text), "spoken")
    return Value(text, "address")


def url(setting: Setting, chance: Chance, form: str) -> Value:
    """A page about or by a person: `portal` (behind a login, with a token), `profile`, or `page`."""
    somebody = setting.people.get(1) or person(setting, chance)
    domain, local = _domain(setting, chance), _local(somebody, chance)
    form = form or chance.pick(("portal", "profile", "page"))
    if setting.spoken:
        return Value(spoken.address(f"www.{domain}/{local}"), "spoken")
    if form == "portal":
        path = chance.pick(("/p/{}", "/chart?patient={}", "/login?token={}", "/results/{}/view", "/visit.aspx?id={}"))
        return Value(f"https://{chance.pick(_PLATFORMS)}.{domain}{path.format(chance.fill('&&&&&&##'))}", form)
    scheme = chance.pick(("https://www.", "https://", "www.", "http://"))
    if form == "profile":
        return Value(f"{scheme}{domain}/{chance.pick(('', '~', 'users/', 'in/', '@'))}{local}", form)
    return Value(f"{scheme}{local.replace('_', '-').replace('.', '-')}.{domain}", form)


def ip(setting: Setting, chance: Chance, form: str) -> Value:
    """IPv4 or, one in five, IPv6."""
    if not setting.spoken and chance.often(0.2):
        return Value(
            chance.fill(
                chance.pick(("2001:db8:%&&:%&::%", "2001:db8::%&&&:%&&", "2001:0db8:0000:%&&&:&&&&:&&&&:&&&&:&&&&"))
            ),
            "ip6",
        )
    block = chance.pick(("192.0.2", "198.51.100", "203.0.113", "192.168.{}", "10.{}.{}", "172.16.{}"))
    text = block.format(chance.below(256), chance.below(256)) + f".{chance.between(1, 254)}"
    return Value(spoken.code(text, "zero"), "spoken") if setting.spoken else Value(text, "ip4")
