"""PubMed: the annual baseline and the daily update files, each with its md5.

https://ftp.ncbi.nlm.nih.gov/pubmed/baseline/README.txt
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpus.errors import FetchError
from sources.fetch.collection import About, Listing, Remote, Selection

_FOLDERS = {"baseline": "baseline", "updates": "updatefiles"}
_ROW = re.compile(
    r'href="(?P<name>pubmed\d{2}n\d{4,}\.xml\.gz)"[^\n]*?</a>(?:\s+(?P<date>\d{4}-\d{2}-\d{2})\s)?', re.IGNORECASE
)


class PubMed:
    """One file a part of the baseline or a day of updates; `medline` reads them."""

    about: ClassVar[About] = About(
        name="pubmed",
        title="PubMed citations and abstracts (XML)",
        size="baseline more than 1,200 files of 20 to 50 MB, updates some files a day (2026)",
        terms_url="https://www.nlm.nih.gov/databases/download/terms_and_conditions.html",
        base_url="https://ftp.ncbi.nlm.nih.gov/pubmed",
        requests_per_second=3,
        choices={"baseline": "the annual baseline", "updates": "what changed since it, and what was deleted"},
        reader="medline",
        since="the date of the file in the directory",
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """Files of one directory, by name.

        Raises:
            FetchError: the directory lists none, or no dates where `since` needs them.
        """
        folder = _FOLDERS[selection.what]
        address = f"{listing.base_url}/{folder}/"
        page = listing.read(address).decode("utf-8", "replace")
        rows = {row["name"]: row["date"] for row in _ROW.finditer(page)}
        if not rows:
            raise FetchError(f"{address} lists no pubmed files; its form may have changed")
        for name in sorted(rows):
            if selection.since:
                if rows[name] is None:
                    raise FetchError(f"{address} states no dates; `--since` cannot be answered")
                if rows[name] < selection.since:
                    continue
            yield Remote(
                url=address + name,
                path=name,
                checksum_url=f"{address}{name}.md5",
                content="gzip",
                max_bytes=1 << 30,
            )
