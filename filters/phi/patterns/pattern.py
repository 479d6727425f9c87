"""A pattern, and the pieces that expressions are built of."""

from __future__ import annotations

from dataclasses import dataclass

from filters.phi.validators.neighbours import Validator, accept

GROUPS = ("direct", "clinical", "record", "spoken")
"""`direct`: contacts, numbers of persons, web addresses with a user: in every policy, and safe in a paper about genes.
`clinical`: codes with a cue, files of photographs, serial numbers: what a report about a patient may tell.
`record`: shapes that are somebody's in a patient's own record and may be anything in science; every web address.
`spoken`: values in words, as a transcript of speech has them."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which one class of identifier is written."""

    id: str
    """Stable name of the rule, recorded with every span."""
    kind: str
    """Class of identifier; also the placeholder: `EMAIL` becomes `[EMAIL]`."""
    value: str
    """RE2 expression of the identifier itself, or of a cue after which `validate` looks for it."""
    validate: Validator = accept
    """Narrows, moves or rejects a candidate."""
    cue: str | None = None
    """RE2 expression of words that must stand before it, gap included."""
    group: str = "direct"
    """One of `GROUPS`."""

    @property
    def expression(self) -> str:
        """The whole RE2 expression; group 1 is the identifier where there is a cue."""
        return f"{self.cue}({self.value})" if self.cue else self.value


# Blanks and hyphens that typesetters put between digits: no-break, thin and figure spaces, every Unicode dash.
BLANK = r" \x{a0}\x{2002}-\x{200a}\x{202f}"
DASH = r"\-\x{ad}\x{2010}-\x{2015}\x{2212}\x{fe63}\x{ff0d}"
JOIN = rf"[{BLANK}{DASH}.]"
MARK = rf"[{BLANK}{DASH}.()/]"

# "number", "no.", "ID", "#" and the punctuation that leads to the value.
NO = r"(?:[ \t]{0,2}(?:numbers?|num|nos?|nr|n°|№|ids?|identifiers?|code)\b\.?|[ \t]{0,2}#)"
TO = r"(?:[ \t]{0,2}(?:(?:is|was)\b|[:#=(.\x{2013}-])){0,3}[ \t]{0,3}#?"
CODE = r"[\p{L}\d]+(?:[-/.][\p{L}\d]+){0,4}"
