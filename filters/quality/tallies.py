"""What the quality kernel counts in one document, before anything is divided by anything."""

from __future__ import annotations

import numpy as np

KERNEL_VERSION = 2
"""Raised whenever the kernel, `traits` or this table changes what is counted."""

TALLIES = np.dtype(
    [
        ("bytes", np.int64),
        ("characters", np.int64),
        ("newlines", np.int64),
        ("letters", np.int64),
        ("uppercase", np.int64),  # letters that are upper or title case
        ("digits", np.int64),
        ("words", np.int64),
        ("word_characters", np.int64),  # characters that are not white space
        ("longest_word", np.int64),
        ("alphabetic_words", np.int64),  # words with a letter in them
        ("hashes", np.int64),  # "#"
        ("ellipses", np.int64),  # "..." and "…"
        ("curly_braces", np.int64),  # "{"
        ("lorem_ipsum", np.int64),
        ("javascript", np.int64),
        ("spaced_letters", np.int64),  # runs of two or more one-letter words
        ("numeric_words", np.int64),  # words with a decimal digit and no letter
        ("capital_words", np.int64),  # words whose letters are all upper or title case
        ("mojibake", np.int64),
        ("sentences", np.int64),
        ("lines", np.int64),  # that hold a word
        ("bullet_lines", np.int64),
        ("ellipsis_lines", np.int64),
        ("terminal_lines", np.int64),  # ending as C4 wants
        ("punctuated_lines", np.int64),  # ending as FineWeb wants
        ("short_lines", np.int64),
        ("table_lines", np.int64),
        ("reference_lines", np.int64),
        ("paragraphs", np.int64),
        ("unique_words", np.int64),
        ("stop_words", np.int64),  # different ones
        ("stop_word_times", np.int64),  # occurrences of all
        ("top_word", np.int64),  # occurrences of the most frequent word
        ("top_word_alphabetic", np.int64),  # 1 if it is made of letters only
        ("count_log_count", np.float64),  # sum over different words of c ln c
        ("duplicate_lines", np.int64),
        ("duplicate_line_characters", np.int64),
        ("duplicate_paragraphs", np.int64),
        ("duplicate_paragraph_characters", np.int64),
        ("top_gram_characters", np.int64, (3,)),  # n = 2, 3, 4
        ("duplicate_gram_characters", np.int64, (6,)),  # n = 5 ... 10
    ]
)
"""One record a document. Every field is 0 for an empty text."""
