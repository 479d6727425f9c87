"""What evaluators are handed, and what is computed of what they hand back.

lm_eval            task files for lm-evaluation-harness
perplexity         bits per byte of a model on texts, with the same context rule
strata             a few documents of each source and length, the same ones whoever draws them
cross_examination  scores of MEDIC's Cross-Examination Framework from answers that somebody else has got
"""
