"""How much of what was planted into a source's own documents its screening finds: measured in every build.

A sample of the kept documents of each source, drawn by their ids, is given made identifiers (`filters.phi.planting`)
of the classes that its policy looks for, and screened as the build screens. It says how well the rules do in this
text, for values made by rule in sentences made by rule: more than a claim, less than a gold set. Where records state
their own identifiers beside the text, those that stand in it are gold, and counted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.digest import Json
from corpus.storage import WorkFolder
from corpus.verdict import Verdict
from filters.phi.annotator import deciding
from filters.phi.classes import LABELS as KIND_OF
from filters.phi.classes import kind_of
from filters.phi.evaluation import Recall, detect_by, evaluate
from filters.phi.gold import GoldDocument, GoldSpan
from filters.phi.planting import Planted, planted
from filters.phi.planting.templates import LANGUAGES
from filters.phi.planting.values import LABELS
from filters.phi.policy import Policy, load_policy
from pipelines.measure import ROWS
from shards.place import uniform

DOCUMENTS = 200
"""Documents of a source that are given identifiers, about."""
_PER_DOCUMENT = 5
_CHARACTERS = 20_000
"""Of a long document, its beginning is taken."""


def run(params: dict[str, Any], folders: dict[str, Path], work: WorkFolder) -> dict[str, Json]:
    """Count `planted` of one bundle; `params["share"]` of the kept documents are in the sample."""
    counts: dict[str, dict[str, list[int]]] = {}
    documents = 0
    for policy, language, texts in _sampled(params, work):
        rules = load_policy(policy)
        asked = deciding(policy, params["undecided"], params["weights"] and Path(params["weights"]))
        own = counts.setdefault(policy, {})
        sown = planted(texts, params["seed"], per_document=_PER_DOCUMENT, labels=_labels(rules), language=language)
        found = evaluate((_gold(each, rules) for each in sown), detect_by(policy, *asked))
        documents += found.documents
        for each, recall in found.classes.items():
            own[each.value] = _added(own.get(each.value, [0, 0, 0, 0]), recall)
    pl.DataFrame().write_parquet(folders["planted"] / ROWS)
    return {"planted": {"documents": documents, "policies": counts, "known": _known(params["digests"], work)}}


def _known(digests: dict[str, str], work: WorkFolder) -> list[int]:
    """Known values that stand in kept texts, and how many of them the rules alone touch and cover."""
    columns = ["phi_known", "phi_known_touched", "phi_known_covered"]
    found = pl.read_parquet(work.product("phi", digests["phi"]) / ROWS, columns=columns, glob=False)
    kept = pl.read_parquet(work.product("verdicts", digests["verdicts"]) / ROWS, columns=["verdict"], glob=False)
    mine = (kept["verdict"] == Verdict.KEEP.value).head(len(found))
    return [int(found.filter(mine)[name].sum()) for name in columns]


def _added(counts: list[int], recall: Recall) -> list[int]:
    more = (recall.n, recall.touched, recall.covered, recall.typed)
    return [count + one for count, one in zip(counts, more, strict=True)]


def _labels(policy: Policy) -> list[str]:
    return [label for label in LABELS if KIND_OF[label] in policy.kinds]


def _gold(each: Planted, policy: Policy) -> GoldDocument:
    """What was planted; kinds that the policy does not look for, which stand in the same sentences, let stand."""
    spans = []
    for span in each.spans:
        kind = kind_of(span.label, each.text[span.start : span.end])
        spans.append(GoldSpan(span.start, span.end, span.label, kind if kind in policy.kinds else None))
    return GoldDocument(each.id, each.text, tuple(spans))


def _sampled(params: dict[str, Any], work: WorkFolder) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Texts of the sample by policy and language, each row group on its own: they are few."""
    digests = params["digests"]
    verdicts = pl.read_parquet(work.product("verdicts", digests["verdicts"]) / ROWS, columns=["verdict"], glob=False)
    kept = (verdicts["verdict"] == Verdict.KEEP.value).to_list()
    names = ("documents", "phi", "language")
    files = {name: pq.ParquetFile(work.product(name, digests[name]) / ROWS) for name in names}
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    start = 0
    for group in range(files["documents"].num_row_groups):
        ids = files["documents"].read_row_group(group, columns=["doc_id"])["doc_id"].to_pylist()
        mine = [
            row
            for row, name in enumerate(ids)
            if kept[start + row] and uniform(name, salt=f"planted/{params['seed']}") < params["share"]
        ]
        if mine:
            take = pa.array(mine)
            text = files["documents"].read_row_group(group, columns=["text"])["text"].take(take).to_pylist()
            policies = files["phi"].read_row_group(group, columns=["phi_policy"])["phi_policy"].take(take).to_pylist()
            spoken = files["language"].read_row_group(group, columns=["language"])["language"].take(take).to_pylist()
            for row, body, policy, language in zip(mine, text, policies, spoken, strict=True):
                if language in LANGUAGES:
                    groups.setdefault((policy, language), []).append((ids[row], body[:_CHARACTERS]))
        start += len(ids)
    for file in files.values():
        file.close()
    for (policy, language), texts in sorted(groups.items()):
        yield policy, language, texts
