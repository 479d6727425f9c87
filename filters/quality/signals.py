"""The quality signals: what each one means, where it comes from, and how it is computed from the kernel's tallies.

Words are separated by white space, and in scripts that put none between words each letter is one (`corpus.words`).
Lines are separated by `\\n` (only lines that hold a word count), paragraphs by a line that holds no word. A share is
between 0 and 1 (that of n-grams may exceed 1 in those scripts, for the blanks that join words are counted); whatever
would be divided by nothing is 0.

These definitions follow datatrove 0.10 (`pipeline/filters/`), the reference that most corpora used, but for:

- words: see `corpus.words`. A word of punctuation alone counts, as in Gopher's paper; datatrove leaves it out.
- n-grams: datatrove joins their words without blanks, and so takes some for the same that are not.
- bullets: more signs than datatrove's two start a list item (`filters.quality.traits.BULLETS`).
- lines: datatrove cuts at `\\n` for FineWeb, at runs of it for Gopher's repetition, and with `str.splitlines` for
  Gopher's quality and C4, where blank lines count in the denominator. Here one definition, FineWeb's, serves all.
- line ends: white space at the end of a line is passed over before its last character is looked at.
- paragraphs: a line of white space separates them, as an empty one does.
- C4 removes lines; hc4 never rewrites text, so C4's line rules are shares or counts for the whole document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpus.stage import attribute

Tallies = npt.NDArray[Any]
"""Records of dtype `filters.quality.tallies.TALLIES`."""

GOPHER = "Gopher (Rae et al. 2021, A1.1)"
REPETITION = "Gopher (Rae et al. 2021, table A1)"
C4 = "C4 (Raffel et al. 2020, 2.2)"
FINEWEB = "FineWeb (Penedo et al. 2024, custom heuristics)"
REDPAJAMA = "RedPajama-V2 (Weber et al. 2024, table of quality signals)"
PES2O = "peS2o (Soldaini & Lo 2023, dataset card)"


_INT32 = pa.int32()


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured property of a document."""

    name: str
    kind: pa.DataType
    unit: str
    description: str
    formula: Callable[[Tallies], npt.NDArray[Any]]
    """From tallies (n records) to values (n)."""


def _count(name: str, unit: str, description: str, tally: str, kind: pa.DataType = _INT32) -> Signal:
    return Signal(name, kind, unit, description, lambda tallies: tallies[tally])


def _ratio(name: str, unit: str, description: str, part: str, whole: str, column: int | None = None) -> Signal:
    def formula(tallies: Tallies) -> npt.NDArray[Any]:
        return divided(tallies[part] if column is None else tallies[part][:, column], tallies[whole])

    return Signal(name, pa.float32(), unit, description, formula)


def divided(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """`part / whole`, and 0 where `whole` is 0."""
    quotient: npt.NDArray[np.float64] = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return quotient


def unigram_entropy(tallies: Tallies) -> npt.NDArray[np.float64]:
    """ln N - (1/N) sum of c ln c, for N words of which the different ones occur c times each."""
    words = np.maximum(tallies["words"], 1)
    # Rounding may leave -1e-16 for a document of one word said over and over.
    entropy: npt.NDArray[np.float64] = np.maximum(np.log(words) - tallies["count_log_count"] / words, 0.0)
    return entropy


SIGNALS: tuple[Signal, ...] = (
    _count("n_bytes", "bytes", "length in UTF-8", "bytes", pa.int64()),
    _count("n_characters", "characters", "length in code points", "characters"),
    _count("n_words", "words", f"words: see `corpus.words`; {GOPHER}, {PES2O}", "words", pa.int64()),
    _count("n_lines", "lines", "lines that hold a word", "lines"),
    _count("n_paragraphs", "paragraphs", f"blocks of lines separated by blank lines; {PES2O}", "paragraphs"),
    _count(
        "n_sentences",
        "sentences",
        "estimate: a stretch of a line up to sentence punctuation (any script, closing quotes and brackets included) "
        "before white space, or up to an ideographic or full-width stop anywhere; the rest of a line is one more; "
        f"after {C4}",
        "sentences",
    ),
    _ratio(
        "mean_word_length",
        "characters",
        f"characters that are not white space / words; {GOPHER}",
        "word_characters",
        "words",
    ),
    _count("longest_word", "characters", f"length of the longest word; {C4}, code: 1000", "longest_word"),
    _ratio("hash_word_ratio", "", f"'#' / words; {GOPHER}", "hashes", "words"),
    _ratio("ellipsis_word_ratio", "", f"'...' and '…' / words; {GOPHER}", "ellipses", "words"),
    _ratio("bullet_line_share", "", f"lines that start with a list bullet / lines; {GOPHER}", "bullet_lines", "lines"),
    _ratio("ellipsis_line_share", "", f"lines that end with '...' or '…' / lines; {GOPHER}", "ellipsis_lines", "lines"),
    _ratio(
        "alphabetic_word_share",
        "",
        f"words with at least one letter (Unicode L*) / words; {GOPHER}",
        "alphabetic_words",
        "words",
    ),
    _count(
        "n_stop_words",
        "words",
        f"how many of the, be, to, of, and, that, have, with occur, in lower case; {GOPHER}",
        "stop_words",
    ),
    _ratio(
        "stop_word_share",
        "",
        f"occurrences of these eight / words; after {REDPAJAMA}, rps_doc_stop_word_fraction, with its own list",
        "stop_word_times",
        "words",
    ),
    _ratio("numeric_word_share", "", "words with a decimal digit and no letter / words", "numeric_words", "words"),
    _ratio(
        "capital_word_share",
        "",
        f"words with letters, all of them upper or title case / words; {REDPAJAMA}, rps_doc_frac_all_caps_words",
        "capital_words",
        "words",
    ),
    _ratio(
        "table_line_share",
        "",
        "lines with at least two tabs or '|', or of at least three numeric words that are more than half of its words "
        "/ lines",
        "table_lines",
        "lines",
    ),
    _ratio(
        "reference_line_share",
        "",
        "lines as a list of references has them (`filters.quality.figures`) / lines",
        "reference_lines",
        "lines",
    ),
    _ratio(
        "duplicate_line_share", "", f"lines equal to an earlier one / lines; {REPETITION}", "duplicate_lines", "lines"
    ),
    _ratio(
        "duplicate_line_character_share",
        "",
        f"characters of lines equal to an earlier one / characters; {REPETITION}",
        "duplicate_line_characters",
        "characters",
    ),
    _ratio(
        "duplicate_paragraph_share",
        "",
        f"paragraphs equal to an earlier one / paragraphs; {REPETITION}",
        "duplicate_paragraphs",
        "paragraphs",
    ),
    _ratio(
        "duplicate_paragraph_character_share",
        "",
        f"characters of paragraphs equal to an earlier one / characters; {REPETITION}",
        "duplicate_paragraph_characters",
        "characters",
    ),
    *(
        _ratio(
            f"top_{n}_gram_character_share",
            "",
            f"length of the most frequent {n}-gram (of equals the first; words joined by a space) x its occurrences / "
            f"characters; {REPETITION}",
            "top_gram_characters",
            "characters",
            n - 2,
        )
        for n in (2, 3, 4)
    ),
    *(
        _ratio(
            f"duplicate_{n}_gram_character_share",
            "",
            f"characters of words in {n}-grams that occurred before, none counted twice / characters; {REPETITION}",
            "duplicate_gram_characters",
            "characters",
            n - 5,
        )
        for n in range(5, 11)
    ),
    _ratio(
        "terminal_line_share",
        "",
        f"""lines that end with . ? ! " or ' but not with '...' / lines; {C4}""",
        "terminal_lines",
        "lines",
    ),
    _ratio("mean_words_per_line", "words", f"words / lines; after {C4}", "words", "lines"),
    _count("n_lorem_ipsum", "occurrences", f"'lorem ipsum' in any case; {C4}", "lorem_ipsum"),
    _count("n_curly_braces", "occurrences", f"opening curly braces; {C4}", "curly_braces"),
    _count("n_javascript", "occurrences", f"'javascript' in any case; {C4}", "javascript"),
    _ratio(
        "punctuated_line_share",
        "",
        f"lines that end with sentence punctuation of any script / lines; {FINEWEB}",
        "punctuated_lines",
        "lines",
    ),
    _ratio("short_line_share", "", f"lines of at most 30 characters / lines; {FINEWEB}", "short_lines", "lines"),
    Signal(
        "duplicate_character_ratio",
        pa.float32(),
        "",
        f"characters of lines equal to an earlier one / characters but line ends; {FINEWEB}",
        lambda tallies: divided(tallies["duplicate_line_characters"], tallies["characters"] - tallies["newlines"]),
    ),
    _ratio("newline_word_ratio", "", f"line ends / words; {FINEWEB}", "newlines", "words"),
    _ratio("uppercase_share", "", "upper and title case letters / letters", "uppercase", "letters"),
    _ratio("digit_share", "", "decimal digits (Unicode Nd) / characters", "digits", "characters"),
    _ratio("unique_word_share", "", "different words / words", "unique_words", "words"),
    Signal(
        "unigram_entropy",
        pa.float32(),
        "nat",
        f"entropy of the distribution of words, -sum of p ln p; {REDPAJAMA}, rps_doc_unigram_entropy",
        unigram_entropy,
    ),
    _ratio("top_word_share", "", f"occurrences of the most frequent word / words; {PES2O}", "top_word", "words"),
    _count(
        "top_word_alphabetic",
        "",
        f"1 if the most frequent word (of equals the first) is made of letters only, else 0; {PES2O}",
        "top_word_alphabetic",
    ),
    _ratio(
        "mojibake_word_ratio",
        "",
        "U+FFFD, C1 controls but U+0085, and traces of UTF-8 that was read as Windows-1252 or Latin-1: one of Â Ã Î Ï "
        "Ð Ñ and one of U+00A1 to U+00BF or of Windows-1252's signs, Â and a no-break space, 'â€', 'ï¿' / words",
        "mojibake",
        "words",
    ),
    _count(
        "n_spaced_letter_runs",
        "runs",
        f"runs of two or more words of one letter each ('A b s t r a c t'), as poor OCR leaves them; after {PES2O}, V2",
        "spaced_letters",
    ),
)

SCHEMA: pa.Schema = pa.schema(
    [attribute(signal.name, signal.kind, signal.description, signal.unit) for signal in SIGNALS]
)
"""One row a document: shares and means are float32, counts int32, `n_bytes` and `n_words` int64."""


def signals(tallies: Tallies) -> pa.RecordBatch:
    """Every signal (schema `SCHEMA`) of n tallied documents."""
    return pa.record_batch(
        [
            pa.array(np.ascontiguousarray(signal.formula(tallies)).astype(signal.kind.to_pandas_dtype()), signal.kind)
            for signal in SIGNALS
        ],
        schema=SCHEMA,
    )
