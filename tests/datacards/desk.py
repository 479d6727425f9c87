"""A desk over a small snapshot folder that no build made: its manifest, samples, pairs and ledger are written here."""

from __future__ import annotations

import hashlib
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from datacards.desk.database import write_database
from datacards.desk.notes import Notes
from datacards.desk.pages import Desk, report_pages
from datacards.desk.server import DeskServer
from datacards.render import render
from manifests import layout
from manifests.audited import SampleVerdict
from manifests.model import File, Manifest
from manifests.precision import Judgement
from manifests.removals import PAIRS
from manifests.snapshot import Snapshot

_LEDGER = ("source", "raw_file", "stage", "verdict", "reason")


def write_snapshot(folder: Path, manifest: Manifest, samples: pl.DataFrame, word: str = "") -> Snapshot:
    """A snapshot as far as a desk looks at it; `word` stands in the texts of its one pair."""
    pair: dict[str, Any] = {
        "source": "medline",
        "stratum": "other",
        "stratum_size": 188,
        "turn": 1,
        "doc_id": "medline:1",
        "survivor": "medline:2",
        "survivor_source": "medline",
        "similarity": 0.91,
        "substance": 0.9,
        "containment": None,
        "phi_policy": "literature",
        "survivor_phi_policy": "literature",
        "text": f"one two three {word}",
        "survivor_text": f"one two four {word}",
        "cut": False,
        "survivor_cut": False,
    }
    line = dict.fromkeys(_LEDGER, word) | dict.fromkeys(("documents", "bytes", "words", "tokens"), 1)
    tables = {
        layout.SAMPLES: samples.to_arrow(),
        layout.REMOVALS: pa.Table.from_pylist([pair], schema=PAIRS),
        layout.LEDGER: pa.Table.from_pylist([line]),
    }
    files = []
    for path, table in tables.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / path)
        content = (folder / path).read_bytes()
        kind = path.rpartition("/")[2].partition(".")[0]
        digest = hashlib.sha256(content).hexdigest()
        files.append(File(path=path, kind=kind, sha256=digest, bytes=len(content), rows=table.num_rows))
    stated = manifest.model_copy(update={"files": tuple(files)}).identified()
    (folder / layout.MANIFEST).write_bytes(stated.canonical())
    for name, page in render(stated, samples).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(page)
    return Snapshot.open(folder)


@dataclass(frozen=True)
class Answer:
    """What the desk said."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser; `cookie` is what the desk gave them."""

    server: DeskServer
    desk: Desk
    place: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.guard.port}"

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """A request as it is, with these headers and no others but `Host` (underscores stand for hyphens)."""
        sent = {"Host": f"127.0.0.1:{self.server.guard.port}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.server.guard.port, timeout=30)
        try:
            line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                line.putheader(name, value)
            if method == "POST":
                line.putheader("Content-Length", str(len(body)))
            line.endheaders(body.encode() if body else None)
            heard = line.getresponse()
            return Answer(heard.status, dict(heard.getheaders()), heard.read().decode())
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> Answer:
        """A page, as somebody who was given the key."""
        return self.ask("GET", path, **{"Cookie": self.server.guard.cookie.partition(";")[0], **headers})

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        """A form, as a page of the desk sends it."""
        usual = {"Cookie": self.server.guard.cookie.partition(";")[0], "Origin": self.origin}
        usual |= {"Content_Type": "application/x-www-form-urlencoded", "Sec_Fetch_Site": "same-origin"}
        return self.ask("POST", path, urlencode(form), **(usual | headers))


@contextmanager
def open_desk(snapshot: Snapshot, place: Path, reviewer: str = "ann") -> Iterator[Visitor]:
    """A desk that serves until the block ends; verdicts and tables lie in `place`."""
    write_database(snapshot, place / "audit.sqlite")
    with DeskServer(0) as server:
        notes = Notes(place / "verdicts.jsonl", SampleVerdict), Notes(place / "reviews.jsonl", Judgement)
        tables = place / "audit.sqlite"
        desk = Desk(snapshot, tables, reviewer, *notes, server.guard.token, report_pages(snapshot))
        server.desk = desk
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Visitor(server, desk, place)
        finally:
            server.shutdown()
            thread.join()
