"""Evaluation items in documents: speed, what is found of planted copies, what is taken for one and is none, the kit.

    python -m benchmarks.contamination              # hc4 and datatrove's n-gram rule; reads the whole kit, minutes
    python -m benchmarks.contamination --no-peers
    python -m benchmarks.contamination --hits 100   # hc4's hits on the kit as it is, to be read; they quote documents

The kit is looked for in `HC4_KIT`, or beside the repository. A copy is found if its item is, as a question: alone, with
an answer, or with its choices.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.contamination_negatives import NEGATIVES, halves, other_items
from benchmarks.contamination_peers import ngram_rule
from benchmarks.contamination_phrases import KINDS, phrases
from benchmarks.contamination_planting import EDITS, FORMS, Planted, folded, kit_items, planted
from benchmarks.documents import kit_folder, megabytes
from filters.contamination import ContaminationAnnotator, ContaminationConfig, Index, Item

_ASKED = ("question", "question_answer", "item")
_BOLD = 500
"""Prompts of BOLD that are planted; all are indexed."""
_PEER_EVERY = 40
"""A peer is shown every fortieth of what is planted: its word splitter reads 0.1 MB a second."""
_PEER_MEGABYTES = 1.5
_WHOLE = ContaminationConfig().whole_words
"""Words from which a question is found without its answer."""
_HOSTS = ("pubmed_xml", "medquad", "clinicaltrials_gov")
"""Sources whose documents copies are planted into: short ones."""


class Document(NamedTuple):
    """One document of the kit that may be trained on."""

    source: str
    id: str
    text: str


def kit_documents(kit: Path) -> Iterator[Document]:
    """Every document of the kit's sources but those that are there to evaluate."""
    import os

    from benchmarks.documents import texts_of
    from pipelines.locations import resolve_options, resolve_root
    from pipelines.rawfiles import find_raw_files
    from pipelines.recipe import load_recipe

    os.environ["HC4_KIT"] = str(kit)
    file = Path(__file__).parents[1] / "pipelines" / "recipes" / "kit.yaml"
    recipe = load_recipe(file)
    root = resolve_root(recipe.root, file.parent)
    for source in recipe.sources:
        if source.use != "evaluate":
            paths = [Path(raw.path) for raw in sorted(find_raw_files(source, root), key=lambda raw: raw.name)]
            texts = texts_of(source.reader, paths, source.name, resolve_options(source.options, root))
            yield from (Document(source.name, text.id, text.text) for text in texts)


def batch(texts: Sequence[str]) -> pa.RecordBatch:
    """Texts as a build hands them over."""
    return pa.record_batch({"text": pa.array(texts, pa.large_string())})


def hits(annotator: ContaminationAnnotator, texts: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Hits of each text."""
    found: list[list[dict[str, Any]]] = annotator.measure(batch(texts)).column(0).to_pylist()
    return found


def speed(annotator: ContaminationAnnotator, documents: Sequence[Document]) -> float:
    """MB of text per CPU second, all documents in batches of about 4 MB, warm; best of three."""
    parts: list[list[str]] = [[]]
    size = 0
    for document in documents:
        size += len(document.text)
        if size > 4 * 2**20:
            parts.append([])
            size = len(document.text)
        parts[-1].append(document.text)
    batches = [batch(part) for part in parts]
    annotator.measure(batches[0].slice(0, 2))
    spent = []
    for _ in range(3):
        began = time.process_time()
        for part in batches:
            annotator.measure(part)
        spent.append(time.process_time() - began)
    return megabytes([document.text for document in documents]) / min(spent)


def found(annotator: ContaminationAnnotator, copies: Sequence[Planted]) -> list[bool]:
    """Whether each planted item was found."""
    wanted = [(copy.item.set, copy.item.item_id) for copy in copies]
    return [
        any((hit["set"], hit["item"]) == key and hit["part"] in _ASKED for hit in mine)
        for key, mine in zip(wanted, hits(annotator, [copy.text for copy in copies]), strict=True)
    ]


def recall(
    out: Console, items: Sequence[Item], hosts: Sequence[str], rules: dict[str, Callable[[str], bool]]
) -> dict[str, int]:
    """Tables of recall by form, edit and set. Returns copies and those found, of records, over all edits."""
    annotator = ContaminationAnnotator(Index.build(items))
    generator = np.random.default_rng(0)
    bold = [item for item in items if item.set == "bold"]
    some = [bold[place] for place in sorted(generator.choice(len(bold), min(_BOLD, len(bold)), replace=False))]
    planting = [item for item in items if item.set != "bold"] + some
    names = list(dict.fromkeys(item.set for item in planting))
    tally = {"copies": 0, "found": 0}
    for form in FORMS:
        lengths = f"{_WHOLE} words or more", "shorter"
        table = Table("edit", "all", *lengths, *names, *rules, title=f"Recall: {form}s planted, by words and by set")
        for edit in EDITS:
            copies = planted(planting, form, edit, hosts, seed=1)
            right = found(annotator, copies)
            if form == "record":
                tally["copies"] += len(copies)
                tally["found"] += sum(right)
            by_set: dict[str, list[bool]] = defaultdict(list)
            for copy, one in zip(copies, right, strict=True):
                by_set[copy.item.set].append(one)
            theirs = [[rule(copy.text) for copy in copies[::_PEER_EVERY]] for rule in rules.values()]
            long = [len(folded(copy.item.question)) >= _WHOLE for copy in copies]
            by_length = [[one for one, its in zip(right, long, strict=True) if its is which] for which in (True, False)]
            shares = [right, *by_length, *(by_set[name] for name in names), *theirs]
            table.add_row(edit, *(f"{sum(share) / len(share):.3f}" for share in shares))
        out.print(table)
    counts = Counter(item.set for item in planting)
    counts[f"with a question of {_WHOLE} words or more"] = sum(len(folded(i.question)) >= _WHOLE for i in planting)
    out.print(", ".join(f"{name} {count}" for name, count in counts.items()))
    return tally


def precision(
    out: Console, items: Sequence[Item], hosts: Sequence[str], make: dict[str, Callable[[Sequence[Item]], Any]]
) -> None:
    """What looks like an item of every second one and is none: how many are taken for one."""
    first, others = halves([item for item in items if item.set != "bold"])
    annotator = ContaminationAnnotator(Index.build(first))
    rules = {name: made(first) for name, made in make.items()}
    generator = np.random.default_rng(7)
    kinds = {"items of the other half": other_items(others, hosts, generator)}
    kinds |= {name: maker(first, hosts, generator) for name, maker in NEGATIVES.items()}
    kinds |= {kind: phrases(kind, first, hosts, np.random.default_rng(11)) for kind in KINDS}
    table = Table(
        "hard negative", "documents", "flagged", "share", *rules, title="Hard negatives, half of the items known"
    )
    wrong = total = 0
    for name, made in kinds.items():
        copies = list(made)
        flagged = sum(any(hit["part"] in _ASKED for hit in mine) for mine in hits(annotator, [c.text for c in copies]))
        theirs = [[rule(copy.text) for copy in copies[::_PEER_EVERY]] for rule in rules.values()]
        shares = [f"{sum(share) / len(share):.3f}" for share in theirs]
        table.add_row(name, f"{len(copies):,}", f"{flagged}", f"{flagged / len(copies):.4f}", *shares)
        wrong, total = wrong + flagged, total + len(copies)
    out.print(table)
    copies = planted(first, "record", "one word", hosts, seed=2)
    right = sum(found(annotator, copies))
    value = right / (right + wrong * len(copies) / total)
    out.print(
        f"Precision {value:.4f}: {right:,} of {len(copies):,} copies with one word edited found, {wrong} of {total:,} "
        "hard negatives taken for one, as many of the one as of the other."
    )


def natural(out: Console, annotator: ContaminationAnnotator, documents: Sequence[Document], show: int) -> None:
    """What stands in the kit as it is, by source, set and part; `show` of it in full, drawn by chance."""
    counts: Counter[tuple[str, str, str]] = Counter()
    places: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    told: list[tuple[Document, dict[str, Any]]] = []
    for start in range(0, len(documents), 2000):
        some = documents[start : start + 2000]
        for document, mine in zip(some, hits(annotator, [one.text for one in some]), strict=True):
            for hit in mine:
                key = (document.source, hit["set"], hit["part"])
                counts[key] += 1
                places[key].add(hit["item"])
                told.append((document, hit))
    table = Table("source", "set", "part", "hits", "items", title="Found in the kit as it is")
    for key, count in sorted(counts.items()):
        table.add_row(*key, str(count), str(len(places[key])))
    out.print(table)
    for place in sorted(np.random.default_rng(5).permutation(len(told))[:show].tolist()):
        document, hit = told[place]
        text = document.text.encode()[hit["start"] : hit["end"]].decode()
        out.print(
            f"{document.id} <- {hit['set']} {hit['item']} {hit['part']} {hit['score']:.2f} "
            f"{hit['matched']}/{hit['of']}: "
            f"{' '.join(text.split())[:300]}",
            markup=False,
            highlight=False,
        )


def compare(out: Console, peers: bool = True, show: int = 0) -> None:
    """All of it."""
    kit = kit_folder()
    if kit is None:
        out.print("The kit is not on this machine: set HC4_KIT.")
        return
    items = kit_items(kit)
    documents = list(kit_documents(kit))
    hosts = [one.text for one in documents if one.source in _HOSTS and len(one.text) > 300]
    began = time.process_time()
    index = Index.build(items)
    built = time.process_time() - began
    annotator = ContaminationAnnotator(index)
    without = Index.build([item for item in items if item.set != "bold"])
    out.print(
        f"{len(items):,} items, {index.nbytes:,} bytes, {index.nbytes / len(index):.0f} an item, built in {built:.1f} "
        f"CPU s; without BOLD's prompts {len(without):,} items, {without.nbytes / len(without):.0f} bytes an item, of "
        f"which {without.words.nbytes / len(without):.0f} are their words and "
        f"{(without.vocabulary.nbytes + without.weights.nbytes) / len(without):.0f} the vocabulary."
    )
    with tempfile.TemporaryDirectory() as folder:
        makers = {
            f"datatrove {n}-gram": lambda mine, n=n: ngram_rule(mine, n, Path(tempfile.mkdtemp(dir=folder)) / "index")
            for n in ((12, 13) if peers else ())
        }
        rules = {name: make(items) for name, make in makers.items()}
        table = Table("rule", "MB", "MB/CPU s", title="Speed, the whole index")
        whole = megabytes([one.text for one in documents])
        table.add_row("hc4", f"{whole:.1f}", f"{speed(annotator, documents):.1f}")
        for name, rule in rules.items():
            some, size = [], 0.0
            for text in hosts:
                some.append(text)
                size += megabytes([text])
                if size > _PEER_MEGABYTES:
                    break
            rule(some[0])
            began = time.process_time()
            for text in some:
                rule(text)
            table.add_row(name, f"{size:.1f}", f"{size / (time.process_time() - began):.3f}")
        out.print(table)
        recall(out, items, hosts, rules)
        precision(out, items, hosts, makers)
    natural(out, annotator, documents, show)


def main(
    peers: Annotated[bool, typer.Option(help="Run datatrove's rule beside.")] = True,
    hits: Annotated[int, typer.Option(min=0, help="Hits on the kit to print.")] = 0,
) -> None:
    """Evaluation items in documents."""
    compare(Console(width=200), peers, hits)


if __name__ == "__main__":
    typer.run(main)
