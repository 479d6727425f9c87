"""The sections of a recipe, typed: what each key means, and what it is unless told otherwise."""
