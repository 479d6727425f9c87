from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.fetch.web import Web
from tests.sources.fetch.loopback import FakeClock, Loopback, loopback
from tests.sources.fetch.one_file import NAME, PATH
from tests.sources.material import demo_file


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("HC4_CONTACT", raising=False)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def web(clock: FakeClock) -> Web:
    return Web("hc4/test", per_second=1000, clock=clock, timeout=0.3)


@pytest.fixture
def original() -> Path:
    """A real article of 117 kB."""
    return demo_file(NAME)


@pytest.fixture
def body(original: Path, server: Loopback) -> bytes:
    """Its bytes, served."""
    content = original.read_bytes()
    server.serve(PATH, content)
    return content
