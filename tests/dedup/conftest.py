from __future__ import annotations

import gzip

import pytest
from hypothesis import settings
from lxml import etree

from corpus.assets import assets_folder

# The first example of a test may compile a kernel, which takes seconds.
settings.register_profile("kernels", deadline=None)
settings.load_profile("kernels")


@pytest.fixture(scope="session")
def abstracts() -> list[str]:
    """2,000 real abstracts of at least 400 characters, in file order."""
    path = assets_folder() / "demo" / "pubmed21n1298.xml.gz"
    if not path.is_file():
        pytest.skip("no demonstration data on this machine: `hc4 assets pull demo` brings it")
    texts: list[str] = []
    with gzip.open(path) as stream:
        for _, abstract in etree.iterparse(stream, tag="Abstract"):
            text = " ".join("".join(part.itertext()) for part in abstract.iter("AbstractText"))
            if len(text) >= 400:
                texts.append(text)
            abstract.clear()
            if len(texts) == 2000:
                break
    return texts
