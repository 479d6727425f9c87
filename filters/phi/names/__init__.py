"""Names of people: by what gives them away, by lists, and again wherever they stand."""

from filters.phi.names.finder import finder as finder
from filters.phi.names.undecided import undecided as undecided
