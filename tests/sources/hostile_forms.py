"""The smallest good file of every reader, as a frame into which hostile bytes are put: good records, the bad one, good
records."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

UUID = "00000000-0000-4000-8000-%012d"


@dataclass(frozen=True)
class Form:
    """A format: how a record looks around its text, and a file around its records."""

    reader: str
    kind: str
    """`xml`, `json`, `csv`, `lines`, `text` or `binary`."""
    record: Callable[[int, bytes], bytes]
    file: Callable[[list[bytes]], bytes]
    many: bool = True
    """A file holds several records."""
    apart: bool = False
    """A record that is no JSON, no UTF-8 or too long costs only itself."""
    name: str = "file"
    beside: dict[str, bytes] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def around(self, *bad: bytes) -> bytes:
        """A file of good records before and after the bad ones; of the bad one alone where a file is one record."""
        if not self.many:
            return self.file([bad[0]])
        return self.file([self.good(1), self.good(2), *bad, self.good(3)])

    def good(self, number: int) -> bytes:
        """A record that must come out whatever stands beside it."""
        return self.record(number, b"The words of good-%d are fine." % number)

    @property
    def expected(self) -> list[str]:
        return ["good-1", "good-2", "good-3"] if self.many else []


def _xml(pattern: str) -> Callable[[int, bytes], bytes]:
    before, _, after = pattern.partition("{text}")
    return lambda number, text: (
        before.replace("{id}", str(number)).encode() + text + after.replace("{id}", str(number)).encode()
    )


def _framed(head: str, tail: str, between: bytes = b"\n") -> Callable[[list[bytes]], bytes]:
    return lambda records: head.encode() + between.join(records) + tail.encode()


def _json(row: Callable[[int, str], Any]) -> Callable[[int, bytes], bytes]:
    def record(number: int, text: bytes) -> bytes:
        return json.dumps(row(number, "{text}")).encode().replace(b"{text}", text)

    return record


def _fhir(number: int, text: str) -> dict[str, Any]:
    return {
        "resourceType": "Composition", "id": f"c{number}", "status": "final", "subject": {"reference": "Patient/p"},
        "title": "Note", "section": [{"title": "S", "text": {"div": f"<div>{text}</div>"}}],
    }  # fmt: skip


_PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"family": "Xylander", "given": ["Quirin"]}]}


def _warc(number: int, text: bytes) -> bytes:
    body = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><main><p>" + text + b"</p></main></body></html>"
    )
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{UUID % number}>\r\n"
        f"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def _parquet(records: list[bytes]) -> bytes:
    buffer = io.BytesIO()
    texts = pa.array(records, pa.binary()).view(pa.string())
    ids = pa.array([str(number) for number in range(len(records))])
    pq.write_table(pa.table({"id": ids, "text": texts}), buffer, row_group_size=2)
    return buffer.getvalue()


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def page(content: bytes, extra: bytes = b"") -> list[bytes]:
    """Objects of a document of one page."""
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        stream(content, extra),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]


def _pdf(records: list[bytes]) -> bytes:
    return pdf(page(b"BT /F 12 Tf 72 700 Td (" + records[0] + b") Tj ET"))


def _base64(number: int, text: bytes) -> bytes:
    note = {
        "resourceType": "DocumentReference", "id": f"d{number}", "status": "current",
        "subject": {"reference": "Patient/p"},
        "content": [{"attachment": {"contentType": "text/html", "data": base64.b64encode(text).decode()}}],
    }  # fmt: skip
    return json.dumps(note).encode()


_CDA = 'xmlns="urn:hl7-org:v3"'
_JA = 'xmlns:ja="http://www.elsevier.com/xml/ja/dtd" xmlns:ce="http://www.elsevier.com/xml/common/dtd"'


def _trial(number: int, text: str) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": "T"},
            "descriptionModule": {"briefSummary": text},
        }
    }


FORMS = {
    "medline": Form(
        "medline", "xml",
        _xml('<PubmedArticle><MedlineCitation><PMID Version="1">{id}</PMID><Article><ArticleTitle>T</ArticleTitle>'
             "<Abstract><AbstractText>{text}</AbstractText></Abstract><Language>eng</Language></Article>"
             "</MedlineCitation></PubmedArticle>"),
        _framed("<PubmedArticleSet>", "</PubmedArticleSet>"),
    ),
    "jats": Form(
        "jats", "xml",
        _xml('<article><front><article-meta><article-id pub-id-type="pmc">{id}</article-id></article-meta></front>'
             "<body><p>{text}</p></body></article>"),
        _framed("<articles>", "</articles>"),
    ),
    "elsevier": Form(
        "elsevier", "xml",
        _xml(f"<ja:article {_JA}><ja:item-info><ce:pii>S{{id}}</ce:pii></ja:item-info><ja:body><ce:sections><ce:para>"
             "{text}</ce:para></ce:sections></ja:body></ja:article>"),
        _framed("<articles>", "</articles>"),
    ),
    "medquad": Form(
        "medquad", "xml",
        _xml('<QAPair pid="{id}"><Question qid="a-{id}">Who?</Question><Answer>{text}</Answer></QAPair>'),
        _framed('<Document source="S" url="http://a.example/"><QAPairs>', "</QAPairs></Document>"),
    ),
    "cnxml": Form(
        "cnxml", "xml",
        _xml('<document xmlns="http://cnx.rice.edu/cnxml" id="m{id}"><title>T</title><content><para id="p">{text}'
             "</para></content></document>"),
        _framed("<modules>", "</modules>"),
    ),
    "tmx": Form(
        "tmx", "xml", _xml('<tu tuid="t{id}:1"><tuv xml:lang="en"><seg>{text}</seg></tuv></tu>'),
        _framed('<tmx version="1.4"><header/><body>', "</body></tmx>"),
    ),
    "clinicaltrials": Form(
        "clinicaltrials", "xml",
        _xml("<clinical_study><id_info><nct_id>NCT0000000{id}</nct_id></id_info><brief_title>T</brief_title>"
             "<brief_summary><textblock>{text}</textblock></brief_summary></clinical_study>"),
        _framed("<studies>", "</studies>"),
    ),
    "clinicaltrials json": Form(
        "clinicaltrials", "json", _json(_trial), _framed('{"studies": [', "]}", b",\n"), apart=True,
    ),
    "spl": Form(
        "spl", "xml",
        _xml(f'<document {_CDA}><setId root="{UUID % 1}"/><component><structuredBody><component><section><text>'
             "<paragraph>{text}</paragraph></text></section></component></structuredBody></component></document>"),
        lambda records: records[0], many=False,
    ),
    "ccda": Form(
        "ccda", "xml",
        _xml(f'<ClinicalDocument {_CDA}><id root="1.2.{{id}}"/><component><structuredBody><component><section><text>'
             "<paragraph>{text}</paragraph></text></section></component></structuredBody></component>"
             "</ClinicalDocument>"),
        lambda records: records[0], many=False,
    ),
    "fhir": Form(
        "fhir", "json", _json(lambda number, text: {"resource": _fhir(number, text)}),
        _framed('{"resourceType": "Bundle", "entry": [{"resource": ' + json.dumps(_PATIENT) + "},", "]}", b",\n"),
        apart=True,
    ),
    "fhir lines": Form(
        "fhir", "json", _json(_fhir), _framed(json.dumps(_PATIENT) + "\n", "\n"), apart=True,
    ),
    "fhir attached": Form("fhir", "text", _base64, _framed(json.dumps(_PATIENT) + "\n", "\n"), apart=True),
    "fhir xml": Form(
        "fhir", "xml",
        _xml('<entry><resource><Composition><id value="c{id}"/><status value="final"/><subject><reference '
             'value="Patient/p"/></subject><title value="N"/><section><title value="S"/><text><div>{text}</div></text>'
             "</section></Composition></resource></entry>"),
        _framed('<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient><id value="p"/><name><family '
                'value="Xylander"/></name></Patient></resource></entry>', "</Bundle>"),
    ),
    "hl7v2": Form(
        "hl7v2", "lines",
        lambda number, text: b"MSH|^~\\&|A|B|C|D|20200101||ORU^R01|%d|P|2.5\rOBX|1|TX|n^Note||%s\r" % (number, text),
        b"".join, apart=True,
    ),
    "dialogue_csv": Form(
        "dialogue_csv", "csv", lambda number, text: b'%d,[doctor] hi,"%s"' % (number, text),
        _framed("encounter_id,dialogue,note\n", "\n"), apart=True,
    ),
    "csv": Form("csv", "csv", lambda number, text: b'%d,"%s"' % (number, text), _framed("id,text\n", "\n"), apart=True),
    "e3c": Form(
        "e3c", "json", _json(lambda number, text: {"id": f"EN{number}", "text": text, "language": "en"}),
        lambda records: records[0], many=False,
    ),
    "brat": Form(
        "brat", "text", lambda number, text: text, lambda records: records[0], many=False, name="file.txt",
        beside={"file.ann": b""},
    ),
    "openalex": Form(
        "openalex", "json",
        _json(lambda number, text: {"id": f"https://openalex.org/W{number}", "abstract_inverted_index": {text: [0]}}),
        _framed("", "\n"), apart=True,
    ),
    "s2orc": Form(
        "s2orc", "json", _json(lambda number, text: {"corpusid": number, "title": "T", "abstract": text}),
        _framed("", "\n"), apart=True,
    ),
    "s2ag": Form(
        "s2ag", "json", _json(lambda number, text: {"corpusid": number, "title": "T", "abstract": text}),
        _framed("", "\n"), apart=True,
    ),
    "jsonl": Form("jsonl", "json", _json(lambda number, text: {"id": str(number), "text": text}), _framed("", "\n"),
                  apart=True),
    "messages": Form(
        "messages", "json",
        _json(lambda number, text: {"id": str(number), "messages": [{"role": "user", "content": text}]}),
        _framed("", "\n"), apart=True,
    ),
    "json": Form("json", "json", _json(lambda number, text: {"id": str(number), "text": text}),
                 _framed("[", "]", b",\n")),
    "xml": Form(
        "xml", "xml", _xml('<row id="{id}"><text>{text}</text></row>'), _framed("<rows>", "</rows>"),
        options={"record": "row", "columns": {"text": "text", "id": "@id"}},
    ),
    "openfda": Form(
        "openfda", "json", _json(lambda number, text: {"set_id": UUID % number, "purpose": [text]}),
        _framed('{"meta": {}, "results": [', "]}", b",\n"), apart=True,
    ),
    "mediawiki": Form(
        "mediawiki", "xml",
        _xml("<page><title>T</title><ns>0</ns><id>{id}</id><revision><id>{id}</id><text>{text}</text></revision></page>"),
        _framed("<mediawiki>", "</mediawiki>"),
    ),
    "warc": Form("warc", "text", _warc, b"".join, apart=True),
    "html": Form("html", "text", lambda number, text: b"<html><body><main><p>" + text + b"</p></main></body></html>",
                 lambda records: records[0], many=False),
    "markdown": Form("markdown", "text", lambda number, text: text, lambda records: records[0], many=False),
    "text": Form("text", "text", lambda number, text: text, lambda records: records[0], many=False),
    "parquet": Form("parquet", "binary", lambda number, text: text, _parquet, apart=True),
    "pdf": Form("pdf", "binary", lambda number, text: text, _pdf, many=False),
}  # fmt: skip
"""By reader; a reader that knows several formats has one each."""
