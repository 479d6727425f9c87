"""ClinicalTrials.gov: all studies through the second API, a page of answers a file.

https://clinicaltrials.gov/data-api/api
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import orjson

from corpus.errors import FetchError
from sources.fetch.collection import About, Listing, Remote, Selection

_PAGE_SIZE = 1000


class ClinicalTrials:
    """Pages as the API gives them; `clinicaltrials` reads them.

    A page names the next by a token, so that pages come one after the other. They belong to one release of the
    registry: once its data timestamp changes, they are taken anew, since a token of then leads nowhere certain now.
    """

    about: ClassVar[About] = About(
        name="clinicaltrials",
        title="ClinicalTrials.gov studies (JSON)",
        size="about 580,000 studies, on the order of 10 GB (2026)",
        terms_url="https://clinicaltrials.gov/about-site/terms-conditions",
        base_url="https://clinicaltrials.gov/api/v2",
        requests_per_second=0.8,
        choices={"studies": "every registered study"},
        reader="clinicaltrials",
        limit_unit="records",
        since="the date of the last posted update",
        one_at_a_time=True,
    )

    def remotes(self, selection: Selection, listing: Listing) -> Iterator[Remote]:
        """The first page; each leads to the next.

        Raises:
            FetchError: the API states no version of its data.
        """
        address = f"{listing.base_url}/version"
        try:
            released = str(orjson.loads(listing.read(address))["dataTimestamp"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise FetchError(f"{address} states no dataTimestamp") from error
        asked: dict[str, str] = {"format": "json"}
        if selection.since:
            asked["filter.advanced"] = f"AREA[LastUpdatePostDate]RANGE[{selection.since},MAX]"
        yield _page(f"{listing.base_url}/studies", asked, released, 1, None, selection.limit)


def _page(
    address: str, asked: dict[str, str], released: str, number: int, token: str | None, left: int | None
) -> Remote:
    size = _PAGE_SIZE if left is None else min(_PAGE_SIZE, left)
    query = {**asked, "pageSize": str(size)} | ({"pageToken": token} if token else {})

    def following(path: Path) -> Iterator[Remote]:
        here, onward = _read(path)
        remaining = None if left is None else left - here
        if onward and (remaining is None or remaining > 0):
            yield _page(address, asked, released, number + 1, onward, remaining)

    return Remote(
        url=f"{address}?{urlencode(query)}",
        path=f"studies-{number:05}.json",
        version=released,
        content="json",
        check=_read,
        max_bytes=2 << 30,
        then=following,
    )


def _read(path: Path) -> tuple[int, str | None]:
    """How many studies a page has, and the token of the next."""
    try:
        page: dict[str, Any] = orjson.loads(path.read_bytes())
        token = page.get("nextPageToken")
        return len(page["studies"]), None if token is None else str(token)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise FetchError(f"{path.name} is no page of studies ({type(error).__name__})") from error
