"""Made documents of a few dozen words, and the recipe that builds them: nine sources, and all that a manifest counts.

Their words are the soup's (`benchmarks.soup`: copies, repetitions and filled-in forms among them) over vocabularies of
four languages. Beside the text each states an id, a journal out of 20,000, an address, a date from 1950 on, authors, a
DOI and a licence. Some of each hundred fail in some way: refused licences and languages, too few words, nothing but
capitals or numbers, outdated versions, works of another source, lines that are no JSON.

Everything is a function of the document's number, so a corpus of any size begins as every smaller one of its source.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import yaml

from benchmarks.soup import describe, spell, write_words

RECIPE = "statement.yaml"
_FILE = 20_000
"""Documents a raw file."""
_SOURCES = {  # share, type of document, journals
    "abstracts": (0.30, "abstract", 12_000),
    "preprints": (0.18, "abstract", 40),
    "cases": (0.12, "case_report", 6_000),
    "answers": (0.10, "qa", 1),
    "trials": (0.10, "trial", 1),
    "labels": (0.08, "label", 1),
    "pages": (0.06, "web", 1),
    "translations": (0.05, "translation", 2_000),
    "questions_to_evaluate": (0.01, "qa", 1),
}
_LICENCES = [
    "CC BY 4.0",
    "CC0 1.0",
    "CC BY-SA 4.0",
    "CC BY-NC 4.0",
    "CC BY-ND 4.0",
    "All rights reserved",
    "public domain",
]
_FREQUENT = {
    "en": "the of and in to with for was were is that by as "
    "from on at or an be this are which not between after during",
    "de": "der die und in den von zu mit das des ist für eine "
    "im dem nicht ein als auch wurde bei sich nach werden einer aus",
    "es": "de la el en y los que del las con por una para "
    "se un al es fueron como más entre sin sobre durante pacientes fue",
    "fr": "de la le les et des en du une dans un est par pour que au avec sur ont été plus ces entre chez leurs après",
}
_STEMS = (
    "card nephr hepat gastr neur derm oste arthr pulm haemat onc path immun vir bacter gen metabol vascul cere mamm"
)
_ENDINGS = {
    "en": "al ic ous ary ation ing ed ology ment ness ity ive ally ised ions able ence isation ative ating",
    "de": "lich isch ung ungen heit keit en end ologie ischen ierung iert lichen bar schaft ische igen erung ende iges",
    "es": "ción ciones mente dad ado ada idos ología ivo iva ando ico ica icos miento adora ible ario encia iendo",
    "fr": "ique tion tions ment ité eux euse ologie ant ive ifs aire ement isée ieux able ence ateur issant iques",
}
_TIMES = 10
"""Times that frequent words stand among the others, so that every third word is one of them."""
_STARTS = ["", "sub", "hyper", "hypo", "peri"]


class _Drawn(NamedTuple):
    """Numbers in [0, 1), one for each document and question."""

    number: npt.NDArray[np.uint64]

    def of(self, what: int) -> npt.NDArray[np.float64]:
        """What splitmix64 makes of number and question."""
        with np.errstate(over="ignore"):
            value = self.number * np.uint64(0x9E3779B97F4A7C15) + np.uint64(what) * np.uint64(0xD1B54A32D192ED03)
            value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((value ^ (value >> np.uint64(31))) >> np.uint64(11)) / 2.0**53


def write(count: int, folder: Path) -> Path:
    """Write about `count` documents and their recipe below `folder`; give the recipe."""
    stated: list[dict[str, Any]] = []
    for place, (name, (share, doc_type, journals)) in enumerate(_SOURCES.items()):
        (folder / name).mkdir(parents=True)
        size = max(1, round(count * share))
        for part, first in enumerate(range(0, size, _FILE)):
            # Each source has numbers of its own, so that no source is made of another's copies.
            frame = _documents(place * 10**9 + first, min(_FILE, size - first), name, journals)
            _write_lines(frame, folder / name / f"part-{part:05d}.jsonl")
        stated.append(_source(name, doc_type, place))
    recipe = {
        "name": "made",
        "licence_profile": "research",
        "language": {"allow": ["en", "de"]},
        "sources": stated,
        "mentions": {},
        # Multiplied documents (`benchmarks.statement_units`) have their paragraphs in common: none counts.
        "dedup": {"paragraphs": {"min_words": 1000}},
    }
    (folder / RECIPE).write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    return folder / RECIPE


def _source(name: str, doc_type: str, place: int) -> dict[str, Any]:
    fields = ("title", "journal", "url", "authors", "doi", "licence", "published", "version")
    return {
        "name": name,
        "title": f"Made {name.replace('_', ' ')}",
        "publisher": f"Publisher {place % 4}",
        "homepage": f"https://{name.replace('_', '-')}.example.org/",
        "reader": "jsonl",
        "options": {"doc_type": doc_type, "columns": dict(zip(fields, fields, strict=True))},
        "files": [f"{name}/*.jsonl"],
        "use": "evaluate" if name.endswith("evaluate") else "train",
    }


def _documents(first: int, count: int, source: str, journals: int) -> pl.DataFrame:
    numbers = np.arange(first, first + count).astype(np.uint64)
    drawn = _Drawn(numbers)
    fails = drawn.of(1)
    frame = pl.DataFrame({"id": numbers, "text": _texts(first, count), "fails": fails, "same": drawn.of(2)})
    day = (drawn.of(3) ** 0.4 * (2026 - 1950) * 365).astype(np.int64)
    journal = pl.lit(pl.Series(drawn.of(4) ** 3 * journals).cast(pl.Int64))
    licence = np.minimum((drawn.of(5) ** 2 * (len(_LICENCES) + 1)).astype(np.int64), len(_LICENCES) - 1)
    stated = pl.Series(_LICENCES).gather(licence)
    text, same = pl.col("text"), pl.col("same")
    broken = [  # share of a hundred, and what becomes of the text
        (0.01, text.str.slice(0, 30)),
        (0.02, text.str.to_uppercase()),
        (0.03, text.str.replace_all(r"[aeiou]", "7")),
        (0.04, pl.format("{}\nAll rights to this made text remain with nobody at all.", text)),
        (0.05, pl.format("{}\nWrite to author.{}@clinic.example.org for the data.", text, "id")),
    ]
    change = text
    for below, changed in reversed(broken):
        change = pl.when(pl.col("fails") < below).then(changed).otherwise(change)
    return frame.select(
        # One in two hundred is an older version of the one before it.
        pl.when(same < 0.005).then(pl.col("id").shift(1).fill_null(first)).otherwise("id").cast(pl.String).alias("id"),
        pl.when(same < 0.005).then(0).otherwise(1).alias("version"),
        change.alias("text"),
        pl.format("Made document {} of {}", "id", pl.lit(source)).alias("title"),
        (pl.format("Journal of {} {}", pl.lit(source), journal) if journals > 1 else pl.lit(None)).alias("journal"),
        pl.format("https://www.{}{}.org/{}", pl.lit(source.replace("_", "-")), journal, "id").alias("url"),
        pl.concat_list(pl.format("Author {}", journal), pl.lit("Second Author")).alias("authors"),
        # One in a hundred is a record of a work that another source has, too.
        pl.when(same > 0.99)
        .then(pl.format("10.5555/work.{}", pl.col("id") % 1_000_000_000))
        .otherwise(pl.format("10.5555/{}", "id"))
        .alias("doi"),
        stated.alias("licence"),
        (pl.date(1950, 1, 1) + pl.duration(days=pl.lit(day))).cast(pl.String).alias("published"),
    )


def _texts(first: int, count: int) -> pl.Series:
    """Texts of 30 to 85 words; a copy is of its original's language."""
    import pyarrow as pa

    words, starts, size = _vocabulary()
    kind = np.empty(count, np.int8)
    original, lengths = np.empty((2, count), np.int64)
    describe(first, kind, original, lengths)
    lengths = 30 + (lengths - 120) // 4
    ends = np.concatenate([[0], np.cumsum(lengths)])
    numbers = np.empty(ends[-1], np.int32)
    write_words(first, kind, original, ends, size, numbers, *np.empty((2, count)))
    drawn = _Drawn(original.astype(np.uint64)).of(6)
    language = np.digitize(drawn, [0.86, 0.96, 0.98])
    numbers += np.repeat(language.astype(np.int32) * size, lengths)
    sizes = np.diff(starts)[numbers]
    at = np.concatenate([[0], np.cumsum(sizes)])
    data = np.empty(at[-1], np.uint8)
    spell(numbers, words, starts, at, data)
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(at[ends]), pa.py_buffer(data))
    return pl.Series(text).str.strip_chars()


def _vocabulary() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], int]:
    """Words of all languages, each with what stands after it: bytes, where each begins, and how many a language has."""
    spelt: list[bytes] = []
    for language, frequent in _FREQUENT.items():
        made = [
            f"{start}{stem}{ending}"
            for ending in _ENDINGS[language].split()
            for stem in _STEMS.split()
            for start in _STARTS
        ]
        own = [*frequent.split() * _TIMES, *made]
        # Every ninth word ends a sentence, every hundredth a paragraph.
        for place, word in enumerate(own):
            end = "\n" if place % 100 == 99 else ". " if place % 9 == 8 and place > 300 else " "
            spelt.append(f"{word}{end}".encode())
    size = len(spelt) // len(_FREQUENT)
    return np.frombuffer(b"".join(spelt), np.uint8), np.cumsum([0, *map(len, spelt)]), size


def _write_lines(frame: pl.DataFrame, path: Path) -> None:
    """Write JSON lines, of which one in a thousand is cut short."""
    lines = frame.write_ndjson().splitlines(keepends=True)
    for place in range(500, len(lines), 1000):
        lines[place] = lines[place][:60] + "\n"
    path.write_text("".join(lines), encoding="utf-8")
