"""Planted identifiers: our own gold, made by rule, of all eighteen Safe Harbor classes.

What is found of identifiers that were planted into a source's own documents says how well its policy works there.
Values are made so that no detector's list holds them, and, as far as a number can be right and yet nobody's, so that
they are no real person's: `contacts` and `state_registers` say where that ends.
"""

from __future__ import annotations

from filters.phi.planting.sowing import Planted, PlantedSpan, planted

__all__ = ["Planted", "PlantedSpan", "planted"]
