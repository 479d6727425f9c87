"""Attacks that any format allows, as what each makes of a form. `hostile_formats` has those of one format."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa

from tests.sources.hostile_forms import Form

SECRET = "Zweig-Ottokar-77"
"""Stands in hostile records: no reason, detail or output may repeat it."""
WORDS = f"The words of {SECRET} are many."


@dataclass(frozen=True)
class Attack:
    """A hostile file and what may come of it."""

    name: str
    data: bytes
    harmless: bool = False
    """It may also be read as a document: a right reading exists."""
    whole: bool = False
    """No good record stands beside it."""
    megabytes: int = 100
    """What reading may hold beside the reader itself, however large the attack."""


Maker = Callable[[Form], Iterable[Attack]]
ATTACKS: dict[str, Maker] = {}


def attack(make: Maker) -> Maker:
    ATTACKS[make.__name__.replace("_", " ")] = make
    return make


def all_attacks(form: Form) -> Iterator[Attack]:
    for family, make in ATTACKS.items():
        for one in make(form):
            yield Attack(**{**vars_of(one), "name": f"{family}: {one.name}" if one.name else family})


def vars_of(one: Attack) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Attack.__dataclass_fields__}


# --- files of nothing, of another kind, cut off


def gzipped(data: bytes) -> bytes:
    """The same bytes at any hour: a clock in a header once looked like the end of a line."""
    return gzip.compress(data, mtime=0)


@attack
def nothing(form: Form) -> Iterator[Attack]:
    for name, data in {
        "no byte": b"",
        "white space": b" \t\r\n" * 2000,
        "NULs": bytes(5000),
        "a line end": b"\n",
        "a BOM": b"\xef\xbb\xbf",
        "gzip of nothing": gzipped(b""),
        "zstd of nothing": bytes.fromhex("28b52ffd2000010000"),
    }.items():
        yield Attack(name, data, whole=True)


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde" + bytes(range(256)) * 40


@attack
def wrong_format(form: Form) -> Iterator[Attack]:
    for name, data in {
        "png": PNG,
        "elf": b"\x7fELF" + bytes(range(256)) * 20,
        "pickle": b"\x80\x04\x95" + bytes(range(256)),
        "html": b"<html><body><h1>404</h1></body></html>",
        "json": b'{"error": "rate limited"}',
        "number": b"42",
        "json string": b'"x"',
        "json list": b"[1, null, [], {}]",
        "xml": b"<x/>",
        "sqlite": b"SQLite format 3\0" + bytes(99),
        "sevenzip": b"7z\xbc\xaf\x27\x1c" + bytes(range(256)),
        "zip unasked": zipped({"a": b"x"}),
    }.items():
        yield Attack(name, data, whole=True, harmless=True)


@attack
def truncated(form: Form) -> Iterator[Attack]:
    whole = form.around(form.record(4, WORDS.encode()))
    yield Attack("half", whole[: len(whole) // 2], harmless=True, whole=True)
    body = b"".join(form.file([form.good(1)]) for _ in range(200)) if form.kind == "lines" else whole
    for codec, packed in (("gzip", gzipped(body)), ("bz2", bz2.compress(body)), ("zstd", zstd(body))):
        yield Attack(f"{codec} cut", packed[: len(packed) // 2])
        flipped = bytearray(packed)
        flipped[len(flipped) // 2] ^= 0x55
        yield Attack(f"{codec} flipped", bytes(flipped), harmless=codec == "zstd", whole=codec == "zstd")
        yield Attack(f"{codec} in {codec}", COMPRESS[codec](COMPRESS[codec](body)), whole=True)


# --- bombs


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


COMPRESS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzipped, "bz2": bz2.compress, "zstd": zstd}


@cache
def zeros(codec: str, megabytes: int) -> bytes:
    if codec == "gzip":
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
            for _ in range(megabytes):
                file.write(bytes(1 << 20))
        return buffer.getvalue()
    if codec == "bz2":
        packer = bz2.BZ2Compressor()
        return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(megabytes)), packer.flush()])
    return zstd(bytes(megabytes << 20))


@attack
def bomb(form: Form) -> Iterator[Attack]:
    for codec in ("gzip", "zstd"):
        yield Attack(codec, zeros(codec, 300), whole=True)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tarred(members: Iterable[tuple[str | tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


# --- text that is none


BYTES = {
    "invalid UTF-8": b"caf\xe9 \xff\xfe \xc3\x28",
    "overlong UTF-8": b"\xc0\xaf \xe0\x80\xaf",
    "surrogate in UTF-8": b"\xed\xa0\x80 \xed\xbf\xbf",
    "beyond Unicode": b"\xf4\x90\x80\x80 \xf8\x88\x80\x80\x80",
    "NUL": b"a\0b\0\0c",
    "controls": bytes(range(1, 9)) + b"\x0b\x0c\x0e\x1b[31m\x7f",
    "C1 controls": "\x80\x85\x9b31m".encode(),
    "direction and width": "\u202e\u200b\ufeff\u2066\U000e0041\ufff9".encode(),
    "noncharacters": "\ufffe\uffff\U0001fffe".encode(),
    "a thousand marks on a letter": ("e" + "\u0301\u0316" * 5000).encode(),
}


@attack
def characters(form: Form) -> Iterator[Attack]:
    for name, data in BYTES.items():
        record = form.record(4, WORDS.encode() + b" " + data)
        yield Attack(name, form.around(record), harmless=True)


@attack
def encoding(form: Form) -> Iterator[Attack]:
    if form.reader in {"parquet", "pdf"}:
        return
    text = form.around(form.record(4, WORDS.encode())).decode()
    for codec in ("utf-16", "utf-16-be", "utf-32", "cp037", "utf-8-sig"):
        yield Attack(codec, text.encode(codec), harmless=True, whole=True)
    if form.kind == "xml":
        for stated in ("UTF-16", "EBCDIC-CP-US", "x-unknown", "UTF-7", "ISO-8859-1", "a" * 5000):
            yield Attack(
                f"stated {stated[:12]}",
                f'<?xml version="1.0" encoding="{stated}"?>{text}'.encode(),
                harmless=True,
                whole=True,
            )


# --- what costs more time or memory than its size


TOKENS = (
    "[",
    "(",
    "{{",
    "{|",
    "{%",
    "{:",
    "<",
    "<a ",
    "<!--",
    "</",
    "'''",
    "==",
    "== ",
    " ",
    "\t",
    "\n",
    "\n ",
    " \n",
    "&",
    "&#",
    "\\",
    '"',
    "'",
    "`",
    "*",
    "> ",
    "- ",
    "![",
    "](",
    "| ",
    "1,",
    "[1",
    "(1, ",
    "see ",
    "http://a",
    "a@",
    "a.",
    "1 ",
    "http:// ",
    ": ",
    "(Click here",
    "; ",
    "- a\n",
    "a\t",
    "\u00a0",
    "\u2022 ",
    ".\u2009",
    "Manufactured by ",
    "Revised: ",
    "and ",
    "\u00ad",
    "_",
    "//",
    "a: ",
    "#",
    "(,",
    "x" * 9 + ":",
    "e\u0301",
    "[[",
    "]]",
    "{{a|",
    "[http://a ",
    "A-1 ",
    "\r",
    "x: y 123456789012 ",
)


@attack
def repeated(form: Form) -> Iterator[Attack]:
    """A hundred thousand characters of one sign after another: who looks far ahead from each of them hangs."""
    records = []
    for token in TOKENS:
        text = (token * (100_000 // len(token))).encode()
        if form.kind == "xml":
            text = text.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        elif form.kind == "json":
            text = json.dumps(text.decode())[1:-1].encode()
        elif form.kind == "csv":
            text = text.replace(b'"', b'""')
        record = form.record(len(records) + 10, text)
        records.append(record)
        if form.reader in {"html", "markdown", "e3c"}:
            yield Attack(repr(token), form.around(record), harmless=True)
    if form.many:
        yield Attack("", form.around(*records), harmless=True)


def opened(name: str, times: int) -> bytes:
    return b"<%s>" % name.encode() * times


@attack
def nesting(form: Form) -> Iterator[Attack]:
    deep = 100_000
    for depth in (500, deep):
        if form.kind == "xml":
            inner = b"<sec>" * depth + SECRET.encode() + b"</sec>" * depth
            yield Attack(f"xml {depth}", form.around(form.record(4, inner)), harmless=True)
            yield Attack(f"xml {depth} open", form.around(form.record(4, b"<p>" * depth)))
        if form.kind == "json":
            for name, a, b in (("lists", b"[", b"]"), ("objects", b'{"a":', b"}")):
                value = a * depth + b"1" + b * depth
                record = form.record(4, WORDS.encode())
                record = record[: record.rindex(b"}")] + b', "extension": ' + value + b"}"
                if form.reader == "fhir" and b'{"resource"' in record:
                    record = (
                        b'{"resource": ' + form.record(4, WORDS.encode())[13:-2] + b', "extension": ' + value + b"}}"
                    )
                yield Attack(f"{name} {depth}", form.around(record), harmless=True)
            yield Attack(f"open {depth}", form.around(b'{"a":' * depth))
        if form.kind == "text" or (form.reader == "fhir" and form.kind == "json"):
            for tag in ("div", "table", "ul><li"):
                text = f"<{tag}>" * depth + SECRET
                if form.kind == "json":
                    text = json.dumps(text)[1:-1]
                yield Attack(f"<{tag}> {depth}", form.around(form.record(4, text.encode())), harmless=True)
        if form.reader == "mediawiki":
            for token in ("{{a|", "[[a|", "{|\n|", "&lt;ref>", "''", "*", "{{{a|"):
                yield Attack(f"{token!r} {depth}", form.around(form.record(4, token.encode() * depth)), harmless=True)


@attack
def long_values(form: Form) -> Iterator[Attack]:
    """What is not the text is long: an id, a title, a name of a column or an element, an attribute."""
    long = 3_000_000
    name = b"x" * long
    good = form.record(4, WORDS.encode())
    if form.kind == "xml":
        yield Attack("attribute", form.around(good.replace(b">", b' a="%s">' % name, 1)), harmless=True)
        yield Attack("attribute of 12 MB", form.around(good.replace(b">", b' a="%s">' % (name * 4), 1)), harmless=True)
        yield Attack("element", form.around(form.record(4, b"<%s/>" % name)), harmless=True)
        yield Attack("namespace", form.around(form.record(4, b'<a xmlns="%s"/>' % name)), harmless=True)
        yield Attack("comment", form.around(form.record(4, b"<!--%s-->" % name)), harmless=True)
        yield Attack("instruction", form.around(form.record(4, b"<?a %s?>" % name)), harmless=True)
        yield Attack("text node of 12 MB", form.around(form.record(4, name * 4)), harmless=True, megabytes=250)
        many = b" ".join(b'a%d=""' % number for number in range(50_000))
        yield Attack("many attributes", form.around(form.record(4, b"<a %s/>" % many)), harmless=True)
    elif form.kind == "json":
        yield Attack("key", form.around(good.replace(b"{", b'{"%s": 1, ' % name, 1)), harmless=True)
        for key, value in leaves(good):
            changed = good.replace(b'"%s": %s' % (key, value), b'"%s": "%s"' % (key, name), 1)
            yield Attack(f"value of {key.decode()}", form.around(changed), harmless=True)
    elif form.kind == "csv":
        yield Attack("id", form.around(name + good[1:]), harmless=True)
        yield Attack("header", name + b"," + form.around(good), whole=True)
        yield Attack("header of 70 MB", b"x" * (70 << 20) + b"\n" + form.around(good), whole=True, megabytes=300)
        yield Attack("many columns", form.around(b"," * long), megabytes=400)


def leaves(record: bytes) -> list[tuple[bytes, bytes]]:
    return re.findall(rb'"(\w+)": ("[^"]*"|\d+|\[[^\[\]]*\])', record)
