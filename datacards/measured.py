"""What the manifest itself answers of the datasheet's questions: one function a question, Markdown out.

A function states what was measured and claims nothing beyond it. It returns None where the manifest holds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from datacards import contaminated, people
from datacards.columns import COLUMNS
from datacards.demographics import spoken
from datacards.splits import rule_in_words
from datacards.text import code, counted, markdown, number, plain, prose, share
from datacards.views import View, recipe_part, retrieved
from manifests import layout
from manifests.amount import Share

Answer = Callable[[View], str | None]

FLOOR = {
    "redistribute": "may be passed on",
    "commercial": "may be used commercially",
    "derivatives": "may be changed",
    "attribution": "asks for attribution",
    "share_alike": "asks for the same licence",
}
"""Rights of `manifest.rights.floor`, in words."""

_NAMED = 8
"""A sentence names this many labels of a mix and counts the rest."""


def mix(shares: Iterable[Share], whole: int) -> str:
    """`abstract (61.0%), full text (39.0%)`, by tokens."""
    listed = list(shares)
    named = ", ".join(f"{code(one.label)} ({share(one.amount.tokens, whole)})" for one in listed[:_NAMED])
    rest = len(listed) - _NAMED
    return f"{named} and {counted(rest, 'other')}" if rest > 0 else named


def _instances(view: View) -> str | None:
    if not view.doc_types:
        return None
    kinds = mix(view.doc_types, view.manifest.totals.tokens)
    return f"One document of a source, as one row. Document types, by tokens: {kinds}.{_subjects(view)}"


def _subjects(view: View) -> str:
    """Subject headings, as records state them; nothing where none does."""
    covered = view.manifest.coverage
    if covered is None or covered.mesh is None or not covered.mesh.top:
        return ""
    totals = view.manifest.totals
    stated = totals.documents - covered.mesh.not_stated.documents
    return (
        f" {counted(stated, 'document')} ({share(stated, totals.documents)}) state subjects, "
        f"{counted(covered.mesh.distinct, 'MeSH heading')} in all. A document counts for each of its own; most tokens "
        f"have {mix(covered.mesh.top[:_NAMED], totals.tokens)}."
    )


def _counts(view: View) -> str:
    totals = view.manifest.totals
    return (
        f"{counted(totals.documents, 'document')} from {counted(len(view.sources), 'source')}: "
        f"{counted(totals.words, 'word')}, {counted(totals.tokens, 'token')}, {counted(totals.bytes, 'byte')} of "
        "UTF-8. `README.md` counts them by source."
    )


def _sample(view: View) -> str:
    read = view.read.documents
    kept = view.manifest.totals.documents
    return (
        f"{counted(kept, 'document')} of the {number(read)} read were kept ({share(kept, read)}); the ledger counts "
        "every other one by stage and reason. How the raw files relate to all that their publishers hold was not "
        "measured."
    )


def _content(view: View) -> str:
    return f"{len(COLUMNS)} columns, listed in `README.md`: the text, its tokens, and where both came from."


def _labels(view: View) -> str:
    return "No. The text itself is the target of language modelling."


def _missing(view: View) -> str:
    of_reader: dict[tuple[str, ...], list[str]] = {}
    for one in view.sources:
        if one.source.kept.documents and one.source.reader.known_losses:
            of_reader.setdefault(one.source.reader.known_losses, []).append(code(one.source.name))
    losses = [
        f"{', '.join(names)}: {' '.join(prose(loss) for loss in lost).rstrip('.')}" for lost, names in of_reader.items()
    ]
    told = f" What the readers leave out: {'. '.join(losses)}." if losses else ""
    return f"{counted(view.undated, 'document')} without a year of publication.{_lacking(view)}{told}"


def _lacking(view: View) -> str:
    """Columns without a value in some documents; empty where that was not counted."""
    rows: Counter[str] = Counter()
    for one in view.sources:
        rows.update({column.column: column.rows for column in one.source.nulls if column.rows})
    whole = view.manifest.totals.documents
    some = ", ".join(f"{code(name)} ({share(count, whole)})" for name, count in sorted(rows.items()) if count < whole)
    none = ", ".join(code(name) for name, count in sorted(rows.items()) if count == whole)
    told = f" Columns without a value in some documents: {some}." if some else ""
    told += f" Without one in all: {none}." if none else ""
    return f"{told} Column `nulls` gives the reason of each; `README.md` counts by source." if told else ""


def _relations(view: View) -> str:
    return (
        "`cluster_id` joins near-duplicates, `pmid`, `pmcid` and `doi` join versions of one article, `raw_file` and "
        "`record` lead back to the source's own record. Citations are not resolved."
    )


def _splits(view: View) -> str | None:
    splits = view.manifest.splits
    if not splits:
        return None
    whole = view.manifest.totals.tokens
    named = "; ".join(
        f"{code(split.name)} with {counted(split.amount.documents, 'document')} ({share(split.amount.tokens, whole)} "
        f"of the tokens): {markdown(rule_in_words(view.manifest, split))}"
        for split in splits
    )
    return f"{named}. Near-duplicates never stand in two splits."


def _errors(view: View) -> str:
    dedup = view.manifest.dedup
    return (
        f"Merged into another as copies, versions or near-duplicates: {counted(view.merged, 'document')} "
        f"({code(dedup.algorithm)}; of {counted(dedup.candidate_pairs, 'candidate pair')}, "
        f"{number(dedup.verified_pairs)} were confirmed by their true Jaccard similarity). Below the threshold, "
        "overlapping text remains. Errors of fact in the sources were not looked for."
    )


def _self_contained(view: View) -> str:
    return (
        "It stands alone: text and tokens lie in the shards. "
        f"{counted(view.raw_files, 'raw file')} it was made from are named by sha256 in `manifest.json`."
    )


def _mechanisms(view: View) -> str | None:
    readers = sorted({(one.source.reader.name, one.source.reader.version) for one in view.sources})
    if not readers:
        return None
    named = ", ".join(f"{code(name)} version {version}" for name, version in readers)
    return (
        f"Readers of `hc4` {code(view.manifest.environment.hc4)}: {named}. The statistics page shows what each counted."
    )


def _sampling(view: View) -> str:
    return (
        "Nothing was sampled: every record of the raw files named in the manifest was read, and what was not kept is "
        "in the ledger."
    )


def _timeframe(view: View) -> str | None:
    days = retrieved(view.manifest)
    content = (
        f"Content published from {view.years[0]} to {view.years[-1]}; {counted(view.undated, 'document')} without a "
        "year."
        if view.years
        else ""
    )
    unstated = sum(file.retrieval is None for one in view.sources for file in one.source.raw_files)
    fetched = ""
    if days:
        rest = f"; of {counted(unstated, 'raw file')} it is not stated" if unstated else ""
        fetched = f"Raw files were fetched from {days[0]} to {days[1]}{rest}."
    elif unstated:
        fetched = "When the raw files were fetched is not stated."
    return " ".join(filter(None, (content, fetched))) or None


def _steps(view: View) -> str:
    stages = list(dict.fromkeys(stage.stage for one in view.sources for stage in one.stages))
    passed = ", ".join(code(stage) for stage in stages)
    masked, cut = (sum(getattr(one, name).documents for one in view.sources) for name in ("masked", "cut"))
    shortened = f"Repeated paragraphs were cut from {counted(cut, 'document')}. " if cut else ""
    through = f"In this order: {passed}. " if stages else ""
    return (
        f"{_formatting(view)}{through}Masking changed {counted(masked, 'document')}. {shortened}"
        + (f"{items} " if (items := contaminated.told(view.manifest)) else "")
        + "The thresholds are in the manifest's recipe."
    )


def _formatting(view: View) -> str:
    """What formatters did; empty if there are none."""
    told = [
        f"{code(one.source.name)} by {code(did.formatter)}"
        + (f" with {code(did.options)}" if did.options else "")
        + f" ({number(did.rewritten)} rewritten, {number(did.emptied)} emptied, {number(did.failed)} failed)"
        for one in view.sources
        for did in one.formatters
    ]
    if not told:
        return ""
    return (
        f"Before anything was measured, texts were rewritten as they were read, by datatrove's formatters: "
        f"{'; '.join(told)}; counted in documents. The text of these sources is not that of their raw files. "
    )


def _raw_data(view: View) -> str:
    return (
        "The snapshot holds no raw data. It names each raw file by its sha256, so that a copy can be told to be the "
        "one that was read."
    )


def _software(view: View) -> str:
    environment = view.manifest.environment
    return (
        f"`hc4` {code(environment.hc4)} (sha256 of its code {code(environment.code_sha256)}) on Python "
        f"{code(environment.python)}, with {counted(len(environment.packages), 'package')} whose versions the manifest "
        "lists."
    )


def _cautions(view: View) -> str | None:
    if not view.manifest.totals.tokens:
        return None
    whole = view.manifest.totals.tokens
    by_source = [Share(label=one.source.name, amount=one.source.kept) for one in view.sources]
    by_source.sort(key=lambda one: (-one.amount.tokens, one.label))
    return (
        f"It is as skewed as its sources. By tokens: sources {mix(by_source, whole)}; "
        f"languages {mix(view.languages, whole)}. {_associations(view)}"
    )


def _associations(view: View) -> str:
    """What is spoken of together more or less than by chance, in one or two sentences."""
    stated = view.manifest.demographics
    people = spoken(stated) if stated else None
    if people is None:
        return "Who is spoken about was not measured."
    told = f"Of {counted(people.tests, 'association')} between groups of people and drugs or conditions, "
    if not people.lines:
        return f"{told}{number(people.found)} differ from chance."
    strongest = "; ".join(
        f"{code(line.group)} near {code(line.concept)} (log-odds {line.log_odds}, 95 % {line.interval})"
        for line in people.lines[:3]
    )
    return (
        f"{told}{number(people.found)} differ from chance (q at most 0.05, within sources), the strongest of them "
        f"{strongest}. A model may learn them; `report/demographics.json` has all."
    )


def _subpopulations(view: View) -> str | None:
    stated = view.manifest.demographics
    people = spoken(stated) if stated else None
    if stated is None or people is None:
        return None
    told = []
    for dimension in stated.dimensions:
        rows = [row for row in people.groups if row.dimension == dimension.name]
        named = ", ".join(
            f"{code(row.name)} in {row.documents if row.documents == row.share else f'{row.documents} ({row.share})'}"
            for row in rows
        )
        told.append(f"{dimension.name.replace('_', ' ')}: {named}")
    spoken_in = ", ".join(code(language) for language in stated.languages)
    return (
        f"In documents, by words of the lexicon {code(stated.lexicon)} ({spoken_in} only, "
        f"{counted(people.documents, 'document')}): {'; '.join(told)}. {people.silent} name no group. What is counted "
        "is who is written about, not who was studied."
    )


def _floor(view: View) -> str | None:
    if not view.licences:
        return None
    words = {True: "yes", False: "no", None: "not known"}
    floor = view.manifest.rights.floor
    told = "; ".join(f"{label}: {words[floor.get(name)]}" for name, label in FLOOR.items())
    return f"Of the whole, by the strictest licence in it: {told}."


def _third_party_rights(view: View) -> str | None:
    if not view.licences:
        return None
    return (
        f"Every document keeps its own licence, in column `licence_spdx` with its evidence and its rights. By tokens: "
        f"{mix(view.licences, view.manifest.totals.tokens)}. `ATTRIBUTION.parquet` names whom the licences of "
        f"{counted(view.manifest.rights.attributed, 'document')} want named."
    )


def _errata(view: View) -> str:
    policy = recipe_part(view.manifest.recipe, "retraction")
    known = ""
    if isinstance(policy, dict) and isinstance(policy.get("drop"), list):
        states = ", ".join(code(str(state)) for state in policy["drop"])
        told = f"Documents whose work is {states} were dropped" if states else "No document was dropped for that"
        known = f" {told}; column `retraction` says what the sources state."
    return f"A snapshot never changes; a correction is another snapshot with another id.{known}{_taken_out(view)}"


def _taken_out(view: View) -> str:
    """What is told of takedowns; nothing of a snapshot that is as it was built."""
    told = [
        f"{counted(one.removed.documents, 'document')} by request {code(one.request_id)}"
        + (f" of {one.date}" if one.date else "")
        for one in view.manifest.takedowns
    ]
    if not told:
        return ""
    return f" After it was built, these were taken out: {'; '.join(told)}. `{layout.TAKEDOWNS}` lists them."


def _updates(view: View) -> str | None:
    earlier, parent = view.manifest.dedup.against, view.manifest.parent
    told = []
    if earlier:
        named = ", ".join(f"{code(one.name)} {code(one.snapshot_id)}" for one in earlier)
        told.append(f"It continues, and was deduplicated against: {named}.")
    if parent:
        told.append(f"It is snapshot {code(parent)} without documents that were taken out of it.")
    return " ".join(told) or None


def _old_versions(view: View) -> str:
    return (
        f"This snapshot is named by the sha256 of its manifest, {code(view.manifest.snapshot_id)}. Raw files, recipe "
        "and code of the same sha256 give the same bytes again."
    )


def parameters(values: dict[str, int | float]) -> str:
    """`bands = 14, rows = 8`, by name."""
    return ", ".join(f"{code(name)} = {plain(values[name])}" for name in sorted(values))


MEASURED: dict[tuple[str, str], Answer] = {
    ("composition", "instances"): _instances,
    ("composition", "counts"): _counts,
    ("composition", "sample"): _sample,
    ("composition", "content"): _content,
    ("composition", "labels"): _labels,
    ("composition", "missing"): _missing,
    ("composition", "relations"): _relations,
    ("composition", "splits"): _splits,
    ("composition", "errors"): _errors,
    ("composition", "self_contained"): _self_contained,
    ("composition", "confidential"): people.confidential,
    ("composition", "subpopulations"): _subpopulations,
    ("composition", "identification"): people.identification,
    ("composition", "sensitive"): people.sensitive,
    ("collection", "mechanisms"): _mechanisms,
    ("collection", "sampling"): _sampling,
    ("collection", "timeframe"): _timeframe,
    ("preprocessing", "steps"): _steps,
    ("preprocessing", "raw_data"): _raw_data,
    ("preprocessing", "software"): _software,
    ("uses", "cautions"): _cautions,
    ("distribution", "licence"): _floor,
    ("distribution", "third_party_rights"): _third_party_rights,
    ("maintenance", "errata"): _errata,
    ("maintenance", "updates"): _updates,
    ("maintenance", "old_versions"): _old_versions,
}
