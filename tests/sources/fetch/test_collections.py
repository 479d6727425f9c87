"""What each collection lists, on a loopback that is laid out as its publisher is; our readers read what came."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from corpus.digest import sha256_file
from corpus.document import Document
from corpus.errors import FetchError
from sources.clinicaltrials import ClinicalTrialsReader
from sources.fetch.registry import COLLECTIONS, collection
from sources.openfda import OpenFdaReader
from sources.reader import RawFile
from sources.registry import make_reader, reader_names
from tests.sources.fetch import kit
from tests.sources.fetch.loopback import Loopback
from tests.sources.fetch.mirroring import lock_of, paths, run
from tests.sources.material import records

THREE = ("pubmed26n0003.xml.gz", "pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz")


@pytest.mark.parametrize("name", list(COLLECTIONS))
def test_every_collection_states_its_terms_and_a_reader_that_exists(name: str) -> None:
    about = collection(name).about

    assert about.name == name
    assert about.terms_url.startswith("https://")
    assert about.base_url.startswith("https://")
    assert about.reader in reader_names()
    assert about.choices
    assert about.requests_per_second > 0


def test_an_unknown_collection_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(FetchError, match="pubmed, pmc_oa"):
        collection("pubmet")


def test_pubmed_comes_by_name_each_compared_with_its_md5(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_pubmed(server, THREE)

    run("pubmed", server.url + "/pubmed", tmp_path)

    assert paths(tmp_path) == sorted(THREE)
    for name, body in files.items():
        assert (tmp_path / name).read_bytes() == body
    assert all(file.published_checksum for file in lock_of(tmp_path).files)


def test_pubmed_limit_takes_the_first_by_name(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pubmed(server, THREE)

    run("pubmed", server.url + "/pubmed", tmp_path, limit=2)

    assert paths(tmp_path) == sorted(THREE)[:2]
    assert not lock_of(tmp_path).complete


def test_pubmed_since_takes_what_the_directory_dates_later(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pubmed(server, THREE)

    run("pubmed", server.url + "/pubmed", tmp_path, since="2026-01-07")

    assert paths(tmp_path) == sorted(THREE[1:])


def test_pubmed_with_the_md5_of_another_file_fails_by_name(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pubmed(server, THREE)
    server.serve(f"/pubmed/baseline/{THREE[0]}.md5", b"MD5(x)= " + b"0" * 32)

    done = run("pubmed", server.url + "/pubmed", tmp_path)

    assert [failure.path for failure in done.failed] == [THREE[0]]
    assert paths(tmp_path) == sorted(THREE[1:])


def test_a_directory_that_lists_nothing_is_an_error_and_not_an_empty_collection(
    server: Loopback, tmp_path: Path
) -> None:
    server.serve("/pubmed/baseline/", b"<html>moved</html>")

    with pytest.raises(FetchError, match="lists no pubmed files"):
        run("pubmed", server.url + "/pubmed", tmp_path)


def test_openalex_comes_by_partition_in_the_sizes_of_the_manifest(server: Loopback, tmp_path: Path) -> None:
    part = kit.serve_openalex(server)

    run("openalex", server.url, tmp_path)

    assert paths(tmp_path) == ["updated_date=2026-05-01/part_0000.gz", "updated_date=2026-06-24/part_0000.gz"]
    for path in paths(tmp_path):
        assert sha256_file(tmp_path / path) == sha256_file(part)
    assert [file.version for file in lock_of(tmp_path).files] == [f"2026-06-25/{part.stat().st_size}"] * 2


def test_openalex_since_takes_later_partitions(server: Loopback, tmp_path: Path) -> None:
    kit.serve_openalex(server)

    run("openalex", server.url, tmp_path, since="2026-06-01")

    assert paths(tmp_path) == ["updated_date=2026-06-24/part_0000.gz"]


@pytest.mark.parametrize(
    "url",
    [
        "s3://openalex/data/jsonl/works/../../../../outside.gz",
        "s3://openalex/data/jsonl/works/..%2f..%2f/../outside.gz",
        "s3://openalex/data/jsonl/works//etc/outside.gz",
        "s3://openalex/data/jsonl/works/.hidden.gz",
        "s3://openalex/elsewhere/part_0000.gz",
        "file:///etc/passwd",
    ],
)
def test_a_listing_that_leads_out_of_the_folder_is_refused(server: Loopback, tmp_path: Path, url: str) -> None:
    rows = [{"url": url, "meta": {"content_length": 1}}]
    server.serve("/data/jsonl/works/manifest.json", json.dumps({"date": "2026-06-25", "files": rows}).encode())
    folder = tmp_path / "raw"

    with pytest.raises(FetchError, match=r"refused|not below"):
        run("openalex", server.url, folder)

    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
    assert len(server.log) == 1


@pytest.mark.parametrize("manifest", [b"", b"[]", b'{"files": []}', b'{"date": "x", "files": [{"url": "u"}]}'])
def test_a_manifest_of_another_form_is_an_error(server: Loopback, tmp_path: Path, manifest: bytes) -> None:
    server.serve("/data/jsonl/works/manifest.json", manifest)

    with pytest.raises(FetchError, match="known form"):
        run("openalex", server.url, tmp_path)


def test_clinicaltrials_pages_lead_to_each_other_and_are_read(server: Loopback, tmp_path: Path) -> None:
    ids = kit.serve_clinicaltrials(server, most=2)

    run("clinicaltrials", server.url + "/api", tmp_path)

    assert paths(tmp_path) == [f"studies-{page:05}.json" for page in range(1, -(-len(ids) // 2) + 1)]
    read = [
        record.native_id
        for path in paths(tmp_path)
        for record in ClinicalTrialsReader().read(RawFile(str(tmp_path / path)), Counter())
        if isinstance(record, Document)
    ]
    assert read == ids
    assert lock_of(tmp_path).complete


def test_clinicaltrials_limit_counts_studies(server: Loopback, tmp_path: Path) -> None:
    kit.serve_clinicaltrials(server, most=2)

    run("clinicaltrials", server.url + "/api", tmp_path, limit=3)

    sizes = [len(json.loads((tmp_path / path).read_bytes())["studies"]) for path in paths(tmp_path)]
    assert sizes == [2, 1]


def test_clinicaltrials_goes_on_with_the_token_of_the_last_page(server: Loopback, tmp_path: Path) -> None:
    ids = kit.serve_clinicaltrials(server, most=2)
    run("clinicaltrials", server.url + "/api", tmp_path, limit=4)
    asked = len(server.asked("/api/studies"))

    done = run("clinicaltrials", server.url + "/api", tmp_path)

    assert asked == 2
    assert done.kept == 2
    assert len(server.asked("/api/studies")) == -(-len(ids) // 2)


def test_clinicaltrials_pages_of_an_earlier_release_are_taken_anew(server: Loopback, tmp_path: Path) -> None:
    kit.serve_clinicaltrials(server, most=4)
    run("clinicaltrials", server.url + "/api", tmp_path)
    kit.serve_clinicaltrials(server, most=4, released="2026-11-25T09:00:05")

    done = run("clinicaltrials", server.url + "/api", tmp_path)

    assert done.kept == 0
    assert {file.version for file in lock_of(tmp_path).files} == {"2026-11-25T09:00:05"}


def test_a_page_that_is_no_page_is_not_taken(server: Loopback, tmp_path: Path) -> None:
    kit.serve_clinicaltrials(server)
    server.pages["/api/studies"] = lambda _: b'{"studies": [{"protocolSec'

    done = run("clinicaltrials", server.url + "/api", tmp_path)

    assert [failure.path for failure in done.failed] == ["studies-00001.json"]
    assert paths(tmp_path) == []


def test_dailymed_comes_with_the_md5_of_the_page_and_is_read(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_dailymed(server)

    run("dailymed", server.url, tmp_path)

    assert paths(tmp_path) == [name for name in files if "human_rx" in name]
    assert all(str(file.published_checksum).startswith("md5:") for file in lock_of(tmp_path).files)
    assert records(make_reader("spl", {"archive": "auto"}), tmp_path / paths(tmp_path)[0])[0]


def test_dailymed_without_a_published_md5_asks_the_server_whether_it_changed(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_dailymed(server)
    run("dailymed", server.url, tmp_path, what="animal")

    done = run("dailymed", server.url, tmp_path, what="animal")

    assert (done.kept, len(done.taken)) == (1, 0)
    asked = server.asked("/public-release-files/dm_spl_release_animal.zip")
    assert [request.status for request in asked] == [200, 304]
    assert (tmp_path / "dm_spl_release_animal.zip").read_bytes() == files["dm_spl_release_animal.zip"]


def test_openfda_comes_by_partition_and_is_read(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_openfda(server)

    run("openfda", server.url, tmp_path)

    assert paths(tmp_path) == sorted(files)
    reader = make_reader("openfda", {"archive": "auto"})
    assert [len(records(reader, tmp_path / path)[0]) for path in paths(tmp_path)] == [1, 1]
    assert OpenFdaReader.name == COLLECTIONS["openfda"].about.reader


def test_openfda_names_the_endpoints_there_are(server: Loopback, tmp_path: Path) -> None:
    kit.serve_openfda(server)

    with pytest.raises(FetchError, match="it has drug/event, drug/label"):
        run("openfda", server.url, tmp_path, what="drug/labels")


def test_openfda_publishes_no_checksum_so_the_zip_must_keep_its_own(server: Loopback, tmp_path: Path) -> None:
    files = kit.serve_openfda(server)
    name, body = next(iter(files.items()))
    damaged = bytearray(body)
    damaged[len(name) + 40] ^= 0xFF
    server.serve(f"/drug/label/{name}", bytes(damaged))

    done = run("openfda", server.url, tmp_path)

    assert [failure.path for failure in done.failed] == [name]
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("what", "taken"),
    [
        ("commercial", ["PMC3468583", "PMC1762335"]),
        ("noncommercial", ["PMC2000001"]),
        ("other", ["PMC3800001"]),
        ("all", ["PMC3468583", "PMC2000001", "PMC3800001", "PMC1762335"]),
    ],
)
def test_pmc_articles_come_by_licence(server: Loopback, tmp_path: Path, what: str, taken: list[str]) -> None:
    xml = kit.serve_pmc(server)

    run("pmc_oa", server.url, tmp_path, what=what)

    found = {Path(path).stem: tmp_path / path for path in paths(tmp_path) if path.startswith("xml/")}
    assert found.keys() == {f"{pmcid}.1" for pmcid in taken}
    assert all(path.read_bytes() == xml[version] for version, path in found.items())
    checked = {file.path: file.published_checksum for file in lock_of(tmp_path).files}
    assert all(checksum for path, checksum in checked.items() if path.startswith("xml/"))


def test_pmc_keeps_the_metadata_that_state_the_licence(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)

    run("pmc_oa", server.url, tmp_path)

    stated = {path.stem: json.loads(path.read_bytes()) for path in (tmp_path / "metadata").rglob("*.json")}
    assert {name: fact["license_code"] for name, fact in stated.items()} == {
        f"{pmcid}.1": licence for pmcid, licence in kit.LICENCES.items()
    }


def test_pmc_limit_counts_articles_in_the_order_of_the_inventory(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)

    run("pmc_oa", server.url, tmp_path, limit=1, workers=4)

    assert [path for path in paths(tmp_path) if path.startswith("xml/")] == ["xml/PMC3468/PMC3468583.1.xml"]
    assert len(server.asked("/metadata/PMC2000001.1.json")) == 0


def test_pmc_since_looks_at_what_changed(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)

    run("pmc_oa", server.url, tmp_path, since="2026-01-13")

    assert [path for path in paths(tmp_path) if path.startswith("xml/")] == ["xml/PMC1762/PMC1762335.1.xml"]


def test_pmc_asks_again_only_for_articles_whose_metadata_changed(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)
    run("pmc_oa", server.url, tmp_path)
    server.log.clear()

    done = run("pmc_oa", server.url, tmp_path)

    assert (len(done.taken), done.kept) == (0, 7)
    assert [request.path for request in server.log if not request.path.startswith("/inventory-reports/")] == ["/"]


def test_pmc_metadata_that_name_a_file_elsewhere_are_refused(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)
    stated = json.loads(server.files["/metadata/PMC3468583.1.json"].body)
    stated["xml_url"] = "s3://pmc-oa-opendata/PMC3468583.1/../../../outside.xml?md5=" + "0" * 32
    server.serve("/metadata/PMC3468583.1.json", json.dumps(stated).encode())

    done = run("pmc_oa", server.url, tmp_path / "raw")

    assert [failure.path for failure in done.failed] == ["metadata/PMC3468/PMC3468583.1.json"]
    assert not (tmp_path / "outside.xml").exists()


def test_pmc_metadata_of_another_article_are_refused(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)
    server.serve("/metadata/PMC2000001.1.json", server.files["/metadata/PMC3468583.1.json"].body)

    done = run("pmc_oa", server.url, tmp_path)

    assert [(failure.path, "is about" in failure.reason) for failure in done.failed] == [
        ("metadata/PMC2000/PMC2000001.1.json", True)
    ]


def test_a_damaged_inventory_is_an_error(server: Loopback, tmp_path: Path) -> None:
    kit.serve_pmc(server)
    key = "/inventory-reports/pmc-oa-opendata/metadata/data/8f5c5e61.csv.gz"
    server.serve(key, server.files[key].body[:-8] + b"tampered")

    with pytest.raises(FetchError, match="md5 is"):
        run("pmc_oa", server.url, tmp_path)
