"""Attacks that one format allows: XML, JSON, CSV, HL7, PDF, web archives, FHIR. `all_attacks` finds them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator

from tests.sources.hostile_attacks import SECRET, WORDS, Attack, attack, leaves, zeros
from tests.sources.hostile_forms import Form, page, pdf, stream

# --- XML


def doctype(inside: str, document: bytes) -> bytes:
    return f'<?xml version="1.0"?>\n<!DOCTYPE x [{inside}]>\n'.encode() + document


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
QUADRATIC = f'<!ENTITY a "{"x" * 100_000}">'


def entities(form: Form, folder: str, address: str) -> Iterator[Attack]:
    """XML that asks for more than it says: expansions, files of this machine, pages of others."""
    if form.kind != "xml":
        return
    with_entity = form.around(form.record(4, b"words &a; words"))
    local = f"file://{folder}/secret.txt"
    for name, inside, body in (
        ("billion laughs", LAUGHS, form.around(form.record(4, b"&a12;"))),
        ("laughs in an attribute", LAUGHS, form.around(form.record(4, b'<p a="&a12;"/>'))),
        ("quadratic blowup", QUADRATIC, form.around(form.record(4, b"&a;" * 20_000))),
        ("blowup in attributes", QUADRATIC, form.around(form.record(4, b'<p a="&a;&a;&a;"/>' * 500))),
        ("entity of itself", '<!ENTITY a "&b;"><!ENTITY b "&a;">', with_entity),
        ("external file", f'<!ENTITY a SYSTEM "{local}">', with_entity),
        ("external page", f'<!ENTITY a SYSTEM "{address}/a">', with_entity),
        ("external parameter", f'<!ENTITY % b SYSTEM "{address}/b"> %b;', with_entity),
        ("file by parameter", f'<!ENTITY % b SYSTEM "{local}"> %b;', with_entity),
        ("laughs by parameters", '<!ENTITY % a "x"><!ENTITY % b "&#37;a;&#37;a;">' * 20 + "%b;", with_entity),
        (
            "default attributes",
            "".join(f'<!ATTLIST p a{n} CDATA "{"x" * 999}">' for n in range(900)),
            form.around(form.record(4, b"<p/>" * 900)),
        ),
        ("unparsed", f'<!NOTATION n SYSTEM "{address}/n"><!ENTITY a SYSTEM "{address}/u" NDATA n>', with_entity),
    ):
        yield Attack(f"entities: {name}", doctype(inside, body), harmless=True)
    for name, data in (
        ("DTD on a page", f'<!DOCTYPE x SYSTEM "{address}/x.dtd">'.encode() + with_entity),
        ("public DTD", f'<!DOCTYPE x PUBLIC "-//NLM//DTD" "{address}/x.dtd">'.encode() + with_entity),
        (
            "inclusion",
            form.around(
                form.record(
                    4,
                    b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
                    + f'href="{local}" parse="text"/>'.encode(),
                )
            ),
        ),
        (
            "style sheet",
            f'<?xml-stylesheet type="text/xsl" href="{address}/x.xsl"?>'.encode()
            + form.around(form.record(4, b"fine")),
        ),
        (
            "schema",
            form.around(
                form.record(
                    4,
                    b'<p xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                    + f'xsi:schemaLocation="a {address}/a.xsd"/>'.encode(),
                )
            ),
        ),
        ("undeclared", with_entity),
    ):
        yield Attack(f"entities: {name}", data, harmless=True)


@attack
def broken_xml(form: Form) -> Iterator[Attack]:
    if form.kind != "xml":
        return
    for name, text in {
        "open": b"<p>",
        "closed": b"</p>",
        "crossed": b"<i><b></i></b>",
        "two attributes": b'<p a="1" a="2"/>',
        "less": b"a < b",
        "ampersand": b"a & b",
        "CDATA open": b"<![CDATA[ x",
        "end of CDATA": b"]]>",
        "character 0": b"&#0;",
        "surrogate": b"&#xD800;",
        "far character": b"&#x110000;",
        "huge reference": b"&#" + b"9" * 5000 + b";",
        "undeclared prefix": b"<a:b/>",
        "comment open": b"<!-- ",
        "comment of dashes": b"<!-- -- -->",
        "doctype inside": b"<!DOCTYPE x>",
    }.items():
        yield Attack(name, form.around(form.record(4, SECRET.encode() + text)), harmless=True)
    yield Attack("two roots", form.around(form.record(4, b"fine")) * 2, harmless=True)
    yield Attack("words after", form.around(form.good(4)) + b" and more", harmless=True)
    yield Attack("many empty elements", form.around(form.record(4, b"<p/>" * 100_000)), harmless=True, megabytes=250)


# --- JSON and its lines


ODD = (
    b"null",
    b"true",
    b"-1",
    b"1e308",
    b"[]",
    b"{}",
    b"[[[]]]",
    b'[{"a": [1]}]',
    b'{"a": {"b": null}}',
    b'""',
    b'" "',
    b'["a", 1]',
    b"18446744073709551615",
    b"0.1",
    b'"\\u0000"',
    b'"0000-00-00"',
    b'"9999-12-31"',
    b'"%s"' % (b"9" * 5000),
)


@attack
def odd_values(form: Form) -> Iterator[Attack]:
    """Every value of a record in turn, as everything that JSON knows."""
    if form.kind != "json":
        return
    good = form.record(4, WORDS.encode())
    changed = [
        good.replace(b'"%s": %s' % (key, value), b'"%s": %s' % (key, odd), 1)
        for key, value in leaves(good)
        for odd in ODD
    ]
    if form.many:
        yield Attack("", form.around(*changed), harmless=True)
    else:
        for number, one in enumerate(changed):
            yield Attack(str(number), form.around(one), harmless=True)


@attack
def broken_json(form: Form) -> Iterator[Attack]:
    if form.kind != "json":
        return
    good = form.record(4, WORDS.encode())
    for name, text in {
        "lone surrogate": b"\\ud800",
        "wrong pair": b"\\udc00\\ud800",
        "escaped NUL": b"\\u0000",
        "bad escape": b"\\x",
        "short escape": b"\\u12",
        "raw tab": b"\t",
        "raw NUL": b"\0",
        "bad UTF-8": b"\xff",
    }.items():
        yield Attack(name, form.around(form.record(4, WORDS.encode() + text)), harmless=True)
    for name, record in {
        "1e999999": good[:-1] + b', "n": 1e999999}',
        "400 digits": good[:-1] + b', "n": ' + b"1" * 400 + b"}",
        "NaN": good[:-1] + b', "n": NaN}',
        "double keys": good[:-1] + b", " + good[1:],
        "no end": good[:-1],
        "two ends": good + b"}",
        "trailing comma": good[:-1] + b",}",
        "comment": good[:-1] + b" /* x */}",
        "single quotes": good.replace(b'"', b"'"),
        "no object": b"[]",
        "a word": b"word",
        "a million keys": good[:-1] + b"".join(b', "k%d": 1' % n for n in range(200_000)) + b"}",
        "many empties": good[:-1] + b', "e": [' + b"{}," * 200_000 + b"{}]}",
    }.items():
        yield Attack(name, form.around(record), harmless=True, megabytes=250)


# --- tables and lines


@attack
def broken_csv(form: Form) -> Iterator[Attack]:
    if form.kind != "csv":
        return
    good = form.record(4, WORDS.encode())
    for name, row in {
        "quote open": good[:-1],
        "quote inside": good.replace(b"words", b'wo"rds'),
        "quotes only": b'"' * 100_001,
        "few cells": b"4",
        "many cells": good + b",x" * 9,
        "NUL": b"4\0," + good,
        "carriage return": b"4\r" + good,
        "huge number": b"9" * 5000 + good[1:],
        "formula": b"=cmd|x," + good,
    }.items():
        yield Attack(name, form.around(row), harmless=True)


@attack
def broken_hl7(form: Form) -> Iterator[Attack]:
    if form.reader != "hl7v2":
        return
    for name, message in {
        "no segment": b"MSH|^~\\&|A\r",
        "header only": b"MSH\r",
        "short header": b"MSH|^~\\&\r",
        "same delimiters": b"MSH|||||\rOBX|1|TX|n||x\r",
        "letters": b"MSH|^~\\&|A\rwhat is this\r",
        "framing": b"\x0b\x1c\r\x0b\x0b",
        "escape open": form.record(4, b"\\X"),
        "bad hex": form.record(4, b"\\XZZ\\ \\XFF\\ \\.sp99999999\\ \\.br99\\"),
        "many repeats": form.record(4, b"~" * 300_000),
        "many fields": b"MSH|^~\\&|A\rPID" + b"|" * 300_000 + b"\r",
        "many components": b"MSH|^~\\&|A\rPID|||" + b"^" * 300_000 + b"\r",
        "many names": b"MSH|^~\\&|A\rPID|||||" + b"A^B~" * 50_000 + b"\r",
        "date": b"MSH|^~\\&|A|B|C|D|00000000\rOBX|1|TX|n||x\r",
    }.items():
        yield Attack(name, form.around(message), harmless=True)


# --- ids and dates


@attack
def ids(form: Form) -> Iterator[Attack]:
    yield Attack("one three times", form.around(*[form.record(4, WORDS.encode())] * 3), harmless=True)
    good = form.record(4, WORDS.encode())
    for name, value in {
        "long": b"4" * 5000,
        "address": b"a@b.example",
        "path": b"../../etc/passwd",
        "blank": b" ",
        "empty": b"",
        "markup": b"{{4}}",
    }.items():
        for before, after in (
            (b'">4<', b'">%s<'),
            (b">4<", b">%s<"),
            (b'"4"', b'"%s"'),
            (b"EN4", b"%s"),
            (b"4,", b"%s,"),
        ):
            if before in good:
                yield Attack(f"{name} id", form.around(good.replace(before, after % value)), harmless=True)
                break


# --- formats that are programs


@attack
def hostile_pdf(form: Form) -> Iterator[Attack]:
    if form.reader != "pdf":
        return
    hello = b"BT /F 12 Tf 72 700 Td (words) Tj ET"
    one = page(hello)
    catalogue = b"<< /Type /Catalog /Pages 2 0 R >>"
    bomb = zlib.compress(b" " * (200 << 20))
    for name, data in {
        "a million pages": pdf([catalogue, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", *one[2:]]),
        "pages of themselves": pdf([catalogue, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
        "negative count": pdf([catalogue, b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>", *one[2:]]),
        "catalogue of itself": pdf([b"1 0 R"]),
        "form of itself": pdf(
            [
                *one[:2],
                one[2].replace(b"/Font <<", b"/XObject << /X 6 0 R >> /Font <<"),
                stream(b"/X Do " + hello),
                one[4],
                stream(
                    b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
                ),
            ]
        ),
        "xref of itself": pdf(one).replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev 9"),
        "xref nowhere": re.sub(rb"startxref\n\d+", b"startxref\n99999999999", pdf(one)),
        "encrypted": pdf(
            one,
            b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >> /ID [<00> <00>]"
            % (b"x" * 32, b"y" * 32),
        ),
        "unknown handler": pdf(one, b"/Encrypt << /Filter /Foo >>"),
        "content bomb": pdf(page(bomb, b"/Filter /FlateDecode")),
        "content bomb twice": pdf(
            page(zlib.compress(zlib.compress(b" " * (100 << 20))), b"/Filter [/FlateDecode /FlateDecode]")
        ),
        "length lies": pdf(page(hello)).replace(b"/Length 35", b"/Length 2000000000"),
        "deep arrays": pdf([*one[:3], stream(b"[" * 200_000), one[4]]),
        "deep dictionary": pdf([b"<< /Type /Catalog /Pages 2 0 R /A " + b"<< /A " * 100_000, *one[1:]]),
        "a million signs": pdf(page(b"BT /F 12 Tf 1 1 Td (" + b"x" * 1_000_000 + b") Tj ET")),
        "saved states": pdf(page(b"q " * 500_000 + hello)),
        "far places": pdf(page(b"1e38 0 0 1e38 1e38 1e38 cm " + hello)),
        "no box": pdf([*one[:2], one[2].replace(b"[0 0 612 792]", b"[0 0 0 0]"), *one[3:]]),
        "huge box": pdf([*one[:2], one[2].replace(b"612", b"99999999999"), *one[3:]]),
        "script": pdf(
            [b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", *one[1:]]
        ),
        "header alone": b"%PDF-1.7\n",
        "noise": b"%PDF-1.7\n" + bytes(range(256)) * 99,
    }.items():
        yield Attack(name, data, harmless=True, megabytes=450)


@attack
def hostile_warc(form: Form) -> Iterator[Attack]:
    if form.reader != "warc":
        return
    good = form.record(4, b"<p>" + WORDS.encode())
    length = re.search(rb"Content-Length: (\d+)", good)
    assert length
    for name, data in {
        "short length": good.replace(length.group(), b"Content-Length: 40"),
        "long length": good.replace(length.group(), b"Content-Length: 99999"),
        "negative length": good.replace(length.group(), b"Content-Length: -5"),
        "length of words": good.replace(length.group(), b"Content-Length: many"),
        "huge length": good.replace(length.group(), b"Content-Length: " + b"9" * 5000),
        "no length": good.replace(length.group(), b"X: y"),
        "no type": good.replace(b"WARC-Type: response", b"X: y"),
        "no address": good.replace(b"WARC-Target-URI: http://a.example/4\r\n", b""),
        "header of 1 MB": good.replace(b"X: y", b"", 1).replace(
            b"WARC-Date", b"X: " + b"y" * (1 << 20) + b"\r\nWARC-Date"
        ),
        "gzip body": good.replace(b"\r\n\r\n<html>", b"\r\nContent-Encoding: gzip\r\n\r\n<html>"),
        "brotli body": good.replace(b"\r\n\r\n<html>", b"\r\nContent-Encoding: br\r\n\r\n<html>"),
        "chunked lie": good.replace(b"\r\n\r\n<html>", b"\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n<html>"),
        "bad status": good.replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 xx xx"),
        "lines between": b"x: y 123456789012 z\n" * 20_000 + good,
        "body bomb": warc_bomb(good, length.group()),
    }.items():
        lost = name in {"long length", "huge length"}
        yield Attack(name, form.around(data), harmless=True, whole=lost, megabytes=200)


def warc_bomb(good: bytes, length: bytes) -> bytes:
    head, _, _ = good.partition(b"HTTP/1.1")
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + zeros("gzip", 300)
    return head.replace(length, b"Content-Length: %d" % len(body)) + body + b"\r\n\r\n"


@attack
def hostile_fhir(form: Form) -> Iterator[Attack]:
    if form.reader != "fhir" or form.kind != "json":
        return

    def visit(number: int, other: int) -> bytes:
        resource = {
            "resourceType": "Encounter",
            "id": f"e{number}",
            "partOf": {"reference": f"Encounter/e{other}"},
            "subject": {"reference": "Patient/p"},
            "text": {"div": f"<div>{SECRET}</div>"},
        }
        return json.dumps({"resource": resource} if b'{"resource"' in form.good(1) else resource).encode()

    yield Attack("references in a circle", form.around(visit(1, 2), visit(2, 1)), harmless=True)
    yield Attack("reference to itself", form.around(visit(1, 1)), harmless=True)
    wrap = (lambda one: {"resource": one}) if b'{"resource"' in form.good(1) else (lambda one: one)
    for name, resource in {
        "no type": {"id": "x"},
        "type of a list": {"resourceType": ["Patient"]},
        "bundle in a bundle": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle"}}]},
        "patient of nobody": {
            "resourceType": "Composition",
            "subject": {"reference": "Patient/none"},
            "section": [{"text": {"div": SECRET}}],
        },
        "contained in itself": {
            "resourceType": "Observation",
            "subject": {"reference": "#a"},
            "contained": [{"resourceType": "Patient", "id": "a", "link": [{"other": {"reference": "#a"}}]}],
        },
        "base64 of nothing": {
            "resourceType": "DocumentReference",
            "subject": {"reference": "Patient/p"},
            "content": [{"attachment": {"contentType": "text/plain", "data": "!!"}}],
        },
    }.items():
        yield Attack(name, form.around(json.dumps(wrap(resource)).encode()), harmless=True)
