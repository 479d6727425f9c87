"""From a recipe to bundles of raw files, each with the digests of everything that will be measured about it.

Small raw files travel together so that millions of them do not become millions of units. A file's bundle depends on its
name and on the number of bundles, a power of two: a new file changes only the bundle it falls in.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa

from corpus.assets import assets_folder
from corpus.digest import Json, digest, sha256_stream
from corpus.document import DOCUMENTS
from corpus.errors import RecipeError
from corpus.rooms import toolchain
from corpus.unit import Unit
from pipelines.measure import annotators
from pipelines.recipe import Recipe, SourceRecipe, resolve_location
from sources.reader import Reader
from sources.registry import make_reader

_BUNDLE_BYTES = 32 * 2**20
_ALONE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, order=True)
class RawInput:
    """One raw file as found: its name and sha256 are its identity, its path is not."""

    name: str
    sha256: str
    bytes: int
    path: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Raw files of one source that are read by one unit."""

    source: SourceRecipe
    files: tuple[RawInput, ...]
    digests: dict[str, str]
    """Stage name to digest: `documents` and every sidecar."""
    params: dict[str, Any]

    @property
    def weight(self) -> int:
        """Raw bytes."""
        return sum(file.bytes for file in self.files)

    @property
    def label(self) -> str:
        """For progress and error messages."""
        first = self.files[0].name
        return f"{self.source.name}/{first}" + (f" and {len(self.files) - 1} more" if len(self.files) > 1 else "")

    def unit(self) -> Unit:
        """The unit that reads and measures this bundle."""
        return Unit(
            task="pipelines.measure:run",
            products=self.digests,
            params=self.params,
            weight=self.weight,
            label=self.label,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build will do, checked and content-addressed."""

    recipe: Recipe
    folder: Path
    bundles: tuple[Bundle, ...]
    readers: dict[str, Reader]
    stages: dict[str, dict[str, dict[str, Any]]]
    """By source, the parameters of each annotator."""

    @property
    def raw_bytes(self) -> int:
        """Raw bytes of all sources."""
        return sum(bundle.weight for bundle in self.bundles)

    @property
    def raw_files(self) -> int:
        """Raw files of all sources."""
        return sum(len(bundle.files) for bundle in self.bundles)


def make_plan(recipe: Recipe, recipe_folder: Path) -> Plan:
    """Find and hash the raw files; load every reader, model and tokenizer once, so that mistakes show now.

    Raises:
        RecipeError: a location matches nothing, two files share a name.
        AssetError: a model is absent.
    """
    # Measured by every stage before anything starts, so that a model that is no model shows now.
    row = {"doc_id": "", "record": 0, "text": "a", "doc_type": "other", "version": "", "retraction": "none"}
    one_word = pa.RecordBatch.from_pylist([row], schema=DOCUMENTS)
    bundles: list[Bundle] = []
    readers: dict[str, Reader] = {}
    stages: dict[str, dict[str, dict[str, Any]]] = {}
    for source in sorted(recipe.sources, key=lambda source: source.name):
        reader = readers[source.name] = make_reader(source.reader, source.options)
        settings = stages[source.name] = _stages(recipe, source, recipe_folder)
        stages_of_source = annotators(settings)
        for stage in stages_of_source:
            stage.measure(one_word)
        configs: dict[str, dict[str, Json]] = {
            a.name: {"version": a.version, "config": a.config, "made_by": toolchain(type(a).__module__.split(".")[0])}
            for a in stages_of_source
        }
        for files in bundle_files(_find(source, recipe_folder)):
            documents = digest(
                {
                    "stage": "documents",
                    "made_by": toolchain("sources"),
                    "source": source.name,
                    "reader": [reader.name, reader.version, reader.config],
                    "files": [[file.name, file.sha256] for file in files],
                    "limits": recipe.limits.of_reading(),
                }
            )
            digests = {"documents": documents} | {
                name: digest({"stage": name, "documents": documents, **config}) for name, config in configs.items()
            }
            params = {
                "source": source.name,
                "reader": source.reader,
                "options": source.options,
                "files": [{"path": f.path, "name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in files],
                "limits": recipe.limits.of_reading(),
                "stages": settings,
                "documents": documents,
            }
            bundles.append(Bundle(source, files, digests, params))
    return Plan(recipe, recipe_folder, tuple(bundles), readers, stages)


def bundle_files(files: Sequence[RawInput]) -> list[tuple[RawInput, ...]]:
    """Group files, whatever order they come in: large ones alone, small ones by a hash of their name."""
    ordered = sorted(files)
    small = [file for file in ordered if file.bytes < _ALONE_BYTES]
    count = 1
    while count * _BUNDLE_BYTES < sum(file.bytes for file in small):
        count *= 2
    groups: dict[int, list[RawInput]] = {}
    for file in small:
        bucket = int.from_bytes(hashlib.sha256(file.name.encode()).digest()[:8]) * count >> 64
        groups.setdefault(bucket, []).append(file)
    return [(file,) for file in ordered if file.bytes >= _ALONE_BYTES] + [tuple(g) for _, g in sorted(groups.items())]


def _stages(recipe: Recipe, source: SourceRecipe, folder: Path) -> dict[str, dict[str, Any]]:
    return {
        "licence": {"terms": source.terms},
        "language": {"model": resolve_location(recipe.language.model, folder)},
        "quality": {},
        "phi": {"policy": source.phi_policy},
        "signature": recipe.dedup.signature.model_dump(mode="json"),
        "tokens": {"model": resolve_location(recipe.tokenizer, folder)},
    }


def _find(source: SourceRecipe, folder: Path) -> list[RawInput]:
    """Every raw file of a source, hashed. The same bytes under the same name count once."""
    paths: dict[str, tuple[str, str]] = {}
    for location in source.files:
        found = list(_expand(location, folder))
        if not found:
            hint = "; run `hc4 assets pull demo`" if location.startswith("asset:demo/") else ""
            raise RecipeError(f"source {source.name}: {location!r} matches no file{hint}")
        for path, name in found:
            # A name is bytes: what is no UTF-8 is told with escapes.
            name = name.encode("utf-8", "backslashreplace").decode()  # noqa: PLW2901
            # Overlapping locations and links: one file is read once, under its longest name.
            same = path if "://" in path else os.path.realpath(path)
            paths[same] = max(paths.get(same, (name, path)), (name, path), key=lambda pair: (len(pair[0]), pair))
    with ThreadPoolExecutor(4) as pool:
        files = set(pool.map(_hash, (path for _, path in paths.values()), (name for name, _ in paths.values())))
    by_name: dict[str, RawInput] = {}
    for file in sorted(files):
        other = by_name.setdefault(file.name, file)
        if other.sha256 != file.sha256:
            raise RecipeError(
                f"source {source.name}: {other.path} and {file.path} have one name but different bytes; "
                "rename one, or make them two sources"
            )
    return list(by_name.values())


def _expand(location: str, folder: Path) -> Iterator[tuple[str, str]]:
    """(path, name) of each file a location means; the name is the path below the location's fixed part."""
    path = resolve_location(location, folder)
    if "://" in path:
        system, remote = fsspec.core.url_to_fs(path)
        found = system.find(remote) if system.isdir(remote) else system.glob(remote)
        yield from ((system.unstrip_protocol(each), _name(each, remote)) for each in found)
    elif Path(path).is_file():
        yield path, Path(path).name
    elif Path(path).is_dir():
        yield from ((str(each), each.relative_to(path).as_posix()) for each in Path(path).rglob("*") if each.is_file())
    else:
        base = str(assets_folder() if location.startswith("asset:") else folder)
        inside = path.removeprefix(base) if path.startswith(base) else path
        pattern = glob.escape(path.removesuffix(inside)) + inside
        matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 - absolute patterns, which Path.glob refuses
        fixed = len(path.removesuffix(inside)) + len(re.split(r"[*?\[]", inside)[0].rpartition("/")[0])
        yield from ((each, each[fixed:].lstrip("/")) for each in matches if Path(each).is_file())


def _name(path: str, location: str) -> str:
    """Name of a remote file below the fixed part of its location."""
    root = location.rstrip("/")
    if path == root or re.search(r"[*?\[]", root):
        root = re.split(r"[*?\[]", root)[0].rpartition("/")[0]
    return path.removeprefix(root).lstrip("/")


def _hash(path: str, name: str) -> RawInput:
    with fsspec.open(path, "rb") as stream:
        found = sha256_stream(stream)
        size = stream.seek(0, 2)
    return RawInput(name=name, sha256=found, bytes=size, path=path)
