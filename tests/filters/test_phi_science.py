"""What the allow-list of science knows, by form and by neighbours, and that identifiers' forms are not on it."""

from __future__ import annotations

import pytest

from filters.phi.science import amount_after, cue_before, inside_address, is_scientific, own_form

_FORMS = """
NCT01234567 ISRCTN12345678 PMC1234567 PMID12345678 CRD42020123456 GSE12345 PRJNA123456 rs80357906 NM_007294.3
NM_000267.3:c.2789_2791del AY274119.3 ENSG00000012048 GO:0008150 HP:0001250 HGNC:1100 C09AA05 E11.9 I10 17q21.31
Xp11.22 c.68_69delAG p.Gly12Val 10.1016/j.cell.2007.10.001 9783161484100 chr17:41245466 2010-022162-27 CD4
COVID-19 G2P1001
"""
_NOT_FORMS = "0012345 123-45-6789 5432-2109 978-55-1234 K123456 S24-12345 XYZ123456789 1EG4-TE5-MK73 GHT4821"
FORMS, NOT_FORMS = _FORMS.split(), _NOT_FORMS.split()


@pytest.mark.parametrize("value", FORMS)
def test_forms_of_registries_are_known(value: str) -> None:
    assert own_form(value.encode())


@pytest.mark.parametrize("value", NOT_FORMS)
def test_forms_of_identifiers_are_none_of_them(value: str) -> None:
    assert not own_form(value.encode())


@pytest.mark.parametrize(
    "before", ["PMID: ", "grant number ", "Catalog no. ", "SNOMED CT: ", "OMIM #", "ISBN ", "award no. NSFC ", "pp. "]
)
def test_cues_of_science_are_seen(before: str) -> None:
    text = f"see {before}12345678".encode()
    assert cue_before(text, text.index(b"12345678"))


@pytest.mark.parametrize("before", ["MRN ", "call ", "ICD serial ", "hospital number ", "project call: phone "])
def test_other_cues_are_not(before: str) -> None:
    text = f"see {before}12345678".encode()
    assert not cue_before(text, text.index(b"12345678"))


@pytest.mark.parametrize(
    "after", ["mg", " mL", " cells", " patients", "%", " years", " \N{PLUS-MINUS SIGN} 2", "bp", " mmHg"]
)
def test_amounts_are_seen(after: str) -> None:
    text = f"12345{after}".encode()
    assert amount_after(text, 5)
    assert is_scientific(text, 0, 5)


@pytest.mark.parametrize("after", ["", " is his", ", MD", "-22", " going", " met"])
def test_other_words_are_no_amounts(after: str) -> None:
    assert not amount_after(f"12345{after}".encode(), 5)


def test_check_digits_tell_substances_and_tests() -> None:
    assert is_scientific(b"7732-18-5", 0, 9)
    assert not is_scientific(b"7732-18-6", 0, 9)
    assert is_scientific(b"2345-7", 0, 6)
    assert not is_scientific(b"2345-6", 0, 6)


def test_an_address_holds_what_stands_in_it() -> None:
    assert inside_address(b"https://example.org/123456", 20)
    assert not inside_address(b"the number 123456", 11)
