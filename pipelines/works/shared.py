"""Documents that share an identifier or their words, and identifiers that name what holds several documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from corpus.digest import Json
from corpus.runs import gather, key_range
from corpus.storage import WorkFolder
from corpus.tables import write_frame
from pipelines.places import Positions, place
from pipelines.works.named import IDENTIFIERS, NOTICES, WORDS

CONTAINERS = "containers.parquet"
"""`hi`, `lo`, `source`, sorted: keys that several documents of one source carry."""
OF_WORKS = "works.npy"
OF_WORDS = "words.npy"
"""Places, int64[2, m]: edges from the least document of a key to each other one."""

Keys = npt.NDArray[np.uint64]


def shared(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Write `shared` of one range of keys: edges between places, by identifier or notice and by words; containers.

    `params["sources"]` gives the number of each bundle's source.
    """
    from dedup.candidates import key_groups, star_edges
    from dedup.works import containers_in

    folder = folders["shared"]
    products = [work.product("named", digest) for digest in params["named"]]
    keys = key_range(*params["part"])
    bundle, (hi, lo, row) = gather(products, IDENTIFIERS, ["hi", "lo", "row"], keys)
    carriers = place(bundle, row)
    bundles, (notice_hi, notice_lo, row) = gather(products, NOTICES, ["hi", "lo", "row"], keys)
    by_notice = _named((hi, lo), carriers, (notice_hi, notice_lo), place(bundles, row))
    members, _ = key_groups((hi, lo), carriers)
    # Most keys are of one document: only the others are looked at again.
    hi, lo, carriers, bundle = hi[members], lo[members], carriers[members], bundle[members]
    least, other = star_edges((hi, lo), carriers)
    of_works = np.concatenate([np.stack([carriers[least], carriers[other]]), by_notice], axis=1)
    np.save(folder / OF_WORKS, of_works)
    containers = containers_in((hi, lo), np.array(params["sources"], np.int64)[bundle])
    write_frame(containers, folder / CONTAINERS)
    del hi, lo, row, bundle, carriers, members, least, other

    bundle, (hi, lo, row) = gather(products, WORDS, ["hi", "lo", "row"], keys)
    places = place(bundle, row)
    del bundle, row
    least, other = star_edges((hi, lo), places)
    of_words = np.stack([places[least], places[other]])
    np.save(folder / OF_WORDS, of_words)
    return {
        "shared": {
            "works": of_works.shape[1],
            "words": of_words.shape[1],
            "containers": len(containers),
        }
    }


def _named(keys: tuple[Keys, Keys], carriers: Positions, asked: tuple[Keys, Keys], notices: Positions) -> Positions:
    """Edges from documents with notices to the least document that carries what they name: int64[2, m].

    A document may name itself.
    """
    if not notices.size:
        return np.zeros((2, 0), np.int64)
    naming = pl.DataFrame({"hi": asked[0], "lo": asked[1], "notice": notices})
    carried = pl.DataFrame({"hi": keys[0], "lo": keys[1], "carrier": carriers})
    least = carried.join(naming, on=["hi", "lo"], how="semi").group_by("hi", "lo").agg(pl.col("carrier").min())
    found = naming.join(least, on=["hi", "lo"]).select("notice", "carrier").unique().sort("notice", "carrier")
    return np.stack([found["notice"].to_numpy(), found["carrier"].to_numpy()])
