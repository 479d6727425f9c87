"""What the figures of a detector mean, and how gold is read."""

from __future__ import annotations

import json
import os
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RawFileError, RecipeError
from filters.phi.classes import KINDS, LABELS, SafeHarbor, class_of, kind_of
from filters.phi.evaluation import Evaluation, Fault, Found, Share, detect_by, evaluate
from filters.phi.gold import GoldDocument, GoldSpan, read_gold

DATA = Path(__file__).parents[2].parent / "shared" / "data"
GOLD = Path(os.environ.get("HC4_PHI_GOLD") or DATA / "phi_gold")
KIT = Path(os.environ.get("HC4_KIT") or DATA / "kit")

WILSON = {  # hits, n: bounds at 95 %, from Newcombe, Statistics in Medicine 17 (1998), table I, method 3
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0000, 0.1611),
    (1, 29): (0.0061, 0.1718),
}


def document(text: str, *marks: tuple[str, str], id: str = "d") -> GoldDocument:  # noqa: A002 - the field's name
    """`text` in which the first occurrence of each value is marked with a label."""
    spans = []
    for value, label in marks:
        start = text.index(value)
        spans.append(GoldSpan(start, start + len(value), label, kind_of(label, value)))
    return GoldDocument(id, text, tuple(spans))


def find(*values: tuple[str, str]):
    """A detector that knows what to look for."""

    def detect(text: str) -> list[Found]:
        return [Found(text.index(v), text.index(v) + len(v), kind, "r1") for v, kind in values if v in text]

    return detect


# Classes -------------------------------------------------------------------------------------------------------------


def test_there_are_eighteen_classes_lettered_as_in_the_rule() -> None:
    assert [each.value for each in SafeHarbor] == list("ABCDEFGHIJKLMNOPQR")


def test_each_kind_belongs_to_one_class() -> None:
    assert Counter(kind for each in SafeHarbor for kind in each.kinds) == Counter(KINDS)


def test_each_label_has_a_kind_or_is_let_stand() -> None:
    assert {kind for kind in LABELS.values() if kind is not None} <= KINDS


@pytest.mark.parametrize(
    ("label", "value", "kind"),
    [
        ("DATE", "March 3, 2019", "DATE"),
        ("DATE", "3/3", "DATE"),
        ("DATE", "2019", None),
        ("FECHAS", " 2019 ", None),
        ("AGE", "90", "AGE"),
        ("AGE", "89", None),
        ("EDAD_SUJETO_ASISTENCIA", "93 años", "AGE"),
        ("EDAD_SUJETO_ASISTENCIA", "37 años", None),
        ("EDAD_SUJETO_ASISTENCIA", "tres meses", None),
        ("AGE90", "ninety-four", "AGE"),
        ("PAIS", "España", None),
        ("HOSP", "St. Elsewhere", "HOSPITAL"),
    ],
)
def test_years_and_ages_below_ninety_are_let_stand(label: str, value: str, kind: str | None) -> None:
    assert kind_of(label, value) == kind


# Intervals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "n"), WILSON)
def test_intervals_are_those_of_the_literature(hits: int, n: int) -> None:
    assert Share(hits, n).interval == pytest.approx(WILSON[hits, n], abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_is_where_the_score_test_does_not_reject(counts: tuple[int, int]) -> None:
    hits, n = counts
    low, high = Share(hits, n).interval
    assert 0 <= low <= hits / n <= high <= 1
    for bound in (low, high):
        if 0 < bound < 1:
            # (share - p)^2 = z^2 p (1 - p) / n, solved for p
            p = Fraction(bound)
            assert float((Fraction(hits, n) - p) ** 2 * n / (p * (1 - p))) == pytest.approx(3.841458820694124, rel=1e-6)


def test_nothing_measured_says_nothing() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).value != Share(0, 0).value


def test_thirty_three_of_thirty_three_prove_nine_tenths_at_most() -> None:
    assert 0.89 < Share(33, 33).interval[0] < 0.90
    assert Share(400, 400).interval[0] > 0.99


# What is counted -----------------------------------------------------------------------------------------------------


def test_touched_covered_and_typed_differ() -> None:
    text = "Seen by Ana Lee on 3/4/2019, MRN 55555, ZIP 02139."
    gold = document(text, ("Ana Lee", "NAME"), ("3/4/2019", "DATE"), ("55555", "MRN"), ("02139", "ZIP"))
    found = evaluate([gold], find(("Ana", "NAME"), ("3/4/2019", "PHONE"), ("55555", "MRN")))

    total = found.total
    assert (total.n, total.touched, total.covered, total.typed) == (4, 3, 2, 2)
    assert (found.classes[SafeHarbor.NAMES].touched, found.classes[SafeHarbor.NAMES].covered) == (1, 0)
    assert (found.classes[SafeHarbor.DATES].covered, found.classes[SafeHarbor.DATES].typed) == (1, 0)
    assert found.labels["ZIP"].touched == 0


def test_kinds_of_one_class_are_of_one_type() -> None:
    found = evaluate([document("at 9 Elm St", ("9 Elm St", "ADDRESS"))], find(("9 Elm St", "ZIP")))
    assert found.total.typed == 1


def test_punctuation_within_an_identifier_need_not_be_covered() -> None:
    gold = document("call (617) 555-0123.", ("(617) 555-0123.", "PHONE"))
    assert evaluate([gold], find(("617", "PHONE"), ("555-0123", "PHONE"))).total.covered == 1


@pytest.mark.parametrize("title", ["Dr. ", "dr ", "Mr. and Mrs. ", "Miss ", "Prof. Dr. ", "DRA. "])
def test_a_courtesy_title_need_not_be_covered_where_titles_do_not_count(title: str) -> None:
    gold = document(f"{title}Ana Lee", (f"{title}Ana Lee", "NAME"))
    found = evaluate([gold], find((" and ", "NAME"), ("Ana Lee", "NAME")))
    assert (found.total.covered, found.total.covered_untitled) == (0, 1)
    assert (found.clean, found.clean_untitled) == (0, 1)


@pytest.mark.parametrize("name", ["Drew Lee", "Missy Lee", "Don Lee", "Dr"])
def test_a_name_that_looks_like_a_title_counts(name: str) -> None:
    assert evaluate([document(f"saw {name}", (name, "NAME"))], find(("Lee", "NAME"))).total.covered_untitled == 0


def test_titles_count_where_they_are_no_part_of_a_name() -> None:
    gold = document("12 Dr. King Road", ("12 Dr. King Road", "ADDRESS"))
    assert evaluate([gold], find(("12", "ZIP"), ("King Road", "GEO"))).total.covered_untitled == 0


def test_what_the_rule_lets_stand_is_not_asked_for_and_not_held_against_who_finds_it() -> None:
    gold = document("in 2019 in Spain", ("2019", "DATE"), ("Spain", "PAIS"))
    found = evaluate([gold], find(("2019", "DATE")))
    assert (found.total.n, found.found.n, found.with_identifiers) == (0, 0, 0)
    assert found.negatives == 0, "a document with something marked is no hard negative"
    assert found.masked_words == 0


def test_precision_is_told_by_the_class_of_what_was_found() -> None:
    gold = document("Ana Lee took Aspirin", ("Ana Lee", "NAME"))
    found = evaluate([gold], find(("Ana", "NAME"), ("Aspirin", "NAME"), ("Lee", "GEO"), ("took", "NRP")))
    assert (found.found.n, found.found.right) == (4, 2)
    by_class = {group: (each.n, each.right) for group, each in found.found_classes.items()}
    assert by_class == {SafeHarbor.NAMES: (2, 1), SafeHarbor.PLACES: (1, 1), None: (1, 0)}


def test_a_place_reported_twice_is_one_span() -> None:
    found = evaluate([document("id 123456789")], find(("123456789", "SSN"), ("123456789", "ACCOUNT")))
    assert found.found.n == 1
    assert {group: each.n for group, each in found.found_classes.items()} == {
        SafeHarbor.SOCIAL_SECURITY: 1,
        SafeHarbor.ACCOUNT: 1,
    }


def test_hard_negatives_are_documents_with_nothing_marked() -> None:
    documents = [document("C7 lesion"), document("no lesion"), document("Ana with C7", ("Ana", "NAME"))]
    found = evaluate(documents, find(("C7", "LICENCE")))
    assert (found.negatives, found.flagged) == (2, 1)
    assert (found.documents, found.with_identifiers, found.clean) == (3, 1, 0)


def test_words_outside_gold_are_counted_once() -> None:
    gold = document("Ana Lee: BRCA1-positive , 12 mm", ("Ana Lee", "NAME"))
    found = evaluate([gold], find(("Lee: BRCA1", "NAME"), ("positive", "GEO")))
    assert found.words == 3, "the comma is no word, and `Lee:` is touched by the gold"
    assert found.masked_words == 1
    assert found.masked_words_by_class == {SafeHarbor.NAMES: 1, SafeHarbor.PLACES: 1}


def test_a_word_is_not_masked_by_its_punctuation() -> None:
    found = evaluate([document("(stable)")], find(("(", "NAME")))
    assert (found.words, found.masked_words, found.flagged) == (1, 0, 1)


def test_errors_are_told_by_place() -> None:
    gold = document("Ana Lee, MRN 55555 C7", ("Ana Lee", "NAME"), ("55555", "MRN"), id="n1")
    assert evaluate([gold], find(("Ana", "NAME"), ("C7", "LICENCE"))).faults == [
        Fault("n1", "partly", "NAME", 0, 7, ""),
        Fault("n1", "missed", "MRN", 13, 18, ""),
        Fault("n1", "false", "LICENCE", 19, 21, "r1"),
    ]


def test_origins_are_slices() -> None:
    spans = (GoldSpan(0, 3, "NAME", "NAME"),)
    documents = [GoldDocument("a", "Ana", spans, "note"), GoldDocument("b", "Bea", spans, "dialogue")]
    found = evaluate(documents, find(("Ana", "NAME")))
    assert {name: (each.n, each.covered) for name, each in found.origins.items()} == {
        "note": (1, 1),
        "dialogue": (1, 0),
    }


def test_a_span_outside_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="document d: a span found does not lie in its text"):
        evaluate([document("Ana")], lambda _: [Found(0, 4, "NAME")])


KIND = st.sampled_from(["NAME", "GEO", "DATE", "NRP"])


@st.composite
def spans_in(draw: st.DrawFn, size: int) -> list[tuple[int, int, str]]:
    ends = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, size), KIND), max_size=4))
    return [(start, max(end, start + 1), kind) for start, end, kind in ends]


@given(st.text("aB1. é", min_size=1, max_size=30).flatmap(lambda t: st.tuples(*[st.just(t), *[spans_in(len(t))] * 2])))
def test_counts_are_those_of_sets_of_characters(
    case: tuple[str, list[tuple[int, int, str]], list[tuple[int, int, str]]],
) -> None:
    text, marked, found = case
    gold = [GoldSpan(start, end, kind, kind if kind in KINDS else None) for start, end, kind in marked]
    result = evaluate([GoldDocument("d", text, tuple(gold))], lambda _: [Found(*span) for span in found])

    everything = {at for start, end, _ in found for at in range(start, end)}
    asked = [span for span in gold if span.kind]
    letters = [{at for at in range(s.start, s.end) if text[at].isalnum()} or {*range(s.start, s.end)} for s in asked]
    of_class = [
        {at for a, b, kind in found if class_of(kind) == class_of(s.kind or "") for at in range(a, b)} for s in asked
    ]
    assert result.total.n == len(asked)
    assert result.total.touched == sum(bool(everything & {*range(s.start, s.end)}) for s in asked)
    assert result.total.covered == sum(places <= everything for places in letters)
    assert result.total.typed == sum(bool(o & {*range(s.start, s.end)}) for s, o in zip(asked, of_class, strict=True))
    assert result.total.covered <= result.total.covered_untitled <= result.total.touched
    assert sum(each.n for each in result.classes.values()) == result.total.n
    assert result.clean == (bool(asked) and result.total.covered == len(asked))
    in_gold = {at for s in asked for at in range(s.start, s.end)}
    in_any = {at for s in gold for at in range(s.start, s.end)}
    places = [{*range(start, end)} for start, end in {span[:2] for span in found}]
    assert result.found.right == sum(bool(place & in_gold) for place in places)
    assert result.found.n == sum(bool(place & in_gold) or not place & in_any for place in places)
    assert result.flagged == (not gold and bool(found))
    assert result.masked_words <= result.words


@given(st.text("Ana é\U0001f600\ud800b@x.org 617-55", max_size=40))
def test_the_own_detector_answers_in_characters(text: str) -> None:
    whole = f"{text} ana@example.org {text}"
    found = [span for span in detect_by("literature")(whole) if "ana@example.org" in whole[span.start : span.end]]
    assert len(found) == 1
    assert (found[0].kind, found[0].rule) == ("EMAIL", "email")


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(RecipeError, match="unknown PHI policy 'nonesuch'"):
        detect_by("nonesuch")


# Gold ----------------------------------------------------------------------------------------------------------------


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    text = "Señora Ana 😀 Lee\r\nsaw Dr. Ng\n"
    (tmp_path / "lines.jsonl").write_bytes(
        json.dumps({"id": "d", "text": text, "spans": [[11, 16, "NAME"], [7, 10, "NAME"]]}).encode() + b"\n\n"
    )
    research = {
        "full_text": text,
        "spans": [
            {"entity_type": "PERSON", "start_position": 7, "end_position": 10},
            {"entity_type": "PERSON", "start_position": 11, "end_position": 16},
        ],
    }
    (tmp_path / "research.json").write_text(json.dumps([research]), encoding="utf-8")
    brat = tmp_path / "brat"
    brat.mkdir()
    (brat / "d.txt").write_bytes(text.encode())
    annotations = "T1\tNOMBRE_SUJETO_ASISTENCIA 7 10;11 16\tAna 😀 Lee\n#1\tAnnotatorNotes T1\tsure\n"
    (brat / "d.ann").write_bytes(annotations.encode())

    sets = [read_gold(tmp_path / name) for name in ("lines.jsonl", "research.json", "brat")]
    assert [each.name for each in sets] == ["lines", "research", "brat"]
    for each in sets:
        assert [(*span[:2], span.kind) for span in each.documents[0].spans] == [(7, 10, "NAME"), (11, 16, "NAME")]
        assert each.documents[0].text == text


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        (
            "g.jsonl",
            '{"id": "a", "text": "Zoë", "spans": [[0, 9, "NAME"]]}',
            ":1: span 1 does not lie in its text of 3",
        ),
        ("g.jsonl", '{"id": "a", "text": "Zoë", "spans": [[1, 1, "NAME"]]}', ":1: span 1 does not lie"),
        (
            "g.jsonl",
            '{"id": "a", "text": "Zoë", "spans": [[0, 3, "Zoë"]]}',
            ":1: span 1 has a label that is not one of",
        ),
        ("g.jsonl", '{"id": "a", "text": "Zoë", "spans": [["Zoë"]]}', ":1: a span is"),
        ("g.jsonl", '{"text": "Zoë", "spans": []}', ":1: id or text is missing"),
        ("g.jsonl", '"Zoë"', ":1: no object"),
        ("g.jsonl", "\nZoë", ":2: not JSON"),
        ("g.json", '{"full_text": "Zoë"}', ": no list of documents"),
        ("g.json", '[{"full_text": "Zoë", "spans": [{}]}]', ": record 1: no object"),
        ("g.jsonl", "", ": no document"),
        ("g.txt", "Zoë", ": give a .jsonl file"),
    ],
)
def test_what_cannot_be_read_is_named_by_place_and_not_quoted(
    tmp_path: Path, name: str, content: str, what: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(RawFileError) as caught:
        read_gold(tmp_path / name)
    assert f"{name}{what}" in str(caught.value)
    assert "Zoë" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("annotation", "what"),
    [
        ("T1\tFECHAS 0 3\tAna", "its offsets do not lead to the text"),
        ("T1\tFECHAS zero 3\tZoë", "no offsets after the label"),
        ("T1\tFECHAS 0 3", "has three columns"),
    ],
)
def test_brat_offsets_must_lead_to_what_they_repeat(tmp_path: Path, annotation: str, what: str) -> None:
    (tmp_path / "a.txt").write_text("Zoë", encoding="utf-8")
    (tmp_path / "a.ann").write_text(f"\n{annotation}\n", encoding="utf-8")
    with pytest.raises(RawFileError, match=r"a\.ann:2: ") as caught:
        read_gold(tmp_path)
    assert what in str(caught.value)
    assert "Zoë" not in str(caught.value)
    assert "Ana" not in str(caught.value)


def test_a_text_without_annotations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Zoë", encoding="utf-8")
    with pytest.raises(RawFileError, match=r"1 \.txt without \.ann"):
        read_gold(tmp_path)


# Real sets -----------------------------------------------------------------------------------------------------------

SETS = {
    "asq_phi_dev": (326, 907, 69),
    "inserted_identifiers_dev": (300, 3456, 0),
    "aci_bench_note_names_dev": (80, 142, 0),
    "aci_bench_dlg_names_dev": (106, 273, 0),
}


def measured(path: Path) -> Evaluation:
    return evaluate(read_gold(path).documents, detect_by("literature"))


@pytest.mark.skipif(not GOLD.is_dir(), reason="PHI gold data are not on this machine (set HC4_PHI_GOLD)")
@pytest.mark.parametrize("name", SETS)
def test_gold_of_notes_and_queries_is_read_whole(name: str) -> None:
    found = measured(GOLD / f"{name}.jsonl")
    assert (found.documents, found.total.n, found.negatives) == SETS[name]


@pytest.mark.skipif(not KIT.is_dir(), reason="the kit is not on this machine (set HC4_KIT)")
def test_gold_of_the_kit_is_read_whole() -> None:
    spanish = read_gold(KIT / "meddocan_es").documents
    assert (len(spanish), sum(len(each.spans) for each in spanish)) == (220, 4987)
    general = read_gold(KIT / "presidio_synth_pii" / "synth_dataset_v2.json").documents
    assert (len(general), sum(not each.spans for each in general)) == (1500, 113)
