"""Statements become licences without invention, and profiles let in only what they list."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from lxml import etree

from corpus.errors import RecipeError
from filters.licence import LicenceAnnotator, normalise
from filters.rights import UNKNOWN, Rights, licence_address, load_profile, openness, rights, strictest

KIT = Path(__file__).parents[2].parent / "shared" / "data" / "kit"
HREF = "{http://www.w3.org/1999/xlink}href"

STATEMENTS = {
    "https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0",
    "http://www.creativecommons.org/licenses/by/2.0": "CC-BY-2.0",
    "https://creativecommons.org/licenses/by/4.0/legalcode": "CC-BY-4.0",
    "http://creativecommons.org/licenses/by/3.0/de/deed.en": "CC-BY-3.0-DE",
    "http://creativecommons.org/licenses/by/2.0/uk/": "LicenseRef-CC-BY-2.0-UK",
    "https://creativecommons.org/licenses/by/3.0/igo/": "CC-BY-3.0-IGO",
    "http://creativecommons.org/licenses/by/": "LicenseRef-CC-BY-unversioned",
    "http://creativecommons.org/licenses/by-nc-sa/3.0": "CC-BY-NC-SA-3.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "http://creativecommons.org/publicdomain/mark/1.0/": "CC-PDM-1.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC-BY-4.0": "CC-BY-4.0",
    "cc-by": "LicenseRef-CC-BY-unversioned",
    "CC BY-NC": "LicenseRef-CC-BY-NC-unversioned",
    "CC BY-NC-SA 3.0 IGO": "CC-BY-NC-SA-3.0-IGO",
    "creativeCommonsBy-nc-nd": "LicenseRef-CC-BY-NC-ND-unversioned",
    "CC0": "CC0-1.0",
    "public-domain": "LicenseRef-Public-Domain",
    "a work of the United States Government": "LicenseRef-USGov-PD",
    "publisher-specific-oa": "LicenseRef-Publisher-Specific",
    "other-oa": UNKNOWN,
    "Creative Commons Attribution License": "LicenseRef-CC-BY-worded",
    "distributed under the Creative Commons Attribution 4.0 International License": "CC-BY-4.0",
    "Creative Commons Attribution\N{HYPHEN}NonCommercial\N{HYPHEN}NoDerivs License": "LicenseRef-CC-BY-NC-ND-worded",
    "Attribution-NonCommercial-ShareAlike 4.0": "CC-BY-NC-SA-4.0",
    "CC BY 4.0, for commercial and non-commercial use": "CC-BY-4.0",
    "This is an open access article.": UNKNOWN,
    "Creative Commons License": UNKNOWN,
    "All rights reserved": UNKNOWN,
    "": UNKNOWN,
    "MIT": "MIT",
    "mit or apache-2.0": "MIT OR Apache-2.0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/": "OGL-UK-3.0",
    "LicenseRef-NLM-Terms": "LicenseRef-NLM-Terms",
    "CC-BY-4.0-NC": "CC-BY-NC-4.0",
    "cc_by_nc": "LicenseRef-CC-BY-NC-unversioned",
    "CC BY/NC 3.0": "CC-BY-NC-3.0",
    "CC BY 7.3": "LicenseRef-CC-BY-unversioned",
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statement_is_normalised(statement: str) -> None:
    read = normalise(statement)
    assert read.licence == STATEMENTS[statement]
    assert not read.conflict


CONFLICTS = {
    "http://creativecommons.org/licenses/by/4.0/ under the Creative Commons Attribution Non-Commercial License": "NC",
    "https://creativecommons.org/licenses/by/4.0/ | for non-commercial use only": "NC",
    "https://creativecommons.org/licenses/by/4.0/ | https://creativecommons.org/licenses/by-nd/4.0/": "ND",
    "https://creativecommons.org/licenses/by/4.0/ | http://www.elsevier.com/open-access/userlicense/1.0/": "BY",
    "https://creativecommons.org/licenses/by/4.0/ | https://journal.example.org/terms": "BY",
    "https://creativecommons.org/licenses/by-sa/4.0/ | CC BY": "SA",
    "CC BY ShareAlike": "SA",
    "CC BY NonCommercial": "NC",
    "CC BY 4.0, no derivatives": "ND",
}


@pytest.mark.parametrize("statement", CONFLICTS)
def test_the_stricter_of_two_statements_counts_and_the_conflict_is_kept(statement: str) -> None:
    read = normalise(statement)
    assert read.conflict
    assert CONFLICTS[statement] in read.licence
    assert load_profile("commercial").reason(read.licence, read.conflict) == "licence_conflict"


RESTRICTED = [
    "CC BY (NC) 4.0",
    "CC BY: NC",
    "CC BY & NC",
    "CC BY N.C. 4.0",
    "CC BY\u00b7NC",
    "CC BY\u200bNC",
    "CC BY 4.0 | NC",
    "CC BY [ND]",
    "https://creativecommons.org/licenses/by_nc/4.0/",
    "https://creativecommons.org/licenses/by%2Dnc/4.0/",
    "https://creativecommons.org/licenses/by/nc/4.0",
    "https://creativecommons.org/licenses/by/4.0-nc/",
    "https://creativecommons.org/licenses/by nd/4.0",
    "CC BY 4.0, commercial use prohibited",
    "CC BY 4.0. Commercial use is not permitted.",
    "CC BY 4.0, no commercial use",
    "CC BY 4.0, not to be used commercially",
    "CC BY 4.0. For commercial re-use, please contact the publisher",
    "CC BY 4.0, commercial reuse requires prior permission",
    "CC BY 4.0 for personal use only",
    "CC BY 4.0, uso no comercial",
    "CC BY 4.0, pas d'utilisation commerciale",
    "CC BY 4.0, keine kommerzielle Nutzung",
    "CC BY 4.0, derivatives are prohibited",
    "https://opensource.org/licenses/mit for non-commercial use",
    "https://opendatacommons.org/licenses/by/ commercial use is prohibited",
    "CC BY 4.0, reproduced without modifications",
    "CC BY 4.0; all rights reserved",
    "CC BY 4.0; AI training is prohibited",
    "CC BY 4.0. Text and data mining for commercial models not permitted",
    "CC0 for metadata only; text all rights reserved",
    "formerly CC BY 4.0",
    "17 U.S.C. 105 does not apply",
    "not CC BY",
    "This article is not licensed under CC BY 4.0",
    "Not a work of the U.S. Government",
]


@pytest.mark.parametrize("statement", RESTRICTED)
def test_a_restriction_in_any_spelling_keeps_a_statement_out(statement: str) -> None:
    read = normalise(statement)
    assert load_profile("research").reason(read.licence, read.conflict) is not None


def test_permission_of_commercial_use_is_no_restriction() -> None:
    free = (
        "CC BY 4.0: material may be used for any purpose, even commercially. If it is not included in the Creative "
        "Commons licence, permission is needed. Commercial use is permitted."
    )
    assert normalise(free).conflict is False


def test_marks_without_end_are_read_in_no_time() -> None:
    assert normalise("CC BY" + "-nc" * 20_000 + " x").conflict is False


def test_a_waiver_for_the_data_does_not_conflict_with_cc_by() -> None:
    both = "http://creativecommons.org/licenses/by/4.0/ | http://creativecommons.org/publicdomain/zero/1.0/"
    read = normalise(both)
    assert (read.licence, read.conflict) == ("CC-BY-4.0", False)


@pytest.mark.parametrize("statement", [licence for licence in STATEMENTS.values() if licence != UNKNOWN])
def test_normalising_twice_changes_nothing(statement: str) -> None:
    assert normalise(statement).licence == statement


@pytest.mark.parametrize(
    ("licence", "commercial", "share_alike", "research"),
    [
        ("CC0-1.0", True, True, True),
        ("CC-BY-4.0", True, True, True),
        ("LicenseRef-CC-BY-2.0-UK", True, True, True),
        ("LicenseRef-CC-BY-unversioned", True, True, True),
        ("LicenseRef-CC-BY-worded", False, False, True),
        ("CC-BY-SA-4.0", False, True, False),
        ("LicenseRef-NLM-Terms", False, False, True),
        ("CC-BY-NC-4.0", False, False, False),
        ("CC-BY-ND-4.0", False, False, False),
        ("CC-BY-NC-ND-4.0", False, False, False),
        ("LicenseRef-Publisher-Specific", False, False, False),
        ("GPL-3.0-only", False, False, False),
        ("LicenseRef-invented", False, False, False),
        ("CC-BY-4.0-SOMETHING", False, False, False),
        ("CC-BY-4.0 AND MIT", True, True, True),
        ("CC-BY-4.0 AND CC-BY-NC-4.0", False, False, False),
        ("CC-BY-4.0 OR CC-BY-NC-4.0", True, True, True),
        (UNKNOWN, False, False, False),
        ("", False, False, False),
    ],
)
def test_profiles_allow_what_they_list(licence: str, commercial: bool, share_alike: bool, research: bool) -> None:
    allowed = [load_profile(name).reason(licence, False) is None for name in ("commercial", "share_alike", "research")]
    assert allowed == [commercial, share_alike, research]


def test_a_conflict_keeps_an_allowed_licence_out() -> None:
    assert load_profile("commercial").reason("CC-BY-4.0", True) == "licence_conflict"


def test_reasons_of_columns() -> None:
    licences = pa.array(["CC-BY-4.0", "CC-BY-4.0", UNKNOWN, "CC-BY-NC-4.0", None], pa.large_string())
    conflicts = pa.array([False, True, True, False, False])
    expected = [None, "licence_conflict", "licence_unknown", "licence_not_allowed", "licence_unknown"]
    assert load_profile("commercial").reasons(licences, conflicts).to_pylist() == expected
    empty = load_profile("commercial").reasons(pa.array([], pa.string()), pa.array([], pa.bool_()))
    assert empty.to_pylist() == []


def test_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="known: commercial, research, share_alike"):
        load_profile("comercial")


def test_openness_orders_licences() -> None:
    names = ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", UNKNOWN, None]
    order = openness(pa.array(names))
    assert order.dtype == np.int64
    assert order.tolist()[:6] == sorted(order.tolist()[:6], reverse=True)
    assert order.tolist()[5:] == [0, 0]


def test_rights_of_families() -> None:
    assert rights("CC-BY-4.0") == Rights(True, True, True, False, True)
    assert rights("CC-BY-NC-ND-4.0").derivatives is False
    assert rights(UNKNOWN) == Rights()


def documents(raw: list[str | None], evidence: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch(
        [pa.array(raw, pa.string()), pa.array(evidence, pa.string())], names=["licence_raw", "licence_evidence"]
    )


def test_a_document_without_a_statement_takes_the_terms_of_its_source() -> None:
    batch = documents(["CC BY 4.0", None, "  ", "mystery"], ["jats:license", None, None, "jats:license"])
    rows = LicenceAnnotator("LicenseRef-NLM-Terms").measure(batch)
    assert rows.schema.equals(LicenceAnnotator.schema, check_metadata=True)
    spdx = rows.column("licence_spdx").to_pylist()
    assert spdx == ["CC-BY-4.0", "LicenseRef-NLM-Terms", "LicenseRef-NLM-Terms", UNKNOWN]
    assert rows.column("licence_kind").to_pylist() == ["jats", "source_terms", "source_terms", "jats"]
    assert rows.column("licence_place").to_pylist() == ["license", "", "", "license"]


def test_without_source_terms_nothing_is_assumed() -> None:
    rows = LicenceAnnotator().measure(documents([None, "CC BY-NC 4.0 | CC BY 4.0"], [None, None]))
    assert rows.column("licence_spdx").to_pylist() == [UNKNOWN, "CC-BY-NC-4.0"]
    assert rows.column("licence_kind").to_pylist() == ["none", "stated"]
    assert rows.column("licence_conflict").to_pylist() == [False, True]


def test_evidence_in_several_places_is_of_the_kind_of_the_first() -> None:
    evidence: list[str | None] = ["cnxml:metadata/license; collxml:metadata/license", "jats:a; jats:b"]
    rows = LicenceAnnotator().measure(documents(["CC BY 4.0"] * 2, evidence))
    assert rows.column("licence_kind").to_pylist() == ["cnxml", "jats"]
    assert rows.column("licence_place").to_pylist() == ["metadata/license; collxml:metadata/license", "a; b"]


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ([], (UNKNOWN, False)),
        ([UNKNOWN], (UNKNOWN, False)),
        (["CC-BY-4.0", UNKNOWN], ("CC-BY-4.0", False)),
        (["CC-BY-3.0", "CC-BY-4.0", "LicenseRef-CC-BY-worded"], ("LicenseRef-CC-BY-worded", False)),
        (["CC-BY-4.0", "CC-BY-NC-4.0"], ("CC-BY-NC-4.0", True)),
        (["CC-BY-NC-4.0", "CC-BY-SA-4.0", "CC0-1.0"], ("CC-BY-NC-4.0", True)),
        (["CC-BY-4.0", "GPL-3.0-only"], ("GPL-3.0-only", True)),
        (["CC-BY-4.0", "LicenseRef-Publisher-Specific"], ("LicenseRef-Publisher-Specific", True)),
        (["CC-BY-4.0 AND MIT", "CC-BY-NC-4.0 AND MIT"], ("CC-BY-NC-4.0 AND MIT", True)),
        (["CC-BY-4.0 AND MIT", "LicenseRef-Publisher-Specific"], ("LicenseRef-Publisher-Specific", True)),
    ],
)
def test_of_several_statements_the_strictest_counts(licences: list[str], expected: tuple[str, bool]) -> None:
    assert strictest(licences) == strictest(reversed(licences)) == expected


def test_a_changed_text_under_a_no_derivatives_licence_may_not_be_passed_on() -> None:
    assert rights("CC-BY-ND-4.0").redistribute is True
    assert rights("CC-BY-ND-4.0", modified=True).redistribute is False
    assert rights("CC-BY-4.0", modified=True) == rights("CC-BY-4.0")


def test_a_profile_of_ones_own_lets_in_what_it_lists() -> None:
    own = load_profile(
        {"name": "mine", "statement": "Mine.", "allow": ["public-domain"], "verbatim": ["no-derivatives"]}
    )
    assert own.reason("CC0-1.0", conflict=False) is None
    assert own.reason("CC-BY-4.0", conflict=False) == "licence_not_allowed"
    assert own.reason("CC-BY-ND-4.0", conflict=False, modified=True) == "licence_no_derivatives"
    assert own.reason("CC-BY-ND-4.0", conflict=False, modified=False) is None
    spdx, modified = ["CC0-1.0", "CC-BY-ND-4.0", "CC-BY-ND-4.0", None], [True, True, False, False]
    found = own.reasons(pa.array(spdx), pa.array([False] * 4), pa.array(modified))
    assert found.to_pylist() == [None, "licence_no_derivatives", None, "licence_unknown"]


def test_a_profile_of_ones_own_takes_no_name_of_a_shipped_one() -> None:
    with pytest.raises(RecipeError, match="'commercial' is shipped"):
        load_profile({"name": "commercial", "statement": "Mine.", "allow": ["non-commercial"]})


def test_a_profile_that_names_no_family_is_refused() -> None:
    with pytest.raises(RecipeError, match="no family 'attributoin'; known: attribution, "):
        load_profile({"name": "mine", "statement": "Mine.", "allow": ["attributoin"]})


@pytest.mark.parametrize(
    ("licence", "stated", "address"),
    [
        ("CC-BY-4.0", None, "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-3.0-IGO", None, "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/"),
        ("LicenseRef-CC-BY-unversioned", None, "https://creativecommons.org/licenses/by/"),
        ("CC0-1.0", None, "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Apache-2.0", None, "https://spdx.org/licenses/Apache-2.0.html"),
        ("LicenseRef-NLM-Terms", "see https://www.nlm.nih.gov/databases/download/terms", None),
        (UNKNOWN, None, None),
    ],
)
def test_a_licence_can_be_read_at_its_address(licence: str, stated: str | None, address: str | None) -> None:
    expected = address or (stated.removeprefix("see ") if stated else None)
    assert licence_address(licence, stated) == expected


def test_source_terms_must_be_a_licence() -> None:
    with pytest.raises(RecipeError, match="source terms"):
        LicenceAnnotator("whatever we like")


# Real articles ---------------------------------------------------------------------------------------------------


def stated(path: Path) -> str:
    """Everything that <permissions> says, addresses first."""
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)
    meta = etree.parse(path, parser).find(".//article-meta")
    parts: list[str | None] = []
    for licence in meta.iter("license"):
        parts += [licence.get(HREF), *(reference.text for reference in licence.iter("{*}license_ref"))]
        parts += [link.get(HREF) for link in licence.iter("ext-link", "uri") if "creativecommons" in link.get(HREF, "")]
        parts.append(" ".join(" ".join(licence.itertext()).split()))
    if not any(parts):
        parts = [" ".join(" ".join(statement.itertext()).split()) for statement in meta.iter("copyright-statement")]
    return " | ".join(part for part in parts if part)


@cache
def expected() -> dict[str, str]:
    with (KIT / "INDEX.tsv").open(encoding="utf-8", newline="") as stream:
        return {row["path"]: row["licence_norm"] for row in csv.DictReader(stream, delimiter="\t")}


kit = pytest.mark.skipif(not (KIT / "INDEX.tsv").is_file(), reason="the test kit is not on this machine (set HC4_KIT)")


@kit
def test_articles_that_must_not_be_released_are_kept_out() -> None:
    profile = load_profile("commercial")
    paths = sorted((KIT / "licence_test/jats").glob("*.nxml"))
    read = {path.name: normalise(stated(path)) for path in paths}
    assert len(read) >= 20
    assert [name for name, one in read.items() if profile.reason(one.licence, one.conflict) is None] == []


@kit
def test_open_articles_are_let_in_under_the_licence_they_state() -> None:
    profile = load_profile("commercial")
    conflicts = []
    for path in sorted((KIT / "pmc_jats").glob("*.nxml")):
        read, wanted = normalise(stated(path)), expected()[f"pmc_jats/{path.name}"]
        if read.conflict:
            conflicts.append(path.name)
            continue
        assert profile.reason(read.licence, read.conflict) is None
        # The index calls the public domain mark CC0 and has no name for a missing version.
        assert read.licence in {wanted, f"LicenseRef-{wanted}-unversioned", "CC-PDM-1.0" if wanted == "CC0-1.0" else ""}
    # Their address says CC BY; the sentence beside it, "which permits (unrestricted) non-commercial use".
    assert conflicts == ["PMC3652643.nxml", "PMC4083640.nxml"]
