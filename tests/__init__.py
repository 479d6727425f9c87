"""The suite. A package, because a peer that benchmarks install brings a package of this name."""
