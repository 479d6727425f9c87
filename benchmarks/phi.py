"""PHI screening side by side: ours, datatrove's PIIFormatter (e-mail and IP), presidio's pattern recognizers.

`python -m benchmarks.phi [documents]` runs on real abstracts of the demo assets, one process, CPU seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pyarrow as pa

from benchmarks.documents import abstracts
from filters.phi.annotator import PhiAnnotator

PRESIDIO_SHARE = 100  # presidio gets every hundredth document: it would take minutes on all


def ours(texts: list[str]) -> None:
    PhiAnnotator().measure(pa.record_batch([pa.array(texts, pa.large_string())], names=["text"]))


def datatrove(texts: list[str]) -> None:
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()
    for text in texts:
        formatter.format(text)


def presidio(texts: list[str]) -> None:
    import presidio_analyzer.predefined_recognizers as predefined
    import tldextract

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # never asks the network
    names = ["EmailRecognizer", "PhoneRecognizer", "UsSsnRecognizer", "IpRecognizer", "UrlRecognizer"]
    recognizers = [getattr(predefined, name)() for name in names]
    for text in texts:
        for recognizer in recognizers:
            recognizer.analyze(text, recognizer.supported_entities, None)


def speed(screen: Callable[[list[str]], None], texts: list[str]) -> float:
    """MB (10^6 bytes of UTF-8) per CPU second, after a warm-up on one text."""
    screen(texts[:1])
    start = time.process_time()
    screen(texts)
    return sum(len(text.encode()) for text in texts) / 1e6 / (time.process_time() - start)


def run(texts: list[str]) -> dict[str, float]:
    """MB per CPU second of each system on `texts` (presidio on a hundredth of them)."""
    return {
        "hc4": speed(ours, texts),
        "datatrove": speed(datatrove, texts),
        "presidio": speed(presidio, texts[::PRESIDIO_SHARE]),
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    texts = [each.text for each in abstracts()[:count]]
    speeds = run(texts)
    print(f"{len(texts):,} abstracts, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
    for name, value in speeds.items():
        print(f"{name:10} {value:8.2f} MB per CPU second   hc4 is {speeds['hc4'] / value:6.1f}x")


if __name__ == "__main__":
    main()
