"""What looks like an identifier and is science: registry and accession numbers, genes, doses, ranges, references.

The allow-list of all detectors of structured identifiers. Names of registries and forms of their numbers follow the
registries' own documentation: ClinicalTrials.gov (NCT and eight digits), ISRCTN, NCBI (PMID, PMCID, dbSNP, RefSeq,
GenBank), EMBL-EBI (Ensembl), CAS (check digit), LOINC (check digit), WHO (ATC, ICD-10), ISCN (cytobands), HGVS
(variants).
"""

from __future__ import annotations

import re
from functools import lru_cache

_REGISTRIES = (
    "NCT|ISRCTN|ACTRN|DRKS|ChiCTR|CTRI|UMIN|EudraCT|PROSPERO|CRD|doi|PMID|PMCID|PMC|GenBank|GEO|GSE|SRA|dbSNP|dbGaP|"
    "ClinVar|RefSeq|Ensembl|PDB|rs|ISBN|ISSN|CAS|OMIM|MIM|HGNC|UniProt|ORCID|ORPHA|MeSH|SNOMED|SCTID|LOINC|RxNorm|"
    "RxCUI|"
    "CPT|HCPCS|CVX|UNII|CHEBI|CID|UMLS|CUI|ATC|ICD-?1?\\d(?:-CM)?|NDC|DIN|EC|E\\.C\\.|RRID|Entrez|Addgene|ATCC|DSM|"
    "arXiv"
)
_THINGS = (
    "grants?|awards?|contracts?|projects?|protocol|IRB|approval|ethics?|catalog(?:ue)?|cat|lot|patent|version|"
    "sections?|"
    "chapter|pp?|pages?|vol|volume|proc(?:eedings)?|article|abstract"
)
_CUE = re.compile(
    rb"(?i)(?:\b(?:%s|%s)\b"
    rb"[\s.:#(]*(?:(?:numbers?|nos?|nr|id|code|committee|and|of|is|was|the|CT|CM|clinical|terms)\b[\s.:#(]*){0,3}"
    rb"(?:(?-i:[A-Z]{1,6})[- /]?){0,2})$" % (_REGISTRIES.encode(), _THINGS.encode())
)
_SEQUENCES = re.compile(
    rb"(?i)\b(?:Gen ?Bank|RefSeq|ENA|EMBL|DDBJ|GEO|SRA|ArrayExpress|BioProject|dbGaP|PRIDE|NCBI|UniProt|PDB|gene|"
    rb"nucleotide|"
    rb"sequences?|strains?|isolates?|plasmid|deposited|database|voucher|herbarium|archive)\b"
)
"""An accession number near these is a sequence's, not a specimen's."""
TELEPHONE_BEFORE = re.compile(
    rb"(?i)(?:\btel|phone|\bfax|call|contact|mobile|hotline)[^\d\n]{0,24}$|(?<![A-Za-z])(?-i:[PTCHWM]):[ \t]{0,3}$"
)
"""A telephone's cue stands directly before."""

_DOI = re.compile(rb"\b10\.\d{4,}/")
_FORMS = re.compile(
    rb"(?:NCT\d{8}|INPLASY\d+|IRCT\w+|JapicCTI-?\d+|JAPICCTI-?\d+|JMA-IIA\d+|TCTR\d+|PACTR\d+|NTR\d+|KCT\d+|SLCTR[/\d]+|"
    rb"RBR-\w+|RPCEC\d+|LBCTR\d+|PER-\d+-\d+|ISRCTN\d+|ACTRN\d+|DRKS\d+|ChiCTR[-A-Z]*\d+|CTRI/[\d/]+|UMIN\d+|jRCT\w+|EUCTR[\d-]+|CRD\d+|"
    rb"20\d\d-\d{6}-\d\d|PMC\d+|PMID\d+|"
    rb"(?:GSE|GSM|GPL|GDS|SRP|SRR|SRX|SRS|ERP|ERR|PRJ[END][AB]|SAM[END]A?|PXD|phs|E-[A-Z]{4}-)\d[\d.]*|"
    rb"rs\d+|(?:N[CGMPRTWZ]|X[MPR]|A[CP]|YP|WP)_\d+(?:\.\d+)?(?::\S*)?|[A-Z]{1,2}\d{5,8}\.\d|G\d+P\d+\S*|"
    rb"ENS[A-Z]*\d{11}(?:\.\d+)?|LRG_\d+|"
    rb"(?:GO|HP|MONDO|CHEBI|HGNC|OMIM|MIM|ORPHA|DOID|MESH|RRID|UBERON|CL|MP)[:_]\S+|"
    rb"[A-Z]\d{2}[A-Z]{2}\d{2}|[A-TV-Z]\d[\dA-Z](?:\.[\dA-Z]{1,4})?|"  # ATC; ICD-10
    rb"(?:[1-9]|1\d|2[0-2]|[XY])[pq](?:\d{1,2}(?:\.\d+)?|ter|cen)(?:-[pq]?\S+)?|(?i:chr)[\dXYM]+\S*|"
    rb"[cgmnp]\.\S+|10\.\d{4,9}/\S+|doi\S*|97[89](?:-?\d){10}|"
    rb"(?i:figs?|tables?|eqs?|refs?|grade|stage|type|class|phase|step|level|group|version|ver|v|covid|sars|hpv|hiv|"
    rb"hhv|ad|il|"
    rb"cd|tnf|ca|hba|vitamin|t|l|c|s|h\dn)[-.]?\d{1,3}[a-z]?|[A-Z]{2,6}\d{1,2}[A-Z]\d{1,2})",
)
_AMOUNT = re.compile(
    rb"[ \t\xc2\xa0-]{0,3}(?:%|\xc2\xb0|\xc2\xb1|\xe2\x80\xb0|\xc3\x97|\^|(?:mc|m|k|n|p|d|c|M|G|\xce\xbc|"
    rb"\xc2\xb5)?(?:g|L|l|m|mol|M|Hz|Da|Pa|J|W|V|A|eq|Eq|"
    rb"Gy|Bq|Ci|U|IU|bp|b|B|rpm|xg|mHg|sec|s)\b(?![-'])|(?:cc|mmHg|bpm|units?|international units|years?|yrs?|y/?o|"
    rb"months?|weeks?|"
    rb"days?|hours?|hrs?|minutes?|mins?|seconds?|times|fold|cells?|copies|counts?|reads?|patients|cases|subjects|"
    rb"participants|individuals|people|persons|women|men|children|adults|samples|controls|births|deaths|steps|"
    rb"calories|ppm|ppb|"
    rb"kcal|dollars|usd|euros?|pounds|lbs?|inches|feet|degrees|percent|per|to \d)\b)"
)

_OFFICIAL = re.compile(
    rb"(?i)\b(?:ethic(?:s|al)|irb|rec|rek|committees?|boards?|councils?|grants?|fund(?:s|ed|ing)?|foundation|"
    rb"approv\w+|protocols?|"
    rb"trials?|eudract|clinicaltrials|prospero|registered|registration of|patent|software|version|catalog\w*|"
    rb"manufactur\w+)\b"
)
"""Numbers near these are an office's or a maker's."""
LOOK_BACK = 60
"""Bytes before a candidate that are read for a cue."""


def inside_address(text: bytes, start: int) -> bool:
    """The candidate stands inside a DOI or a web address."""
    low = max(0, start - 300)
    token = max(
        text.rfind(b" ", low, start),
        text.rfind(b"\n", low, start),
        text.rfind(b"\t", low, start),
        text.rfind(b"(", low, start),
        text.rfind(b"<", low, start),
    )
    head = text[token + 1 : start].lower()
    if b"://" in head or b"www." in head or b"doi" in head:
        return True
    return b"10." in head and _DOI.search(head) is not None


def cue_before(text: bytes, start: int) -> bool:
    """A registry, grant or reference cue stands directly before, and no telephone cue."""
    return _cued(text[max(0, start - LOOK_BACK) : start])


def sequence_before(text: bytes, start: int) -> bool:
    """Databases of sequences or strains are what the words before are about."""
    return _of_sequences(text[max(0, start - LOOK_BACK) : start])


def official_before(text: bytes, start: int) -> bool:
    """Committees, funders, trials or makers are what the words before are about."""
    return _official(text[max(0, start - LOOK_BACK) : start])


# Several patterns come to the same place, and the masked text is read again.
@lru_cache(2048)
def _cued(before: bytes) -> bool:
    return _CUE.search(before) is not None and TELEPHONE_BEFORE.search(before) is None


@lru_cache(2048)
def _of_sequences(before: bytes) -> bool:
    return _SEQUENCES.search(before) is not None


@lru_cache(2048)
def _official(before: bytes) -> bool:
    return _OFFICIAL.search(before) is not None


def own_form(value: bytes) -> bool:
    """The whole token is written as a registry's number, a code of a classification, a variant or a cytoband."""
    return _FORMS.fullmatch(value) is not None


def amount_after(text: bytes, end: int) -> bool:
    """A unit, or what was counted, follows."""
    return _AMOUNT.match(text, end, end + 24) is not None


def is_scientific(text: bytes, start: int, end: int) -> bool:
    """Bytes `[start, end)` are a registry's number, a reference, an amount or the like, by form or by neighbours."""
    value = text[start:end]
    return (
        own_form(value)
        or _cas(value)
        or _loinc(value)
        or cue_before(text, start)
        or amount_after(text, end)
        or inside_address(text, start)
    )


def _cas(value: bytes) -> bool:
    """CAS registry number: the last digit is the sum of the others, each times its place from the right, modulo 10."""
    if re.fullmatch(rb"[1-9]\d{1,6}-\d\d-\d", value) is None:
        return False
    digits = [byte - 48 for byte in value if byte != 45]
    return sum(place * digit for place, digit in enumerate(reversed(digits))) % 10 == digits[-1]


def _loinc(value: bytes) -> bool:
    """LOINC code: modulus 10 with every other digit doubled, as Luhn's."""
    if re.fullmatch(rb"\d{1,5}-\d", value) is None:
        return False
    total = 0
    for place, byte in enumerate(reversed(value[:-2])):
        digit = (byte - 48) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return -total % 10 == value[-1] - 48
