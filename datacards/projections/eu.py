"""A fragment of the public summary of training content, Art. 53(1)(d) of the EU AI Act, in the Commission's template.

The duty is the model provider's: sections 1.1 and 1.2 are left blank for them, 1.3 to 3.3 say what this corpus adds.
Which section a source belongs to is a person's word (`eu_section` in the recipe); a section is denied only if every
source has one. A public dataset is large, and named, if it is more than 3 % of all public data here, by tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datacards.datasheet import NOT_STATED
from datacards.projections.facts import CARDS, Facts, Json, document, table
from datacards.text import Markdown, counted, markdown, number, share, web_address
from datacards.views import SourceView, recipe_part

LARGE = 0.03
"""Share of the public data of a modality above which a dataset is named (template, section 2.1)."""

BLANK = "(for the provider of the model)"

SECTIONS = ("1.1", "1.2", "1.3", "2.1", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6", "3.1", "3.2", "3.3")
"""Of the template, in its order."""

_BANDS = ((10**9, "less than 1 billion tokens"), (10**13, "1 billion to 10 trillion tokens"))


@dataclass(frozen=True, slots=True)
class Part:
    """One numbered section, and what it says line by line."""

    number: str
    title: str
    rows: tuple[tuple[str, Json], ...]
    """(label, text or list of texts)."""


def project(facts: Facts) -> dict[str, bytes]:
    """The fragment as JSON and Markdown, and the domains that it may have to name."""
    parts = tuple(_parts(facts))
    stated = {
        "template": "Public Summary of Training Content, Art. 53(1)(d) of Regulation (EU) 2024/1689",
        "fragment_of": facts.base,
        "last_update": facts.issued or NOT_STATED,
        "sections": {part.number: {"title": part.title, **dict(part.rows)} for part in parts},
    }
    name = f"{CARDS}/eu_training_content_fragment"
    domains = [
        (one.source.name, _section(facts, one) or NOT_STATED, *row)
        for one in facts.view.sources
        for row in _domains(one)
    ]
    header = ("source", "eu_section", "domain", "documents", "tokens")
    return {
        f"{name}.json": document(stated),
        f"{name}.md": _page(facts, parts).encode(),
        f"{CARDS}/top_domains.csv": table(header, domains),
    }


def _parts(facts: Facts) -> Iterator[Part]:
    yield Part("1.1", "Provider", (("Name and contact", BLANK), ("Authorised representative", BLANK)))
    yield Part("1.2", "Model", (("Name, version, dependencies, date of placing on the market", BLANK),))
    yield _size(facts)
    yield _public(facts)
    yield _private(facts, "2.2.1", "Data licensed commercially from rightsholders or their representatives")
    yield _private(facts, "2.2.2", "Other private datasets obtained from third parties")
    yield _crawled(facts)
    yield _private(facts, "2.4", "User data")
    yield _synthetic(facts)
    yield _private(facts, "2.6", "Other sources of data")
    yield _measures(facts)
    yield _removal(facts)
    yield Part(
        "3.3",
        "Other information",
        (
            ("Personal data", facts.answer("composition", "identification")),
            ("Snapshot", facts.manifest.snapshot_id),
            ("Not stated", list(facts.gaps)),
        ),
    )


def _size(facts: Facts) -> Part:
    totals = facts.manifest.totals
    band = next((words for limit, words in _BANDS if totals.tokens < limit), "more than 10 trillion tokens")
    days = facts.retrieved
    kinds = [f"{one.label}: {share(one.amount.tokens, totals.tokens)}" for one in facts.view.doc_types]
    tongues = [f"{one.label}: {share(one.amount.tokens, totals.tokens)}" for one in facts.view.languages]
    dates = facts.period
    return Part(
        "1.3",
        "Modalities, size and characteristics",
        (
            ("Modality", "text"),
            ("Size band", band),
            ("Size", f"{counted(totals.tokens, 'token')} of {facts.manifest.tokenizer.name}"),
            ("Types of content, by tokens", kinds or [NOT_STATED]),
            ("Latest date of data acquisition", f"{days[1][5:7]}/{days[1][:4]}" if days else NOT_STATED),
            ("Continuous training", BLANK),
            ("Linguistic characteristics, by tokens", tongues or [NOT_STATED]),
            ("Dates of publication", f"{dates[0]} to {dates[1]}" if dates else NOT_STATED),
            ("Demographic characteristics", facts.answer("composition", "subpopulations")),
        ),
    )


def _public(facts: Facts) -> Part:
    sources = _of(facts, "2.1")
    whole = sum(one.source.kept.tokens for one in sources)
    large = [one for one in sources if one.source.kept.tokens > LARGE * whole]
    rest = [one for one in sources if one not in large]
    others = (
        f"{counted(len(rest), 'smaller dataset')} of healthcare text, "
        f"{share(sum(one.source.kept.tokens for one in rest), whole)} of the tokens of public datasets"
        if rest
        else "none"
    )
    return Part(
        "2.1",
        "Publicly available datasets",
        (
            ("Used", _used(facts, "2.1")),
            ("Modality", "text"),
            (
                "Large datasets",
                [
                    f"{_named(one)}, {web_address(one.source.homepage) or 'address ' + NOT_STATED}: "
                    f"{counted(one.source.kept.tokens, 'token')} ({share(one.source.kept.tokens, whole)})"
                    for one in large
                ],
            ),
            ("Other datasets", others if sources else _used(facts, "2.1")),
            ("Sources of which no section is stated", [_named(one) for one in _of(facts, None)]),
        ),
    )


def _private(facts: Facts, section: str, title: str) -> Part:
    sources = [f"{_named(one)}: {counted(one.source.kept.tokens, 'token')}" for one in _of(facts, section)]
    return Part(section, title, (("Used", _used(facts, section)), ("Modality", "text"), ("Sources", sources)))


def _crawled(facts: Facts) -> Part:
    sources = _of(facts, "2.3")
    rows = [row for one in sources for row in _domains(one)]
    volume: dict[str, int] = {}
    for domain, _, tokens in rows:
        volume[domain] = volume.get(domain, 0) + tokens
    ordered = sorted(volume.items(), key=lambda item: (-item[1], item[0]))
    none = [] if not sources else [NOT_STATED]
    return Part(
        "2.3",
        "Data crawled and scraped from online sources",
        (
            ("Used", _used(facts, "2.3")),
            ("Modality", "text"),
            ("Sources", [f"{_named(one)}: {counted(one.source.kept.tokens, 'token')}" for one in sources]),
            ("Crawlers, their purposes and behaviour", NOT_STATED if sources else _used(facts, "2.3")),
            ("Period of collection", _period(sources) if sources else _used(facts, "2.3")),
            (
                "Most relevant domains, by tokens; all that are counted stand in top_domains.csv",
                [f"{domain} ({counted(tokens, 'token')})" for domain, tokens in ordered] or none,
            ),
        ),
    )


def _synthetic(facts: Facts) -> Part:
    base = _private(facts, "2.5", "Synthetic data")
    surrogates = "surrogate" in facts.manifest.privacy.replaced.values()
    words = (
        "Made values stand in the place of identifiers; no model generates text."
        if surrogates
        else "The build makes none."
    )
    return Part(base.number, base.title, (*base.rows, ("Made by the build", words)))


def _measures(facts: Facts) -> Part:
    rights = facts.manifest.rights
    return Part(
        "3.1",
        "Respect of reservations of rights from the text and data mining exception",
        (
            ("Signatory of the Code of Practice", BLANK),
            ("Opt-out protocols honoured in collection", NOT_STATED),
            (
                "Measures of this corpus",
                f"Licence profile {facts.manifest.licence_profile}, an allow-list: {facts.manifest.licence_statement} "
                f"{counted(rights.conflicts, 'record')} with conflicting statements.",
            ),
            ("Licences, by tokens", [f"{one.label}: {number(one.amount.tokens)}" for one in facts.view.licences]),
        ),
    )


def _removal(facts: Facts) -> Part:
    left: dict[str, int] = {}
    for line in facts.manifest.ledger.lines:
        left[line.stage] = left.get(line.stage, 0) + line.amount.documents
    return Part(
        "3.2",
        "Removal of illegal content",
        (
            ("Search for illegal content", f"{NOT_STATED}: no stage looks for it"),
            ("Left out for their licence", counted(left.get("licence", 0), "document")),
            ("Left out because their work was retracted or doubted", counted(left.get("retraction", 0), "document")),
        ),
    )


def _page(facts: Facts, parts: tuple[Part, ...]) -> str:
    said = [
        f"# Summary of training content: fragment for {markdown(facts.title)}",
        f"Snapshot {markdown(facts.manifest.snapshot_id)}. Last update: {markdown(facts.issued or NOT_STATED)}.",
        "For Art. 53(1)(d) of Regulation (EU) 2024/1689. The provider of a model adds 1.1 and 1.2 and pastes the rest.",
    ]
    for part in parts:
        said.append(f"## {part.number} {markdown(part.title)}")
        rows = []
        for label, value in part.rows:
            if isinstance(value, list):
                rows.append(f"- **{markdown(label)}**:{'' if value else ' none'}")
                rows += [f"  - {markdown(item)}" for item in value]
            else:
                rows.append(f"- **{markdown(label)}**: {markdown(value)}")
        said.append(Markdown("\n".join(rows)))
    return "\n\n".join(said) + "\n"


def _section(facts: Facts, one: SourceView) -> str | None:
    recipe = recipe_part(facts.manifest.recipe, "sources")
    for asked in recipe if isinstance(recipe, list) else ():
        if isinstance(asked, Mapping) and asked.get("name") == one.source.name:
            found = asked.get("eu_section")
            return found if isinstance(found, str) else None
    return None


def _of(facts: Facts, section: str | None) -> list[SourceView]:
    """Sources of a section that something is released of, most tokens first."""
    found = [one for one in facts.view.sources if one.source.kept.documents and _section(facts, one) == section]
    return sorted(found, key=lambda one: (-one.source.kept.tokens, one.source.name))


def _used(facts: Facts, section: str) -> str:
    """`yes`, `no` if every source is of another section, else not stated."""
    if _of(facts, section):
        return "yes"
    return NOT_STATED if _of(facts, None) else "no"


def _domains(one: SourceView) -> list[tuple[str, int, int]]:
    """(domain, documents, tokens) of a source, most tokens first, as far as the manifest names them."""
    covered = one.source.coverage
    shares = covered.domains.top if covered else ()
    return [(share.label, share.amount.documents, share.amount.tokens) for share in shares]


def _period(sources: list[SourceView]) -> str:
    days = sorted(file.retrieval.retrieved[:7] for one in sources for file in one.source.raw_files if file.retrieval)
    return f"{days[0][5:]}/{days[0][:4]} to {days[-1][5:]}/{days[-1][:4]}" if days else NOT_STATED


def _named(one: SourceView) -> str:
    return one.source.title or one.source.name
