"""A small corpus with everything in it: real MEDLINE records and articles, and planted documents of known fate."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
import zstandard
from lxml import etree

from corpus.assets import assets_folder
from tests.sources.material import demo_file

OLD, NEW = "pubmed20n0014.xml.gz", "pubmed21n1298.xml.gz"
ARTICLES = ("1472-6831-8-11.nxml", "mds526.nxml")  # CC BY; CC BY-NC

REPEATED = (67, 73, 1143, 4088, 9049, 18920, 18926, 18928)
"""Records of NEW that share three PMIDs: five of them are outdated."""
RETRACTED = (32, 121, 753)
SAME_WORDS = (354, 403, 535)
"""Records of NEW that repeat the words of another citation, which NEAR_TWINS names."""
TWINS_OF_SAME_WORDS = ("34088389", "34088451", "34088390")
NEAR = 4267
"""Record of OLD that is nearly the citation NEAR_TWIN."""
NEAR_TWIN = "403593"
WITHDRAWN = 5
"""Record of NEW, and of OLD, whose PMID the DeleteCitation of NEW names."""

PLANTED_IDENTIFIERS = (
    "jane.q.doe@example-clinic.org",
    "j.roe+study@mail.example.co.uk",
    "(617) 555-0123",
    "617-555-0188",
    "078-05-1121",
)

GERMAN = (
    "Die Behandlung der arteriellen Hypertonie erfolgt heute in mehreren Stufen, wobei zunächst eine Veränderung der "
    "Lebensweise im Vordergrund steht. Patienten sollen sich regelmäßig bewegen, weniger Salz zu sich nehmen und auf "
    "das Rauchen verzichten. Erst wenn diese Maßnahmen nicht ausreichen, werden Medikamente verordnet, deren Dosis "
    "langsam gesteigert wird. In der vorliegenden Untersuchung wurden zweihundert Kranke über ein Jahr beobachtet, und "
    "es zeigte sich, dass der Blutdruck in beiden Gruppen deutlich gesunken ist. Nebenwirkungen waren selten und in "
    "der Regel leicht. Wir schließen daraus, dass eine frühe Behandlung sinnvoll ist und gut vertragen wird."
)
SHORT = "Aspirin lowers fever. It also thins the blood."


@dataclass(frozen=True, slots=True)
class SmallCorpus:
    """Where it lies, and what was planted."""

    folder: Path
    recipe: dict[str, Any]
    planted: dict[str, str]
    """Text of each planted document by id, as written to the raw file."""
    withdrawn: tuple[str, str]
    """PMIDs of NEW and OLD that NEW withdraws."""
    shared_pmid: str
    """PMID of a citation that the registry holds too."""

    @property
    def recipe_file(self) -> Path:
        """The recipe as written."""
        return self.folder / "small.yaml"

    def write_recipe(self, path: Path, **changes: Any) -> Path:
        """The recipe with some top-level keys replaced; its files stay those of this corpus."""
        content = absolute(self.recipe, self.folder) | changes
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return path

    def raw_files(self) -> list[Path]:
        """Every raw file."""
        return sorted(path for path in (self.folder / "raw").rglob("*") if path.is_file())


def absolute(recipe: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The recipe with its raw files named by absolute path."""
    sources = [
        source | {"files": [str(folder / location) for location in source["files"]]} for source in recipe["sources"]
    ]
    return recipe | {"sources": sources}


def write_small_corpus(folder: Path) -> SmallCorpus:
    """Write raw files and recipe below `folder`. Skips the test where the demonstration data are absent."""
    raw = folder / "raw"
    for name in ("medline", "pmc", "articles", "registry"):
        (raw / name).mkdir(parents=True)
    old, new = Citations(demo_file(OLD)), Citations(demo_file(NEW))
    withdrawn = (new.pmid(WITHDRAWN), old.pmid(WITHDRAWN))
    old_records = sorted({*range(300), NEAR, old.index_of(NEAR_TWIN)})
    twins = [new.index_of(pmid) for pmid in TWINS_OF_SAME_WORDS]
    new_records = sorted({*range(300), *REPEATED, *RETRACTED, *SAME_WORDS, *twins})
    old.write(raw / "medline" / OLD, old_records)
    new.write(raw / "medline" / NEW, new_records, deleted=(*withdrawn, "99999999"))
    for name in ARTICLES:
        (raw / "pmc" / name).write_bytes(demo_file(name).read_bytes())
    texts = new.abstracts(range(6000, 6400), minimum_words=180)
    shared = new.pmid(200)
    planted = _plant(raw, texts, shared)
    recipe = _recipe()
    (folder / "small.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    return SmallCorpus(folder, recipe, planted, withdrawn, shared)


class Citations:
    """Records of one real MEDLINE file, as the bytes they are."""

    def __init__(self, path: Path) -> None:
        self._data = gzip.decompress(path.read_bytes())
        starts = [match.start() for match in re.finditer(rb"  <PubmedArticle>", self._data)]
        last = self._data.index(b"</PubmedArticle>\n", starts[-1]) + len(b"</PubmedArticle>\n")
        self._head = self._data[: starts[0]]
        self._bounds = [*starts, last]

    def record(self, index: int) -> bytes:
        """One `PubmedArticle`."""
        return self._data[self._bounds[index] : self._bounds[index + 1]]

    def pmid(self, index: int) -> str:
        """The PMID of a record."""
        found = re.search(rb'<PMID Version="1">(\d+)</PMID>', self.record(index))
        assert found
        return found[1].decode()

    def index_of(self, pmid: str) -> int:
        """Number of the first record with this PMID."""
        place = re.search(rb'<MedlineCitation [^>]*>\s*<PMID Version="1">%s</PMID>' % pmid.encode(), self._data)
        assert place
        return sum(bound <= place.start() for bound in self._bounds) - 1

    def abstracts(self, indices: Iterable[int], *, minimum_words: int) -> list[str]:
        """Plain text of English abstracts of at least so many words."""
        found = []
        for index in indices:
            article = etree.fromstring(self.record(index))
            parts = article.findall(".//Article/Abstract/AbstractText")
            text = " ".join("".join(part.itertext()).strip() for part in parts)
            if len(text.split()) >= minimum_words and article.findtext(".//Language") == "eng":
                found.append(" ".join(text.split()))
        return found

    def write(self, path: Path, indices: list[int], deleted: tuple[str, ...] = ()) -> None:
        """A MEDLINE file of these records, and the withdrawal of `deleted`."""
        ids = b"".join(b'<PMID Version="1">%s</PMID>\n' % pmid.encode() for pmid in deleted)
        block = b"  <DeleteCitation>\n" + ids + b"</DeleteCitation>\n" if deleted else b""
        content = self._head + b"".join(map(self.record, indices)) + block + b"</PubmedArticleSet>\n"
        path.write_bytes(gzip.compress(content, 6, mtime=0))


def changed_in_the_middle(text: str, words: int) -> str:
    """`text` with `words` neighbouring words replaced by words that occur nowhere else."""
    found = text.split()
    start = len(found) // 2
    found[start : start + words] = [f"zyxword{number}" for number in range(words)]
    return " ".join(found)


_BOOK = {"doi": "10.5555/HC4.Book"}
"""Of two documents of one source: it names what holds them."""


def _plant(raw: Path, texts: list[str], shared_pmid: str) -> dict[str, str]:
    draw = iter(texts)
    licence = "https://creativecommons.org/licenses/by/4.0/"
    rows: dict[str, dict[str, Any]] = {}

    def add(name: str, text: str, **fields: Any) -> None:
        rows[name] = {"id": name, "text": text, "license": licence, "kind": "abstract"} | fields

    for number in range(12):
        add(f"plain-{number:02d}", next(draw), published=f"20{number + 10}-03", **({} if number else _BOOK))
    near = next(draw)
    add("near-a", near + " This sentence makes the first copy the longer one.")
    add("near-b", changed_in_the_middle(near, 2))
    kin = next(draw)
    add("kin-a", kin)
    add("kin-b", changed_in_the_middle(kin, round((len(kin.split()) / 4 - 8) / 1.75)))  # Jaccard about 0.75
    same = next(draw)
    add("same-a", same)
    add("same-b", same[:60].upper() + same[60:].replace(" ", "  ").replace(".", " ."))
    add("doi-a", next(draw), doi="10.5555/HC4.Same")
    add("doi-b", next(draw), **_BOOK)
    add("german", GERMAN)
    add("short", SHORT)
    mail, group, phone, other, ssn = PLANTED_IDENTIFIERS
    add("mail", f"{next(draw)} Correspondence: {mail} or {group}.")
    add("phone", f"{next(draw)} Call the study office at {phone}, or tel. {other}, for details.")
    add("ssn", f"{next(draw)} The social security number {ssn} was recorded.")
    add("dense", next(draw) + "".join(f" Write to patient{n}.contact@example-clinic.org." for n in range(20)))
    add("no-licence", next(draw), license=None)
    add("non-commercial", next(draw), license="https://creativecommons.org/licenses/by-nc/4.0/")
    nul = next(draw)
    add("nul", nul.replace(" ", " \x00", 3))
    second = ("near-b", "same-b", "doi-b", "kin-b", "non-commercial", "nul")
    lines = {name: json.dumps(row, ensure_ascii=False).encode() for name, row in rows.items()}
    first = b"\n".join(line for name, line in lines.items() if name not in second) + b"\n"
    (raw / "articles" / "first.jsonl.zst").write_bytes(zstandard.compress(first))
    damaged = [b'{"id": "damaged", "text": "cut off in the mid', b"[1, 2]", b'{"id": "textless"}']
    rest = b"\n".join([*(lines[name] for name in second), *damaged]) + b"\n"
    (raw / "articles" / "second.jsonl.gz").write_bytes(gzip.compress(rest, mtime=0))
    bodies = {f"r{number:02d}": next(draw) for number in range(8)}
    table = pa.table(
        {
            "pid": list(bodies),
            "body": list(bodies.values()),
            "rights": ["CC BY 4.0"] * 8,
            "citation": pa.array([shared_pmid, *[None] * 7], pa.string()),
            "work": pa.array([None, "https://doi.org/10.5555/hc4.same", *[None] * 6], pa.string()),
            "unread": pa.array(range(8)),
        }
    )
    pq.write_table(table, raw / "registry" / "registry.parquet", row_group_size=3)
    return {name: row["text"] for name, row in rows.items()} | bodies


def _recipe() -> dict[str, Any]:
    columns = {"licence": "license", "doc_type": "kind", "doi": "doi", "published": "published"}
    return {
        "name": "small",
        "title": "Small corpus",
        "seed": 7,
        "licence_profile": "research",
        "engine": "inline",
        "sources": [
            {"name": "pmc", "reader": "jats", "files": ["raw/pmc/*.nxml"]},
            {
                "name": "articles",
                "reader": "jsonl",
                "options": {"columns": columns},
                "files": ["raw/articles/first.jsonl.zst", "raw/articles/second.jsonl.gz"],
            },
            {
                "name": "registry",
                "reader": "parquet",
                "options": {
                    "columns": {"text": "body", "id": "pid", "licence": "rights", "pmid": "citation", "doi": "work"},
                    "doc_type": "abstract",
                },
                "files": ["raw/registry"],
            },
            {
                "name": "medline",
                "reader": "medline",
                "files": ["raw/medline/*.xml.gz"],
                "terms": "LicenseRef-NLM-Terms",
            },
        ],
        "split": {"validation_share": 0.2},
        "shards": {"tokens": 40_000, "row_group_tokens": 10_000},
    }


def assets_are_here() -> bool:
    """Whether the models that every build needs are on this machine."""
    return all((assets_folder() / name).is_file() for name in ("lid.176.ftz", "mistral-v3.model"))


def draw_order(items: Iterable[Any], seed: int) -> list[Any]:
    """`items` in an order drawn from `seed`."""
    ordered = list(items)
    random.Random(seed).shuffle(ordered)
    return ordered
