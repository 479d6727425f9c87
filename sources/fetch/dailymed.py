"""DailyMed: the full releases of structured product labels, with the md5 that the page states.

https://dailymed.nlm.nih.gov/dailymed/spl-resources-all-drug-labels.cfm
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpus.errors import FetchError
from sources.fetch.collection import About, Checksum, Listing, Remote, Selection

_LINK = re.compile(r'href="[^"]*?/(?P<name>dm_spl_release_(?P<kind>[a-z_]+?)(?:_part\d+)?\.zip)"')
_MD5 = re.compile(r"MD5 checksum:\s*(?:<[^>]*>\s*)*([0-9A-Fa-f]{32})", re.IGNORECASE)


class DailyMed:
    """One zip of zips a part; `spl` reads them with `archive: auto`."""

    about: ClassVar[About] = About(
        name="dailymed",
        title="DailyMed drug labels (SPL XML in zip)",
        size="human_rx 6 files and 17 GB, human_otc 12 files and 33 GB (2026)",
        terms_url="https://www.nlm.nih.gov/web_policies.html#copyright",
        base_url="https://dailymed.nlm.nih.gov",
        files_url="https://dailymed-data.nlm.nih.gov",
        requests_per_second=2,
        choices={
            "human_rx": "prescription labels",
            "human_otc": "over-the-counter labels",
            "homeopathic": "homeopathic labels",
            "animal": "animal labels",
            "remainder": "what is left",
        },
        reader="spl",
        packed=True,
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """Parts of one release, by name.

        Raises:
            FetchError: the page lists none.
        """
        address = f"{listing.base_url}/dailymed/spl-resources-all-drug-labels.cfm"
        page = listing.read(address).decode("utf-8", "replace")
        links = list(_LINK.finditer(page))
        found: dict[str, Checksum | None] = {}
        for link, following in zip(links, [*links[1:], None], strict=True):
            # A release is linked twice (https and ftp); its checksum stands before the next one.
            about = page[link.end() : following.start() if following else len(page)]
            stated = _MD5.search(about)
            checksum = Checksum("md5", stated[1].lower()) if stated else None
            if link["kind"] == selection.what:
                found[link["name"]] = found.get(link["name"]) or checksum
        if not found:
            raise FetchError(f"{address} lists no release {selection.what!r}; its form may have changed")
        for name in sorted(found, key=lambda name: (len(name), name)):
            yield Remote(
                url=f"{listing.files_url}/public-release-files/{name}",
                path=name,
                checksum=found[name],
                content="zip",
                max_bytes=32 << 30,
            )
