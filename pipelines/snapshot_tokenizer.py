"""The file of a snapshot's tokenizer on this machine: a snapshot holds none."""

from __future__ import annotations

from pathlib import Path

from corpus.assets import ASSETS, assets_folder
from corpus.digest import sha256_file
from corpus.errors import AssetError
from manifests.model import Manifest


def tokenizer_file(manifest: Manifest, given: Path | None = None) -> Path | None:
    """The file given, or the pulled asset that the manifest names; None if there is none.

    Raises:
        AssetError: the file given is absent, or another tokenizer.
    """
    wanted = manifest.tokenizer
    place = given or (assets_folder() / wanted.name if wanted.name in ASSETS else None)
    if place is None or not place.is_file():
        if given is not None:
            raise AssetError(f"no tokenizer at {given}")
        return None
    found = sha256_file(place)
    if found == wanted.sha256:
        return place
    if given is None:
        return None
    raise AssetError(f"{given} is not the snapshot's tokenizer: its sha256 is {found}, not {wanted.sha256}")
