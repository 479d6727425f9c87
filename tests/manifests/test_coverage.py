"""Coverage is additive, agrees with a plain count over rows, and takes hostile labels for what they are."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from manifests import labels
from manifests.amount import Amount
from manifests.coverage import DOMAINS, PERCENTS, TOP, Coverage, Labels, coverage_of, nulls_of
from manifests.labels import LABEL, SUMS, label_sums, listed, merged_sums, published_by, registered_domain
from manifests.origin import NULLABLE
from shards.write import ROW
from tests.datacards.reading import HOSTILE

Row = dict[str, Any]

JOURNALS = [None, "Lancet", "lancet", "", "null", HOSTILE, "a:b\x00c\n", "誌" * (LABEL + 50), "誌" * (LABEL + 51)]
HOSTS = {
    None: None,
    "https://www.ncbi.nlm.nih.gov/pmc/1": "nih.gov",
    "http://nih.gov": "nih.gov",
    "HTTPS://Sub.BBC.co.uk:8443/x?y=https://nih.gov": "bbc.co.uk",
    "ftp://user:secret@host.example.org./file": "example.org",
    "https://10.1.2.3/a": "10.1.2.3",
    "https://localhost/a": None,
    "https://[EMAIL]/a": None,
    "https://": None,
    "doi.org/10.1/2": None,
    "javascript:alert(1)": None,
    "https://xn--bcher-kva.example.com#f": "example.com",
    "s3://bucket.example.com/key": None,
}
"""Addresses, and the registered domain of each by hand."""

HEADINGS = ["D006801 Humans", "Humans", "D000818 Animals", HOSTILE, "誌" * (LABEL + 50), "誌" * (LABEL + 51)]
DATES = [None, "1962", "1962-05", "1962-05-07", "2021-12-31", "2022"]
STATES = ["none", "retracted", "concern", "corrected"]


def row(tokens: int = 1, **fields: Any) -> Row:
    """A released row; what matters here, and nothing in all other columns."""
    empty: Row = {field.name: None for field in ROW if field.nullable}
    told = {"retraction": "none", "n_tokens": tokens, "n_words": tokens * 2, "n_bytes": tokens * 9, **fields}
    made = empty | told
    made["date_precision"] = made["published"] and "day"
    made["genre_evidence"] = made["genre"] and "medline:PublicationType"
    made["nulls"] = [f"{name}:not_stated" for name in NULLABLE if made[name] is None]
    return made


rows = st.builds(
    row,
    tokens=st.integers(0, 40),
    journal=st.sampled_from(JOURNALS),
    url=st.sampled_from(list(HOSTS)),
    published=st.sampled_from(DATES),
    retraction=st.sampled_from(STATES),
    mesh=st.none() | st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=4),
    genre=st.sampled_from([None, "review"]),
    doi=st.sampled_from([None, "10.1/2"]),
)


def written(folder: Path, parts: Iterable[Sequence[Row]]) -> list[Path]:
    schema = pa.schema([field for field in ROW if field.nullable or field.name in row()])
    paths = []
    for number, part in enumerate(parts):
        paths.append(folder / f"{number}.parquet")
        pq.write_table(pa.Table.from_pylist(list(part), schema=schema), paths[-1])
    return paths


def sums_of(*parts: Sequence[Row]) -> pl.DataFrame:
    with TemporaryDirectory() as folder:
        return label_sums(written(Path(folder), parts))


def amount(found: Iterable[Row]) -> Amount:
    each = list(found)
    return Amount(
        documents=len(each), **{name: sum(one[f"n_{name}"] for one in each) for name in ("bytes", "words", "tokens")}
    )


def covered(*parts: Sequence[Row]) -> Coverage:
    return coverage_of(sums_of(*parts), {}, Amount(), Counter())


def oracle(kind: str, one: Row) -> set[str | None]:
    """Labels of a kind that a row counts for."""
    if kind == "mesh":
        return {each[:LABEL] for each in one["mesh"] or ()} or {None}
    return {
        {
            "journal": one["journal"] and one["journal"][:LABEL],
            "domain": HOSTS[one["url"]],
            "retraction": one["retraction"],
            "published": one["published"],
            "length": str(one["n_tokens"]),
        }[kind]
    }


@settings(max_examples=25)
@given(st.lists(rows, max_size=30))
def test_sums_are_those_of_a_plain_count(made: list[Row]) -> None:
    found = {(kind, label): tuple(sums) for kind, label, *sums in sums_of(made).iter_rows()}
    expected = {}
    for kind in ("journal", "domain", "mesh", "retraction", "published", "length"):
        for label in set().union(*(oracle(kind, one) for one in made)):
            mine = amount(one for one in made if label in oracle(kind, one))
            expected[kind, label] = tuple(mine.model_dump().values())

    assert {key: sums for key, sums in found.items() if key[0] != "null"} == expected


@settings(max_examples=25)
@given(st.lists(st.lists(rows, max_size=12), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_sums_of_bundles_add_up_whatever_the_bundles_and_their_order(parts: list[list[Row]], draw: Any) -> None:
    whole = [one for part in parts for one in part]
    dealt = [sums_of(part).lazy() for part in parts]
    draw.shuffle(dealt)

    assert_frame_equal(merged_sums(dealt), sums_of(whole))
    assert_frame_equal(sums_of(*parts), sums_of(whole))


@pytest.mark.parametrize(("rows_at_once", "held"), [(1, 0), (3, 10), (4, 10**6)])
def test_sums_do_not_depend_on_how_much_is_held_at_once(
    rows_at_once: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [row(n % 4, journal=JOURNALS[n % 9], url=list(HOSTS)[n % 13], doi=None) for n in range(17)]
    whole = sums_of(made)
    monkeypatch.setattr(labels, "_ROWS", rows_at_once)
    monkeypatch.setattr(labels, "_HELD", held)

    assert_frame_equal(sums_of(made[:10], [], made[10:]), whole)


@settings(max_examples=25)
@given(st.lists(rows, max_size=30))
def test_every_row_is_in_top_rest_or_not_stated(made: list[Row]) -> None:
    coverage = covered(made)

    for spread in (coverage.journals, coverage.domains):
        named = sum((share.amount for share in spread.top), Amount())
        assert named + spread.rest + spread.not_stated == amount(made)
    assert sum((state.released for state in coverage.retractions), Amount()) == amount(made)


def test_a_document_counts_for_each_of_its_headings_once() -> None:
    made = [row(4, mesh=["b", "a", "b"]), row(3, mesh=["a"]), row(2)]
    mesh = covered(made).mesh

    assert mesh is not None
    assert mesh.distinct == 2
    assert [(one.label, one.amount) for one in mesh.top] == [("a", amount(made[:2])), ("b", amount(made[:1]))]
    assert mesh.not_stated == amount(made[2:])


def test_shards_of_a_time_without_headings_state_none(tmp_path: Path) -> None:
    (path,) = written(tmp_path, [[row(3), row(4)]])
    pq.write_table(pq.read_table(path).drop_columns(["mesh"]), path)
    mesh = label_sums([path]).filter(pl.col("kind") == "mesh")

    assert mesh.select("label", "documents", "tokens").rows() == [(None, 2, 7)]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
@settings(max_examples=20)
def test_a_quantile_is_the_nearest_rank_of_the_sorted_lengths(lengths: list[int]) -> None:
    found = {one.percent: one.tokens for one in covered([row(tokens) for tokens in lengths]).lengths}

    assert found == {percent: sorted(lengths)[math.ceil(percent * len(lengths) / 100) - 1] for percent in PERCENTS}


@settings(max_examples=25)
@given(st.lists(rows, max_size=30))
def test_nulls_of_a_column_are_its_nulls(made: list[Row]) -> None:
    nulls = {one.column: one for one in nulls_of(sums_of(made))}

    assert list(nulls) == [field.name for field in ROW if field.nullable]
    for name, one in nulls.items():
        assert one.rows == sum(each[name] is None for each in made)
        assert one.rows == sum(one.reasons.values())


def test_a_year_is_older_than_its_months_and_dates_may_lack() -> None:
    coverage = covered([row(published=date) for date in DATES[::-1]])

    assert (coverage.oldest, coverage.newest) == ("1962", "2022")
    assert (covered([row()]).oldest, covered([]).newest) == (None, None)


def test_nothing_covers_nothing() -> None:
    coverage = covered([])

    assert coverage == coverage_of(pl.DataFrame(schema=SUMS), {}, Amount(), Counter())
    assert coverage.lengths == ()
    assert coverage.journals == Labels(distinct=0, top=(), rest=Amount(), not_stated=Amount())


def many(column: str, count: int) -> list[Row]:
    """Rows with `count` labels, the first with most tokens."""
    names = {"journal": "Journal {}", "url": "https://site{}.org/"}
    return [row(count - number, **{column: names[column].format(number)}) for number in range(count)]


@pytest.mark.parametrize(
    ("column", "count", "named"),
    [
        ("journal", TOP, TOP),
        ("journal", 10 * TOP + 11, TOP),
        ("url", TOP - 1, TOP - 1),
        ("url", 10 * TOP + 11, TOP + 2),
        ("url", 10 * DOMAINS + 1, DOMAINS),
    ],
)
def test_the_manifest_names_the_largest_and_sums_the_rest(column: str, count: int, named: int) -> None:
    coverage = covered(many(column, count))
    found = coverage.journals if column == "journal" else coverage.domains

    assert (found.distinct, len(found.top)) == (count, named)
    assert [share.amount.tokens for share in found.top] == list(range(count, count - named, -1))
    assert found.rest.documents == count - named


def test_of_labels_with_as_many_tokens_the_order_is_that_of_documents_then_names() -> None:
    made = [row(4, journal="b"), row(4, journal="a"), row(2, journal="z"), row(2, journal="z")]

    assert [share.label for share in covered(made).journals.top] == ["z", "a", "b"]


def test_the_list_of_domains_names_every_one_by_source() -> None:
    table = listed("domain", {"web": sums_of(many("url", 1200)), "pmc": sums_of([row(5, url="https://a.nih.gov/")])})

    assert table.columns == ["source", "domain", "documents", "bytes", "words", "tokens"]
    assert table.row(0) == ("pmc", "nih.gov", 1, 45, 10, 5)
    assert (len(table), table["domain"][1], table["domain"].null_count()) == (1201, "site0.org", 0)


def test_sources_of_one_publisher_are_one_and_those_without_are_told() -> None:
    one, two = Amount(documents=1, tokens=5), Amount(documents=2, tokens=7)

    assert published_by([("NLM", one), (None, two), ("NLM", two), ("", one)]) == ({"NLM": one + two}, two + one)


def test_a_state_of_which_nothing_is_left_is_told_with_what_was_read() -> None:
    coverage = coverage_of(sums_of([row(7)]), {}, Amount(), {"retracted": 4, "none": 2})

    assert [(one.state, one.read, one.released.documents) for one in coverage.retractions] == [
        ("none", 2, 1),
        ("retracted", 4, 0),
    ]


@pytest.mark.parametrize("host", ["", ".", "..", "a" * 300, "co.uk", "-", "☃", "a b", "*.nih", "1.2.3", "nih.gov" * 99])
def test_what_is_no_registered_domain_has_none_or_one_that_it_ends_with(host: str) -> None:
    domain = registered_domain(host)

    assert domain is None or host.endswith(domain)
