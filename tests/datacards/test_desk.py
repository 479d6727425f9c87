"""The desk: what it shows, what it writes down, and whom it refuses."""

from __future__ import annotations

import hashlib
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from corpus.errors import SnapshotError
from datacards.desk.database import read_only, write_database
from datacards.desk.queries import match
from manifests.audited import read_verdicts
from manifests.model import Manifest
from manifests.precision import read_judgements
from manifests.snapshot import Snapshot
from tests.datacards.desk import Visitor, open_desk, write_snapshot
from tests.datacards.reading import HOSTILE, html_page
from tests.datacards.test_report import samples_of


@pytest.fixture(scope="module")
def small(manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return write_snapshot(tmp_path_factory.mktemp("desk") / "snapshot", manifest, samples_of(manifest))


@pytest.fixture
def visitor(small: Snapshot, tmp_path: Path) -> Iterator[Visitor]:
    with open_desk(small, tmp_path) as found:
        yield found


PAGES = ("/", "/?stage=quality&words=text", "/sample/1", "/pairs", "/pair/1", "/verdicts")


def digest_of(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


# Whom it refuses


def test_the_key_opens_the_desk_and_is_asked_for_once(visitor: Visitor) -> None:
    guard = visitor.server.guard
    assert visitor.ask("GET", "/").status == 403
    assert visitor.ask("GET", "/?key=wrong").status == 403
    opened = visitor.ask("GET", f"/?key={guard.key}")
    assert (opened.status, opened.headers["Location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(opened.headers["Set-Cookie"].split("; "))
    assert visitor.ask("GET", "/", Cookie=opened.headers["Set-Cookie"].partition(";")[0]).status == 200
    assert visitor.ask("GET", "/", Cookie=f"hc4_desk_{guard.port}=wrong").status == 403


def test_without_the_key_nothing_is_shown_at_all(visitor: Visitor) -> None:
    for path in (*PAGES, "/desk.css", "/report/index.html", "/nowhere"):
        answer = visitor.ask("GET", path)
        assert (answer.status, "<" in answer.body) == (403, False)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "", "[::1]:80"])
def test_a_name_that_was_rebound_to_this_machine_is_refused(visitor: Visitor, host: str) -> None:
    assert visitor.get("/", Host=host).status == 421
    assert visitor.post("/sample/3", {"said": "right", "token": visitor.server.guard.token}, Host=host).status == 421


def test_it_listens_on_the_loopback_interface_only(visitor: Visitor) -> None:
    assert visitor.server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "forged",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Cookie": "other=1"},
        {"Content_Type": "text/plain"},
    ],
)
def test_a_form_that_no_page_of_the_desk_sent_changes_nothing(visitor: Visitor, forged: dict[str, str]) -> None:
    form = {"said": "right", "token": visitor.server.guard.token}
    assert visitor.post("/sample/3", form, **forged).status == 403
    assert not (visitor.place / "verdicts.jsonl").exists()


@pytest.mark.parametrize("token", ["", "wrong", "\N{GREEK SMALL LETTER BETA}"])
def test_a_form_without_the_token_changes_nothing(visitor: Visitor, token: str) -> None:
    assert visitor.post("/sample/3", {"said": "right", "token": token}).status == 403
    assert not (visitor.place / "verdicts.jsonl").exists()


def test_a_form_without_an_origin_changes_nothing(visitor: Visitor) -> None:
    cookie = visitor.server.guard.cookie.partition(";")[0]
    kind = "application/x-www-form-urlencoded"
    body = f"said=right&token={visitor.server.guard.token}"
    assert visitor.ask("POST", "/sample/3", body, Cookie=cookie, Content_Type=kind).status == 403


def test_a_form_longer_than_any_of_ours_is_not_read(visitor: Visitor) -> None:
    form = {"said": "right", "token": visitor.server.guard.token, "words": "x" * 10_000}
    assert visitor.post("/sample/3", form).status == 403


def test_a_length_that_is_no_number_of_bytes_is_refused(visitor: Visitor) -> None:
    port = visitor.server.guard.port
    head = f"Host: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded"
    for length in ("9" * 5_000, "-1", "1_0", ""):
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
            line.sendall(f"POST /sample/3 HTTP/1.1\r\n{head}\r\nContent-Length: {length}\r\n\r\n".encode())
            assert b" 403 " in line.recv(200)


@pytest.mark.parametrize("link", ["report/index.html", "report/sources"])
def test_a_link_that_stands_for_a_page_is_not_followed(manifest: Manifest, tmp_path: Path, link: str) -> None:
    folder = write_snapshot(tmp_path / "snapshot", manifest, samples_of(manifest)).folder
    (folder / link).rename(tmp_path / "moved")
    (folder / link).symlink_to(tmp_path / "moved")
    page = "/report/index.html" if link.endswith("html") else "/report/sources/medline.html"
    with open_desk(Snapshot.open(folder), tmp_path) as visitor:
        assert visitor.get(page).status == 404


def test_every_answer_says_what_a_browser_may_do_with_it(visitor: Visitor) -> None:
    for path in (*PAGES, "/desk.css", "/desk.js", "/report/index.html", "/nowhere"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'" if path.startswith("/report") else "default-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy or path.startswith("/report")
        assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *("/report/../manifest.json", "/report/%2e%2e/manifest.json", "/report//etc/passwd", "/report/"),
        *("/manifest.json", "/samples/samples.parquet", "/report/samples/../../manifest.json", "/sample/0"),
        *("/sample/99999", "/sample/-1", "/sample/x", "/pair/9", "/sample/99999999999999999999", "/report/none.html"),
    ],
)
def test_nothing_but_its_pages_is_served(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status in ({303} if path == "/report/" else {404})


# What it shows


def test_hostile_strings_stay_text(manifest: Manifest, tmp_path: Path) -> None:
    names = ("source", "doc_id", "doc_type", "reason", "borders", "excerpt", "survivor")
    table = samples_of(manifest).with_columns(pl.lit("").alias("survivor")).with_columns(pl.col(*names) + HOSTILE)
    spoiled = manifest.model_copy(update={"title": HOSTILE})
    found = write_snapshot(tmp_path / "snapshot", spoiled, table, HOSTILE)
    with open_desk(found, tmp_path, reviewer=HOSTILE) as visitor:
        visitor.post("/sample/3", {"said": "right", "token": visitor.server.guard.token, "words": HOSTILE[:200]})
        for path in (*PAGES, "/sample/3", f"/?words={HOSTILE[:4]}%3Cscript%3E", "/?source=%22%3E%3Cscript%3E"):
            answer = visitor.get(path)
            page = html_page(answer.body.encode())
            assert answer.status == 200
            assert page.xpath("//script/@src") == ["/desk.js"]
            assert not page.xpath("//script[not(@src)] | //img | //@onerror | //style | //@style")
            assert all(address.startswith(("/", "#")) for address in page.xpath("//a/@href | //form/@action"))
    assert read_verdicts(tmp_path / "verdicts.jsonl")[0].reviewer == HOSTILE


def test_facets_and_words_choose_samples(visitor: Visitor, manifest: Manifest) -> None:
    lines = [line for line in manifest.ledger.lines if line.stage == "quality"]
    assert f"{2 * len(lines)} samples" in visitor.get("/?stage=quality").body
    assert "2 samples" in visitor.get("/?reason=no_abstract").body
    assert "2 samples" in visitor.get("/?words=licence_unk").body
    assert "0 samples" in visitor.get("/?words=nowhere").body
    assert "1 sample," in visitor.get("/?borders=too_short").body


@pytest.mark.parametrize("words", ['"', "a AND", "NEAR(", "x:y", "-", "*", "a\0b", "''; drop table sample"])
def test_any_words_can_be_looked_for(visitor: Visitor, words: str) -> None:
    with closing(read_only(visitor.place / "audit.sqlite")) as base:
        base.execute("select count(*) from sample_words where sample_words match ?", [match(words)])


def test_a_sample_says_what_became_of_it_and_how_it_was_drawn(visitor: Visitor) -> None:
    with closing(read_only(visitor.place / "audit.sqlite")) as base:
        number = base.execute("select id from sample where reason = 'too_short' and source = 'medline'").fetchone()[0]
    page = html_page(visitor.get(f"/sample/{number}").body.encode()).text_content()
    assert "dropped at quality: too_short" in page
    assert "too_short 12, below the bound of 50" in page
    assert "by lot, number 1 of 2 out of 640" in page


def test_the_database_can_be_written_by_nobody_who_reads_it(visitor: Visitor) -> None:
    with closing(read_only(visitor.place / "audit.sqlite")) as base, pytest.raises(sqlite3.OperationalError):
        base.execute("delete from sample")


def test_the_tables_of_a_snapshot_are_the_same_whenever_they_are_made(small: Snapshot, tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        write_database(small, tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name)) as base:
            told.append(list(base.iterdump()))
    assert told[0] == told[1]


def test_samples_of_a_time_with_fewer_columns_are_refused_with_the_reason(manifest: Manifest, tmp_path: Path) -> None:
    found = write_snapshot(tmp_path / "snapshot", manifest, samples_of(manifest).drop("turn"))
    with pytest.raises(SnapshotError, match="no column turn: other code built it"):
        write_database(found, tmp_path / "audit.sqlite")


# What it writes down


def test_a_verdict_is_a_line_and_the_next_sample_is_shown(visitor: Visitor, small: Snapshot) -> None:
    before = digest_of(small.folder)
    token = visitor.server.guard.token
    answer = visitor.post("/sample/3", {"said": "wrong", "token": token, "state": "open"})
    assert (answer.status, answer.headers["Location"]) == (303, "/sample/4?state=open")
    (said,) = read_verdicts(visitor.place / "verdicts.jsonl")
    assert (said.verdict, said.reviewer) == ("wrong", "ann")
    assert said.sample in {
        row["digest"] for row in read_only(visitor.place / "audit.sqlite").execute("select * from sample")
    }
    assert 'aria-pressed="true"' in visitor.get("/sample/3").body
    assert digest_of(small.folder) == before


def test_judged_samples_are_passed_over_and_the_last_one_leads_to_the_estimate(visitor: Visitor) -> None:
    token = visitor.server.guard.token
    form = {"said": "right", "token": token, "source": "plos", "reason": "near_duplicate"}
    page = html_page(visitor.get("/?source=plos&reason=near_duplicate").body.encode())
    address = page.xpath("//a[@class='go']/@href")[0]
    for last in (False, True):
        answer = visitor.post(address.partition("?")[0], form)
        address = answer.headers["Location"]
        assert address.startswith("/verdicts" if last else "/sample/")
    assert "near_duplicate" in visitor.get("/verdicts").body


def test_what_cannot_be_judged_is_refused(visitor: Visitor) -> None:
    token = visitor.server.guard.token
    with closing(read_only(visitor.place / "audit.sqlite")) as base:
        hidden = base.execute("select id from sample where excerpt is null").fetchone()[0]
    assert visitor.post(f"/sample/{hidden}", {"said": "right", "token": token}).status == 404
    assert visitor.post("/sample/3", {"said": "maybe", "token": token}).status == 404
    assert visitor.post("/nowhere", {"said": "right", "token": token}).status == 404


def test_the_estimate_is_that_of_the_verdicts(visitor: Visitor) -> None:
    token = visitor.server.guard.token
    with closing(read_only(visitor.place / "audit.sqlite")) as base:
        query = "select id from sample where reason = 'too_short' and source = 'medline' and borders is null"
        numbers = [row["id"] for row in base.execute(query)]
    for number, said in zip(numbers, ("right", "wrong"), strict=True):
        visitor.post(f"/sample/{number}", {"said": said, "token": token})
    page = html_page(visitor.get("/verdicts").body.encode())
    (row,) = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//tbody/tr")]
    assert row[:7] == ["too_short drop at quality", "medline", "640", "2", "1", "1", "0"]
    assert row[8] == "50.0%"


def test_what_others_said_is_shown_beside_and_read_as_it_is_added(small: Snapshot, tmp_path: Path) -> None:
    with open_desk(small, tmp_path) as ann:
        (tmp_path / "bob").mkdir()
        with open_desk(small, tmp_path / "bob", reviewer="bob") as bob:
            bob.desk.samples.path = tmp_path / "verdicts.jsonl"
            bob.post("/sample/3", {"said": "unsure", "token": bob.server.guard.token})
        page = html_page(ann.get("/sample/3").body.encode())
        assert "bob: unsure" in " ".join(page.xpath("string(//div[@class='judge'])").split())
        assert not page.xpath("//button[@aria-pressed]")


def test_a_pair_is_judged_into_the_file_of_dedup_review(visitor: Visitor) -> None:
    page = html_page(visitor.get("/pair/1").body.encode())
    assert [mark.strip() for mark in page.xpath("//mark/text()")] == ["four", "three"]
    answer = visitor.post("/pair/1", {"said": "copy", "token": visitor.server.guard.token})
    assert answer.headers["Location"] == "/pairs"
    (said,) = read_judgements(visitor.place / "reviews.jsonl")
    assert (said.doc_id, said.survivor, said.verdict, said.reviewer) == ("medline:1", "medline:2", "copy", "ann")
