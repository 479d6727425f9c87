"""The shipped kit recipe on two dozen real sources: every file accounted for, no closed licence let through."""

from __future__ import annotations

import csv
import json

import polars as pl
import pytest

from datacards.render import render
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from manifests.verify import verify
from pipelines.recipe import load_recipe
from tests.conftest import Built
from tests.pipelines.building import ROOT, build, hc4_here
from tests.pipelines.small import assets_are_here
from tests.sources.material import KIT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (KIT / "INDEX.tsv").is_file(), reason=f"{KIT} is absent: it is not part of the project"),
    pytest.mark.skipif(not assets_are_here(), reason="no models on this machine: `hc4 assets pull models`"),
]

RECIPE = ROOT / "pipelines" / "recipes" / "kit.yaml"
BESIDE = ("_metadata.csv", ".ann")
"""Files that are read beside a document, for the identifiers they state, and are none themselves."""
REFUSED = {
    "licence_test_jats": {"licence_not_allowed", "licence_unknown"},
    "licence_test_elsevier": {"licence_not_allowed", "licence_unknown"},
    "licence_test_openstax": {"licence_not_allowed", "collection", "licence_file"},
    "licence_test_e3c": {"licence_not_allowed"},
    "licence_test_s2orc": {"licence_not_allowed"},
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Built:
    place = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HC4_KIT", str(KIT))
        manifest = build(RECIPE, place / "kit", place / "work")
    return Built(place / "kit", place / "work", manifest)


@pytest.fixture(scope="module")
def manifest(kit: Built) -> Manifest:
    return kit.manifest


@pytest.fixture(scope="module")
def audit(kit: Built) -> pl.DataFrame:
    return Snapshot.open(kit.folder).audit().collect()


@pytest.fixture(scope="module")
def released(kit: Built) -> pl.DataFrame:
    columns = ["doc_id", "source", "raw_sha256", "licence_spdx", "rights", "stands_for"]
    return pl.concat(
        pl.read_parquet(path, columns=columns, glob=False) for path in sorted(kit.folder.glob("data/*/*.parquet"))
    )


def index() -> list[dict[str, str]]:
    with (KIT / "INDEX.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_every_file_of_the_kit_is_read_or_stands_beside_one_that_is(manifest: Manifest) -> None:
    read = {file.sha256 for source in manifest.sources for file in source.raw_files}
    unread = [row["path"] for row in index() if row["sha256"] not in read]
    assert [path for path in unread if not path.endswith(BESIDE)] == []
    assert len(unread) == 8 + 220


def test_every_folder_yields_documents_or_counted_reasons(manifest: Manifest) -> None:
    folders = {path.name for path in KIT.iterdir() if path.is_dir()}
    recipe = load_recipe(RECIPE)
    assert {location.partition("/")[0] for source in recipe.sources for location in source.files} == folders
    for source in manifest.sources:
        gone = sum(line.amount.documents for line in manifest.ledger.lines if line.source == source.name)
        assert source.read.documents == source.kept.documents + gone > 0


def test_the_snapshot_verifies(kit: Built) -> None:
    assert verify(kit.folder, render) == []


def test_none_of_the_licence_test_files_is_released_and_each_has_its_reason(
    audit: pl.DataFrame, released: pl.DataFrame, manifest: Manifest
) -> None:
    digests = [row["sha256"] for row in index() if row["source"] == "licence_test"]
    # The bytes of four modules and a collection also stand in earlier editions, under their licence, CC BY.
    elsewhere = {row["sha256"] for row in index() if row["source"] != "licence_test"}
    assert len(digests) == sum(len(source.raw_files) for source in manifest.sources if source.name in REFUSED) == 54
    assert not set(released["source"]) & set(REFUSED)
    assert not (set(digests) - elsewhere) & set(released["raw_sha256"])
    assert len(set(digests) & elsewhere) == 5
    for source in manifest.sources:
        if source.name in REFUSED:
            rows = audit.filter(pl.col("source") == source.name)
            assert set(rows["raw_file"]) == {file.name for file in source.raw_files}
            assert set(rows["verdict"]) == {"drop"}
            assert set(rows["reason"]) == REFUSED[source.name]


def test_each_licence_test_file_objects_for_what_its_index_says(audit: pl.DataFrame) -> None:
    """NC, ND and SA are understood and refused; what states nothing, or nothing that is a licence, is unknown."""
    rows = audit.filter(pl.col("source").is_in(list(REFUSED))).select("raw_file", "licence_spdx", "rules_failed").rows()
    by_name = {name.rpartition("/")[2]: (spdx, rules) for name, spdx, rules in rows}
    limited = unknown = 0
    for row in index():
        if row["source"] != "licence_test" or not row["path"].endswith((".nxml", ".norm-xml", ".json")):
            continue
        spdx, rules = by_name[row["path"].rpartition("/")[2]]
        stated = row["licence_norm"].replace(" ", "-")
        if any(mark in stated for mark in ("-NC", "-ND", "-SA")):
            marks = {mark for mark in ("NC", "ND", "SA") if f"-{mark}" in stated}
            assert marks <= set(spdx.split("-")), row["path"]
            assert "licence_not_allowed" in rules, row["path"]
            limited += 1
        elif stated in ("none", "none-stated-in-file", "OA-nolic"):
            assert (spdx, "licence_unknown" in rules) == ("NOASSERTION", True), row["path"]
            unknown += 1
    assert (limited, unknown) == (35, 5)


def test_the_textbook_that_contradicts_itself_is_reported_as_a_conflict(audit: pl.DataFrame) -> None:
    rows = audit.filter((pl.col("source") == "licence_test_openstax") & pl.col("raw_file").str.contains("microbiology"))
    assert set(rows["reason"]) == {"collection", "licence_file"}
    assert rows["licence_conflict"].all()
    assert all("licence_conflict" in rules for rules in rows["rules_failed"].to_list())
    assert set(rows["licence_spdx"]) == {"CC-BY-NC-SA-4.0"}  # the strictest of the two


def test_medline_records_are_excluded_for_their_terms(audit: pl.DataFrame) -> None:
    rows = audit.filter((pl.col("source") == "pubmed_xml") & (pl.col("bytes") > 0))
    assert not rows.filter(pl.col("verdict") == "keep").height
    assert set(rows["licence_spdx"]) == {"LicenseRef-NLM-Terms"}
    assert set(rows["licence_kind"]) == {"source_terms"}
    assert all("licence_not_allowed" in rules for rules in rows["rules_failed"].to_list())


def test_what_is_released_permits_commerce_passing_on_and_changes(manifest: Manifest, released: pl.DataFrame) -> None:
    permitted = ("commercial", "redistribute", "derivatives")
    assert all(row[name] for row in released["rights"].to_list() for name in permitted)
    assert [manifest.rights.floor[name] for name in permitted] == [True, True, True]
    assert manifest.rights.floor["share_alike"] is False


def test_evaluation_sets_are_read_and_never_released(manifest: Manifest, released: pl.DataFrame) -> None:
    evaluated = {source.name for source in manifest.sources if source.use == "evaluate"}
    assert evaluated == {"bold", "presidio_synth_pii"} | {name for name in evaluated if name.startswith("eval_")}
    assert evaluated.isdisjoint(released["source"])
    read = {source.name: source.read.documents for source in manifest.sources if source.name in evaluated}
    assert read["bold"] == 21_722
    assert read["presidio_synth_pii"] == 1_500
    assert sum(count for name, count in read.items() if name.startswith("eval_")) == 3_453


# Twins across sources --------------------------------------------------------------------------------------------


def merged(audit: pl.DataFrame, source: str) -> pl.DataFrame:
    return audit.filter((pl.col("source") == source) & (pl.col("verdict") == "merge"))


def test_items_of_evaluation_sets_are_found_where_they_stand(kit: Built, manifest: Manifest) -> None:
    """Of 8 of the 13 BioASQ questions of the kit a gold snippet stands word for word in its MEDLINE files."""
    stated = manifest.contamination
    assert stated is not None
    assert {one.name: one.items for one in stated.sets if one.name != "bold_prompts"} == {
        "medqa": 1273,
        "mmlu": 500,
        "frenchmedmcqa": 312,
        "pubmedqa": 586,
        "bioasq": 13,
        "cpgqa": 665,
        "liveqa": 104,
    }
    hits = pl.read_parquet(kit.folder / "contamination" / "hits.parquet", glob=False)
    whole = (pl.col("part") == "context") & (pl.col("score") > 0.999)
    snippets = hits.filter(whole & (pl.col("set") == "bioasq") & (pl.col("source") == "pubmed_xml"))
    assert snippets["item"].n_unique() >= 8
    assert set(stated.screened).isdisjoint(source.name for source in manifest.sources if source.use == "evaluate")


def test_no_item_is_left_that_the_recipe_wants_removed(kit: Built) -> None:
    """Looked for again in the text as released."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HC4_KIT", str(KIT))
        told = hc4_here("contamination", kit.folder, RECIPE, "--json")
    assert told.exit_code == 0, told.output
    assert {one["action"] for one in json.loads(told.stdout)["left"]} <= {"report"}


def test_spanish_cases_that_two_corpora_hold_are_told_by_their_words(audit: pl.DataFrame) -> None:
    """MEDDOCAN's cases carry no identifier that E3C's do: they are left for near-duplicates, which verify each."""
    twins = merged(audit, "meddocan_es")
    assert twins.height >= 27  # pairs that are known to reach 0.8
    assert set(twins["stage"]) == {"near"}
    assert twins["survivor"].str.starts_with("e3c:ES").all()
    assert twins["similarity"].min() >= 0.8


def test_one_doi_for_a_whole_corpus_merges_none_of_its_cases(audit: pl.DataFrame) -> None:
    shared = audit.filter(pl.col("source") == "e3c").group_by("doi").len().drop_nulls("doi")["len"].max()
    assert shared is not None
    assert shared > 300
    assert merged(audit, "e3c").filter(pl.col("stage") == "identity").height == 0


def test_transcripts_of_one_visit_give_way_where_their_words_agree(audit: pl.DataFrame) -> None:
    twins = merged(audit, "aci_bench_transcripts")
    assert set(twins["stage"]) == {"exact", "near"}
    kept = audit.filter((pl.col("source") == "aci_bench_transcripts") & (pl.col("verdict") == "keep"))
    assert twins.height + kept.height == 154
    assert twins.filter(pl.col("survivor").str.starts_with("aci_bench:")).height > 100


def test_a_repackagers_label_gives_way_to_the_makers(audit: pl.DataFrame) -> None:
    (twin,) = merged(audit, "dailymed_spl").to_dicts()
    labels = audit.filter(pl.col("source") == "dailymed_spl")
    names = dict(labels.select("doc_id", "raw_file").rows())
    assert {names[twin["doc_id"]], names[twin["survivor"]]} == {"lipitor-orig.xml", "lipitor-repack.xml"}
    assert twin["stage"] == "near"
    assert labels["setid"].n_unique() == 4  # two products: no identifier makes them one


def test_a_module_whose_later_version_is_non_commercial_stays_at_its_own_licence(audit: pl.DataFrame) -> None:
    later = audit.filter((pl.col("source") == "licence_test_openstax") & (pl.col("bytes") > 0))
    assert later.height == 4
    assert set(later["reason"]) == {"licence_not_allowed"}
    earlier = audit.filter(
        (pl.col("source") == "openstax_cnxml")
        & pl.col("doc_id").str.split(":").list.last().is_in(later["doc_id"].str.split(":").list.last().implode())
    )
    assert set(earlier["verdict"]) == {"keep"}
    assert set(earlier["licence_spdx"]) == {"CC-BY-4.0"}
    assert not earlier["licence_conflict"].any()


def test_who_must_be_named_is(kit: Built, released: pl.DataFrame) -> None:
    named = pl.read_parquet(kit.folder / "ATTRIBUTION.parquet", glob=False)
    owed = released.filter(pl.col("rights").struct.field("attribution").ne_missing(other=False))
    assert named["doc_id"].sort().equals(owed["doc_id"].sort())
    articles = named.filter(pl.col("doc_id").str.starts_with("pmc_jats:"))
    assert articles["licence_url"].str.starts_with("https://creativecommons.org/licenses/by/").all()
