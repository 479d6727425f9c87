"""OpenAlex: the snapshot of the public bucket, entity by entity.

https://developers.openalex.org/download/snapshot-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import orjson

from corpus.errors import FetchError
from sources.fetch.collection import About, Listing, Remote, Selection, path_below

_DATE = re.compile(r"updated_date=(\d{4}-\d{2}-\d{2})/")


class OpenAlex:
    """One file a part of an entity; `openalex` reads works."""

    about: ClassVar[About] = About(
        name="openalex",
        title="OpenAlex snapshot (JSON Lines)",
        size="works about 670 GB compressed, 510 million records (June 2026)",
        terms_url="https://creativecommons.org/publicdomain/zero/1.0/",
        base_url="https://openalex.s3.amazonaws.com",
        requests_per_second=10,
        choices={"works": "articles, books, data sets, with abstracts as inverted indexes", "sources": "journals"},
        reader="openalex",
        since="the updated_date of the partition",
        open_choices=True,
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """Files of one entity's manifest, by partition. The manifest states sizes, and no checksum.

        Raises:
            FetchError: the manifest is not of the known form, or lists a file elsewhere.
        """
        prefix = f"data/jsonl/{selection.what}/"
        address = f"{listing.base_url}/{prefix}manifest.json"
        try:
            manifest: dict[str, Any] = orjson.loads(listing.read(address))
            released = str(manifest["date"])
            rows = {str(row["url"]): int(row["meta"]["content_length"]) for row in manifest["files"]}
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise FetchError(f"{address} is no manifest of the known form ({type(error).__name__})") from error
        for url in sorted(rows):
            below = path_below(url, f"/{prefix}")
            dated = _DATE.match(below)
            if selection.since and (not dated or dated[1] < selection.since):
                continue
            yield Remote(
                url=f"{listing.files_url}/{prefix}{below}",
                path=below,
                size=rows[url],
                version=f"{released}/{rows[url]}",
                content="gzip",
                max_bytes=8 << 30,
            )
