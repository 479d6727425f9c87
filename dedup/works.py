"""Works: the documents that are one publication by their identifiers, whichever source they came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.candidates import star_edges
from dedup.identity import KINDS, Keys, Positions, identity_keys

if TYPE_CHECKING:
    import polars as pl

_ODD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: spreads small numbers over all bits


def works(keys: tuple[Keys, Keys], rows: Positions, count: int) -> Positions:
    """The work of each of `count` documents: the least row among those it shares an identifier with, transitively.

    Args:
        keys, rows: as `dedup.identity.identity_keys` gives them.

    Returns:
        int64[count]; a document without identifiers is a work of its own.
    """
    from dedup.clusters import components  # imports numba

    work = np.arange(count)
    a, b = star_edges(keys, rows)
    components(work, rows[a], rows[b])
    return work


def works_named(
    identifiers: Sequence[tuple[str, str]], keys: tuple[Keys, Keys], rows: Positions, work: Positions
) -> Positions:
    """The work that each identifier (kind, as written) names among those of `works`; -1 where it names none.

    Returns:
        int64[len(identifiers)].
    """
    import polars as pl

    columns: dict[str, Any] = {
        kind: pa.array([name if of == kind else None for of, name in identifiers], pa.string()) for kind in KINDS
    }
    named = np.full(len(identifiers), -1, np.int64)
    asked, places = identity_keys(pa.table(columns))
    asked_frame = pl.DataFrame({"hi": asked[0], "lo": asked[1], "place": places})
    known = pl.DataFrame({"hi": keys[0], "lo": keys[1], "work": work[rows]}).unique(["hi", "lo"])
    found = asked_frame.join(known, on=["hi", "lo"])
    named[found["place"].to_numpy()] = found["work"].to_numpy()
    return named


def containers_in(keys: tuple[Keys, Keys], source: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Keys that several documents of one source carry, each with that source: `hi`, `lo`, `source`, sorted.

    Args:
        keys: as `dedup.identity.identity_keys` gives them.
        source: int64[n], a number for the source of each key's document.
    """
    import polars as pl

    entries = pl.DataFrame({"hi": keys[0], "lo": keys[1], "source": source})
    return entries.group_by("hi", "lo", "source").len().filter(pl.col("len") > 1).drop("len").sort("hi", "lo", "source")


def edges_of_works(
    keys: tuple[Keys, Keys],
    rows: Positions,
    *,
    source: npt.NDArray[np.int64],
    language: npt.NDArray[np.uint64],
    containers: pl.DataFrame | None = None,
) -> tuple[Positions, Positions]:
    """Edges between documents that are one by identifier, in one language.

    A source's own ids tell its documents apart. An identifier that several documents of a source carry names what holds
    them (a book, a corpus, an article with several cases), not one of them: for that source it joins nothing. A
    translation is another text. Keys may be given in parts, as long as all documents of a key are in the same part.

    Args:
        keys: as `dedup.identity.identity_keys` gives them.
        rows: int64[n], the document that carries each key: any number that tells documents apart.
        source, language: n numbers for the source and the language of each key's document.
        containers: as `containers_in` gives it, of more documents than these: those that rules dropped count too.

    Returns:
        Two int64[m], documents: the least of a key, another one of that key.
    """
    import polars as pl

    entries = pl.DataFrame({"hi": keys[0], "lo": keys[1], "row": rows, "source": source, "language": language})
    of_several = containers_in(keys, source)
    if containers is not None:
        of_several = pl.concat([of_several, containers])
    single = entries.join(of_several, on=["hi", "lo", "source"], how="anti", maintain_order="left")
    # Documents in several languages are as many works: the language becomes part of the key.
    spoken = single["hi"].to_numpy() ^ (single["language"].to_numpy() * np.uint64(_ODD))
    mine = single["row"].to_numpy()
    least, other = star_edges((spoken, single["lo"].to_numpy()), mine)
    return mine[least], mine[other]


def sound(edges: tuple[Positions, Positions], source: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which edges of works do not contradict each other.

    Documents that would be joined to another of their own source, through a third, do: none of that work is joined.

    Args:
        edges: of documents, given as places in `source`.
        source: int64[n], the source of each document.
    """
    import polars as pl

    from dedup.clusters import components  # imports numba

    joined = np.arange(len(source))
    components(joined, *edges)
    together = pl.DataFrame({"work": joined, "source": source})
    torn = together.filter(pl.len().over("work", "source") > 1)["work"].unique().to_numpy()
    found: npt.NDArray[np.bool_] = ~np.isin(joined[edges[0]], torn)
    return found


def handed_down(rank: Positions, order: npt.NDArray[np.int64], work: Positions) -> Positions:
    """`rank` with the ranks inside each work dealt out again, the best to the first in `order`.

    So the best-ranked document of a work is the one that `order` puts first, and works keep their places among others.

    Args:
        rank: int64[n], distinct, smaller is better.
        order: int64[n], distinct: which document of one work is better.
        work: int64[n], as `works` gives it.

    Returns:
        int64[n], distinct.
    """
    dealt = np.empty_like(rank)
    dealt[np.lexsort((order, work))] = rank[np.lexsort((rank, work))]
    return dealt
