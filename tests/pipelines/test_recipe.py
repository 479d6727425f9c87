"""A recipe that cannot be built says so: file, line, key, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from corpus.errors import AssetError, Hc4Error, RecipeError
from pipelines.plan import make_plan
from pipelines.recipe import load_recipe
from tests.pipelines.building import build, hc4
from tests.pipelines.small import SmallCorpus

GOOD = """\
name: notes
licence_profile: research
sources:
  - name: notes
    reader: jsonl
    files: [notes.jsonl]
    terms: CC-BY-4.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.jsonl").write_text('{"text": "Aspirin lowers fever."}\n', encoding="utf-8")
    return tmp_path


def planned(folder: Path, text: str) -> None:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    make_plan(load_recipe(path), folder)


@pytest.mark.usefixtures("small_corpus")
def test_the_recipe_these_tests_damage_is_good(folder: Path) -> None:
    planned(folder, GOOD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("terms:", "licens:"), r"recipe\.yaml:7: `sources\.0\.licens`: unknown key"),
        (("name: notes\nlicence", "nmae: notes\nlicence"), r"recipe\.yaml:1: `nmae`: unknown key"),
        (("licence_profile: research", "seed: soon\nlicence_profile: research"), r"recipe\.yaml:2: `seed`: "),
        (("licence_profile: research", "split: {validation_share: 2}\nlicence_profile: research"), r"yaml:2: `split\."),
        (("    reader: jsonl", "    reader: jsonl\n    reader: jats"), r"recipe\.yaml:6: key `reader` is given twice"),
        (("licence_profile: research\n", ""), r"`licence_profile`: Field required"),
        (("research", "everything"), "unknown licence profile 'everything'; known: .*research"),
        (("reader: jsonl", "reader: jsonlines"), "unknown reader 'jsonlines'; known: .*jsonl"),
        (("    terms", "    options: {colums: {}}\n    terms"), "reader 'jsonl' has no option colums; it has: columns"),
        (("    terms", "    options: {columns: {txt: a}}\n    terms"), "columns: no field txt; the fields are text"),
        (("notes.jsonl", "absent/*.jsonl"), r"source notes: 'absent/\*\.jsonl' matches no file"),
        (("notes.jsonl", "asset:demo/none.gz"), "no such asset; known: .*pubmed21n1298"),
        (("CC-BY-4.0", "CC-BY-4.0\n  - {name: notes, reader: jats, files: [x]}"), "two sources are called notes"),
        (("name: notes\n    reader", "name: Our Notes\n    reader"), r"recipe\.yaml:4: `sources\.0\.name`"),
        (("[notes.jsonl]", "[]"), r"recipe\.yaml:6: `sources\.0\.files`"),
        (
            ("licence_profile: research", "dedup: {threshold: 0.5}\nlicence_profile: research"),
            "split_threshold must not",
        ),
        (("licence_profile: research", "phi: [\nlicence_profile: research"), r"recipe\.yaml: not YAML"),
    ],
)
@pytest.mark.usefixtures("small_corpus")
def test_a_mistake_is_named(folder: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        planned(folder, GOOD.replace(*change, 1))


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("quality: {presets: {abstract: nonesuch}}", "nonesuch"),
        ("quality: {rules: [{name: a, signal: n_wrods, min: 1, cite: b}]}", "n_wrods"),
        ("quality: {rules: [{name: a, signal: n_words, min: 9, max: 1, cite: b}]}", "nothing can pass"),
        ("quality: {rules: [{name: a, signal: n_words, cite: b}]}", "needs min, max or both"),
    ],
)
@pytest.mark.usefixtures("small_corpus")
def test_a_mistake_in_the_rules_is_found_before_anything_is_read(folder: Path, addition: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        planned(folder, GOOD + addition)


@pytest.mark.usefixtures("small_corpus")
def test_an_unknown_policy_is_found_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(RecipeError, match="strictest"):
        planned(folder, GOOD + "    phi_policy: strictest\n")


@pytest.mark.usefixtures("small_corpus")
def test_terms_that_are_no_licence_are_found_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(RecipeError, match="free beer"):
        planned(folder, GOOD.replace("CC-BY-4.0", "free beer"))


@pytest.mark.usefixtures("small_corpus")
def test_an_absent_tokenizer_is_found_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(Hc4Error, match=r"absent\.model") as raised:
        planned(folder, GOOD + "tokenizer: absent.model")
    assert isinstance(raised.value, AssetError)


@pytest.mark.usefixtures("small_corpus")
def test_an_absent_language_model_is_found_before_anything_is_read(folder: Path) -> None:
    with pytest.raises(Hc4Error, match=r"absent\.ftz"):
        planned(folder, GOOD + "language: {model: absent.ftz}")


@pytest.mark.usefixtures("small_corpus")
def test_two_files_of_one_name_and_different_bytes_are_refused(folder: Path) -> None:
    for place in ("one", "two"):
        (folder / place).mkdir()
        (folder / place / "notes.jsonl").write_text(f'{{"text": "{place}"}}', encoding="utf-8")

    with pytest.raises(RecipeError, match="one name but different bytes"):
        planned(folder, GOOD.replace("[notes.jsonl]", "[one/notes.jsonl, two/notes.jsonl]"))


@pytest.mark.usefixtures("small_corpus")
def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    path = folder / "recipe.yaml"
    path.write_text(GOOD.replace("[notes.jsonl]", "[notes.jsonl, notes.jsonl, '*.jsonl']"), encoding="utf-8")

    assert make_plan(load_recipe(path), folder).raw_files == 1


def test_every_mistake_is_reported_at_once(folder: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        planned(folder, GOOD.replace("terms", "licens").replace("name: notes\nlicence", "nmae: notes\nlicence"))

    assert str(raised.value).count("unknown key") == 2
    assert "`name`: Field required" in str(raised.value)


def test_a_recipe_that_is_no_mapping_is_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match=":1: a recipe is a mapping"):
        planned(folder, "- one\n- two\n")


def test_an_absent_recipe_is_refused(folder: Path) -> None:
    with pytest.raises(RecipeError, match="cannot read recipe"):
        load_recipe(folder / "absent.yaml")


def test_the_command_ends_with_exit_code_2_and_one_message(folder: Path) -> None:
    (folder / "recipe.yaml").write_text(GOOD.replace("terms", "licens"), encoding="utf-8")

    done = hc4("build", "recipe.yaml", home=folder / "home", cwd=folder)

    assert done.returncode == 2
    assert "recipe.yaml:7" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_folder_that_is_no_snapshot_is_left_alone(small_corpus: SmallCorpus, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "precious").mkdir()
    (folder / "precious" / "thesis.txt").write_text("all my work", encoding="utf-8")

    with pytest.raises(Hc4Error, match="is not a snapshot"):
        build(folder / "recipe.yaml", folder / "precious", folder / "work")
    assert [path.name for path in (folder / "precious").iterdir()] == ["thesis.txt"]


def test_limits_of_reading_are_part_of_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "words"}\n', encoding="utf-8")
    source = {"name": "notes", "reader": "jsonl", "files": ["a.jsonl"], "terms": "CC0-1.0"}
    digests = set()
    for limits in ({}, {"decompression_ratio": 50}, {"raw_record_bytes": 1000}, {"failed_share": 0.5}):
        content = {"name": "r", "licence_profile": "commercial", "sources": [source], "limits": limits}
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        (bundle,) = make_plan(load_recipe(path), tmp_path).bundles
        digests.add(bundle.digests["documents"])

    assert len(digests) == 3  # How many failures stop a build is no matter of reading.


def test_a_limit_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    source = {"name": "notes", "reader": "jsonl", "files": ["a.jsonl"]}
    content = {"name": "r", "licence_profile": "commercial", "sources": [source], "limits": {"bytes": 1}}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(RecipeError, match=r"`limits\.bytes`: unknown key"):
        load_recipe(path)


def test_a_raw_file_whose_name_is_no_utf8_is_read_under_an_escaped_name(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "caf\udce9.jsonl").write_text('{"id": "1", "text": "words"}\n', encoding="utf-8")
    source = {"name": "notes", "reader": "jsonl", "files": ["raw"], "terms": "CC0-1.0"}
    content = {"name": "r", "licence_profile": "commercial", "sources": [source]}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    manifest = build(tmp_path / "recipe.yaml", tmp_path / "out", tmp_path / "work")

    assert [(file.name, file.records) for file in manifest.sources[0].raw_files] == [(r"caf\udce9.jsonl", 1)]
