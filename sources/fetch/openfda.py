"""openFDA: the bulk files of an endpoint, as `download.json` lists them.

https://open.fda.gov/apis/downloads/
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import orjson

from corpus.errors import FetchError
from sources.fetch.collection import About, Listing, Remote, Selection, path_below


class OpenFda:
    """One zip of JSON a partition; `openfda` reads drug labels."""

    about: ClassVar[About] = About(
        name="openfda",
        title="openFDA bulk files (JSON in zip)",
        size="drug/label 14 files of 130 MB (2026)",
        terms_url="https://open.fda.gov/terms/",
        base_url="https://api.fda.gov",
        files_url="https://download.open.fda.gov",
        requests_per_second=2,
        choices={"drug/label": "labels of drugs", "drug/drugsfda": "approvals"},
        reader="openfda",
        packed=True,
        open_choices=True,
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """Partitions of one endpoint. The listing states sizes to the hundredth of a megabyte only, and no checksum.

        Raises:
            FetchError: no such endpoint, or the listing is not of the known form.
        """
        address = f"{listing.base_url}/download.json"
        category, _, endpoint = selection.what.partition("/")
        try:
            results: dict[str, Any] = orjson.loads(listing.read(address))["results"]
            known = sorted(f"{one}/{two}" for one, ends in results.items() for two in ends)
            if selection.what not in known:
                raise FetchError(f"openFDA has no {selection.what!r}; it has {', '.join(known)}")
            exported = str(results[category][endpoint]["export_date"])
            urls = sorted({str(row["file"]) for row in results[category][endpoint]["partitions"]})
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise FetchError(f"{address} is not of the known form ({type(error).__name__})") from error
        for url in urls:
            below = path_below(url, f"/{category}/{endpoint}/")
            yield Remote(
                url=f"{listing.files_url}/{category}/{endpoint}/{below}",
                path=below,
                version=exported,
                content="zip",
                check=_whole,
                max_bytes=8 << 30,
            )


def _whole(path: Path) -> None:
    """openFDA publishes no checksum; a zip holds one of every member."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FetchError(f"{path.name} is no whole zip ({type(error).__name__})") from error
    if damaged is not None:
        raise FetchError(f"{path.name}: the CRC-32 of a member is wrong")
