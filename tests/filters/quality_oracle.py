"""Every quality signal once more: slow, obvious, and written from the definitions rather than from the kernel."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from itertools import pairwise

from filters.quality.traits import BULLETS, TERMINAL_RANGES

STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}

TERMINAL = "".join(
    chr(code)
    for given in TERMINAL_RANGES.split()
    for code in range(int(given.split("-")[0], 16), int(given.split("-")[-1], 16) + 1)
)
CLOSING = "\"'" + "".join(chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Pe", "Pf"))
WIDE = "\u3002\uff01\uff0e\uff1f\uff61"
TRAILS = "".join(chr(code) for code in range(0xA1, 0xC0)) + bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
MOJIBAKE = re.compile(f"[\ufffd\x80-\x84\x86-\x9f]|(?<=[ÂÃÎÏÐÑ])[{re.escape(TRAILS)}]|(?<=Â)\xa0|(?<=â)€|(?<=ï)¿")
UNSPACED_SCRIPTS = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "THAI", "LAO",
    "KHMER", "MYANMAR", "TIBETAN", "TAI", "NEW TAI", "AHOM", "BOPOMOFO", "YI", "NUSHU", "TANGUT",
    "KHITAN",
)  # fmt: skip
YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
DASH = "[-\u2010-\u2013]"
PLACE = re.compile(
    rf"""(?<![0-9])(?!(?:1[89]|20)[0-9]{{2}}(?![0-9]))[0-9]{{3,5}}{DASH}[0-9]  # pages
    | (?<![0-9])[0-9]{{1,4}}[;(][0-9]                                         # issue or pages after a volume, a year
    | (?<![0-9])(?!0*(?:1?[0-9]|2[0-3]):)[0-9]{{1,4}}:[0-9]            # no time of day
    | \):[0-9]
    | (?<![0-9])10\.[0-9]{{4,}}/""",
    re.VERBOSE,
)
SENTENCE_MARK = re.compile(f"[{re.escape(TERMINAL)}][{re.escape(TERMINAL + CLOSING)}]*")


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")


def kind_of(character: str) -> str:
    """`unspaced`, `other` for letters and numbers that begin a word after one of those, or `sign`."""
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if 0x17000 <= ord(character) <= 0x187F7 or 0x18D00 <= ord(character) <= 0x18D08:
        name = "TANGUT IDEOGRAPH"  # which `unicodedata` leaves out
    ours = name.startswith(UNSPACED_SCRIPTS)
    if category == "Lo" and ours:
        return "unspaced"
    glued = category == "Lm" and (ours or "IDEOGRAPHIC" in name)
    return "other" if category[0] in "LN" and not glued else "sign"


def words_of(text: str) -> list[str]:
    """White-space words, cut before each letter of an unspaced script, and before what follows one."""
    found = []
    for piece in text.split():
        word, last = "", "sign"
        for character in piece:
            kind = kind_of(character)
            if kind != "sign" and "unspaced" in (kind, last) and last != "sign":
                found.append(word)
                word = ""
            word += character
            last = kind if kind != "sign" else last
        found.append(word)
    return found


def is_numeric(word: str) -> bool:
    return any(unicodedata.category(c) == "Nd" for c in word) and not any(map(is_letter, word))


def is_capital(word: str) -> bool:
    letters = [c for c in word if is_letter(c)]
    return bool(letters) and all(unicodedata.category(c) in ("Lu", "Lt") for c in letters)


def is_table_line(line: str) -> bool:
    words = words_of(line)
    numeric = sum(map(is_numeric, words))
    return line.count("\t") + line.count("|") >= 2 or (numeric >= 3 and numeric > len(words) / 2)


def is_reference_line(line: str) -> bool:
    words = words_of(line)
    initials = any(
        is_capital(word) and len(word) <= 6 and word[-1] in ".,;:" and not re.search(r"\d", word) for word in words
    )
    apart = any(
        re.search(r"(?:[0-9][;:]|\):)\Z", word) and re.search(r"\d", word) and re.match("[0-9]", after)
        for word, after in pairwise(words)
    )
    place = apart or any(PLACE.search(word) for word in words if re.search(r"\d", word))
    return len(words) <= 100 and initials and place and any(map(YEAR.search, words))


def paragraphs_of(text: str) -> list[str]:
    """Blocks of lines between lines that hold no word."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def sentences_in(line: str) -> int:
    line = line.rstrip()
    ends = [
        mark.end()
        for mark in SENTENCE_MARK.finditer(line)
        if mark.group()[0] in WIDE or mark.end() == len(line) or line[mark.end()].isspace()
    ]
    return len(ends) + (not ends or ends[-1] < len(line))


def duplicates(blocks: list[str]) -> tuple[int, int]:
    """Blocks that occurred before, and their characters."""
    copies = [block for i, block in enumerate(blocks) if block in set(blocks[:i])]
    return len(copies), sum(map(len, copies))


def top_gram(words: list[str], n: int) -> int:
    grams = Counter(" ".join(words[i : i + n]) for i in range(len(words) - n + 1))
    return max((len(gram) * times for gram, times in grams.most_common(1)), default=0)


def duplicate_gram(words: list[str], n: int) -> int:
    seen: set[tuple[str, ...]] = set()
    characters = at = 0
    while at + n <= len(words):
        gram = tuple(words[at : at + n])
        if gram in seen:
            characters += sum(map(len, gram))
            at += n
        else:
            seen.add(gram)
            at += 1
    return characters


def spaced_letter_runs(words: list[str]) -> int:
    alone = "".join("x" if len(word) == 1 and is_letter(word) and kind_of(word) == "other" else " " for word in words)
    return sum(len(run) >= 2 for run in alone.split())


def oracle(text: str) -> dict[str, float]:
    """All signals of `text`, by name."""
    words = words_of(text)
    lines = [line for line in text.split("\n") if line.strip()]
    stripped = [line.strip() for line in lines]
    paragraphs = paragraphs_of(text)
    letters = [character for character in text if is_letter(character)]
    counts = Counter(words)
    top_word, top_count = counts.most_common(1)[0] if words else ("", 0)
    copied_lines, copied_line_characters = duplicates(lines)
    copied_paragraphs, copied_paragraph_characters = duplicates(paragraphs)
    n, size = len(words), len(text)
    lower = text.lower()
    return {
        "n_bytes": len(text.encode()),
        "n_characters": size,
        "n_words": n,
        "n_lines": len(lines),
        "n_paragraphs": len(paragraphs),
        "n_sentences": sum(map(sentences_in, lines)),
        "mean_word_length": share(sum(map(len, words)), n),
        "longest_word": max(map(len, words), default=0),
        "hash_word_ratio": share(text.count("#"), n),
        "ellipsis_word_ratio": share(text.count("...") + text.count("…"), n),
        "bullet_line_share": share(sum(line.startswith(tuple(BULLETS)) for line in stripped), len(lines)),
        "ellipsis_line_share": share(sum(line.endswith(("...", "…")) for line in stripped), len(lines)),
        "alphabetic_word_share": share(sum(any(map(is_letter, word)) for word in words), n),
        "n_stop_words": len(STOP_WORDS & set(words)),
        "stop_word_share": share(sum(word in STOP_WORDS for word in words), n),
        "numeric_word_share": share(sum(map(is_numeric, words)), n),
        "capital_word_share": share(sum(map(is_capital, words)), n),
        "table_line_share": share(sum(map(is_table_line, lines)), len(lines)),
        "reference_line_share": share(sum(map(is_reference_line, lines)), len(lines)),
        "duplicate_line_share": share(copied_lines, len(lines)),
        "duplicate_line_character_share": share(copied_line_characters, size),
        "duplicate_paragraph_share": share(copied_paragraphs, len(paragraphs)),
        "duplicate_paragraph_character_share": share(copied_paragraph_characters, size),
        **{f"top_{k}_gram_character_share": share(top_gram(words, k), size) for k in (2, 3, 4)},
        **{f"duplicate_{k}_gram_character_share": share(duplicate_gram(words, k), size) for k in range(5, 11)},
        "terminal_line_share": share(
            sum(line.endswith((".", "?", "!", '"', "'")) and not line.endswith("...") for line in stripped), len(lines)
        ),
        "mean_words_per_line": share(n, len(lines)),
        "n_lorem_ipsum": len(re.findall(r"lorem(?= ipsum)", lower)),
        "n_curly_braces": text.count("{"),
        "n_javascript": lower.count("javascript"),
        "punctuated_line_share": share(sum(line[-1] in TERMINAL for line in stripped), len(lines)),
        "short_line_share": share(sum(len(line) <= 30 for line in lines), len(lines)),
        "duplicate_character_ratio": share(copied_line_characters, len(text.replace("\n", ""))),
        "newline_word_ratio": share(text.count("\n"), n),
        "uppercase_share": share(sum(unicodedata.category(letter) in ("Lu", "Lt") for letter in letters), len(letters)),
        "digit_share": share(sum(unicodedata.category(character) == "Nd" for character in text), size),
        "unique_word_share": share(len(counts), n),
        "unigram_entropy": -sum(times / n * math.log(times / n) for times in counts.values()),
        "top_word_share": share(top_count, n),
        "top_word_alphabetic": int(bool(words) and all(map(is_letter, top_word))),
        "mojibake_word_ratio": share(len(MOJIBAKE.findall(text)), n),
        "n_spaced_letter_runs": spaced_letter_runs(words),
    }
