from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from manifests.model import Manifest
from manifests.snapshot import Snapshot
from tests.pipelines.building import build, hc4
from tests.pipelines.small import SmallCorpus, assets_are_here, write_small_corpus

# A first example may compile a kernel or load a model, which takes seconds.
settings.register_profile("hc4", deadline=None)
settings.load_profile("hc4")


@dataclass(frozen=True)
class Built:
    """A finished build: the snapshot, and the work folder it came from."""

    folder: Path
    work: Path
    manifest: Manifest


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their place: archives hold the hour they were packed at, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


LONG = (
    "pipelines/test_chaos.py",
    "pipelines/test_determinism.py",
    "pipelines/test_phi_leaks.py",
    "pipelines/test_deduplicate.py",
    "pipelines/test_kit.py",
    "pipelines/test_shortened_build.py",
    "pipelines/test_takedown.py",
    "manifests/test_verify.py",
    "manifests/test_forgery.py",
    "sources/test_hostile.py",
)
"""Files that take longest: begun first, so that no worker is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, all else in its order."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> SmallCorpus:
    """Raw files and recipe of the small corpus. Read it, never write it."""
    if not assets_are_here():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    return write_small_corpus(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def snapshot(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The small corpus, built once with the inline engine. Read it; who changes a file puts it back."""
    folder = tmp_path_factory.mktemp("built")
    manifest = build(small_corpus.recipe_file, folder / "snapshot", folder / "work")
    return Built(folder / "snapshot", folder / "work", manifest)


@dataclass(frozen=True)
class Typed(Built):
    """A build by the command in a process of its own, all it printed, and how long it took."""

    printed: str
    seconds: float


def typed_build(corpus: SmallCorpus, place: Path, *options: object) -> Typed:
    """`hc4 build` as people type it, below `place`."""
    began = time.monotonic()
    done = hc4("build", corpus.recipe_file, *options, "--output", "typed", home=place / "home", cwd=place)
    assert done.returncode == 0, done.stderr
    manifest = Snapshot.open(place / "typed").manifest
    work = place / ".hc4" / "work"
    return Typed(place / "typed", work, manifest, done.stdout + done.stderr, time.monotonic() - began)


@pytest.fixture(scope="session")
def typed(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The small corpus, built once by the command with the inline engine."""
    return typed_build(small_corpus, tmp_path_factory.mktemp("typed"), "--engine", "inline")


@pytest.fixture(scope="session")
def by_ray(small_corpus: SmallCorpus, tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The small corpus, built once by the command with Ray and two workers."""
    return typed_build(small_corpus, tmp_path_factory.mktemp("ray"), "--engine", "ray", "--workers", 2)
