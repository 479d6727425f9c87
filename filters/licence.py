"""Under which licence a document stands: from what it states to an SPDX expression.

Nothing is invented. A version that is not stated stays open (`LicenseRef-CC-BY-unversioned`), "open access" alone says
nothing (NOASSERTION), of two statements the stricter one counts and the conflict is recorded, and a profile lets in
only what its list in `licences.yaml` names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from corpus.digest import Json, sha256_file
from corpus.errors import RecipeError
from corpus.stage import attribute
from filters.rights import TABLE, UNKNOWN, family_of, licensing, openness_rank, table

_VERSIONS = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")


@cache
def _addresses() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), licence) for pattern, licence in table()["addresses"].items())


@dataclass(frozen=True, slots=True)
class Statement:
    """What a raw licence statement says."""

    licence: str
    """SPDX expression, `LicenseRef-...`, or NOASSERTION."""
    conflict: bool
    """It names licences with different rights; `licence` is the strictest."""


_CC_ADDRESS = re.compile(
    r"creativecommons\.org/(?:licen[cs]es?/(?P<terms>by(?:-(?:nc|nd|sa))*)(?:/(?P<version>\d\.\d)(?:/(?P<port>(?!n[cd]\b|sa\b)[a-z]{2,3}|scotland)\b"
    r"(?!\.))?)?|(?P<free>publicdomain/(?:zero|mark)|licen[cs]es?/(?:publicdomain|zero))(?:/\d\.\d)?)"
)
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'|]+")
_LIMIT = r"non[\s-]?commercial|no[\s-]?deriv(?:ative)?s?(?: works?)?|share[\s-]?alike"
_VERSION = r"(?:v(?:ersion)?\.?\s?)?(?P<{0}>[1-4](?:\.\d)?)\b"
_CC_WORDS = re.compile(
    rf"(?:(?P<cc>creative\s?commons|\bcc\b)[\s,:(-]*(?:\(?cc\)?[\s-]*)?attribution|\battribution(?=[\s-]*(?:{_LIMIT})))"
    rf"(?P<limits>(?:[\s,/&-]|\band\b|\bonly\b|{_LIMIT})*)"
    rf"(?:[\s(,]*(?:international|unported|generic|public)?[\s,]*{_VERSION.format('before')})?"
    rf"(?:[\s,]*(?:international|unported|generic|public|\)))*(?:\s*licen[cs]e[\s,(]*(?:{_VERSION.format('after')})?)?"
)
_MARK = r"(?:[\s/,+_-]*\b(?:nc|nd|sa)\b)"
_CC_SHORT = re.compile(
    r"(?:\bcc|creativecommons)[\s_-]*(?P<terms>by(?:[\s/,+_-]*(?:nc|nd|sa))*)(?![a-z])"
    rf"(?:[\s,_-]*(?:licen[cs]e|international|unported)?[\s,_]*{_VERSION.format('version')}"
    rf"(?P<late>{_MARK}*)(?:[\s-](?P<port>[a-z]{{2,3}})$)?)?"
)
_ZERO = re.compile(
    r"\bcc[\s-]?(?:0|zero)\b|creative\s?commons[\s-]*(?:zero|public[\s-]domain[\s-]dedication)|public[\s-]domain[\s-]dedication"
)
_GOVERNMENT = re.compile(
    r"(?:work|employees?|property)\s(?:of|by)\sthe\s(?:u\.?\s?s\.?|united\sstates)(?:\sfederal)?\sgovernment|17\su\.?s\.?c\.?\s(?:§\s?)?105"
)
_FREE = re.compile(r"\b(?:is|are|lies|lie|be)\sin\sthe\spublic\sdomain")
_NOT_COMMERCIAL = re.compile(
    r"(?<!commercial and )(?<!commercial or )(?<!commercial, )(?<!commercial/)(?<!commercial as well as )"
    r"(?:\bnon[\s-]?commercial|\bnot\s(?:be\sused\s)?for\scommercial)(?!\s(?:and|or|as well as)\scommercial)"
    r"|\bno\scommercial\s(?:re-?)?use|\b(?:not|never)\s(?:to\s)?(?:be\s)?used\scommercially|\bexcept\sfor\scommercial"
    r"|\bcommercial\s(?:re-?)?use(?:\sis)?\s(?:prohibited|forbidden|not\s(?:permitted|allowed)|requires?\s(?:\w+\s){0,2}permission)"
    r"|\bcommercial\s(?:re-?)?use,?\s(?:please\s)?contact"
    r"|\b(?:personal|research|education(?:al)?|non-?profit)\s(?:use|purposes)\sonly"
    r"|\b(?:no|n\u00e3o)[\s-]?comercial|\bpas\sd.utilisation\scommerciale|\bnicht[\s-]?kommerziell|\bkeine\skommerzielle"
)
_NO_CHANGES = re.compile(
    r"\bno[\s-]?deriv|\bnot\s(?:be\s)?(?:altered|modified|transformed|built upon)|\bno\s(?:modification|adaptation)s?\b"
    r"|\bwithout\s(?:any\s)?(?:modification|alteration|adaptation)s?\b"
    r"|\bderivatives?(?:\sworks?)?\s(?:(?:is|are)\s)?(?:not\s(?:permitted|allowed)|prohibited|forbidden)"
)

_SHARE_ALIKE = re.compile(r"\bshare[\s-]?alike")
_CC_BY = r"(?:\bcc|creative\s?commons|licen[cs]es?/)[\W_]*by"
_STRAY = {
    term: re.compile(rf"{_CC_BY}(?:[\W\d_]|\band\b|\bn[cd]\b)*?{mark}(?![a-z])")
    for term, mark in (("nc", r"n(?:on)?\W?c"), ("nd", r"no?\W?d"), ("sa", r"s\W?a"))
}
"""Marks after `CC BY` however they are set apart: `CC BY (NC)`, `CC BY N.C.`, `licenses/by/nc/4.0`."""
_DENIED = re.compile(
    r"^\W*not\b|\bnot\s(?:licen[cs]ed|published|released|distributed)\sunder|\bnot\sa\swork\s(?:of|by)\b"
    r"|\b(?:formerly|no\slonger)\b|\ball\srights\s(?:are\s)?reserved|\bmetadata\sonly\b|\bdoes\snot\sapply\b"
    r"|\b(?:training|mining)\s(?:\w+\s){0,3}?(?:is\s|are\s)?(?:prohibited|forbidden|reserved|not\s(?:permitted|allowed))"
)
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class _Evidence:
    terms: frozenset[str]
    """Creative Commons terms: by, nc, nd, sa."""
    version: str | None
    port: str | None
    named: bool
    """By address or identifier rather than in a sentence."""

    @property
    def licence(self) -> str:
        parts = "-".join(["CC", *(term.upper() for term in ("by", "nc", "nd", "sa") if term in self.terms)])
        if self.version is None:
            return f"LicenseRef-{parts}-{'unversioned' if self.named else 'worded'}"
        stem = f"{parts}-{self.version}"
        if self.port is None:
            return stem
        ported = f"{stem}-{self.port.upper()}"
        return ported if _known(ported) else f"LicenseRef-{ported}"


@cache
def _known(identifier: str) -> bool:
    return identifier in licensing().known_symbols


def normalise(statement: str) -> Statement:
    """What `statement` (addresses, words, or both; several parted by " | ") says about the licence."""
    plainly = unicodedata.normalize("NFKC", _INVISIBLE.sub("", statement))
    text = re.sub(r"[\u00ad\u2010-\u2015\u2212]", "-", plainly.lower()).strip()
    if family_of(statement.strip()) is not None:
        return Statement(statement.strip(), False)
    if re.search(r"\s(?:and|or|with)\s", text) and (compound := _expression(statement.strip())) != UNKNOWN:
        return Statement(compound, False)
    if not text:
        return Statement(UNKNOWN, False)
    plain = re.sub(r"[\s_-]+", " ", text).strip(" .")
    if (alias := table()["aliases"].get(plain)) is not None:
        return Statement(alias, False)
    found, unread = _evidence(text)
    others = {licence for address in _ADDRESS.findall(text) if (licence := _other(address))}
    others |= {
        licence for part in text.split(" | ") if (licence := table()["aliases"].get(re.sub(r"[\s_-]+", " ", part)))
    }
    others.discard(UNKNOWN)
    free = _free(text)
    unread = unread or _DENIED.search(text) is not None
    limited = any(pattern.search(_ADDRESS.sub(" ", text)) for pattern in (_NOT_COMMERCIAL, _NO_CHANGES))
    if found:
        return _strictest(found, bool(others) or unread, text)
    if others:
        names = sorted(others, key=lambda name: openness_rank(name) or 0)
        return Statement(names[-1], len(names) > 1 or unread or limited)
    if free:
        return Statement(free, unread or limited)
    return Statement(_expression(statement.strip()), False)


def _evidence(text: str) -> tuple[list[_Evidence], bool]:
    """Creative Commons licences named in `text`, and whether it gives an address, alone, that says nothing known."""
    found = []
    for match in _CC_ADDRESS.finditer(text):
        if match["terms"]:
            version = match["version"] if match["version"] in _VERSIONS else None
            found.append(
                _Evidence(frozenset(match["terms"].split("-")), version, match["port"] if version else None, True)
            )
    words = _ADDRESS.sub(" ", text)
    whole = len(words) < 40
    for match in _CC_SHORT.finditer(words):
        terms = frozenset(re.findall(r"by|nc|nd|sa", match["terms"] + (match["late"] or "")))
        found.append(_Evidence(terms, _version(match["version"]), match["port"], whole))
    for match in _CC_WORDS.finditer(words):
        limits = match["limits"]
        terms = frozenset(
            {"by"}
            | ({"nc"} if "commercial" in limits else set())
            | ({"nd"} if "deriv" in limits else set())
            | ({"sa"} if "alike" in limits else set())
        )
        found.append(_Evidence(terms, _version(match["before"] or match["after"]), None, False))
    parts = [part.strip() for part in text.split(" | ")]
    unread = (
        any(_ADDRESS.fullmatch(part) and not _CC_ADDRESS.search(part) and _other(part) is None for part in parts)
        and len(parts) > 1
    )
    return found, unread


def _version(stated: str | None) -> str | None:
    if stated is None:
        return None
    version = stated if "." in stated else f"{stated}.0"
    return version if version in _VERSIONS else None


def _strictest(found: list[_Evidence], disputed: bool, text: str) -> Statement:
    """The licence with the most restrictions. Words add restrictions that an address does not have."""
    words = _ADDRESS.sub(" ", text)
    stated = {evidence.terms for evidence in found}
    limits = {"nc": _NOT_COMMERCIAL, "nd": _NO_CHANGES, "sa": _SHARE_ALIKE}
    whole = unquote(text)
    added = frozenset(term for term, pattern in limits.items() if pattern.search(words) or _STRAY[term].search(whole))
    # Restrictions in the sentence around a licence that already has as many describe it in other words.
    if not added <= frozenset().union(*stated):
        stated.add(frozenset({"by"}) | added)
        found = [*found, _Evidence(frozenset({"by"}) | added, None, None, False)]
    worst = max(stated, key=lambda terms: ("nc" in terms, "nd" in terms, "sa" in terms))
    best = [evidence for evidence in found if evidence.terms == worst]
    # Of the same licence: by address before in words, with its version before without, the oldest version first.
    chosen = min(best, key=lambda e: (e.version is None, not e.named, e.version or "", e.port or ""))
    return Statement(chosen.licence, disputed or len(stated) > 1)


def _other(address: str) -> str | None:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", address)
    return next((licence for pattern, licence in _addresses() if pattern.match(bare)), None)


def _free(text: str) -> str | None:
    """A dedication to, or a statement of, the public domain. Beside a CC BY it waives the rights in the data only."""
    for match in _CC_ADDRESS.finditer(text):
        if match["free"]:
            kind = match["free"]
            return "CC0-1.0" if "zero" in kind else "CC-PDM-1.0" if "mark" in kind else "CC-PDDC"
    if _ZERO.search(text):
        return "CC0-1.0"
    if _GOVERNMENT.search(text):
        return "LicenseRef-USGov-PD"
    return "LicenseRef-Public-Domain" if _FREE.search(text) else None


def _expression(statement: str) -> str:
    """The statement as an SPDX expression in canonical spelling, or NOASSERTION."""
    if family_of(statement) is not None:
        return statement
    if len(statement) > 200 or not re.fullmatch(r"[\w.+() -]+", statement):
        return UNKNOWN
    try:
        return str(licensing().parse(statement, validate=True, strict=True).render())
    except Exception:  # noqa: BLE001 - of a dozen kinds; the words are no expression
        return UNKNOWN


class LicenceAnnotator:
    """Licence of each document: its own statement, else the terms of its source.

    Args:
        source_terms: licence of documents that state none: SPDX expression or listed `LicenseRef-`; None is unknown.

    Raises:
        RecipeError: `source_terms` is no known licence.
    """

    name = "licence"
    version = 3

    def __init__(self, source_terms: str | None = None) -> None:
        if source_terms is not None and (_expression(source_terms) == UNKNOWN):
            raise RecipeError(f"source terms {source_terms!r}: neither an SPDX expression nor listed in {TABLE.name}")
        self._terms = source_terms
        self.config: Json = {"source_terms": source_terms, "table": sha256_file(TABLE)}

    schema = pa.schema(
        [
            attribute("licence_spdx", pa.string(), "licence: SPDX expression, LicenseRef, or NOASSERTION"),
            attribute("licence_kind", pa.string(), "kind of evidence: jats, openalex, ..., source_terms, none"),
            attribute("licence_place", pa.string(), "where the licence was stated; empty if nowhere in the record"),
            attribute("licence_conflict", pa.bool_(), "the statement names licences with different rights"),
        ]
    )

    def measure(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """What `licence_raw` says, and the kind and the place of `licence_evidence` (`kind:place`)."""
        raw = pc.utf8_trim_whitespace(documents.column("licence_raw").cast(pa.string()))
        raw = pc.if_else(pc.equal(raw, ""), pa.scalar(None, pa.string()), raw)
        stated = raw.dictionary_encode()  # each distinct statement is read once
        read = [normalise(statement) for statement in stated.dictionary.to_pylist()]
        default = (self._terms or UNKNOWN, "none" if self._terms is None else "source_terms")
        licences = pa.array([one.licence for one in read], pa.string()).take(stated.indices)
        conflicts = pa.array([one.conflict for one in read], pa.bool_()).take(stated.indices)
        silent = pc.is_null(raw)
        evidence = pc.fill_null(documents.column("licence_evidence").cast(pa.string()), "stated:")
        parts = evidence.dictionary_encode()
        split = [_kind_and_place(value) for value in parts.dictionary.to_pylist()]
        return pa.record_batch(
            [
                pc.fill_null(licences, default[0]),
                pc.if_else(silent, default[1], pa.array([kind for kind, _ in split], pa.string()).take(parts.indices)),
                pc.if_else(silent, "", pa.array([place for _, place in split], pa.string()).take(parts.indices)),
                pc.fill_null(conflicts, False),
            ],
            schema=self.schema,
        )


def _kind_and_place(evidence: str) -> tuple[str, str]:
    """`jats:a; jats:b` is of kind `jats` and stands at `a; b`."""
    kind, colon, _ = evidence.partition(":")
    return (kind, evidence.replace(f"{kind}:", "")) if colon else ("stated", evidence)
