"""Publishers on the loopback, laid out as the real ones are, with real files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path
from urllib.parse import parse_qs

from tests.sources.fetch.loopback import Loopback
from tests.sources.material import demo_file, kit_files


def serve_pubmed(server: Loopback, names: tuple[str, ...] = ("pubmed26n0001.xml.gz",)) -> dict[str, bytes]:
    """A directory as ftp.ncbi.nlm.nih.gov shows it; every file has its md5 beside it. Articles, gzipped, are files."""
    articles = ("pone.0000217.nxml", "mds526.nxml", "6605965a.nxml", "ehp-116-1694.nxml")
    files, rows = {}, ['<a href="/pubmed/">Parent Directory</a>', '<a href="README.txt">README.txt</a>']
    for day, (name, article) in enumerate(zip(names, articles, strict=False), start=6):
        files[name] = gzip.compress(demo_file(article).read_bytes(), mtime=0)
        server.serve(f"/pubmed/baseline/{name}", files[name])
        server.serve(f"/pubmed/baseline/{name}.md5", f"MD5({name})= {hashlib.md5(files[name]).hexdigest()}\n".encode())
        for row in (name, f"{name}.md5"):
            rows.append(f'<a href="{row}">{row}</a>      2026-01-{day:02} 14:05   19M  ')
    server.serve("/pubmed/baseline/", "\n".join(["<html><pre>", *rows, "</pre></html>"]).encode())
    return files


def serve_openalex(server: Loopback) -> Path:
    """A manifest of works with one real part in two partitions."""
    part = kit_files("openalex", "*.gz")[0]
    body = part.read_bytes()
    rows = []
    for day in ("2026-06-24", "2026-05-01"):
        key = f"data/jsonl/works/updated_date={day}/part_0000.gz"
        server.serve(f"/{key}", body)
        rows.append({"url": f"s3://openalex/{key}", "meta": {"content_length": len(body), "record_count": 29}})
    manifest = {"date": "2026-06-25", "format": "jsonl", "entity": "works", "files": rows}
    server.serve("/data/jsonl/works/manifest.json", json.dumps(manifest).encode())
    return part


def studies() -> list[dict[str, object]]:
    """Real studies in the form of the second API."""
    found = [json.loads(path.read_bytes()) for path in kit_files("clinicaltrials_gov", "NCT*.json")]
    return [study for study in found if "protocolSection" in study]


def serve_clinicaltrials(server: Loopback, most: int = 1000, released: str = "2026-11-24T09:00:05") -> list[str]:
    """The second API over real studies; gives no more than `most` a page. Tokens say where a page begins."""
    every = studies()

    def page(query: str) -> bytes:
        asked = parse_qs(query)
        begin = int(asked.get("pageToken", ["t0"])[0].removeprefix("t"))
        end = begin + min(most, int(asked["pageSize"][0]))
        more = {"nextPageToken": f"t{end}"} if end < len(every) else {}
        return json.dumps({"studies": every[begin:end]} | more).encode()

    server.pages["/api/studies"] = page
    server.serve("/api/version", json.dumps({"apiVersion": "2.0.5", "dataTimestamp": released}).encode())
    return [study["protocolSection"]["identificationModule"]["nctId"] for study in every]  # type: ignore[index]


def zipped(name: str, body: bytes) -> bytes:
    """A zip of one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), body)
    return buffer.getvalue()


def serve_dailymed(server: Loopback) -> dict[str, bytes]:
    """The page of full releases: two parts of prescription labels with md5, one of animal labels without."""
    labels = kit_files("dailymed_spl", "*.xml")
    names = ["dm_spl_release_human_rx_part1.zip", "dm_spl_release_human_rx_part2.zip", "dm_spl_release_animal.zip"]
    files, items = {}, []
    for name, label in zip(names, labels, strict=False):
        files[name] = zipped(f"prescription/{label.stem}.zip", zipped(label.name, label.read_bytes()))
        server.serve(f"/public-release-files/{name}", files[name])
        md5 = f"<li>MD5 checksum: {hashlib.md5(files[name]).hexdigest().upper()}</li>" if "human" in name else ""
        items.append(
            f'<li>{name} [ <a href="https://dailymed-data.nlm.nih.gov/public-release-files/{name}">HTTPS</a> / '
            f'<a href="ftp://public.nlm.nih.gov/nlmdata/.dailymed/{name}">FTP</a> ]'
            f"<ul><li>Number of labels: 1</li><li>File size: 0.2MB</li>{md5}</ul></li>"
        )
    other = '<a href="https://dailymed-data.nlm.nih.gov/public-release-files/dm_spl_monthly_update_oct2026.zip">x</a>'
    page = "<html><h2>Full Releases</h2><ul>" + "\n".join(items) + f"</ul><h2>Updates</h2>{other}</html>"
    server.serve("/dailymed/spl-resources-all-drug-labels.cfm", page.encode())
    return files


def serve_openfda(server: Loopback) -> dict[str, bytes]:
    """`download.json` with two partitions of labels."""
    files, rows = {}, []
    for part in (1, 2):
        name = f"drug-label-000{part}-of-0002.json.zip"
        label = {"id": str(part), "indications_and_usage": ["For relief of cough."]}
        files[name] = zipped(name.removesuffix(".zip"), json.dumps({"meta": {}, "results": [label]}).encode())
        server.serve(f"/drug/label/{name}", files[name])
        url = f"https://download.open.fda.gov/drug/label/{name}"
        rows.append({"display_name": f"part {part}", "file": url, "size_mb": "0.00", "records": 1})
    label_end = {"export_date": "2026-11-20", "total_records": 2, "partitions": rows}
    index = {"meta": {}, "results": {"drug": {"label": label_end, "event": label_end | {"partitions": []}}}}
    server.serve("/download.json", json.dumps(index).encode())
    return files


LICENCES = {
    "PMC3468583": "CC BY",
    "PMC2000001": "CC BY-NC",
    "PMC3800001": None,
    "PMC1762335": "CC0",
    "PMC9000001": "TDM",
}


def serve_pmc(server: Loopback) -> dict[str, bytes]:
    """The bucket as its README draws it, with real articles under licences that the test chooses."""
    articles = ("pone.0046493.nxml", "6605965a.nxml", "mds526.nxml", "pone.0000217.nxml", "ehp-116-1694.nxml")
    xml, lines = {}, []
    for day, ((pmcid, licence), article) in enumerate(zip(LICENCES.items(), articles, strict=True), start=10):
        version = f"{pmcid}.1"
        body = demo_file(article).read_bytes()
        xml[version] = body
        server.serve(f"/{version}/{version}.xml", body)
        stated = {
            "pmcid": pmcid,
            "version": 1,
            "is_pmc_openaccess": licence != "TDM",
            "is_retracted": False,
            "license_code": licence,
            "xml_url": f"s3://pmc-oa-opendata/{version}/{version}.xml?md5={hashlib.md5(body).hexdigest()}",
        }
        metadata = json.dumps(stated).encode()
        server.serve(f"/metadata/{version}.json", metadata)
        etag = hashlib.md5(metadata).hexdigest()
        lines.append(f'"pmc-oa-opendata","metadata/{version}.json","2026-01-{day}T11:47:59.000Z","{etag}"\n')
    serve_inventory(server, "".join(lines).encode())
    return xml


def serve_inventory(server: Loopback, rows: bytes) -> None:
    """The latest inventory of three."""
    folder = "inventory-reports/pmc-oa-opendata/metadata/"
    dates = ("2026-01-16T01-00Z", "2026-01-18T01-00Z", "2026-01-17T01-00Z")
    prefixes = [*(f"{folder}{date}/" for date in dates), f"{folder}data/", f"{folder}hive/"]
    listed = "".join(f"<CommonPrefixes><Prefix>{prefix}</Prefix></CommonPrefixes>" for prefix in prefixes)
    server.serve("/", f"<ListBucketResult><Prefix>{folder}</Prefix>{listed}</ListBucketResult>".encode())
    table = gzip.compress(rows, mtime=0)
    key = f"{folder}data/8f5c5e61.csv.gz"
    server.serve(f"/{key}", table)
    manifest = {
        "sourceBucket": "pmc-oa-opendata",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, LastModifiedDate, ETag",
        "files": [{"key": key, "size": len(table), "MD5checksum": hashlib.md5(table).hexdigest()}],
    }
    server.serve(f"/{folder}2026-01-18T01-00Z/manifest.json", json.dumps(manifest).encode())
