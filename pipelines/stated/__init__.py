"""What a manifest states, part by part, from what the units of a build left behind.

finished     all that they left
amounts      released text by label
sources      sources, rights, splits
duplicates   deduplication
recipe       the recipe as understood, and its models
"""
