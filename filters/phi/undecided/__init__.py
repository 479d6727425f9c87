"""Words that neither a rule nor a list decides: which sentences hold one, who decides about it, what is believed.

`rules` lets them stand; `presidio` asks presidio-analyzer with spaCy's recognition of names; anything else is a
plug-in (`filters.phi.undecided.decider`). Nothing here is ever fetched, and importing this package loads no model.
"""

from __future__ import annotations

from filters.phi.undecided.decider import RULES, Decider, Decision, decider_state, load_decider
from filters.phi.undecided.stage import Stage, stage_for

__all__ = ["RULES", "Decider", "Decision", "Stage", "decider_state", "load_decider", "stage_for"]
