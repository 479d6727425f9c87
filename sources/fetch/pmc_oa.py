"""PMC Open Access: article versions of NLM's bucket, by licence.

Since August 2026 NLM gives single files only: no packages, no FTP, no list of licences. A daily inventory names the
metadata of every article version; the metadata state its licence, and the URL and md5 of its XML.
https://pmc.ncbi.nlm.nih.gov/tools/pmcaws/ and `README.txt` in the bucket
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from corpus.errors import FetchError
from sources.fetch.collection import About, Checksum, Listing, Remote, Selection, path_below

_INVENTORY = "inventory-reports/pmc-oa-opendata/metadata/"
_REPORT = re.compile(re.escape(_INVENTORY) + r"(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}Z)/")
_ARTICLE = re.compile(r"metadata/((PMC\d+)\.\d+)\.json")
_COMMERCIAL = frozenset({"CC0", "CC BY", "CC BY-SA", "CC BY-ND"})
_NONCOMMERCIAL = frozenset({"CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND"})


class PmcOa:
    """Two files an article version: its metadata, and its JATS XML if the licence is wanted; `jats` reads the XML."""

    about: ClassVar[About] = About(
        name="pmc_oa",
        title="PMC Open Access Subset (JATS XML, one file an article version)",
        size="about 8 million article versions to look at; their XML is hundreds of GB (2026)",
        terms_url="https://pmc.ncbi.nlm.nih.gov/about/copyright/",
        base_url="https://pmc-oa-opendata.s3.amazonaws.com",
        requests_per_second=20,
        choices={
            "commercial": ", ".join(sorted(_COMMERCIAL)),
            "noncommercial": ", ".join(sorted(_NONCOMMERCIAL)),
            "other": "open access without a Creative Commons licence",
            "all": "the whole Open Access Subset",
        },
        reader="jats",
        limit_unit="articles",
        since="the day the article version last changed",
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """The metadata of every article version, in the order of the inventory; they lead to the XML.

        Raises:
            FetchError: no inventory, or none of the known form.
        """
        taken = 0

        def article(path: Path) -> Iterator[Remote]:
            nonlocal taken
            if (xml := _xml(path, selection.what, listing)) is not None:
                taken += 1
                yield xml

        for key, changed, etag in _inventory(listing):
            if selection.limit is not None and taken >= selection.limit:
                return
            named = _ARTICLE.fullmatch(key)
            if not named or (selection.since and changed[:10] < selection.since):
                continue
            yield Remote(
                url=f"{listing.files_url}/{key}",
                path=f"metadata/{_shelf(named[2])}/{named[1]}.json",
                version=etag,
                content="json",
                check=_metadata,
                max_bytes=16 << 20,
                then=article,
            )


def _inventory(listing: Listing) -> Iterator[tuple[str, str, str]]:
    """(key, last modified, ETag) of every row of the latest inventory."""
    query = urlencode({"list-type": "2", "prefix": _INVENTORY, "delimiter": "/"})
    address = f"{listing.base_url}/?{query}"
    reports = sorted(set(_REPORT.findall(listing.read(address).decode("utf-8", "replace"))))
    if not reports:
        raise FetchError(f"{address} names no inventory; its form may have changed")
    address = f"{listing.base_url}/{_INVENTORY}{reports[-1]}/manifest.json"
    try:
        manifest: dict[str, Any] = orjson.loads(listing.read(address))
        columns = [name.strip() for name in str(manifest["fileSchema"]).split(",")]
        key, changed, etag = (columns.index(name) for name in ("Key", "LastModifiedDate", "ETag"))
        parts = [(str(row["key"]), int(row["size"]), str(row["MD5checksum"])) for row in manifest["files"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise FetchError(f"{address} is no inventory of the known form ({type(error).__name__})") from error
    for name, size, md5 in parts:
        path = listing.keep(
            Remote(
                url=f"{listing.base_url}/{name}",
                path=path_below(f"/{name}", f"/{_INVENTORY}"),
                size=size,
                checksum=Checksum("md5", md5),
                content="gzip",
            )
        )
        try:
            with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
                for row in csv.reader(rows):
                    yield row[key], row[changed], row[etag]
        except (OSError, EOFError, zlib.error, UnicodeDecodeError, IndexError, csv.Error) as error:
            raise FetchError(f"{name} is no inventory of the known form ({type(error).__name__})") from error


def _xml(path: Path, what: str, listing: Listing) -> Remote | None:
    """The XML of an article version, if its licence is wanted."""
    stated = _metadata(path)
    try:
        version = f"{stated['pmcid']}.{int(stated['version'])}"
        if not stated["is_pmc_openaccess"] or (what != "all" and _group(stated.get("license_code")) != what):
            return None
        url = str(stated["xml_url"])
    except (KeyError, TypeError, ValueError) as error:
        raise FetchError(f"{path.name} is no metadata of the known form ({type(error).__name__})") from error
    if version != path.stem:
        raise FetchError(f"{path.name} is about {version[:40]!r}")
    below = path_below(url, f"/{version}/")
    md5 = parse_qs(urlsplit(url).query).get("md5", [""])[0].lower()
    return Remote(
        url=f"{listing.files_url}/{version}/{below}",
        path=f"xml/{_shelf(str(stated['pmcid']))}/{version}.xml",
        checksum=Checksum("md5", md5),
        content="xml",
        max_bytes=1 << 30,
    )


def _metadata(path: Path) -> dict[str, Any]:
    try:
        stated = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise FetchError(f"{path.name} is no JSON") from error
    if not isinstance(stated, dict):
        raise FetchError(f"{path.name} is no metadata of an article")
    return stated


def _group(licence: object) -> str:
    return "commercial" if licence in _COMMERCIAL else "noncommercial" if licence in _NONCOMMERCIAL else "other"


def _shelf(pmcid: str) -> str:
    """A folder of a thousand articles, so that no folder has millions: `PMC10009` of `PMC10009416`."""
    return f"PMC{int(pmcid.removeprefix('PMC')) // 1000}"
