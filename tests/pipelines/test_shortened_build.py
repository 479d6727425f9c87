"""A build that removes repeated paragraphs: what is released, what is said of it, and what verification proves."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from corpus.assets import asset_path
from corpus.digest import digest
from corpus.storage import WorkFolder
from datacards.render import render
from dedup.signature import SignatureAnnotator
from filters.phi.surrogates import Key
from manifests.model import Manifest
from manifests.snapshot import Snapshot
from manifests.verify import notes, verify
from pipelines.build import Build
from pipelines.engines.inline import InlineEngine
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.manifests.damage import forged, rewritten
from tests.pipelines.building import Listener, hc4
from tests.pipelines.small import assets_are_here

DRUGS = ("aspirin", "metformin", "lisinopril", "warfarin", "ibuprofen", "insulin", "digoxin", "statins", "heparin")
ENDS = ("pain", "fever", "blood pressure", "bleeding", "weight", "sleep", "appetite", "walking distance", "mortality")
MAIL = "jane.q.doe@example-clinic.org"
SHARED = (
    "Patients who take this medicine should be told that it may cause drowsiness, and that they must not drive a car "
    "or use machines until they know how they react to it.",
    f"Adverse reactions in the elderly were as frequent as in younger patients; write to {MAIL} to report any that you "
    "see in your own practice, whatever their cause.",
    "The tablets must be kept in the original package, below thirty degrees, out of the reach and sight of children, "
    "and must not be used after the date on the carton.",
)
SEEN, WRITE = " The last one was seen on 12 March 2019.", " Whoever saw more may write to "
PLACEHOLDER = SHARED[1].replace(MAIL, "[EMAIL]")


def own(number: int) -> str:
    """A paragraph that no other document has."""
    drug, end = DRUGS[number % 9], ENDS[number * 4 % 9]
    return (
        f"In trial {number} we gave {drug} to {number + 40} patients for {number % 7 + 3} weeks, and saw that {end} "
        f"changed in {number % 31 + 2} of them more than under placebo, which nobody in group {number} had expected."
    )


TEXTS: dict[str, dict[str, list[str]]] = {
    "labels": {
        "first": [own(1), SHARED[0], own(2), SHARED[1], own(3), own(4) + SEEN],
        "second": [own(5), SHARED[0], own(6), SHARED[1].replace(",", ";"), own(7) + WRITE + MAIL],
        "nearly": [own(5).replace("placebo", "none"), SHARED[0], own(6), SHARED[1], own(7) + WRITE + MAIL],
        "twice": [own(8), own(9), own(10), own(9)],
        "nothing": ["Warnings", SHARED[0], SHARED[1]],
        "split": [own(11), own(12), "Patient telephone: (617)", SHARED[0], "555-0123", own(13), SHARED[2]],
        "plain": [own(14), own(15), SHARED[2]],
    },
    "notes": {"kept": [own(16), SHARED[0], own(17)], "other": [own(18), own(19), SHARED[2]]},
}
LEFT = {
    "labels:first": [own(1), SHARED[0], own(2), PLACEHOLDER, own(3), own(4) + SEEN],
    "labels:second": [own(5), own(6), own(7) + WRITE + "[EMAIL]"],
    "labels:twice": [own(8), own(9), own(10)],
    "labels:nothing": ["Warnings", SHARED[0]],
    "labels:split": [own(11), own(12), "Patient telephone: (617)", SHARED[0], "555-0123", own(13), SHARED[2]],
    "labels:plain": [own(14), own(15)],
    "notes:kept": [own(16), SHARED[0], own(17)],
    "notes:other": [own(18), own(19), SHARED[2]],
}
"""Of equal documents, the longer one is the better. A paragraph between two halves of a number stays."""
CUT = {"labels:second": 2, "labels:twice": 1, "labels:nothing": 1, "labels:plain": 1}
MASKED = {"labels:first": 1, "labels:second": 1}


@dataclass(frozen=True)
class Made:
    """A snapshot, and the work folder it came from."""

    folder: Path
    work: WorkFolder

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Released rows by doc_id."""
        paths = [self.folder / shard.path for shard in self.manifest.shards]
        rows = pl.concat(pl.read_parquet(path, glob=False) for path in paths).to_dicts()
        return {row["doc_id"]: row for row in rows}

    @property
    def manifest(self) -> Manifest:
        """What it states."""
        return Snapshot.open(self.folder).manifest


def written(
    place: Path,
    *,
    remove: bool = True,
    partitions: int = 1,
    doc_type: str = "drug_label",
    key: Path | None = None,
) -> Path:
    """The recipe, and the texts; with other partitions, in other files."""
    if not assets_are_here():
        pytest.skip("no models on this machine: `hc4 assets pull models`")
    sources = []
    for name, texts in TEXTS.items():
        rows = [{"id": one, "text": "\n".join(lines)} for one, lines in texts.items()]
        (place / name).mkdir(parents=True)
        count = 1 if partitions == 1 else min(3, len(rows))
        for file in range(count):
            path = place / name / f"rows-{count - file}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows[file::count]), encoding="utf-8")
        columns = {"columns": {"id": "id", "text": "text"}, "doc_type": doc_type}
        source = {"name": name, "reader": "jsonl", "options": columns, "files": [name], "terms": "CC-BY-4.0"}
        sources.append(source | ({"remove_paragraphs": False} if name == "notes" else {}))
    content = {
        "name": "labels",
        "licence_profile": "research",
        "sources": sources,
        "language": {"min_score": 0},
        "quality": {"presets": {}, "default_preset": None},
        "dedup": {"paragraphs": {"min_words": 20, "remove": remove}},
        "phi": {"max_masked_share": 0.2, "undecided": "rules", "key": str(key) if key else None},
        "split": {"validation_share": 0},
    }
    recipe = place / "recipe.yaml"
    recipe.write_text(yaml.safe_dump(content), encoding="utf-8")
    return recipe


def made(place: Path, *, partitions: int = 1, **choices: Any) -> Made:
    """Build the texts in this process."""
    recipe = written(place, partitions=partitions, **choices)
    work = WorkFolder.create(place / "work")
    with work.lock(), InlineEngine(work) as running:
        Build(make_plan(load_recipe(recipe), place), running, work, Listener(), partitions).run(place / "out")
    return Made(place / "out", work)


@pytest.fixture(scope="module")
def shortened(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("shortened"))


@pytest.fixture(scope="module")
def copy(shortened: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("copy") / "snapshot"
    shutil.copytree(shortened.folder, place)
    return place


def test_all_but_the_first_of_equal_paragraphs_are_gone(shortened: Made) -> None:
    rows = shortened.rows
    assert {name: row["text"].split("\n") for name, row in rows.items()} == LEFT
    assert {name: row["paragraphs_cut"] for name, row in rows.items() if row["paragraphs_cut"]} == CUT
    assert {name: row["phi_masked"] for name, row in rows.items() if row["phi_masked"]} == MASKED


def test_what_is_measured_is_measured_of_what_is_left(shortened: Made) -> None:
    from shards.tokenizer import load_tokenizer

    oracle = load_tokenizer(asset_path("mistral-v3.model")).oracle
    rows = shortened.rows
    for row in rows.values():
        assert oracle.encode([row["text"]])[0] == row["input_ids"]
        assert (row["n_bytes"], row["n_words"]) == (len(row["text"].encode()), len(row["text"].split()))
    (path,) = (shortened.folder / "signatures" / "labels").iterdir()
    index = pl.read_parquet(path, glob=False)
    texts = pl.DataFrame({"text": [rows[name]["text"] for name in index["doc_id"]]}).to_arrow().combine_chunks()
    signed = SignatureAnnotator().measure(texts.to_batches()[0])
    assert index.drop("doc_id").equals(pl.DataFrame(signed))


def test_the_account_tells_masking_and_cutting_apart(shortened: Made) -> None:
    manifest = shortened.manifest
    masked, cut = (
        next(share.amount for share in shares if share.label == "labels")
        for shares in (manifest.ledger.masked, manifest.ledger.cut)
    )
    assert (masked.documents, masked.bytes) == (3, 4 * (len(MAIL) - len("[EMAIL]")))
    gone = [SHARED[0], PLACEHOLDER, own(9), PLACEHOLDER, SHARED[2]]
    assert (cut.documents, cut.words) == (4, sum(len(text.split()) for text in gone))
    assert cut.bytes == sum(len(text) + 1 for text in gone)
    stated, other = manifest.dedup.paragraphs
    assert (stated.cut, stated.cut_bytes, other.cut) == (5, sum(map(len, gone)), 0)
    # What stays of it: in a document that has nothing else, between halves of a number, in the other source.
    assert (stated.repeated, other.repeated, other.elsewhere) == (2, 2, 2)
    owed = pl.read_parquet(shortened.folder / "ATTRIBUTION.parquet", glob=False)
    changes = dict(owed.select("doc_id", "changes").iter_rows())
    assert changes["labels:second"] == "text extracted; 1 identifiers masked; 2 repeated paragraphs left out"
    assert changes["labels:first"] == "text extracted; 1 identifiers masked"


def test_it_verifies_and_the_cards_say_it(shortened: Made) -> None:
    assert verify(shortened.folder, render) == []
    assert notes(shortened.manifest) == []
    pairs = pl.read_parquet(shortened.folder / "samples" / "removals.parquet", glob=False)
    assert pairs.select("doc_id", "survivor").rows() == [("labels:nearly", "labels:second")]
    pages = render(shortened.manifest)
    assert b"Repeated paragraphs were cut from 4 documents" in pages["README.md"]
    assert b"Repeated paragraphs were then cut from 4 documents" in pages["report/sources/labels.html"]


def test_other_partitions_and_files_give_the_same_rows(shortened: Made, tmp_path: Path) -> None:
    places = dict.fromkeys(("raw_file", "raw_sha256", "record", "offset", "retrieved"))
    expected = {name: {**row, **places} for name, row in shortened.rows.items()}
    other = made(tmp_path, partitions=7)

    assert {name: {**row, **places} for name, row in other.rows.items()} == expected
    assert other.manifest.dedup == shortened.manifest.dedup
    assert other.manifest.ledger == shortened.manifest.ledger


def test_surrogates_go_and_move_with_the_text_they_stand_in(tmp_path: Path) -> None:
    """What is compared has placeholders; what is released has none."""
    Key.create(tmp_path / "key")
    built = made(tmp_path / "built", doc_type="note", key=tmp_path / "key")

    assert verify(built.folder, render) == []
    assert notes(built.manifest) == ["paragraphs not counted again, since dates were moved: labels"]
    row = built.rows["labels:second"]
    assert row["paragraphs_cut"] == 2
    assert "[EMAIL]" not in row["text"]
    (path,) = (built.folder / "privacy" / "labels").iterdir()
    account = pl.read_parquet(path, glob=False).filter((pl.col("doc_id") == "labels:second"), pl.col("kind") == "EMAIL")
    (place,) = account.select("start", "end").rows()
    name, _, domain = row["text"].encode()[slice(*place)].decode().partition("@")
    assert name.count(".") == 2
    assert domain
    assert row["text"].endswith(f"{WRITE}{name}@{domain}")


@pytest.mark.slow
def test_ray_gives_the_same_bytes(shortened: Made, tmp_path: Path) -> None:
    recipe = written(tmp_path)
    places = ("--output", tmp_path / "out", "--work", tmp_path / "work")
    done = hc4("build", recipe, *places, "--engine", "ray", "--workers", 2, home=tmp_path / "home", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "SHA256SUMS").read_text() == (shortened.folder / "SHA256SUMS").read_text()


COUNTS = (
    *("paragraphs", "words", "bytes", "repeated", "repeated_words", "repeated_bytes", "elsewhere"),
    "cut",
)


@pytest.mark.parametrize("name", COUNTS)
def test_an_edited_count_of_paragraphs_is_found(copy: Path, name: str) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["dedup"]["paragraphs"][0][name] += 200

    found = forged(copy, change)

    assert {one.file for one in found} == {"manifest.json"}
    assert any("dedup.paragraphs" in one.what for one in found), found


def test_a_paragraph_that_the_recipe_wants_removed_and_that_is_left_is_found(tmp_path: Path) -> None:
    """Removal was not asked for, and a forger says it was."""
    whole = made(tmp_path, remove=False)
    assert verify(whole.folder, render) == []

    def change(manifest: dict[str, Any]) -> None:
        manifest["recipe"]["dedup"]["paragraphs"]["remove"] = True
        manifest["recipe_sha256"] = digest(manifest["recipe"])

    (finding,) = forged(whole.folder, change)

    assert finding.file.startswith("data/labels/")
    assert "repeats a paragraph of another document that the recipe wants removed" in finding.what


def test_a_paragraph_cut_where_nobody_asked_for_it_is_found(copy: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["recipe"]["dedup"]["paragraphs"]["remove"] = False
        manifest["recipe_sha256"] = digest(manifest["recipe"])

    (finding,) = forged(copy, change)

    assert finding.what == "paragraphs were cut from documents that neither recipe nor licence lets change"


@pytest.mark.parametrize("said", [("placebo", "nothing"), ("\n", "\nAnd there is another paragraph.\n")])
def test_a_survivor_shown_with_other_words_than_it_has_is_found(copy: Path, said: tuple[str, str]) -> None:
    """It is shown as it was compared, with the paragraphs that were cut: what else it shows must be released."""
    name = "samples/removals.parquet"
    pairs = pl.read_parquet(copy / name, glob=False)

    found = rewritten(copy, {name: pairs.with_columns(pl.col("survivor_text").str.replace(*said, literal=True))})

    assert [one.what for one in found] == ["text of survivor labels:second is not the one released"]
