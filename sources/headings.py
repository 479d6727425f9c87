"""Headings of sections that are about an article instead of its science: all article readers leave these out."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]?\s+")
_TITLES = frozenset(
    title
    for line_ in (
        "acknowledgement|acknowledgements|acknowledgment|acknowledgments|additional file|additional files",
        "supporting information|supplementary material|supplementary materials|supplementary data",
        "supplementary information|supplemental material|supplemental data|supplemental information",
        "electronic supplementary material|competing interests|competing interest|conflict of interest",
        "conflicts of interest|conflict of interests|declaration of interest|declaration of interests",
        "declaration of competing interest|disclosure|disclosures|authors' contributions|author contributions",
        "authors contributions|author's contributions|contributors|contributorship|pre-publication history|funding",
        "funding source|funding sources|financial support|grant support|availability of data and materials",
        "data availability|data availability statement|author information|authors' information|references",
        "publisher's note|copyright|open access|provenance and peer review|consent for publication",
        "conflict of interest statement|conflicts of interest statement|conflict of interest disclosure",
        "conflict of interest disclosures|conflicts of interest disclosure|competing interests statement",
        "statement of competing interests|statement of conflict of interest|statement of conflicts of interest",
        "declaration of conflicting interests|declaration of competing interests|declarations of interest",
        "disclosure of interest|disclosure of interests|disclosure statement|disclosures and conflicts of interest",
        "competing financial interests|financial disclosure|financial disclosures|financial disclosure statement",
        "role of the funding source|role of funding source|role of the funder|role of the sponsor",
        "funding statement|funding information|funding/support|funding and disclosure|funding and disclosures",
        "funding disclosure|sources of funding|source of funding|availability of data and material",
        "availability of supporting data|data sharing|data sharing statement|data availability statements",
        "data access|data accessibility|data accessibility statement|author contribution|authors contribution",
        "authors' contribution|author's contribution|credit authorship contribution statement|author's information",
        "supplementary file|supplementary files|supplementary online material|supplemental files|supporting material",
    )
    for title in line_.split("|")
)


def about_the_article(heading: str) -> bool:
    """Whether a section of this heading holds thanks, funding, interests, contributions or supplementary files."""
    bare = heading.rstrip(".: ").replace("\u2019", "'").lower()
    return bare in _TITLES or (bare[:1].isdigit() and _NUMBER.sub("", bare, count=1) in _TITLES)
