"""JATS, field by field: what the reader tells of real articles, and what it must not, against the XML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sources.jats_by_hand import (
    META,
    Article,
    about_the_article,
    articles,
    characters,
    gapped,
    letters,
    place,
    spaced,
    stands,
    tidy,
)
from tests.sources.material import KIT


@pytest.fixture(scope="module")
def every() -> list[Article]:
    return articles()


# Facts.


def test_the_text_opens_with_the_title(every: list[Article]) -> None:
    wrong = []
    for one in every:
        pieces = [
            tidy(characters(piece)) for piece in one.all(f"{META}/title-group/*[self::article-title or self::subtitle]")
        ]
        if one.found.text and not stands(gapped(": ".join(pieces)), one.lines[0]):
            wrong.append(one.name)
    assert not wrong


def test_ids_are_those_of_article_meta(every: list[Article]) -> None:
    wrong = []
    for one in every:
        pmc, pmid, doi = (one.one(f"{META}/article-id[@pub-id-type='{kind}']") for kind in ("pmc", "pmid", "doi"))
        pmcid = f"PMC{pmc.removeprefix('PMC')}" if pmc else None
        ids = (pmcid, pmid, doi and doi.lower(), pmcid or (doi and doi.lower()))
        if (one.found.pmcid, one.found.pmid, one.found.doi, one.found.native_id) != ids:
            wrong.append(one.name)
    assert not wrong


def test_the_journal_is_the_title_in_journal_meta(every: list[Article]) -> None:
    assert not [one.name for one in every if one.found.journal != one.one("//front/journal-meta//journal-title")]


def test_the_date_is_the_earliest_of_publication_at_its_precision(every: list[Article]) -> None:
    """Deposits in PMC and manuscripts are not publication; a date that another one refines gives way to it."""
    wrong = []
    for one in every:
        dates = set()
        for date in one.all(f"{META}/pub-date[not(@pub-type='pmc-release' or @pub-type='nihms-submitted')]"):
            parts = [date.findtext(part) for part in ("year", "month", "day")]
            dates.add("-".join(part.zfill(2) for part in parts if part))
        refined = {date for date in dates if not any(other.startswith(f"{date}-") for other in dates)}
        if one.found.published != min(refined):
            wrong.append(f"{one.name} {one.found.published} {min(refined)}")
    assert not wrong


def test_language_and_type_are_the_attributes_of_article(every: list[Article]) -> None:
    wrong = []
    for one in every:
        kind = "case_report" if one.root.get("article-type") == "case-report" else "full_text"
        if not one.body and one.all(f"{META}/abstract"):
            kind = "abstract"
        if (one.found.language, one.found.doc_type) != (one.one("/article/@xml:lang"), kind):
            wrong.append(one.name)
    assert not wrong


def test_companions_and_notices_about_others_leave_an_article_unretracted(every: list[Article]) -> None:
    forward = f"{META}/related-article[contains(@related-article-type, 'forward')]"
    stated = f"/article/@article-type[.='retracted-article'] | {forward}"
    about_others = [one for one in every if one.all(f"{META}/related-article") and not one.all(stated)]
    assert len(about_others) == 15
    assert not [one.name for one in every if not one.all(stated) and one.found.retraction != "none"]


LICENCE_PLACES = {
    "license/@href": "/license/@xlink:href",
    "license/license_ref": "/license//*[local-name()='license_ref']",
    "license//ext-link": "/license//ext-link/@xlink:href | {}/license//uri/@xlink:href",
    "license/license-p": "/license",
    "license": "/license",
    "license_ref": "/*[local-name()='license_ref']",
    "copyright-statement": "/copyright-statement",
}


def test_the_licence_stands_where_the_evidence_says(every: list[Article]) -> None:
    wrong = []
    for one in every:
        holder = f"{META}/permissions" if one.all(f"{META}/permissions") else META
        words = ""
        for evidence in (one.found.licence_evidence or "").split("; "):
            path = holder + LICENCE_PLACES[evidence.removeprefix("jats:permissions/")].replace("{}", holder)
            words += " ".join(
                spaced("".join(hit.itertext()) if hasattr(hit, "itertext") else hit) for hit in one.all(path)
            )
        if not one.found.licence_raw or not all(raw in words for raw in one.found.licence_raw.split(" | ")):
            wrong.append(one.name)
    assert not wrong


def test_the_address_of_a_licence_comes_first(every: list[Article]) -> None:
    linked = [(one, str(href)) for one in every if (href := one.one(f"{META}/permissions/license/@xlink:href"))]
    assert len(linked) == 198
    assert not [one.name for one, href in linked if not str(one.found.licence_raw).startswith(href)]


def test_the_licence_is_that_of_the_index(every: list[Article]) -> None:
    """The index of the kit names the licence of each file; it takes the public domain mark for CC0."""
    rows = [row.split("\t") for row in (KIT / "INDEX.tsv").read_text().splitlines()]
    stated = {Path(row[0]).stem: row[6] for row in rows if row[1] == "pmc_jats"}
    wrong = []
    for one in every:
        kind, _, version = stated.get(one.name, "").removeprefix("CC").lstrip("-").rpartition("-")
        if kind and (f"/{version}" if kind == "BY" else "publicdomain/") not in str(one.found.licence_raw):
            wrong.append(f"{one.name} {stated[one.name]}")
    assert not wrong


def test_the_copyright_is_the_statement_or_year_and_holder(every: list[Article]) -> None:
    wrong = []
    for one in every:
        holder = f"{META}/permissions" if one.all(f"{META}/permissions") else META
        statement = one.all(f"{holder}/copyright-statement[1]")
        parts = statement or one.all(f"{holder}/copyright-year | {holder}/copyright-holder")
        if one.found.copyright != (" ".join(spaced(characters(part)) for part in parts) or None):
            wrong.append(one.name)
    assert not wrong


# What is not in the text.


def leaked(every: list[Article], path: str, least: int) -> list[str]:
    """Places of elements whose words, `least` letters or more, stand in the text but not in what is read."""
    found = []
    for one in every:
        for element in one.all(path):
            words = letters("".join(element.itertext()) if hasattr(element, "itertext") else element)
            if len(words) >= least and words in one.letters and words not in one.readable:
                found.append(f"{one.name} {place(element)}")
    return found


def test_no_reference_is_in_the_text(every: list[Article]) -> None:
    assert not leaked(every, "//ref-list//article-title | //ref-list//chapter-title", 30)
    assert not leaked(every, "//ref-list/ref | //ref-list//mixed-citation | //ref-list//element-citation", 20)
    assert not leaked(every, "//ref-list//pub-id[@pub-id-type='doi'] | //ref-list/title", 8)


def test_no_affiliation_is_in_the_text(every: list[Article]) -> None:
    assert not leaked(every, "//front//aff | //back//aff", 15)


def test_no_author_note_or_list_of_names_is_in_the_text(every: list[Article]) -> None:
    assert not leaked(every, "//author-notes//corresp | //author-notes//p | //back//bio/p", 15)
    assert not leaked(every, "//front//contrib-group | //front//contrib", 12)
    assert not leaked(every, "//front//contrib/name | //front//contrib/collab", 10)


def test_no_address_is_in_the_text(every: list[Article]) -> None:
    wrong = []
    for one in every:
        stated = {str(address).strip() for address in one.all("//front//email/text() | //back//email/text()")}
        prose = " ".join(one.all("/article/body//text()"))
        wrong += [one.name for address in stated if address in one.found.text and address not in prose]
        wrong += [
            one.name for address in re.findall(r"\S+@\S+\.\w+", one.found.text) if address.strip("().,;") not in prose
        ]
    assert not wrong


def test_no_statement_of_permission_is_in_the_text(every: list[Article]) -> None:
    assert not leaked(every, "//permissions//copyright-statement | //permissions/license", 20)


def test_no_back_matter_but_appendices_is_in_the_text(every: list[Article]) -> None:
    matter = "self::ack or self::fn-group or self::notes or self::glossary or self::sec"
    assert not leaked(every, f"//back/*[{matter}]//p[not(ancestor::app)]", 40)


def headings_kept(every: list[Article]) -> dict[str, set[str]]:
    """Headings of sections about the article that stand in the text as lines, by the place of the section."""
    found = {}
    for one in every:
        title = one.all(f"string({META}/title-group/article-title)")
        rightly = {tidy(line.words) for line in one.body} | {tidy("".join(title))}
        for section in one.all("/article/body//sec"):
            if about_the_article(section):
                headings = {tidy(characters(heading)) for heading in section.iterfind(".//title")} - rightly
                found[f"{one.name} {place(section)}"] = headings & set(one.lines)
    return found


def test_no_thanks_interests_funding_or_files_stand_under_their_heading(every: list[Article]) -> None:
    found = headings_kept(every)
    assert len(found) == 297
    assert not [where for where, kept in found.items() if kept]
