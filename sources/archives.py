"""Archives (`.tar`, `.tar.gz`, `.zip`, and archives inside them) read member by member with any reader.

Every reader takes the options of `ArchiveOptions` beside its own: `{archive: tar, member: "*.nxml"}`.
"""

from __future__ import annotations

import io
import stat
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from corpus.digest import Json
from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.limits import Limits
from sources.reader import RawFile, Reader
from sources.tar import tar_members

VERSION = 1
_KINDS = ("auto", "tar", "zip")
_COPY = 1 << 20
_IN_MEMORY = 8 << 20
_MAX_DIRECTORY = 32 << 20
_HELD_RECORDS = 10_000
_HELD_CHARACTERS = 64 << 20
_RATIO_FLOOR = 16 << 20
_BOMB_FLOOR = 1 << 30
_ENCRYPTED = 0x1
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh")


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """What of an archive is read, and how much it may hold."""

    archive: str = "auto"
    """`tar` or `zip` (a file that is neither is refused), or `auto`: a file that is no archive is read as it is."""
    member: str = "*"
    """Pattern of the paths that are read; `*` also stands for slashes."""
    max_members: int | None = None
    """Of this source alone, in place of `limits.members`; so the next two."""
    max_member_bytes: int | None = None
    max_total_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.archive not in _KINDS:
            raise ValueError(f"archive: {self.archive!r} is none of {', '.join(_KINDS)}")


OPTIONS = frozenset(one.name for one in fields(ArchiveOptions))


@dataclass(frozen=True, slots=True)
class MemberFile(RawFile):
    """A member of an archive, as a raw file of its own: its bytes lie in memory, or on disk if they are many."""

    content: BinaryIO
    offset: int | None
    """Where its data start in the decompressed archive (tar), or its header in the file (zip)."""

    @property
    def label(self) -> str:
        """See `RawFile.label`."""
        return self.path

    def open(self) -> BinaryIO:
        """See `RawFile.open`."""
        self.content.seek(0)
        if not self.content.read(1):
            raise RawFileError("empty_file")
        self.content.seek(0)
        return cast(BinaryIO, _Lent(self.content))


class _Lent(io.BufferedIOBase):
    """A stream that its borrower may close without harm."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._stream.read(-1 if size is None else size)

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class ArchiveReader:
    """Another reader, over the members of archives. `Document.member` is the path inside the raw file.

    Memory is that of the other reader, and of one member's records: a member found damaged takes its records with it.
    """

    def __init__(self, reader: Reader, options: ArchiveOptions = ArchiveOptions()) -> None:
        """`reader` reads the members."""
        self._reader = reader
        self._options = options
        self.name = reader.name
        self.version = reader.version
        self.doc_types = reader.doc_types
        self.section_policy = reader.section_policy
        self.known_losses = reader.known_losses
        self.states = reader.states | {"member", "offset"}

    @property
    def config(self) -> Json:
        """The other reader's options and ours."""
        return {"members": self._reader.config, "archive": {"version": VERSION, **asdict(self._options)}}

    def read(self, raw: RawFile, facts: Counter[str]) -> Iterator[Record]:
        """Records of every member that fits the pattern, numbered through. A member that cannot be read is quarantined
        with the reason of its `RawFileError`, or as `unsafe_path`, `encrypted_member`, `member_too_large`,
        `decompression_bomb`, `corrupt_member`, `archive_too_deep`.

        Raises:
            RawFileError: `not_an_archive`, `no_member` (none fits the pattern), `too_many_members`,
                `archive_too_large`, `corrupt_zip`, `zip_directory_too_large`, those of `sources.tar.tar_members`,
                `archive_bomb`,
                `member_damaged_late` (more of its records were given than can be held back), or as `RawFile.stream`.
        """
        kind = _kind(raw)
        if kind is None or self._options.archive not in {"auto", kind}:
            if self._options.archive != "auto":
                raise RawFileError("not_an_archive", self._options.archive)
            yield from self._reader.read(raw, facts)
            return
        facts.update(dict.fromkeys(("members", "members_read", "members_refused"), 0))
        state = _State(facts, self._limits(raw.limits), _size(raw))
        yield from self._archive(raw, kind, "", 0, state)
        if not facts["members_read"] and not facts["members_refused"]:
            raise RawFileError("no_member", self._options.member)

    def _limits(self, limits: Limits) -> Limits:
        own = self._options
        return replace(
            limits,
            members=limits.members if own.max_members is None else own.max_members,
            member_bytes=limits.member_bytes if own.max_member_bytes is None else own.max_member_bytes,
            archive_bytes=limits.archive_bytes if own.max_total_bytes is None else own.max_total_bytes,
        )

    def _archive(self, raw: RawFile, kind: str, inside: str, depth: int, state: _State) -> Iterator[Record]:
        members = self._tar(raw, inside, state) if kind == "tar" else self._zip(raw, inside, state)
        for member in members:
            if isinstance(member, Quarantined):
                state.facts["members_refused"] += 1
                yield replace(member, record=state.next_record())
                continue
            with member.content:
                nested = _kind(member)
                if nested is None:
                    if fnmatchcase(member.path, self._options.member):
                        yield from self._member(member, state)
                elif depth + 1 < state.limits.archive_depth:
                    yield from self._nested(member, nested, depth, state)
                else:
                    state.facts["members_refused"] += 1
                    yield Quarantined(record=state.next_record(), reason="archive_too_deep", offset=member.offset)

    def _nested(self, member: MemberFile, kind: str, depth: int, state: _State) -> Iterator[Record]:
        """An archive in an archive (one label's zip in a zip of labels); a damaged one costs itself."""
        try:
            yield from self._archive(member, kind, f"{member.path}/", depth + 1, state)
        except RawFileError as error:
            if error.reason in {"too_many_members", "archive_too_large", "member_damaged_late", "archive_bomb"}:
                raise
            state.facts["members_refused"] += 1
            yield Quarantined(record=state.next_record(), reason=error.reason, detail=error.detail)

    def _member(self, member: MemberFile, state: _State) -> Iterator[Record]:
        """Records of one member, held back until it is read to its end."""
        state.facts["members_read"] += 1
        member.content.seek(0)
        plain = not member.content.read(4).startswith(_COMPRESSED)
        own: Counter[str] = Counter()
        held: list[Record] = []
        weight, late = 0, False
        first = state.record
        try:
            for found in self._reader.read(member, own):
                held.append(_placed(found, member, first, plain))
                weight += len(found.text) if isinstance(found, Document) else 0
                if weight > _HELD_CHARACTERS or len(held) > _HELD_RECORDS:
                    late = True
                    state.take(held)
                    yield from held
                    held, weight = [], 0
        except RawFileError as error:
            if late:
                raise RawFileError("member_damaged_late", str(error)) from error
            yield Quarantined(
                record=state.next_record(), reason=error.reason, detail=error.detail, offset=member.offset
            )
            return
        state.facts.update(own)
        state.take(held)
        yield from held

    def _tar(self, raw: RawFile, inside: str, state: _State) -> Iterator[MemberFile | Quarantined]:
        with raw.stream() as stream:
            for member in tar_members(stream):
                path = inside + member.name
                state.count(member.size)
                if (reason := _refusal(member.name, member.size, state.limits)) is not None:
                    yield Quarantined(record=None, reason=reason, offset=member.offset)
                elif self._wanted(path):
                    state.unpack(member.size)
                    yield MemberFile(path, _kept(member.read), member.offset, limits=state.limits)

    def _zip(self, raw: RawFile, inside: str, state: _State) -> Iterator[MemberFile | Quarantined]:
        with raw.open() as stream:
            _check_directory(stream)
            try:
                archive = zipfile.ZipFile(stream)
            except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
                raise RawFileError("corrupt_zip", type(error).__name__) from None
            with archive:
                for info in archive.infolist():
                    if info.is_dir():
                        continue
                    path = inside + info.filename
                    state.count(info.file_size)
                    reason = _refusal(info.filename, info.file_size, state.limits)
                    if reason is None and info.flag_bits & _ENCRYPTED:
                        reason = "encrypted_member"
                    ratio = state.limits.decompression_ratio
                    if reason is None and info.file_size > max(_RATIO_FLOOR, ratio * info.compress_size):
                        reason = "decompression_bomb"
                    if reason is None and stat.S_ISLNK(info.external_attr >> 16):
                        continue  # as in a tar
                    if reason is not None:
                        yield Quarantined(record=None, reason=reason, offset=info.header_offset)
                    elif self._wanted(path):
                        state.unpack(info.file_size)
                        yield _unzipped(archive, info, path, state.limits)

    def _wanted(self, path: str) -> bool:
        """Whether the path fits, or may be an archive whose members do."""
        return fnmatchcase(path, self._options.member) or path.lower().endswith((".zip", ".tar", ".tar.gz", ".tgz"))


class _State:
    """Where reading an archive stands, through all archives inside it."""

    def __init__(self, facts: Counter[str], limits: Limits, stored: int) -> None:
        self.facts = facts
        self.limits = limits
        self.record = 0
        self._stored = stored
        self._bytes = self._unpacked = 0

    def next_record(self) -> int:
        self.record += 1
        return self.record - 1

    def take(self, records: list[Record]) -> None:
        """Number on after these."""
        numbers = [one.record for one in records if isinstance(one, Document | Quarantined) and one.record is not None]
        self.record = max([self.record, *(number + 1 for number in numbers)])

    def count(self, size: int) -> None:
        """A member was met."""
        self.facts["members"] += 1
        self._bytes += size
        if self.facts["members"] > self.limits.members:
            raise RawFileError("too_many_members", f"over {self.limits.members}")
        if self._bytes > self.limits.archive_bytes:
            raise RawFileError("archive_too_large", f"over {self.limits.archive_bytes} bytes")

    def unpack(self, size: int) -> None:
        """A member will be unpacked. Members that share their bytes, or are bombs of a size just allowed, show here."""
        self._unpacked += size
        if self._unpacked > max(_BOMB_FLOOR, self.limits.decompression_ratio * self._stored):
            raise RawFileError("archive_bomb", f"over {self.limits.decompression_ratio} times its size")


def with_archives(reader: Reader, options: Mapping[str, Any]) -> Reader:
    """`reader` over archives. `options`: fields of `ArchiveOptions`.

    Raises:
        ValueError: a value is none that the field takes.
    """
    return cast(Reader, ArchiveReader(reader, ArchiveOptions(**options)))


def _kind(raw: RawFile) -> str | None:
    """`tar`, `zip` or None, by content."""
    with suppress(RawFileError), raw.open() as stream:
        if stream.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}:
            return "zip"
    with suppress(RawFileError), raw.stream() as stream:
        if stream.read(512)[257:262] == b"ustar":
            return "tar"
    return None


def _size(raw: RawFile) -> int:
    with raw.open() as stream:
        return stream.seek(0, io.SEEK_END)


def _refusal(name: str, size: int, limits: Limits) -> str | None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts or path.parts[0][1:2] == ":":
        return "unsafe_path"
    return "member_too_large" if size > limits.member_bytes else None


def _placed(found: Record, member: MemberFile, first: int, plain: bool) -> Record:
    """The record with its number, member and offset in the archive."""
    if not isinstance(found, Document | Quarantined):
        return found
    offset = member.offset
    if plain and offset is not None and found.offset is not None:
        offset += found.offset
    record = first + (found.record or 0)
    if isinstance(found, Quarantined):
        return replace(found, record=record, offset=offset)
    found.record, found.offset = record, offset
    # Names are bytes: what is no UTF-8, or nothing that can be shown, is told with escapes.
    found.member = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in member.path)
    return found


def _kept(read: Any) -> BinaryIO:
    kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the caller closes it
    try:
        while data := read(_COPY):
            kept.write(data)
    except BaseException:
        kept.close()
        raise
    return cast(BinaryIO, kept)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, limits: Limits) -> MemberFile | Quarantined:
    """A member's bytes. `zipfile` stops at the size the directory states, and compares the checksum."""
    try:
        with archive.open(info) as stream:
            return MemberFile(path, _kept(stream.read), info.header_offset, limits=limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, struct.error, ValueError) as error:
        return Quarantined(record=None, reason="corrupt_member", detail=type(error).__name__, offset=info.header_offset)


def _check_directory(stream: BinaryIO) -> None:
    """`zipfile` reads the whole central directory into memory: how large is it said to be?"""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise RawFileError("corrupt_zip", "no end of central directory: perhaps truncated")
    length = struct.unpack_from("<L", tail, at + 12)[0]
    if length == 0xFFFFFFFF and at >= 20 + 56:
        far = tail.rfind(b"PK\x06\x06", 0, at)
        length = struct.unpack_from("<Q", tail, far + 40)[0] if far >= 0 else length
    if length > _MAX_DIRECTORY:
        raise RawFileError("zip_directory_too_large", f"{length} bytes")
    stream.seek(0)
