"""hc4 side by side with its peers. A package, so that no installed one of this name is taken for it."""
