"""Whatever presidio's pattern recognizers find among generated identifiers, we find too.

Identifiers are drawn at random, so none belongs to anyone by intent; counts are compared, values never shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from filters.phi.detector import detector

RNG = random.Random(20261122)


def digits(count: int, first: str = "0123456789") -> str:
    return RNG.choice(first) + "".join(RNG.choice("0123456789") for _ in range(count - 1))


def word(low: int = 3, high: int = 9) -> str:
    return "".join(RNG.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(RNG.randint(low, high)))


def email() -> str:
    domain = RNG.choice(["com", "org", "net", "edu", "co.uk", "ac.jp", "de", "info", "gov.au", "nhs.uk"])
    return f"{word()}{RNG.choice(['', '.', '_', '-', '+'])}{word()}{RNG.choice(['', digits(2)])}@{word()}.{domain}"


def phone() -> str:
    area, local, line = digits(3, "23456789"), digits(3, "23456789"), digits(4)
    forms = ["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "{} {} {}", "+1 {} {} {}", "1-{}-{}-{}", "+1{}{}{}", "({}){}-{}"]
    return RNG.choice(forms).format(area, local, line)


def abroad() -> str:
    return RNG.choice(
        [f"+44 20 7{digits(3)} {digits(4)}", f"+49 30 {digits(6)}", f"+33 1 {digits(2)} {digits(2)} {digits(4)}"]
    )


def ssn() -> str:
    return f"{digits(3, '12345')}-{digits(2, '123456789')}-{digits(4, '123456789')}"


def ip() -> str:
    if RNG.random() < 0.3:
        return ":".join(f"{RNG.randint(0x1000, 0xFFFF):x}" for _ in range(8))
    return ".".join(str(RNG.randint(1, 254)) for _ in range(4))


def url() -> str:
    key = RNG.choice(["user", "token", "email", "session_id", "password"])
    return RNG.choice(
        [f"https://{word()}:{word()}@{word()}.org/{word()}", f"https://{word()}.com/{word()}?{key}={word()}"]
    )


def email_recognizer() -> Any:
    import tldextract
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # never asks the network
    return EmailRecognizer()


def recognizer(name: str) -> Any:
    import presidio_analyzer.predefined_recognizers as presidio

    return getattr(presidio, name)()


CASES: list[tuple[str, Callable[[], str], Callable[[], Any], str, str]] = [
    ("EMAIL_ADDRESS", email, email_recognizer, "EMAIL", "Correspondence: "),
    ("PHONE_NUMBER", phone, lambda: recognizer("PhoneRecognizer"), "PHONE", "Call the office at "),
    ("PHONE_NUMBER", phone, lambda: recognizer("PhoneRecognizer"), "PHONE", "The number was "),
    ("PHONE_NUMBER", abroad, lambda: recognizer("PhoneRecognizer"), "PHONE", "The office: "),
    ("US_SSN", ssn, lambda: recognizer("UsSsnRecognizer"), "SSN", "SSN: "),
    ("US_SSN", ssn, lambda: recognizer("UsSsnRecognizer"), "SSN", "the patient gave "),
    ("IP_ADDRESS", ip, lambda: recognizer("IpRecognizer"), "IP", "logged in from "),
    ("URL", url, lambda: recognizer("UrlRecognizer"), "URL", "Portal: "),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("entity", "make", "oracle", "kind", "cue"), CASES, ids=range(len(CASES)))
def test_finds_what_presidio_finds(
    entity: str, make: Callable[[], str], oracle: Callable[[], Any], kind: str, cue: str
) -> None:
    pytest.importorskip("presidio_analyzer")
    theirs, missed, seen = oracle(), 0, 0
    for _ in range(300):
        text = f"{cue}{make()}, as noted."
        spans = [span for span in detector().find(text.encode()) if span.kind == kind]
        for result in theirs.analyze(text, [entity], None):
            if result.end - result.start < 6:
                continue  # fragments of a value that stands whole in another result
            seen += 1
            missed += not any(span.start < result.end and span.end > result.start for span in spans)
    assert seen >= 200
    assert missed == 0
