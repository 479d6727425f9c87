"""Is it an e-mail, IP or web address, or a material, a version, an enzyme?"""

from __future__ import annotations

import ipaddress
import re

from filters.phi.validators.domains import SPELLED_TOP_LEVEL, TOP_LEVEL
from filters.phi.validators.neighbours import DIGITS, Range, alphanumeric, digit_after

_IP_BEFORE = re.compile(
    rb"(?i)(?:\bips?\b|\bipv4\b|address(?:es)?|logins?|logged in|log-?in|from host|host(?:name)?|server|://|"
    rb"@)[^\d\n]{0,16}$"
)
_VERSION_BEFORE = re.compile(
    rb"(?i)(?:\bv|\bver|version|release|build|software|section|sect|chapter|table|fig(?:ure)?|appendix|clause|annex|"
    rb"\bEC|E\. ?C\.?|\bKF|lineages?|update|firmware|driver|[a-z]\.|_)[\s.:#(]*$"
)


_DASH = re.compile(rb"\xe2\x80[\x90-\x93]|\xe2\x88\x92")
_WIDE_AT, _WIDE_POINT = "\N{FULLWIDTH COMMERCIAL AT}".encode(), "\N{FULLWIDTH FULL STOP}".encode()


def email(text: bytes, start: int, end: int) -> Range | None:
    """RFC 5322 dot-atom or brace group, with a domain whose last label can be a top-level domain.

    Core-shell materials ("Fe3O4@C.The") are rejected: their last label is no known domain and not lower case. A
    sentence glued to an address ("host.com.The") is left outside it.
    """
    value = text[start:end]
    at = max(value.rfind(b"@"), value.rfind(_WIDE_AT))
    while value[:1] and value[:1] in b".'`*/=?!#$%&|~^-" and start < end:
        start, value, at = start + 1, value[1:], at - 1
    while (dash := _DASH.match(value)) is not None:
        start, value, at = start + dash.end(), value[dash.end() :], at - dash.end()
    if at <= 0:
        return None
    spaced = b" " in value[: at + 3]
    labels = value[at:].replace(_WIDE_POINT, b".").split(b".")
    while len(labels) > 1:
        last = labels[-1].decode(errors="replace")
        if not last.islower() and (glued := re.match(r"([a-z]{2,6})(?=[A-Z])", last)) and glued.group(1) in TOP_LEVEL:
            end -= len(last.encode()) - len(glued.group(1))  # "host.edu.auBackground": a heading was run on
            last = glued.group(1)
            labels[-1] = last.encode()
        known = last.lower() in TOP_LEVEL
        if known and (last.islower() or last.isupper() or len(labels) > 2 or not _material(value[:at], labels)):
            break
        if not known and not spaced and last.isalpha() and last.islower() and 2 <= len(last) <= 24:
            if len(labels) > 2 and labels[-2].decode(errors="replace").lower() in TOP_LEVEL:
                end -= len(labels.pop()) + 1
                continue
            break
        end -= len(labels.pop()) + 1
    if len(labels) < 2:
        return None
    if spaced and labels[-1].decode(errors="replace") not in TOP_LEVEL:
        return None
    return start, end


def quoted_email(text: bytes, start: int, end: int) -> Range | None:
    """RFC 5322 quoted string before "@": from its opening mark, up to 64 bytes back in the same line."""
    opened = text.rfind(b'"', max(0, start - 65), start)
    if opened < 0 or start - opened < 2 or re.search(rb"[@\n]", text[opened:start]):
        return None
    return email(text, opened, end)


def _material(local: bytes, labels: list[bytes]) -> bool:
    """ "Fe3O4@SiO2.In": a capital in the host, and the "domain" begins a sentence."""
    return any(byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" for byte in labels[0]) and labels[-1][:1].isupper()


def spelled_email(text: bytes, start: int, end: int) -> Range | None:
    """ "name (at) host dot edu": the last label is a top-level domain that is no English word."""
    last = re.split(rb"(?i)[\s.\[\](){}<>]+|\bdot\b", text[start:end])[-1]
    known = last.decode(errors="replace").lower() in SPELLED_TOP_LEVEL
    return (start, end) if known and (last.islower() or last.isupper()) else None


def ip4(text: bytes, start: int, end: int) -> Range | None:
    """Four octets; not a version, section, enzyme (EC) or lineage number, nor decimals run together by a table."""
    before = text[max(0, start - 1) : start]
    if before in (b".", b"-", b"_", b"+") or alphanumeric(before) or digit_after(text, end):
        return None
    if alphanumeric(text[end : end + 1]):
        return None
    parts = text[start:end].split(b".")
    octets = [int(part) for part in parts]
    if max(octets) > 255 or any(len(part) > 1 and part[:1] == b"0" for part in parts):
        return None
    window = text[max(0, start - 40) : start]
    if _IP_BEFORE.search(window) is not None:
        return start, end
    # An enzyme number has class 1 to 7 and small subclasses; below 60 throughout it may be any dotted number.
    enzyme = octets[0] <= 7 and octets[1] <= 30 and octets[2] <= 99
    if enzyme or max(octets) < 60 or octets[0] == 0 or _VERSION_BEFORE.search(window) is not None:
        return None
    return start, end


def ip4_any(text: bytes, start: int, end: int) -> Range | None:
    """Four octets, however small: in a record only versions and enzymes are written so, and they have a cue."""
    before = text[max(0, start - 1) : start]
    if before in (b".", b"-", b"_", b"+") or alphanumeric(before) or digit_after(text, end):
        return None
    parts = text[start:end].split(b".")
    if max(map(int, parts)) > 255 or any(len(part) > 1 and part[:1] == b"0" for part in parts):
        return None
    return None if _VERSION_BEFORE.search(text[max(0, start - 40) : start]) is not None else (start, end)


def ip6(text: bytes, start: int, end: int) -> Range | None:
    """What `ipaddress` accepts, with a group of three or more digits: a 1:1:1 ratio has none."""
    value = text[start:end]
    if alphanumeric(text[max(0, start - 1) : start]) or text[max(0, start - 1) : start] == b":":
        return None
    if alphanumeric(text[end : end + 1]) or text[end : end + 1] == b":":
        return None
    if not any(len(group) >= 3 for group in value.split(b":")) or not DIGITS.search(value):
        return None
    try:
        ipaddress.IPv6Address(value.decode())
    except ValueError:
        return None
    return start, end


def url(text: bytes, start: int, end: int) -> Range | None:
    """Without the punctuation of the sentence around it."""
    while end > start and text[end - 1 : end] in (b".", b",", b";", b")", b"]", b"'"):
        end -= 1
    return start, end


_INSTITUTIONS = re.compile(
    rb"(?i)^(?:https?://)?(?:[\w-]+\.)*(?:doi\.org|nih\.gov|cdc\.gov|fda\.gov|who\.int|europa\.eu|"
    rb"clinicaltrials\.gov|"
    rb"pubmed\.gov|creativecommons\.org|orcid\.org|w3\.org|hl7\.org|loinc\.org|snomed\.org|github\.com|"
    rb"wikipedia\.org|"
    rb"cochrane\.org|cochranelibrary\.com|uptodate\.com|nice\.org\.uk|ncbi\.nlm\.nih\.gov|r-project\.org)(?=$|[/:?#])"
)
"""Registries, standards and agencies: nobody's pages."""
_PERSONAL = re.compile(rb"[/?&=][^/?&=]*(?:@|~|user|profile|patient|account|id=|token)")


def personal_url(text: bytes, start: int, end: int) -> Range | None:
    """A web address, but for the pages of registries, standards and agencies without a user in them."""
    kept = url(text, start, end)
    if kept is None:
        return None
    value = text[kept[0] : kept[1]]
    return None if _INSTITUTIONS.match(value) and not _PERSONAL.search(value) else kept


def bare_url(text: bytes, start: int, end: int) -> Range | None:
    """A host with a path, or one that ends as few words do; no e-mail, file, abbreviation or glued sentence."""
    before = text[max(0, start - 1) : start]
    if alphanumeric(before) or before in (b"@", b"/", b".", b"-", b":") or text[end : end + 1] == b"@":
        return None
    kept = url(text, start, end)
    assert kept is not None, "only punctuation is cut"
    host, _, path = text[kept[0] : kept[1]].partition(b"/")
    labels = host.decode(errors="replace").split(".")
    last = labels[-1]
    if last not in TOP_LEVEL or not last.islower() or (len(labels) == 2 and len(labels[0]) < 2):
        return None
    generic = (last in SPELLED_TOP_LEVEL and last in {"com", "org", "net", "edu", "gov", "info", "biz"}) or len(
        labels
    ) > 2
    if not path and not generic:
        return None  # "e.g", "lesions.in"
    if len(labels) > 2 and not path and all(len(label) <= 2 for label in labels[:-1]):
        return None
    return personal_url(text, *kept)
