"""Unicode tables, tables on disk, assets, errors: the floor that everything stands on."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import errors, unicode
from corpus.assets import ASSETS, GROUPS, asset_path, assets_folder, checked_asset, pull
from corpus.document import DOCUMENTS, Document
from corpus.errors import AssetError, Hc4Error
from corpus.tables import to_table, write_frame
from corpus.verdict import VERDICTS, Stage, Verdict

FLAGS = {
    "L": unicode.LETTER,
    "N": unicode.NUMBER,
    "M": unicode.MARK,
    "P": unicode.PUNCTUATION,
    "S": unicode.SYMBOL,
}


def test_every_code_point_has_the_class_that_unicodedata_gives_it() -> None:
    table = unicode.classes()
    wrong = 0
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        expected = FLAGS.get(category[0], 0)
        expected |= unicode.UPPER if category in ("Lu", "Lt") else 0
        expected |= unicode.DIGIT if category == "Nd" else 0
        expected |= unicode.SPACE if chr(code).isspace() else 0
        wrong += expected != table[code]

    assert len(table) == sys.maxunicode + 1
    assert wrong == 0


def test_every_code_point_folds_as_python_folds_it_where_that_is_one_character() -> None:
    table = unicode.folds()
    wrong = 0
    for code in range(sys.maxunicode + 1):
        folded = chr(code).casefold()
        wrong += table[code] != (ord(folded) if len(folded) == 1 else code)

    assert wrong == 0


def test_folding_twice_changes_nothing() -> None:
    table = unicode.folds()

    assert np.array_equal(table[table], table)


@pytest.mark.parametrize("table", [unicode.classes, unicode.folds])
def test_tables_cannot_be_changed(table: object) -> None:
    with pytest.raises(ValueError, match="read-only"):
        table()[0] = 1  # type: ignore[operator]


@given(
    st.lists(
        st.fixed_dictionaries({"name": st.none() | st.text(), "count": st.integers(-(1 << 62), 1 << 62)}), min_size=1
    )
)
def test_a_frame_comes_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    frame = pl.DataFrame(rows, schema={"name": pl.String, "count": pl.Int64}).with_columns(
        lists=pl.concat_list("name", "name")
    )
    path = tmp_path_factory.getbasetemp() / "frame.parquet"

    write_frame(frame, path, row_group_rows=2)

    assert pl.read_parquet(path).equals(frame)


def test_the_same_frame_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["a", None, "b"] * 1000, "count": range(3000)})
    write_frame(frame, tmp_path / "one.parquet")
    write_frame(frame.slice(0, 1500).vstack(frame.slice(1500)), tmp_path / "two.parquet")

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_columns_have_types_that_every_reader_knows(tmp_path: Path) -> None:
    table = to_table(pl.DataFrame({"name": ["a"], "names": [["b"]]}))
    pq.write_table(table, tmp_path / "plain.parquet")

    assert table.schema.types == [pa.string(), pa.list_(pa.string())]


def test_every_field_of_a_document_has_a_column() -> None:
    fields = {name for name in Document.__dataclass_fields__ if name != "native_id"}

    assert fields | {"doc_id", "refused"} == set(DOCUMENTS.names)


def test_stages_are_the_ledgers_in_the_order_of_the_journey() -> None:
    assert [stage.value for stage in Stage] == [
        "read", "use", "version", "retraction", "licence", "language", "quality", "datatrove", "phi",
        "contamination", "identity", "exact", "near", "takedown", "release",
    ]  # fmt: skip
    assert {verdict.value for verdict in Verdict} == {"keep", "drop", "merge", "fail"}
    assert {"verdict", "stage", "reason", "survivor", "similarity"} < set(VERDICTS.names)


def test_every_error_is_in_the_tree_drawn_at_the_top_of_the_file() -> None:
    drawn = errors.__doc__ or ""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    assert len(kinds) >= 10
    for kind in kinds:
        assert issubclass(kind, Hc4Error), kind.__name__
        assert kind.__name__ in drawn, kind.__name__


def test_exit_codes_tell_kinds_of_errors_apart() -> None:
    codes = [errors.RecipeError, errors.AssetError, errors.BuildStopped, errors.EngineError, errors.SnapshotError]

    assert [kind.exit_code for kind in codes] == [2, 3, 4, 5, 6]


def test_every_asset_is_pinned() -> None:
    for name, asset in ASSETS.items():
        assert len(bytes.fromhex(asset.sha256)) == 32, name
        assert "==" in asset.requirement, name
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(ASSETS)


@pytest.mark.parametrize("name", ASSETS)
def test_assets_on_this_machine_are_the_pinned_ones(name: str) -> None:
    if not (assets_folder() / name).is_file():
        pytest.skip(f"{name} is absent: `hc4 assets pull models demo`")

    assert checked_asset(name) == assets_folder() / name


def test_an_absent_asset_names_the_command_that_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HC4_HOME", str(tmp_path))

    with pytest.raises(AssetError, match=r"run `hc4 assets pull lid\.176\.ftz`"):
        asset_path("lid.176.ftz")


def test_an_asset_with_other_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HC4_HOME", str(tmp_path))
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "lid.176.ftz").write_bytes(b"another model")

    with pytest.raises(AssetError, match="delete it and pull again"):
        checked_asset("lid.176.ftz")


@pytest.mark.parametrize("call", [asset_path, lambda name: pull([name])])
def test_an_unknown_asset_is_refused_with_those_there_are(call: object) -> None:
    with pytest.raises(AssetError, match="unknown asset 'nonesuch'; known: "):
        call("nonesuch")  # type: ignore[operator]
