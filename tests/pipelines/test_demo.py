"""The shipped demo recipe on its real files: facts of the files, every record accounted for."""

from __future__ import annotations

import pytest

from corpus.assets import GROUPS, assets_folder
from datacards.render import render
from manifests.model import Manifest
from manifests.verify import verify
from tests.conftest import Built
from tests.pipelines.building import ROOT, build

pytestmark = pytest.mark.slow

FACTS = {
    "pubmed21n1298.xml.gz": {
        "records": 20788,
        "distinct_pmids": 20783,
        "repeated_versions": 5,
        "delete_citation_blocks": 1,
        "delete_citation_pmids": 20,
        "abstract_elements": 18446,
        "empty_abstracts": 1,
        "copyright_information": 13299,
        "not_english": 268,
        "retracted_publications": 4,
    },
    "pubmed20n0014.xml.gz": {
        "records": 30000,
        "abstract_elements": 14832,
        "only_other_abstract": 39,
        "not_english": 7710,
        "retracted_publications": 2,
    },
}
"""Counted in the files with grep and lxml, not with our reader."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    absent = [name for names in GROUPS.values() for name in names if not (assets_folder() / name).is_file()]
    if absent:
        pytest.skip(f"{len(absent)} assets are not on this machine: `hc4 assets pull models demo`")
    place = tmp_path_factory.mktemp("demo")
    manifest = build(ROOT / "pipelines" / "recipes" / "demo.yaml", place / "demo", place / "work")
    return Built(place / "demo", place / "work", manifest)


@pytest.fixture(scope="module")
def manifest(demo: Built) -> Manifest:
    return demo.manifest


@pytest.mark.parametrize("name", FACTS)
def test_the_manifest_states_the_facts_of_the_file(manifest: Manifest, name: str) -> None:
    files = {file.name: file for source in manifest.sources for file in source.raw_files}

    assert {key: files[name].facts[key] for key in FACTS[name]} == FACTS[name]
    assert files[name].records == FACTS[name]["records"]


def test_every_record_is_accounted_for(manifest: Manifest) -> None:
    read = {source.name: source.read.documents for source in manifest.sources}
    gone = {name: sum(line.amount.documents for line in manifest.ledger.lines if line.source == name) for name in read}

    assert read == {"pmc_oa": 8, "medline": 50788}
    assert {name: read[name] - gone[name] for name in read} == {
        source.name: source.kept.documents for source in manifest.sources
    }


def test_what_has_no_text_is_dropped_as_such(manifest: Manifest) -> None:
    lines = {(line.source, line.reason): line.amount for line in manifest.ledger.lines}
    with_text = (
        sum(FACTS[name]["abstract_elements"] for name in FACTS) + FACTS["pubmed20n0014.xml.gz"]["only_other_abstract"]
    )

    assert lines["medline", "empty_abstract"].documents == 1
    assert lines["medline", "repeated_version"].documents == 5
    assert lines["medline", "no_abstract"].documents == 50788 - with_text
    assert lines["medline", "no_abstract"].tokens == 0


def test_most_of_the_text_is_kept(manifest: Manifest) -> None:
    medline = next(source for source in manifest.sources if source.name == "medline")

    assert 0.95 < medline.kept.tokens / medline.read.tokens < 1


def test_no_licence_outside_the_profile_is_released(manifest: Manifest) -> None:
    licences = {share.label for source in manifest.sources for share in source.licences}

    assert licences
    assert not any("NC" in licence or "ND" in licence or licence == "NOASSERTION" for licence in licences)


def test_the_snapshot_is_whole(demo: Built) -> None:
    assert verify(demo.folder, render) == []
