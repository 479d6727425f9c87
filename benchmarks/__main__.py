"""Every benchmark, or those named: `python -m benchmarks [pipeline|quality|language|agreement|minhash|...]`.

hc4 and its peers run in turn, in this call, on the same real documents. The figure is CPU seconds; MB are 10^6 bytes of
UTF-8. Nothing is asserted: machines differ, and so do their neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

_out = Console(width=max(Console().width, 100))


def pipeline(documents: int | None, peer_documents: int) -> None:
    """The whole build: hc4, inline and on Ray with two workers, beside datatrove."""
    from benchmarks.pipeline import TARGET, run

    found = run(documents, peer_documents)
    _note(
        f"{found.whole.documents:,} abstracts; datatrove, which needs minutes for all, reads the first "
        f"{found.peer.documents:,}. Start-up is a run on {found.start_up.documents}, and part of the other rows. "
        "Ray has two workers; short runs are the median of three."
    )
    table = Table("run", title="Whole build")
    for column in ("documents", "MB", "CPU s", "CPU s/MB", "MB/CPU s", "wall s", "released"):
        table.add_column(column, justify="right")
    for row in found.rows:
        speed = ["", ""] if "start-up" in row.name else [f"{1 / row.speed:.3f}", f"{row.speed:.2f}"]
        figures = [f"{row.documents:,}", f"{row.megabytes:.2f}", f"{row.cpu_seconds:.1f}", *speed]
        table.add_row(row.name, *figures, f"{row.wall_seconds:.1f}", f"{row.kept:,}")
    _out.print(table)
    ratios = Table("MB per CPU second, hc4 as a multiple of datatrove", title="Whole build, ratios")
    ratios.add_column("times", justify="right")
    for number, (what, times) in enumerate(found.ratios.items()):
        target = f" (target {TARGET:.0f})" if number == 0 else ""
        ratios.add_row(what + target, f"{times:.1f}")
    _out.print(ratios)
    _note("What each released is context, not a score: the two have different rules, datatrove's made for web pages.")


def quality() -> None:
    """Quality signals: hc4's one pass beside its peers' filters, those that are installed."""
    from benchmarks.quality import compare

    compare(_out)


def agreement() -> None:
    """What datatrove's quality filters and hc4's rules decide, and why they differ."""
    from benchmarks.agreement import main

    main()


def language() -> None:
    """Languages: hc4 beside fastText and datatrove, and how often they agree."""
    from benchmarks.language import main

    main(())


def minhash() -> None:
    """MinHash signatures: hc4 beside datatrove, datasketch, rensa and text-dedup, those that are installed."""
    from benchmarks.minhash import compare

    compare(_out)


def neardup() -> None:
    """Near-deduplication of 100,000 documents, from texts to survivors: hc4 beside the same peers."""
    from benchmarks.neardup import compare

    compare(_out)


def dedup_quality() -> None:
    """Near-duplicates found, and what is none but went with them: hc4 and its peers on exact truth."""
    from benchmarks.dedup_quality import compare

    compare(_out)


def dedup_scale() -> None:
    """Deduplication of millions of synthetic documents: time, memory, disk and recall by size."""
    from benchmarks.dedup_scale import compare

    compare(_out)


def statement() -> None:
    """Manifest, cards and report of a million made documents: time and memory."""
    from benchmarks.statement import compare

    compare(_out)


def tokenization() -> None:
    """Token ids: hc4's fast path beside sentencepiece and HF tokenizers, and whether they are the same."""
    from benchmarks.tokenization import compare

    compare(_out)


def phi() -> None:
    """Identifiers: hc4 beside presidio, philter-lite, Dolma and datatrove on every gold set; and their speed."""
    from benchmarks.phi import compare
    from benchmarks.phi_contestants import CONTESTANTS

    compare(list(CONTESTANTS))


def loading() -> None:
    """Packed sequences out of shards and out of a cache: hc4 beside datatrove, litdata and datasets."""
    from benchmarks.loading import compare

    compare(_out)


def readers() -> None:
    """MEDLINE and JATS beside the parser below them."""
    from benchmarks.readers import main

    main()


def exports() -> None:
    """Trainers' formats: hc4 beside the peers' own writers."""
    from benchmarks.exports import compare

    compare(_out)


def contamination() -> None:
    """Evaluation items in documents: planted copies, hard negatives, the kit; beside datatrove's n-gram rule."""
    from benchmarks.contamination import compare

    compare(_out)


def _note(message: str) -> None:
    _out.print(f"\n{message}", highlight=False)


_KERNELS: dict[str, Callable[[], None]] = {
    "quality": quality,
    "language": language,
    "agreement": agreement,
    "minhash": minhash,
    "neardup": neardup,
    "dedup_quality": dedup_quality,
    "tokenization": tokenization,
    "phi": phi,
    "loading": loading,
    "readers": readers,
    "contamination": contamination,
    "exports": exports,
}
_ASKED_FOR = {"dedup_scale": dedup_scale, "statement": statement}
"""What has no peers and takes long, or much disk, runs only by its name."""
_NAMES = ("pipeline", *_KERNELS, *_ASKED_FOR)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(_NAMES)}. Default: all but the last two.")
    ] = None,
    documents: Annotated[
        int | None, typer.Option(min=100, help="pipeline: abstracts for hc4. Default: all.", show_default=False)
    ] = None,
    peer_documents: Annotated[int, typer.Option(min=100, help="pipeline: abstracts for datatrove.")] = 2000,
) -> None:
    """Run benchmarks side by side with peers."""
    if unknown := sorted(set(names or []) - set(_NAMES)):
        raise typer.BadParameter(f"no benchmark {', '.join(unknown)}; there are {', '.join(_NAMES)}")
    for name in names or ("pipeline", *_KERNELS):
        if name == "pipeline":
            pipeline(documents, peer_documents)
        else:
            (_KERNELS | _ASKED_FOR)[name]()


if __name__ == "__main__":
    typer.run(main)
