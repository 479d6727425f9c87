from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Built


@pytest.fixture(scope="module")
def copy(snapshot: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to damage; whoever damages it repairs it."""
    place = tmp_path_factory.mktemp("copy") / "snapshot"
    shutil.copytree(snapshot.folder, place)
    return place
