"""A small corpus in which items of evaluation sets were planted, and what must become of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.storage import WorkFolder
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from pipelines.build import Build
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.pipelines.building import CountingEngine, Listener
from tests.pipelines.small import assets_are_here

MAIL = "jane.q.doe@example-clinic.org"
SHORT_MAIL = "roe@example.org"
MARK = "[EVALUATION_ITEM]"

EXAM = {
    "e1": (
        "A 54-year-old beekeeper develops bilateral parotid swelling, xerostomia and a rising serum amylase nine days "
        "after starting phenylbutazone. Which mechanism best explains the glandular enlargement?",
        "Hypersensitivity sialadenitis",
        ("Mumps reactivation", "Ductal calculi", "Hypersensitivity sialadenitis", "Sarcoid infiltration"),
    ),
    "e2": (
        "Which intracellular chaperone must release procollagen before it leaves the rough endoplasmic reticulum of a "
        "chondrocyte during limb bud elongation?",
        "HSP47",
        ("HSP47", "Calnexin", "Clathrin", "Dynamin"),
    ),
}
QUIZ = {
    "q1": (
        "How many litres of crystalloid does the modified Brooke formula give to a seventy kilogram adult with forty "
        "percent partial thickness burns?",
        "5.6 litres",
    ),
    "q2": (
        "Name the enzyme whose deficiency makes homogentisate darken the cartilage and the urine of a patient with "
        "ochronosis left standing overnight.",
        "Homogentisate oxidase",
    ),
}
PASSAGE = (
    "Intranasal esketamine lowered depression scores at four weeks in adults whose episode had outlasted two "
    "antidepressants, yet dissociation and raised blood pressure within forty minutes of spraying led a tenth of them "
    "to leave the trial before its end."
)
READING = {"r1": ("Did esketamine spray help resistant depression?", "It lowered scores at four weeks", PASSAGE)}

DRUGS = ("aspirin", "metformin", "lisinopril", "warfarin", "ibuprofen", "insulin", "digoxin", "statins", "heparin")
ENDS = ("pain", "fever", "blood pressure", "bleeding", "weight", "sleep", "appetite", "walking distance", "mortality")


def own(number: int) -> str:
    """A paragraph that no other document has."""
    drug, end = DRUGS[number % 9], ENDS[number * 4 % 9]
    return (
        f"In trial {number} we gave {drug} to {number + 40} patients for {number % 7 + 3} weeks, and saw that {end} "
        f"changed in {number % 31 + 2} of them more than under placebo, which nobody in group {number} had expected."
    )


def text(*parts: str) -> str:
    """Paragraphs, one a line."""
    return "\n".join(parts)


SHARED = (
    "The tablets must be kept in the original package, below thirty degrees, out of the reach and sight of children."
)
Q1, Q2 = QUIZ["q1"][0], QUIZ["q2"][0]
TEXTS: dict[str, dict[str, str]] = {
    "pages": {
        "leak": text(own(1), EXAM["e1"][0], "Answer: " + EXAM["e1"][1] + ".", own(2)),
        "shouted": text(own(3), EXAM["e2"][0].upper(), own(4)),
        "masked": text(own(5), f"Write to {MAIL} first. {Q1} Then go on reading.", own(6) + f" Or to {MAIL}."),
        "several": text(own(7), Q1, own(8), Q2, "The answer is homogentisate oxidase.", own(9)),
        "mostly": text("Burns.", Q1, "Joints.", Q2),
        "inside": text(own(10), Q2.replace("homogentisate", f"homogentisate ({SHORT_MAIL})"), own(11)),
        "passage": text(own(12), PASSAGE, own(13)),
        "clean": text(own(14), own(15)),
        "cut": text(own(16), f"{SHARED} {Q1}", own(17)),
        "first": text(own(24), f"{SHARED} {Q1}", own(25), own(26)),
    },
    "notes": {
        "verbatim": text(own(18), Q1, own(19)),
        "closed": text(own(20), EXAM["e2"][0], own(21)),
        "clean": text(own(22), own(23)),
    },
}
LICENCES = {"verbatim": "CC BY-ND 4.0", "closed": "all rights reserved"}

RELEASED: dict[str, str | None] = {
    "pages:leak": None,
    "pages:shouted": None,
    "pages:masked": text(own(5), f"Write to [EMAIL] first. {MARK}? Then go on reading.", own(6) + " Or to [EMAIL]."),
    "pages:mostly": None,
    "pages:passage": TEXTS["pages"]["passage"],
    "pages:clean": TEXTS["pages"]["clean"],
    "pages:cut": text(own(16), f"{SHARED} {MARK}?", own(17)),
    "pages:first": text(own(24), f"{SHARED} {MARK}?", own(25), own(26)),
    "notes:verbatim": None,
    "notes:closed": None,
    "notes:clean": TEXTS["notes"]["clean"],
}
"""Released texts; None: not released. Of `several` and `inside`, tests say more."""


@dataclass(frozen=True)
class Made:
    """A snapshot, and the work folder it came from."""

    folder: Path
    work: WorkFolder
    recipe: Path

    @property
    def manifest(self) -> Manifest:
        """What it states."""
        return Snapshot.open(self.folder).manifest

    @property
    def texts(self) -> dict[str, str]:
        """Released texts by doc_id."""
        paths = [self.folder / shard.path for shard in self.manifest.shards]
        rows = pl.concat(pl.read_parquet(path, columns=["doc_id", "text"], glob=False) for path in paths)
        return dict(rows.iter_rows())

    @property
    def hits(self) -> pl.DataFrame:
        """The table of copies."""
        return pl.read_parquet(self.folder / "contamination" / "hits.parquet", glob=False)

    @property
    def ends(self) -> dict[str, tuple[str, str]]:
        """Stage and reason of each record."""
        rows = Snapshot.open(self.folder).audit().select("doc_id", "stage", "reason").collect()
        return {doc_id: (stage, reason) for doc_id, stage, reason in rows.iter_rows()}


def sets(place: Path, policies: dict[str, Any]) -> list[dict[str, Any]]:
    """The evaluation sets as a recipe names them; writes their files."""
    place.mkdir(parents=True, exist_ok=True)
    exam = [{"id": i, "q": q, "a": a, "c": list(c)} for i, (q, a, c) in EXAM.items()]
    quiz = [{"id": i, "q": q, "a": a} for i, (q, a) in QUIZ.items()]
    reading = [{"id": i, "q": q, "a": a, "p": p} for i, (q, a, p) in READING.items()]
    fields = {"id": "id", "question": "q", "answers": "a"}
    more: dict[str, dict[str, str]] = {"exam": {"choices": "c"}, "reading": {"context": "p"}}
    named = []
    for name, rows in (("exam", exam), ("quiz", quiz), ("reading", reading)):
        (place / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        own_fields = fields | more.get(name, {})
        one = {"name": name, "files": [f"{name}.jsonl"], "format": "jsonl", "fields": own_fields}
        named.append(one | {"files": [str(place / f"{name}.jsonl")], "policy": policies[name]})
    return named


POLICIES: dict[str, Any] = {"exam": "drop", "quiz": "mask", "reading": "drop"}


def written(place: Path, policies: dict[str, Any] | None = None, **changes: Any) -> Path:
    """The recipe, the texts and the sets; top-level keys of the recipe as `changes` have them."""
    if not assets_are_here():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    sources = []
    for name, texts in TEXTS.items():
        rows = [{"id": i, "text": t, "licence": LICENCES.get(i, "CC BY 4.0")} for i, t in texts.items()]
        (place / "raw").mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (place / "raw" / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        columns = {"columns": {"id": "id", "text": "text", "licence": "licence"}, "doc_type": "web"}
        sources.append({"name": name, "reader": "jsonl", "options": columns, "files": [f"raw/{name}.jsonl"]})
    profile = {"name": "ours", "statement": "Ours.", "allow": ["attribution"], "verbatim": ["no-derivatives"]}
    content = {
        "name": "contaminated",
        "licence_profile": profile,
        "sources": sources,
        "evaluations": sets(place / "sets", policies or POLICIES),
        "language": {"min_score": 0},
        "quality": {"presets": {}, "default_preset": None},
        "phi": {"max_masked_share": 0.3, "undecided": "rules"},
        "split": {"validation_share": 0},
    }
    recipe = place / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(content | changes, sort_keys=False), encoding="utf-8")
    return recipe


def made(place: Path, *, partitions: int = 1, **choices: Any) -> Made:
    """Build the texts in this process."""
    recipe = written(place, **choices)
    return rebuilt(recipe, place / "work", place / "out", partitions)[0]


def rebuilt(recipe: Path, work: Path, output: Path, partitions: int = 1) -> tuple[Made, list[str]]:
    """A build, and the stages of the units that were not finished before."""
    folder = WorkFolder.create(work)
    with folder.lock(), CountingEngine(folder) as running:
        Build(make_plan(load_recipe(recipe), recipe.parent), running, folder, Listener(), partitions).run(output)
    return Made(output, folder, recipe), [stage for unit in running.executed for stage in unit.products]
