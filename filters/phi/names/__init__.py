"""Names of people."""

from filters.phi.names.finder import finder as finder
