"""Detectors of identifiers side by side: what each finds in every gold set, and how fast, in one call.

    python -m benchmarks.phi                   # hc4 and datatrove; others if they are installed
    python -m benchmarks.phi --peers           # installs the others first, each in an environment of its own
    python -m benchmarks.phi --classes         # a table more for each set: recall by Safe Harbor class
    python -m benchmarks.phi --set asq_phi_dev --contestant "hc4 literature"

Tables are Markdown. What is counted is told in `filters.phi.evaluation`. Each contestant has a process of its own with
one thread, and no network. presidio and philter-lite do a fortieth of a megabyte a second: for speed they read only the
first texts of each kind, up to `--megabytes`, and what they mask there is counted on these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.documents import abstracts, articles, kit_folder, megabytes
from benchmarks.peers import PHI_PEERS, install, python_of
from benchmarks.phi_contestants import CONTESTANTS
from benchmarks.quality import OFFLINE, ONE_THREAD
from filters.phi.classes import SafeHarbor, class_of
from filters.phi.evaluation import Evaluation, Found, Recall, Share, evaluate
from filters.phi.gold import GoldDocument, GoldSet, read_gold

PEER_OF = {
    "presidio default": "presidio",
    "presidio configured": "presidio",
    "presidio patterns": "presidio",
    "philter-lite": "philter",
    "dolma": "dolma-phi",
}
"""Environment of each contestant that is not in the project's own."""
SLOW = {"presidio default", "presidio configured", "presidio patterns", "philter-lite"}
MEGABYTES = 0.2
ABSTRACTS = 1000
FULL_TEXT_MEGABYTES = 4.0
BASE = "presidio default"
_PATIENCE = 1800
"""Seconds by the wall."""
ADDRESSES = {SafeHarbor.TELEPHONE, SafeHarbor.FAX, SafeHarbor.EMAIL, SafeHarbor.URL}
"""Classes that papers hold and that go."""
NOTES = {
    "aci_bench_note_names_dev": "notes of ACI-Bench",
    "inserted_identifiers_dev": "notes with inserted identifiers, one for 17 words",
    "aci_bench_dlg_names_dev": "dialogues of ACI-Bench",
}
"""Sets whose texts speed is measured on, and what they are."""
PARTIAL = {
    "aci_bench_dlg_names_dev": "Only patients' names are marked: recall alone means something.",
    "aci_bench_note_names_dev": "Only patients' names are marked: recall alone means something.",
    "meddocan_es": "Spanish; every detector here is made for English.",
    "synth_dataset_v2": "General domain, not clinical; countries and states are marked as places.",
}
"""What to know of a set before its figures are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one contestant gave for one list of texts."""

    cpu_seconds: float
    """Of one pass."""
    spans: list[list[list[Any]]]
    """Of each text, [start, end, kind] in characters."""


def gold_sets() -> list[GoldSet]:
    """Every gold set at hand: `phi_gold` (`$HC4_PHI_GOLD`, or beside the kit), MEDDOCAN and presidio-research's."""
    kit = kit_folder()
    beside = (kit or Path("kit")).parent / "phi_gold"
    gold = Path(os.environ.get("HC4_PHI_GOLD") or beside)
    paths = sorted(gold.glob("*.jsonl"))
    if kit is not None:
        paths += [kit / "meddocan_es", kit / "presidio_synth_pii" / "synth_dataset_v2.json"]
    return [read_gold(path) for path in paths if path.exists()]


def ask(name: str, lists: Sequence[Sequence[str]]) -> list[Answer] | str:
    """What contestant `name` finds in lists of texts, or why it does not run here."""
    python: Path | None = Path(sys.executable)
    if name in PEER_OF:
        python = python_of(PEER_OF[name])
        if python is None:
            return "not installed (--peers)"
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place, f"{number}.json") for number in range(len(lists))]
        for file, texts in zip(files, lists, strict=True):
            file.write_text(json.dumps(list(texts)), encoding="utf-8")
        command = [str(python), "-m", "benchmarks.phi_contest", name, *map(str, files)]
        environment = os.environ | ONE_THREAD | OFFLINE
        root = Path(__file__).parents[1]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=environment, cwd=root, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired:
            return f"not done after {_PATIENCE // 60} minutes"
    if done.returncode:
        # The kind of error alone: what it says may quote a text.
        return f"failed: {done.stderr.strip().splitlines()[-1].partition(':')[0]}"
    return [Answer(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def judged(documents: Sequence[GoldDocument], answer: Answer) -> Evaluation:
    """The evaluation of spans that were found in another process."""
    spans = iter(answer.spans)
    return evaluate(documents, lambda _: [Found(*span) for span in next(spans)])


def accuracy(gold: GoldSet, evaluations: dict[str, Evaluation | str], classes: bool) -> Iterator[str]:
    """Lines of one set's Markdown table, and of the one by class."""
    whole = next((each for each in evaluations.values() if isinstance(each, Evaluation)), Evaluation())
    yield f"### {gold.name}: {whole.documents:,} documents, {whole.total.n:,} identifiers\n"
    if note := PARTIAL.get(gold.name):
        yield note + "\n"
    yield from _head(
        *("", "touched", "covered", "covered, titles apart", "typed", "precision"),
        *("documents clean, titles apart", "hard negatives flagged", "words masked outside gold"),
    )
    for name, found in evaluations.items():
        if isinstance(found, str):
            yield _row(name, found, *[""] * 7)
            continue
        recalls = found.total.shares()
        if set(found.found_classes) == {None}:
            recalls["typed"] = Share(0, 0)  # its kinds are not known: nothing to measure
        cells = [*recalls.values(), found.found.share, Share(found.clean_untitled, found.with_identifiers)]
        cells += [Share(found.flagged, found.negatives)]
        masked = Share(found.masked_words, found.words)
        yield _row(name, *map(_interval, cells), _interval(masked, 5))
    if not classes:
        return
    kinds = [each for each in SafeHarbor if each in whole.classes]
    yield "\nRecall by class, touched / covered with titles apart:\n"
    yield from _head("", *(f"{each.value} {each.holds}, {whole.classes[each].n:,}" for each in kinds))
    for name, found in evaluations.items():
        if isinstance(found, Evaluation):
            yield _row(name, *(_pair(found.classes.get(each, Recall())) for each in kinds))


def speed(kind: str, texts: dict[str, Sequence[str]], answers: dict[str, Answer | str]) -> Iterator[str]:
    """Lines of the table of one kind of text: CPU seconds, MB (10^6 bytes of UTF-8) a CPU second, what is masked."""
    base = answers.get(BASE)
    slow = megabytes(texts[BASE]) / base.cpu_seconds if isinstance(base, Answer) else None
    yield f"### Speed: {kind}\n"
    yield from _head(
        *("", "texts", "MB", "CPU s", "MB/CPU s", f"times {BASE}", "texts flagged", "words masked"),
        "the same, e-mail, telephone, fax and web addresses apart",
    )
    for name, answer in answers.items():
        if isinstance(answer, str):
            yield _row(name, answer, *[""] * 7)
            continue
        size = megabytes(texts[name])
        documents = [GoldDocument(str(number), text, ()) for number, text in enumerate(texts[name])]
        found = judged(documents, answer)
        others = [[span for span in row if class_of(span[2]) not in ADDRESSES] for row in answer.spans]
        apart = judged(documents, Answer(answer.cpu_seconds, others))
        yield _row(
            *(name, f"{len(documents):,}", f"{size:.2f}", f"{answer.cpu_seconds:.3f}"),
            *(f"{size / answer.cpu_seconds:,.3f}", f"{size / answer.cpu_seconds / slow:,.1f}" if slow else ""),
            *(f"{found.flagged / found.documents:.1%}", f"{found.masked_words / found.words:.4%}"),
            f"{apart.masked_words / apart.words:.4%}",
        )


def compare(names: Sequence[str], sets: Sequence[str] = (), classes: bool = False, limit: float = MEGABYTES) -> None:
    """Print every table for contestants `names`, on all gold sets or those named."""
    golds = [gold for gold in gold_sets() if not sets or gold.name in sets]
    if not golds:
        print("No gold set is on this machine (HC4_PHI_GOLD, HC4_KIT).\n")
    texts = {gold.name: [each.text for each in gold.documents] for gold in golds}
    kinds = {} if sets else _kinds(golds)
    few = {kind: _first(each, limit) for kind, each in kinds.items()}
    answers: dict[str, dict[str, Answer | str]] = {}
    for name in names:
        fast = name not in SLOW
        print(f"{name} ...", file=sys.stderr)
        lists = [*texts.values(), *((kinds if fast else few).values())]
        given = ask(name, lists)
        keys = [*texts, *kinds]
        answers[name] = {key: given if isinstance(given, str) else given[at] for at, key in enumerate(keys)}
    for gold in golds:
        evaluations = {
            name: each if isinstance(each := answers[name][gold.name], str) else judged(gold.documents, each)
            for name in names
        }
        print("\n".join(accuracy(gold, evaluations, classes)) + "\n")
    for kind in kinds:
        read = {name: few[kind] if name in SLOW else kinds[kind] for name in names}
        print("\n".join(speed(kind, read, {name: answers[name][kind] for name in names})) + "\n")
    if kinds:
        print(
            f"Speed: the mean of passes over a second of CPU at least. presidio and philter-lite read {limit} MB of "
            "each kind, so their words masked are of fewer texts. As read by hc4, abstracts and articles hold next to "
            "no address: for hc4 that is the easy case, in which the prefilter alone does the work.\n"
        )
    if any(name in PEER_OF for name in names):
        print(
            "philter-lite masks word by word, so that each word is a span of its precision; its types are not read.\n\n"
            "presidio and philter-lite use a copy of spaCy's en_core_web_sm 3.8.0, which others than its authors put "
            "on PyPI; presidio's own default is the large model, which is not to be had there."
        )


def _kinds(golds: Sequence[GoldSet]) -> dict[str, list[str]]:
    """Texts that speed is measured on."""
    kinds = {f"{ABSTRACTS:,} MEDLINE abstracts": [each.text for each in abstracts()[:ABSTRACTS]]}
    kit = kit_folder()
    full = [each.text for each in articles(kit / "pmc_jats" if kit else None)]
    kinds["full texts of PubMed Central"] = _first(full, FULL_TEXT_MEGABYTES)
    return kinds | {NOTES[gold.name]: [each.text for each in gold.documents] for gold in golds if gold.name in NOTES}


def _first(texts: Sequence[str], limit: float) -> list[str]:
    """As many as come to `limit` MB, one at least."""
    found: list[str] = []
    size = 0.0
    for text in texts:
        size += megabytes([text])
        if found and size > limit:
            break
        found.append(text)
    return found


def _head(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield "|---" + "|--:" * (len(cells) - 1) + "|"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _interval(share: Share, digits: int = 3) -> str:
    if not share.n:
        return "–"  # noqa: RUF001 - a dash: nothing to measure
    low, high = (f"{bound:.{digits}f}".removeprefix("0") for bound in share.interval)
    return f"{share.value:.{digits}f} ({low}–{high})"  # noqa: RUF001 - a range


def _pair(recall: Recall) -> str:
    shares = recall.shares()
    return f"{shares['touched'].value:.3f} / {shares['covered_untitled'].value:.3f}"


def main(
    peers: Annotated[bool, typer.Option("--peers", help="Install absent peers first, through pip's index.")] = False,
    classes: Annotated[bool, typer.Option("--classes", help="Recall by Safe Harbor class, too.")] = False,
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="Only this gold set, and no speed. Default: all.")
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--contestant", help=f"Any of {', '.join(CONTESTANTS)}. Default: all.")
    ] = None,
    limit: Annotated[
        float, typer.Option("--megabytes", min=0.01, help="Of each kind of text, for the slow ones' speed.")
    ] = MEGABYTES,
) -> None:
    """Detectors of identifiers side by side."""
    if unknown := sorted(set(names or []) - set(CONTESTANTS)):
        raise typer.BadParameter(f"no contestant {', '.join(unknown)}")
    if peers:
        for name in PHI_PEERS:
            try:
                install(name)
            except RuntimeError as error:
                print(error, file=sys.stderr)
    compare(names or list(CONTESTANTS), sets or (), classes, limit)


if __name__ == "__main__":
    typer.run(main)
