"""Facts that a JATS article states about itself: ids, authors, dates, licence, retraction; and about others: notices.

Tag library: https://jats.nlm.nih.gov/archiving/tag-library/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.document import Notice, Retraction
from sources.dates import earliest, iso_date
from sources.ids import doi_in, pmcid_in, pmid_in
from sources.jats_text import line
from sources.markup import Element, single_spaced
from sources.mesh import heading

_HREF = "{http://www.w3.org/1999/xlink}href"
_CC = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[\w./-]*\w/?", re.I)
_LICENCE_WORDS = re.compile(r"creative commons|licen[cs]ed?\b|open[- ]access|public domain|reproduc|distribut", re.I)
_RESTRICTED = re.compile(r"non-?\s?commercial|no-?\s?deriv", re.I)
_PMC_PAGE = re.compile(r"/articles/(PMC\d+)", re.I)
_PUBMED_PAGE = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d+)")
_NOT_PUBLICATION = frozenset({"pmc-release", "nihms-submitted", "received", "accepted", "rev-recd", "retraction"})
RETRACTED_TITLE = re.compile(r"\W*(?:retracted|withdrawn)(?: article)?\W*:", re.I)
_RETRACTIONS: dict[str, Retraction] = {
    "retraction-forward": "retracted",
    "retracted-article-forward": "retracted",
    "concern-forward": "concern",
    "expression-of-concern-forward": "concern",
    "object-of-concern-forward": "concern",
    "correction-forward": "corrected",
    "corrected-article-forward": "corrected",
}


# What a notice says of the article that it names. Companions, commentaries and letters say nothing of the kind.
_NOTICES: dict[str, Retraction] = {
    "retracted-article": "retracted",
    "object-of-concern": "concern",
    "partial-retraction": "concern",
    "corrected-article": "corrected",
}
_NOTICE_TYPES = frozenset({"retraction", "partial-retraction", "correction", "erratum", "expression-of-concern"})
_NAMES = frozenset({"name", "collab", "string-name", "name-alternatives", "collab-alternatives"})
_ANY_ROLE = frozenset({None, "person", "group", "collab"})


@dataclass(frozen=True, slots=True)
class Licence:
    """What the permissions say, and where."""

    raw: str | None = None
    evidence: str | None = None
    copyright: str | None = None


def article_ids(meta: Element) -> dict[str, str | None]:
    """`pmid`, `pmcid` and `doi` of the article itself."""
    ids: dict[str, str | None] = {"pmid": None, "pmcid": None, "doi": None}
    for child in meta.iterchildren("article-id"):
        match child.get("pub-id-type"):
            case "pmid":
                ids["pmid"] = ids["pmid"] or pmid_in(child.text)
            case "pmc" | "pmcid":
                ids["pmcid"] = ids["pmcid"] or pmcid_in(child.text)
            case "doi":
                ids["doi"] = ids["doi"] or doi_in(child.text)
    return ids


def mesh(meta: Element) -> tuple[str, ...]:
    """Keywords of groups that name MeSH as their vocabulary, or their type; keywords of authors are none of it."""
    found = []
    for group in meta.iterchildren("kwd-group"):
        if "mesh" in {(group.get(name) or "").strip().lower() for name in ("vocab", "kwd-group-type")}:
            for keyword in group.iterchildren("kwd"):
                found.append(heading(keyword.get("vocab-term-identifier"), line(keyword)))
    return tuple(dict.fromkeys(filter(None, found)))


def published(meta: Element) -> str | None:
    """The earliest publication date, printed or electronic."""
    dates = []
    for child in meta.iterchildren("pub-date"):
        if {child.get("pub-type"), child.get("date-type")} & _NOT_PUBLICATION:
            continue
        if date := iso_date(child.findtext("year"), child.findtext("month"), child.findtext("day")):
            dates.append(date)
    return earliest(dates)


def retraction(article: Element, meta: Element, title: str) -> Retraction:
    """What became of the article. A notice about another article is not itself retracted."""
    if article.get("article-type") == "retracted-article" or RETRACTED_TITLE.match(title):
        return "retracted"
    found = {
        _RETRACTIONS.get(child.get("related-article-type"), "none") for child in meta.iterchildren("related-article")
    }
    order: tuple[Retraction, ...] = ("retracted", "concern", "corrected")
    return next((state for state in order if state in found), "none")


def notices(article: Element, meta: Element, own: str | None) -> tuple[Notice, ...]:
    """What the article says of those that it retracts, corrects or doubts; `own` is its DOI.

    `partial-retraction` is the name of a link in both directions: it counts in a notice only. A retracted article names
    its notice, whatever the link is called.
    """
    found = []
    for link in meta.iterchildren("related-article"):
        kind = link.get("related-article-type")
        if (state := _NOTICES.get(kind)) is None or article.get("article-type") == "retracted-article":
            continue
        if kind == "partial-retraction" and article.get("article-type") not in _NOTICE_TYPES:
            continue
        named = _identified(link)
        if named is not None and named != ("doi", own):
            found.append(Notice(state, *named))
    return tuple(found)


def _identified(link: Element) -> tuple[str, str] | None:
    """Kind and identifier of a related article: a DOI wherever it stands, else as the type of the link says."""
    address = (link.get(_HREF) or "").strip()
    stated = [(link.get("ext-link-type"), address)]
    stated += [(child.get("pub-id-type"), child.text) for child in link.iterchildren("pub-id", "article-id")]
    for kind, value in stated:
        if doi := doi_in(value):
            return "doi", doi
        if kind in {"pmc", "pmcid"} and (pmcid := pmcid_in(value)):
            return "pmcid", pmcid
        if kind in {"pubmed", "pmid"} and (pmid := pmid_in(value)):
            return "pmid", pmid
    if in_pmc := _PMC_PAGE.search(address):
        return "pmcid", in_pmc.group(1).upper()
    if in_pubmed := _PUBMED_PAGE.search(address):
        return "pmid", in_pubmed.group(1).lstrip("0")
    return None


def authors(meta: Element) -> tuple[str, ...]:
    """People and groups that the article names as its authors, in its order; not the members of a group, nor editors
    or reviewers. A contributor without a role is what its group is."""
    names = []
    for group in meta.iterchildren("contrib-group"):
        of_authors = (group.get("content-type") or "author").startswith("author")
        for contrib in group.iterchildren("contrib"):
            role = contrib.get("contrib-type")
            if of_authors if role in _ANY_ROLE else role.startswith("author"):
                for child in contrib:  # its name stands first, and its marks and addresses need not be looked at
                    if child.tag in _NAMES and (name := _name(child)):
                        names.append(name)
                        break
    return tuple(names)


def _name(element: Element) -> str:
    """A person's name as it is spoken, or a group's."""
    if element.tag == "name":
        surname = given = suffix = ""
        for part in element:
            text = line(part) if len(part) else part.text or ""
            match part.tag:
                case "surname":
                    surname = text
                case "given-names":
                    given = text
                case "suffix":
                    suffix = text
        whole = f"{surname} {given}" if element.get("name-style") == "eastern" else f"{given} {surname}"
        return single_spaced(f"{whole} {suffix}" if suffix else whole)
    if element.tag.endswith("-alternatives"):  # the same name in several scripts
        return next((name for child in element if child.tag in _NAMES and (name := _name(child))), "")
    return line(element)


def licence(meta: Element) -> Licence:
    """The licence: its address where one is given, else its words.

    The `@href` of the licence governs. Another address or wording in its text counts only where it asks for more
    (NC, ND, SA): both are then given, and fail to resolve to one licence, as they should. A CC0 waiver beside another
    licence is for the data of the article (BioMed Central's usual clause), not for its text.
    """
    permissions = meta.find("permissions")
    holder = permissions if permissions is not None else meta  # NLM DTD 2 has the statement in article-meta.
    statement = holder.find("copyright-statement")
    if statement is not None:
        notice = line(statement)
    else:  # Newer files often give the parts alone.
        notice = " ".join(line(part) for part in holder.iterchildren("copyright-year", "copyright-holder"))
    found: dict[str, str] = {}
    words = ""
    for element in holder.iterchildren("license"):
        text = line(element)
        words = f"{words} {text}".strip()
        if href := (element.get(_HREF) or "").strip():
            found.setdefault(href, "jats:permissions/license/@href")
        for reference in element.iter("{*}license_ref"):
            if address := (reference.text or "").strip():
                found.setdefault(address, "jats:permissions/license/license_ref")
        for link in element.iter("ext-link", "uri"):
            if cc := _CC.match((link.get(_HREF) or link.text or "").strip()):
                found.setdefault(cc.group(), "jats:permissions/license//ext-link")
        for cc in _CC.finditer(text):
            found.setdefault(cc.group(), "jats:permissions/license/license-p")
    for reference in holder.iterchildren("{*}free_to_read", "{*}license_ref"):
        if address := (reference.text or "").strip():
            found.setdefault(address, "jats:permissions/license_ref")
    return _resolved(found, words, notice)


def _resolved(found: dict[str, str], words: str, notice: str) -> Licence:
    if not found:
        if words:
            return Licence(words, "jats:permissions/license", notice or None)
        if _LICENCE_WORDS.search(notice):
            cc = _CC.search(notice)
            return Licence(cc.group() if cc else notice, "jats:permissions/copyright-statement", notice)
        return Licence(copyright=notice or None)
    stated: dict[str, tuple[str, str]] = {}
    for address, place in found.items():
        stated.setdefault(licence_spelling(address), (address, place))
    articles = [key for key in stated if "publicdomain/zero" not in key] or list(stated)
    governing = articles[0]
    kept = [governing, *(key for key in articles[1:] if _conditions(key) - _conditions(governing))]
    raws = [stated[key][0] for key in kept]
    places = [stated[key][1] for key in kept]
    if _RESTRICTED.search(words) and not any(_conditions(key) & {"nc", "nd"} for key in kept):
        raws.append(words)
        places.append("jats:permissions/license/license-p")
    return Licence(" | ".join(raws), "; ".join(dict.fromkeys(places)), notice or None)


def _conditions(address: str) -> set[str]:
    """The Creative Commons conditions an address asks for (`nc`, `nd`, `sa`)."""
    return set(re.split(r"[/-]", address)) & {"nc", "nd", "sa"}


def licence_spelling(address: str) -> str:
    """One form for addresses that differ in scheme, host prefix, case, deed page or final slash."""
    address = re.sub(r"^https?://(?:www\.)?", "", address.lower())
    return re.sub(r"/(?:legalcode|deed(?:\.\w+)?)?/*$", "", address)
