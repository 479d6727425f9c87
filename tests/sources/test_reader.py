"""Raw files: decompressed by content, damage named."""

from __future__ import annotations

import bz2
import gzip
import random
from pathlib import Path

import pytest
import zstandard

from corpus.errors import RawFileError
from sources.reader import RawFile

CONTENT = random.Random(7).randbytes(3_000_000)


def read_in_pieces(raw: RawFile) -> None:
    with raw.stream() as stream:
        while stream.read(100_000):
            pass


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(CONTENT, id="plain"),
        pytest.param(gzip.compress(CONTENT), id="gzip"),
        pytest.param(gzip.compress(CONTENT[:1000]) + gzip.compress(CONTENT[1000:]), id="two gzip members"),
        pytest.param(zstandard.compress(CONTENT), id="zstd"),
        pytest.param(bz2.compress(CONTENT), id="bz2"),
        pytest.param(bz2.compress(CONTENT[:9]) + bz2.compress(CONTENT[9:]), id="two bz2 streams"),
        pytest.param(zstandard.compress(CONTENT[:9]) + zstandard.compress(CONTENT[9:]), id="two zstd frames"),
    ],
)
def test_content_decides_how_a_file_is_decompressed(tmp_path: Path, stored: bytes) -> None:
    path = tmp_path / "name says nothing"
    path.write_bytes(stored)
    with RawFile(str(path)).stream() as stream:
        assert stream.read() == CONTENT


def test_a_url_is_a_path_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(b"inside"))
    raw = RawFile(path.as_uri())
    assert raw.name == "a.xml.gz"
    with raw.stream() as stream:
        assert stream.read() == b"inside"


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        pytest.param(gzip.compress(CONTENT)[:-2000], "truncated_gzip", id="gzip cut in the data"),
        pytest.param(gzip.compress(CONTENT)[:-3], "truncated_gzip", id="gzip cut in the checksum"),
        pytest.param(gzip.compress(CONTENT)[:5], "truncated_gzip", id="gzip cut in the header"),
        pytest.param(gzip.compress(CONTENT)[:-8] + bytes(8), "corrupt_gzip", id="gzip with a wrong checksum"),
        pytest.param(gzip.compress(CONTENT) + b"more", "corrupt_gzip", id="bytes after the gzip"),
        pytest.param(zstandard.compress(CONTENT)[:-2000], "truncated_zstd", id="zstd cut"),
        pytest.param(zstandard.compress(CONTENT)[:9] + b"\xff" * 99, "corrupt_zstd", id="zstd overwritten"),
        pytest.param(bz2.compress(CONTENT)[:-2000], "truncated_bz2", id="bz2 cut"),
        pytest.param(bz2.compress(CONTENT)[:99] + b"\xff" * 9999, "corrupt_bz2", id="bz2 overwritten"),
        pytest.param(b"", "empty_file", id="no bytes"),
        pytest.param(gzip.compress(b""), "empty_file", id="nothing inside a gzip"),
        pytest.param(zstandard.compress(b""), "empty_file", id="nothing inside a zstd"),
    ],
)
def test_damage_is_named_even_in_the_middle_of_reading(tmp_path: Path, stored: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(stored)
    with pytest.raises(RawFileError) as caught:
        read_in_pieces(RawFile(str(path)))
    assert caught.value.reason == reason


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=r"missing_file: gone\.xml"):
        RawFile(str(tmp_path / "gone.xml")).stream()


def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "zeros.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(100):
            file.write(bytes(1 << 20))
    with pytest.raises(RawFileError, match="decompression_bomb"):
        read_in_pieces(RawFile(str(path)))
