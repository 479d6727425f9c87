"""Headings of sections that are about an article instead of its science: all article readers leave these out."""

from __future__ import annotations

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
    )
    for title in line_.split("|")
)


def about_the_article(heading: str) -> bool:
    """Whether a section of this heading holds thanks, funding, interests, contributions or supplementary files."""
    return heading.rstrip(".: ").replace("\u2019", "'").lower() in _TITLES
