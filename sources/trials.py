"""A clinical study, whichever form of the registry it came in, and the text that tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Outcome = tuple[str, str, str]
"""Measure, time frame, description."""


@dataclass(slots=True, kw_only=True)
class Study:
    """Facts of one study in the registry's words; a fact that is not stated is empty."""

    nct: str
    title: str = ""
    official_title: str = ""
    status: str = ""
    why_stopped: str = ""
    study_type: str = ""
    phases: list[str] = field(default_factory=list)
    allocation: str = ""
    model: str = ""
    model_description: str = ""
    masking: str = ""
    masking_description: str = ""
    purpose: str = ""
    time_perspective: str = ""
    enrolment: str = ""
    summary: str = ""
    description: str = ""
    conditions: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    arms: list[tuple[str, str, str]] = field(default_factory=list)
    """Label, type, description."""
    interventions: list[tuple[str, str, list[str], str]] = field(default_factory=list)
    """Type, name, other names, description."""
    criteria: str = ""
    population: str = ""
    sampling: str = ""
    sex: str = ""
    minimum_age: str = ""
    maximum_age: str = ""
    healthy_volunteers: bool | None = None
    primary_outcomes: list[Outcome] = field(default_factory=list)
    secondary_outcomes: list[Outcome] = field(default_factory=list)
    other_outcomes: list[Outcome] = field(default_factory=list)
    first_posted: str | None = None
    last_posted: str | None = None
    url: str | None = None
    people: list[str] = field(default_factory=list)
    """Names, phones and e-mail addresses of contacts, investigators and officials, as stated."""


def story(study: Study) -> str:
    """The study as text: title, descriptions, design, conditions, arms, interventions, eligibility, outcomes.

    Paragraphs are those of the descriptions; each fact of the design stands on a line of its own, named.
    """
    blocks = [study.title or study.official_title]
    if _bare(study.official_title) != _bare(blocks[0]):
        blocks.append(study.official_title)
    if study.summary and not _spaceless(study.description).startswith(_spaceless(study.summary)):
        blocks.append(study.summary)
        blocks += ["Detailed description", study.description] if study.description else []
    else:  # Some descriptions open with the summary: it is told once.
        blocks.append(study.description)
    blocks.append(_design(study))
    blocks.append(_listed("Arms", [_item(label, _said(kind), text) for label, kind, text in study.arms]))
    blocks.append(_listed("Interventions", [_intervention(*one) for one in study.interventions]))
    if eligibility := _eligibility(study):
        blocks += ["Eligibility", eligibility]
    for heading, outcomes in (
        ("Primary outcomes", study.primary_outcomes),
        ("Secondary outcomes", study.secondary_outcomes),
        ("Other outcomes", study.other_outcomes),
    ):
        blocks.append(_listed(heading, [_item(measure, time, text) for measure, time, text in outcomes]))
    return "\n\n".join(block for block in blocks if block)


def _bare(title: str) -> str:
    return re.sub(r"^(?:an?|the) ", "", title.rstrip(". ").casefold())


def _spaceless(text: str) -> str:
    return "".join(text.split())


def tells(study: Study) -> bool:
    """Whether there is more than titles to learn from."""
    return any((study.summary, study.description, study.criteria, study.primary_outcomes, study.interventions))


def known_values(study: Study) -> tuple[str, ...]:
    """What `people` holds, once each, names also without degrees; not the desks that studies name as contacts."""
    found: dict[str, None] = {}
    for value in (" ".join(one.split()) for one in study.people):
        if any(char.isdigit() for char in value) or "@" in value:
            found[_NAMED.sub("", value)] = None
            continue
        bare = _TITLES.sub("", _DEGREES.split(value)[0].strip(" ,."))
        if " " in bare and not _DESK.search(value):
            found[value] = None
            found[bare] = None
    return tuple(found)


_DEGREES = re.compile(r",|\s+(?=(?:M\.?D|Ph\.?\s?D|M\.?Sc?|MPH|R\.?N|Dr|Pharm)\b)")
_NAMED = re.compile(r"^(?:tele)?(?:phone|e-?mail|mobile|cell|office|fax)\b[.: ]*", re.I)
_TITLES = re.compile(r"^(?:(?:Prof|Dr|Mr|Mrs|Ms|Professor)\b\.?\s*)+", re.I)
_DESK = re.compile(
    r"\b(?:study|trials?|clinical|medical|director|monitor|call|cent(?:er|re)|information|investigator|research|"
    r"department|hospital|university|institute|recruit\w*|contact|team|office|inc|ltd|gmbh|pharma\w*|biotech\w*|"
    r"cares|registry|coordinator|responsible|person|toll|use|central|site|sponsor)\b",
    re.I,
)


def _said(value: str) -> str:
    """A value of a list of choices in words: `PHASE2` is `phase 2`, `Parallel Assignment` is `parallel`."""
    words = re.sub(r"(?<=phase)(?=\d)", " ", value.lower()).replace("_", " ").replace("-", " ")
    words = words.replace("non ", "non-").replace("active, not", "active not").removesuffix(" assignment")
    return "" if words in {"n/a", "na", "not applicable", "unknown"} else words


def _design(study: Study) -> str:
    facts = [
        ("Conditions", "; ".join(study.conditions)),
        ("Keywords", "; ".join(study.keywords)),
        ("Study type", _said(study.study_type)),
        ("Phase", " and ".join(phase for one in study.phases if (phase := _said(one).removeprefix("phase ")))),
        ("Allocation", _said(study.allocation)),
        ("Design", _sentences(_said(study.model), study.model_description)),
        ("Time perspective", _said(study.time_perspective)),
        ("Masking", _sentences(_said(study.masking), study.masking_description)),
        ("Primary purpose", _said(study.purpose)),
        ("Enrollment", f"{study.enrolment} participants" if study.enrolment else ""),
        ("Status", _sentences(_said(study.status), study.why_stopped)),
    ]
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def _eligibility(study: Study) -> str:
    facts = [
        ("Study population", study.population),
        ("Sampling", _said(study.sampling)),
        ("Minimum age", _said(study.minimum_age)),
        ("Maximum age", _said(study.maximum_age)),
        ("Sex", {"both": "all"}.get(_said(study.sex), _said(study.sex))),
        ("Healthy volunteers", {True: "accepted", False: "not accepted", None: ""}[study.healthy_volunteers]),
    ]
    lines = "\n".join(f"{name}: {value}" for name, value in facts if value)
    return "\n\n".join(part for part in (study.criteria, lines) if part)


def _intervention(kind: str, name: str, others: list[str], text: str) -> str:
    aside = f"{_said(kind)}; also called {', '.join(others)}" if others else _said(kind)
    return _item(name, aside, text)


def _item(name: str, aside: str, text: str) -> str:
    head = f"{name} ({aside})" if aside and name else name or aside
    if not (head and text):
        return head or text
    return f"{head}:\n{text}" if _BULLET.match(text) and "\n" in text else f"{head}: {text}"


def _listed(heading: str, items: list[str]) -> str:
    lines = ["- " + item.replace("\n\n", "\n").replace("\n", "\n  ") for item in items if item]
    return "\n".join([f"{heading}:", *lines]) if lines else ""


def _sentences(first: str, second: str) -> str:
    return ". ".join(part.rstrip(". \n") for part in (first, second.replace("\n", " ")) if part) + ("." * bool(second))


PHONE = re.compile(r"\+?\d[\d() .\u2013-]{5,}\d")
"""What stands among the affiliations of some officials."""
_BULLET = re.compile(r"(?:[-*\u2022\u25cf\u25aa\u00b7\u2013]|\(?(?:\d{1,2}|[a-zA-Z])[.)])\s+")
_BULLETS = "-*\u2022\u25cf\u25aa\u00b7"
_GLUED_BULLET = re.compile(r"(?<!\S)([-*\u2022\u25cf\u25aa\u00b7])(?=[^\W\d_]{2})")
# What many sponsors write about themselves; a bullet of an empty list.
_NOT_PROSE = re.compile(
    r"For (?:more|additional|further) information .{0,120}\b(?:visit|call|contact|see)\b:? (?:www\.|https?://)\S+|\W",
    re.I,
)
_DOTTED = re.compile(r"[*\u2022\u25cf\u25aa\u00b7\u2013-]\s+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~|&^-])")


def wrapped(text: str) -> str:
    """Prose that was broken into lines of one width: blank lines part paragraphs, list items start lines."""
    blocks: list[str] = []
    fresh = True
    for line in text.splitlines():
        words = _GLUED_BULLET.sub(r"\1 ", line.strip(), count=1) if line.strip()[:1] in _BULLETS else line.strip()
        if not words:
            fresh = True
        elif fresh or words in _BULLETS or _BULLET.match(words):
            blocks.append(" ".join(words.split()))
            fresh = False
        else:
            blocks[-1] += f" {' '.join(words.split())}"
    return _joined(blocks)


def marked_up(text: str) -> str:
    """The Markdown of the registry's JSON: line ends are meant, characters that mean something there are escaped."""
    lines = [" ".join(_ESCAPED.sub(r"\1", line).split()) for line in text.splitlines()]
    return _joined(
        [_GLUED_BULLET.sub(r"\1 ", line, count=1) if line[0] in _BULLETS else line for line in lines if line]
    )


def _joined(blocks: list[str]) -> str:
    """Items of a list on neighbouring lines, paragraphs a blank line apart."""
    out: list[str] = []
    listing = False
    for block in blocks:
        if _NOT_PROSE.fullmatch(block):
            continue
        item = _BULLET.match(block) is not None
        words = _DOTTED.sub("- ", block, count=1) if _DOTTED.match(block) else block
        if item and listing:
            out[-1] += f"\n{words}"
        else:
            out.append(words)
        listing = item
    return "\n\n".join(out)
