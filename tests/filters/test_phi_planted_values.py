"""Planted values are right by their registers' rules, nobody's, and in no list.

Check digits are judged by oracles of their own, written from the registers' rules in other words than the generator's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache

from filters.phi.planting.chance import Chance
from filters.phi.planting.setting import LOCALES, Setting, Value, parts
from filters.phi.planting.spoken import address, code, number, ordinal, year
from filters.phi.planting.templates import filled
from filters.phi.planting.values import value


@cache
def made(label: str, locale: str, form: str = "", count: int = 300) -> tuple[Value, ...]:
    """`count` values of a class."""
    drawn = []
    for place in range(count):
        drawn.append(value(label, Setting(locale, "en", False), Chance(place, label, locale, form), form))
    return tuple(drawn)


def digits(text: str) -> list[int]:
    return [int(each) for each in text if each.isdigit()]


def luhn_holds(numbers: list[int]) -> bool:
    return (
        sum(each if place % 2 == 0 else sum(divmod(2 * each, 10)) for place, each in enumerate(numbers[::-1])) % 10 == 0
    )


def test_luhn_of_cards_and_npis() -> None:
    assert luhn_holds(digits("79927398713"))
    for each in made("ACCOUNT", "US", "card"):
        assert len(digits(each.text)) == 16
        assert luhn_holds(digits(each.text))
    npis = [each for each in made("LICENCE", "US", "clinician") if each.form == "npi"]
    assert len(npis) > 50
    for each in npis:
        assert re.fullmatch(r"2\d{9}", each.text)
        assert luhn_holds(digits("80840" + each.text))


def test_dea_registrations() -> None:
    found = [each.text for each in made("LICENCE", "US", "clinician") if each.form == "dea"]
    assert len(found) > 50
    for text in found:
        one, two, three, four, five, six, check = digits(text[2:])
        assert (one + three + five + 2 * (two + four + six)) % 10 == check


def test_vins() -> None:
    letters = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"  # the value is the place, modulo 10
    weights = "8765432X098765432"
    for each in made("VEHICLE", "US", "vin"):
        assert re.fullmatch(r"[A-F]0[A-HJ-NPR-Z0-9]{6}[0-9X][A-HJ-NPR-Z0-9]{8}", each.text)
        total = sum(
            letters.index(mark) % 10 * "0123456789X".index(weight)
            for mark, weight in zip(each.text, weights, strict=True)
        )
        assert "0123456789X"[total % 11] == each.text[8]


def test_nhs_numbers() -> None:
    found = [each.text for each in made("OTHER_ID", "UK", "national") if "NHS" in each.cue]
    assert len(found) > 100
    for text in found:
        numbers = digits(text)
        assert numbers[:3] == [9, 9, 9]
        assert sum((10 - place) * each for place, each in enumerate(numbers)) % 11 == 0


def test_ninos() -> None:
    found = [each.text for each in made("OTHER_ID", "UK", "national") if "N" in each.cue and "NHS" not in each.cue]
    for text in found:
        assert re.fullmatch(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", text)


def test_spanish_numbers() -> None:
    for each in made("OTHER_ID", "ES", "national"):
        plain = each.text.replace("-", "")
        whole = int({"X": "0", "Y": "1", "Z": "2"}.get(plain[0], plain[0]) + plain[1:-1])
        assert "TRWAGMYFPDXBNJZSQVHLCKE"[whole % 23] == plain[-1]
        assert len(plain) == 9


def test_french_numbers() -> None:
    for each in made("OTHER_ID", "FR", "national"):
        whole = each.text.replace(" ", "")
        assert len(whole) == 15
        assert (int(whole[:13]) + int(whole[13:])) % 97 == 0


def test_italian_numbers() -> None:
    odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
    for each in (*(found.text for found in made("OTHER_ID", "IT", "national")), "RSSMRA85T10A562S"):
        total = 0
        for place, mark in enumerate(each[:15]):
            rank = int(mark) if mark.isdigit() else ord(mark) - ord("A")
            total += rank if place % 2 else odd[rank]
        assert chr(ord("A") + total % 26) == each[15]
        assert re.fullmatch(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", each)


def test_german_numbers() -> None:
    for text in (*(each.text for each in made("OTHER_ID", "DE", "national")), "86095742719"):
        numbers = digits(text)
        assert len(numbers) == 11
        assert numbers[0] != 0
        assert max(Counter(numbers[:10]).values()) == 2
        rest = 10  # ISO 7064 hybrid system: what is left over all eleven digits is 1
        for each in numbers[:-1]:
            rest = ((rest + each) % 10 or 10) * 2 % 11
        assert (rest + numbers[-1]) % 10 == 1
    insured = [each.text for each in made("HEALTH_PLAN", "DE") if each.form == "insured"]
    assert len(insured) > 100
    for text in (*insured, "A123456780"):
        figures = f"{ord(text[0]) - 64:02}{text[1:]}"
        products = [int(each) * (1 + place % 2) for place, each in enumerate(figures[:10])]
        assert sum(each // 10 + each % 10 for each in products) % 10 == int(figures[10])


def test_indian_numbers() -> None:
    # Verhoeff's scheme by its published tables.
    d = ["0123456789", "1234067895", "2340178956", "3401289567", "4012395678"]
    d += ["5987604321", "6598710432", "7659821043", "8765932104", "9876543210"]
    p = ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"]
    found = [each.text for each in made("OTHER_ID", "IN", "national") if "Aadha" in each.cue]
    assert len(found) > 100
    for text in (*found, "234123412346"):
        state = 0
        for place, each in enumerate(digits(text)[::-1]):
            state = int(d[state][int(p[place % 8][each])])
        assert state == 0


def test_ibans_and_udis() -> None:
    for locale in ("UK", "ES", "FR", "IT", "DE"):
        for each in made("ACCOUNT", locale, "bank"):
            if each.cue == "IBAN":
                plain = each.text.replace(" ", "")
                assert int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1
                assert len(plain) == {"GB": 22, "ES": 24, "FR": 27, "IT": 27, "DE": 22}[plain[:2]]
    for each in made("DEVICE", "US", "udi"):
        item = re.fullmatch(r"\(01\)(\d{14})\(17\)(\d{6})\(10\)\w+\(21\)\d+", each.text)
        assert item is not None
        assert sum(number * (3 if place % 2 == 0 else 1) for place, number in enumerate(digits(item[1]))) % 10 == 0
        date(2000 + int(item[2][:2]), int(item[2][2:4]), int(item[2][4:]))


def test_social_security_numbers_are_ones_that_the_rules_allow() -> None:
    for each in made("SSN", "US"):
        assert re.fullmatch(r"(?!000|666|9)\d{3}[- ]?(?!00)\d{2}[- ]?(?!0000)\d{4}", each.text)


def test_telephone_numbers_are_nobodys() -> None:
    ranges = {
        "US": r"(\+?1)?[2-9]\d\d55501\d\d",
        "UK": r"(\+44)?0?((11[3-6]|121|131|161)4960|1914980|2079460|1632960|7700900)\d{3}",
        "FR": r"(\+33|0)(19900|26191|35301|46571|53649|63998)\d{4}",
        "DE": r"(\+49|0)(3023125|6990009|4066969|2214710|8999998)\d{3}",
        "ES": r"(\+34)?9\d{2}0\d{5}",
        "IT": r"(\+39)?0\d{1,3}0\d{6}",
        "IN": r"(\+91|0)\d\d0\d{7}",
    }
    for locale, allowed in ranges.items():
        for label in ("PHONE", "FAX"):
            for each in made(label, locale):
                plain = re.sub(r"[^\d+]", "", re.split(" ?(?:ext|x)", each.text)[0])
                assert re.fullmatch(allowed, plain), (locale, each.form)


def test_addresses_of_the_net_are_nobodys() -> None:
    for locale in LOCALES:
        for each in made("EMAIL", locale):
            domain = each.text.split("@")[1]
            assert re.search(r"(^|\.)example\.(com|org|net)$", domain) or "-" in domain
        for each in made("IP", locale):
            assert re.match(
                r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|192\.168\.|10\.|172\.16\.|2001:0?db8:", each.text
            )


COMMON_NAMES = """
james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica
thomas sarah charles karen daniel lisa matthew nancy anthony betty mark sandra paul ashley george helen peter anna
henry grace smith johnson williams brown jones miller davis wilson anderson taylor moore jackson martin lee thompson
white harris clark lewis robinson walker young allen king wright scott hill green adams baker nelson carter mitchell
roberts turner garcia martinez rodriguez lopez gonzalez hernandez perez sanchez ramirez torres flores jose maria juan
carmen antonio isabel manuel dolores francisco pilar javier lucia martin bernard dubois durand leroy moreau simon
laurent lefebvre michel pierre jean marie philippe nathalie isabelle sophie rossi russo ferrari esposito bianchi
romano colombo ricci marco giulia francesca giuseppe mueller schmidt schneider fischer weber meyer wagner becker
schulz hoffmann hans klaus ursula monika wolfgang patel sharma singh kumar gupta khan reddy mehta shah rao priya amit
rahul sunita anil deepak
"""
"""Of each locale, some that everybody knows."""


def test_made_names_and_towns_are_in_no_list_of_common_ones() -> None:
    common = set(COMMON_NAMES.split())
    for locale in LOCALES:
        held = parts("name_parts")[locale]["common"]
        listed = {each.lower() for kind in held.values() for each in kind}
        for each in made("NAME", locale, "full", 600):
            first, *last = each.text.lower().split(" ")
            words = {first, *re.split("[ -]", " ".join(last))} - {
                "de",
                "del",
                "la",
                "le",
                "di",
                "lo",
                "von",
                "zu",
                "van",
            }
            if each.origin == "made":
                assert not words & (common | listed)
            else:
                assert first in listed
        for each in made("GEO", locale):
            real = set(parts("place_parts")[locale]["real"])
            assert (each.text in real) == (each.origin == "real")


def test_there_are_more_made_names_than_a_list_would_bother_to_hold() -> None:
    for locale in LOCALES:
        whole = {each.text for each in made("NAME", locale, "full", 600) if each.origin == "made"}
        assert len(whole) > 300


def test_the_same_person_has_one_name_in_a_sentence() -> None:
    sentence = "{NAME.full} and {NAME.surname} are {NAME.first}; {NAME.full@2} is another, {NAME.full} again."
    for place in range(50):
        pieces = filled(sentence, Setting("UK", "en", False), Chance(place))
        full, last, first, other, again = (piece.text for piece in pieces if piece.label)
        assert full == again == f"{first} {last}"
        assert other != full


def test_cues_fit_their_values() -> None:
    for place in range(200):
        cue, *_, held = filled("{LICENCE.cue} is {LICENCE}", Setting("US", "en", False), Chance(place))
        assert ("DEA" in cue.text) == bool(held.value and held.value.form == "dea")


def test_dates_can_be_said_and_read() -> None:
    assert (number(305), number(1942), number(40)) == ("three oh five", "nineteen forty two", "forty")
    assert (ordinal(3), ordinal(30), ordinal(31)) == ("third", "thirtieth", "thirty first")
    assert (year(2009), year(2021), year(1900)) == ("two thousand nine", "twenty twenty one", "nineteen hundred")
    assert code("A4-07") == "a four dash oh seven"
    assert address("ann.lee7@example.org") == "ann dot lee seven at example dot org"


def test_birth_dates_and_visits_are_in_their_years() -> None:
    seen = defaultdict(list)
    for form in ("birth", "visit"):
        for each in made("DATE", "US", form):
            if found := re.search(r"\d{4}", each.text):
                seen[form].append(int(found.group()))
    assert 1925 <= min(seen["birth"]) < 1950 < 2000 < max(seen["birth"]) <= 2012
    assert 2008 <= min(seen["visit"]) < max(seen["visit"]) <= 2025
