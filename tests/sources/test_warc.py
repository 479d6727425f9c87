"""Web archives: pages in, everything else with a reason."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.document import Document, Quarantined, Record
from corpus.errors import RawFileError
from sources.warc import WarcReader
from tests.sources.material import kit_files, records

PAGE = "<html lang='en'><body><nav>Home</nav><main><h1>Fever</h1><p>Café for children.</p></main></body></html>"


def archive(*captures: tuple[str, str, bytes, dict[str, str]], packed: bool = False) -> bytes:
    """A WARC of responses: address, status line, body, headers. `packed`: one gzip member a record."""
    made = []
    for number, (url, status, body, headers) in enumerate(captures):
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        http = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body
        made.append(
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Target-URI: {url}\r\n"
            f"WARC-Date: 2024-05-18T01:58:10Z\r\nContent-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n".encode()
            + http
            + b"\r\n\r\n"
        )
    return b"".join(gzip.compress(one) if packed else one for one in made)


def page(url: str = "https://a.example/", **headers: str) -> tuple[str, str, bytes, dict[str, str]]:
    return url, "200 OK", PAGE.encode(), {"Content-Type": "text/html; charset=utf-8"} | headers


def read(tmp_path: Path, data: bytes, **options: Any) -> tuple[list[Record], Counter[str]]:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    return records(WarcReader(**options), path)


def outcome(found: list[Record]) -> list[str]:
    return [
        (one.no_text or "page") if isinstance(one, Document) else one.reason
        for one in found
        if isinstance(one, Document | Quarantined)
    ]


def test_every_capture_of_the_kit_is_accounted_for() -> None:
    files = kit_files("web_archive", "*/*")
    outcomes: Counter[str] = Counter()
    for path in files:
        found, facts = records(WarcReader(), path)
        outcomes.update(outcome(found))
        assert facts["records"] == len(found)
        for one in found:
            assert not isinstance(one, Document) or "<" not in one.text[:200]
    assert len(files) == 23
    assert outcomes == {
        "not_html": 28,
        "page": 20,
        "http_redirect": 10,
        "revisit": 4,
        "truncated_record": 1,
        "malformed_record": 1,
    }


def test_records_are_those_that_warcio_finds_by_itself() -> None:
    """warcio reads the stored bytes, the reader decompressed ones."""
    for path in kit_files("web_archive", "w*/*.warc.gz"):
        if "bad" in path.name or "wrong" in path.name:
            continue
        with path.open("rb") as stream:
            expected = [
                one.rec_headers.get_header("WARC-Target-URI")
                for one in ArchiveIterator(stream)
                if one.rec_type in {"response", "resource", "revisit", "conversion"}
            ]
        assert [one.url for one in records(WarcReader(), path)[0] if isinstance(one, Document)] == expected


@pytest.mark.parametrize("form", ["warc", "warc.gz"])
def test_a_real_capture_keeps_its_article_and_licence(form: str) -> None:
    (path,) = kit_files("web_archive", f"*/whirlwind.{form}")
    ((found,), facts) = records(WarcReader(), path)
    assert isinstance(found, Document)
    assert "Escopete ye un municipio d'a provincia de Guadalachara" in found.text
    assert "Asturianu" not in found.text
    assert not re.search(r"\[1\]|\u2191|Codigo postal|^Referencias", found.text, re.M)
    assert "\n\nVinclos externos\n\n- " in found.text
    assert (found.native_id, found.language) == ("https://an.wikipedia.org/wiki/Escopete", "an")
    assert found.licence_raw == "https://creativecommons.org/licenses/by-sa/4.0/deed.an"
    assert facts["other_records"] == 3


def test_lines_of_links_are_menus() -> None:
    (path,) = kit_files("web_archive", "*/IAH-20080430204825-00000-blackbook-truncated.warc.gz")
    texts = [one.text for one in records(WarcReader(), path)[0] if isinstance(one, Document)]
    (front,) = [text for text in texts if "Welcome to the Archive" in text]
    assert "Moving Images | Texts | Audio" not in front


def test_offsets_lead_to_the_record(tmp_path: Path) -> None:
    data = archive(page(), page("https://b.example/"))
    for packed in (data, gzip.compress(data), archive(page(), page("https://b.example/"), packed=True)):
        found, _ = read(tmp_path, packed)
        whole = gzip.decompress(packed) if packed[:1] == b"\x1f" else packed
        assert [whole[one.offset :].startswith(b"WARC/1.0") for one in found if isinstance(one, Document)] == [True] * 2


def test_reading_twice_gives_the_same_even_for_arc() -> None:
    for path in kit_files("web_archive", "*/*.arc*"):
        assert records(WarcReader(), path) == records(WarcReader(), path)


@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        (page(), "page"),
        (("http://x.example/", "404 Not Found", b"<p>gone</p>", {"Content-Type": "text/html"}), "http_error"),
        (("http://x.example/", "301 Moved", b"", {"Location": "/"}), "http_redirect"),
        (("http://x.example/", "200 OK", b"%PDF", {"Content-Type": "application/pdf"}), "not_html"),
        (("http://x.example/", "200 OK", b"", {"Content-Type": "text/html"}), "no_main_content"),
        (("http://x.example/", "200 OK", b"<p>" + b"x" * 9000, {"Content-Type": "text/html"}), "record_too_large"),
        (("http://x.example/", "200 OK", gzip.compress(bytes(10 << 20)),
          {"Content-Type": "text/html", "Content-Encoding": "gzip"}),
         "record_too_large"),
        (("http://x.example/", "200 OK", b"<div>" * 1500 + b"x", {"Content-Type": "text/html"}), "nested_too_deep"),
    ],
)  # fmt: skip
def test_a_capture_is_a_page_or_says_why_not(tmp_path: Path, capture: Any, expected: str) -> None:
    found, facts = read(tmp_path, archive(capture, page("http://last.example/")), max_record_bytes=8000)
    assert outcome(found) == [expected, "page"]
    assert facts["records"] == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PAGE.encode("cp1252"), {"Content-Type": "text/html; charset=ISO-8859-1"}),
        (PAGE.encode("cp1252"), {"Content-Type": "text/html"}),
        (PAGE.encode("utf-16"), {"Content-Type": "text/html"}),
        (gzip.compress(PAGE.encode()), {"Content-Type": "text/html", "Content-Encoding": "gzip"}),
        (b"%x\r\n" % len(PAGE.encode()) + PAGE.encode() + b"\r\n0\r\n\r\n",
         {"Content-Type": "text/html", "Transfer-Encoding": "chunked"}),
    ],
)  # fmt: skip
def test_http_encodings_and_charsets_are_undone(tmp_path: Path, body: bytes, headers: dict[str, str]) -> None:
    ((found,), _) = read(tmp_path, archive(("http://x.example/", "200 OK", body, headers)))
    assert isinstance(found, Document)
    assert found.text == "Fever\n\nCafé for children."


def test_damage_costs_its_record_and_reading_goes_on(tmp_path: Path) -> None:
    first, last = archive(page("http://one.example/")), archive(page("http://two.example/"))
    for damage in (b"junk\r\n", b"WARC/1.0\r\nbroken\r\n\r\n", b"WARC/1.0\r\nContent-Length: x\r\n\r\n"):
        found, _ = read(tmp_path, first + damage + last)
        assert [one.url for one in found if isinstance(one, Document)] == ["http://one.example/", "http://two.example/"]
        assert outcome(found)[1] == "malformed_record"


def test_a_cut_file_is_told(tmp_path: Path) -> None:
    assert outcome(read(tmp_path, archive(page(), page("http://two.example/"))[:-60])[0]) == [
        "page",
        "truncated_record",
    ]
    with pytest.raises(RawFileError, match="truncated_gzip"):
        read(tmp_path, archive(page(), page("http://two.example/"), packed=True)[:-60])


@pytest.mark.parametrize("data", [b"<html>a page</html>", b"%PDF-1.4\n" * 99])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RawFileError, match="not_a_web_archive"):
        read(tmp_path, data)


def test_a_long_page_is_a_page(tmp_path: Path) -> None:
    body = f"<main>{'<p>Words of a long guideline.</p>' * 200_000}</main>".encode()
    found, _ = read(tmp_path, archive(("http://x.example/", "200 OK", body, {"Content-Type": "text/html"}), page()))
    assert outcome(found) == ["page", "page"]


def test_headers_without_an_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="record_too_large"):
        read(tmp_path, archive(page()) + b"WARC/1.0\r\n" + b"x" * (9 << 20))
