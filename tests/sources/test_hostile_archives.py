"""Archives that mean harm, each read in a process of its own that tells how much memory it held."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.sources.hostile_probe import Case, Outcome, probe

MEGABYTES = 300


def read(path: Path, **options: object) -> Outcome:
    outcome = probe([Case("", "text", str(path), options)])[""]
    assert not outcome.died
    assert outcome.megabytes < MEGABYTES
    return outcome


def sparse(path: Path, head: bytes, size: int, tail: bytes = b"") -> Path:
    """A file of `size` bytes that takes next to no room: `head`, zeros, `tail`."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
        file.seek(size)
        file.write(tail)
    return path


def packed(write: Callable[[tarfile.TarFile], None]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        write(archive)
    return buffer.getvalue()


def added(archive: tarfile.TarFile, name: str, data: bytes, **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(data))


def test_a_large_member_lies_on_disk(tmp_path: Path) -> None:
    header = tarfile.TarInfo("large.txt")
    header.size = 300 << 20
    size = 512 + header.size
    path = sparse(tmp_path / "large.tar", header.tobuf(), size, packed(lambda tar: added(tar, "b.txt", b"words")))
    outcome = read(path, archive="tar", member="*.txt")
    assert (outcome.quarantined, outcome.documents) == (["record_too_large"], 1)


def test_paths_that_lead_out_cost_only_their_members(tmp_path: Path) -> None:
    path = tmp_path / "paths.tar"

    def write(tar: tarfile.TarFile) -> None:
        for name in ("../../etc/cron.d/x", "/etc/passwd", "good.txt"):
            added(tar, name, b"words")
        added(tar, "link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")

    path.write_bytes(packed(write))
    outcome = read(path, archive="tar")
    assert (outcome.quarantined, outcome.documents) == (["unsafe_path"] * 2, 1)
    assert list(tmp_path.iterdir()) == [path]


def test_an_extended_header_is_never_held(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 300 << 20
    path = sparse(tmp_path / "pax.tar", header.tobuf(tarfile.USTAR_FORMAT), 301 << 20)
    assert read(path, archive="tar").refused == "corrupt_tar"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", bytes(200 << 20))
        archive.writestr("good.txt", b"words")
    outcome = read(path, archive="zip")
    assert (outcome.quarantined, outcome.documents) == (["decompression_bomb"] * 3, 1)


def test_a_zip_that_lies_about_its_sizes_is_found_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lie.txt", bytes(200 << 20))
        archive.writestr("good.txt", b"words")
    data = buffer.getvalue().replace((200 << 20).to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    path = tmp_path / "lie.zip"
    path.write_bytes(data)
    outcome = read(path, archive="zip")
    assert (outcome.quarantined, outcome.documents) == (["corrupt_member"], 1)


def test_an_archive_in_itself_ends(tmp_path: Path) -> None:
    data = b"words"
    for level in range(6):
        data = packed(lambda tar, data=data, level=level: added(tar, f"{level}.tar", data))  # type: ignore[misc]
    path = tmp_path / "deep.tar"
    path.write_bytes(data)
    assert read(path, archive="auto").quarantined == ["archive_too_deep"]


def test_many_tiny_members_are_counted_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "many.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(20_000):
            added(archive, f"{number}.bin", b"")
    assert read(path, archive="tar", member="*.txt", max_members=10_000).refused == "too_many_members"
