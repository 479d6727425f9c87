"""Languages: hc4 beside fastText and datatrove on the same documents, and how often it is right.

    python -m benchmarks.language                 # speed and agreement with whole-text prediction
    python -m benchmarks.language --confusion     # right and wrong on E3C and TICO-19, by length
    python -m benchmarks.language --calibrate     # fit the score again
    python -m benchmarks.language --memory        # peak memory of a process that measures the abstracts

The kit is looked for in `HC4_KIT`, or beside the repository. CPU seconds of this process, the best of three runs; both
sides warm.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from benchmarks.documents import abstracts, articles, megabytes
from benchmarks.labelled import KIT, kit_documents, labelled, with_cuts
from corpus.assets import asset_path

BANDS = ((1, 50), (51, 200), (201, 1000), (1001, 10**9))
_BATCH = 4 * 2**20
_KNOWN = ("en", "es", "fr", "it", "eu", "hi", "lg", "ps", "ru", "zh")


def batches(texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of about 4 MB, as a build reads them."""
    held: list[str] = []
    weight = 0
    for text in texts:
        held.append(text)
        weight += len(text)
        if weight > _BATCH:
            yield pa.record_batch({"text": pa.array(held, pa.large_string())})
            held, weight = [], 0
    if held:
        yield pa.record_batch({"text": pa.array(held, pa.large_string())})


def _annotator() -> Any:
    from filters.language import LanguageAnnotator

    return LanguageAnnotator(asset_path("lid.176.ftz"))


def _best(work: Callable[[], object], times: int = 3) -> float:
    """CPU seconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def whole_text(texts: Sequence[str]) -> list[str]:
    """fastText's own label of each whole text."""
    import fasttext

    lines = [text.replace("\n", " ") + "\n" for text in texts]
    model = fasttext.load_model(str(asset_path("lid.176.ftz"))).f
    return [found[0][len("__label__") :] if found else "und" for found in model.multilinePredict(lines, 1, 0.0, "")[0]]


def speed(name: str, texts: Sequence[str], few: int) -> str:
    """MB per CPU second of the three, and their ratios; the peers read the first `few` texts."""
    from datatrove.data import Document  # type: ignore[import-untyped]

    from benchmarks.peer_datatrove import _language_filter

    annotator, parts, peer = _annotator(), list(batches(texts)), _language_filter()
    annotator.measure(parts[0].slice(0, 10))
    peer.filter(Document(text="warm", id=""))
    whole_text(["warm"])
    ours = megabytes(texts) / _best(lambda: [annotator.measure(part) for part in parts])
    some = megabytes(texts[:few])
    library = some / _best(lambda: whole_text(texts[:few]))
    datatrove = some / _best(lambda: [peer.filter(Document(text=text, id="")) for text in texts[:few]])
    mean = megabytes(texts) * 1e6 / len(texts)
    return (
        f"{name:14}{len(texts):>8,}{mean:>10,.0f}{ours:>10.1f}{library:>12.2f}{datatrove:>12.2f}"
        f"{ours / library:>14.1f}{ours / datatrove:>14.1f}"
    )


def agreement() -> str:
    """Documents of the kit on which the label, and the decision by it, differ from whole-text prediction."""
    rows = list(kit_documents())
    texts = [row[-1] for row in rows]
    allow = {"en", "es", "fr", "it", "eu", "hi", "ps", "ru", "zh"}
    whole = whole_text(texts)
    found = [one for part in batches(texts) for one in _annotator().measure(part).to_pylist()]
    differ = Counter(row[0] for row, a, b in zip(rows, whole, found, strict=True) if a != b["language"])
    lines = [f"{len(rows):,} documents of the kit; label differs on {differ.total():,}"]
    for names in (allow, {"en"}):
        from filters.language.shares import allowed_share

        shares = pa.concat_arrays([_annotator().measure(part).column("languages") for part in batches(texts)])
        stays = allowed_share(shares, sorted(names)) >= 0.5
        other = sum((a in names) != bool(b) for a, b in zip(whole, stays, strict=True))
        lines.append(f"allowed {', '.join(sorted(names))}: decision equal on {1 - other / len(rows):.3%}")
    lines.append("labels that differ: " + ", ".join(f"{source} {count}" for source, count in differ.most_common()))
    examples = [
        f"  {row[0]:16} whole {a:4} here {', '.join('{language} {share:.2f}'.format(**one) for one in b['languages'])}"
        for row, a, b in zip(rows, whole, found, strict=True)
        if a != b["language"] and len(row[-1]) > 200
    ]
    return "\n".join(lines + examples[:25])


def confusion() -> str:
    """By length: texts of E3C and TICO-19, whole and cut, by stated and found language."""
    texts = [each for each in with_cuts(labelled()) if each.origin in ("E3C", "TICO-19")]
    found = [one for part in batches([each.text for each in texts]) for one in _annotator().measure(part).to_pylist()]
    lines = []
    for low, high in BANDS:
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for each, one in zip(texts, found, strict=True):
            if low <= len(each.text) <= high:
                language = one["language"] if one["language"] in _KNOWN else "other"
                table[each.language][language] += 1
        called = Counter({name: sum(row[name] for row in table.values()) for name in _KNOWN})
        width = f"{low} to {high}" if high < 10**9 else f"more than {low - 1}"
        lines.append(f"\n{width} characters, {sum(row.total() for row in table.values()):,} texts; rows as stated")
        lines.append(
            f"{'':4}" + "".join(f"{name:>7}" for name in (*_KNOWN, "other")) + f"{'recall':>9}{'precision':>11}"
        )
        for name in _KNOWN:
            if row := table.get(name):
                right = row[name]
                lines.append(
                    f"{name:4}"
                    + "".join(f"{row[other] or '.':>7}" for other in (*_KNOWN, "other"))
                    + f"{right / row.total():>9.4f}{right / called[name] if called[name] else 0:>11.4f}"
                )
    return "\n".join(lines)


def memory() -> str:
    """Peak resident memory of this process: after import and model, and after the abstracts."""
    annotator = _annotator()
    annotator.measure(pa.record_batch({"text": pa.array(["warm"], pa.large_string())}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    part = next(batches([each.text for each in articles()] * 20))
    for _ in range(50):
        annotator.measure(part)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"peak resident memory: {before:.0f} MB with model and kernels, {after:.0f} MB after 200 MB of text"


def main(arguments: Sequence[str]) -> None:
    """What the arguments ask for."""
    if "--calibrate" in arguments:
        from benchmarks.language_calibration import run

        print(run())
    elif "--confusion" in arguments:
        print(confusion())
    elif "--memory" in arguments:
        print(memory())
    else:
        head = f"{'MB/CPU s':14}{'texts':>8}{'bytes':>10}{'hc4':>10}{'fastText':>12}{'datatrove':>12}"
        print(head + f"{'x fastText':>14}{'x datatrove':>14}")
        print(speed("abstracts", [each.text for each in abstracts()], 3_000))
        if KIT.is_dir():
            rows = list(kit_documents())
            print(speed("full text", [text for source, _, _, text in rows if source == "pmc_jats"], 80))
            print(agreement())
        else:
            print(speed("full text", [each.text for each in articles()] * 20, 8))


if __name__ == "__main__":
    main(sys.argv[1:])
