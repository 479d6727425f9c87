"""One phase of what becomes of finished units, in a process of its own, so that its memory can be watched.

    python -m benchmarks.statement_run FOLDER PHASE

`publish` is what a build calls, everything from finished units to a snapshot in place; the others are its parts, once
more, of what it made, and `verify` is `hc4 verify`. The last line of the output is JSON: what was found.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.statement_units import FINISHED

SNAPSHOT = "snapshot"


def publish(folder: Path) -> dict[str, Any]:
    """Everything: tables, manifest, cards, sums, checks, in place."""
    from pipelines.publish import publish as put

    manifest = put(_finished(folder), folder / SNAPSHOT)
    sizes = {
        "read": sum(source.read.documents for source in manifest.sources),
        "released": manifest.totals.documents,
        "tokens": manifest.totals.tokens,
        "sources": len(manifest.sources),
        "raw files": sum(len(source.raw_files) for source in manifest.sources),
        "shards": len(manifest.shards),
        "lines of the ledger": len(manifest.ledger.lines),
    }
    for kind in ("ledger", "samples", "removals", "boilerplate", "quarantine", "attribution"):
        sizes[f"rows of {kind}"] = sum(file.rows for file in manifest.files if file.kind == kind)
    sizes["journals, domains"] = sum(file.rows for file in manifest.files if file.kind == "coverage")
    whole = folder / SNAPSHOT
    pages = [path for path in whole.rglob("*") if path.is_file() and path.suffix not in (".parquet", "")]
    sizes["bytes of manifest.json"] = (whole / "manifest.json").stat().st_size
    sizes["bytes of cards"] = sum(path.stat().st_size for path in pages if path.name != "manifest.json")
    sizes["bytes of Parquet"] = sum(path.stat().st_size for path in whole.rglob("*.parquet"))
    return sizes


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest from summaries and small tables."""
    import polars as pl

    from manifests import layout
    from manifests.snapshot import Snapshot
    from pipelines.covered import labels_by_source
    from pipelines.statement import make_manifest

    snapshot, finished = Snapshot.open(folder / SNAPSHOT), _finished(folder)
    stated = snapshot.manifest
    names = [source.name for source in stated.sources]
    labels = labels_by_source({n: [finished.product(i, "assembled") for i in finished.of(n)] for n in names})
    ledger = pl.read_parquet(snapshot.folder / layout.LEDGER, glob=False)
    again = make_manifest(finished, list(stated.shards), list(stated.files), ledger, labels, snapshot.samples())
    assert again.identified() == stated
    return {}


def cards(folder: Path) -> dict[str, Any]:
    """All that is rendered from the manifest: card, datasheet, statistics page, projections."""
    from datacards.render import render
    from manifests.snapshot import Snapshot

    snapshot = Snapshot.open(folder / SNAPSHOT)
    return {"files": len(render(snapshot.manifest, snapshot.samples()))}


def checks(folder: Path) -> dict[str, Any]:
    """What must be true before a snapshot is put in place."""
    from manifests.snapshot import Snapshot
    from pipelines.release_checks import check_release

    check_release(Snapshot.open(folder / SNAPSHOT))
    return {}


def sums(folder: Path) -> dict[str, Any]:
    """SHA256SUMS of every file."""
    from manifests.sums import write_sums

    write_sums(folder / SNAPSHOT)
    return {}


def verify(folder: Path) -> dict[str, Any]:
    """As `hc4 verify`.

    Raises:
        AssertionError: something differs.
    """
    from datacards.render import render
    from manifests.verify import verify as verified

    findings = verified(folder / SNAPSHOT, render)
    assert not findings, "\n".join(f"{one.file}: {one.what}" for one in findings[:20])
    return {}


def start(folder: Path) -> dict[str, Any]:
    """Nothing but the imports that all of these share."""
    _finished(folder)
    return {}


PHASES: dict[str, Callable[[Path], dict[str, Any]]] = {
    one.__name__: one for one in (start, publish, manifest, cards, checks, sums, verify)
}


def _finished(folder: Path) -> Any:
    return pickle.loads((folder / FINISHED).read_bytes())


if __name__ == "__main__":
    print(json.dumps(PHASES[sys.argv[2]](Path(sys.argv[1]))))
