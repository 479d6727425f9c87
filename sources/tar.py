"""Members of a tar stream, front to back, in constant memory.

`tarfile` takes a damaged header for the end of the archive, keeps every member it saw, and reads extended headers of
any size into memory. This walks the same blocks (its `TarInfo.frombuf` decodes them) and says what is wrong.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from corpus.errors import RawFileError

_BLOCK = 512
_COPY = 1 << 20
_EXTENDED = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
_LONG = {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
_FILES = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}
_EMPTY = {
    tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE,
}  # fmt: skip
_MAX_EXTENDED = 1 << 20


@dataclass(slots=True)
class TarMember:
    """One regular file; `read` it before the next member is asked for."""

    name: str
    size: int
    offset: int
    """Where its data start in the decompressed stream."""
    _stream: BinaryIO
    _left: int

    def read(self, size: int) -> bytes:
        """Up to `size` bytes more; none at its end.

        Raises:
            RawFileError: `truncated_tar`.
        """
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        if not data and self._left and size:
            raise RawFileError("truncated_tar", f"in the member at byte {self.offset}")
        return data

    def skip(self) -> None:
        """Go to its end."""
        while self.read(_COPY):
            pass


def tar_members(stream: BinaryIO) -> Iterator[TarMember]:
    """The regular files of a tar stream, in order; links, folders and devices are passed over.

    Raises:
        RawFileError: `truncated_tar` (also one without its two closing blocks), `corrupt_tar` (a header whose checksum
            is wrong, an extended header over 1 MB), `unsupported_tar` (a sparse member).
    """
    at = 0
    name: str | None = None
    size: int | None = None
    while True:
        block = stream.read(_BLOCK)
        at += len(block)
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (tarfile.HeaderError, ValueError) as error:
            if len(block) == _BLOCK and not block.strip(b"\0"):
                return
            reason = "truncated_tar" if len(block) < _BLOCK else "corrupt_tar"
            raise RawFileError(reason, f"header at byte {at - len(block)}") from error
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise RawFileError("unsupported_tar", "sparse member")
        if header.type in _EXTENDED | _LONG:
            stored = header.size
            if not 0 <= stored <= _MAX_EXTENDED:
                raise RawFileError("corrupt_tar", f"header at byte {at - _BLOCK}")
            data = stream.read(stored)
            if len(data) < stored:
                raise RawFileError("truncated_tar", f"after byte {at}")
            if header.type == tarfile.GNUTYPE_LONGNAME:
                name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif header.type in {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}:
                stated = _pax(data)
                name, size = stated.get("path", name), int(stated["size"]) if "size" in stated else size
        else:
            stored = 0 if header.type in _EMPTY else header.size if size is None else size
            if stored < 0:
                raise RawFileError("corrupt_tar", f"header at byte {at - _BLOCK}")
            member = TarMember(name or header.name, stored, at, stream, stored)
            name = size = None
            if header.type in _FILES:
                yield member
            member.skip()
        padding = -stored % _BLOCK
        if len(stream.read(padding)) < padding:
            raise RawFileError("truncated_tar", f"after byte {at + stored}")
        at += stored + padding


def _pax(data: bytes) -> dict[str, str]:
    """Records `length key=value\\n` of an extended header (POSIX.1-2001)."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data):
        length, _, _ = data[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) <= len(length) + 1 or at + int(length) > len(data):
            raise RawFileError("corrupt_tar", "extended header")
        key, _, value = data[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        if key == b"size" and not (value.isdigit() and len(value) <= 20):
            raise RawFileError("corrupt_tar", "extended header")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        at += int(length)
    return found
