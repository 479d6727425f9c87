"""Surrogates of a document, and what can be one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from filters.phi.classes import KINDS
from filters.phi.surrogates import addresses, codes, dates, names, phones, places, spoken
from filters.phi.surrogates.folder import Folder
from filters.phi.surrogates.folding import composed
from filters.phi.surrogates.key import Key

OLDEST: Final = "90 or older"
"""Of an age over 89 the rule lets stand that it is one: 45 CFR 164.514(b)(2)(i)(C)."""
_LONGEST: Final = 400
"""Characters of a value that is taken for one; no single identifier is longer."""
_MISREAD: Final = re.compile(r"(?<=\d)[OolISB](?=[\W\d_]|[OolISB]|$)|(?<![^\W_])[OolISB](?=\d)")
"""A letter beside a digit, where a number was scanned."""
_AS_DIGIT: Final = dict(zip("OolISB", "001158", strict=True))
_BROKEN: Final = re.compile(r"\s*[\r\n]+\s*")

Maker = Callable[[Folder, str], "str | None"]
Check = Callable[[str], bool]

_NUMBERS: Final = ("MRN", "HEALTH_PLAN", "ACCOUNT", "LICENCE", "DEVICE", "BIOMETRIC", "OTHER_ID")
_MAKERS: Final[dict[str, Maker]] = {
    "NAME": names.name,
    "GEO": places.geo,
    "HOSPITAL": places.hospital,
    "ADDRESS": places.address,
    "ZIP": places.postcode,
    "DATE": dates.move,
    "AGE": lambda folder, value: OLDEST,
    "PHONE": phones.phone,
    "FAX": phones.phone,
    "EMAIL": addresses.email,
    "SSN": codes.social_security,
    "VEHICLE": codes.vehicle,
    "URL": addresses.url,
    "IP": addresses.ip,
    "PHOTO": addresses.photo,
    **dict.fromkeys(_NUMBERS, codes.code),
}
_NOBODY: Final = Folder(b"", "")
_CHECKS: Final[dict[str, Check]] = {
    "NAME": names.could_be_name,
    "DATE": lambda value: dates.could_be_date(_NOBODY, value),
    "AGE": lambda value: value == OLDEST,
    "PHONE": phones.could_be_phone,
    "FAX": phones.could_be_phone,
    "EMAIL": addresses.could_be_email,
    "URL": addresses.could_be_url,
    "IP": addresses.could_be_ip,
    "PHOTO": addresses.could_be_photo,
    **{kind: partial(places.could_be_place, kind) for kind in ("GEO", "HOSPITAL", "ADDRESS", "ZIP")},
    **{kind: partial(codes.could_be_code, kind) for kind in ("SSN", "VEHICLE", *_NUMBERS)},
}
_SPOKEN: Final = frozenset((*_NUMBERS, "SSN", "VEHICLE", "PHONE", "FAX", "ZIP", "IP"))
_SCANNED: Final = frozenset(("SSN", "PHONE", "FAX", "ZIP", "IP", "DATE"))
_ADDRESSES: Final = frozenset(("EMAIL", "URL"))


class DocumentSurrogates:
    """Surrogates of one document under one key. Nothing depends on the order in which values are asked for."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], str] = {}

    def replace(self, kind: str, value: str) -> str:
        """What stands for `value`, an identifier of class `kind`; `[KIND]` where nothing can be made that is none.

        Raises:
            KeyError: no kind of `filters.phi.classes.KINDS`.
        """
        made = self._made.get((kind, value))
        if made is None:
            made = self._made[kind, value] = self._replaced(kind, value)
        return made

    def _replaced(self, kind: str, value: str) -> str:
        if kind not in KINDS:
            raise KeyError(kind)
        bracketed = f"[{kind}]"
        if value == bracketed or len(value) > _LONGEST:
            return bracketed
        text = composed(value)
        if not text.isascii() and any(each.isnumeric() and not (each.isdecimal() or each.isalpha()) for each in text):
            return bracketed  # "½" and its like are in no identifier's shape
        looks = _kind_of(text) if kind == "IDENTIFIER" else kind
        heard = spoken.heard(text) if looks in _SPOKEN else None
        address = spoken.address_heard(text) if looks in _ADDRESSES else None
        read = heard.written if heard else address or _mended(looks, text)
        made = _MAKERS[looks](self._folder, read)
        if made is None or (looks != "AGE" and _tells(made, read)):
            return bracketed
        if heard:
            made = spoken.said(text, heard, made)
        elif address:
            made = spoken.again(made)
        told = looks != "AGE" and _tells(made, value)
        return bracketed if told or not could_be_surrogate(kind, made) else made


class Surrogates:
    """Surrogates under one key."""

    def __init__(self, key: Key) -> None:
        self._key = key.sub_key("surrogates")

    def document(
        self, doc_id: str, originals: Iterable[tuple[str, str]] = (), language: str = ""
    ) -> DocumentSurrogates:
        """Surrogates of document `doc_id`.

        `originals` are all its identifiers, as (kind, value), where they are known beforehand: then no name of one
        person stands for another person's, and the unambiguous dates tell how the others are read (else month first).
        `language` (`en`, `es`, `fr`, `de`, `it`) decides between months that two languages write alike.
        """
        found = list(originals)
        return DocumentSurrogates(
            Folder(
                self._key,
                doc_id,
                [value for kind, value in found if kind in ("NAME", "IDENTIFIER")],
                language,
                dates.day_first([value for kind, value in found if kind == "DATE"]) or False,
            )
        )


def could_be_surrogate(kind: str, value: str) -> bool:
    """Whether `replace` can have made `value` for a `kind`, under some key, for some original, in some document.

    Of dates, and of numbers that no register guards, any can be. A value that is none of these here can be told from
    what was in the original: a telephone number that is in use, a name of no surrogate, an SSN that may be given.
    """
    if value == f"[{kind}]":
        return True
    looks = _kind_of(value) if kind == "IDENTIFIER" else kind
    heard = spoken.heard(value) if looks in _SPOKEN else None
    address = spoken.address_heard(value) if looks in _ADDRESSES else None
    return _CHECKS[looks](heard.written if heard else address or value)


def _mended(kind: str, value: str) -> str:
    """`value` with digits for letters that a scanner read for them, and an address on one line."""
    if kind in _ADDRESSES:
        return _BROKEN.sub("", value)
    if kind in _SCANNED:
        read = _MISREAD.sub(lambda match: _AS_DIGIT[match.group()], value)
        return value if kind == "ZIP" and any(map(str.isalpha, read)) else read
    return value


def _tells(made: str, value: str) -> bool:
    """The surrogate is the original, or one holds the other."""
    one, other = made.casefold(), value.casefold()
    if one == other:
        return True
    return min(len(one), len(other)) >= 3 and (one in other or other in one)


_EMAIL_LIKE: Final = re.compile(r"\S@\S")
_URL_LIKE: Final = re.compile(r"(?i)^(?:https?://|www\.)")
_STREET_LIKE: Final = re.compile(
    r"(?i)^\d+\w?\s+\w.*\b(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|ct|court|way|pl|apt)\b"
)


def _kind_of(value: str) -> str:
    """The kind of a value that only a record's header has told."""
    if _EMAIL_LIKE.search(value):
        return "EMAIL"
    if _URL_LIKE.match(value):
        return "URL"
    if addresses.looks_like_ip(value):
        return "IP"
    if _STREET_LIKE.search(value):
        return "ADDRESS"
    if dates.looks_like_date(value):
        return "DATE"
    if not any(each.isdecimal() for each in value):
        return "NAME"
    if phones.looks_like_phone(value):
        return "PHONE"
    return "OTHER_ID"
