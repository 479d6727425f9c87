"""Collections by name. A new one is one file and one line here."""

from __future__ import annotations

from corpus.errors import FetchError
from sources.fetch.clinicaltrials import ClinicalTrials
from sources.fetch.collection import Collection
from sources.fetch.dailymed import DailyMed
from sources.fetch.openalex import OpenAlex
from sources.fetch.openfda import OpenFda
from sources.fetch.pmc_oa import PmcOa
from sources.fetch.pubmed import PubMed

COLLECTIONS: dict[str, Collection] = {
    made.about.name: made for made in (PubMed(), PmcOa(), OpenAlex(), ClinicalTrials(), DailyMed(), OpenFda())
}


def collection(name: str) -> Collection:
    """A collection by its name.

    Raises:
        FetchError: unknown.
    """
    if name not in COLLECTIONS:
        raise FetchError(f"unknown collection {name!r}; known: {', '.join(COLLECTIONS)}")
    return COLLECTIONS[name]
